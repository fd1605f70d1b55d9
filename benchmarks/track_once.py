"""Track one scene in this process a number of times, and print figures as JSON; `track_speed.py` calls it.

It does what `kizuna track` does, with motions and numbers of cores that the command doesn't offer: batches
that end at the pictures, a picture each 4 s, files left out. The first run compiles and isn't counted.
"""

import argparse
import json
import os
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np

from kizuna.cli.tables import read_table
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.models.motion import Model, Motion
from kizuna.models.sets import civil, steady
from kizuna.scenario.read import read_sensors
from kizuna.tracking.tracker import Tracker


def three() -> Motion:
    """The models of `civil`, and gentle turns and changes of climb as a third between them."""
    straight = [(0.2, 0.1, 0.85), (30.0, 2.0, 0.05), (400.0, 5.0, 0.1)]
    return Motion(tuple(Model("straight", *numbers) for numbers in straight), 1.0 / 22.0)


MOTIONS = {"civil": civil, "steady": steady, "three": three}


def run(tracker: Tracker, detections: Detections, every_s: float) -> list:
    """Pictures of all detections."""
    times = np.arange(detections.time[0], detections.time[-1], every_s)
    ends = np.searchsorted(detections.time, times, side="right")
    pictures, first = [], 0
    for time_s, last in zip(times.tolist(), ends.tolist(), strict=True):
        tracker.process(detections.take(slice(first, last)))
        pictures.append(tracker.picture(time_s, "here"))
        first = last
    return pictures


def bytes_a_track(sensors: Sensors, detections: Detections, given: argparse.Namespace) -> float:
    """Memory that a tracker holds after its last picture, for each live track, as Python counts it."""
    tracemalloc.start()
    tracker = Tracker(sensors, motion=MOTIONS[given.motion](), associator=given.associator)
    for picture in run(tracker, detections, given.every):
        del picture
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / tracker.count


def main() -> None:
    """Read the arguments, track, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scene", type=Path)
    parser.add_argument("--motion", choices=MOTIONS, default="civil")
    parser.add_argument("--associator", default="gnn")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--every", type=float, default=4.0)
    parser.add_argument("--until", type=float, default=np.inf, help="seconds of the scene")
    parser.add_argument("--memory", action="store_true")
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    detections = read_table(Detections, given.scene / "detections.parquet", unread=["object"])
    until_s = detections.time[0] + given.until
    detections = detections.take(slice(0, int(np.searchsorted(detections.time, until_s))))
    sensors = read_sensors(given.scene / "sensors.yaml")
    figures: dict = {"detections": len(detections), "wall_s": [], "processor_s": []}
    for _ in range(given.repeats + 1):
        tracker = Tracker(
            sensors, motion=MOTIONS[given.motion](), associator=given.associator, cores=given.cores
        )
        wall_s, processor_s = time.perf_counter(), time.process_time()
        run(tracker, detections, given.every)
        figures["wall_s"].append(time.perf_counter() - wall_s)
        figures["processor_s"].append(time.process_time() - processor_s)
    figures["wall_s"].pop(0), figures["processor_s"].pop(0)
    figures["live"] = tracker.count
    if given.memory:
        figures["bytes_a_track"] = bytes_a_track(sensors, detections, given)
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
