"""Spells: from when to when something holds, and the longest of them."""

from dataclasses import dataclass

import numpy as np

from kizuna.errors import InputError
from kizuna.shapes import BoolN, FloatN


@dataclass(frozen=True, slots=True)
class Spells:
    """When something held, as columns in order of time.

    Parameters
    ----------
    start_s, end_s
        (N,) seconds since 1970-01-01 UTC.
    """

    start_s: FloatN
    end_s: FloatN

    def __len__(self) -> int:
        """How many there are."""
        return len(self.start_s)

    @property
    def lasted_s(self) -> FloatN:
        """How long each lasted, (N,), seconds."""
        return self.end_s - self.start_s

    @property
    def longest(self) -> tuple[float, float] | None:
        """Start and end of the longest, the first of several; None when it never held."""
        if not len(self):
            return None
        which = int(np.argmax(self.lasted_s))
        return float(self.start_s[which]), float(self.end_s[which])


def spells_of(times_s: FloatN, holds: BoolN) -> Spells:
    """Spells during which a condition holds.

    A value counts from its own time until the next; the last for as long as the one before it.

    Parameters
    ----------
    times_s
        (N,) growing, seconds; at least two.
    holds
        (N,) whether it holds then.

    Raises
    ------
    InputError
        When there are fewer than two times, or they don't grow.
    """
    if len(times_s) < 2 or not (np.diff(times_s) > 0.0).all():
        raise InputError("times", "", f"{len(times_s)} times", "at least two, each later than the one before")
    edges = np.append(times_s, 2.0 * times_s[-1] - times_s[-2])
    padded = np.concatenate(([False], holds, [False]))
    change = np.flatnonzero(padded[1:] != padded[:-1])
    return Spells(edges[change[::2]], edges[change[1::2]])
