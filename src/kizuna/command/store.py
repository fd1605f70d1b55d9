"""The file of a ledger: rows in SQLite that are only ever added to, durable when a commit returns."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from kizuna.errors import InputError, WorkError

_APPLICATION: Final = 0x4B5A4C47  # "KZLG", so that other databases are not taken for a ledger
_TABLE: Final = (
    "CREATE TABLE entries (number INTEGER PRIMARY KEY, entry BLOB NOT NULL, signature BLOB NOT NULL) STRICT"
)
_INSERT: Final = "INSERT INTO entries VALUES (?, ?, ?)"
_PAGE_BYTES: Final = 4096

VERSION: Final = sqlite3.sqlite_version
"""The version of SQLite that writes here; its number stands in the file."""

_WRITER = slice(96, 100)
_COUNTERS = (slice(24, 28), slice(92, 96))
_FORMATS = slice(18, 20)
"""Where SQLite's header holds who wrote it, how often it was changed, and whether it has a log."""


class Row(NamedTuple):
    """One entry as it lies in the file."""

    number: int
    entry: bytes
    signature: bytes


class Store:
    """The open file of a ledger, to write.

    Parameters
    ----------
    path
        The file; made when it isn't there.

    Raises
    ------
    InputError
        When the file is not a ledger.
    WorkError
        When it can't be opened or written.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        with _telling(self._path):
            self._rows = sqlite3.connect(
                self._path, isolation_level=None, check_same_thread=False, timeout=60.0
            )
            if not self._rows.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                self._begin()
            elif self._rows.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
                raise InputError(self._path, "", "is not a ledger", "a file that `kizuna ledger` made")
            self._rows.execute("PRAGMA journal_mode = WAL")
            # FULL: the log is on the disk before a commit returns.
            self._rows.execute("PRAGMA synchronous = FULL")

    def _begin(self) -> None:
        self._rows.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        self._rows.execute("BEGIN IMMEDIATE")
        self._rows.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._rows.execute(_TABLE)
        self._rows.execute("COMMIT")

    def rows(self, first: int = 0) -> Iterator[Row]:
        """The rows from a number on."""
        with _telling(self._path):
            found = self._rows.execute("SELECT * FROM entries WHERE number >= ? ORDER BY number", (first,))
            yield from (Row(*row) for row in found)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Let nobody else write within a block; what was added in it is durable when it ends well."""
        with _telling(self._path):
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, within `writing`."""
        self._rows.executemany(_INSERT, rows)

    def close(self) -> None:
        """Move the write-ahead log into the file, and close it."""
        with _telling(self._path):
            self._rows.close()


class Snapshot(NamedTuple):
    """All rows of a ledger as they lay in its file at one moment."""

    rows: list[Row]
    image: bytes
    """The file as SQLite reads it, the write-ahead log included."""


def snapshot(path: Path | str) -> Snapshot:
    """Read a ledger without changing anything.

    Raises
    ------
    InputError
        When the file is not a ledger, or is damaged so that SQLite doesn't read it.
    """
    file = Path(path)
    expected = "a file that `kizuna ledger` made"
    if not file.is_file():
        raise InputError(str(path), "", "is not there" if not file.exists() else "is a folder", expected)
    log = file.with_name(f"{file.name}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    # Without a log the file alone is the ledger, and may lie where nothing can be written.
    how = "mode=ro" if has_log else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)) as held:
            held.execute("BEGIN")
            if held.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
                raise InputError(str(path), "", "is not a ledger", expected)
            rows = [Row(*row) for row in held.execute("SELECT * FROM entries ORDER BY number")]
            image = held.serialize()
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        problem = f"is not a ledger, or is damaged ({error})"
        raise InputError(str(path), "", problem, expected) from None
    if not has_log and file.stat().st_size != len(image):
        raise InputError(str(path), f"byte {len(image)}", "more follows than the ledger", "its end")
    return Snapshot(rows, image)


def unexplained(held: Snapshot, versions: set[str]) -> int | None:
    """The first byte of a ledger's file that its rows don't explain, or None.

    The same rows are written anew, and the files compared; only what says how often the file was changed may
    differ. Files that another version of SQLite has written are laid out by its rules and not compared.

    Parameters
    ----------
    held
        The rows and the file.
    versions
        The versions of SQLite that have written to it.
    """
    image = bytearray(held.image)
    if image[_COUNTERS[0]] != image[_COUNTERS[1]]:
        return _COUNTERS[1].start
    if image[_FORMATS] != b"\x02\x02":
        return _FORMATS.start
    if int.from_bytes(image[_WRITER], "big") not in {_number(version) for version in versions}:
        return _WRITER.start
    if versions != {VERSION}:
        return None
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as anew:
        anew.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        anew.execute(f"PRAGMA application_id = {_APPLICATION}")
        anew.execute(_TABLE)
        anew.execute("BEGIN")
        anew.executemany(_INSERT, held.rows)
        anew.execute("COMMIT")
        expected = bytearray(anew.serialize())
    for part in (_FORMATS, *_COUNTERS, _WRITER):
        expected[part] = image[part]
    if image == expected:
        return None
    ends = min(len(image), len(expected))
    return next((n for n in range(ends) if image[n] != expected[n]), ends)


def _number(version: str) -> int:
    """SQLite's number of a version such as 3.40.1."""
    major, minor, patch = (int(part) for part in version.split(".")[:3])
    return major * 1_000_000 + minor * 1_000 + patch


@contextmanager
def _telling(file: str) -> Iterator[None]:
    """Say in a sentence what SQLite refuses."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise WorkError(f"{file}: could not be written ({error}); what was acknowledged is kept") from error
    except sqlite3.DatabaseError as error:
        raise InputError(file, "", f"is not a ledger ({error})", "a file that `kizuna ledger` made") from None
