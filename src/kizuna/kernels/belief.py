"""Joint probabilities that detections come from tracks, by belief propagation, and what they make of a track.

Tracks and detections that compete for each other form a graph whose edges bear how much more likely the track
is as the cause of the detection than clutter or a new object, against the track's going unseen. The marginal
probabilities of the pairs follow from messages sent along the edges until they settle (Williams and Lau 2014,
"Approximate evaluation of marginal association probabilities with belief propagation", IEEE Trans. AES 50(4)
2942-2959). They are exact where the graph has no cycle, and otherwise near; the cost grows with the edges.
"""

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, IntN


@njit(cache=True, error_model="numpy")
def marginals(
    start: IntN, column: IntN, weight: FloatN, columns: int, settled: float, rounds: int
) -> tuple[FloatN, FloatN]:
    """Probability of each pair, and how free each detection is for the track of each pair.

    With weights w, the messages are μ = w / (1 + Σ' w' ν') from column to detection, the sum over the
    column's other pairs, and ν = 1 / (1 + Σ' μ') from detection to column, the sum over the detection's other
    pairs. The probability of a pair is w ν / (1 + Σ w ν), the sum over all of the column's pairs.

    Parameters
    ----------
    start, column
        (N+1,) first pair of each detection, (F,) column of each pair: a track as one sensor sees it.
    weight
        (F,) likelihood of each pair, in units of that of the track's going unseen and of the detection's
        having another cause.
    columns
        Number of columns.
    settled, rounds
        The messages ν have settled when none changes by more than `settled`, and at the latest after
        `rounds`.

    Returns
    -------
    tuple
        (F,) probabilities, and (F,) messages ν: from 1, where no other track wants the detection, towards 0.
    """
    pairs = len(column)
    free = np.ones(pairs)
    total = np.empty(columns)
    message = np.empty(pairs)
    for _ in range(rounds):
        total[:] = 1.0
        for pair in range(pairs):
            total[column[pair]] += weight[pair] * free[pair]
        change = 0.0
        for row in range(len(start) - 1):
            claimed = 1.0
            for pair in range(start[row], start[row + 1]):
                # Without the pair's own part; never less than 1 but for rounding.
                others = max(total[column[pair]] - weight[pair] * free[pair], 1.0)
                message[pair] = weight[pair] / others
                claimed += message[pair]
            for pair in range(start[row], start[row + 1]):
                now = 1.0 / max(claimed - message[pair], 1.0)
                change = max(change, abs(now - free[pair]))
                free[pair] = now
        if change <= settled:
            break
    total[:] = 1.0
    for pair in range(pairs):
        total[column[pair]] += weight[pair] * free[pair]
    probability = np.empty(pairs)
    for pair in range(pairs):
        probability[pair] = weight[pair] * free[pair] / total[column[pair]]
    return probability, free


@njit(cache=True, error_model="numpy")
def _blend(
    pairs: IntN,
    share: FloatN,
    later_s: FloatN,
    pair_place: IntN,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
    velocity: FloatN,
    mean_m: FloatN,
    spread_m2: FloatN,
) -> None:
    """Write mean (3,) and covariance (6,) of the places of some pairs (K,), moved by `later_s` (K,)."""
    mean_m[:] = 0.0
    spread_m2[:] = 0.0
    for k, pair in enumerate(pairs):
        for i in range(3):
            mean_m[i] += share[k] * (place_m[pair_place[pair], i] + later_s[k] * velocity[i])
    for k, pair in enumerate(pairs):
        p, e = pair_place[pair], 0
        for i in range(3):
            a = place_m[p, i] + later_s[k] * velocity[i] - mean_m[i]
            for j in range(i, 3):
                b = place_m[p, j] + later_s[k] * velocity[j] - mean_m[j]
                spread_m2[e] += share[k] * (cov_m2[p, e] + a * b)
                e += 1


@njit(cache=True, error_model="numpy")
def blend(
    order: IntN,
    pair_detection: IntN,
    column: IntN,
    probability: FloatN,
    time_s: FloatN,
    pair_place: IntN,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
    column_track: IntN,
    state: Float,
    mode: Float,
) -> tuple[IntN, IntN, FloatN, FloatN, FloatNx3, FloatNx6]:
    """One detection for each column in place of all that it may have: their mean, with their spread.

    Parameters
    ----------
    order
        (F,) the pairs, those of one column one after the other.
    pair_detection, column, probability
        (F,) detection, column and probability of each pair.
    time_s
        (N,) s, the detections' times.
    pair_place, place_m, cov_m2
        (F,) where each pair's place is in the (P, 3) ECEF m and the (P, 6) packed m².
    column_track
        (C,) row of the track of each column.
    state, mode
        (T, M, 6) ECEF m and m/s, (T, M) probabilities: the tracks, by whose velocity the places of different
        times are brought to one.

    Returns
    -------
    tuple
        (C,) column, (C,) its likeliest pair, (C,) probability of any of its pairs, (C,) s, (C, 3) m, (C, 6)
        m².
    """
    count = len(column_track)
    which, likeliest = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    trust, when_s = np.empty(count), np.empty(count)
    mean_m, spread_m2 = np.empty((count, 3)), np.empty((count, 6))
    made, first = 0, 0
    while first < len(order):
        c = column[order[first]]
        last = first
        while last < len(order) and column[order[last]] == c:
            last += 1
        pairs = order[first:last]
        total = probability[pairs].sum()
        share = probability[pairs] / total
        best = pairs[np.argmax(share)]
        # Relative to one of them: the times themselves are some 10⁹ s.
        since_s = time_s[pair_detection[pairs]] - time_s[pair_detection[best]]
        middle_s = (share * since_s).sum()
        t = column_track[c]
        velocity = state[t, np.argmax(mode[t]), 3:]
        later_s = middle_s - since_s
        _blend(pairs, share, later_s, pair_place, place_m, cov_m2, velocity, mean_m[made], spread_m2[made])
        which[made], likeliest[made], trust[made] = c, best, min(total, 1.0)
        when_s[made] = time_s[pair_detection[best]] + middle_s
        made += 1
        first = last
    return which[:made], likeliest[:made], trust[:made], when_s[:made], mean_m[:made], spread_m2[:made]


@njit(cache=True, error_model="numpy")
def sums(column: IntN, value: FloatN, columns: int) -> FloatN:
    """Sum of the values (F,) of each column's pairs, (C,), for `columns` columns."""
    total = np.zeros(columns)
    for pair in range(len(column)):
        total[column[pair]] += value[pair]
    return total
