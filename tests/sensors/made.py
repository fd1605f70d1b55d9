"""Sensors and objects of known places for the tests of sensors."""

from typing import Any

import numpy as np

from kizuna.geo.frames import aer_to_ecef
from kizuna.messages.columns import columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.shapes import Float
from kizuna.world.flights import Flights

START_S = 1.7e9
SITE = {"lat_deg": 47.0, "lon_deg": 8.0, "alt_m": 500.0}

RADAR_3D = {
    **SITE,
    "sensor": "high",
    "nation": "CHE",
    "kind": "radar",
    "sigma_range_m": 50.0,
    "sigma_azimuth_deg": 0.1,
    "sigma_elevation_deg": 0.2,
    "sigma_range_rate_mps": 2.0,
    "max_range_m": 400e3,
    "period_s": 10.0,
    "pd": 0.9,
}
RADAR_2D = {
    **SITE,
    "sensor": "flat",
    "nation": "CHE",
    "kind": "radar",
    "sigma_range_m": 60.0,
    "sigma_azimuth_deg": 0.08,
    "sigma_altitude_m": 30.0,
    "max_range_m": 300e3,
    "period_s": 5.0,
    "pd": 0.95,
}
RECEIVER = {
    **SITE,
    "sensor": "ears",
    "nation": "CHE",
    "kind": "position",
    "sigma_position_m": 20.0,
    "sigma_altitude_m": 25.0,
    "period_s": 1.0,
    "pd": 0.98,
}
PASSIVE = {
    **SITE,
    "sensor": "eyes",
    "nation": "CHE",
    "kind": "bearing",
    "sigma_azimuth_deg": 0.5,
    "sigma_elevation_deg": 0.4,
    "max_range_m": 150e3,
    "period_s": 2.0,
    "pd": 0.8,
}


def sensors(*rows: dict[str, Any]) -> Sensors:
    """The table of these sensors."""
    text = {name: [row[name] for row in rows] for name in ("sensor", "nation", "kind")}
    names = {name for row in rows for name in row} - set(text)
    return Sensors.of(**text, **{name: [row.get(name, np.nan) for row in rows] for name in sorted(names)})


def seen_from(site: dict[str, Any], azimuth_deg: Float, elevation_deg: Float, range_m: Float) -> Float:
    """Places in ECEF, as seen from a sensor."""
    return aer_to_ecef(azimuth_deg, elevation_deg, range_m, site["lat_deg"], site["lon_deg"], site["alt_m"])


def hovering(places_m: Float, duration_s: float, identity: bool = True) -> Flights:
    """Objects that stay where they are: (O, 3)."""
    count = len(places_m)
    names = tuple(f"h{number}" for number in range(count))
    return Flights(
        names=names,
        kinds=("balloon",) * count,
        nations=(None,) * count,
        identities=names if identity else (None,) * count,
        first=np.arange(0, 2 * count + 1, 2),
        time_s=START_S + np.tile([0.0, duration_s], count),
        position_m=np.repeat(places_m, 2, axis=0),
        velocity_mps=np.zeros((2 * count, 3)),
        joined=np.tile([True, False], count),
    )


def same(one: Detections, other: Detections) -> bool:
    """Whether two tables hold exactly the same."""
    texts = ("sensor", "kind", "identity", "object")
    numbers = [name for name in columns_of(Detections) if name not in texts]
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in numbers
    ) and all(getattr(one, name).values() == getattr(other, name).values() for name in texts)
