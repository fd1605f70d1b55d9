"""Which tracks could have caused which detections: a spatial hash in ECEF.

Tracks are hashed into cubic cells at their predicted places, on one of three grids by how uncertain they are,
so that a few wide tracks don't make every search wide. A detection looks only into the cells that its own
reach touches.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import CodeN, Float, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN

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
def _slot(key: int, mask: int) -> int:
    """Where in a table of 2^n slots a key starts its search (Fibonacci hashing)."""
    return ((key * _SPREAD) >> 20) & mask


@njit(cache=True, error_model="numpy")
def hash_tracks(
    time_s: float,
    slack_s: float,
    gate: float,
    cell_m: float,
    models: FloatNx3,
    state: Float,
    cov: Float,
    mode: Float,
    state_time_s: FloatN,
) -> tuple[FloatNx3, FloatN, FloatN, IntN, IntN, IntN]:
    """Hash tracks by their places at one time.

    Parameters
    ----------
    time_s, slack_s
        The time to predict to, and how far from it the detections' times may lie; s.
    gate
        Largest squared Mahalanobis distance of interest.
    cell_m
        Edge of the finest cells in metres; each coarser grid's is four times that.
    models
        (M, 3) models of motion as in `kizuna.kernels.kalman.update_each`.
    state, cov, mode, state_time_s
        (T, M, 6) ECEF, (T, M, 21) packed, (T, M), (T,) s: the tracks.

    Returns
    -------
    tuple
        (T, 3) places and (T,) reaches in metres, (3,) the largest reach on each grid (-1 for an empty one),
        and the table: (H,) keys, (H,) first track of each cell or -1, (T,) next track of the same cell or -1.
    """
    count = len(state)
    size = 16
    while size < 2 * count:
        size *= 2
    keys = np.full(size, -1, dtype=np.int64)
    heads = np.full(size, -1, dtype=np.int64)
    chain = np.full(count, -1, dtype=np.int64)
    place = np.empty((count, 3))
    reach = np.empty(count)
    widest = np.full(_LEVELS, -1.0)
    for t in range(count):
        reach[t] = _reach(time_s - state_time_s[t], slack_s, gate, models, state, cov, mode, t, place)
        level, edge = 0, cell_m
        while level < _LEVELS - 1 and reach[t] > 0.25 * edge:
            level += 1
            edge *= 4.0
        widest[level] = max(widest[level], reach[t])
        key = _cell_key(
            level,
            math.floor(place[t, 0] / edge),
            math.floor(place[t, 1] / edge),
            math.floor(place[t, 2] / edge),
        )
        slot = _slot(key, size - 1)
        while keys[slot] != -1 and keys[slot] != key:
            slot = (slot + 1) & (size - 1)
        keys[slot] = key
        chain[t] = heads[slot]
        heads[slot] = t
    return place, reach, widest, keys, heads, chain


@njit(cache=True, error_model="numpy")
def _reach(
    dt_s: float,
    slack_s: float,
    gate: float,
    models: FloatNx3,
    state: Float,
    cov: Float,
    mode: Float,
    t: int,
    place: FloatNx3,
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
def _near(
    position_m: Float,
    reach_m: float,
    cell_m: float,
    place: FloatNx3,
    reach: FloatN,
    widest: FloatN,
    keys: IntN,
    heads: IntN,
    chain: IntN,
    found: IntN,
) -> int:
    """Write the tracks within reach of a place into `found` while it has room; returns their number."""
    count = 0
    mask = len(keys) - 1
    edge = cell_m
    for level in range(_LEVELS):
        if widest[level] >= 0.0:
            span = reach_m + widest[level]
            low_i, high_i = (
                math.floor((position_m[0] - span) / edge),
                math.floor((position_m[0] + span) / edge),
            )
            low_j, high_j = (
                math.floor((position_m[1] - span) / edge),
                math.floor((position_m[1] + span) / edge),
            )
            low_k, high_k = (
                math.floor((position_m[2] - span) / edge),
                math.floor((position_m[2] + span) / edge),
            )
            for i in range(int(low_i), int(high_i) + 1):
                for j in range(int(low_j), int(high_j) + 1):
                    for k in range(int(low_k), int(high_k) + 1):
                        key = _cell_key(level, i, j, k)
                        slot = _slot(key, mask)
                        while keys[slot] != -1 and keys[slot] != key:
                            slot = (slot + 1) & mask
                        t = heads[slot] if keys[slot] == key else -1
                        while t >= 0:
                            d0 = position_m[0] - place[t, 0]
                            d1 = position_m[1] - place[t, 1]
                            d2 = position_m[2] - place[t, 2]
                            limit = reach_m + reach[t]
                            if d0 * d0 + d1 * d1 + d2 * d2 <= limit * limit:
                                if count < len(found):
                                    found[count] = t
                                count += 1
                            t = chain[t]
        edge *= 4.0
    return count


@njit(cache=True, error_model="numpy")
def candidates(
    gate: float,
    cell_m: float,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    hashed: tuple[FloatNx3, FloatN, FloatN, IntN, IntN, IntN],
) -> tuple[IntN, IntN, IntN]:
    """Tracks near enough to each detection to be worth a closer look.

    Parameters
    ----------
    gate, cell_m
        As in `hash_tracks`.
    position_m, noise_m2
        (N, 3) ECEF m and (N, 6) packed m²: the detections.
    hashed
        What `hash_tracks` returned.

    Returns
    -------
    tuple
        (N+1,) where each detection's pairs start, (E,) rows of the tracks, (E,) rows of the detections.
    """
    place, reach, widest, keys, heads, chain = hashed
    count = len(position_m)
    start = np.zeros(count + 1, dtype=np.int64)
    track = np.empty(4 * count + 64, dtype=np.int64)
    pairs = 0
    for row in range(count):
        reach_m = math.sqrt(gate * (noise_m2[row, 0] + noise_m2[row, 3] + noise_m2[row, 5]))
        room = track[pairs:]
        close = _near(position_m[row], reach_m, cell_m, place, reach, widest, keys, heads, chain, room)
        if close > len(room):
            track = np.concatenate((track[:pairs], np.empty(2 * (pairs + close), dtype=np.int64)))
            _near(position_m[row], reach_m, cell_m, place, reach, widest, keys, heads, chain, track[pairs:])
        pairs += close
        start[row + 1] = pairs
    detection = np.empty(pairs, dtype=np.int64)
    for row in range(count):
        detection[start[row] : start[row + 1]] = row
    return start, track[:pairs], detection


@njit(cache=True, error_model="numpy")
def neighbours(
    cell_m: float,
    same_scan: float,
    period_s: FloatN,
    track_identity: IntN,
    seen: tuple[CodeN, Float],
    hashed: tuple[FloatNx3, FloatN, FloatN, IntN, IntN, IntN],
) -> tuple[IntN, IntN]:
    """Pairs of tracks that are within reach of each other and that nothing but their motion could tell apart.

    Neither an identity tells them apart, nor has a sensor given each its own detection in one scan.

    Parameters
    ----------
    cell_m
        As in `hash_tracks`.
    same_scan, period_s
        As in `kizuna.kernels.weigh.weigh_each`, (S,) s.
    track_identity, seen
        (T, 2) codes, and as in `kizuna.kernels.weigh.weigh_each`.
    hashed
        What `hash_tracks` returned for them.

    Returns
    -------
    tuple
        (P,) and (P,): the rows of the tracks, the lower one first, in ascending order.
    """
    place, reach, widest, keys, heads, chain = hashed
    lower, higher = np.empty(64, dtype=np.int64), np.empty(64, dtype=np.int64)
    found = np.empty(64, dtype=np.int64)
    pairs = 0
    for a in range(len(place)):
        close = _near(place[a], reach[a], cell_m, place, reach, widest, keys, heads, chain, found)
        if close > len(found):
            found = np.empty(2 * close, dtype=np.int64)
            _near(place[a], reach[a], cell_m, place, reach, widest, keys, heads, chain, found)
        for b in found[:close]:
            if b <= a or _told_apart(a, b, same_scan, period_s, track_identity, seen):
                continue
            if pairs == len(lower):
                lower, higher = np.concatenate((lower, lower)), np.concatenate((higher, higher))
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
