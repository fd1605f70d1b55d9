"""See to it that what a live node says reaches its peers: what isn't acknowledged is said again."""

from typing import NamedTuple

from kizuna.bus.journal import Journal
from kizuna.bus.live import LivePort
from kizuna.bus.port import Handler, Message
from kizuna.messages.columns import Table
from kizuna.messages.notice import Notices
from kizuna.messages.packed import Packed
from kizuna.nodes.node import Node
from kizuna.nodes.outbox import Outbox


class Clocks(NamedTuple):
    """How the clock of a peer stands to this node's."""

    ahead_s: float
    """By how much it is ahead, s."""
    within_s: float
    """How much that may be off at the most, s."""
    corrected_s: float
    """By how much the peer's stamps are corrected, s; 0 while they needn't."""


class Delivery:
    """The door of a live node, with an outbox behind it; a `kizuna.bus.port.Port`.

    Parameters
    ----------
    port
        The door to the network.
    outbox
        Keeps what isn't acknowledged.
    journal
        Gets a line whenever the stamps of a peer begin to be corrected by another offset.
    """

    def __init__(self, port: LivePort, outbox: Outbox, journal: Journal) -> None:
        self._port = port
        self._outbox = outbox
        self._journal = journal
        self._corrected: dict[str, float] = {}

    @property
    def node(self) -> str:
        """The node whose door this is."""
        return self._port.node

    @property
    def peers(self) -> tuple[str, ...]:
        """The nodes to which it may speak, in order of name."""
        return self._port.peers

    def send(self, to: str, kind: str, payload: Table | Packed) -> Message:
        """Send a table to a peer, and keep it until the peer acknowledges it."""
        # A peer that may not answer can't acknowledge anything.
        answers = to in self._port.contacts
        if answers and isinstance(payload, Notices):
            self._outbox.secure(to, payload)
        message = self._port.send(to, kind, payload)
        rows = payload.rows if isinstance(payload, Packed) else payload
        if answers and rows is not None:
            self._outbox.sent(message, rows)
        return message

    def listen(self, handler: Handler) -> None:
        """Have every message that arrives from now on handed to this handler, in order of arrival."""
        self._port.listen(handler)

    def tend(self, node: Node, now_s: float) -> None:
        """Acknowledge what has been written down, greet who has come, and say again what got lost."""
        contacts = self._port.contacts
        self._port.acknowledge()
        for peer, numbers in contacts.take_acknowledged():
            self._outbox.acknowledged(peer, numbers.tolist())
        for peer in contacts.take_arrived():
            self._outbox.lose(peer)
            node.greet(peer)
        for peer, contact in contacts.items():
            if contact.here:
                for kind, table in self._outbox.take(peer, now_s):
                    node.again(peer, kind, table)
        self._outbox.write(now_s)
        for peer, clocks in self.clocks().items():
            if self._corrected.get(peer) != clocks.corrected_s:
                self._corrected[peer] = clocks.corrected_s
                self._journal.event(now_s, "clock", peer=peer, **clocks._asdict())

    def clocks(self) -> dict[str, Clocks]:
        """How the clock of each peer stands that has answered."""
        offsets = {peer: contact.offset for peer, contact in self._port.contacts.items()}
        return {
            peer: Clocks(offset.estimate_s, offset.within_s, offset.ahead_s)
            for peer, offset in offsets.items()
            if offset.known
        }

    def kept(self) -> dict[str, int]:
        """Rows that are kept for each peer, where there are any."""
        kept = {peer: self._outbox.waiting(peer) for peer in self._port.peers}
        return {peer: rows for peer, rows in kept.items() if rows}
