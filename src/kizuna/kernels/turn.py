"""Coordinated turns about the local vertical over a curved Earth, at a rate that is part of the state.

A state is x y z vx vy vz (ECEF, m and m/s) and the turn rate (rad/s, positive to the left, seen from above).
Its covariance is packed as 28 numbers: the 21 of place and velocity as in `kizuna.kernels.kalman`, the
covariances of the rate with these six, and its variance.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, IntN

_ROW = np.array([0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 0, 1, 2, 3, 4, 5, 6])
_COLUMN = np.array([0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5, 4, 5, 5, 6, 6, 6, 6, 6, 6, 6])
"""Of the state, for each packed number."""


@njit(cache=True, error_model="numpy")
def advance(rows: IntN, dt_s: FloatN, m: int, parameters: FloatN, state: Float, cov: Float) -> None:
    """Move one model's state of some tracks by a time each, in place.

    The mean goes by `turned`; the covariance by that step's derivatives over a flat Earth, which are off by a
    share of distance flown / Earth's radius. White noise of acceleration, along the level and the vertical,
    and of the turn rate adds to it; noise of the rate shakes the velocity across it as a jerk would.

    Parameters
    ----------
    rows
        (K,) the tracks.
    dt_s
        (T,) time for each track, s, not negative.
    m
        The model.
    parameters
        (5,) powers of the noise of acceleration along the level and the vertical, m²/s³, and of the turn
        rate, rad²/s³; semi-major axis in m and squared first eccentricity of the ellipsoid.
    state, cov
        (T, M, 7), (T, M, 28) packed; row m of each track is written.
    """
    up, velocity, moved = np.empty(3), np.empty(3), np.empty((2, 3))
    step, p, half = np.zeros((7, 7)), np.empty((7, 7)), np.empty((7, 7))
    for t in rows:
        dt, rate = dt_s[t], state[t, m, 6]
        velocity[:] = state[t, m, 3:6]
        curvature = vertical(state[t, m], rate * dt, parameters[3], parameters[4], up)
        turned(up, velocity, rate, curvature, dt, moved)
        derivatives(up, velocity, rate, dt, step)
        for e in range(28):
            p[_ROW[e], _COLUMN[e]] = p[_COLUMN[e], _ROW[e]] = cov[t, m, e]
        # Rows of the step have 1 on the diagonal and nothing before the velocity.
        for i in range(7):
            for j in range(7):
                half[i, j] = p[i, j] if i < 3 else 0.0
                for k in range(3, 7):
                    half[i, j] += step[i, k] * p[k, j]
        across = (
            up[1] * moved[1, 2] - up[2] * moved[1, 1],
            up[2] * moved[1, 0] - up[0] * moved[1, 2],
            up[0] * moved[1, 1] - up[1] * moved[1, 0],
        )
        for e in range(28):
            i, j = _ROW[e], _COLUMN[e]
            total = half[i, j] if j < 3 else 0.0
            for k in range(3, 7):
                total += half[i, k] * step[j, k]
            cov[t, m, e] = total
        _shake(dt, parameters, up, across, cov[t, m])
        for i in range(3):
            state[t, m, i] += moved[0, i]
            state[t, m, 3 + i] = moved[1, i]


@njit(cache=True, error_model="numpy")
def _shake(
    dt_s: float, parameters: FloatN, up: FloatN, across: tuple[float, float, float], cov: Float
) -> None:
    """Add noise to a packed covariance (28,).

    Of white acceleration as in `kizuna.kernels.kalman.predict`; of the rate as of a Wiener process of
    acceleration (Bar-Shalom, Li, Kirubarajan 2001, 6.2.3) along `across`, the up direction times velocity.
    """
    level_q, excess, rate_q = parameters[0], parameters[1] - parameters[0], parameters[2]
    dt2, dt3 = dt_s * dt_s, dt_s * dt_s * dt_s
    k = 0
    for i in range(3):
        for j in range(3):
            white = excess * up[i] * up[j] + (level_q if i == j else 0.0)
            jerk = rate_q * across[i] * across[j]
            cov[6 + 3 * i + j] += white * dt2 / 2.0 + jerk * dt2 * dt2 / 8.0
            if j >= i:
                cov[k] += white * dt3 / 3.0 + jerk * dt2 * dt3 / 20.0
                cov[15 + k] += white * dt_s + jerk * dt3 / 3.0
                k += 1
        cov[21 + i] += rate_q * across[i] * dt3 / 6.0
        cov[24 + i] += rate_q * across[i] * dt2 / 2.0
    cov[27] += rate_q * dt_s


@njit(cache=True, error_model="numpy")
def vertical(state: FloatN, turn: float, semi_major_m: float, eccentricity_2: float, up: Float) -> float:
    """Write the up direction at a place; returns how the level path there bends with the Earth, 1/m.

    That is one over radius of curvature along the path (Euler's formula) and height, for the direction of the
    velocity half-way through the turn. The direction is Bowring's (1976, Survey Review 181), good to 1e-9 rad
    up to 1,000 km.

    Parameters
    ----------
    state
        (7,) of which place and velocity count.
    turn
        By how much it is going to turn, rad.
    semi_major_m, eccentricity_2
        The ellipsoid: m, and squared first eccentricity.
    up
        (3,) written.
    """
    flat = math.sqrt(1.0 - eccentricity_2)
    away, z = math.hypot(state[0], state[1]), state[2]
    scale = 1.0 / math.hypot(flat * away, z)
    sin_b, cos_b = z * scale, flat * away * scale
    north = z + eccentricity_2 / flat * semi_major_m * sin_b**3
    outward = away - eccentricity_2 * semi_major_m * cos_b**3
    scale = 1.0 / math.hypot(north, outward)
    sin_lat, cos_lat = north * scale, outward * scale
    sin_lon, cos_lon = (state[1] / away, state[0] / away) if away > 0.0 else (0.0, 1.0)
    up[0], up[1], up[2] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
    root = math.sqrt(1.0 - eccentricity_2 * sin_lat * sin_lat)
    height = away * cos_lat + z * sin_lat - semi_major_m * root
    east_rate = -sin_lon * state[3] + cos_lon * state[4]
    north_rate = cos_lat * state[5] - sin_lat * (cos_lon * state[3] + sin_lon * state[4])
    level_2 = east_rate * east_rate + north_rate * north_rate
    half = 0.5 * turn
    share = (
        (math.cos(half) * north_rate + math.sin(half) * east_rate) ** 2 / level_2 if level_2 > 0.0 else 0.5
    )
    by_north = root * root * root / (semi_major_m * (1.0 - eccentricity_2))
    bend = share * by_north + (1.0 - share) * root / semi_major_m
    return float(bend / (1.0 + bend * height))


@njit(cache=True, error_model="numpy")
def turned(up: FloatN, velocity: FloatN, rate: float, curvature: float, dt_s: float, moved: Float) -> None:
    """Write displacement and velocity after a turn of constant rate, speed and climb rate.

    Over a sphere a level turn rotates the whole, place and velocity, about one axis,
    a = rate up + curvature up x velocity: a small circle. Climbing moves the place along the up direction,
    which is rotated alike. With curvature 0 it is the coordinated turn in a plane (Bar-Shalom, Li,
    Kirubarajan 2001, 11.7.1). The curvature is taken at the middle of a climb.

    Parameters
    ----------
    up, velocity
        (3,) unit, (3,) m/s.
    rate, curvature
        rad/s to the left; one over the radius of the level path, 1/m.
    dt_s
        s.
    moved
        (2, 3) displacement in m and velocity in m/s; written.
    """
    climb = up[0] * velocity[0] + up[1] * velocity[1] + up[2] * velocity[2]
    level = (velocity[0] - climb * up[0], velocity[1] - climb * up[1], velocity[2] - climb * up[2])
    left = (
        up[1] * level[2] - up[2] * level[1],
        up[2] * level[0] - up[0] * level[2],
        up[0] * level[1] - up[1] * level[0],
    )
    speed_2 = level[0] * level[0] + level[1] * level[1] + level[2] * level[2]
    grown = 1.0 / (1.0 + 0.5 * climb * dt_s * curvature)
    bent = curvature * grown
    axis = math.sqrt(rate * rate + bent * bent * speed_2)
    angle = axis * dt_s
    along, inward = dt_s, 0.5 * dt_s * dt_s
    if angle > 1e-9:
        along, inward = math.sin(angle) / axis, 2.0 * (math.sin(0.5 * angle) / axis) ** 2
    for i in range(3):
        pull = rate * left[i] - bent * speed_2 * up[i]
        path = along * level[i] + inward * pull
        new_up = up[i] + bent * path
        moved[0, i] = path * grown + climb * dt_s * new_up
        moved[1, i] = math.cos(angle) * level[i] + along * pull + climb * new_up


@njit(cache=True, error_model="numpy")
def derivatives(up: FloatN, velocity: FloatN, rate: float, dt_s: float, step: Float) -> None:
    """Write the derivatives (7, 7) of the state after a turn over a flat Earth by the state before.

    Parameters
    ----------
    up, velocity, rate, dt_s
        As in `turned`.
    step
        (7, 7), zero at the first call; written.
    """
    climb = up[0] * velocity[0] + up[1] * velocity[1] + up[2] * velocity[2]
    x = rate * dt_s
    sin, cos = math.sin(x), math.cos(x)
    # sin x / x, (1 - cos x) / x, and their derivatives by x.
    if abs(x) > 1e-3:
        along, aside = sin / x, 2.0 * math.sin(0.5 * x) ** 2 / x
        along_x, aside_x = (cos - along) / x, (sin - aside) / x
    else:
        along, aside = 1.0 - x * x / 6.0, 0.5 * x
        along_x, aside_x = -x / 3.0 + x * x * x / 30.0, 0.5 - 0.125 * x * x
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        level, left = velocity[i] - climb * up[i], up[j] * velocity[k] - up[k] * velocity[j]
        step[i, 6] = dt_s * dt_s * (along_x * level + aside_x * left)
        step[3 + i, 6] = dt_s * (cos * left - sin * level)
        for n in range(3):
            flat = -up[i] * up[n]
            cross = 0.0
            if n == i:
                flat += 1.0
            elif n == j:
                cross = -up[k]
            else:
                cross = up[j]
            step[i, 3 + n] = dt_s * (along * flat + aside * cross + up[i] * up[n])
            step[3 + i, 3 + n] = cos * flat + sin * cross + up[i] * up[n]
        step[i, i] = 1.0
    step[6, 6] = 1.0
