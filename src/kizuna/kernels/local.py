"""Track states from ECEF to what a picture shows, geodetic places and east, north, up; and back again."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import FloatNx3, FloatNx6, FloatNx6x6, FloatNx21


@njit(cache=True)
def _geodetic(
    x: float, y: float, z: float, semi_major_m: float, eccentricity_2: float
) -> tuple[float, float, float, float]:
    """ECEF metres to sine and cosine of the latitude, distance from the axis and height: Bowring, twice."""
    semi_minor = semi_major_m * math.sqrt(1.0 - eccentricity_2)
    second_2 = eccentricity_2 / (1.0 - eccentricity_2)
    p = math.sqrt(x * x + y * y)
    sin_lat, cos_lat = z, p
    # The tangent of the reduced latitude is b/a times that of the latitude; at first, a/b times z/p.
    tall, wide = semi_major_m, semi_minor
    for _ in range(2):
        sin_b, cos_b = tall * sin_lat, wide * cos_lat
        norm = math.sqrt(sin_b * sin_b + cos_b * cos_b) + 1e-300
        sin_b, cos_b = sin_b / norm, cos_b / norm
        above = z + second_2 * semi_minor * sin_b * sin_b * sin_b
        level = p - eccentricity_2 * semi_major_m * cos_b * cos_b * cos_b
        norm = math.sqrt(above * above + level * level) + 1e-300
        sin_lat, cos_lat = above / norm, level / norm
        tall, wide = semi_minor, semi_major_m
    normal = semi_major_m / math.sqrt(1.0 - eccentricity_2 * sin_lat * sin_lat)
    # p/cos and z/sin each fail at one end of the latitudes; this form fails at none.
    height = p * cos_lat + z * sin_lat - semi_major_m * semi_major_m / normal
    return sin_lat, cos_lat, p, height


@njit(cache=True, nogil=True)
def to_local(
    state: FloatNx6, cov: FloatNx21, semi_major_m: float, eccentricity_2: float
) -> tuple[FloatNx3, FloatNx3, FloatNx21]:
    """States and covariances as a picture shows them.

    Parameters
    ----------
    state, cov
        (T, 6) ECEF m and m/s; (T, 21) packed as in `kizuna.kernels.kalman`.
    semi_major_m, eccentricity_2
        The ellipsoid's semi-major axis in m and first eccentricity squared.

    Returns
    -------
    tuple
        (T, 3) latitude and longitude in degrees and height in m; (T, 3) velocity east, north, up in m/s; (T,
        21) upper triangle, row by row, of the covariance of east, north, up position and velocity.
    """
    count = len(state)
    place, velocity, out = np.empty((count, 3)), np.empty((count, 3)), np.empty((count, 21))
    for t in range(count):
        x, y, z = state[t, 0], state[t, 1], state[t, 2]
        sin_lat, cos_lat, p, height = _geodetic(x, y, z, semi_major_m, eccentricity_2)
        place[t, 0] = math.degrees(math.atan2(sin_lat, cos_lat))
        place[t, 1] = math.degrees(math.atan2(y, x))
        place[t, 2] = height
        sin_lon, cos_lon = (y / p, x / p) if p > 0.0 else (0.0, 1.0)
        angles = (sin_lat, cos_lat, sin_lon, cos_lon)
        velocity[t, 0], velocity[t, 1], velocity[t, 2] = _turn(state[t, 3], state[t, 4], state[t, 5], angles)
        c = cov[t]
        rows = _block(c[0], c[1], c[2], c[1], c[3], c[4], c[2], c[4], c[5], angles)
        out[t, 0], out[t, 1], out[t, 2], out[t, 6], out[t, 7], out[t, 11] = (
            rows[0],
            rows[1],
            rows[2],
            rows[4],
            rows[5],
            rows[8],
        )
        rows = _block(c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], angles)
        out[t, 3], out[t, 4], out[t, 5] = rows[0], rows[1], rows[2]
        out[t, 8], out[t, 9], out[t, 10] = rows[3], rows[4], rows[5]
        out[t, 12], out[t, 13], out[t, 14] = rows[6], rows[7], rows[8]
        rows = _block(c[15], c[16], c[17], c[16], c[18], c[19], c[17], c[19], c[20], angles)
        out[t, 15], out[t, 16], out[t, 17], out[t, 18], out[t, 19], out[t, 20] = (
            rows[0],
            rows[1],
            rows[2],
            rows[4],
            rows[5],
            rows[8],
        )
    return place, velocity, out


@njit(cache=True)
def _turn(
    x: float, y: float, z: float, angles: tuple[float, float, float, float]
) -> tuple[float, float, float]:
    """East, north and up of a vector in ECEF; `angles` are sine and cosine of latitude and longitude."""
    sin_lat, cos_lat, sin_lon, cos_lon = angles
    outward = cos_lon * x + sin_lon * y
    return cos_lon * y - sin_lon * x, cos_lat * z - sin_lat * outward, cos_lat * outward + sin_lat * z


@njit(cache=True)
def _block(
    m00: float,
    m01: float,
    m02: float,
    m10: float,
    m11: float,
    m12: float,
    m20: float,
    m21: float,
    m22: float,
    angles: tuple[float, float, float, float],
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """T M Tᵀ of a 3x3 matrix M, row by row, for the rotation T of `_turn`."""
    e0, n0, u0 = _turn(m00, m10, m20, angles)
    e1, n1, u1 = _turn(m01, m11, m21, angles)
    e2, n2, u2 = _turn(m02, m12, m22, angles)
    ee, en, eu = _turn(e0, e1, e2, angles)
    ne, nn, nu = _turn(n0, n1, n2, angles)
    ue, un, uu = _turn(u0, u1, u2, angles)
    return ee, en, eu, ne, nn, nu, ue, un, uu


@njit(cache=True)
def from_local(
    place: FloatNx3, velocity: FloatNx3, cov: FloatNx21, semi_major_m: float, eccentricity_2: float
) -> tuple[FloatNx6, FloatNx6x6]:
    """States and covariances from what a picture shows; `to_local` is the way back.

    Parameters
    ----------
    place, velocity
        (T, 3) latitude and longitude in degrees and height in m; (T, 3) velocity east, north, up in m/s.
    cov
        (T, 21) upper triangle, row by row, of the covariance of east, north, up position and velocity.
    semi_major_m, eccentricity_2
        The ellipsoid's semi-major axis in m and first eccentricity squared.

    Returns
    -------
    tuple
        (T, 6) ECEF m and m/s; (T, 6, 6) their covariance.
    """
    count = len(place)
    state, out = np.empty((count, 6)), np.empty((count, 6, 6))
    turn, full, half = np.empty((3, 3)), np.empty((6, 6)), np.empty((6, 6))
    for t in range(count):
        lat, lon, height = math.radians(place[t, 0]), math.radians(place[t, 1]), place[t, 2]
        sin_lat, cos_lat, sin_lon, cos_lon = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
        normal = semi_major_m / math.sqrt(1.0 - eccentricity_2 * sin_lat * sin_lat)
        state[t, 0] = (normal + height) * cos_lat * cos_lon
        state[t, 1] = (normal + height) * cos_lat * sin_lon
        state[t, 2] = (normal * (1.0 - eccentricity_2) + height) * sin_lat
        turn[0, 0], turn[0, 1], turn[0, 2] = -sin_lon, cos_lon, 0.0
        turn[1, 0], turn[1, 1], turn[1, 2] = -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat
        turn[2, 0], turn[2, 1], turn[2, 2] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
        k = 0
        for i in range(6):
            for j in range(i, 6):
                full[i, j] = full[j, i] = cov[t, k]
                k += 1
        for i in range(3):
            state[t, 3 + i] = (
                turn[0, i] * velocity[t, 0] + turn[1, i] * velocity[t, 1] + turn[2, i] * velocity[t, 2]
            )
        for i in range(6):
            block = 3 * (i // 3)
            for j in range(6):
                half[i, j] = (
                    turn[0, i % 3] * full[block, j]
                    + turn[1, i % 3] * full[block + 1, j]
                    + turn[2, i % 3] * full[block + 2, j]
                )
        for i in range(6):
            for j in range(i, 6):
                block = 3 * (j // 3)
                value = (
                    half[i, block] * turn[0, j % 3]
                    + half[i, block + 1] * turn[1, j % 3]
                    + half[i, block + 2] * turn[2, j % 3]
                )
                out[t, i, j] = out[t, j, i] = value
    return state, out
