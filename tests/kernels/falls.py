"""Bodies in free flight, for the tests of what moves and follows them."""

import numpy as np

from kizuna.geo.frames import aer_to_enu, enu_basis, geodetic_to_ecef
from kizuna.shapes import FloatN


def body(
    speed_mps: float = 3_000.0,
    elevation_deg: float = 45.0,
    course_deg: float = 60.0,
    alt_m: float = 50_000.0,
    lat_deg: float = 40.0,
    kg_per_m2: float = 4_000.0,
) -> FloatN:
    """A state (7,) in free flight over Honshu, or at another latitude of its meridian."""
    velocity = aer_to_enu(course_deg, elevation_deg, speed_mps) @ enu_basis(lat_deg, 140.0)
    return np.array([*geodetic_to_ecef(lat_deg, 140.0, alt_m), *velocity, -np.log(kg_per_m2)])
