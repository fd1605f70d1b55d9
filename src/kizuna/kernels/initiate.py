"""Tracks begin where detections are that no track explains."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, Float, FloatN, FloatNx3, FloatNx6, IntN

_LOG_2PI_3 = 3.0 * math.log(2.0 * math.pi)
_CELL_BITS = 20
_CELL_OFFSET = 1 << (_CELL_BITS - 1)
_SPREAD = 0x9E3779B97F4A7C15 & 0x7FFFFFFFFFFFFFFF


@njit(cache=True, error_model="numpy")
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
    models: FloatNx3,
    state: Float,
    cov: Float,
    mode: Float,
    state_time_s: FloatN,
    joined: BoolN,
    begun_by: IntN,
    track: IntN,
    log_likelihood: FloatN,
) -> int:
    """Begin tracks from detections; a later detection of another sensor may join a track that one has begun.

    One detection gives a place and no velocity: the velocity starts at zero with standard deviations for the
    level and the vertical, wide enough for what flies (one-point initiation, Mallick and La Scala 2008).
    Within the short slice of time that `rows` span, a joining detection says nothing of the velocity, so only
    the place is updated.

    Parameters
    ----------
    rows
        (K,) rows of the detections' arrays, in order of time.
    sensor, time_s, position_m, noise_m2, identity
        (N,), (N,) s, (N, 3) ECEF m, (N, 6) packed m², (N,) codes, -1 for none: the detections.
    sigma_mps
        (2,) standard deviations of an unknown velocity along each level axis and the vertical, m/s.
    gate
        Largest squared Mahalanobis distance (3 degrees of freedom) at which a detection joins.
    first
        First free row of the tracks' arrays.
    models
        (M, 3) models of motion as in `kizuna.kernels.kalman.update_each`.
    state, cov, mode, state_time_s
        (T, M, 6), (T, M, 21) packed as in `kizuna.kernels.kalman`, (T, M), (T,) s: the tracks; rows from
        `first` on are written.
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
    if len(rows) == 0:
        return 0
    reach_m = _widest_reach(rows, time_s, noise_m2, sigma_mps[0], gate)
    keys, heads, chain = _empty_table(len(rows))
    count = 0
    for row in rows:
        mine, drift_2, distance, determinant = _nearest(
            row,
            sensor,
            time_s,
            position_m,
            noise_m2,
            identity,
            sigma_mps[0],
            gate,
            first,
            reach_m,
            state,
            cov,
            begun_by,
            keys,
            heads,
            chain,
        )
        joined[row] = mine >= 0
        if joined[row]:
            log_likelihood[row] = -0.5 * (distance + math.log(determinant) + _LOG_2PI_3)
            _join(row, mine, position_m, noise_m2, drift_2, state, cov)
        else:
            mine = first + count
            begun_by[mine] = row
            _place(row, mine, position_m, noise_m2, sigma_mps, models, state, cov, mode)
            _insert(count, row, position_m, reach_m, keys, heads, chain)
            count += 1
        track[row] = mine
        state_time_s[mine] = time_s[row]
    return count


@njit(cache=True, error_model="numpy")
def _widest_reach(rows: IntN, time_s: FloatN, noise_m2: FloatNx6, sigma_mps: float, gate: float) -> float:
    """How far apart, in metres, two of these detections can be and still be one object's."""
    widest_2 = 0.0
    for row in rows:
        widest_2 = max(widest_2, noise_m2[row, 0] + noise_m2[row, 3] + noise_m2[row, 5])
    drift_m = sigma_mps * (time_s[rows[-1]] - time_s[rows[0]])
    return math.sqrt(gate * (2.0 * widest_2 + 3.0 * drift_m * drift_m))


@njit(cache=True)
def _empty_table(rows: int) -> tuple[IntN, IntN, IntN]:
    """Keys of cells, the last new track of each, the one before each in its cell; -1 for none."""
    size = 16
    while size < 2 * rows:
        size *= 2
    empty = np.full(size, -1, dtype=np.int64)
    return empty, empty.copy(), np.full(rows, -1, dtype=np.int64)


@njit(cache=True, error_model="numpy", inline="always")
def _cell(position_m: FloatNx3, row: int, edge_m: float, reach_m: float, corner: int) -> int:
    """One number for the cell of a corner (0 to 7) of the cube of half-width `reach_m` about a place.

    A cube no wider than the cells has a corner in each cell that it touches.
    """
    key = 0
    for i in range(3):
        side = reach_m if corner & (1 << i) else -reach_m
        key = (key << _CELL_BITS) | (math.floor((position_m[row, i] + side) / edge_m) + _CELL_OFFSET)
    return key


@njit(cache=True, error_model="numpy", inline="always")
def _slot(keys: IntN, key: int) -> int:
    """Where a key is in the table, or where it would be put (Fibonacci hashing)."""
    mask = len(keys) - 1
    slot = ((key * _SPREAD) >> 20) & mask
    while keys[slot] != -1 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@njit(cache=True, error_model="numpy", inline="always")
def _insert(
    new: int, row: int, position_m: FloatNx3, reach_m: float, keys: IntN, heads: IntN, chain: IntN
) -> None:
    """Put a new track into the table at the place of its detection."""
    key = _cell(position_m, row, 2.0 * reach_m, 0.0, 0)
    slot = _slot(keys, key)
    keys[slot] = key
    chain[new] = heads[slot]
    heads[slot] = new


@njit(cache=True, error_model="numpy", inline="always")
def _nearest(
    row: int,
    sensor: IntN,
    time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    identity: IntN,
    sigma_mps: float,
    gate: float,
    first: int,
    reach_m: float,
    state: Float,
    cov: Float,
    begun_by: IntN,
    keys: IntN,
    heads: IntN,
    chain: IntN,
) -> tuple[int, float, float, float]:
    """The new track that a detection joins, or -1; and drift, squared distance, determinant: m², 1, m⁶."""
    best, best_track, best_drift_2, best_determinant = gate, -1, 0.0, 1.0
    last_key = -1
    for corner in range(8):
        key = _cell(position_m, row, 2.0 * reach_m, reach_m, corner)
        if key == last_key:
            continue
        last_key = key
        slot = _slot(keys, key)
        new = heads[slot] if keys[slot] == key else -1
        while new >= 0:
            t = first + new
            begun = begun_by[t]
            unlike = identity[row] >= 0 and identity[begun] >= 0 and identity[row] != identity[begun]
            if sensor[begun] != sensor[row] and not unlike:
                drift_2 = (sigma_mps * (time_s[row] - time_s[begun])) ** 2
                distance, determinant = _apart(row, t, position_m, noise_m2, drift_2, state, cov)
                if distance < best or (distance == best and t < best_track):
                    best, best_track, best_drift_2, best_determinant = distance, t, drift_2, determinant
            new = chain[new]
    return best_track, best_drift_2, best, best_determinant


@njit(cache=True, error_model="numpy", inline="always")
def _place(
    row: int,
    t: int,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    sigma_mps: tuple[float, float],
    models: FloatNx3,
    state: Float,
    cov: Float,
    mode: Float,
) -> None:
    """Write a new track at a detection: all models alike."""
    level_2, vertical_2 = sigma_mps[0] * sigma_mps[0], sigma_mps[1] * sigma_mps[1]
    x, y, z = position_m[row, 0], position_m[row, 1], position_m[row, 2]
    excess = (vertical_2 - level_2) / (x * x + y * y + z * z)
    for m in range(len(models)):
        mode[t, m] = models[m, 2]
        cov[t, m] = 0.0
        k = 0
        for i in range(3):
            state[t, m, i] = position_m[row, i]
            state[t, m, 3 + i] = 0.0
            for j in range(i, 3):
                cov[t, m, k] = noise_m2[row, k]
                cov[t, m, 15 + k] = excess * position_m[row, i] * position_m[row, j]
                if i == j:
                    cov[t, m, 15 + k] += level_2
                k += 1


@njit(cache=True, error_model="numpy")
def hear_rates(
    rows: IntN,
    track: IntN,
    rate_mps: FloatN,
    sensor: IntN,
    site_m: FloatNx3,
    sigma_rate_mps: FloatN,
    state: Float,
    cov: Float,
) -> None:
    """Tell new tracks the range rates of the detections that began them, in place.

    A new track is at rest, so that its range rate depends on its velocity alone, along the line of sight u: a
    Kalman update with the row u.

    Parameters
    ----------
    rows, track
        (K,) rows of the detections, (N,) track of each.
    rate_mps, sensor
        (N,) range rate in m/s, NaN for none; (N,) sensor.
    site_m, sigma_rate_mps
        (S, 3) the sensors' ECEF positions in m, (S,) standard deviations of their range rates in m/s.
    state, cov
        (T, M, 6) and (T, M, 21) packed: the tracks; written.
    """
    u, along = np.empty(3), np.empty(3)
    for row in rows:
        if math.isnan(rate_mps[row]):
            continue
        t, s = track[row], sensor[row]
        u[:] = state[t, 0, :3] - site_m[s]
        u /= math.sqrt(np.sum(u * u))
        c = cov[t, 0, 15:]
        along[0] = c[0] * u[0] + c[1] * u[1] + c[2] * u[2]
        along[1] = c[1] * u[0] + c[3] * u[1] + c[4] * u[2]
        along[2] = c[2] * u[0] + c[4] * u[1] + c[5] * u[2]
        variance = np.sum(along * u) + sigma_rate_mps[s] * sigma_rate_mps[s]
        for m in range(state.shape[1]):
            k = 15
            for i in range(3):
                state[t, m, 3 + i] += along[i] * rate_mps[row] / variance
                for j in range(i, 3):
                    cov[t, m, k] -= along[i] * along[j] / variance
                    k += 1


@njit(cache=True, error_model="numpy")
def _sum(row: int, t: int, noise_m2: FloatNx6, drift_2: float, cov: Float) -> tuple[FloatN, float]:
    """Adjugate and determinant of the sum of a detection's and a new track's covariances and a drift."""
    s = np.empty(6)
    for k in range(6):
        s[k] = noise_m2[row, k] + cov[t, 0, k]
    for k in (0, 3, 5):
        s[k] += drift_2
    adjugate = np.empty(6)
    adjugate[0], adjugate[1] = s[3] * s[5] - s[4] * s[4], s[2] * s[4] - s[1] * s[5]
    adjugate[2], adjugate[3] = s[1] * s[4] - s[2] * s[3], s[0] * s[5] - s[2] * s[2]
    adjugate[4], adjugate[5] = s[1] * s[2] - s[0] * s[4], s[0] * s[3] - s[1] * s[1]
    return adjugate, s[0] * adjugate[0] + s[1] * adjugate[1] + s[2] * adjugate[2]


@njit(cache=True, error_model="numpy", inline="always")
def _apart(
    row: int, t: int, position_m: FloatNx3, noise_m2: FloatNx6, drift_2: float, state: Float, cov: Float
) -> tuple[float, float]:
    """Squared Mahalanobis distance of a detection from a new track, and the determinant with it."""
    a, determinant = _sum(row, t, noise_m2, drift_2, cov)
    d0 = position_m[row, 0] - state[t, 0, 0]
    d1 = position_m[row, 1] - state[t, 0, 1]
    d2 = position_m[row, 2] - state[t, 0, 2]
    distance = a[0] * d0 * d0 + a[3] * d1 * d1 + a[5] * d2 * d2
    distance += 2.0 * (a[1] * d0 * d1 + a[2] * d0 * d2 + a[4] * d1 * d2)
    return distance / determinant, determinant


@njit(cache=True, error_model="numpy")
def _join(
    row: int, t: int, position_m: FloatNx3, noise_m2: FloatNx6, drift_2: float, state: Float, cov: Float
) -> None:
    """Update a new track's place (never its velocity) with a detection, in place, all models alike.

    With P the place's covariance and R the detection's: x' = x + P (P + R)⁻¹ (z - x), P' = R - R (P + R)⁻¹ R.
    """
    a, determinant = _sum(row, t, noise_m2, drift_2, cov)
    r, n = np.empty((3, 3)), np.empty((3, 3))
    k = 0
    for i in range(3):
        for j in range(i, 3):
            r[i, j] = r[j, i] = noise_m2[row, k]
            n[i, j] = n[j, i] = a[k] / determinant
            k += 1
    # R (P + R)⁻¹, the weight of the track's own place.
    weight = np.dot(r, n)
    back = state[t, 0, :3] - position_m[row]
    rest = np.dot(weight, r)
    k = 0
    for i in range(3):
        moved = weight[i, 0] * back[0] + weight[i, 1] * back[1] + weight[i, 2] * back[2]
        for m in range(state.shape[1]):
            state[t, m, i] = position_m[row, i] + moved
        for j in range(i, 3):
            for m in range(state.shape[1]):
                cov[t, m, k] = r[i, j] - 0.5 * (rest[i, j] + rest[j, i])
            k += 1
