"""Merkle roots: one hash that stands for all entries of a ledger up to a number (RFC 6962, section 2.1)."""

import hashlib


class Merkle:
    """The root over leaves that are only ever added to; 64 hashes at most are kept."""

    __slots__ = ("_peaks", "count")

    def __init__(self) -> None:
        self.count = 0
        """How many leaves there are."""
        self._peaks: list[bytes] = []
        """Roots of the full subtrees, largest first: one for each bit set in `count`."""

    def add(self, leaf: bytes) -> None:
        """Add a leaf, any bytes."""
        node = hashlib.sha256(b"\x00" + leaf).digest()
        full = self.count
        while full & 1:
            node = _parent(self._peaks.pop(), node)
            full >>= 1
        self._peaks.append(node)
        self.count += 1

    def root(self) -> str:
        """The root over all leaves so far, in hexadecimal."""
        if not self._peaks:
            return hashlib.sha256().hexdigest()
        *left, node = self._peaks
        for peak in reversed(left):
            node = _parent(peak, node)
        return node.hex()


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
