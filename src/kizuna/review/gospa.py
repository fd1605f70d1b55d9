"""GOSPA: one distance between picture and truth, split into localisation, missed and false parts."""

from dataclasses import dataclass

import numpy as np

from kizuna.review.counts import Counts
from kizuna.shapes import FloatN

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
