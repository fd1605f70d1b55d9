"""What peers haven't acknowledged stays in the outbox, through kill -9, and leaves it in order of worth."""

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kizuna.bus.port import Message
from kizuna.errors import InputError
from kizuna.messages.columns import Labels, Table
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.report import Reports
from kizuna.nodes.outbox import Outbox

HOLD_S = {"notices": 1000.0, "reports": 30.0, "detections": 5.0}
KINDS: dict[type[Table], str] = {Notices: "notices", Reports: "reports", Detections: "detections"}
Open = Callable[..., Outbox]


def reports(time_s: float, tracks: list[int]) -> Reports:
    """Reports of A's tracks at a time."""
    count = len(tracks)
    names = ("lat_deg", "lon_deg", "alt_m", "ve_mps", "vn_mps", "vu_mps")
    return Reports.of(
        time=np.full(count, time_s),
        originator=["A"] * count,
        track=tracks,
        claim=tracks,
        since=np.zeros(count),
        cov=np.zeros((count, 21)),
        status=["confirmed"] * count,
        **{name: np.zeros(count) for name in names},
    )


def notice(number: int, time_s: float = 0.0) -> Notices:
    """A notice of A's."""
    return Notices.of(time=[time_s], originator=["A"], notice=[number], text=[f"notice {number}"])


def plots(time_s: float) -> Detections:
    """One detection."""
    return Detections.of(time=[time_s], sensor=["a"], kind=["bearing"], azimuth_deg=[1.0])


def send(box: Outbox, number: int, time_s: float, table: Table, to: str = "B") -> None:
    """Send a message as a node does."""
    if isinstance(table, Notices):
        box.secure(to, table)
    box.sent(Message("A", to, time_s, KINDS[type(table)], table, 0, number), table)


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens the outbox of this test, in a session."""
    return lambda session="one": Outbox(tmp_path / "outbox.sqlite", session, HOLD_S, patience_s=3.0)


def test_what_is_acknowledged_in_time_is_never_sent_again(opened: Open) -> None:
    box = opened()
    for number in range(5):
        send(box, number, float(number), reports(float(number), [1, 2]))
        box.acknowledged("B", [number])
    assert box.take("B", 100.0) == []


def test_it_leaves_in_order_of_worth_and_of_a_track_the_newest(opened: Open) -> None:
    box = opened()
    send(box, 0, 10.0, plots(10.0))
    send(box, 1, 10.0, reports(10.0, [1, 2, 3]))
    send(box, 2, 11.0, reports(11.0, [2]))
    send(box, 3, 11.0, notice(7))
    send(box, 4, 12.0, reports(12.0, [1]))
    assert box.take("B", 12.0) == []
    (first, said), (second, told), (third, seen) = box.take("B", 14.9)
    assert (first, second, third) == ("notices", "reports", "detections")
    assert isinstance(said, Notices)
    assert isinstance(told, Reports)
    assert said.notice.tolist() == [7]
    # The report that left at 12 s may still be acknowledged.
    assert list(zip(told.track.tolist(), told.time.tolist(), strict=True)) == [
        (1, 10.0),
        (3, 10.0),
        (2, 11.0),
    ]
    assert len(seen) == 1
    assert box.take("B", 14.9) == []


def test_what_is_too_old_for_its_receiver_is_left_out(opened: Open) -> None:
    box = opened()
    send(box, 0, 10.0, plots(10.0))
    send(box, 1, 10.0, reports(10.0, [1]))
    send(box, 2, 10.0, notice(7, 10.0))
    box.write(20.0)
    assert [kind for kind, _ in box.take("B", 41.0)] == ["notices"]


def test_it_is_bounded(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.nodes.outbox._MOST_ROWS", 10)
    box = opened()
    for number in range(100):
        send(box, number, 0.0, notice(number, float(number)))
        box.write(10.0 * number)
    [(_, kept)] = box.take("B", 500.0)
    assert isinstance(kept, Notices)
    assert kept.notice.tolist() == list(range(90, 100))


def test_another_session_begins_with_nothing(opened: Open) -> None:
    box = opened()
    send(box, 0, 0.0, notice(1))
    box.close()
    assert opened("one").take("B", 1.0) != []
    assert opened("two").take("B", 1.0) == []
    assert opened("one").take("B", 1.0) == []


def test_what_became_late_is_written_though_a_notice_was_first(opened: Open) -> None:
    box = opened()
    send(box, 0, 10.0, reports(10.0, [1]))
    box.lose("B")
    send(box, 1, 10.0, notice(7, 10.0))
    box.write(11.0)
    box.close()
    assert [kind for kind, _ in opened().take("B", 12.0)] == ["notices", "reports"]


def test_an_answer_is_another_notice_than_one_of_the_same_number(opened: Open) -> None:
    """Answers bear the number of what they answer, whoever has said that."""
    box = opened()
    answers = [replace(notice(7), answers=Labels.of([name])) for name in ("B", "C")]
    for number, each in enumerate([notice(7), *answers]):
        send(box, number, 0.0, each)
    [(_, kept)] = box.take("B", 10.0)
    assert isinstance(kept, Notices)
    assert kept.answers.values() == [None, "B", "C"]


def test_a_file_of_another_kind_is_told(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "outbox.sqlite").write_bytes(b"no outbox " * 100)
    with pytest.raises(InputError, match="is no outbox"):
        opened()


def life(path: str) -> None:
    """Send and hear nothing, until somebody kills this process."""
    box = Outbox(Path(path), "one", HOLD_S, patience_s=3.0)
    for number in range(1_000_000):
        time_s = 0.01 * number
        send(box, 2 * number, time_s, reports(time_s, [1, 2, number]))
        if number % 100 == 0:
            send(box, 2 * number + 1, time_s, notice(number, time_s))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
        if number % 3 == 0:
            box.acknowledged("B", [2 * number])
        box.write(time_s)


def test_kill_9_loses_no_notice_and_no_track_that_was_late(tmp_path: Path, opened: Open) -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; from tests.nodes.test_outbox import life; life(sys.argv[1])",
    ]
    with subprocess.Popen(
        [*command, tmp_path / "outbox.sqlite"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 1000:
                process.send_signal(signal.SIGKILL)
                break
        last = max([1000, *(int(line) for line in process.stdout if line.endswith("\n"))])
    assert process.returncode == -signal.SIGKILL
    kept = dict(opened().take("B", 0.01 * last))
    said, told = kept["notices"], kept["reports"]
    assert isinstance(said, Notices)
    assert isinstance(told, Reports)
    assert set(said.notice.tolist()) >= set(range(0, last + 1, 100))
    # What was late when the file was written last, a second before the end at the most, but not acknowledged.
    late = {number for number in range(3, last - 500) if number % 3}
    assert set(told.track.tolist()) >= {1, 2} | late
    assert not set(range(3, last - 500, 3)) & set(told.track.tolist())
