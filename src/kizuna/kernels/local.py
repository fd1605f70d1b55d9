"""Track states from ECEF to what a picture shows, geodetic places and east, north, up; and back again."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatNx3, FloatNx6, FloatNx6x6, FloatNx21


@njit(cache=True)
def _geodetic(
    x: float, y: float, z: float, semi_major_m: float, eccentricity_2: float
) -> tuple[float, float, float]:
    """ECEF metres to latitude and longitude in radians and height in metres: Bowring's formula, twice."""
    semi_minor = semi_major_m * math.sqrt(1.0 - eccentricity_2)
    second_2 = eccentricity_2 / (1.0 - eccentricity_2)
    p = math.sqrt(x * x + y * y)
    sin_b, cos_b = z * semi_major_m, p * semi_minor
    lat = 0.0
    for _ in range(2):
        norm = math.sqrt(sin_b * sin_b + cos_b * cos_b) + 1e-300
        sin_b, cos_b = sin_b / norm, cos_b / norm
        above = z + second_2 * semi_minor * sin_b**3
        level = p - eccentricity_2 * semi_major_m * cos_b**3
        lat = math.atan2(above, level)
        sin_b, cos_b = semi_minor * math.sin(lat), semi_major_m * math.cos(lat)
    sin_lat, cos_lat = math.sin(lat), math.cos(lat)
    normal = semi_major_m / math.sqrt(1.0 - eccentricity_2 * sin_lat * sin_lat)
    # p/cos and z/sin each fail at one end of the latitudes; this form fails at none.
    height = p * cos_lat + z * sin_lat - semi_major_m * semi_major_m / normal
    return lat, math.atan2(y, x), height


@njit(cache=True)
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
    turn = np.empty((3, 3))
    full = np.empty((6, 6))
    for t in range(count):
        lat, lon, height = _geodetic(state[t, 0], state[t, 1], state[t, 2], semi_major_m, eccentricity_2)
        place[t, 0], place[t, 1], place[t, 2] = math.degrees(lat), math.degrees(lon), height
        sin_lat, cos_lat, sin_lon, cos_lon = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
        turn[0, 0], turn[0, 1], turn[0, 2] = -sin_lon, cos_lon, 0.0
        turn[1, 0], turn[1, 1], turn[1, 2] = -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat
        turn[2, 0], turn[2, 1], turn[2, 2] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
        for i in range(3):
            velocity[t, i] = turn[i, 0] * state[t, 3] + turn[i, 1] * state[t, 4] + turn[i, 2] * state[t, 5]
        _unpack(cov[t], full)
        k = 0
        for i in range(6):
            for j in range(i, 6):
                block_i, block_j = 3 * (i // 3), 3 * (j // 3)
                value = 0.0
                for a in range(3):
                    for b in range(3):
                        value += turn[i % 3, a] * full[block_i + a, block_j + b] * turn[j % 3, b]
                out[t, k] = value
                k += 1
    return place, velocity, out


@njit(cache=True)
def _unpack(cov: Float, full: Float) -> None:
    """Packed (21,) position, cross and velocity blocks to a full (6, 6), which is written."""
    k = 0
    for i in range(3):
        for j in range(i, 3):
            full[i, j] = full[j, i] = cov[k]
            full[3 + i, 3 + j] = full[3 + j, 3 + i] = cov[15 + k]
            k += 1
    for i in range(3):
        for j in range(3):
            full[i, 3 + j] = full[3 + j, i] = cov[6 + 3 * i + j]


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
