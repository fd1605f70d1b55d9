"""A live node hears the ASTERIX of its sensors over UDP, and its recording replays to the same pictures."""

import socket
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.bus.test_live import free_port
from tests.exercise.test_shared_tracks import EXERCISE

from kizuna.bus.clock import WallClock, machine_s
from kizuna.bus.keys import issue, make_authority
from kizuna.bus.recording import read_detections
from kizuna.errors import InputError
from kizuna.exercise.feed import opened
from kizuna.exercise.live import Status, run_live
from kizuna.exercise.replay import replay
from kizuna.exercise.stage import set_up
from kizuna.gateways.asterix.write import _plots
from kizuna.messages import codec
from kizuna.messages.columns import Labels
from kizuna.messages.track import Tracks
from kizuna.scenario.read import read

SPEED = 20.0
TRACKS = 5
PICTURES = 60
"""The node lives until it has taken so many and holds some tracks."""
LATE_S = 0.02
"""How long plots are under way, s of the machine's."""


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A node whose radar is called 25-1, and its folder."""
    make_authority(tmp_path / "keys")
    issue(tmp_path / "keys", "A")
    text = EXERCISE.replace("sensor: a,", "sensor: 25-1,").replace("duration_s: 240", "duration_s: 1500")
    (tmp_path / "four.yaml").write_text(text)
    (tmp_path / "A.yaml").write_text(
        f"exercise: four.yaml\nvariant: national\nnode: A\nkeys: keys\n"
        f"listen: [tls/127.0.0.1:{free_port()}]\nout: out\nfeed: udp://127.0.0.1:{free_udp()}\n"
    )
    return tmp_path


def free_udp() -> int:
    """A port of this machine at which nobody listens to UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_node_tracks_what_comes_over_udp(node: Path) -> None:
    """The exercise's own plots of the radar, sent as CAT 048 as they come, twenty times too fast."""
    exercise = read(node / "four.yaml")
    seen = set_up(exercise, node).detections
    seen = seen.take(seen.sensor.equal("25-1"))
    seen = replace(seen, elevation_deg=np.full(len(seen), np.nan), identity=Labels.constant(None, len(seen)))
    begin_s = float(np.ceil(machine_s())) + 8.0
    # A radar tells the time of day by the machine's clock.
    seen = replace(seen, time=begin_s + (seen.time - exercise.start_s) / SPEED)
    port = int((node / "A.yaml").read_text().rpartition(":")[2])
    enough = threading.Event()

    def radar() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.sendto(b"no ASTERIX at all", ("127.0.0.1", port))
            for row, time_s in enumerate(seen.time.tolist()):
                if enough.wait(max(0.0, time_s + LATE_S - machine_s())):
                    return
                wire.sendto(_plots(seen.take(slice(row, row + 1)), "")[0], ("127.0.0.1", port))

    count = 0

    def going(status: Status) -> bool:
        nonlocal count
        count += 1
        return count < PICTURES or status.tracks < TRACKS

    sending = threading.Thread(target=radar)
    sending.start()
    out = run_live(node / "A.yaml", begin_s, SPEED, going)
    enough.set()
    sending.join()
    pictures = codec.read(Tracks, out / "tracks.parquet")
    assert len(np.unique(pictures.track)) >= TRACKS
    parts = list(read_detections(out))
    assert {name for part in parts for name in part.sensor.used().names} == {"25-1"}
    assert len(pictures) > 0
    [again] = replay(node / "four.yaml", [out], node / "again", lambda *_: None)
    assert again.same
    assert again.pictures > 5


def test_what_is_left_out_is_counted_and_spoils_nothing_else(node: Path) -> None:
    """Garbage in the same moment, a sensor that isn't the node's, and a time to come."""
    exercise = read(node / "four.yaml")
    seen = set_up(exercise, node).detections
    seen = seen.take(np.flatnonzero(seen.sensor.equal("25-1"))[:1])
    now_s = machine_s()
    seen = replace(
        seen,
        time=np.array([now_s - 1.0]),
        elevation_deg=np.full(1, np.nan),
        identity=Labels.constant(None, 1),
    )
    said = [
        _plots(seen, "")[0],
        b"no ASTERIX at all" * 100,
        _plots(replace(seen, sensor=Labels.constant("25-2", 1)), "")[0],
        _plots(replace(seen, time=seen.time + 60.0), "")[0],
    ]
    clock = WallClock(exercise.start_s, now_s)
    url = (node / "A.yaml").read_text().rpartition("feed: ")[2].strip()
    with closing(opened(url, exercise, node, "four.yaml", clock, "A")) as feed:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            for data in said:
                wire.sendto(data, ("127.0.0.1", int(url.rpartition(":")[2])))
        limit_s = machine_s() + 10.0
        while len(feed._listener._come) < len(said) and machine_s() < limit_s:  # type: ignore[attr-defined]
            time.sleep(0.01)
        # The node is behind, and takes the turn of half a minute ago.
        got = feed.until(exercise.start_s - 30.0)
        assert got.sensor.values() == ["25-1"]
        assert got.time == pytest.approx([exercise.start_s - 1.0], abs=0.01)
        assert feed.left_out() == {
            "datagrams_dropped": 0,
            "datagrams_unread": 1,
            "plots_of_other_sensors": 1,
            "plots_to_come": 1,
        }


def test_an_address_that_is_none_is_told(node: Path) -> None:
    text = (node / "A.yaml").read_text()
    (node / "A.yaml").write_text(text.replace("udp://127.0.0.1", "udp:127.0.0.1"))
    with pytest.raises(InputError, match="is no address; expected such as udp://239.1.1.1:8600"):
        run_live(node / "A.yaml", None, 1.0, lambda status: True)
