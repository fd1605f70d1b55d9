"""Find tracks of different trackers that are one object: assignment by Mahalanobis distance, with gates.

Tracks differ by more than their covariances say: sensors are misaligned (bias), and a track that was under
way for a while has been predicted. Both are allowed for, the bias as a variance of its own in every distance.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from kizuna.fusion.combine import Estimates
from kizuna.kernels import fuse
from kizuna.kernels.assignment import assign
from kizuna.shapes import BoolN, FloatN, IntN

GATE: Final = 22.458
"""99.9 % of squared Mahalanobis distances of the same object are below this: chi-square with 6 degrees."""
SPLIT: Final = 60.0
"""What was taken for one object is parted beyond this: far above the gate, so that pairs don't flicker."""
_REACH_M: Final = 8_000.0
"""No pair lies farther apart; tracks less certain than that can't be told apart anyway."""


@dataclass(frozen=True, slots=True)
class Bias:
    """Standard deviation, per axis, of a constant difference between two trackers."""

    position_m: float = 50.0
    velocity_mps: float = 2.0


def distances(first: IntN, second: IntN, tracks: Estimates, bias: Bias) -> tuple[FloatN, FloatN]:
    """Squared Mahalanobis distances (E,) of pairs of tracks at one time, and their log-determinants (E,)."""
    return fuse.distances(first, second, tracks.state, tracks.cov, bias.position_m, bias.velocity_mps)


def pair(tracks: Estimates, contributors: IntN, identity: IntN, bias: Bias) -> tuple[IntN, IntN]:
    """Pairs of tracks that are one object.

    Two tracks can be one only if no tracker contributes to both, since a tracker tells its own tracks apart,
    and if they don't say two different identities. For one tracker after the other, its tracks are assigned
    to those without it, each to one at most, so that the sum of d² + log |S| is least.

    Parameters
    ----------
    tracks
        (N,) at one time.
    contributors
        (N,) one bit for each tracker that has contributed.
    identity
        (N,) what the object said of itself, as a code; -1 for nothing.
    bias
        What is allowed for.

    Returns
    -------
    tuple
        (P,) and (P,): rows; no row occurs in two pairs.
    """
    first, second, cost = _candidates(tracks, contributors, identity, bias)
    taken = np.zeros(len(tracks), dtype=np.bool_)
    pairs: list[tuple[IntN, IntN]] = []
    bits = np.bitwise_or.reduce(contributors) if len(contributors) else 0
    for bit in range(int(bits).bit_length()):
        left = np.flatnonzero(~(taken[first] | taken[second]))
        if not len(left):
            break
        one, other = _assigned(first[left], second[left], cost[left], contributors, 1 << bit)
        taken[one] = taken[other] = True
        pairs.append((one, other))
    if not pairs:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate([one for one, _ in pairs]), np.concatenate([other for _, other in pairs])


def _candidates(
    tracks: Estimates, contributors: IntN, identity: IntN, bias: Bias
) -> tuple[IntN, IntN, FloatN]:
    """Pairs inside the gate that may be one object, and their costs, all negative."""
    edges = cKDTree(tracks.state[:, :3]).query_pairs(_REACH_M, output_type="ndarray").astype(np.int64)
    first, second = edges[:, 0], edges[:, 1]
    disjoint = (contributors[first] & contributors[second]) == 0
    silent = (identity[first] < 0) | (identity[second] < 0)
    may: BoolN = disjoint & (silent | (identity[first] == identity[second]))
    first, second = first[may], second[may]
    squared, log_det = distances(first, second, tracks, bias)
    near = squared < GATE
    first, second, squared, log_det = first[near], second[near], squared[near], log_det[near]
    highest = log_det.max(initial=-np.inf)
    return first, second, squared - GATE + log_det - highest


def _assigned(first: IntN, second: IntN, cost: FloatN, contributors: IntN, bit: int) -> tuple[IntN, IntN]:
    """Best pairs of a track with this bit and one without."""
    has = (contributors & bit) != 0
    mixed = has[first] != has[second]
    first, second, cost = first[mixed], second[mixed], cost[mixed]
    row = np.where(has[first], first, second)
    column = np.where(has[first], second, first)
    rows, row_index = np.unique(row, return_inverse=True)
    columns, column_index = np.unique(column, return_inverse=True)
    order = np.lexsort((column_index, row_index))
    start = np.searchsorted(row_index[order], np.arange(len(rows) + 1))
    chosen = assign(start, column_index[order], cost[order], len(columns))
    done = np.flatnonzero(chosen >= 0)
    return rows[done], columns[chosen[done]]
