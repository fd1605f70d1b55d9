"""How far each sensor sees at a height over a smooth Earth, as rings for the map."""

from typing import Final

import numpy as np

from kizuna.geo.bodies import EARTH
from kizuna.geo.geodesic import destination
from kizuna.geo.horizon import radio_horizon_m
from kizuna.messages.sensor import Sensors
from kizuna.shapes import Float, FloatN

HEIGHTS_M: Final = (100.0, 1_000.0, 10_000.0)
"""The heights that a reader can choose from: skimming the ground, a light aircraft, an airliner."""

_CORNERS: Final = 72


def ground_range_m(sensors: Sensors, height_m: float) -> FloatN:
    """Ground distance up to which each sensor sees an object at a height: (S,) metres.

    The lesser of the two horizons' sum and of where the slant range reaches `max_range_m`; the horizon alone
    when the sensor has no greatest range; NaN for one without a place, which has no ring.
    """
    own = np.nan_to_num(sensors.alt_m)
    horizon = radio_horizon_m(own) + radio_horizon_m(height_m)
    near, far = EARTH.mean_radius_m + own, EARTH.mean_radius_m + height_m
    # Law of cosines for the triangle of sensor, object and the centre of the Earth.
    cosine = (near**2 + far**2 - sensors.max_range_m**2) / (2.0 * near * far)
    by_range = EARTH.mean_radius_m * np.arccos(np.clip(cosine, -1.0, 1.0))
    reach = np.where(np.isnan(sensors.max_range_m), horizon, np.minimum(horizon, by_range))
    return np.where(np.isnan(sensors.lat_deg + sensors.lon_deg), np.nan, reach)


def rings(sensors: Sensors, height_m: float) -> tuple[Float, Float]:
    """Latitude and longitude of each sensor's ring at a height: two (S, 73) degrees, NaN without a place."""
    course = np.linspace(0.0, 360.0, _CORNERS + 1)
    reach = ground_range_m(sensors, height_m)[:, None]
    return destination(sensors.lat_deg[:, None], sensors.lon_deg[:, None], course, reach)
