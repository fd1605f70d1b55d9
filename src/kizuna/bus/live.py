"""The live network on Zenoh: peers reach one another directly, over mutual TLS; nobody speaks for another.

A node writes to ``kizuna/SENDER/RECEIVER`` and reads what is addressed to it. Every node lets in only what a
peer writes under the name in that peer's certificate, and sends out only what is addressed to the peer.
"""

import json
import math
import time
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

import zenoh

from kizuna.bus.access import Address, settings
from kizuna.bus.clock import Clock
from kizuna.bus.contact import Contacts
from kizuna.bus.frames import decode, encode
from kizuna.bus.keys import AUTHORITY
from kizuna.bus.lines import Lines
from kizuna.bus.port import Handler, Message
from kizuna.bus.recording import Recording
from kizuna.errors import InputError, WorkError
from kizuna.messages.columns import Table
from kizuna.messages.packed import Packed

_GREET_EVERY_S: Final = 1.0
_PLAUSIBLE_S: Final = 1.0
"""How far a peer's stamps may be off as long as nothing is known of its clock."""
_AT_ONCE_S: Final = 0.05
"""For so long messages are handed over at a time: a node that is flooded still does all else in time."""


class LivePort:
    """The door of a node to the live network; see `kizuna.bus.port.Port`.

    Messages arrive in threads of the network's; they wait until `poll` hands them over, in the node's own.

    Parameters
    ----------
    node
        The node whose door this is.
    peers
        The nodes to which it may speak.
    senders
        The nodes that may speak to it.
    address
        Where it is.
    clock
        What stamps messages.
    first
        Number of the first message: greater than any that the node has sent in an earlier life.

    Raises
    ------
    InputError
        When keys are missing, or an endpoint can't be used.
    """

    def __init__(
        self,
        node: str,
        peers: Iterable[str],
        senders: Collection[str],
        address: Address,
        clock: Clock,
        first: int,
    ) -> None:
        self._node, self._peers = node, tuple(sorted(peers))
        self._clock, self._number = clock, first
        self._handler: Handler | None = None
        self._recording: Recording | None = None
        self._waiting = Lines()
        self.unread = self.undated = 0
        """Messages that could not be read; and such as came before anything was known of a wrong clock."""
        self.contacts = Contacts({*self._peers} & {*senders}, first, clock, self._put)
        for name in (f"{AUTHORITY}.pem", f"{node}.pem", f"{node}.key"):
            if not (address.keys / name).is_file():
                raise InputError(str(address.keys / name), "", "is not there", "made by `kizuna keys`")
        try:
            self._session = zenoh.open(configured(node, self._peers, tuple(senders), address))
        except zenoh.ZError as error:
            problem = f"can't be used ({' '.join(str(error).split())})"
            raise InputError(
                ", ".join((*address.listen, *address.connect)), "", problem, "endpoints"
            ) from None
        self._subscriber = self._session.declare_subscriber(f"kizuna/*/{node}", self._take)
        self._publishers = {
            peer: self._session.declare_publisher(
                f"kizuna/{node}/{peer}", congestion_control=zenoh.CongestionControl.DROP
            )
            for peer in self._peers
        }

    @property
    def node(self) -> str:
        """The node whose door this is."""
        return self._node

    @property
    def peers(self) -> tuple[str, ...]:
        """The nodes to which it may speak, in order of name."""
        return self._peers

    @property
    def dropped(self) -> int:
        """Messages that came faster than they were worked off, and found no room to wait."""
        return self._waiting.dropped

    def send(self, to: str, kind: str, payload: Table | Packed) -> Message:
        """Send a table to a peer, and return it in its envelope; ValueError when no link leads there.

        Raises
        ------
        WorkError
            When the network is closed.
        """
        if to not in self._publishers:
            raise ValueError(f"no link leads from {self._node} to {to}")
        now_s = self._clock.now_s()
        data = encode(self._number, now_s, payload)
        made = Message(self._node, to, now_s, kind, payload, len(data), self._number)
        self._number += 1
        self._put(to, data)
        if self._recording is not None:
            self._recording.sent(now_s, to, data)
        return made

    def listen(self, handler: Handler) -> None:
        """Have every message that arrives from now on handed to this handler, in order of arrival."""
        self._handler = handler

    def record(self, recording: Recording) -> None:
        """Have every message that is sent and handed over from now on written down."""
        self._recording = recording

    def acknowledge(self) -> None:
        """Tell peers that what has been handed over is safe here."""
        self.contacts.acknowledge()

    def poll(self, wait_s: float) -> None:
        """Hand over what has arrived; if nothing has, wait for something for so long at the most.

        What arrives faster than it can be worked off is left in line for the next call.
        """
        self.contacts.greet()
        next_ = self._waiting.get(min(wait_s, _GREET_EVERY_S))
        enough_s = time.monotonic() + _AT_ONCE_S
        while next_ is not None:
            self._hand_over(*next_)
            next_ = self._waiting.get(0.0) if time.monotonic() < enough_s else None

    def close(self) -> None:
        """Leave the network."""
        self._session.close()  # type: ignore[no-untyped-call]

    def _take(self, sample: zenoh.Sample) -> None:
        """Put a message in line; called by threads of the network's."""
        came_s = self._clock.now_s()
        self._waiting.put(str(sample.key_expr).split("/")[1], sample.payload.to_bytes(), came_s)

    def _hand_over(self, sender: str, data: bytes, came_s: float) -> None:
        try:
            if self.contacts.hear(sender, data, came_s):
                return
            message = decode(sender, self._node, data)
        except ValueError:
            self.unread += 1
            return
        ahead_s = self._ahead_s(message, came_s)
        if math.isnan(ahead_s):
            self.undated += 1
            return
        if self._handler is None:
            return
        if self._recording is not None:
            self._recording.heard(came_s, sender, ahead_s, data)
        self._handler(replace(message, ahead_s=ahead_s))
        self.contacts.note(sender, message.number)

    def _ahead_s(self, message: Message, came_s: float) -> float:
        """By how much the sender's clock is ahead; NaN when it seems wrong, and nobody knows by how much."""
        if message.sender not in self.contacts:
            return 0.0
        offset = self.contacts[message.sender].offset
        if not offset.known and abs(came_s - message.sent_s) > _PLAUSIBLE_S:
            return math.nan
        return offset.ahead_s

    def _put(self, to: str, data: bytes) -> None:
        try:
            self._publishers[to].put(data)
        except zenoh.ZError as error:
            raise WorkError(f"the network is closed ({error})") from error


def configured(node: str, peers: tuple[str, ...], senders: tuple[str, ...], address: Address) -> zenoh.Config:
    """How Zenoh is set up for a node."""
    config = zenoh.Config()
    for name, value in settings(node, peers, senders, address).items():
        config.insert_json5(name, json.dumps(value))
    return config
