"""When links fail: at random, or all at once where a network breaks into parts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


class RandomOutages:
    """Outages that come and go by chance: spans up and down, each of exponential length.

    Drawn as time goes on, two draws for each outage, so that they don't depend on when they are asked for.

    Parameters
    ----------
    per_hour
        Outages that begin in an hour that is up, on average; 0 for none.
    mean_s
        Mean length of an outage, s.
    generator
        Where the spans are drawn from.
    start_s
        When all is still up, s since 1970-01-01 UTC.
    """

    __slots__ = ("_from_s", "_generator", "_mean_s", "_until_s", "_up_s")

    def __init__(
        self, per_hour: float, mean_s: float, generator: np.random.Generator, start_s: float
    ) -> None:
        self._up_s = 3600.0 / per_hour if per_hour > 0.0 else np.inf
        self._mean_s = mean_s
        self._generator = generator
        self._from_s, self._until_s = np.inf, start_s
        if per_hour > 0.0:
            self._draw()

    def at(self, time_s: float) -> bool:
        """Whether an outage is on at a time, which may not lie before the time last asked for."""
        while time_s >= self._until_s and np.isfinite(self._up_s):
            self._draw()
        return time_s >= self._from_s

    def _draw(self) -> None:
        """Draw the next outage after the one that has ended."""
        up, down = self._generator.standard_exponential(2)
        self._from_s = self._until_s + self._up_s * float(up)
        self._until_s = self._from_s + self._mean_s * float(down)


@dataclass(frozen=True, slots=True)
class Partition:
    """A time in which the network is broken into parts that don't reach one another.

    Parameters
    ----------
    from_s, until_s
        When it breaks and when it is whole again, seconds since 1970-01-01 UTC.
    groups
        The parts, each a tuple of nodes; nodes that are in none form one more part.
    """

    from_s: float
    until_s: float
    groups: tuple[tuple[str, ...], ...]

    def cuts(self, sender: str, to: str) -> bool:
        """Whether the link from a node to another is cut."""
        return self._part(sender) != self._part(to)

    def _part(self, node: str) -> int:
        return next((number for number, group in enumerate(self.groups) if node in group), -1)


def cut_by(partitions: Sequence[Partition], sender: str, to: str) -> tuple[tuple[float, float], ...]:
    """The outages that partitions mean for one link: spans (from, until), s since 1970-01-01 UTC."""
    return tuple((part.from_s, part.until_s) for part in partitions if part.cuts(sender, to))
