"""Score pictures of numbered tracks by OSPA(2), identity switches and NEES, in NumPy and SciPy."""

from dataclasses import dataclass

import numpy as np
from benchmarks.gospa import gospa
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True)
class Picture:
    """Tracks or objects at one time."""

    number: np.ndarray
    """(M,) which track or object."""
    state: np.ndarray
    """(M, 6) ECEF, m and m/s."""
    cov: np.ndarray | None = None
    """(M, 6, 6) ECEF; None for the truth."""


@dataclass(frozen=True)
class Scores:
    """Of one run."""

    gospa_m: float
    """Mean over the pictures."""
    localisation_m: float
    missed: float
    false: float
    ospa2_m: float
    switches: int
    nees: float
    """Sum over all pairs of all pictures, of six components …"""
    pairs: int
    """… and how many pairs."""
    objects: int


def score(truth: list[Picture], tracks: list[Picture], cutoff_m: float) -> Scores:
    """Score the pictures of one run, object for object at the same times."""
    each = np.array(
        [
            gospa(there.state[:, :3], seen.state[:, :3], cutoff_m)
            for there, seen in zip(truth, tracks, strict=True)
        ]
    )
    nees, pairs, switches = 0.0, 0, 0
    held: dict[int, int] = {}
    for there, seen in zip(truth, tracks, strict=True):
        rows, columns = _paired(there, seen, held, cutoff_m)
        for row, column in zip(rows, columns, strict=True):
            thing, name = int(there.number[row]), int(seen.number[column])
            switches += held.get(thing, name) != name
            held[thing] = name
        error = there.state[rows] - seen.state[columns]
        if len(rows):
            solved = np.linalg.solve(seen.cov[columns], error[:, :, None])[:, :, 0]
            nees += float((error * solved).sum())
        pairs += len(rows)
    return Scores(
        gospa_m=float(np.sqrt(each[:, 0]).mean()),
        localisation_m=float(np.sqrt(each[:, 1].sum() / max(each[:, 2].sum(), 1.0))),
        missed=float(each[:, 3].mean()),
        false=float(each[:, 4].mean()),
        ospa2_m=ospa2(truth, tracks, cutoff_m),
        switches=switches,
        nees=nees,
        pairs=pairs,
        objects=len(np.unique(np.concatenate([there.number for there in truth]))),
    )


def _paired(there: Picture, seen: Picture, held: dict[int, int], cutoff_m: float):
    """Rows of objects and of their tracks: who was paired stays so within the cut-off, the others anew.

    Bernardin and Stiefelhagen 2008, "Evaluating multiple object tracking performance: the CLEAR MOT metrics".
    """
    if not len(there.number) or not len(seen.number):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    apart = np.linalg.norm(there.state[:, None, :3] - seen.state[None, :, :3], axis=2)
    stays = np.array([[held.get(int(a)) == b for b in seen.number] for a in there.number])
    # No sum of distances outweighs one pair that stays, nor two cut-offs one pair.
    bonus = 2.0 * cutoff_m * (len(there.number) + 1)
    cost = np.where(apart < cutoff_m, apart - bonus * stays - 2.0 * cutoff_m, 0.0)
    rows, columns = linear_sum_assignment(cost)
    kept = apart[rows, columns] < cutoff_m
    return rows[kept], columns[kept]


def ospa2(truth: list[Picture], tracks: list[Picture], cutoff_m: float) -> float:
    """OSPA(2) of order 1 over the whole run: OSPA between histories, m.

    The distance of two histories is the mean, over the pictures in which either is, of min(d, c) where both
    are and c where one is (Beard, Vo, Vo 2020, "A solution for large-scale multi-object tracking", IEEE
    Trans. Signal Processing 68, with time averages over the times of either).
    """
    objects, tracked = _histories(truth), _histories(tracks)
    n, m = len(objects), len(tracked)
    if not n or not m:
        return cutoff_m if n or m else 0.0
    both = ~np.isnan(objects[:, None, :, 0]) & ~np.isnan(tracked[None, :, :, 0])
    either = ~np.isnan(objects[:, None, :, 0]) | ~np.isnan(tracked[None, :, :, 0])
    apart = np.minimum(np.linalg.norm(objects[:, None] - tracked[None], axis=3), cutoff_m)
    mean = np.where(both, np.nan_to_num(apart), np.where(either, cutoff_m, 0.0)).sum(2) / either.sum(2)
    rows, columns = linear_sum_assignment(mean)
    return float((mean[rows, columns].sum() + cutoff_m * abs(n - m)) / max(n, m))


def _histories(pictures: list[Picture]) -> np.ndarray:
    """(K, pictures, 3) places of each number that occurs, NaN where it is not there."""
    numbers = np.unique(np.concatenate([picture.number for picture in pictures]))
    made = np.full((len(numbers), len(pictures), 3), np.nan)
    for k, picture in enumerate(pictures):
        made[np.searchsorted(numbers, picture.number), k] = picture.state[:, :3]
    return made
