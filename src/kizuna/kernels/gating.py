"""Which tracks could have caused which detections: a spatial hash in ECEF.

Tracks are hashed into cubic cells at their predicted places, on one of three grids by how uncertain they are,
so that a few wide tracks don't make every search wide. A detection looks only into the cells that its own
reach touches. Tracks of one cell lie side by side in memory.
"""

import math
from typing import TypeAlias

import numpy as np
from numba import njit

from kizuna.shapes import CodeN, Float, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN

Hashed: TypeAlias = tuple[Float, IntN, IntN, FloatN, IntN]
"""Tracks bucket by bucket: (T, 4) place and reach in metres, (T,) row and (T,) key of the cell of each; (3,)
the largest reach on each grid in metres, -1 for an empty one; (H+1,) where each bucket starts."""

_LEVELS = 3
_LEVEL_BITS = 2
_CELL_BITS = 20
_CELL_OFFSET = 1 << (_CELL_BITS - 1)
_SPREAD = 0x9E3779B97F4A7C15 & 0x7FFFFFFFFFFFFFFF


@njit(cache=True, error_model="numpy")
def _cell_key(level: int, i: int, j: int, k: int) -> int:
    """One number for a cell of a grid; cell indices lie within ±2^19."""
    key = (i + _CELL_OFFSET) << (2 * _CELL_BITS)
    key |= (j + _CELL_OFFSET) << _CELL_BITS
    key |= k + _CELL_OFFSET
    return (key << _LEVEL_BITS) | level


@njit(cache=True, error_model="numpy")
def _bucket(key: int, mask: int) -> int:
    """In which of 2^n buckets a cell is (Fibonacci hashing)."""
    return ((key * _SPREAD) >> 20) & mask


@njit(cache=True, error_model="numpy", nogil=True)
def reaches(
    time_s: float,
    slack_s: float,
    gate: float,
    models: FloatNx3,
    state: Float,
    cov: Float,
    mode: Float,
    state_time_s: FloatN,
) -> Float:
    """Places of tracks at one time, and how far from them their detections may be: (T, 4), metres.

    Parameters
    ----------
    time_s, slack_s
        The time to predict to, and how far from it the detections' times may lie; s.
    gate
        Largest squared Mahalanobis distance of interest.
    models
        (M, 3) models of motion as in `kizuna.kernels.kalman.update_each`.
    state, cov, mode, state_time_s
        (T, M, 6) ECEF, (T, M, 21) packed, (T, M), (T,) s: the tracks.
    """
    spot = np.empty((len(state), 4))
    for t in range(len(state)):
        spot[t, 3] = _reach(time_s - state_time_s[t], slack_s, gate, models, state, cov, mode, t, spot)
    return spot


@njit(cache=True, error_model="numpy")
def hash_places(place: Float, cell_m: float) -> Hashed:
    """Hash tracks by their places.

    Parameters
    ----------
    place
        (T, 4) as from `reaches`, m.
    cell_m
        Edge of the finest cells in metres; each coarser grid's is four times that.
    """
    count = len(place)
    size = 16
    while size < 2 * count:
        size *= 2
    start = np.zeros(size + 1, dtype=np.int64)
    cell = np.empty(count, dtype=np.int64)
    widest = np.full(_LEVELS, -1.0)
    for t in range(count):
        level, cells = _level(place[t, 3], cell_m), 1.0 / cell_m
        for _ in range(level):
            cells *= 0.25
        widest[level] = max(widest[level], place[t, 3])
        cell[t] = _cell_key(
            level,
            math.floor(place[t, 0] * cells),
            math.floor(place[t, 1] * cells),
            math.floor(place[t, 2] * cells),
        )
        start[_bucket(cell[t], size - 1) + 1] += 1
    for bucket in range(size):
        start[bucket + 1] += start[bucket]
    spot, row, key = np.empty((count, 4)), np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    filled = start.copy()
    for t in range(count):
        bucket = _bucket(cell[t], size - 1)
        at = filled[bucket]
        filled[bucket] += 1
        spot[at], row[at], key[at] = place[t], t, cell[t]
    return spot, row, key, widest, start


@njit(cache=True)
def _level(reach_m: float, cell_m: float) -> int:
    """On which grid a track with this reach lies."""
    level, edge = 0, cell_m
    while level < _LEVELS - 1 and reach_m > 0.25 * edge:
        level += 1
        edge *= 4.0
    return level


@njit(cache=True, error_model="numpy", inline="always")
def _reach(
    dt_s: float,
    slack_s: float,
    gate: float,
    models: FloatNx3,
    state: Float,
    cov: Float,
    mode: Float,
    t: int,
    place: Float,
) -> float:
    """Write a track's place after a time; returns how far from it any of its models reaches, metres."""
    count = mode.shape[1]
    for i in range(3):
        place[t, i] = 0.0
        for m in range(count):
            place[t, i] += mode[t, m] * (state[t, m, i] + dt_s * state[t, m, 3 + i])
    # As wide as it gets within the slack.
    span = abs(dt_s) + slack_s
    q3 = span**3 / 3.0
    farthest = 0.0
    for m in range(count):
        variance = cov[t, m, 0] + cov[t, m, 3] + cov[t, m, 5]
        variance += 2.0 * span * max(cov[t, m, 6] + cov[t, m, 10] + cov[t, m, 14], 0.0)
        variance += span * span * (cov[t, m, 15] + cov[t, m, 18] + cov[t, m, 20])
        variance += q3 * (2.0 * models[m, 0] + models[m, 1])
        apart_2, speed_2 = 0.0, 0.0
        for i in range(3):
            apart_2 += (state[t, m, i] + dt_s * state[t, m, 3 + i] - place[t, i]) ** 2
            speed_2 += state[t, m, 3 + i] ** 2
        reach = math.sqrt(gate * max(variance, 0.0)) + math.sqrt(apart_2) + math.sqrt(speed_2) * slack_s
        farthest = max(farthest, reach)
    return farthest


@njit(cache=True, error_model="numpy")
def _within(spot: Float, lowest: IntN, share: float, cell_m: float, hashed: Hashed) -> tuple[IntN, IntN]:
    """Tracks within a share of reach of places (N, 4) with reaches of their own, from the `lowest` grid on.

    Returns (N+1,) where those of each place start, and (E,) where in `hashed` they are.
    """
    farthest, widest = 0.0, hashed[3]
    for here in range(len(spot)):
        farthest = max(farthest, spot[here, 3])
    most, edge = 1.0, cell_m
    for level in range(_LEVELS):
        most = max(most, (2.0 * share * (farthest + max(widest[level], 0.0)) / edge + 2.0) ** 3)
        edge *= 4.0
    start, full = np.zeros(len(spot) + 1, dtype=np.int64), np.empty((int(most) + 1, 3), dtype=np.int64)
    found = np.empty(2 * len(spot) + 64, dtype=np.int64)
    count = _search(spot, lowest, share, cell_m, hashed, full, start, found)
    if count >= len(found):
        # One more than are found: behind the last pair, the next place is tried.
        found = np.empty(count + 1, dtype=np.int64)
        _search(spot, lowest, share, cell_m, hashed, full, start, found)
    return start, found[:count]


@njit(cache=True, error_model="numpy")
def _search(
    spot: Float,
    lowest: IntN,
    share: float,
    cell_m: float,
    hashed: Hashed,
    full: IntN,
    start: IntN,
    found: IntN,
) -> int:
    """The work of `_within`: writes `start`, and `found` while it has room; returns the number of pairs.

    Processors guess branches, and each wrong guess costs as much as all of a cell's arithmetic: so there are
    few here. `full` is scratch for the cells of one place that hold any tracks.
    """
    there, _, cell, widest, bucket_start = hashed
    mask, room = len(bucket_start) - 2, len(found) - 1
    count = 0
    for here in range(len(spot)):
        x, y, z, reach = spot[here, 0], spot[here, 1], spot[here, 2], spot[here, 3]
        cells = 1.0 / cell_m
        for level in range(_LEVELS):
            if level >= lowest[here] and widest[level] >= 0.0:
                span = share * (reach + widest[level])
                low_j, high_j = math.floor((y - span) * cells), math.floor((y + span) * cells)
                low_k, high_k = math.floor((z - span) * cells), math.floor((z + span) * cells)
                i, j, k = math.floor((x - span) * cells), low_j, low_k
                number = math.floor((x + span) * cells) - i + 1
                number *= (high_j - low_j + 1) * (high_k - low_k + 1)
                some = 0
                for _ in range(number):
                    key = _cell_key(level, i, j, k)
                    bucket = _bucket(key, mask)
                    first, last = bucket_start[bucket], bucket_start[bucket + 1]
                    full[some, 0], full[some, 1], full[some, 2] = first, last, key
                    some += 1 if first < last else 0
                    k += 1
                    over = 1 if k > high_k else 0
                    k = low_k if over else k
                    j += over
                    over = 1 if j > high_j else 0
                    j = low_j if over else j
                    i += over
                for n in range(some):
                    key = full[n, 2]
                    for at in range(full[n, 1] - 1, full[n, 0] - 1, -1):
                        d0, d1, d2 = x - there[at, 0], y - there[at, 1], z - there[at, 2]
                        limit = share * (reach + there[at, 3])
                        found[min(count, room)] = at
                        near = d0 * d0 + d1 * d1 + d2 * d2 <= limit * limit
                        count += 1 if near and cell[at] == key else 0
            cells *= 0.25
        start[here + 1] = count
    return count


@njit(cache=True, error_model="numpy", nogil=True)
def candidates(
    gate: float, cell_m: float, position_m: FloatNx3, noise_m2: FloatNx6, hashed: Hashed
) -> tuple[IntN, IntN, IntN]:
    """Tracks near enough to each detection to be worth a closer look.

    Parameters
    ----------
    gate, cell_m
        As in `reaches` and `hash_places`.
    position_m, noise_m2
        (N, 3) ECEF m and (N, 6) packed m²: the detections.
    hashed
        What `hash_places` returned.

    Returns
    -------
    tuple
        (N+1,) where each detection's pairs start, (E,) rows of the tracks, (E,) rows of the detections.
    """
    count = len(position_m)
    spot = np.empty((count, 4))
    for row in range(count):
        spot[row, 0], spot[row, 1], spot[row, 2] = position_m[row, 0], position_m[row, 1], position_m[row, 2]
        spot[row, 3] = math.sqrt(gate * (noise_m2[row, 0] + noise_m2[row, 3] + noise_m2[row, 5]))
    start, track = _within(spot, np.zeros(count, dtype=np.int64), 1.0, cell_m, hashed)
    detection = np.empty(len(track), dtype=np.int64)
    for row in range(count):
        for pair in range(start[row], start[row + 1]):
            track[pair], detection[pair] = hashed[1][track[pair]], row
    return start, track, detection


@njit(cache=True, error_model="numpy", nogil=True)
def neighbours(
    cell_m: float,
    share: float,
    same_scan: float,
    period_s: FloatN,
    track_identity: IntN,
    seen: tuple[CodeN, Float],
    hashed: Hashed,
    first: int,
    last: int,
) -> tuple[IntN, IntN]:
    """Pairs of tracks that are within reach of each other and that nothing but their motion could tell apart.

    One of each pair is among the hashed tracks from `first` to `last`, last one out; each pair is found once.
    Neither an identity tells them apart, nor has a sensor given each its own detection in one scan.

    Parameters
    ----------
    cell_m
        As in `reaches` and `hash_places`.
    share
        Share of their reaches within which two tracks are to be.
    same_scan, period_s
        As in `kizuna.kernels.weigh.weigh_each`, (S,) s.
    track_identity, seen
        (T, 2) codes, and as in `kizuna.kernels.weigh.weigh_each`.
    hashed
        What `hash_places` returned for them.

    Returns
    -------
    tuple
        (P,) and (P,): the rows of the tracks, the lower one first.
    """
    spot, row = hashed[0], hashed[1]
    count = len(spot)
    level = np.empty(count, dtype=np.int64)
    for here in range(count):
        level[here] = _level(spot[here, 3], cell_m)
    start, found = _within(spot[first:last], level[first:last], share, cell_m, hashed)
    lower, higher = np.empty(len(found), dtype=np.int64), np.empty(len(found), dtype=np.int64)
    pairs = 0
    for here in range(first, last):
        for pair in range(start[here - first], start[here - first + 1]):
            there = found[pair]
            # On one grid each finds the other; on two, the one on the finer grid alone looks.
            if level[there] == level[here] and there >= here:
                continue
            a, b = min(row[here], row[there]), max(row[here], row[there])
            if not _told_apart(a, b, same_scan, period_s, track_identity, seen):
                lower[pairs], higher[pairs] = a, b
                pairs += 1
    return lower[:pairs], higher[:pairs]


@njit(cache=True)
def _told_apart(
    a: int,
    b: int,
    same_scan: float,
    period_s: FloatN,
    track_identity: IntN,
    seen: tuple[CodeN, Float],
) -> bool:
    """Whether identities or detections in one scan tell two tracks apart."""
    for channel in range(track_identity.shape[1]):
        known, other = track_identity[a, channel], track_identity[b, channel]
        if known >= 0 and other >= 0 and known != other:
            return True
    by, when_s = seen
    for k in range(by.shape[1]):
        s = by[a, k]
        if s < 0:
            break
        for other in range(by.shape[1]):
            if by[b, other] == s and abs(when_s[a, k] - when_s[b, other]) < same_scan * period_s[s]:
                return True
    return False


@njit(cache=True, error_model="numpy")
def twins(lower: IntN, higher: IntN, gate: float, rank: FloatN, state: FloatNx6, cov: FloatNx21) -> IntN:
    """Which of close tracks follow the object of another track of better rank, in ascending order.

    Two tracks follow one object when neither place nor velocity tells them apart.

    Parameters
    ----------
    lower, higher
        (P,) and (P,): pairs of tracks as from `neighbours`, indices into the arrays below.
    gate
        Largest squared Mahalanobis distance between twins, for place and for velocity (3 degrees of freedom
        each).
    rank
        (K,) the lower one of two twins goes; of equal ones, the later in order.
    state, cov
        (K, 6) ECEF, (K, 21) packed: the tracks at one time.
    """
    gone = np.zeros(len(rank), dtype=np.bool_)
    for pair in range(len(lower)):
        a, b = lower[pair], higher[pair]
        if gone[a] or gone[b]:
            continue
        if _distance_2(state[a], state[b], cov[a], cov[b], 0, 0) < gate and (
            _distance_2(state[a], state[b], cov[a], cov[b], 3, 15) < gate
        ):
            gone[a if rank[a] < rank[b] else b] = True
    return np.flatnonzero(gone)


@njit(cache=True, error_model="numpy")
def _distance_2(a: FloatN, b: FloatN, cov_a: FloatN, cov_b: FloatN, first: int, block: int) -> float:
    """Squared Mahalanobis distance between three components of two states, from `first` on."""
    d0, d1, d2 = a[first] - b[first], a[first + 1] - b[first + 1], a[first + 2] - b[first + 2]
    s0, s1, s2 = (
        cov_a[block] + cov_b[block],
        cov_a[block + 1] + cov_b[block + 1],
        cov_a[block + 2] + cov_b[block + 2],
    )
    s3, s4 = cov_a[block + 3] + cov_b[block + 3], cov_a[block + 4] + cov_b[block + 4]
    s5 = cov_a[block + 5] + cov_b[block + 5]
    # Elimination without fractions, as in `kizuna.kernels.weigh.fit`.
    b3, b4, b5 = s0 * s3 - s1 * s1, s0 * s4 - s1 * s2, s0 * s5 - s2 * s2
    e1, e2 = s0 * d1 - s1 * d0, s0 * d2 - s2 * d0
    rest = (b5 * e1 * e1 + b3 * e2 * e2 - 2.0 * b4 * e1 * e2) / (b3 * b5 - b4 * b4)
    return float((d0 * d0 + rest) / s0)
