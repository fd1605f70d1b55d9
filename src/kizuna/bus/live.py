"""The live network on Zenoh: peers reach one another directly, over mutual TLS; nobody speaks for another.

A node writes to ``kizuna/SENDER/RECEIVER`` and reads what is addressed to it. Every node lets in only what a
peer writes under the name in that peer's certificate, and sends out only what is addressed to the peer.
"""

import json
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import zenoh

from kizuna.bus.clock import Clock
from kizuna.bus.keys import AUTHORITY
from kizuna.bus.lines import MOST_BYTES, Lines
from kizuna.bus.port import Handler, Message
from kizuna.errors import InputError, WorkError
from kizuna.messages import codec
from kizuna.messages.columns import Table
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.packed import Packed
from kizuna.messages.report import Reports

_HEAD: Final = struct.Struct("<4sQdB")
"""Mark, number, time of sending, and what the rest is."""
_MARK: Final = b"KZM1"
_KINDS: Final = ("detections", "reports", "notices")
_TABLES: Final[tuple[type[Table], ...]] = (Detections, Reports, Notices)
_PACKED: Final = len(_TABLES)
_AT_ONCE_S: Final = 0.05
"""For so long messages are handed over at a time: a node that is flooded still does all else in time."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a node is on the network.

    Parameters
    ----------
    keys
        Folder with the authority's certificate and the node's own certificate and key.
    listen, connect
        Endpoints such as ``tls/127.0.0.1:7451``: where it waits for peers, and where it looks for them.
    """

    keys: Path
    listen: tuple[str, ...]
    connect: tuple[str, ...] = ()


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
        senders: Iterable[str],
        address: Address,
        clock: Clock,
        first: int,
    ) -> None:
        self._node, self._peers = node, tuple(sorted(peers))
        self._clock, self._number = clock, first
        self._handler: Handler | None = None
        self._waiting = Lines()
        self.unread = 0
        """Messages that could not be read."""
        for name in (f"{AUTHORITY}.pem", f"{node}.pem", f"{node}.key"):
            if not (address.keys / name).is_file():
                raise InputError(str(address.keys / name), "", "is not there", "made by `kizuna keys`")
        try:
            self._session = zenoh.open(_config(node, self._peers, tuple(senders), address))
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
        data = _encode(self._number, self._clock.now_s(), payload)
        made = Message(self._node, to, self._clock.now_s(), kind, payload, len(data), self._number)
        self._number += 1
        try:
            self._publishers[to].put(data)
        except zenoh.ZError as error:
            raise WorkError(f"the network is closed ({error})") from error
        return made

    def listen(self, handler: Handler) -> None:
        """Have every message that arrives from now on handed to this handler, in order of arrival."""
        self._handler = handler

    def poll(self, wait_s: float) -> None:
        """Hand over what has arrived; if nothing has, wait for something for so long at the most.

        What arrives faster than it can be worked off is left in line for the next call.
        """
        next_ = self._waiting.get(wait_s)
        enough_s = time.monotonic() + _AT_ONCE_S
        while next_ is not None:
            self._hand_over(*next_)
            next_ = self._waiting.get(0.0) if time.monotonic() < enough_s else None

    def close(self) -> None:
        """Leave the network."""
        self._session.close()  # type: ignore[no-untyped-call]

    def _take(self, sample: zenoh.Sample) -> None:
        """Put a message in line; called by threads of the network's."""
        self._waiting.put(str(sample.key_expr).split("/")[1], sample.payload.to_bytes())

    def _hand_over(self, sender: str, data: bytes) -> None:
        try:
            message = _decode(sender, self._node, data)
        except (InputError, ValueError, struct.error):
            self.unread += 1
            return
        if self._handler is not None:
            self._handler(message)


def _encode(number: int, sent_s: float, payload: Table | Packed) -> bytes:
    if isinstance(payload, Packed):
        return _HEAD.pack(_MARK, number, sent_s, _PACKED) + payload.data
    return _HEAD.pack(_MARK, number, sent_s, _TABLES.index(type(payload))) + codec.to_ipc(payload)


def _decode(sender: str, to: str, data: bytes) -> Message:
    """A message from its bytes; ValueError, struct.error or InputError when it is none."""
    mark, number, sent_s, what = _HEAD.unpack_from(data)
    if mark != _MARK or what > _PACKED:
        raise ValueError("no message of ours")
    body = data[_HEAD.size :]
    payload: Table | Packed
    if what == _PACKED:
        payload, kind = Packed(body), "reports"
    else:
        payload, kind = codec.from_ipc(_TABLES[what], body, f"message from {sender}"), _KINDS[what]
    return Message(sender, to, sent_s, kind, payload, len(data), number)


def _config(node: str, peers: tuple[str, ...], senders: tuple[str, ...], address: Address) -> zenoh.Config:
    """How Zenoh is set up: peers only, mutual TLS, and only what a certificate's name may do."""
    config = zenoh.Config()
    key, certificate = str(address.keys / f"{node}.key"), str(address.keys / f"{node}.pem")
    settings: dict[str, Any] = {
        "mode": "peer",
        "listen/endpoints": list(address.listen),
        "connect/endpoints": list(address.connect),
        "scouting/multicast/enabled": False,
        "scouting/gossip/enabled": False,
        "transport/link/protocols": ["tls"],
        "transport/link/rx/max_message_size": MOST_BYTES // 2,
        "transport/link/tls": {
            "root_ca_certificate": str(address.keys / f"{AUTHORITY}.pem"),
            "enable_mtls": True,
            "listen_private_key": key,
            "listen_certificate": certificate,
            "connect_private_key": key,
            "connect_certificate": certificate,
            "verify_name_on_connect": True,
        },
        "access_control": _access(node, peers, senders),
    }
    for name, value in settings.items():
        config.insert_json5(name, json.dumps(value))
    return config


def _access(node: str, peers: tuple[str, ...], senders: tuple[str, ...]) -> dict[str, Any]:
    """What each certificate's name may do here; all else is denied."""
    rules, subjects, policies = [], [], []
    for other in sorted({*peers, *senders} - {node}):
        allowed = []
        if other in senders:
            allowed += [("ingress", "put", f"kizuna/{other}/{node}")]
            allowed += [("egress", "declare_subscriber", f"kizuna/*/{node}")]
        if other in peers:
            allowed += [("egress", "put", f"kizuna/{node}/{other}")]
            allowed += [("ingress", "declare_subscriber", f"kizuna/*/{other}")]
        names = [f"{flow} {message} {other}" for flow, message, _ in allowed]
        rules += [
            {"id": name, "permission": "allow", "flows": [flow], "messages": [message], "key_exprs": [keys]}
            for name, (flow, message, keys) in zip(names, allowed, strict=True)
        ]
        subjects.append({"id": other, "cert_common_names": [other]})
        policies.append({"rules": names, "subjects": [other]})
    return {
        "enabled": True,
        "default_permission": "deny",
        "rules": rules,
        "subjects": subjects,
        "policies": policies,
    }
