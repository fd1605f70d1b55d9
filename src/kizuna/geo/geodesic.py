"""Great circles: how far, in which direction, and where along the way.

Surface: the sphere of the body's mean radius (6,371.0088 km for the Earth), on which a geodetic latitude and
longitude are taken as they stand, so that a place is the unit vector of its surface normal (its n-vector).
Against the geodesic of the WGS-84 ellipsoid, a distance is wrong by at most 0.57 % (north-south at the
equator) and a course by at most 0.3° up to 15,000 km; nearer to the antipode both courses lose their meaning.
That is right for routes, ground distances and horizons; it is no way to measure a position: for that, use
`kizuna.geo.frames`, which is exact.

Source: Gade, A Non-singular Horizontal Position Representation, J. Navigation 63 (2010). All arguments
broadcast.
"""

import numpy as np
from numpy.typing import ArrayLike

from kizuna.geo.bodies import EARTH, Body
from kizuna.shapes import Float


def great_circle_m(
    lat1_deg: ArrayLike, lon1_deg: ArrayLike, lat2_deg: ArrayLike, lon2_deg: ArrayLike, body: Body = EARTH
) -> Float:
    """Distance along the great circle on the mean sphere, metres: four (...) degrees -> (...).

    R atan2(|n₁ × n₂|, n₁ · n₂), which keeps an error below 1e-7 m at every distance, from nothing to the
    antipode.
    """
    east, north, up = _normal_seen_from(lat1_deg, lon1_deg, lat2_deg, lon2_deg)
    return np.multiply(body.mean_radius_m, np.arctan2(np.hypot(east, north), up))


def course_deg(lat1_deg: ArrayLike, lon1_deg: ArrayLike, lat2_deg: ArrayLike, lon2_deg: ArrayLike) -> Float:
    """Course at the first place towards the second, degrees clockwise from north in [0, 360).

    Four (...) -> (...). 0 where both are the same place. From a pole, north is that of the first place's own
    meridian.
    """
    east, north, _ = _normal_seen_from(lat1_deg, lon1_deg, lat2_deg, lon2_deg)
    course = np.degrees(np.arctan2(east, north)) % 360.0
    return np.where(course >= 360.0, 0.0, course)[()]  # a tiny negative angle rounds up to 360


def along(
    lat1_deg: ArrayLike, lon1_deg: ArrayLike, lat2_deg: ArrayLike, lon2_deg: ArrayLike, fraction: ArrayLike
) -> tuple[Float, Float]:
    """Place at a fraction of the way from the first place (0) to the second (1).

    Five (...) -> latitude [-90, 90], longitude [-180, 180), degrees. The way is the shorter great circle;
    fractions outside [0, 1] go on along it. Error below 1e-7 m, except that between antipodes every great
    circle is a shortest one, and which is taken is left open.
    """
    east, north, up = _normal_seen_from(lat1_deg, lon1_deg, lat2_deg, lon2_deg)
    across = np.hypot(east, north)
    angle = np.arctan2(across, up) * np.asarray(fraction, dtype=np.float64)
    return _step(lat1_deg, lon1_deg, np.arctan2(east, north), angle)


def destination(
    lat_deg: ArrayLike, lon_deg: ArrayLike, course_deg: ArrayLike, distance_m: ArrayLike, body: Body = EARTH
) -> tuple[Float, Float]:
    """Place reached from another on an initial course (degrees) after a distance (metres) on the mean sphere.

    Four (...) -> latitude [-90, 90], longitude [-180, 180), degrees. Error below 1e-7 m.
    """
    angle = np.asarray(distance_m, dtype=np.float64) / body.mean_radius_m
    return _step(lat_deg, lon_deg, np.radians(np.asarray(course_deg, dtype=np.float64)), angle)


def _normal_seen_from(
    lat1_deg: ArrayLike, lon1_deg: ArrayLike, lat2_deg: ArrayLike, lon2_deg: ArrayLike
) -> tuple[Float, Float, Float]:
    """The second place's n-vector along the first place's east, north and up: four (...) -> three (...)."""
    one = np.radians(np.asarray(lat1_deg, dtype=np.float64))
    two = np.radians(np.asarray(lat2_deg, dtype=np.float64))
    eastward = np.radians(np.asarray(lon2_deg, dtype=np.float64) - np.asarray(lon1_deg, dtype=np.float64))
    outward = np.cos(two) * np.cos(eastward)
    east = np.cos(two) * np.sin(eastward)
    north = np.cos(one) * np.sin(two) - np.sin(one) * outward
    up = np.sin(one) * np.sin(two) + np.cos(one) * outward
    return east, north, up


def _step(lat_deg: ArrayLike, lon_deg: ArrayLike, course: Float, angle: Float) -> tuple[Float, Float]:
    """Place after an angle on a course, both radians: n = n₁ cos δ + (north cos θ + east sin θ) sin δ."""
    lat = np.radians(np.asarray(lat_deg, dtype=np.float64))
    east = np.sin(angle) * np.sin(course)
    north = np.sin(angle) * np.cos(course)
    up = np.cos(angle)
    outward = np.cos(lat) * up - np.sin(lat) * north
    axial = np.sin(lat) * up + np.cos(lat) * north
    lon = np.asarray(lon_deg, dtype=np.float64) + np.degrees(np.arctan2(east, outward))
    return np.degrees(np.arctan2(axial, np.hypot(outward, east))), (lon + 180.0) % 360.0 - 180.0
