"""Whether the peers of a live node are there, what of its messages they have, and how their clocks stand.

Every second a node greets each peer. Greetings are answered at once, with the times that tell the offset of
the clocks. What a peer has heard it acknowledges by number.
"""

import struct
import time
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np

from kizuna.bus.clock import Clock
from kizuna.bus.offset import Offset
from kizuna.shapes import IntN

_HEAD: Final = struct.Struct("<4sB")
_MARK: Final = b"KZC1"
_GREETING, _ANSWER, _RECEIPT = range(3)
_TIMES: Final = struct.Struct("<Qddd")
"""Who is greeting, as the number of its first message, and the times of the round trip so far, s."""
_GREET_EVERY_S: Final = 1.0
_LATEST_S: Final = 1e10
"""No message bears a later time, s since 1970-01-01 UTC."""
_AWAY_S: Final = 4.0
"""A peer that hasn't been heard of for so long is away, by the machine's clock."""
_MOST_RECEIPTS: Final = 4096
"""Numbers in one message."""


class Heard(NamedTuple):
    """What a node hears of a peer besides its messages."""

    peer: str
    numbers: IntN
    """Messages of this node's that it has."""


class Contact:
    """One peer, as this node sees it."""

    def __init__(self) -> None:
        self.offset = Offset()
        self.life = -1
        """What its present life began with; -1 before it was heard of."""
        self.last_s = -float("inf")
        """When it was heard of last, s of a clock that only counts."""
        self.owed: list[int] = []
        """Numbers of its messages that are to be acknowledged."""

    @property
    def here(self) -> bool:
        """Whether it was heard of lately."""
        return time.monotonic() - self.last_s < _AWAY_S


class Contacts:
    """The peers of a node.

    Parameters
    ----------
    peers
        Those to which the node may speak and that may speak to it.
    life
        Number of the node's first message: no two of its lives have the same.
    clock
        What stamps messages.
    send
        Sends bytes to a peer.
    """

    def __init__(
        self, peers: Iterable[str], life: int, clock: Clock, send: Callable[[str, bytes], None]
    ) -> None:
        self._life, self._clock, self._send = life, clock, send
        self._known = {peer: Contact() for peer in sorted(peers)}
        self._next_s = -float("inf")
        self._arrived: list[str] = []
        self._acknowledged: list[Heard] = []

    def __getitem__(self, peer: str) -> Contact:
        return self._known[peer]

    def __contains__(self, peer: str) -> bool:
        return peer in self._known

    def items(self) -> Iterable[tuple[str, Contact]]:
        """The peers, in order of name."""
        return self._known.items()

    def greet(self) -> None:
        """Greet every peer, if a second has passed since."""
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + _GREET_EVERY_S
        for peer in self._known:
            self._say(peer, _GREETING, _TIMES.pack(self._life, self._clock.now_s(), 0.0, 0.0))

    def hear(self, peer: str, data: bytes, came_s: float) -> bool:
        """Take in what came at a time, s since 1970-01-01 UTC; False when it is nothing of this kind.

        Raises
        ------
        ValueError
            When it can't be read.
        """
        if data[:4] != _MARK:
            return False
        if peer not in self._known:
            raise ValueError(f"{peer} can't be answered")
        try:
            _, what = _HEAD.unpack_from(data)
            if what == _RECEIPT:
                self._acknowledged.append(Heard(peer, np.frombuffer(data[_HEAD.size :], dtype="<i8")))
            else:
                self._greeted(peer, what, _TIMES.unpack(data[_HEAD.size :]), came_s)
        except struct.error:
            raise ValueError("no greeting") from None
        return True

    def note(self, peer: str, number: int) -> None:
        """Remember that a message of a peer has come, to acknowledge it."""
        contact = self._known.get(peer)
        if contact is not None:
            contact.last_s = time.monotonic()
            contact.owed.append(number)

    def acknowledge(self) -> None:
        """Tell all peers what has come of theirs."""
        for peer, contact in self._known.items():
            owed, contact.owed = contact.owed, []
            for first in range(0, len(owed), _MOST_RECEIPTS):
                numbers = np.array(owed[first : first + _MOST_RECEIPTS], dtype="<i8")
                self._say(peer, _RECEIPT, numbers.tobytes())

    def take_arrived(self) -> list[str]:
        """Peers that have begun a new life, or are back from having been away, since the last call."""
        arrived, self._arrived = self._arrived, []
        return list(dict.fromkeys(arrived))

    def take_acknowledged(self) -> list[Heard]:
        """What peers have acknowledged since the last call."""
        acknowledged, self._acknowledged = self._acknowledged, []
        return acknowledged

    def _greeted(self, peer: str, what: int, told: tuple[int, float, float, float], came_s: float) -> None:
        life, left_s, there_s, answered_s = told
        if not all(abs(time_s) <= _LATEST_S for time_s in told[1:]):
            raise ValueError("no greeting")
        contact = self._known[peer]
        if life < contact.life:
            return
        if life > contact.life or not contact.here:
            if life > contact.life:
                contact.life, contact.offset = life, Offset()
            self._arrived.append(peer)
            # It is greeted at once: until its clock is known, nothing that it says can be dated.
            self._next_s = -float("inf")
        contact.last_s = time.monotonic()
        if what == _GREETING:
            # The times are those by which the other clock goes: it left there, it came here.
            self._say(peer, _ANSWER, _TIMES.pack(self._life, left_s, came_s, self._clock.now_s()))
        elif what == _ANSWER:
            contact.offset.learn(left_s, there_s, answered_s, came_s)
        else:
            raise ValueError("no greeting")

    def _say(self, peer: str, what: int, body: bytes) -> None:
        self._send(peer, _HEAD.pack(_MARK, what) + body)
