"""Who can see whom over a smooth Earth, with standard refraction.

A radio ray bends down in the standard atmosphere. On a sphere of 4/3 the Earth's radius, with ground
distances kept as they are, the same ray is straight, and so the geometry is that of a tangent to a sphere,
worked out exactly (not with the parabola of the usual formula). Ground distances are great circles on the
mean sphere. Heights are above the ellipsoid, which stands for sea and ground alike; one below it counts as on
it. Terrain is not considered.

Source: ITU-R P.310 (effective Earth radius) and P.526, section 3 (line of sight over a spherical Earth).
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kizuna.constants import EFFECTIVE_EARTH_FACTOR
from kizuna.geo.bodies import EARTH
from kizuna.geo.geodesic import great_circle_m
from kizuna.shapes import Float

_EFFECTIVE_RADIUS_M: Final = EFFECTIVE_EARTH_FACTOR * EARTH.mean_radius_m


def radio_horizon_m(height_m: ArrayLike) -> Float:
    """Ground distance at which the ray from a height (...) touches the surface, metres: (...) -> (...).

    R arccos(R/(R + h)) on the effective sphere R; near 4,122 m times √h for heights of an aircraft.
    """
    height = np.maximum(np.asarray(height_m, dtype=np.float64), 0.0)
    tangent = np.sqrt(height * (2.0 * _EFFECTIVE_RADIUS_M + height))
    return _EFFECTIVE_RADIUS_M * np.arctan(tangent / _EFFECTIVE_RADIUS_M)


def line_of_sight(
    lat1_deg: ArrayLike,
    lon1_deg: ArrayLike,
    alt1_m: ArrayLike,
    lat2_deg: ArrayLike,
    lon2_deg: ArrayLike,
    alt2_m: ArrayLike,
) -> NDArray[np.bool_]:
    """Whether two places see each other: six (...) -> (...) of bool; False where a number is NaN.

    They do when their ground distance is no more than the sum of their two horizons.
    """
    distance = great_circle_m(lat1_deg, lon1_deg, lat2_deg, lon2_deg)
    seen: NDArray[np.bool_] = distance <= radio_horizon_m(alt1_m) + radio_horizon_m(alt2_m)
    return seen


def lowest_visible_m(sensor_alt_m: ArrayLike, ground_distance_m: ArrayLike) -> Float:
    """Height of the lowest point that a sensor sees at a ground distance, metres: (...), (...) -> (...).

    0 up to the sensor's own horizon, then R(1/cos(d/R) - 1) for the distance d beyond it on the effective
    sphere R; infinite from 1.5 R = 12,742 km beyond the horizon, where it would pass 100,000 km.
    """
    beyond = np.asarray(ground_distance_m, dtype=np.float64) - radio_horizon_m(sensor_alt_m)
    angle = np.maximum(beyond, 0.0) / _EFFECTIVE_RADIUS_M
    reached = np.minimum(angle, 1.5)
    height = 2.0 * _EFFECTIVE_RADIUS_M * np.sin(reached / 2.0) ** 2 / np.cos(reached)
    return np.where(angle <= 1.5, height, np.where(np.isnan(angle), np.nan, np.inf))[()]
