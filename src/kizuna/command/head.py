"""The head of a ledger, signed: what others keep of a node's past, so that it can't change it alone."""

from dataclasses import asdict, dataclass
from typing import Any

import rfc8785

from kizuna.command.entry import Body, Seen
from kizuna.command.keys import Keys, signed_by
from kizuna.command.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Head:
    """All entries of a ledger up to a number, in one hash.

    Parameters
    ----------
    ledger
        Node whose ledger it is.
    count
        How many entries it stands for.
    root
        Merkle root over their digests.
    digest
        Digest of the last of them.
    wall_us, stamp_turn
        Stamp of the last of them.
    signature
        Of the node, over all before, in hexadecimal.
    """

    ledger: str
    count: int
    root: str
    digest: str
    wall_us: int
    stamp_turn: int
    signature: str = ""

    @property
    def stamp(self) -> Stamp:
        """Stamp of the last entry."""
        return Stamp(self.wall_us, self.stamp_turn)

    @property
    def last(self) -> Seen:
        """The last entry, as others cite it."""
        return Seen(self.ledger, self.count - 1, self.digest)

    def signed(self, keys: Keys) -> "Head":
        """The same with the node's signature; InputError when there is no key of the node."""
        return Head(**(asdict(self) | {"signature": keys.sign(self.ledger, self._bytes()).hex()}))

    def is_signed_by(self, key: str) -> bool:
        """Whether the node to which a public key belongs has signed it."""
        return signed_by(key, bytes.fromhex(self.signature), self._bytes())

    def body(self) -> Body:
        """As the body of an entry."""
        return asdict(self)

    def _bytes(self) -> bytes:
        return rfc8785.dumps({name: value for name, value in asdict(self).items() if name != "signature"})


def head_from(body: dict[str, Any]) -> Head:
    """The head in the body of an entry; ValueError when there is none."""
    kinds = {
        "ledger": str,
        "count": int,
        "root": str,
        "digest": str,
        "wall_us": int,
        "stamp_turn": int,
        "signature": str,
    }
    if set(body) != set(kinds) or any(type(body[name]) is not kind for name, kind in kinds.items()):
        raise ValueError("is no head of a ledger")
    bytes.fromhex(body["signature"])
    return Head(**body)
