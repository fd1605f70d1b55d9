"""Live nodes, each a process of its own, hold one picture; one that is killed comes back and holds it too."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bus.test_live import free_port
from tests.exercise.test_shared_tracks import EXERCISE

from kizuna.bus.clock import WallClock
from kizuna.bus.journal import read_tables
from kizuna.bus.keys import issue, make_authority
from kizuna.errors import InputError
from kizuna.exercise.live import run_live
from kizuna.geo.time import format_utc
from kizuna.messages import codec
from kizuna.messages.track import Tracks

NODES = ("A", "B", "C")
VARIANTS = "variants:\n  - {variant: mesh, share: tracks, precision_m: 10}\n"
SPEED = 4.0
LOADING_S = 25.0
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
        text = text[: text.index("variants:")] + VARIANTS
        (folder / "four.yaml").write_text(text)
        for name in NODES:
            issue(folder / "keys", name)
            others = ", ".join(place for other, place in places.items() if other != name)
            (folder / f"{name}.yaml").write_text(
                f"exercise: four.yaml\nvariant: mesh\nnode: {name}\nkeys: keys\nlisten: [{places[name]}]\n"
                f"connect: [{others}]\nout: out/{name}\n"
            )
        self.begin_s = float(round(WallClock(0.0, 0.0).now_s() + LOADING_S))
        self.processes = {name: self.start(name) for name in NODES}

    def start(self, name: str) -> subprocess.Popen[str]:
        """Start a node; what it says goes to a file."""
        command = [KIZUNA, "node", self.folder / f"{name}.yaml", "--begin", format_utc(self.begin_s)]
        with (self.folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [*command, "--speed", str(SPEED)], stdout=log, stderr=subprocess.STDOUT, text=True
            )

    def until_heard(self, name: str, by: str) -> None:
        """Wait until a node has said that it heard another."""
        end_s = time.monotonic() + PATIENCE_S
        while f"{name} " not in (self.folder / f"{by}.log").read_text().partition("messages: ")[2]:
            assert time.monotonic() < end_s, (self.folder / f"{by}.log").read_text()
            time.sleep(0.2)


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
    """The four minutes of the exercise pass in one; C is killed on the way and started again."""
    nodes.until_heard("A", by="C")
    nodes.until_heard("C", by="A")
    nodes.processes["C"].kill()
    nodes.processes["C"].wait()
    (nodes.folder / "C.log").unlink()
    nodes.processes["C"] = nodes.start("C")
    for name, process in nodes.processes.items():
        assert process.wait(PATIENCE_S) == 0, (nodes.folder / f"{name}.log").read_text()
    starts = {name: sorted((nodes.folder / "out" / name).iterdir()) for name in NODES}
    assert [len(starts[name]) for name in NODES] == [1, 1, 2]
    pictures = [codec.read(Tracks, starts[name][-1] / "tracks.parquet") for name in NODES]
    last = [picture.take(picture.time == picture.time.max()) for picture in pictures]
    assert len({float(picture.time[0]) for picture in last}) == 1
    numbers = [set(picture.track.tolist()) for picture in last]
    everywhere, anywhere = set.intersection(*numbers), set.union(*numbers)
    assert len(everywhere) > 0.9 * len(anywhere) > 5.0
    assert any(name and " " in name for name in last[2].originator.values())
    # What the killed one had written is still there, up to its last picture.
    [killed] = read_tables(starts["C"][0], "tracks", Tracks)
    assert len(killed) > 0


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
