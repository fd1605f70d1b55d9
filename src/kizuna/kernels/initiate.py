"""Tracks begin where detections are that no track explains."""

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN


@njit(cache=True)
def begin(
    rows: IntN,
    sensor: IntN,
    time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    identity: IntN,
    sigma_mps: tuple[float, float],
    gate: float,
    first: int,
    state: FloatNx6,
    cov: FloatNx21,
    state_time_s: FloatN,
    joined: BoolN,
    begun_by: IntN,
    track: IntN,
    log_likelihood: FloatN,
) -> int:
    """Begin tracks from detections; a later detection of another sensor may join a track that one has begun.

    One detection gives a place and no velocity: the velocity starts at zero with standard deviations for the level and
    the vertical, wide enough for what flies (one-point initiation, Mallick and La Scala 2008). Within the short slice
    of time that `rows` span, a joining detection says nothing of the velocity, so only the place is updated.

    Parameters
    ----------
    rows
        (M,) rows of the detections' arrays, in order of time.
    sensor, time_s, position_m, noise_m2, identity
        (N,), (N,) s, (N, 3) ECEF m, (N, 6) packed m², (N,) codes, -1 for none: the detections.
    sigma_mps
        Standard deviations of an unknown velocity along each level axis and the vertical, m/s.
    gate
        Largest squared Mahalanobis distance (3 degrees of freedom) at which a detection joins.
    first
        First free row of the tracks' arrays.
    state, cov, state_time_s
        (T, 6), (T, 21) packed as in `kizuna.kernels.kalman`, (T,) s: the tracks; rows from `first` on are written.
    joined
        (N,) whether a detection joined a track that an earlier one began; written.
    begun_by
        (T,) row of the detection that began each new track; written.
    track
        (N,) row of the track of each detection; written.
    log_likelihood
        (N,) log-density in 1/m³ of each detection that joined; written.

    Returns
    -------
    int
        The number of new tracks.
    """
    level_2, vertical_2 = sigma_mps[0] * sigma_mps[0], sigma_mps[1] * sigma_mps[1]
    count = 0
    for row in rows:
        joined[row] = False
        best, best_track = gate, -1
        for t in range(first, first + count):
            begun = begun_by[t]
            apart = identity[row] >= 0 and identity[begun] >= 0 and identity[row] != identity[begun]
            if sensor[begun] == sensor[row] or apart:
                continue
            drift_2 = (time_s[row] - time_s[begun]) ** 2 * level_2
            # Far apart along one axis is far apart: spares the matrices.
            gap = position_m[row, 0] - state[t, 0]
            if gap * gap > gate * (noise_m2[row, 0] + cov[t, 0] + drift_2):
                continue
            distance, _ = _apart(position_m[row], noise_m2[row], state[t], cov[t], drift_2)
            if distance < best:
                best, best_track = distance, t
        if best_track >= 0:
            t = best_track
            drift_2 = (time_s[row] - time_s[begun_by[t]]) ** 2 * level_2
            distance, determinant = _apart(position_m[row], noise_m2[row], state[t], cov[t], drift_2)
            log_likelihood[row] = -0.5 * (distance + np.log(determinant) + 3.0 * np.log(2.0 * np.pi))
            _merge(position_m[row], noise_m2[row], state[t], cov[t], drift_2)
            state_time_s[t] = time_s[row]
            joined[row] = True
            track[row] = t
            continue
        t = first + count
        count += 1
        begun_by[t] = row
        track[row] = t
        state_time_s[t] = time_s[row]
        norm_2 = position_m[row, 0] ** 2 + position_m[row, 1] ** 2 + position_m[row, 2] ** 2
        cov[t] = 0.0
        k = 0
        for i in range(3):
            state[t, i] = position_m[row, i]
            state[t, 3 + i] = 0.0
            for j in range(i, 3):
                up_up = position_m[row, i] * position_m[row, j] / norm_2
                cov[t, k] = noise_m2[row, k]
                cov[t, 15 + k] = (vertical_2 - level_2) * up_up + (level_2 if i == j else 0.0)
                k += 1
    return count


@njit(cache=True)
def _sum(noise_m2: FloatN, cov: FloatN, drift_2: float) -> FloatNx3:
    """Full 3x3 sum of two packed position covariances and an isotropic drift."""
    total = np.empty((3, 3))
    k = 0
    for i in range(3):
        for j in range(i, 3):
            total[i, j] = total[j, i] = noise_m2[k] + cov[k] + (drift_2 if i == j else 0.0)
            k += 1
    return total


@njit(cache=True)
def _apart(
    position_m: FloatN, noise_m2: FloatN, state: FloatN, cov: FloatN, drift_2: float
) -> tuple[float, float]:
    """Squared Mahalanobis distance of a detection from a new track's place, and the determinant of its covariance."""
    total = _sum(noise_m2, cov, drift_2)
    gap = position_m - state[:3]
    return float(np.dot(gap, np.linalg.solve(total, gap))), float(np.linalg.det(total))


@njit(cache=True)
def _merge(position_m: FloatN, noise_m2: FloatN, state: FloatN, cov: FloatN, drift_2: float) -> None:
    """Update a new track's place (never its velocity) with a detection, in place."""
    place = _sum(np.zeros(6), cov, drift_2)
    gain = np.linalg.solve(_sum(noise_m2, cov, drift_2), place).T
    state[:3] += np.dot(gain, position_m - state[:3])
    rest = place - np.dot(gain, place)
    k = 0
    for i in range(3):
        for j in range(i, 3):
            cov[k] = 0.5 * (rest[i, j] + rest[j, i])
            k += 1
