"""What a node has sent and its peers haven't acknowledged, in a file that outlives the node.

Notices are in the file before they are sent. Detections and reports come in once their peer is late with its
acknowledgement; of each track the newest report is kept, for a peer that is away needs no older one. What is
too old for its receiver is left out, and so is, of too many rows, the oldest part.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from kizuna.bus.port import Message
from kizuna.errors import InputError, WorkError
from kizuna.messages import codec
from kizuna.messages.columns import Table
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.report import Reports
from kizuna.shapes import BoolN, FloatN

KINDS: Final[dict[str, type[Table]]] = {"notices": Notices, "reports": Reports, "detections": Detections}
"""What is kept, what is worth most first."""
_MOST_ROWS: Final = 20_000
"""Rows of one kind for one peer."""
_APPLICATION: Final = 0x4B5A4F42  # "KZOB", so that other databases are not taken for an outbox
_WRITE_EVERY_S: Final = 1.0


@dataclass(slots=True)
class _Peer:
    """What is on its way to one peer, by number, and what has to be sent once more, by kind."""

    on_its_way: dict[int, tuple[float, str, Table]] = field(default_factory=dict)
    late: dict[str, Table] = field(default_factory=dict)
    changed: bool = False
    written: set[str] = field(default_factory=set)
    """Kinds of which the file holds something."""


class Outbox:
    """An outbox; close it at the end.

    Parameters
    ----------
    path
        The file; made when it isn't there.
    session
        What is being run: what was kept in another session is of no use, and is removed.
    hold_s
        How old rows of each kind (`KINDS`) may be to be of use, s.
    patience_s
        How long an acknowledgement may take, s.

    Raises
    ------
    InputError
        When the file is none of this kind.
    WorkError
        When it can't be written.
    """

    def __init__(self, path: Path, session: str, hold_s: Mapping[str, float], patience_s: float) -> None:
        self._path, self._hold_s, self._patience_s = path, hold_s, patience_s
        self._peers: dict[str, _Peer] = {}
        self._next_s = -np.inf
        with self._telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._rows = sqlite3.connect(path, isolation_level=None)
            self._begin(session)
            for peer, kind, data in self._rows.execute("SELECT peer, kind, data FROM kept").fetchall():
                held = self._peers.setdefault(peer, _Peer())
                held.late[kind] = codec.from_ipc(KINDS[kind], data, str(path))
                held.written.add(kind)

    def secure(self, peer: str, notices: Notices) -> None:
        """Have notices in the file that are about to be sent to a peer."""
        held = self._peers.setdefault(peer, _Peer())
        self._write(peer, held, {"notices": self._all(held, "notices", notices)})

    def sent(self, message: Message, rows: Table) -> None:
        """Remember a message, and the rows that it carries, until it is acknowledged or late."""
        held = self._peers.setdefault(message.to, _Peer())
        held.on_its_way[message.number] = (message.sent_s, message.kind, rows)

    def acknowledged(self, peer: str, numbers: Iterable[int]) -> None:
        """Forget messages that a peer has."""
        held = self._peers.setdefault(peer, _Peer())
        for number in numbers:
            if held.on_its_way.pop(int(number), None) is not None and held.written:
                held.changed = True

    def lose(self, peer: str) -> None:
        """Have all that is on its way to a peer sent once more: it has begun a new life."""
        self._turn_late(self._peers.setdefault(peer, _Peer()), np.inf)

    def take(self, peer: str, now_s: float) -> list[tuple[str, Table]]:
        """What a peer that is there has to be sent once more, by kind, what is worth most first.

        It stays in the file until it is acknowledged under its new number.
        """
        held = self._peers.setdefault(peer, _Peer())
        self._turn_late(held, now_s - self._patience_s)
        late, held.late = held.late, {}
        due = [(kind, self._useful(kind, late[kind], now_s)) for kind in KINDS if kind in late]
        return [(kind, table) for kind, table in due if len(table)]

    def waiting(self, peer: str) -> int:
        """Rows that a peer has to be sent once more."""
        held = self._peers.get(peer)
        return 0 if held is None else sum(map(len, held.late.values()))

    def write(self, now_s: float) -> None:
        """Bring the file up to date, if a second has passed since; WorkError when it can't be written."""
        if now_s < self._next_s:
            return
        self._next_s = now_s + _WRITE_EVERY_S
        for peer, held in self._peers.items():
            self._turn_late(held, now_s - self._patience_s)
            if not held.changed:
                continue
            held.late = {kind: self._useful(kind, table, now_s) for kind, table in held.late.items()}
            wanted = held.written | {kind for kind, table in held.late.items() if len(table)}
            self._write(peer, held, {kind: self._all(held, kind) for kind in wanted})
            held.changed = False

    def close(self) -> None:
        """Close the file."""
        with self._telling():
            self._rows.close()

    def _begin(self, session: str) -> None:
        """Make the file, or take it over from an earlier life in the same session."""
        new = not self._rows.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not new and self._rows.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise InputError(str(self._path), "", "is no outbox", "a file that `kizuna node` made")
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = FULL")
        self._rows.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._rows.execute("CREATE TABLE IF NOT EXISTS session (name TEXT NOT NULL) STRICT")
        self._rows.execute(
            "CREATE TABLE IF NOT EXISTS kept "
            "(peer TEXT, kind TEXT, data BLOB NOT NULL, PRIMARY KEY (peer, kind)) STRICT"
        )
        if self._rows.execute("SELECT name FROM session").fetchall() != [(session,)]:
            self._rows.execute("BEGIN IMMEDIATE")
            self._rows.execute("DELETE FROM kept")
            self._rows.execute("DELETE FROM session")
            self._rows.execute("INSERT INTO session VALUES (?)", (session,))
            self._rows.execute("COMMIT")

    def _turn_late(self, held: _Peer, before_s: float) -> None:
        """Have sent once more what left before a time, s since 1970-01-01 UTC."""
        numbers = [number for number, (sent_s, _, _) in held.on_its_way.items() if sent_s <= before_s]
        for number in numbers:
            _, kind, table = held.on_its_way.pop(number)
            held.late[kind] = _joined(kind, [*([held.late[kind]] if kind in held.late else []), table])
            held.changed = True

    def _all(self, held: _Peer, kind: str, more: Table | None = None) -> Table:
        """All rows of a kind that a peer hasn't acknowledged."""
        parts = [held.late[kind]] if kind in held.late else []
        parts += [table for _, what, table in held.on_its_way.values() if what == kind]
        return _joined(kind, parts if more is None else [*parts, more])

    def _useful(self, kind: str, table: Table, now_s: float) -> Table:
        """The rows that are young enough, the newest if they are too many."""
        time_s = table.time  # type: ignore[attr-defined]
        young: BoolN = time_s > now_s - self._hold_s[kind]
        if np.count_nonzero(young) > _MOST_ROWS:
            young &= time_s > np.sort(time_s)[-_MOST_ROWS - 1]
        return table.take(young)

    def _write(self, peer: str, held: _Peer, tables: Mapping[str, Table]) -> None:
        with self._telling():
            self._rows.execute("BEGIN IMMEDIATE")
            for kind, table in tables.items():
                self._rows.execute("DELETE FROM kept WHERE peer = ? AND kind = ?", (peer, kind))
                if len(table):
                    row = (peer, kind, codec.to_ipc(table))
                    self._rows.execute("INSERT INTO kept VALUES (?, ?, ?)", row)
            self._rows.execute("COMMIT")
        held.written = (held.written - set(tables)) | {kind for kind, table in tables.items() if len(table)}

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say in a sentence what SQLite refuses."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise WorkError(f"{self._path}: could not be written ({error})") from error
        except sqlite3.DatabaseError as error:
            problem = f"is no outbox ({error})"
            raise InputError(str(self._path), "", problem, "a file that `kizuna node` made") from None
        except OSError as error:
            raise WorkError(f"{self._path}: could not be written ({error.strerror})") from error


def _joined(kind: str, parts: list[Table]) -> Table:
    """Rows of one kind, each once: of a track the newest report."""
    table = KINDS[kind].join(parts)
    if isinstance(table, Reports):
        return _last(table, table.time, zip(table.originator.values(), table.track, strict=True))
    if isinstance(table, Notices):
        # Answers bear the numbers of what they answer.
        names = table.originator.values(), table.answers.values()
        return _last(table, table.time, zip(*names, table.notice, strict=True))
    return table


def _last(table: Table, time_s: FloatN, names: Iterable[tuple[object, ...]]) -> Table:
    """The newest row of each name, in order of time."""
    newest: dict[tuple[object, ...], int] = {}
    keys = list(names)
    for row in np.argsort(time_s, kind="stable").tolist():
        newest.pop(keys[row], None)
        newest[keys[row]] = row
    return table.take(np.fromiter(newest.values(), dtype=np.int64, count=len(newest)))
