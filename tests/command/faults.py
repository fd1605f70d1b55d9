"""What can be done to a ledger, and how it is found: the table on the page is made from this."""

from collections.abc import Callable
from dataclasses import replace as with_
from pathlib import Path

from tests.command.made import KEYS, NODES, NOW_S, Fault, entries, note, replace, sql

from kizuna.command.entry import Entry
from kizuna.command.keys import Keys
from kizuna.command.ledger import Ledger
from kizuna.command.stamp import Stamp

STRANGER = Keys.of_exercise(2, [*NODES, *(f"{node}-duty" for node in NODES)])


REWRITTEN = "entries 0 to 2: one of them was rewritten: the root is not what entry 3 of USA.ledger holds"


def said(text: str) -> Callable[[Entry], Entry]:
    """A change of what an entry says."""
    return lambda entry: with_(entry, body={**entry.body, "text": text})


def rewritten(path: Path, keys: Keys) -> None:
    """A whole new past of the same length, each entry signed and in its place."""
    path.unlink()
    with Ledger(path, "JPN", keys, NOW_S) as ledger:
        ledger.append_all([note("JPN", number, "all quiet") for number in range(1, 6)])


def turned_back(path: Path) -> None:
    """An entry with an earlier time, and all that follow it chained anew by their own posts."""
    previous = replace(path, 2, lambda entry: with_(entry, stamp=Stamp(1, 0)), "JPN-duty")
    chain(path, 3, previous)


def chain(path: Path, first: int, previous: str) -> None:
    """Sign all entries from a number on again, each after the one before it."""
    for entry in entries(path)[first:]:
        digest = previous
        previous = replace(
            path, entry.number, lambda entry, digest=digest: with_(entry, previous=digest), entry.post
        )


def recited(path: Path) -> None:
    """A head of another node, kept with another root, and all that follows chained anew."""

    def other(entry: Entry) -> Entry:
        return with_(entry, body={**entry.body, "root": "0" * 64})

    chain(path, 4, replace(path, 3, other, "JPN"))


def miscited(path: Path) -> None:
    """An answer to an entry of another node that never was, and all that follows chained anew."""

    def other(entry: Entry) -> Entry:
        return with_(entry, saw=(entry.saw[0]._replace(digest="0" * 64),))

    chain(path, 4, replace(path, 3, other, "JPN"))


def doctored(path: Path) -> None:
    """The last note changed by those who hold all keys of the node, and chained anew."""
    chain(path, 3, replace(path, 2, said("all quiet"), "JPN-duty"))


FAULTS = [
    Fault(
        "an entry is changed",
        lambda path: replace(path, 2, said("all quiet"), "JPN-duty", STRANGER) and None,
        "entry 2: was not signed so by 'JPN-duty'; expected an entry as its post signed it",
    ),
    Fault(
        "an entry is changed, and signed by another post",
        lambda path: replace(path, 2, said("all quiet"), "JPN") and None,
        "entry 2: was not signed so by 'JPN-duty'; expected an entry as its post signed it",
    ),
    Fault(
        "an entry is changed, and signed by its own post",
        lambda path: replace(path, 2, said("all quiet"), "JPN-duty") and None,
        "entry 3: doesn't follow the entry before it; expected digest",
    ),
    Fault(
        "an entry is taken out",
        lambda path: sql(path, "DELETE FROM entries WHERE number = 2"),
        "entry 2: is not there; the next one is 3; expected no entry missing",
    ),
    Fault(
        "an entry is taken out, and the rest moved up",
        lambda path: sql(
            path,
            "DELETE FROM entries WHERE number = 2",
            "UPDATE entries SET number = number - 1 WHERE number > 2",
        ),
        "entry 2: says that it is entry 3; expected 2",
    ),
    Fault(
        "two entries change places",
        lambda path: sql(
            path,
            "UPDATE entries SET number = 99 WHERE number = 1",
            "UPDATE entries SET number = 1 WHERE number = 2",
            "UPDATE entries SET number = 2 WHERE number = 99",
        ),
        "entry 1: says that it is entry 2; expected 1",
    ),
    Fault(
        "an entry is there twice",
        lambda path: sql(
            path, "INSERT INTO entries SELECT 6, entry, signature FROM entries WHERE number = 2"
        ),
        "entry 6: says that it is entry 2; expected 6",
    ),
    Fault(
        "an entry of another ledger is put in",
        lambda path: sql(
            path,
            f"ATTACH '{path.with_name('USA.ledger')}' AS other",
            "INSERT OR REPLACE INTO entries SELECT * FROM other.entries WHERE number = 2",
        ),
        "entry 2: is of the ledger of 'USA'; expected 'JPN'",
    ),
    Fault(
        "an entry is dated back, and all after it are chained and signed anew",
        turned_back,
        "entry 2: was written before the entry before it; expected a later time",
    ),
    Fault(
        "an entry is signed by nobody who may",
        lambda path: replace(path, 2, lambda entry: with_(entry, post="KES-duty"), "JPN-duty") and None,
        "entry 2: is of 'KES-duty', who has no key; expected a post that may sign here",
    ),
    Fault(
        "the kept head of another node is changed, and all after it chained and signed anew",
        recited,
        "entry 3: holds a head that 'USA' did not sign; expected a head as the node signed it",
    ),
    Fault(
        "bytes of the file are changed that belong to no entry",
        lambda path: (
            path.write_bytes(path.read_bytes()[:4096] + b"\0\0\0\0\0\0\0\0\0" + path.read_bytes()[4105:])
            and None
        ),
        "is not a ledger, or is damaged",
    ),
    Fault(
        "something is written behind the end of the file",
        lambda path: path.write_bytes(path.read_bytes() + b"!") and None,
        "more follows than the ledger; expected its end",
    ),
    Fault(
        "the last entries are taken off",
        lambda path: sql(path, "DELETE FROM entries WHERE number > 1"),
        "entry 2: is not there, though entry 3 of USA.ledger vouches for 3 entries",
        alone=False,
    ),
    Fault(
        "the past is changed by those who hold all keys of the node",
        doctored,
        REWRITTEN,
        alone=False,
    ),
    Fault(
        "the whole ledger is written anew with all keys of the node",
        lambda path: rewritten(path, KEYS),
        REWRITTEN,
        alone=False,
    ),
    Fault(
        "the whole ledger is written anew with other keys",
        lambda path: rewritten(path, STRANGER),
        REWRITTEN,
        alone=False,
    ),
    Fault(
        "an entry answers one of another node that never was, and all after it are chained and signed anew",
        miscited,
        "entry 3: answers entry 2 of 'USA', which said something else then; expected digest",
        alone=False,
    ),
]
