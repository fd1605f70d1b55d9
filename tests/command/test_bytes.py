"""Each byte of a ledger's file counts: one that is flipped is found, and in an entry that entry is named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.command.made import note, opened

from kizuna.command.verify import verify
from kizuna.errors import InputError


def spans(path: Path) -> list[tuple[int, int, int]]:
    """Where in the file the bytes of each entry and of its signature lie: (number, first, end)."""
    raw = path.read_bytes()
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as rows:
        held = list(rows.execute("SELECT number, entry, signature FROM entries"))
    found = [(number, raw.find(blob), len(blob)) for number, *blobs in held for blob in blobs]
    return [(number, first, first + length) for number, first, length in found if first >= 0]


@pytest.mark.slow
def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN") as ledger:
        ledger.append_all([note("JPN", 1), note("JPN", 2, "text " * 40)])
    path = tmp_path / "JPN.ledger"
    entry_at = {at: number for number, first, end in spans(path) for at in range(first, end)}
    assert len(entry_at) > 1_200, "the entries lie in the file in one piece each"
    right, changed = path.read_bytes(), tmp_path / "changed.ledger"
    unseen, unnamed = [], []
    for at in range(len(right)):
        wrong = bytearray(right)
        wrong[at] ^= 1 << (at % 8)
        changed.write_bytes(wrong)
        try:
            verify(changed)
        except InputError as error:
            if at in entry_at and error.place != f"entry {entry_at[at]}":
                unnamed.append((at, str(error)))
        else:
            unseen.append(at)
    assert unseen == []
    assert unnamed == []


@pytest.mark.slow
def test_a_file_cut_anywhere_is_found(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN") as ledger:
        ledger.append(note("JPN", 1, "text " * 300))
    path = tmp_path / "JPN.ledger"
    right, cut = path.read_bytes(), tmp_path / "cut.ledger"
    for length in range(0, len(right), 61):
        cut.write_bytes(right[:length])
        with pytest.raises(InputError):
            verify(cut)
