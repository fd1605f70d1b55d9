"""Small ledgers of three nodes, and hands that change them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kizuna.command.entry import Entry, digest_of, parse
from kizuna.command.keys import Keys
from kizuna.command.ledger import Draft, Ledger
from kizuna.command.store import Store, snapshot

NODES = ("JPN", "USA", "AUS")
KEYS = Keys.of_exercise(1, [*NODES, *(f"{node}-duty" for node in NODES)])
NOW_S = 1.9e9


def note(node: str, number: int, text: str = "seen") -> Draft:
    """What a post on duty may write."""
    return Draft(NOW_S + number, f"{node}-duty", "note", {"text": text, "number": number})


def opened(folder: Path, node: str) -> Ledger:
    """The ledger of a node in a folder."""
    return Ledger(folder / f"{node}.ledger", node, KEYS, NOW_S)


def three(folder: Path) -> list[Path]:
    """Three ledgers of six entries: keys, two notes, the heads of the two others, a note."""
    ledgers = [opened(folder, node) for node in NODES]
    for node, ledger in zip(NODES, ledgers, strict=True):
        ledger.append_all([note(node, 1), note(node, 2)])
    heads = [ledger.head() for ledger in ledgers]
    for node, ledger in zip(NODES, ledgers, strict=True):
        for head in heads:
            if head.ledger != node:
                ledger.keep(head, NOW_S + 3)
        ledger.append(note(node, 4))
        ledger.close()
    return [folder / f"{node}.ledger" for node in NODES]


def sql(path: Path, *commands: str) -> None:
    """Change a ledger as its owner could, and cover the traces: the file is laid out anew."""
    with closing(sqlite3.connect(path, isolation_level=None)) as rows:
        for command in commands:
            rows.execute(command)
    lay_out(path)


def lay_out(path: Path) -> None:
    """Write the rows of a ledger into a new file, as a ledger would."""
    held = snapshot(path).rows
    path.unlink()
    store = Store(path)
    with store.writing():
        store.add(held)
    store.close()


def entries(path: Path) -> list[Entry]:
    """What the file holds, checked for nothing."""
    with closing(sqlite3.connect(path)) as rows:
        return [parse(raw) for (raw,) in rows.execute("SELECT entry FROM entries ORDER BY number")]


def replace(path: Path, number: int, change: Callable[[Entry], Entry], signer: str, keys: Keys = KEYS) -> str:
    """Write another entry in the place of one, signed; gives the new digest."""
    raw = change(entries(path)[number]).canonical()
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.execute(
            "UPDATE entries SET entry = ?, signature = ? WHERE number = ?",
            (raw, keys.sign(signer, raw), number),
        )
    lay_out(path)
    return digest_of(raw)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to tamper with a ledger, and what `kizuna ledger verify` says to it."""

    what: str
    do: Callable[[Path], None]
    says: str
    alone: bool = True
    """Whether the ledger itself tells; otherwise it takes the others."""
