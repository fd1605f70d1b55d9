"""Messages as bytes: what a live node puts on the wire, and what it makes of bytes that come."""

import struct
from typing import Final

from kizuna.bus.port import Message
from kizuna.errors import InputError
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
_LATEST_S: Final = 1e10
"""As of all times in tables."""
_MOST: Final = 1 << 63
"""Numbers of messages are smaller, so that they can be acknowledged."""


def encode(number: int, sent_s: float, payload: Table | Packed) -> bytes:
    """The bytes of a message."""
    if isinstance(payload, Packed):
        return _HEAD.pack(_MARK, number, sent_s, _PACKED) + payload.data
    return _HEAD.pack(_MARK, number, sent_s, _TABLES.index(type(payload))) + codec.to_ipc(payload)


def decode(sender: str, to: str, data: bytes) -> Message:
    """The message that some bytes are.

    Raises
    ------
    ValueError
        When they are none.
    """
    try:
        mark, number, sent_s, what = _HEAD.unpack_from(data)
    except struct.error:
        raise ValueError("shorter than any message") from None
    if mark != _MARK or what > _PACKED or number >= _MOST or not abs(sent_s) <= _LATEST_S:
        raise ValueError("no message of ours")
    body = data[_HEAD.size :]
    payload: Table | Packed
    if what == _PACKED:
        payload, kind = Packed(body), "reports"
    else:
        try:
            payload = codec.from_ipc(_TABLES[what], body, f"message from {sender}")
        except InputError as error:
            raise ValueError(str(error)) from None
        kind = _KINDS[what]
    return Message(sender, to, sent_s, kind, payload, len(data), number)
