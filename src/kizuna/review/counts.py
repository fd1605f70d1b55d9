"""Counts: what a picture holds and gets wrong, in numbers that add up; the metrics are formed from these."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from kizuna.review.pairing import Pairing
from kizuna.shapes import BoolN, Float, FloatN, IntN


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """One number for each picture (T,); sums over pictures or nodes have the same meaning."""

    objects: IntN
    """J: objects that exist."""
    tracks: IntN
    """N: confirmed and coasted tracks."""
    paired: IntN
    """JT: objects that have a track; as many tracks are assigned, one to one."""
    associated: IntN
    """NA: tracks within the cutoff of an object, redundant ones included."""
    squared_error_m2: FloatN
    """Σ d² over the assigned pairs, m²."""
    position_error_m: FloatN
    """Σ d over the associated tracks, m."""
    velocity_error_mps: FloatN
    """Σ |Δv| over the associated tracks whose velocity and whose object's velocity are known, m/s."""
    velocities: IntN
    """How many tracks that sum holds."""

    @property
    def missed(self) -> IntN:
        """Objects without a track: J - JT."""
        return self.objects - self.paired

    @property
    def false(self) -> IntN:
        """Tracks without an object of their own: N - JT, spurious and redundant ones."""
        return self.tracks - self.paired

    @classmethod
    def join(cls, parts: Sequence["Counts"]) -> "Counts":
        """Pictures of several nodes, one node after the other."""
        return cls(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(cls)))

    def total(self) -> "Counts":
        """The sums over all pictures, each without an axis."""
        return Counts(*(getattr(self, item.name).sum() for item in fields(self)))


def count(pairing: Pairing) -> Counts:
    """Counts of every picture of one node."""
    picture = pairing.picture()
    pictures = len(pairing.presence.times)
    assigned = pairing.assigned >= 0
    associated = pairing.associated >= 0
    moving = ~np.isnan(pairing.velocity_error_mps)

    def total(rows: BoolN, values: FloatN) -> FloatN:
        """Sum of the values of the chosen rows in each picture."""
        return np.bincount(picture[rows], weights=values[rows], minlength=pictures).astype(np.float64)

    return Counts(
        objects=np.diff(pairing.presence.start),
        tracks=np.diff(pairing.start),
        paired=np.bincount(picture[assigned], minlength=pictures),
        associated=np.bincount(picture[associated], minlength=pictures),
        squared_error_m2=total(assigned, pairing.distance_m**2),
        position_error_m=total(associated, pairing.distance_m),
        velocity_error_mps=total(moving, pairing.velocity_error_mps),
        velocities=np.bincount(picture[moving], minlength=pictures),
    )


def ratio(part: ArrayLike, whole: ArrayLike) -> Float:
    """Part by whole, NaN where the whole is 0: any shapes that broadcast."""
    above, below = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    made: Float = np.divide(above, below, out=np.full(below.shape, np.nan), where=below != 0.0)
    return made
