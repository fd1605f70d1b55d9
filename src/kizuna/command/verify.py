"""Prove of ledgers that nothing in them was altered, or name the first entry that is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kizuna.command.entry import FIRST, Entry, digest_of, parse
from kizuna.command.head import Head, head_from
from kizuna.command.keys import Register, is_public, signed_by
from kizuna.command.ledger import KEYS, OPENED, ROOT
from kizuna.command.merkle import Merkle
from kizuna.command.stamp import BEGINNING
from kizuna.command.store import VERSION, Snapshot, snapshot, unexplained
from kizuna.errors import InputError


@dataclass(slots=True)
class Verified:
    """A ledger whose every entry is in order, of its post, and where it belongs."""

    file: str
    node: str
    entries: list[Entry] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    """The Merkle root over the entries up to each, itself included."""
    register: Register = field(default_factory=dict)
    versions: set[str] = field(default_factory=set)
    """Of SQLite, that have written to it."""
    kept: list[tuple[int, Head]] = field(default_factory=list)
    """Heads of other ledgers, and the entries that hold them."""

    @property
    def compared(self) -> bool:
        """Whether its file was compared byte for byte; other versions of SQLite lay it out differently."""
        return self.versions == {VERSION}


def verify(path: Path | str, trusted: Mapping[str, str] | None = None) -> Verified:
    """Prove order and authorship of all entries of a ledger, and that its file holds nothing else.

    Parameters
    ----------
    path
        The ledger.
    trusted
        Public keys that are known from elsewhere. Without them, the keys are believed that the ledger itself
        began with: then it is proved that the same hands wrote it, and not whose they were.

    Raises
    ------
    InputError
        With the first entry that is wrong, what is wrong with it and what was expected.
    """
    return verify_all([path], trusted)[0]


def verify_all(paths: Sequence[Path | str], trusted: Mapping[str, str] | None = None) -> list[Verified]:
    """Prove several ledgers, and against each other: none may lack or differ in what the others know of it.

    Raises
    ------
    InputError
        As `verify` does; and when a ledger is not what another one holds of it.
    """
    held = [snapshot(path) for path in paths]
    made = [_in_order(str(path), each, trusted or {}) for path, each in zip(paths, held, strict=True)]
    by_node: dict[str, Verified] = {}
    for ledger in made:
        other = by_node.setdefault(ledger.node, ledger)
        if other is not ledger:
            _same_past(other, ledger)
            by_node[ledger.node] = max(other, ledger, key=lambda each: len(each.entries))
    for ledger in by_node.values():
        _kept_past(ledger, made)
    for witness in made:
        for entry in witness.entries:
            _cited(witness, entry, by_node)
    for ledger, each in zip(made, held, strict=True):
        _nothing_else(ledger.file, each, ledger.versions)
    return made


def vouched(ledgers: Sequence[Verified]) -> dict[str, int]:
    """For each node, how many of its first entries the other ledgers vouch for, by their heads of it."""
    made = {ledger.node: 0 for ledger in ledgers}
    for ledger in ledgers:
        for _, head in ledger.kept:
            if head.ledger in made and head.ledger != ledger.node:
                made[head.ledger] = max(made[head.ledger], head.count)
    return made


def _in_order(file: str, held: Snapshot, trusted: Mapping[str, str]) -> Verified:
    """Prove the entries of a ledger, one after the other."""
    if not held.rows:
        raise InputError(file, "", "holds no entry", "at least the one that names its keys")
    checker = _Checker(file, trusted)
    for row in held.rows:
        checker.take(row.number, row.entry, row.signature)
    return checker.made


class _Checker:
    """Takes the rows of a ledger in their order."""

    def __init__(self, file: str, trusted: Mapping[str, str]) -> None:
        self.made = Verified(file, "")
        self._trusted = trusted
        self._merkle = Merkle()
        self._previous = FIRST
        self._stamp = BEGINNING

    def take(self, number: int, raw: bytes, signature: bytes) -> None:
        """Check one row, and make it the last; InputError when it is wrong."""
        made, expected = self.made, len(self.made.entries)
        if number != expected:
            raise self._wrong(expected, f"is not there; the next one is {number}", "no entry missing")
        try:
            entry = parse(raw)
        except ValueError as error:
            raise self._wrong(number, str(error), "an entry as its post signed it") from None
        made.node = made.node or entry.ledger
        self._place(number, entry)
        if number == 0 and entry.kind != KEYS:
            raise self._wrong(number, f"is {entry.kind!r}", "the keys that a ledger begins with")
        if entry.kind in (KEYS, OPENED):
            self._keys(number, entry)
        key = made.register.get(entry.post)
        if key is None:
            raise self._wrong(number, f"is of {entry.post!r}, who has no key", "a post that may sign here")
        if not signed_by(key, signature, raw):
            problem = f"was not signed so by {entry.post!r}"
            raise self._wrong(number, problem, "an entry as its post signed it")
        if entry.kind == ROOT:
            self._head(number, entry)
        self._previous, self._stamp = digest_of(raw), entry.stamp
        self._merkle.add(bytes.fromhex(self._previous))
        made.entries.append(entry)
        made.digests.append(self._previous)
        made.roots.append(self._merkle.root())

    def _place(self, number: int, entry: Entry) -> None:
        """Whether the entry says of itself that it stands here."""
        if entry.ledger != self.made.node:
            raise self._wrong(number, f"is of the ledger of {entry.ledger!r}", f"{self.made.node!r}")
        if entry.number != number:
            raise self._wrong(number, f"says that it is entry {entry.number}", f"{number}")
        if entry.previous != self._previous:
            raise self._wrong(number, "doesn't follow the entry before it", f"digest {self._previous[:16]}…")
        if entry.stamp <= self._stamp:
            raise self._wrong(number, "was written before the entry before it", "a later time")

    def _keys(self, number: int, entry: Entry) -> None:
        """Take in the keys that the node has named."""
        keys, version = entry.body.get("keys", {}), entry.body.get("sqlite")
        if entry.post != self.made.node:
            raise self._wrong(
                number, f"names keys, and is of {entry.post!r}", f"an entry of {self.made.node!r}"
            )
        if (
            not isinstance(version, str)
            or not isinstance(keys, dict)
            or not all(map(is_public, keys.values()))
        ):
            raise self._wrong(number, "names no keys", "public keys in hexadecimal")
        for name, key in keys.items():
            for place, known in (
                ("the entries before it", self.made.register),
                ("the trusted keys", self._trusted),
            ):
                if known.get(name, key) != key:
                    raise self._wrong(number, f"names another key of {name!r} than {place}", "the same key")
        self.made.register.update(keys)
        self.made.versions.add(version)

    def _head(self, number: int, entry: Entry) -> None:
        """Take in the head of another ledger that the node keeps."""
        try:
            head = head_from(entry.body)
        except ValueError:
            raise self._wrong(number, "holds no head of a ledger", "a head as a node signs it") from None
        key = self.made.register.get(head.ledger)
        if key is None or not head.is_signed_by(key):
            problem = f"holds a head that {head.ledger!r} did not sign"
            raise self._wrong(number, problem, "a head as the node signed it")
        self.made.kept.append((number, head))

    def _wrong(self, number: int, problem: str, expected: str) -> InputError:
        return InputError(self.made.file, f"entry {number}", problem, expected)


def _nothing_else(file: str, held: Snapshot, versions: set[str]) -> None:
    byte = unexplained(held, versions)
    if byte is not None:
        raise InputError(
            file, f"byte {byte}", "is no part of an entry and was changed", "the file as written"
        )


def _same_past(one: Verified, other: Verified) -> None:
    """Whether of two ledgers of a node the shorter is the beginning of the longer."""
    for number, (first, second) in enumerate(zip(one.digests, other.digests, strict=False)):
        if first != second:
            problem = f"{one.node!r} has written two entries of this number; the other is in {one.file}"
            raise InputError(other.file, f"entry {number}", problem, "one past of each node")


def _kept_past(ledger: Verified, witnesses: Sequence[Verified]) -> None:
    """Whether a ledger still is what the others hold of it."""
    held = [
        (head.count, head.root, f"entry {number} of {witness.file}")
        for witness in witnesses
        for number, head in witness.kept
        if head.ledger == ledger.node
    ]
    vouched_for = 0
    for count, root, where in sorted(held):
        if len(ledger.entries) < count:
            problem = f"is not there, though {where} vouches for {count} entries"
            raise InputError(ledger.file, f"entry {len(ledger.entries)}", problem, "the whole ledger")
        if ledger.roots[count - 1] != root:
            place = f"entries {vouched_for} to {count - 1}"
            problem = f"one of them was rewritten: the root is not what {where} holds"
            raise InputError(ledger.file, place, problem, f"root {root[:16]}…")
        vouched_for = count


def _cited(witness: Verified, entry: Entry, by_node: Mapping[str, Verified]) -> None:
    """Whether what an entry cites is there, was written before it, and is the same."""
    for seen in entry.saw:
        ledger = by_node.get(seen.ledger)
        if ledger is None:
            continue
        place, cited = f"entry {entry.number}", f"entry {seen.number} of {seen.ledger!r}"
        if not 0 <= seen.number < len(ledger.entries):
            raise InputError(witness.file, place, f"answers {cited}, which is not there", "the whole ledger")
        if ledger.digests[seen.number] != seen.digest:
            problem = f"answers {cited}, which said something else then"
            raise InputError(witness.file, place, problem, f"digest {seen.digest[:16]}…")
        if ledger.entries[seen.number].stamp >= entry.stamp:
            raise InputError(witness.file, place, f"was written before {cited}, which it answers", "after it")
