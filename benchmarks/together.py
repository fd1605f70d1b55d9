"""Measure how well each associator keeps apart aircraft that fly together: GOSPA, and numbers that change.

    python benchmarks/together.py               # 30 draws of each scene, some minutes
    python benchmarks/together.py --draws 3     # a first look

Three minutes of 20 to 24 aircraft at one height, under three radars; pictures are taken each 4 s. The scenes:

- crossing: pairs meet at 4 to 25 degrees, at the same time, some 70 m apart;
- formation: groups of four in echelon, 300 m beside and behind each other, which turn for half a minute;
- parting: pairs close in to some 400 m, fly abreast for 20 s, and part to the sides that they came from;
- clutter: aircraft spread over 100 km that turn now and then, four false plots for each true one;
- missed: the same without clutter, detected with a probability of 0.6.

An aircraft has the number of its track in GOSPA's pairs (cut-off 1,000 m). "Changed" counts pictures where it
has another number than before; "for good" counts aircraft with another number at the end than after 40 s.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pymap3d
from scipy.optimize import linear_sum_assignment

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.flights import STEP_S, Paths, on_sphere  # noqa: E402
from benchmarks.scenes import START_S, Options, detections_table, observe, place_radars  # noqa: E402

from kizuna.messages.codec import from_arrow  # noqa: E402
from kizuna.messages.detection import Detections  # noqa: E402
from kizuna.messages.sensor import Sensors  # noqa: E402
from kizuna.tracking.tracker import Tracker  # noqa: E402

DURATION_S, EVERY_S, SETTLED_S, CUTOFF_M = 180.0, 4.0, 40.0, 1_000.0
CENTRE, HEIGHT_M = (48.0, 9.0), 9_000.0
SCENES = {
    "crossing": {},
    "formation": {},
    "parting": {},
    "clutter": {"clutter": 0.8},
    "missed": {"pd": 0.6},
}
ASSOCIATORS = ("gnn", "bp", "mht")
Plane = np.ndarray
"""(objects, steps, 2) east and north of the centre, m."""


def steps() -> np.ndarray:
    """Times of the steps from the middle of the scene on, s."""
    return np.arange(int(DURATION_S / STEP_S) + 3) * STEP_S - DURATION_S / 2.0


def courses(angle_rad: np.ndarray) -> np.ndarray:
    """Unit vectors along courses."""
    return np.stack([np.sin(angle_rad), np.cos(angle_rad)], axis=-1)


def middles(count: int) -> np.ndarray:
    """Places on a circle of 40 km."""
    return 40e3 * courses(2.0 * np.pi * np.arange(count) / count)


def crossing(random: np.random.Generator) -> Plane:
    """Ten pairs that meet."""
    made = []
    for middle in middles(10):
        first = random.uniform(0.0, 2.0 * np.pi)
        speed = random.uniform(200.0, 240.0)
        for course in (first, first + np.radians(random.uniform(4.0, 25.0))):
            off = random.normal(0.0, 50.0, 2)
            made.append(middle + off + courses(course) * speed * steps()[:, None])
    return np.array(made)


def formation(random: np.random.Generator) -> Plane:
    """Six groups of four in echelon."""
    made = []
    for middle in middles(6):
        course = np.full(len(steps()), random.uniform(0.0, 2.0 * np.pi))
        begin = random.uniform(-40.0, 20.0)
        turning = (steps() > begin) & (steps() < begin + 30.0)
        course += np.cumsum(turning * random.choice([-1, 1]) * np.radians(random.uniform(1.0, 2.0)) * STEP_S)
        along = courses(course)
        lead = np.cumsum(along * random.uniform(180.0, 240.0) * STEP_S, axis=0)
        lead += middle - lead[len(lead) // 2]
        across = np.stack([along[:, 1], -along[:, 0]], axis=-1)
        made += [lead + 300.0 * place * (across - along) for place in range(4)]
    return np.array(made)


def parting(random: np.random.Generator) -> Plane:
    """Ten pairs that close in and part."""
    made = []
    for middle in middles(10):
        along = courses(random.uniform(0.0, 2.0 * np.pi))
        across, speed = np.array([along[1], -along[0]]), random.uniform(200.0, 240.0)
        away_s = np.maximum(np.abs(steps()) - 10.0, 0.0)
        drift = speed * np.sin(np.radians(random.uniform(4.0, 12.0)))
        beside = random.uniform(100.0, 300.0) + drift * away_s * np.clip(away_s / 20.0, 0.0, 1.0)
        made += [
            middle + along * speed * steps()[:, None] + side * across * beside[:, None]
            for side in (-1.0, 1.0)
        ]
    return np.array(made)


def spread(random: np.random.Generator) -> Plane:
    """Twenty aircraft, each with two turns of half a minute."""
    course = np.repeat(random.uniform(0.0, 2.0 * np.pi, (20, 1)), len(steps()), axis=1)
    for each in course:
        for begin in random.uniform(-90.0, 60.0, 2):
            turning = (steps() > begin) & (steps() < begin + 30.0)
            each += np.cumsum(
                turning * random.choice([-1, 1]) * np.radians(random.uniform(1.0, 3.0)) * STEP_S
            )
    velocity = courses(course) * random.uniform(150.0, 250.0, (20, 1, 1))
    return random.uniform(-50e3, 50e3, (20, 1, 2)) + np.cumsum(velocity * STEP_S, axis=1)


FLIGHTS = {"crossing": crossing, "formation": formation, "parting": parting}


def on_earth(plane: Plane) -> Paths:
    """The paths in ECEF; velocities by differences."""
    lat, lon = on_sphere(plane[..., 0], plane[..., 1], CENTRE)
    position = np.stack(pymap3d.geodetic2ecef(lat, lon, np.full(lat.shape, HEIGHT_M)), axis=-1)
    return Paths(position, np.gradient(position, STEP_S, axis=1))


def watch(options: Options, paths: Paths, random: np.random.Generator) -> tuple[Detections, Sensors]:
    """Plots of all radars."""
    radars = place_radars(options)
    plots = [observe(options, paths, radar, random) for radar in radars]
    names = np.array([f"object{k}" for k in range(len(paths.position_m))])
    table = detections_table(names, radars, plots)
    columns = {name: [radar.get(name, np.nan) for radar in radars] for name in radars[0]}
    numbers = {name: np.array(made) for name, made in columns.items() if not isinstance(made[0], str)}
    text = {name: made for name, made in columns.items() if isinstance(made[0], str)}
    return from_arrow(Detections, table, "scene"), Sensors.of(**text, **numbers)


def score(paths: Paths, detections: Detections, sensors: Sensors, associator: str) -> np.ndarray:
    """GOSPA in m, missed, false, numbers changed, changed for good, and seconds of processor time."""
    tracker, last = Tracker(sensors, associator=associator), 0
    objects = len(paths.position_m)
    number = first = np.full(objects, -1)
    figures, changed, seconds = [], 0, 0.0
    for since_s in np.arange(EVERY_S, DURATION_S, EVERY_S):
        until = int(np.searchsorted(detections.time, START_S + since_s, side="right"))
        began_s = time.process_time()
        tracker.process(detections.take(slice(last, until)))
        tracks = tracker.picture(START_S + since_s, "here")
        seconds += time.process_time() - began_s
        last = until
        there = np.column_stack(pymap3d.geodetic2ecef(tracks.lat_deg, tracks.lon_deg, tracks.alt_m))
        truth = paths.at(np.arange(objects), np.full(objects, since_s))
        apart = np.linalg.norm(truth[:, None] - there[None], axis=2)
        row, column = linear_sum_assignment(np.minimum(apart, CUTOFF_M) ** 2)
        near = apart[row, column] < CUTOFF_M
        row, column = row[near], column[near]
        missed, false = objects - len(row), len(there) - len(row)
        metric = np.sqrt((apart[row, column] ** 2).sum() + 0.5 * CUTOFF_M**2 * (missed + false))
        figures.append((metric, missed, false))
        changed += np.count_nonzero((number[row] >= 0) & (number[row] != tracks.track[column]))
        number = number.copy()
        number[row] = tracks.track[column]
        if since_s == SETTLED_S:
            first = number
    for_good = np.count_nonzero((first >= 0) & (number != first))
    return np.array([*np.mean(figures, axis=0), changed, for_good, seconds])


def main() -> None:
    """Print one line for each scene and associator."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--scenes", nargs="+", choices=SCENES, default=list(SCENES))
    given = parser.parse_args()
    print("| scene | associator | GOSPA | missed, false | changed | for good | processor time |")
    print("|---|---|---:|---|---:|---:|---:|")
    for name in given.scenes:
        figures: dict[str, list[np.ndarray]] = {associator: [] for associator in ASSOCIATORS}
        for seed in range(given.draws):
            random = np.random.default_rng([seed, list(SCENES).index(name)])
            paths = on_earth(FLIGHTS.get(name, spread)(random))
            options = Options(objects=len(paths.position_m), duration_s=DURATION_S, **SCENES[name])
            detections, sensors = watch(options, paths, random)
            for associator, made in figures.items():
                made.append(score(paths, detections, sensors, associator))
        for associator, made in figures.items():
            mean = np.mean(made, axis=0)
            print(
                f"| {name} | {associator} | {mean[0]:,.0f} m | {mean[1]:.2f}, {mean[2]:.2f} "
                f"| {mean[3]:.1f} | {mean[4]:.1f} | {mean[5]:.2f} s |",
                flush=True,
            )


if __name__ == "__main__":
    main()
