"""Bearings: lines on which an object is, laid where a track is, or crossed with lines from elsewhere.

A bearing with elevation is a line from the sensor; one without is the upright plane through it. With e across
the line, towards greater azimuth or greater elevation, the object at x obeys e (x - site) = 0, to within its
distance times the sensor's standard deviation: linear in x but for the distance.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, IntN

_ROUNDS = 5
_ONE_SITE_M2 = 1e6
"""Sensors nearer than 1 km to each other stand at one site: their lines hardly cross."""


@njit(cache=True, error_model="numpy")
def _axes(position_m: FloatNx3, row: int, site_m: FloatN, up: FloatN) -> Float:
    """Unit vectors (3, 3) along a line, and across it towards greater azimuth and greater elevation."""
    axes = np.empty((3, 3))
    axes[0] = position_m[row] - site_m
    axes[0] /= math.sqrt(np.sum(axes[0] * axes[0]))
    axes[1] = np.cross(axes[0], up)
    axes[1] /= math.sqrt(np.sum(axes[1] * axes[1]))
    axes[2] = np.cross(axes[1], axes[0])
    return axes


@njit(cache=True, error_model="numpy")
def near(
    rows: IntN,
    line: IntN,
    position_m: FloatNx3,
    sensor: IntN,
    site_m: FloatNx3,
    up: FloatNx3,
    sigma: FloatNx3,
    max_range_m: FloatN,
    gate: float,
    spot: Float,
) -> tuple[IntN, IntN]:
    """Tracks that bearings may be of, by trying all: a line crosses too many cells for a hash of space.

    Parameters
    ----------
    rows
        (K,) rows of the bearings.
    line, position_m, sensor
        (N,) 1 for azimuth alone, 2 with elevation; (N, 3) ECEF m, a place on the line; (N,).
    site_m, up, sigma, max_range_m
        (S, 3) ECEF m, (S, 3), (S, 3) range in m, azimuth and elevation in rad, (S,) m: the sensors.
    gate
        Largest squared Mahalanobis distance of interest.
    spot
        (T, 4) ECEF place and reach of the tracks, m.

    Returns
    -------
    tuple
        (E,) rows of the bearings, in their order, and (E,) rows of the tracks.
    """
    found, by = np.empty(64, dtype=np.int64), np.empty(64, dtype=np.int64)
    count = 0
    for row in rows:
        s = sensor[row]
        axes = _axes(position_m, row, site_m[s], up[s])
        for t in range(len(spot)):
            d0, d1, d2 = spot[t, 0] - site_m[s, 0], spot[t, 1] - site_m[s, 1], spot[t, 2] - site_m[s, 2]
            distance = math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
            along = d0 * axes[0, 0] + d1 * axes[0, 1] + d2 * axes[0, 2]
            if along < -spot[t, 3] or distance > max_range_m[s] + spot[t, 3]:
                continue
            close = True
            for k in range(1, line[row] + 1):
                across = d0 * axes[k, 0] + d1 * axes[k, 1] + d2 * axes[k, 2]
                close &= abs(across) <= math.sqrt(gate) * distance * sigma[s, k] + spot[t, 3]
            if close:
                if count == len(found):
                    found, by = np.concatenate((found, found)), np.concatenate((by, by))
                found[count], by[count] = t, row
                count += 1
    return by[:count], found[:count]


@njit(cache=True, error_model="numpy")
def lay_each(
    rows: IntN,
    track: IntN,
    time_s: FloatN,
    sensor: IntN,
    line: IntN,
    site_m: FloatNx3,
    up: FloatNx3,
    sigma: FloatNx3,
    long_m: float,
    state: Float,
    state_time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
) -> None:
    """Lay bearings where they pass their tracks, with a covariance that tells nothing along them, in place.

    That is the extended Kalman filter's update with the angles, in the limit of a great `long_m`.

    Parameters
    ----------
    rows, track
        (K,) rows of bearings; (N,) row of the track of each.
    time_s, sensor, line, site_m, up, sigma
        (N,) s, and as in `near`.
    long_m
        Standard deviation along what a bearing doesn't tell, m: far greater than what a track doesn't know.
    state, state_time_s
        (T, M, 6) ECEF m and m/s, (T,) s: the tracks.
    position_m, noise_m2
        (N, 3) ECEF m, (N, 6) packed m²: the bearings, a place on each line; written.
    """
    d, sigmas = np.empty(3), np.empty(3)
    for row in rows:
        s, t = sensor[row], track[row]
        axes = _axes(position_m, row, site_m[s], up[s])
        for i in range(3):
            d[i] = state[t, 0, i] + (time_s[row] - state_time_s[t]) * state[t, 0, 3 + i] - site_m[s, i]
        distance = math.sqrt(np.sum(d * d))
        # Azimuth turns about the vertical.
        level = math.sqrt(max(distance * distance - np.sum(d * up[s]) ** 2, 1.0))
        sigmas[0], sigmas[1], sigmas[2] = long_m, level * sigma[s, 1], long_m
        if line[row] == 2:
            sigmas[2] = distance * sigma[s, 2]
        for k in range(1, line[row] + 1):
            d -= np.sum(d * axes[k]) * axes[k]
        position_m[row] = site_m[s] + d
        e = 0
        for i in range(3):
            for j in range(i, 3):
                noise_m2[row, e] = 0.0
                for k in range(3):
                    noise_m2[row, e] += sigmas[k] * sigmas[k] * axes[k, i] * axes[k, j]
                e += 1


@njit(cache=True, error_model="numpy")
def _equations(
    row: int,
    line: int,
    position_m: FloatNx3,
    site_m: FloatN,
    up: FloatN,
    sigma: FloatN,
    max_range_m: float,
    drift_m: float,
    x: FloatN,
    first: int,
    equations: Float,
) -> int:
    """Write what a bearing says of an object near x, (., 5): way, offset, variance; returns the next row."""
    axes = _axes(position_m, row, site_m, up)
    d = x - site_m
    distance = min(math.sqrt(np.sum(d * d)), max_range_m)
    for k in range(1, line + 1):
        equations[first, :3] = axes[k]
        equations[first, 3] = np.sum(axes[k] * site_m)
        equations[first, 4] = (distance * sigma[k]) ** 2 + drift_m * drift_m
        first += 1
    return first


@njit(cache=True, error_model="numpy")
def _height(x: FloatN, earth: FloatN, height_m: FloatN, equation: Float) -> None:
    """Write what is known of the height of an object near x: (5,) as in `_equations`."""
    equation[:3] = x / math.sqrt(np.sum(x * x))
    equation[3] = earth[0] * (1.0 - earth[1] * equation[2] ** 2) + height_m[0]
    equation[4] = height_m[1] ** 2


@njit(cache=True, error_model="numpy")
def _step(equations: Float, x: Float) -> tuple[float, Float]:
    """Move x, which is written, to where it obeys the equations best: sum of squares left, normal matrix."""
    normal, right = np.zeros((3, 3)), np.zeros(3)
    for n in range(len(equations)):
        way = equations[n, :3]
        normal += np.outer(way, way) / equations[n, 4]
        right += way * ((equations[n, 3] - np.sum(way * x)) / equations[n, 4])
    x += np.linalg.solve(normal, right)
    squares = 0.0
    for n in range(len(equations)):
        squares += (np.sum(equations[n, :3] * x) - equations[n, 3]) ** 2 / equations[n, 4]
    return squares, normal


@njit(cache=True, error_model="numpy")
def _meet(
    row: int,
    other: int,
    drift_m: float,
    position_m: FloatNx3,
    sensor: IntN,
    line: IntN,
    sites: tuple[FloatNx3, FloatNx3, FloatNx3, FloatN],
    earth: FloatN,
    height_m: FloatN,
) -> tuple[float, FloatN, Float]:
    """Where two bearings meet, `drift_m` having gone by since the other: squares left, (3,), (3, 3)."""
    site_m, up, sigma, max_range_m = sites
    equations = np.empty((5, 5))
    squares, normal = 0.0, np.zeros((3, 3))
    x = 0.25 * (position_m[row] + site_m[sensor[row]] + position_m[other] + site_m[sensor[other]])
    for _ in range(_ROUNDS):
        used = 0
        for each in (row, other):
            s, moved_m = sensor[each], drift_m if each == other else 0.0
            used = _equations(
                each,
                line[each],
                position_m,
                site_m[s],
                up[s],
                sigma[s],
                max_range_m[s],
                moved_m,
                x,
                used,
                equations,
            )
        if used == 2:
            _height(x, earth, height_m, equations[2])
            used = 3
        squares, normal = _step(equations[:used], x)
    whole = np.empty((3, 3))
    whole[:] = np.linalg.inv(normal)
    return squares, x, whole


@njit(cache=True, error_model="numpy")
def cross(
    rows: IntN,
    time_s: FloatN,
    position_m: FloatNx3,
    sensor: IntN,
    line: IntN,
    identity: IntN,
    site_m: FloatNx3,
    up: FloatNx3,
    sigma: FloatNx3,
    max_range_m: FloatN,
    earth: FloatN,
    height_m: FloatN,
    speed_mps: float,
    gate: float,
    vague_m: float,
    crossed: IntN,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
) -> int:
    """Where bearings cross earlier ones from other sites: least squares, with what is known of heights.

    Parameters
    ----------
    rows
        (K,) rows of bearings to cross with all before them.
    time_s, position_m, sensor, line, identity, site_m, up, sigma, max_range_m
        (N,) s, in order, (N, 3) ECEF m, (N,), (N,), (N,) codes, -1 for none, and as in `near`.
    earth
        (2,) semi-major axis in m, flattening.
    height_m
        (2,) mean and standard deviation of the heights at which something may be where no bearing has an
        elevation, m.
    speed_mps
        Standard deviation of how far an object gets in a second between the bearings, along each axis.
    gate, vague_m
        Largest sum of squared residuals over their variances, and largest standard deviation along any axis.
    crossed, place_m, cov_m2
        (C,) row of the later bearing, (C, 3) ECEF m, (C, 6) packed m²: the crossings; written while there is
        room.

    Returns
    -------
    int
        How many crossings there are.
    """
    count = 0
    sites = (site_m, up, sigma, max_range_m)
    for row in rows:
        for other in range(row):
            unlike = identity[row] >= 0 and identity[other] >= 0 and identity[row] != identity[other]
            apart = site_m[sensor[row]] - site_m[sensor[other]]
            if unlike or np.sum(apart * apart) < _ONE_SITE_M2:
                continue
            drift_m = speed_mps * (time_s[row] - time_s[other])
            squares, x, whole = _meet(row, other, drift_m, position_m, sensor, line, sites, earth, height_m)
            good = squares <= gate and np.linalg.eigvalsh(whole)[2] <= vague_m * vague_m
            for each in (row, other):
                d = x - site_m[sensor[each]]
                good &= np.sum(d * (position_m[each] - site_m[sensor[each]])) > 0.0
                good &= np.sum(d * d) <= max_range_m[sensor[each]] ** 2
            if good and count < len(crossed):
                crossed[count], place_m[count] = row, x
                cov_m2[count, :3], cov_m2[count, 3:5] = whole[0], whole[1, 1:]
                cov_m2[count, 5] = whole[2, 2]
            count += good
    return count
