"""One entry of a ledger: what a post did, its place in the chain, and the bytes that are signed."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import rfc8785

from kizuna.command.stamp import Stamp

Body = dict[str, Any]
"""What an entry says, as JSON: text, numbers, true, false, null, lists and mappings."""

FIRST = "0" * 64
"""What stands for the digest before the first entry."""

_FIELDS = {
    "ledger": str,
    "number": int,
    "previous": str,
    "wall_us": int,
    "turn": int,
    "post": str,
    "kind": str,
    "body": dict,
    "saw": list,
}


class Seen(NamedTuple):
    """An entry of another ledger that was known when this one was written."""

    ledger: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in its place.

    Parameters
    ----------
    ledger
        Node whose ledger it is in.
    number
        Its place there, from 0.
    previous
        Digest of the entry before it.
    stamp
        When it was written.
    post
        Who signed it: a post, or the node itself.
    kind
        What it is, in one word.
    body
        What it says.
    saw
        The entries of other ledgers that it answers.
    """

    ledger: str
    number: int
    previous: str
    stamp: Stamp
    post: str
    kind: str
    body: Body
    saw: tuple[Seen, ...] = ()

    def canonical(self) -> bytes:
        """The bytes that are signed: canonical JSON (RFC 8785); ValueError when the body is not JSON."""
        return rfc8785.dumps(
            {
                "ledger": self.ledger,
                "number": self.number,
                "previous": self.previous,
                "wall_us": self.stamp.wall_us,
                "turn": self.stamp.turn,
                "post": self.post,
                "kind": self.kind,
                "body": self.body,
                "saw": [list(seen) for seen in self.saw],
            }
        )


def digest_of(canonical: bytes) -> str:
    """SHA-256 of an entry's bytes, in hexadecimal: what the next entry and other ledgers cite."""
    return hashlib.sha256(canonical).hexdigest()


def parse(raw: bytes) -> Entry:
    """The entry that these bytes are; ValueError, with what is wrong in words, when they are none."""
    try:
        held = json.loads(raw)
    except ValueError:
        raise ValueError("is not JSON") from None
    if not isinstance(held, dict) or set(held) != set(_FIELDS):
        raise ValueError("is not the JSON of an entry")
    if any(type(held[name]) is not kind for name, kind in _FIELDS.items()):
        raise ValueError("is not the JSON of an entry")
    if not all(_is_seen(seen) for seen in held["saw"]):
        raise ValueError("cites entries in no form that is known")
    entry = Entry(
        ledger=held["ledger"],
        number=held["number"],
        previous=held["previous"],
        stamp=Stamp(held["wall_us"], held["turn"]),
        post=held["post"],
        kind=held["kind"],
        body=held["body"],
        saw=tuple(Seen(*seen) for seen in held["saw"]),
    )
    if entry.canonical() != raw:
        raise ValueError("is not canonical JSON")
    return entry


def _is_seen(seen: object) -> bool:
    return isinstance(seen, list) and [type(part) for part in seen] == [str, int, str]
