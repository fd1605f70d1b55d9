"""Plots whose errors of direction bend their places, laid anew where their tracks expect them."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx3x3, FloatNx6, IntN


@njit(cache=True, error_model="numpy")
def straighten(
    rows: IntN,
    track: IntN,
    time_s: FloatN,
    sensor: IntN,
    site_m: FloatNx3,
    basis: FloatNx3x3,
    sigma: FloatNx3,
    state: Float,
    cov: Float,
    mode: Float,
    state_time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
) -> None:
    """Lay plots of range, azimuth and elevation where their tracks expect them, in place.

    A place that is converted on its own has the covariance of the direction in which it was seen, errors
    included, so that gain and error go together: the wider the angles, the more too sure the track. Here the
    three differences of measured and expected range, azimuth and elevation are laid along their directions
    at the expected place instead: the extended Kalman update of the second order (Bar-Shalom, Li,
    Kirubarajan 2001, 10.3.2), whose expected range is longer by tr(P⊥)/(2r) for the variance P⊥ of the
    expected place across the line of sight, and uncertain by tr(P⊥²)/(2r²) more.

    Parameters
    ----------
    rows, track
        (K,) rows of the detections to lay; (N,) row of the track of each.
    time_s, sensor
        (N,) s, (N,): the detections.
    site_m, basis, sigma
        (S, 3) ECEF m, (S, 3, 3) east, north, up in ECEF, (S, 3) standard deviations of range (m), azimuth and
        elevation (rad): the sensors.
    state, cov, mode, state_time_s
        (T, M, 6 or more) ECEF m and m/s, (T, M, 21 or more) packed, (T, M), (T,) s: the tracks.
    position_m, noise_m2
        (N, 3) ECEF m and (N, 6) packed m², as `kizuna.kernels.measure.polar` makes them; written.
    """
    seen, there, away = np.empty(3), np.empty(3), np.empty(3)
    axes = np.empty((3, 3))
    for row in rows:
        t, s = track[row], sensor[row]
        m, dt = int(np.argmax(mode[t])), time_s[row] - state_time_s[t]
        for i in range(3):
            seen[i] = position_m[row, i] - site_m[s, i]
            away[i] = state[t, m, i] + dt * state[t, m, 3 + i] - site_m[s, i]
        _turn(basis, s, seen)
        there[:] = away
        _turn(basis, s, there)
        # As measured: without the stretch that made up for the bend.
        seen[:2] *= math.exp(-0.5 * sigma[s, 1] ** 2)
        seen *= math.exp(-0.5 * sigma[s, 2] ** 2)
        level = math.hypot(there[0], there[1])
        distance = math.hypot(level, there[2])
        seen_level = math.hypot(seen[0], seen[1])
        turned = math.atan2(seen[0] * there[1] - seen[1] * there[0], seen[0] * there[0] + seen[1] * there[1])
        raised = math.atan2(seen[2], seen_level) - math.atan2(there[2], level)
        sin_a, cos_a = there[0] / level, there[1] / level
        sin_e, cos_e = there[2] / distance, level / distance
        for i in range(3):
            east, north, up = basis[s, 0, i], basis[s, 1, i], basis[s, 2, i]
            outward = sin_a * east + cos_a * north
            axes[0, i] = cos_e * outward + sin_e * up
            axes[1, i] = cos_a * east - sin_a * north
            axes[2, i] = cos_e * up - sin_e * outward
        wide, high, both = _across(cov, t, m, dt, axes)
        longer = 0.5 * (wide + high) / distance
        unsure = 0.5 * (wide * wide + high * high + 2.0 * both * both) / (distance * distance)
        gone = (math.hypot(seen_level, seen[2]) - distance - longer, level * turned, distance * raised)
        spread = (sigma[s, 0] ** 2 + unsure, (level * sigma[s, 1]) ** 2, (distance * sigma[s, 2]) ** 2)
        k = 0
        for i in range(3):
            position_m[row, i] = site_m[s, i] + away[i]
            for a in range(3):
                position_m[row, i] += gone[a] * axes[a, i]
            for j in range(i, 3):
                noise_m2[row, k] = 0.0
                for a in range(3):
                    noise_m2[row, k] += spread[a] * axes[a, i] * axes[a, j]
                k += 1


@njit(cache=True)
def _turn(basis: FloatNx3x3, s: int, away_m: FloatN) -> None:
    """Turn an ECEF vector (3,) to a sensor's east, north and up, in place."""
    x, y, z = away_m[0], away_m[1], away_m[2]
    for i in range(3):
        away_m[i] = basis[s, i, 0] * x + basis[s, i, 1] * y + basis[s, i, 2] * z


@njit(cache=True, error_model="numpy")
def _across(cov: Float, t: int, m: int, dt_s: float, axes: Float) -> tuple[float, float, float]:
    """Variances of a track's expected place along the second and the third axis, and their covariance, m²."""
    wide = high = both = 0.0
    k = 0
    for i in range(3):
        for j in range(i, 3):
            crossed = cov[t, m, 6 + 3 * i + j] + cov[t, m, 6 + 3 * j + i]
            p = cov[t, m, k] + dt_s * crossed + dt_s * dt_s * cov[t, m, 15 + k]
            twice = 1.0 if i == j else 2.0
            wide += twice * p * axes[1, i] * axes[1, j]
            high += twice * p * axes[2, i] * axes[2, j]
            both += 0.5 * twice * p * (axes[1, i] * axes[2, j] + axes[1, j] * axes[2, i])
            k += 1
    return wide, high, both
