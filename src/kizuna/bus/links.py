"""How a link treats a message: it queues it, delays it, doubles it, or loses it."""

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from kizuna import seeds
from kizuna.bus.outages import RandomOutages

Lateness = Literal["even", "exponential", "heavy"]
"""How the time that a message takes beyond the delay is drawn: see `Link.jitter_s`."""

_TAIL: Final = 2.5
"""Exponent of the heavy tail: as small as leaves a finite variance, with room."""


@dataclass(frozen=True, slots=True)
class Link:
    """A connection from one node to another, in that direction alone.

    Messages go one by one, like datagrams: with jitter, a later one may overtake.

    Parameters
    ----------
    sender, to
        The two nodes.
    delay_s
        Time that every message takes.
    jitter_s
        Additional time, drawn for each message: its greatest value when it is drawn evenly from 0, its mean
        when it is drawn otherwise.
    lateness
        How it is drawn: ``even``; ``exponential``, as behind a random queue; ``heavy`` (Lomax, tail exponent
        2.5), where one message in a hundred takes eight times the mean.
    loss
        Probability that a message is lost.
    duplication
        Probability that a message arrives a second time, with a lateness of its own.
    held_back, held_back_s
        Probability that a message is held back, and for how long, so that others overtake it.
    in_order
        Whether a message waits for those before it, as in a TCP stream; what is late then makes all that
        follows late.
    capacity_bps
        Bits that pass in a second; messages wait in line for it.
    queue_bytes
        The line's length; what would make it longer is lost. The message that is just passing counts too.
    outages
        Spans (from, until) in seconds since 1970-01-01 UTC; what comes onto the link in [from, until) is
        lost.
    outages_per_hour, outage_s
        How often the link fails by itself, and for how long on average. Both directions fail together.
    """

    sender: str
    to: str
    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()
    lateness: Lateness = "even"
    duplication: float = 0.0
    held_back: float = 0.0
    held_back_s: float = 1.0
    in_order: bool = False
    capacity_bps: float = math.inf
    queue_bytes: float = math.inf
    outages_per_hour: float = 0.0
    outage_s: float = 60.0

    def __post_init__(self) -> None:
        """Refuse a link from a node to itself, and numbers that no link can have."""
        if self.sender == self.to:
            raise ValueError(f"a link from {self.sender} leads to itself")
        if not (self.delay_s >= 0.0 and self.jitter_s >= 0.0 and 0.0 <= self.loss <= 1.0):
            raise ValueError(
                f"{self._called} has delay {self.delay_s} s, jitter {self.jitter_s} s and loss {self.loss}; "
                "expected times of 0 or more and a loss from 0 to 1"
            )
        if not (0.0 <= self.duplication <= 1.0 and 0.0 <= self.held_back <= 1.0 and self.held_back_s >= 0.0):
            raise ValueError(
                f"{self._called} doubles {self.duplication} and holds {self.held_back} back for "
                f"{self.held_back_s} s; expected shares from 0 to 1 and a time of 0 or more"
            )
        if not (self.capacity_bps > 0.0 and self.queue_bytes >= 0.0):
            raise ValueError(
                f"{self._called} passes {self.capacity_bps} bit/s and lets {self.queue_bytes} bytes wait; "
                "expected more than 0 and at least 0"
            )
        if not (self.outages_per_hour >= 0.0 and self.outage_s > 0.0):
            raise ValueError(
                f"{self._called} fails {self.outages_per_hour} times an hour for {self.outage_s} s; "
                "expected at least 0 and more than 0"
            )
        if self.lateness not in get_args(Lateness):
            expected = ", ".join(get_args(Lateness))
            raise ValueError(f"{self._called} has lateness {self.lateness!r}; expected one of {expected}")
        for start_s, end_s in self.outages:
            if not start_s < end_s:
                raise ValueError(
                    f"an outage of {self._called} ends at {end_s} s "
                    f"and starts at {start_s} s; expected it to end later"
                )

    @property
    def _called(self) -> str:
        return f"the link from {self.sender} to {self.to}"


class Channel:
    """A link during a run: it says for each message when it arrives, if at all.

    Each message takes two draws from the link's own generator and three from another, whatever becomes of it.
    So the luck of the n-th message of a link depends on the seed and the link's ends alone, and stays what it
    was when another link, a delay or an outage is changed.

    Parameters
    ----------
    link
        The link.
    seed
        The seed of the run.
    start_s
        When the run begins, s since 1970-01-01 UTC; the link is up then.
    """

    __slots__ = ("_arrived_s", "_free_s", "_generator", "_more", "_outages", "link")

    def __init__(self, link: Link, seed: int, start_s: float = 0.0) -> None:
        self.link = link
        self._generator = seeds.generator(seed, "link", link.sender, link.to)
        self._more = seeds.generator(seed, "link", link.sender, link.to, "more")
        # What breaks a cable breaks both ways.
        ends = sorted((link.sender, link.to))
        self._outages = RandomOutages(
            link.outages_per_hour, link.outage_s, seeds.generator(seed, "outages", *ends), start_s
        )
        self._free_s = self._arrived_s = -math.inf

    def arrivals_s(self, sent_s: float, size_bytes: int = 0) -> tuple[float, ...]:
        """When a message arrives, seconds since 1970-01-01 UTC: once, twice, or not at all.

        Parameters
        ----------
        sent_s
            When it is sent; not before the message sent before it.
        size_bytes
            Its size, for which the link's capacity is needed.
        """
        luck, lateness = map(float, self._generator.random(2))
        doubled, second, held = map(float, self._more.random(3))
        link = self.link
        start_s = max(sent_s, self._free_s)
        waiting_bytes = (start_s - sent_s) * link.capacity_bps / 8.0 if start_s > sent_s else 0.0
        if waiting_bytes + size_bytes > link.queue_bytes:
            return ()
        self._free_s = start_s + 8.0 * size_bytes / link.capacity_bps
        if luck < link.loss or self.down(start_s):
            return ()
        back_s = link.held_back_s if held < link.held_back else 0.0
        first = self._arrival_s(lateness, back_s)
        return (first, self._arrival_s(second, back_s)) if doubled < link.duplication else (first,)

    def down(self, time_s: float) -> bool:
        """Whether nothing passes at a time, which may not lie before the time last asked for."""
        planned = any(start_s <= time_s < end_s for start_s, end_s in self.link.outages)
        return self._outages.at(time_s) or planned

    def _arrival_s(self, drawn: float, back_s: float) -> float:
        """When a message arrives whose last bit is on the link at `_free_s`, with this lateness drawn."""
        link = self.link
        arrival_s = self._free_s + link.delay_s + _late(link.lateness, drawn) * link.jitter_s + back_s
        if link.in_order:
            arrival_s = max(arrival_s, self._arrived_s)
            self._arrived_s = arrival_s
        return arrival_s


def _late(lateness: Lateness, drawn: float) -> float:
    """Lateness in units of the jitter, from a number drawn evenly from [0, 1)."""
    if lateness == "exponential":
        return -math.log1p(-drawn)
    if lateness == "heavy":
        return (_TAIL - 1.0) * (math.pow(1.0 - drawn, -1.0 / _TAIL) - 1.0)
    return drawn
