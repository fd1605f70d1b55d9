"""Measure where the tracker's time goes: processor time of its parts, microseconds for each detection.

    python benchmarks/track_parts.py --motion steady    # the table of docs/explanation/speed.md

Each part is timed by a wrapper around its function, which costs a few hundredths in all; a part's time
leaves out the parts within it. The quickest of several runs counts.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.scenes import Options, radars_for, write_scene
from benchmarks.track_once import MOTIONS, run

from kizuna.cli.tables import read_table
from kizuna.kernels import assignment, belief, existence, gating, kalman, measure, rows, weigh
from kizuna.messages.detection import Detections
from kizuna.scenario.read import read_sensors
from kizuna.tracking import course
from kizuna.tracking.filter import Filter
from kizuna.tracking.tracker import Tracker

PARTS = {
    "plots to places on the Earth": [(Filter, "measure"), (measure, "polar"), (measure, "heights")],
    "hash of the tracks": [(course, "hashed")],
    "which tracks are near each plot": [(gating, "candidates")],
    "how well each pair fits": [(weigh, "weigh_each")],
    "assignment": [(weigh, "columns"), (assignment, "assign")],
    "shares (`--associator bp`)": [(belief, "marginals"), (belief, "blend")],
    "predict and update": [(kalman, "update_each")],
    "new tracks": [(course.Course, "_begin")],
    "tracks that follow one object": [(course, "twins")],
    "existence": [(existence, "miss_rates"), (existence, "credit"), (existence, "judge"), (rows, "move")],
    "pictures": [(Tracker, "picture")],
    "the rest: Python between the kernels": [(course.Course, "work"), (Tracker, "process")],
}


def watch(spent: Counter, within: list[int]) -> None:
    """Wrap the functions of all parts, so that they add up their time in nanoseconds."""
    for part, functions in PARTS.items():
        for owner, name in functions:
            setattr(owner, name, timed(getattr(owner, name), part, spent, within))


def timed(function, part: str, spent: Counter, within: list[int]):
    """The function, timed."""

    def wrapped(*arguments, **named):
        began = time.thread_time_ns()
        within.append(0)
        made = function(*arguments, **named)
        whole = time.thread_time_ns() - began
        spent[part] += whole - within.pop()
        if within:
            within[-1] += whole
        return made

    return wrapped


def main() -> None:
    """Make the scene, track it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1_000)
    parser.add_argument("--motion", choices=MOTIONS, default="civil")
    parser.add_argument("--associator", default="gnn")
    parser.add_argument("--repeats", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_scene(Options(objects=given.objects, radars=radars_for(given.objects)), scratch)
        detections = read_table(Detections, folder / "detections.parquet", unread=["object"])
        sensors = read_sensors(folder / "sensors.yaml")
    spent: Counter = Counter()
    watch(spent, [])
    best: Counter = Counter()
    for repeat in range(given.repeats + 1):
        spent.clear()
        run(Tracker(sensors, motion=MOTIONS[given.motion](), associator=given.associator), detections, 4.0)
        if repeat == 1 or (repeat and spent.total() < best.total()):
            best = spent.copy()
    print("| part | µs a detection |\n|---|---:|")
    for part in [part for part in PARTS if best[part]]:
        print(f"| {part} | {best[part] / len(detections) / 1e3:.2f} |")
    print(f"| **all** | **{best.total() / len(detections) / 1e3:.2f}** |")


if __name__ == "__main__":
    main()
