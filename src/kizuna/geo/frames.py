"""Positions from frame to frame: geodetic, Earth-fixed (ECEF), east-north-up (ENU), azimuth and range.

Every function takes scalars or arrays of any shape and broadcasts them; a vector lies along the last axis.
Angles are degrees, lengths metres, heights are above the body's ellipsoid, azimuth counts clockwise from
north in [0, 360). Nothing assumes a flat Earth: a local frame is a rotated and shifted ECEF frame, exact at
any distance from its site. NaN in a position gives NaN in what is computed from it, and no warning.
"""

import numpy as np
from numpy.typing import ArrayLike

from kizuna.geo.bodies import EARTH, Body
from kizuna.shapes import Float


def geodetic_to_ecef(lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, body: Body = EARTH) -> Float:
    """Geodetic latitude, longitude and height to ECEF: (...), (...), (...) -> (..., 3), metres.

    X = (N + h) cos φ cos λ, Y = (N + h) cos φ sin λ, Z = (N(1 - e²) + h) sin φ with N = a / √(1 - e² sin² φ).

    Source: Torge and Müller, Geodesy, 4th edition (2012), section 4.1.3.
    """
    height = np.asarray(alt_m, dtype=np.float64)
    sin_lat, cos_lat = _sin_cos(lat_deg)
    sin_lon, cos_lon = _sin_cos(lon_deg)
    normal = body.a_m / np.sqrt(1.0 - body.e2 * sin_lat * sin_lat)
    off_axis = (normal + height) * cos_lat
    axial = (normal * (1.0 - body.e2) + height) * sin_lat
    return _vector(off_axis * cos_lon, off_axis * sin_lon, axial)


def ecef_to_geodetic(xyz_m: ArrayLike, body: Body = EARTH) -> tuple[Float, Float, Float]:
    """ECEF to geodetic: (..., 3) metres -> latitude [-90, 90], longitude [-180, 180], height; each (...).

    Closed form, without iteration, right everywhere: far above the surface, at the poles and down to the
    centre. Where several points of the ellipsoid face the position (within e²a = 43 km of the Earth's
    centre), the nearest is taken. Error below 1e-8 m from the surface to 1,000 km above it, and everywhere
    inside.

    Source: Vermeille, An analytical method to transform geocentric into geodetic coordinates, J. Geodesy 85
    (2011), in the arrangement that avoids cancellation by Karney, Geodesics on an ellipsoid of revolution,
    arXiv:1102.1215v1, appendix B (2011).
    """
    xyz = np.asarray(xyz_m, dtype=np.float64)
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    off_axis = np.sqrt(x * x + y * y)
    p, q = (off_axis / body.a_m) ** 2, (1.0 - body.e2) * (z / body.a_m) ** 2
    kappa = _vermeille(p, q, body.e2)
    facing = kappa > 0.0
    kappa = np.where(facing, kappa, 1.0)
    # The foot of the normal: (cos φ, sin φ) are in the ratio of these two.
    cos_lat, sin_lat = off_axis / (kappa + body.e2), z / kappa
    height = (1.0 - (1.0 - body.e2) / kappa) * np.sqrt((kappa * cos_lat) ** 2 + z * z)
    if not facing.all() and np.any(lost := ~(facing | np.isnan(p + q))):
        # In the focal disc of the equatorial plane κ is 0, and its quotients are taken at the limit.
        rise = np.sqrt(np.maximum(body.e2**2 - p, 0.0) / (1.0 - body.e2))
        shape = np.sqrt(rise * rise + p)
        # At the centre of a sphere no direction is better than another: the pole's is taken.
        sin_lat = np.where(lost, np.where(shape == 0.0, 1.0, np.copysign(rise, z)), sin_lat)
        cos_lat = np.where(lost, np.sqrt(p), cos_lat)
        depth = body.b_m if body.e2 == 0.0 else body.a_m * (1.0 - body.e2) / body.e2 * shape
        height = np.where(lost, -depth, height)[()]
    return np.degrees(np.arctan2(sin_lat, cos_lat)), np.degrees(np.arctan2(y, x)), height


def _vermeille(p: Float, q: Float, e2: float) -> Float:
    """Solve Vermeille's quartic for κ, the ratio that fixes the foot of the normal: (...), (...) -> (...).

    p is (x² + y²)/a², q is (1 - e²) z²/a², both without unit. κ is 0 on the focal disc, and NaN for NaN.
    """
    e4 = e2 * e2
    r = (p + q - e4) / 6.0
    s = e4 * p * q / 4.0
    r3 = r * r * r
    discriminant = s * (2.0 * r3 + s)
    t3 = s + r3
    root = np.sqrt(np.maximum(discriminant, 0.0))
    t = np.cbrt(t3 + np.copysign(root, t3))
    u = r + t + np.divide(r * r, t, out=np.zeros_like(t), where=t != 0.0)
    inside = discriminant < 0.0  # of the evolute, within 43 km of the centre, where three roots are real
    if np.any(inside):
        angle = np.arctan2(np.sqrt(np.where(inside, -discriminant, 0.0)), -t3)
        u = np.where(inside, r + 2.0 * r * np.cos(angle / 3.0), u)
    v = np.sqrt(u * u + e4 * q)
    # u + v, without cancellation where u is negative
    total = np.where(u < 0.0, np.divide(e4 * q, v - u, out=np.zeros_like(v), where=u < 0.0), u + v)
    w = np.maximum(np.divide(e2 * (total - q), 2.0 * v, out=np.zeros_like(v), where=v != 0.0), 0.0)
    bottom = np.sqrt(total + w * w) + w
    kappa: Float = np.divide(total, bottom, out=np.zeros_like(v), where=bottom != 0.0)
    return kappa


def enu_basis(lat_deg: ArrayLike, lon_deg: ArrayLike) -> Float:
    """Directions east, north and up at a site, in ECEF: (...), (...) -> (..., 3, 3), unit vectors in rows.

    ``basis @ v`` turns an ECEF vector (a velocity, say) into ENU; ``basis.T @ v`` turns it back. At a pole,
    east and north are those of the meridian ``lon_deg``.

    Source: Torge and Müller, Geodesy, 4th edition (2012), section 2.5.3.
    """
    sin_lat, cos_lat = _sin_cos(lat_deg)
    sin_lon, cos_lon = _sin_cos(lon_deg)
    east = _vector(-sin_lon, cos_lon, 0.0 * sin_lat)
    north = _vector(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat)
    up = _vector(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat)
    return np.stack((east, north, up), axis=-2)


def ecef_to_enu(
    xyz_m: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, body: Body = EARTH
) -> Float:
    """ECEF positions to east, north, up from a site: (..., 3), site (...) -> (..., 3), metres.

    A rotation and a shift (see `enu_basis`); error below 1e-8 m.
    """
    from_site = np.asarray(xyz_m, dtype=np.float64) - geodetic_to_ecef(lat_deg, lon_deg, alt_m, body)
    dx, dy, dz = from_site[..., 0], from_site[..., 1], from_site[..., 2]
    sin_lat, cos_lat = _sin_cos(lat_deg)
    sin_lon, cos_lon = _sin_cos(lon_deg)
    outward = cos_lon * dx + sin_lon * dy
    east = cos_lon * dy - sin_lon * dx
    return _vector(east, cos_lat * dz - sin_lat * outward, cos_lat * outward + sin_lat * dz)


def enu_to_ecef(
    enu_m: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, body: Body = EARTH
) -> Float:
    """East, north, up from a site to ECEF positions: (..., 3), site (...) -> (..., 3), metres.

    The inverse of `ecef_to_enu`; error below 1e-8 m.
    """
    enu = np.asarray(enu_m, dtype=np.float64)
    east, north, up = enu[..., 0], enu[..., 1], enu[..., 2]
    sin_lat, cos_lat = _sin_cos(lat_deg)
    sin_lon, cos_lon = _sin_cos(lon_deg)
    outward = cos_lat * up - sin_lat * north
    dx, dy = cos_lon * outward - sin_lon * east, sin_lon * outward + cos_lon * east
    dz = cos_lat * north + sin_lat * up
    return np.add(geodetic_to_ecef(lat_deg, lon_deg, alt_m, body), _vector(dx, dy, dz))


def enu_to_aer(enu_m: ArrayLike) -> tuple[Float, Float, Float]:
    """East, north, up (..., 3) metres -> azimuth [0, 360), elevation [-90, 90], slant range in metres.

    Straight lines, without refraction. Each result is (...). At range zero azimuth and elevation are 0.
    """
    enu = np.asarray(enu_m, dtype=np.float64)
    east, north, up = enu[..., 0], enu[..., 1], enu[..., 2]
    ground2 = east * east + north * north
    azimuth = np.degrees(np.arctan2(east, north)) % 360.0
    azimuth = np.where(azimuth >= 360.0, 0.0, azimuth)[()]  # a tiny negative angle rounds up to 360
    elevation = np.degrees(np.arctan2(up, np.sqrt(ground2)))
    return azimuth, elevation, np.sqrt(ground2 + up * up)


def aer_to_enu(azimuth_deg: ArrayLike, elevation_deg: ArrayLike, range_m: ArrayLike) -> Float:
    """Azimuth, elevation and slant range, each (...) -> east, north, up (..., 3); undoes `enu_to_aer`."""
    slant = np.asarray(range_m, dtype=np.float64)
    sin_azimuth, cos_azimuth = _sin_cos(azimuth_deg)
    sin_elevation, cos_elevation = _sin_cos(elevation_deg)
    ground = slant * cos_elevation
    return _vector(ground * sin_azimuth, ground * cos_azimuth, slant * sin_elevation)


def ecef_to_aer(
    xyz_m: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, body: Body = EARTH
) -> tuple[Float, Float, Float]:
    """ECEF positions (..., 3) metres seen from a site (...): see `ecef_to_enu`, then `enu_to_aer`."""
    return enu_to_aer(ecef_to_enu(xyz_m, lat_deg, lon_deg, alt_m, body))


def aer_to_ecef(
    azimuth_deg: ArrayLike,
    elevation_deg: ArrayLike,
    range_m: ArrayLike,
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    alt_m: ArrayLike,
    body: Body = EARTH,
) -> Float:
    """Azimuth, elevation and slant range from a site, each (...) -> ECEF (..., 3) metres."""
    return enu_to_ecef(aer_to_enu(azimuth_deg, elevation_deg, range_m), lat_deg, lon_deg, alt_m, body)


def _sin_cos(angle_deg: ArrayLike) -> tuple[Float, Float]:
    """Sine and cosine of an angle in degrees."""
    angle = np.radians(np.asarray(angle_deg, dtype=np.float64))
    return np.sin(angle), np.cos(angle)


def _vector(x: Float, y: Float, z: Float) -> Float:
    """Three components, broadcast against each other, as the last axis of one array: (..., 3)."""
    out = np.empty((*np.broadcast_shapes(np.shape(x), np.shape(y), np.shape(z)), 3))
    out[..., 0], out[..., 1], out[..., 2] = x, y, z
    return out
