"""Margins: what is left of each limit at its worst moment."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.shapes import FloatN

_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left of one limit at its worst moment.

    Parameters
    ----------
    name, unit
        Which limit.
    limit, worst
        The limit, and the value that comes nearest to it or goes beyond.
    margin
        What is left; below 0 the plan breaks the limit.
    time_s
        When, seconds since 1970-01-01 UTC.
    """

    name: str
    unit: str
    limit: float
    worst: float
    margin: float
    time_s: float

    @property
    def kept(self) -> bool:
        """Whether the plan keeps the limit."""
        return self.margin >= -_ROUNDING * max(1.0, abs(self.limit))


def most(name: str, unit: str, limit: float, values: FloatN, when: FloatN, slack: float = 0.0) -> Margin:
    """The margin of a limit from above; `slack` is rounding that doesn't count."""
    worst = int(np.argmax(values))
    return Margin(
        name, unit, limit, float(values[worst]), float(limit + slack - values[worst]), float(when[worst])
    )


def least(name: str, unit: str, limit: float, values: FloatN, when: FloatN) -> Margin:
    """The margin of a limit from below."""
    worst = int(np.argmin(values))
    return Margin(name, unit, limit, float(values[worst]), float(values[worst] - limit), float(when[worst]))
