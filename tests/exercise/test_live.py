"""Live nodes, each a process of its own, hold one picture; one that is killed comes back and holds it too."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.bus.test_live import free_port
from tests.exercise.test_shared_tracks import EXERCISE

from kizuna.bus.clock import WallClock
from kizuna.bus.journal import read_events, read_tables
from kizuna.bus.keys import issue, make_authority
from kizuna.errors import InputError
from kizuna.exercise.live import run_live
from kizuna.exercise.replay import replay as replay_recordings
from kizuna.exercise.stage import set_up
from kizuna.geo.time import format_utc
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.scenario.read import read

NODES = ("A", "B", "C")
VARIANTS = "variants:\n  - {variant: mesh, share: tracks, precision_m: 10}\n"
SPEED = 2.0
LOADING_S = 15.0
LINES = 4
"""After so many more lines of a node, ten pictures each, it is as if it had always been there."""
AHEAD_S = 10.0
"""B's clock is wrong, and so are the times of what it sees."""
a_kilometre = 1_000.0
PATIENCE_S = 120.0
KIZUNA = Path(sys.executable).with_name("kizuna")


class Nodes:
    """Three nodes of an exercise on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_authority(folder / "keys")
        places = {name: f"tls/127.0.0.1:{free_port()}" for name in NODES}
        text = EXERCISE.replace(", {node: D, nation: D}", "").replace("  - {sensor: d", "  # - {sensor: d")
        text = "\n".join(line for line in text.splitlines() if "to: D" not in line)
        text = text[: text.index("variants:")].replace("duration_s: 240", "duration_s: 1800") + VARIANTS
        (folder / "four.yaml").write_text(text)
        for name in NODES:
            issue(folder / "keys", name)
            others = ", ".join(place for other, place in places.items() if other != name)
            (folder / f"{name}.yaml").write_text(
                f"exercise: four.yaml\nvariant: mesh\nnode: {name}\nkeys: keys\nlisten: [{places[name]}]\n"
                f"connect: [{others}]\nout: out/{name}\n{'feed: b.parquet' if name == 'B' else ''}\n"
            )
        seen = set_up(read(folder / "four.yaml"), folder).detections
        codec.write(replace(seen, time=seen.time + AHEAD_S), folder / "b.parquet")
        self.begin_s = float(round(WallClock(0.0, 0.0).now_s() + LOADING_S))
        self.processes = {name: self.start(name) for name in NODES}

    def start(self, name: str) -> subprocess.Popen[str]:
        """Start a node; what it says goes to a file."""
        begin_s = self.begin_s - (AHEAD_S / SPEED if name == "B" else 0.0)
        command = [KIZUNA, "node", self.folder / f"{name}.yaml", "--begin", format_utc(begin_s)]
        with (self.folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [*command, "--speed", str(SPEED)], stdout=log, stderr=subprocess.STDOUT, text=True
            )

    def until_heard(self, name: str, by: str) -> None:
        """Wait until a node has said that it heard another."""
        end_s = time.monotonic() + PATIENCE_S
        while f"{name} " not in self.log(by).partition("messages: ")[2]:
            assert time.monotonic() < end_s, self.log(by)
            time.sleep(0.2)

    def until_said(self, by: str, lines: int) -> None:
        """Wait until a node has said so many lines more."""
        end_s, wanted = time.monotonic() + PATIENCE_S, self.log(by).count("\n") + lines
        while self.log(by).count("\n") < wanted:
            assert time.monotonic() < end_s, self.log(by)
            time.sleep(0.2)

    def log(self, name: str) -> str:
        """What a node has said."""
        return (self.folder / f"{name}.log").read_text()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Three nodes that run until the exercise ends."""
    made = Nodes(tmp_path)
    yield made
    for process in made.processes.values():
        process.kill()
        process.wait()


@pytest.mark.slow
def test_live_nodes_hold_one_picture_also_after_a_kill(nodes: Nodes) -> None:
    """B's clock is wrong; C is killed on the way and started again."""
    nodes.until_heard("A", by="C")
    nodes.until_heard("C", by="A")
    nodes.processes["C"].kill()
    nodes.processes["C"].wait()
    (nodes.folder / "C.log").unlink()
    nodes.processes["C"] = nodes.start("C")
    nodes.until_heard("A", by="C")
    nodes.until_heard("B", by="C")
    nodes.until_said("C", LINES)
    for process in nodes.processes.values():
        process.send_signal(signal.SIGINT)
    for name, process in nodes.processes.items():
        assert process.wait(PATIENCE_S) == 0, nodes.log(name)
    starts = {name: sorted((nodes.folder / "out" / name).iterdir()) for name in NODES}
    assert [len(starts[name]) for name in NODES] == [1, 1, 2]
    pictures = [codec.read(Tracks, starts[name][-1] / "tracks.parquet") for name in NODES]
    ahead_s = [0.0, AHEAD_S, 0.0]
    common_s = min(float(each.time.max()) - off_s for each, off_s in zip(pictures, ahead_s, strict=True))
    last = [each.take(each.time == common_s + off_s) for each, off_s in zip(pictures, ahead_s, strict=True)]
    numbers = [set(picture.track.tolist()) for picture in last]
    everywhere, anywhere = set.intersection(*numbers), set.union(*numbers)
    assert len(everywhere) > 0.7 * len(anywhere) > 5.0
    assert any(name and " " in name for name in last[2].originator.values())
    # What the killed one had written is still there, up to its last picture.
    [killed] = read_tables(starts["C"][0], "tracks", Tracks)
    assert len(killed) > 0
    check_places(*pictures[:2])
    clocks = [event for event in read_events(starts["A"][0]) if event["kind"] == "clock"]
    assert {event["peer"]: round(event["corrected_s"]) for event in clocks} == {"B": AHEAD_S, "C": 0.0}
    check_replays(nodes.folder, starts)


def check_places(ours: Tracks, theirs: Tracks) -> None:
    """B has objects where A has them, at times that are wrong by its clock: uncorrected, 2 km off."""
    off_m = []
    for time_s in np.unique(ours.time)[-10:]:
        mine, other = ours.take(ours.time == time_s), theirs.take(theirs.time == time_s + AHEAD_S)
        _, at, there = np.intersect1d(mine.track, other.track, return_indices=True)
        north_m = 111e3 * (mine.lat_deg[at] - other.lat_deg[there])
        east_m = 91e3 * (mine.lon_deg[at] - other.lon_deg[there])
        off_m += np.hypot(north_m, east_m).tolist()
    assert len(off_m) > 20
    assert float(np.median(off_m)) < a_kilometre


def check_replays(folder: Path, starts: dict[str, list[Path]]) -> None:
    """Every start of every node gives the pictures again that it held, also the one that was killed."""
    every = [start for name in NODES for start in starts[name]]
    for start in every:
        [replayed] = replay_recordings(folder / "four.yaml", [start], folder / "again", lambda *_: None)
        assert replayed.same
        assert replayed.pictures > 0
    with pytest.raises(InputError, match="is of A, as is .*; expected one recording of each node"):
        replay_recordings(folder / "four.yaml", [every[0], *starts["B"], every[0]], folder, lambda *_: None)
    # With one message less they are others.
    events = every[0] / "journal.events.jsonl"
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    turn = next(line for line in lines if line.get("heard", 0) and line["kind"] == "turn")
    turn["heard"] -= 1
    events.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [KIZUNA, "run", folder / "four.yaml", "--replay", every[0], "--out", folder / "again"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "A: the pictures aren't those that were held live" in done.stderr


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("node: A", "no node is called 'X'; expected one of A, B, C, D"),
        ("variant: mesh", "no variant is called 'X'"),
    ],
)
def test_a_name_that_is_none_is_told(tmp_path: Path, key: str, says: str) -> None:
    (tmp_path / "four.yaml").write_text(EXERCISE)
    text = "exercise: four.yaml\nvariant: mesh\nnode: A\nkeys: keys\nlisten: [tls/127.0.0.1:1]\nout: out\n"
    (tmp_path / "A.yaml").write_text(text.replace(key, f"{key.split(':', maxsplit=1)[0]}: X"))
    with pytest.raises(InputError, match=says):
        run_live(tmp_path / "A.yaml", None, 1.0, lambda status: True)
    assert not (tmp_path / "out").exists()
