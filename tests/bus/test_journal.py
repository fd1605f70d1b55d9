"""The journal keeps what it was given, through a kill and a full disk, and says when it is damaged."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kizuna.bus.journal import Journal, read_events, read_journal, read_tables
from kizuna.errors import InputError, WorkError
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks

WRITER = """
import sys
import numpy as np
from kizuna.bus.journal import Journal
from kizuna.messages.detection import Detections

journal = Journal(sys.argv[1])
for turn in range(100_000):
    journal.append("detections", Detections.of(
        time=np.full(20, float(turn)), sensor=[f"radar{turn % 3}"] * 20, kind=["radar"] * 20,
        range_m=np.arange(1.0, 21.0), azimuth_deg=np.zeros(20)))
    journal.event(float(turn), "scan", rows=20)
    print(turn, flush=True)
"""

FULL_DISK = (
    """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
"""
    + WRITER
)


def test_what_was_written_is_read(tmp_path, plots):
    with Journal(tmp_path / "run") as journal:
        for turn in range(5):
            journal.append("detections", plots(turn, time_s=10.0 * turn))
            journal.event(10.0 * turn, "scan", sensor="東京", rows=turn)
        journal.append("tracks", Tracks.empty())
    tables, events = read_journal(
        tmp_path / "run", {"detections": Detections, "tracks": Tracks, "orders": Tracks}
    )
    expected = Detections.join([plots(turn, time_s=10.0 * turn) for turn in range(5)])
    np.testing.assert_array_equal(tables["detections"].time, expected.time)
    np.testing.assert_array_equal(tables["detections"].elevation_deg, expected.elevation_deg)
    assert tables["detections"].identity.values() == expected.identity.values()
    assert (len(tables["tracks"]), len(tables["orders"])) == (0, 0)
    assert events[3] == {"time": 30.0, "kind": "scan", "sensor": "東京", "rows": 3}


def test_the_same_run_writes_the_same_bytes(tmp_path, plots):
    for name in ("once", "again"):
        with Journal(tmp_path / name) as journal:
            for turn in range(5):
                journal.append("detections", plots(40, time_s=float(turn)))
                journal.event(float(turn), "scan", rows=0.1)
    for once in sorted((tmp_path / "once").iterdir()):
        assert once.read_bytes() == (tmp_path / "again" / once.name).read_bytes()


def test_a_new_run_starts_a_new_journal(tmp_path, plots):
    with Journal(tmp_path) as journal:
        journal.append("detections", plots(3))
    (tmp_path / "report.html").write_text("stays")
    with Journal(tmp_path) as journal:
        journal.append("tracks", Tracks.empty())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["journal.events.jsonl", "journal.tracks.arrows", "report.html"]


def test_a_large_stream_is_read_in_pieces(tmp_path, plots):
    with Journal(tmp_path) as journal:
        for turn in range(5):
            journal.append("detections", plots(50_000, time_s=100.0 * turn))
    pieces = list(read_tables(tmp_path, "detections", Detections))
    assert [len(piece) for piece in pieces] == [200_000, 50_000]


def test_rows_may_wait_for_each_other(tmp_path, plots):
    """Ten pictures in one batch cost less than ten batches; the end writes what is left."""
    with Journal(tmp_path, batch_rows=10) as journal:
        seen = []
        for turn in range(6):
            journal.append("detections", plots(4, time_s=float(turn)))
            seen.append(sum(len(piece) for piece in read_tables(tmp_path, "detections", Detections)))
    assert seen == [0, 0, 12, 12, 12, 24]
    [piece] = read_tables(tmp_path, "detections", Detections)
    assert piece.time[::4].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    with Journal(tmp_path, batch_rows=10) as journal:
        journal.append("detections", plots(4))
    assert len(read_journal(tmp_path, {"detections": Detections})[0]["detections"]) == 4


def test_a_kill_loses_nothing_that_was_said_to_be_written(tmp_path):
    """SIGKILL leaves no time to close anything; the writer says each turn that it has finished."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as run:
        for line in run.stdout:
            if int(line) == 50:
                run.send_signal(signal.SIGKILL)
                break
        finished = max([50, *(int(line) for line in run.stdout if line.endswith("\n"))])
    assert run.returncode == -signal.SIGKILL
    tables, events = read_journal(tmp_path, {"detections": Detections})
    detections = tables["detections"]
    turns = len(detections) // 20
    assert finished + 1 <= turns <= finished + 2
    assert finished + 1 <= len(events) <= finished + 2
    np.testing.assert_array_equal(detections.time, np.repeat(np.arange(float(turns)), 20))
    assert detections.sensor.values()[20 * 50] == "radar2"


def test_a_stream_cut_anywhere_gives_its_whole_batches(tmp_path, plots):
    with Journal(tmp_path) as journal:
        ends = []
        for turn in range(3):
            journal.append("detections", plots(4, time_s=float(turn)))
            ends.append((tmp_path / "journal.detections.arrows").stat().st_size)
    path = tmp_path / "journal.detections.arrows"
    whole = path.read_bytes()
    for cut in [*range(0, len(whole), 61), *ends, *(end - 1 for end in ends), len(whole) - 1]:
        path.write_bytes(whole[:cut])
        rows = sum(len(piece) for piece in read_tables(tmp_path, "detections", Detections))
        assert rows == 4 * sum(end <= cut for end in ends), cut


def test_an_event_cut_anywhere_is_left_out(tmp_path):
    with Journal(tmp_path) as journal:
        journal.event(1.0, "scan")
        journal.event(2.0, "scan", note="é")
    path = tmp_path / "journal.events.jsonl"
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        assert len(read_events(tmp_path)) == (cut >= first) + (cut == len(whole))


def test_damage_before_the_end_is_no_cut(tmp_path, plots):
    with Journal(tmp_path) as journal:
        for turn in range(3):
            journal.append("detections", plots(400, time_s=float(turn)))
            journal.event(float(turn), "scan")
    stream, events = tmp_path / "journal.detections.arrows", tmp_path / "journal.events.jsonl"
    whole = bytearray(stream.read_bytes())
    middle = whole.index(b"\xff\xff\xff\xff", len(whole) // 3)
    whole[middle : middle + 12] = b"\xff\xff\xff\xff\x40\x00\x00\x00\x99\x99\x99\x99"
    stream.write_bytes(whole)
    with pytest.raises(InputError, match=r"journal\.detections\.arrows: is damaged before byte \d+ of"):
        list(read_tables(tmp_path, "detections", Detections))
    events.write_text(events.read_text().replace('"time": 1.0', '"time" 1.0'))
    with pytest.raises(InputError, match=r"journal\.events\.jsonl: line 2: is no JSON"):
        read_events(tmp_path)


def test_a_folder_without_a_journal_is_named(tmp_path):
    with pytest.raises(InputError, match="holds no journal; expected a folder with journal.events.jsonl"):
        read_journal(tmp_path, {})


def test_a_full_disk_is_a_sentence_and_leaves_what_was_written(tmp_path):
    """A limit on the size of files stands for the disk that is full."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, check=False
    )
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("kizuna.errors.WorkError: ")
    assert "journal.detections.arrows: could not be written" in last
    finished = int(done.stdout.split()[-1])
    tables, events = read_journal(tmp_path, {"detections": Detections})
    assert len(tables["detections"]) == 20 * (finished + 1)
    assert len(events) == finished + 1


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkError, match="file: could not be written"):
        Journal(tmp_path / "file")


def test_a_stream_holds_one_kind_of_table(tmp_path, plots):
    with Journal(tmp_path) as journal:
        journal.append("detections", plots())
        with pytest.raises(ValueError, match="the stream holds Detections, not Tracks"):
            journal.append("detections", Tracks.empty())


@pytest.mark.parametrize("fields", [{"kind": "x"}, {"time": 1.0}, {"value": float("nan")}])
def test_an_event_that_would_not_come_back_is_refused(tmp_path, fields):
    with Journal(tmp_path) as journal, pytest.raises(ValueError):
        journal.event(1.0, "scan", **fields)
    assert read_events(tmp_path) == []


def test_closing_twice_does_no_harm(tmp_path):
    journal = Journal(Path(tmp_path))
    journal.event(1.0, "end")
    journal.close()
    journal.close()
    assert json.loads((tmp_path / "journal.events.jsonl").read_text()) == {"time": 1.0, "kind": "end"}
