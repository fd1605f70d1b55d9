"""A ledger is durable, in order whoever writes, and goes on where it stopped."""

import re
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.command.made import NOW_S, entries, note, opened
from tests.docs.page import ROOT

from kizuna.command.ledger import Draft
from kizuna.command.verify import verify
from kizuna.errors import InputError, WorkError


def test_many_threads_write_one_chain(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN") as ledger, ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda number: ledger.append(note("JPN", number)), range(400)))
    held = verify(tmp_path / "JPN.ledger").entries
    assert len(held) == 401
    # Each caller was told the place that its own entry has.
    assert all(held[entry.number].body == {"text": "seen", "number": n} for n, entry in enumerate(made))


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    first, second = opened(tmp_path, "JPN"), opened(tmp_path, "JPN")
    for number in range(5):
        first.append(note("JPN", number))
        second.append_all([note("JPN", number), note("JPN", number)])
    first.close()
    second.close()
    assert len(verify(tmp_path / "JPN.ledger").entries) == 16


def test_time_never_goes_back_whatever_the_clock_shows(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN") as ledger:
        stamps = [ledger.append(Draft(NOW_S - 10 * n, "JPN-duty", "note", {})).stamp for n in range(5)]
    assert stamps == sorted(set(stamps))
    verify(tmp_path / "JPN.ledger")


@pytest.mark.parametrize(
    "body", [{"a": float("nan")}, {"a": float("inf")}, {"a": 2**60}, {"a": b"x"}, {1: 2}]
)
def test_what_is_not_json_is_refused_and_nothing_written(tmp_path: Path, body: dict[str, object]) -> None:
    with opened(tmp_path, "JPN") as ledger:
        with pytest.raises(InputError, match="what 'JPN-duty' writes is not JSON"):
            ledger.append_all([note("JPN", 1), Draft(NOW_S, "JPN-duty", "note", body)])
        ledger.append(note("JPN", 2))
    assert len(verify(tmp_path / "JPN.ledger").entries) == 2


def test_only_a_ledger_names_keys(tmp_path: Path) -> None:
    with (
        opened(tmp_path, "JPN") as ledger,
        pytest.raises(InputError, match="only a ledger itself writes 'keys'"),
    ):
        ledger.append(Draft(NOW_S, "JPN", "keys", {"keys": {}, "sqlite": "3.40.1"}))


def test_a_full_disk_is_told_and_nothing_half_written(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.command.made import note, opened\n"
        "ledger = opened(Path(sys.argv[1]), 'JPN')\n"
        "for number in range(100_000):\n"
        "    print(ledger.append(note('JPN', number)).number, flush=True)\n"
    )

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        preexec_fn=limit,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    assert WorkError.__name__ in done.stderr
    assert "could not be written" in done.stderr
    assert len(verify(tmp_path / "JPN.ledger").entries) == int(done.stdout.split()[-1]) + 1


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed() -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/ledger_kills.py", "--kills", "60"],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.fullmatch(r"60 kills: ([\d,]+) entries acknowledged, 0 of them lost\n", done.stdout)
    assert told
    assert int(told[1].replace(",", "")) > 300


def test_reading_a_ledger_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN") as ledger:
        ledger.append(note("JPN", 1))
    path = tmp_path / "JPN.ledger"
    before = path.read_bytes()
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    verify(path)
    tmp_path.chmod(0o700)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["JPN.ledger"]
    assert len(entries(path)) == 2


def test_a_ledger_is_read_while_it_is_written(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN") as ledger:
        for number in range(3):
            ledger.append(note("JPN", number))
            assert len(verify(tmp_path / "JPN.ledger").entries) == number + 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not a ledger"),
        (b"hello, this is no database at all", "is not a ledger, or is damaged (file is not a database)"),
    ],
)
def test_what_is_no_ledger_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.ledger"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        verify(path)
    assert str(caught.value) == f"{path}: {says}; expected a file that `kizuna ledger` made"
