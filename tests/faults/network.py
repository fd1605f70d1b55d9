"""Live nodes, each a process on a machine of its own, and what can be seen of them from outside."""

import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from tests.faults.relay import Relay

from kizuna.bus.journal import read_tables
from kizuna.bus.keys import issue, make_authority
from kizuna.errors import InputError
from kizuna.exercise.stage import set_up
from kizuna.fusion.states import states_of
from kizuna.geo.time import format_utc, parse_utc
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.scenario.read import read

NODES: Final = ("A", "B", "C")
HOSTILE: Final = "X"
"""A node of the network whose people obey no rules; it has a valid certificate."""
START: Final = "2030-01-01T00:00:00Z"
RECORD_S: Final = 2.0
NEAR_M: Final = 500.0
"""Places of one object at two nodes are the same when they are nearer: it flies so far in two seconds."""
AGREED: Final = 0.9
"""Pictures agree when so large a share of the objects have one number and one place at all nodes."""
PORT: Final = 7451
DISK_BYTES: Final = 32 << 20
"""Of the last node, which has a disk of its own."""
KIZUNA: Final = Path(sys.executable).with_name("kizuna")
EXERCISE: Final = f"""
exercise: faults
title: Three nations and some dozens of aircraft
notional: Everything in it is notional.
start: {START}
duration_s: 3600
seed: 4
record_every_s: {RECORD_S}
airports:
  A: {{lat_deg: 35.0, lon_deg: 138.0, alt_m: 10}}
  B: {{lat_deg: 36.5, lon_deg: 140.0, alt_m: 10}}
  C: {{lat_deg: 35.0, lon_deg: 142.0, alt_m: 10}}
  E: {{lat_deg: 33.0, lon_deg: 136.5, alt_m: 10}}
  F: {{lat_deg: 38.0, lon_deg: 137.0, alt_m: 10}}
  G: {{lat_deg: 38.5, lon_deg: 142.5, alt_m: 10}}
  H: {{lat_deg: 33.0, lon_deg: 143.0, alt_m: 10}}
traffic:
  - {{source: flights, name: civil, count: 100, between: [A, B, C, E, F, G, H]}}
sensor_types:
  radar: {{kind: radar, sigma_range_m: 60, sigma_azimuth_deg: 0.08, sigma_elevation_deg: 0.1,
          max_range_m: 300000, period_s: 4, pd: 0.9, clutter_per_scan: 1}}
sensors:
  - {{sensor: a, nation: A, type: radar, airport: A, mast_m: 20}}
  - {{sensor: b, nation: B, type: radar, airport: B, mast_m: 20}}
  - {{sensor: c, nation: C, type: radar, airport: C, mast_m: 20}}
nodes:
  - {{node: A, nation: A}}
  - {{node: B, nation: B}}
  - {{node: C, nation: C}}
  - {{node: X, nation: X, sensors: []}}
links:
  - {{from: A, to: B, delay_s: 0, both_ways: true}}
  - {{from: A, to: C, delay_s: 0, both_ways: true}}
  - {{from: B, to: C, delay_s: 0, both_ways: true}}
  - {{from: X, to: A, delay_s: 0, both_ways: true}}
  - {{from: X, to: B, delay_s: 0, both_ways: true}}
  - {{from: X, to: C, delay_s: 0, both_ways: true}}
variants:
  - {{variant: mesh, share: tracks, precision_m: 10, report_every_s: 4}}
"""


class Network:
    """Three live nodes of an exercise, a place for a hostile one, and the relay between them.

    Use it in a ``with`` block; when it ends, so do all processes.
    """

    def __init__(self, folder: Path, speed: float, seed: int = 1, loading_s: float = 12.0) -> None:
        self.folder, self.speed = folder, speed
        self.relay = Relay((*NODES, HOSTILE), seed)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.starts: Counter[str] = Counter()
        self.begin_s, self._loading_s = 0.0, loading_s
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.relay)
            disk = self.folder / "out" / NODES[-1]
            disk.mkdir(parents=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk], check=True)
            stack.callback(subprocess.run, ["umount", disk], check=True)
            stack.callback(self._kill_all)
            make_authority(self.folder / "keys")
            (self.folder / "faults.yaml").write_text(EXERCISE)
            # Worked out once, for all nodes and all their starts.
            detections = set_up(read(self.folder / "faults.yaml"), self.folder).detections
            codec.write(detections, self.folder / "feed.parquet")
            places = {name: machine.address for name, machine in self.relay.machines.items()}
            for name, address in places.items():
                issue(self.folder / "keys", name, (address,))
                self.write(name)
            self.begin_s = float(round(time.time() + self._loading_s))
            for name in NODES:
                self.start(name)
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def write(self, name: str, feed: str = "feed.parquet") -> None:
        """Write the file of a node that is fed with these detections."""
        places = {other: f"tls/{machine.address}:{PORT}" for other, machine in self.relay.machines.items()}
        others = ", ".join(places[other] for other in NODES if other != name)
        lines = (
            "exercise: faults.yaml",
            "variant: mesh",
            f"node: {name}",
            "keys: keys",
            f"listen: [{places[name]}]",
            f"connect: [{others}]",
            f"feed: {feed}",
            f"out: out/{name}",
        )
        (self.folder / f"{name}.yaml").write_text("\n".join(lines) + "\n")

    def start(self, name: str, ahead_s: float = 0.0) -> None:
        """Start a node, its clock ahead of the others' by so many seconds of the exercise."""
        begin = format_utc(self.begin_s - ahead_s / self.speed)
        command = [KIZUNA, "node", f"{name}.yaml", "--begin", begin, "--speed", str(self.speed), "--quiet"]
        self.run(name, *map(str, command))
        self.starts[name] += 1

    def run(self, name: str, *command: str) -> None:
        """Start a process on a machine; what it says goes to a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*self.relay.machines[name].inside, *command], stdout=log, stderr=log, cwd=self.folder
            )

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """End a process, and give its exit status."""
        process = self.processes.pop(name)
        process.send_signal(number)
        return process.wait(60.0)

    def said(self, name: str) -> str:
        """What a process has said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def now_s(self) -> float:
        """Time in the exercise, s since 1970-01-01 UTC."""
        return parse_utc(START) + self.speed * (time.time() - self.begin_s)

    def memory_mib(self, name: str) -> float:
        """What a node's process holds in memory, MiB."""
        status = Path(f"/proc/{self.processes[name].pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024.0

    def lives(self, name: str) -> list[Tracks]:
        """The pictures that a node has written, for each time that it was started."""
        found = []
        for life in sorted((self.folder / "out" / name).glob("20*")):
            try:
                found.append(Tracks.join(list(read_tables(life, "tracks", Tracks))))
            except InputError:
                # Its head is being written just now.
                found.append(Tracks.empty())
        return found

    def first_s(self, name: str) -> float | None:
        """The time of the first picture that a node has written since it was started last."""
        lives = self.lives(name)
        return float(lives[-1].time[0]) if len(lives) == self.starts[name] and len(lives[-1]) else None

    def pictures(self, name: str) -> Tracks:
        """All pictures that a node has written; what it wrote last counts where a clock went back."""
        whole = Tracks.empty()
        for life in self.lives(name):
            if len(life):
                whole = Tracks.join([whole.take(whole.time < life.time[0]), life])
        return whole

    def agreement(self, names: tuple[str, ...], since_s: float) -> dict[float, float]:
        """For each time since then that all these nodes have written: the share of objects that agree."""
        pictures = [self.pictures(name) for name in names]
        pictures = [picture.take(picture.time >= since_s) for picture in pictures]
        times = set.intersection(*(set(picture.time.tolist()) for picture in pictures))
        return {
            time_s: agreement([picture.take(picture.time == time_s) for picture in pictures])
            for time_s in sorted(times)
        }

    def tracks(self, name: str, since_s: float) -> list[int]:
        """How many tracks each picture holds that a node has written since then."""
        picture = self.pictures(name)
        return np.unique(picture.time[picture.time >= since_s], return_counts=True)[1].tolist()

    def _kill_all(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()


def agreement(pictures: list[Tracks]) -> float:
    """Share of the numbers in any picture that stand in all of them at the same place."""
    numbers = set().union(*(picture.track.tolist() for picture in pictures))
    same = set(numbers)
    places = [dict(zip(each.track.tolist(), states_of(each)[0][:, :3], strict=True)) for each in pictures]
    for one, other in combinations(places, 2):
        same &= {
            number
            for number in one.keys() & other.keys()
            if np.linalg.norm(one[number] - other[number]) < NEAR_M
        }
    return len(same) / len(numbers) if numbers else 0.0


def alive(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process runs; a stopped one does."""
    return process.poll() is None and Path(f"/proc/{process.pid}").exists()
