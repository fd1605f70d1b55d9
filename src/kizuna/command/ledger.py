"""The ledger of one node: an append-only chain of signed entries, each durable before it is acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from kizuna.command.entry import FIRST, Body, Entry, Seen, digest_of, parse
from kizuna.command.head import Head
from kizuna.command.keys import Keys
from kizuna.command.merkle import Merkle
from kizuna.command.stamp import BEGINNING, HybridClock, Stamp
from kizuna.command.store import VERSION, Row, Store
from kizuna.errors import InputError

KEYS: Final = "keys"
"""Kind of the entries by which a node says whose signatures are to be expected; a ledger begins with one."""
OPENED: Final = "opened"
"""Kind of the entry of a node that goes on with another version of SQLite."""
ROOT: Final = "root"
"""Kind of the entries that hold the head of another node's ledger."""
OWN_KINDS: Final = (KEYS, OPENED, ROOT)
"""Kinds of entries that only ledgers themselves write."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written: see `Entry`."""

    time_s: float
    """What the writer's clock shows, s since 1970-01-01 UTC."""
    post: str
    kind: str
    body: Body
    saw: tuple[Seen, ...] = ()


@dataclass(slots=True)
class _Waiting:
    """Drafts of one caller that wait for the next commit."""

    drafts: Sequence[Draft]
    entries: list[Entry] = field(default_factory=list)
    error: BaseException | None = None
    done: bool = False


class Ledger:
    """The ledger of a node, open to write; close it, or use it in a ``with`` block.

    Any number of threads may write at once: what waits when a commit begins is committed together, so that
    the disk is waited for once and not for each entry.

    Parameters
    ----------
    path
        The file; made when it isn't there.
    node
        Whose ledger it is.
    keys
        The keys of the node and of the posts that write here.
    time_s
        What the clock shows now, s since 1970-01-01 UTC.
    register
        Public keys of those who sign elsewhere, such as other nodes whose heads are kept here.

    Raises
    ------
    InputError
        When the file is not a ledger, or that of another node; when there is no key of the node.
    WorkError
        When the file can't be written.
    """

    def __init__(
        self,
        path: Path | str,
        node: str,
        keys: Keys,
        time_s: float,
        register: Mapping[str, str] | None = None,
    ) -> None:
        self._file = str(path)
        self._node = node
        self._keys = keys
        self._clock = HybridClock()
        self._forget()
        self._queue: list[_Waiting] = []
        self._queued, self._writer = Lock(), Lock()
        self._store = Store(path)
        self._catch_up()
        told = {**(register or {}), **keys.register}
        new = {name: key for name, key in told.items() if name not in self._known}
        for name, key in told.items():
            if self._known.get(name, key) != key:
                raise InputError(
                    self._file, "", f"knows another key of {name!r}", "the key that it began with"
                )
        if new or not self._merkle.count:
            self._write([Draft(time_s, node, KEYS, {"keys": new, "sqlite": VERSION})])
        elif self._version != VERSION:
            self._write([Draft(time_s, node, OPENED, {"sqlite": VERSION})])

    @property
    def node(self) -> str:
        """The node whose ledger this is."""
        return self._node

    def append(self, draft: Draft) -> Entry:
        """Write one entry; it is durable when this returns. See `append_all`."""
        return self.append_all([draft])[0]

    def append_all(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Write entries in their order, all or none; they are durable when this returns.

        Raises
        ------
        InputError
            When there is no key of a post, a body is not JSON, or a kind is one of `OWN_KINDS`.
        WorkError
            When they can't be written; then none of them is in the ledger.
        """
        for draft in drafts:
            if draft.kind in OWN_KINDS:
                raise InputError(
                    self._file, "", f"only a ledger itself writes {draft.kind!r}", "another kind"
                )
        return self._write(drafts)

    def hear(self, stamp: Stamp) -> None:
        """Take note of when something was written elsewhere: all that follows here gets a later stamp."""
        self._clock.hear(stamp)

    def head(self) -> Head:
        """The head of this ledger, signed by the node, for the others to keep."""
        with self._writer:
            bare = Head(self._node, self._merkle.count, self._merkle.root(), self._previous, *self._stamp)
        return bare.signed(self._keys)

    def keep(self, head: Head, time_s: float) -> Entry:
        """Write down the head of another ledger, so that its node can't rewrite its past alone."""
        self.hear(head.stamp)
        return self._write([Draft(time_s, self._node, ROOT, head.body(), (head.last,))])[0]

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, drafts: Sequence[Draft]) -> list[Entry]:
        mine = _Waiting(drafts)
        with self._queued:
            self._queue.append(mine)
        with self._writer:
            # Whoever held the lock before may have committed these with its own.
            if not mine.done:
                with self._queued:
                    together, self._queue = self._queue, []
                self._commit(together)
        if mine.error is not None:
            raise mine.error
        return mine.entries

    def _commit(self, together: list[_Waiting]) -> None:
        """Write what waits in one transaction; when that fails, nothing of it is there."""
        try:
            with self._store.writing():
                self._catch_up()
                for waiting in together:
                    waiting.error = self._add(waiting)
        except BaseException as error:
            # Nobody may take for acknowledged what was interrupted: each caller gets the error.
            for waiting in together:
                waiting.error = waiting.error or error
            self._forget()
            self._catch_up()
        finally:
            for waiting in together:
                waiting.done = True

    def _add(self, waiting: _Waiting) -> InputError | None:
        """Add the drafts of one caller, or none of them."""
        made: list[Entry] = []
        rows: list[Row] = []
        previous = self._previous
        try:
            for draft in waiting.drafts:
                entry = Entry(
                    ledger=self._node,
                    number=self._merkle.count + len(made),
                    previous=previous,
                    stamp=self._clock.tick(draft.time_s),
                    post=draft.post,
                    kind=draft.kind,
                    body=draft.body,
                    saw=draft.saw,
                )
                raw = self._bytes(entry)
                rows.append(Row(entry.number, raw, self._keys.sign(draft.post, raw)))
                made.append(entry)
                previous = digest_of(raw)
        except InputError as error:
            return error
        self._store.add(rows)
        for entry, row in zip(made, rows, strict=True):
            self._take(entry, row.entry)
        waiting.entries = made
        return None

    def _bytes(self, entry: Entry) -> bytes:
        try:
            return entry.canonical()
        except ValueError as error:
            problem = f"what {entry.post!r} writes is not JSON ({error})"
            raise InputError(
                self._file, "", problem, "text, whole and finite numbers, lists, mappings"
            ) from None

    def _forget(self) -> None:
        """Know nothing of the file."""
        self._merkle = Merkle()
        self._previous = FIRST
        self._stamp = BEGINNING
        self._known: dict[str, str] = {}
        self._version = ""

    def _catch_up(self) -> None:
        """Take in what the file holds and this process hasn't written."""
        for row in self._store.rows(self._merkle.count):
            try:
                entry = parse(row.entry)
            except ValueError as error:
                place = f"entry {row.number}"
                raise InputError(self._file, place, str(error), "a ledger that is verified") from None
            if entry.ledger != self._node:
                raise InputError(
                    self._file, "", f"is the ledger of {entry.ledger!r}", f"that of {self._node!r}"
                )
            self._take(entry, row.entry)

    def _take(self, entry: Entry, raw: bytes) -> None:
        """Make an entry of the file the last one."""
        self._previous, self._stamp = digest_of(raw), entry.stamp
        self._merkle.add(bytes.fromhex(self._previous))
        self._clock.hear(entry.stamp)
        if entry.kind == KEYS:
            self._known.update(entry.body.get("keys", {}))
        if entry.kind in (KEYS, OPENED):
            self._version = entry.body.get("sqlite", "")
