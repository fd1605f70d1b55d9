"""How a link treats a message: it delays it, or loses it."""

from dataclasses import dataclass

from kizuna import seeds


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
        Greatest additional time, drawn evenly from 0 for each message.
    loss
        Probability that a message is lost.
    outages
        Spans (from, until) in seconds since 1970-01-01 UTC; what is sent in [from, until) is lost.
    """

    sender: str
    to: str
    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a link from a node to itself, and numbers that no link can have."""
        if self.sender == self.to:
            raise ValueError(f"a link from {self.sender} leads to itself")
        if not (self.delay_s >= 0.0 and self.jitter_s >= 0.0 and 0.0 <= self.loss <= 1.0):
            raise ValueError(
                f"the link from {self.sender} to {self.to} has delay {self.delay_s} s, "
                f"jitter {self.jitter_s} s and loss {self.loss}; expected times of 0 or more "
                "and a loss from 0 to 1"
            )
        for start_s, end_s in self.outages:
            if not start_s < end_s:
                raise ValueError(
                    f"an outage of the link from {self.sender} to {self.to} ends at {end_s} s "
                    f"and starts at {start_s} s; expected it to end later"
                )


class Channel:
    """A link during a run: it says for each message when it arrives, if at all.

    Each message takes two draws from the link's own generator, whatever becomes of it. So the fate of the
    n-th message of a link depends on the seed and the link's ends alone, and stays what it was when another
    link, a delay or an outage is changed.
    """

    __slots__ = ("_generator", "link")

    def __init__(self, link: Link, seed: int) -> None:
        self.link = link
        self._generator = seeds.generator(seed, "link", link.sender, link.to)

    def arrival_s(self, sent_s: float) -> float | None:
        """When a message sent at this time arrives, seconds since 1970-01-01 UTC; None when it is lost."""
        luck, lateness = map(float, self._generator.random(2))
        link = self.link
        if luck < link.loss or any(start_s <= sent_s < end_s for start_s, end_s in link.outages):
            return None
        return sent_s + link.delay_s + lateness * link.jitter_s
