"""How far another node's clock is ahead of this one's, and how sure that is."""

from collections import deque
from typing import Final, NamedTuple

_KEPT: Final = 32
"""Round trips that are remembered: the quickest of them counts, so that queues and busy nodes don't."""
_LEAST_S: Final = 0.05
"""A smaller offset is let be: an airliner flies 12 m meanwhile."""


class _Trip(NamedTuple):
    """What one round trip says."""

    ahead_s: float
    within_s: float


class Offset:
    """The offset of a peer's clock, from messages there and back.

    Four times tell it (Mills, RFC 5905, section 8): a message leaves here and comes there, its answer leaves
    there and comes back. If both ways took equally long, the offset is as said; however unequal they were,
    it is off by no more than half of what both took. Of the last round trips the quickest counts (the clock
    filter, section 10).

    `ahead_s` is what stamps are corrected by. It stays as it is until the estimate is surely another one, so
    that what follows one another stays in order.
    """

    def __init__(self) -> None:
        self._trips: deque[_Trip] = deque(maxlen=_KEPT)
        self.ahead_s = 0.0
        """By how much the peer's clock is taken to be ahead, s; 0 while it isn't surely otherwise."""

    @property
    def known(self) -> bool:
        """Whether any round trip has been made."""
        return bool(self._trips)

    @property
    def estimate_s(self) -> float:
        """By how much the peer's clock is ahead, s; NaN when nothing is known."""
        return min(self._trips, key=lambda trip: trip.within_s).ahead_s if self._trips else float("nan")

    @property
    def within_s(self) -> float:
        """How much the estimate may be off at the most, s; infinite when nothing is known."""
        return min((trip.within_s for trip in self._trips), default=float("inf"))

    def learn(self, left_s: float, came_s: float, answered_s: float, back_s: float) -> None:
        """Learn from a round trip: when it left and came back by this clock, when it was there by the peer's.

        All in seconds since 1970-01-01 UTC. A trip that took less than no time is no trip.
        """
        both_s = (back_s - left_s) - (answered_s - came_s)
        if not (both_s >= 0.0 and answered_s >= came_s):
            return
        new = _Trip(((came_s - left_s) + (answered_s - back_s)) / 2.0, both_s / 2.0)
        # What contradicts the newest trip was said before one of the clocks was set.
        agreeing = [trip for trip in self._trips if _agree(trip, new)]
        self._trips.clear()
        self._trips.extend([*agreeing, new])
        if abs(self.estimate_s - self.ahead_s) > max(_LEAST_S, self.within_s):
            self.ahead_s = self.estimate_s if abs(self.estimate_s) > _LEAST_S else 0.0


def _agree(one: _Trip, other: _Trip) -> bool:
    """Whether one offset explains both trips, but for what clocks drift in the meantime."""
    return abs(one.ahead_s - other.ahead_s) <= one.within_s + other.within_s + _LEAST_S
