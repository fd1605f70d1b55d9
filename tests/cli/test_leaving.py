"""How a command ends when somebody stops it or no longer listens: in one line, with no half-written file."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli import made
from tests.cli.conftest import Kizuna

from kizuna.messages import codec

PROGRAM = Path(sys.executable).with_name("kizuna")
OLD = "what stood there before"
STOPPED = (130, "", "kizuna: stopped\n")
LONG_S = 60.0
WRITES = {
    "track": ("track", "detections.parquet", "--sensors", "sensors.yaml", "--out", "out/file.parquet"),
    "convert": ("convert", "truth.parquet", "out/file.parquet"),
}


@pytest.mark.parametrize("words", WRITES.values(), ids=WRITES.keys())
def test_ctrl_c_while_a_file_is_written(
    kizuna: Kizuna, folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """The worst moment there is: half of the file stands on the disk."""
    out = folder / "out" / "file.parquet"
    out.parent.mkdir()
    out.write_text(OLD, encoding="utf-8")
    write = codec.Sink.write

    def write_half(sink: codec.Sink, table: Any) -> None:
        write(sink, table)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(codec.Sink, "write", write_half)
    left = kizuna(*words)
    assert (left.status, left.out, left.err) == STOPPED
    assert out.read_text(encoding="utf-8") == OLD
    assert list(out.parent.iterdir()) == [out]


def test_ctrl_c_while_a_verb_is_loaded(kizuna: Kizuna, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("importlib.import_module", stop)
    left = kizuna("track")
    assert (left.status, left.out, left.err) == STOPPED


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start a command in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [PROGRAM, *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["all", "the first"])
def test_ctrl_c_while_variants_run_in_processes_of_their_own(folder: Path, whom: str) -> None:
    """A terminal tells all processes; who sends the signal himself tells one."""
    text = made.EXERCISE.replace("record_every_s: 10", "record_every_s: 0.1\npicture_every_s: 0.1")
    text += "  - {variant: national, share: nothing}\n"
    (folder / "long.yaml").write_text(text.replace("duration_s: 60", "duration_s: 230"), encoding="utf-8")
    running = start(folder, "run", "long.yaml", "--out", "out")
    began_s = time.monotonic()
    while not list(folder.glob("out/*/journal*")) and time.monotonic() - began_s < LONG_S:
        assert running.poll() is None
        time.sleep(0.02)
    if whom == "all":
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=LONG_S)
    assert (running.returncode, out, err) == STOPPED
    assert not (folder / "out" / "report.html").exists()
    assert [path for path in folder.rglob(".*") if path.is_file()] == []
    for path in folder.rglob("out/**/*.parquet"):
        codec.pq.read_table(path)  # whole, if it is there at all


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("schema",), id="schema"),
        pytest.param(("--help",), id="help"),
        pytest.param(
            ("score", "--truth", "truth.parquet", "--tracks", "tracks.parquet", "--json"), id="score, JSON"
        ),
        pytest.param(("score", "--truth", "truth.parquet", "--tracks", "tracks.parquet"), id="score"),
        pytest.param(("convert", "truth.parquet", "new.csv"), id="convert"),
    ],
)
def test_nobody_reads_what_is_printed(folder: Path, words: tuple[str, ...]) -> None:
    """As in `kizuna … | head -1`: no complaint, and the work is done."""
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run(
            [PROGRAM, *words],
            cwd=folder,
            stdout=writes,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    finally:
        os.close(writes)
    assert (done.returncode, done.stderr) == (1, "")
    assert (folder / "new.csv").exists() == (words[0] == "convert")


def test_standard_output_is_closed(folder: Path) -> None:
    command = f'"{PROGRAM}" convert truth.parquet new.csv >&-'
    done = subprocess.run(command, shell=True, cwd=folder, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
