"""What time it is: in a simulation the bus says so, in a live run the machine does."""

from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time; nodes and command get one as an argument and ask no other."""

    def now_s(self) -> float:
        """Time now, seconds since 1970-01-01 UTC."""
        ...


class SimulatedClock:
    """A clock that stands still until the bus advances it to the next event."""

    __slots__ = ("_now_s",)

    def __init__(self, start_s: float) -> None:
        self._now_s = start_s

    def now_s(self) -> float:
        """Time now in the exercise, seconds since 1970-01-01 UTC."""
        return self._now_s

    def advance(self, time_s: float) -> None:
        """Set the clock forward to a time; ValueError if that lies behind."""
        if not time_s >= self._now_s:
            raise ValueError(f"the clock stands at {self._now_s} s and can't go to {time_s} s")
        self._now_s = time_s
