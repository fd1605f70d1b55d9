"""GOSPA: one distance between picture and truth, split into localisation, missed and false parts."""

from dataclasses import dataclass

import numpy as np

from kizuna.kernels.assignment import assign
from kizuna.kernels.nearby import find_nearby, sort_blocks
from kizuna.review.counts import Counts
from kizuna.shapes import FloatN, FloatNx3

ORDER = 2.0
"""p of the metric."""

ALPHA = 2.0
"""α of the metric: the value for which it splits into the three parts."""


@dataclass(frozen=True, slots=True, eq=False)
class Gospa:
    """The metric and its parts for each picture (T,).

    With X the objects, Y the tracks, c the cutoff, and γ the set of pairs (at most one for each object and
    track) that minimises the whole:

        total² = Σ_γ d²  +  c²/2 · missed  +  c²/2 · false,   missed = |X| - |γ|,   false = |Y| - |γ|

    Source: Rahmathullah, García-Fernández and Svensson, Generalized optimal sub-pattern assignment metric,
    Fusion 2017 (arXiv:1601.05585), definition 1 and proposition 1 with p = 2, α = 2.
    """

    total_m: FloatN
    localisation_m: FloatN
    """√Σ d² over the pairs, m."""
    missed_m: FloatN
    """c √(missed/2), m."""
    false_m: FloatN
    """c √(false/2), m."""


def gospa_of(counts: Counts, cutoff_m: float) -> Gospa:
    """GOSPA of each picture, from counts of pairs under the same cutoff (`pairing.pair`)."""
    half = cutoff_m**ORDER / ALPHA
    missed, false = half * counts.missed, half * counts.false
    return Gospa(
        total_m=np.sqrt(counts.squared_error_m2 + missed + false),
        localisation_m=np.sqrt(counts.squared_error_m2),
        missed_m=np.sqrt(missed),
        false_m=np.sqrt(false),
    )


def gospa_between(objects_m: FloatNx3, tracks_m: FloatNx3, cutoff_m: float) -> Gospa:
    """GOSPA of two sets of places, (M, 3) and (N, 3) m in one Cartesian frame: arrays of one element."""
    order = sort_blocks(np.ascontiguousarray(objects_m[:, 0]), np.array([0, len(objects_m)]))
    edge_start, target, squared = find_nearby(
        tracks_m, np.array([0, len(tracks_m)]), objects_m[order], np.array([0, len(objects_m)]), 0, cutoff_m
    )
    chosen = assign(edge_start, target, squared - cutoff_m**ORDER, len(objects_m))
    rows = np.flatnonzero(chosen >= 0)
    errors = ((tracks_m[rows] - objects_m[order][chosen[rows]]) ** 2).sum()
    single = Counts(
        objects=np.array([len(objects_m)]),
        tracks=np.array([len(tracks_m)]),
        paired=np.array([len(rows)]),
        associated=np.array([len(rows)]),
        squared_error_m2=np.array([errors]),
        position_error_m=np.zeros(1),
        velocity_error_mps=np.zeros(1),
        velocities=np.zeros(1, dtype=np.int64),
    )
    return gospa_of(single, cutoff_m)
