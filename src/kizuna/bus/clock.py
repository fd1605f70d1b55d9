"""What time it is: in a simulation the bus says so, in a live run the machine does."""

import time
from typing import Protocol

from kizuna.shapes import FloatN


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


class WallClock:
    """The machine's clock, set so that it shows a given time at a given moment; it may run faster.

    Parameters
    ----------
    start_s
        What it shows at the moment, s since 1970-01-01 UTC.
    begin_s
        The moment by the machine's clock, s since 1970-01-01 UTC.
    speed
        Seconds that it shows for each second of the machine's.
    """

    __slots__ = ("_begin_s", "_speed", "_start_s")

    def __init__(self, start_s: float, begin_s: float, speed: float = 1.0) -> None:
        self._start_s, self._begin_s, self._speed = start_s, begin_s, speed

    def now_s(self) -> float:
        """Time now, seconds since 1970-01-01 UTC."""
        return self._start_s + self._speed * (time.time() - self._begin_s)

    def shown(self, machine_s: FloatN) -> FloatN:
        """What this clock shows, (N,), when the machine's clock shows these times, s since 1970-01-01 UTC."""
        made: FloatN = self._start_s + self._speed * (machine_s - self._begin_s)
        return made

    def until_s(self, time_s: float) -> float:
        """Seconds by the machine's clock until this clock shows a time; less than 0 when that is past."""
        return (time_s - self.now_s()) / self._speed


def machine_s() -> float:
    """Time by the machine's clock, seconds since 1970-01-01 UTC."""
    return time.time()
