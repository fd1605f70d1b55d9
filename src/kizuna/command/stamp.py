"""Hybrid logical clocks: times close to the wall's that never contradict cause and effect."""

from typing import NamedTuple


class Stamp(NamedTuple):
    """When something was written: stamps compare as cause and effect do.

    Parameters
    ----------
    wall_us
        Microseconds since 1970-01-01 UTC; the greatest time that the writer had seen or heard of.
    turn
        Which of several in the same microsecond, from 0.
    """

    wall_us: int
    turn: int

    @property
    def time_s(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self.wall_us / 1e6


BEGINNING = Stamp(0, -1)
"""Before all stamps that a clock gives."""


class HybridClock:
    """The clock of one ledger (Kulkarni and others, Logical Physical Clocks, 2014).

    What is written after a stamp was heard of gets a greater stamp, whatever the clocks on the walls say.
    """

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last = BEGINNING
        """The last stamp given or heard of."""

    def tick(self, time_s: float) -> Stamp:
        """The next stamp; `time_s` is what the clock on the wall shows, s since 1970-01-01 UTC."""
        wall_us = round(time_s * 1e6)
        if wall_us > self.last.wall_us:
            self.last = Stamp(wall_us, 0)
        else:
            self.last = Stamp(self.last.wall_us, self.last.turn + 1)
        return self.last

    def hear(self, stamp: Stamp) -> None:
        """Take note of a stamp that came from elsewhere."""
        self.last = max(self.last, stamp)
