"""Measure what each set of models of motion makes of each kind of sky: `kizuna track --motion`.

    python benchmarks/motions.py            # the table, a few minutes
    python benchmarks/motions.py --quick    # does it run?

Four radars that turn in 4 to 10 s (50 m, 0.08 and 0.1 degrees, probability of detection 0.9, one plot in
twenty false; `scenes.py`) watch 30 objects for two minutes, of five kinds: airliners en route (straight,
level), near airports (turns at 1 to 3 degrees a second, climbs), aircraft that turn at 1 to 3 g half of the
time and climb at up to 60 m/s, balloons in winds of 20 m/s of which half begin to rise, and bodies in free
flight at 1 to 2 km/s. Pictures each 4 s, the first 20 s left out, paired within 2 km. Root mean squares of
position and velocity; mean normalised squared error of their six components (6 where tracks are as good as
they say) with 1.96 standard errors over the seeds; share of the objects that have a track. The truth and the
plots have nothing of Kizuna in them; all parameters are notional.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pymap3d
from scipy.integrate import solve_ivp

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.ballistics import acceleration
from benchmarks.flights import STEP_S, Paths, _rates, _velocity_ecef, on_sphere
from benchmarks.scenes import START_S, Options, detections_table, observe, place_radars, sensors_yaml

from kizuna.cli.tables import read_table
from kizuna.geo.frames import enu_basis, geodetic_to_ecef
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks
from kizuna.models.sets import MOTIONS
from kizuna.scenario.read import read_sensors
from kizuna.tracking.tracker import Tracker

OPTIONS = Options(objects=30, radars=4)
GATE_M = 2_000.0
EVERY_S, FIRST_S = 4.0, 20.0
HIGH_AIR = (1.754, 1.0 / 1.491e-4)
"""Above 10 km, where free flight is tracked: kg/m³ at sea level and scale height in m."""


def steered(
    random: np.random.Generator, speed_mps, turn_dps, climb_mps, heights_m=(8_000.0, 12_000.0)
) -> Paths:
    """Objects that fly at (n,) speeds and turn and climb as told, (n, steps), by the midpoint rule."""
    count, steps = turn_dps.shape
    half_m = 0.5 * OPTIONS.square.width_m
    lat, lon = on_sphere(*random.uniform(-half_m, half_m, (2, count)), OPTIONS.square.centre)
    alt, course = random.uniform(*heights_m, count), random.uniform(0.0, 360.0, count)
    place, velocity = np.empty((count, steps, 3)), np.empty((count, steps, 3))
    for k in range(steps):
        place[:, k] = np.column_stack(pymap3d.geodetic2ecef(lat, lon, alt))
        velocity[:, k] = _velocity_ecef(lat, lon, course, speed_mps, climb_mps[:, k])
        rate = _rates(lat, alt, course, speed_mps, turn_dps[:, k])
        half = 0.5 * STEP_S
        north, east, bend = _rates(
            lat + half * rate[0],
            alt + half * climb_mps[:, k],
            course + half * rate[2],
            speed_mps,
            turn_dps[:, k],
        )
        lat, lon, course = lat + north * STEP_S, lon + east * STEP_S, course + bend * STEP_S
        alt = alt + climb_mps[:, k] * STEP_S
    return Paths(place, velocity)


def legs(random: np.random.Generator, rest_s, bent_s, draw) -> np.ndarray:
    """(n, steps): zeros for a time out of one range, a drawn value for one out of the other, and so on."""
    made = np.zeros((OPTIONS.objects, int(OPTIONS.duration_s / STEP_S) + 3))
    for row in made:
        at = int(random.uniform(0.0, rest_s[1]))
        while at < len(row):
            bent = int(random.uniform(*bent_s))
            row[at : at + bent] = draw()
            at += bent + int(random.uniform(*rest_s))
    return made


def side(random: np.random.Generator) -> float:
    """Left or right."""
    return float(random.choice([-1.0, 1.0]))


def en_route(random: np.random.Generator) -> Paths:
    """Straight and level."""
    still = legs(random, (1e3, 1e4), (1, 2), float) * 0.0
    return steered(random, random.uniform(200.0, 260.0, OPTIONS.objects), still, still)


def near_airports(random: np.random.Generator) -> Paths:
    """Turns at 1 to 3 degrees a second, climbs and descents at up to 10 m/s."""
    turn = legs(random, (20.0, 60.0), (10.0, 30.0), lambda: side(random) * random.uniform(1.0, 3.0))
    climb = legs(random, (30.0, 90.0), (30.0, 60.0), lambda: random.uniform(-10.0, 10.0))
    return steered(random, random.uniform(90.0, 200.0, OPTIONS.objects), turn, climb)


def three_g(random: np.random.Generator) -> Paths:
    """Turns at 1 to 3 g for 5 to 15 s at a time, climbs and descents at up to 60 m/s."""
    speed = random.uniform(180.0, 300.0, OPTIONS.objects)
    g = legs(random, (5.0, 20.0), (5.0, 15.0), lambda: side(random) * random.uniform(1.0, 3.0))
    climb = legs(random, (10.0, 30.0), (5.0, 15.0), lambda: random.uniform(-60.0, 60.0))
    return steered(random, speed, np.degrees(9.80665 * g / speed[:, None]), climb)


def balloons(random: np.random.Generator) -> Paths:
    """Drift at some 20 m/s; half of them begin to rise at 5 m/s."""
    still = legs(random, (1e3, 1e4), (1, 2), float) * 0.0
    rising = still + 5.0 * (np.arange(still.shape[1]) > random.uniform(0.0, 240.0, len(still))[:, None])
    return steered(random, np.abs(random.normal(20.0, 5.0, OPTIONS.objects)), still, rising, (9e3, 2e4))


def falling(random: np.random.Generator) -> Paths:
    """Bodies of 3,000 to 10,000 kg/m² from 40 to 60 km up, 40 to 60 degrees steep, by SciPy's DOP853."""
    count, half_m = OPTIONS.objects, 0.5 * OPTIONS.square.width_m
    steps = np.arange(int(OPTIONS.duration_s / STEP_S) + 3) * STEP_S
    lat, lon = on_sphere(*random.uniform(-half_m, half_m, (2, count)), OPTIONS.square.centre)
    made = np.empty((count, len(steps), 6))
    for k in range(count):
        speed, steep = random.uniform(1_000.0, 2_000.0), np.radians(random.uniform(40.0, 60.0))
        course, load = random.uniform(0.0, 2.0 * np.pi), random.uniform(3_000.0, 10_000.0)
        level = speed * np.cos(steep)
        enu = level * np.sin(course), level * np.cos(course), speed * np.sin(steep)
        start = [
            *pymap3d.geodetic2ecef(lat[k], lon[k], random.uniform(40_000.0, 60_000.0)),
            *pymap3d.enu2ecefv(*enu, lat[k], lon[k]),
        ]
        path = solve_ivp(
            lambda _, y, load=load: np.concatenate([y[3:], acceleration(y[:3], y[3:], load, HIGH_AIR)]),
            (0.0, steps[-1]), start, method="DOP853", rtol=1e-10, atol=1e-6, t_eval=steps,
        )  # fmt: skip
        made[k] = path.y.T
    return Paths(made[:, :, :3], made[:, :, 3:])


SKIES = {
    "en route": en_route,
    "near airports": near_airports,
    "3 g": three_g,
    "balloons": balloons,
    "free flight": falling,
}


def write(sky: str, seed: int, folder: Path) -> Paths:
    """Write the plots and the radars of a scene; its truth."""
    flying, *looking = np.random.SeedSequence([seed, *sky.encode()]).spawn(OPTIONS.radars + 1)
    paths = SKIES[sky](np.random.default_rng(flying))
    options = replace(OPTIONS, seed=seed)
    sensors = place_radars(options)
    plots = [
        observe(options, paths, radar, np.random.default_rng(each))
        for radar, each in zip(sensors, looking, strict=True)
    ]
    names = np.array([f"object{k + 1}" for k in range(OPTIONS.objects)])
    table: pa.Table = detections_table(names, sensors, plots)
    pq.write_table(table, folder / "detections.parquet")
    (folder / "sensors.yaml").write_text(sensors_yaml(sensors), encoding="utf-8")
    return paths


def errors(paths: Paths, tracks: Tracks) -> tuple[np.ndarray, np.ndarray, float]:
    """Errors (K, 6) in east, north, up, their covariances (K, 6, 6), and the share with a track."""
    every, upper = np.arange(OPTIONS.objects), np.triu_indices(6)
    made, cov, asked = [], [], 0
    for time_s in np.unique(tracks.time):
        since = time_s - START_S
        if since < FIRST_S or since > OPTIONS.duration_s:
            continue
        now = tracks.take(tracks.time == time_s)
        place = paths.at(every, np.full(len(every), since))
        before, after = (paths.at(every, np.full(len(every), since + d)) for d in (-0.05, 0.05))
        there = geodetic_to_ecef(now.lat_deg, now.lon_deg, now.alt_m)
        apart = np.linalg.norm(place[:, None] - there[None], axis=2)
        row = apart.argmin(axis=1)
        found = np.flatnonzero(apart.min(axis=1) < GATE_M)
        row, asked = row[found], asked + len(every)
        basis = enu_basis(now.lat_deg, now.lon_deg)[row]
        velocity = np.column_stack([now.ve_mps, now.vn_mps, now.vu_mps])[row]
        off = np.einsum("nij,nj->ni", basis, there[row] - place[found])
        made.append(
            np.hstack([off, velocity - np.einsum("nij,nj->ni", basis, (after - before)[found] / 0.1)])
        )
        whole = np.zeros((len(row), 6, 6))
        whole[:, upper[0], upper[1]] = whole[:, upper[1], upper[0]] = now.cov[row]
        cov.append(whole)
    return np.concatenate(made), np.concatenate(cov), sum(map(len, made)) / asked


def pictures(tracker: Tracker, detections: Detections) -> Tracks:
    """As `kizuna track` makes them."""
    made, first = [], 0
    for time_s in START_S + np.arange(EVERY_S, OPTIONS.duration_s + 0.1, EVERY_S):
        last = int(np.searchsorted(detections.time, time_s, side="right"))
        tracker.process(detections.take(slice(first, last)))
        made.append(tracker.picture(float(time_s), "here"))
        first = last
    return Tracks.join(made)


def measure(sky: str, motions: list[str], seeds: int) -> list[str]:
    """The lines of one sky."""
    found: dict[str, list[tuple[np.ndarray, np.ndarray, float]]] = {name: [] for name in motions}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for seed in range(1, seeds + 1):
            paths = write(sky, seed, folder)
            detections = read_table(Detections, folder / "detections.parquet", unread=["object"])
            for name in motions:
                tracker = Tracker(read_sensors(folder / "sensors.yaml"), MOTIONS[name]())
                found[name].append(errors(paths, pictures(tracker, detections)))
    return [line(sky, name, each) for name, each in found.items()]


def line(sky: str, name: str, runs: list[tuple[np.ndarray, np.ndarray, float]]) -> str:
    """One line of the table."""
    error = np.concatenate([each for each, _, _ in runs])
    place_m, speed_mps = (np.sqrt((part**2).sum(axis=1).mean()) for part in (error[:, :3], error[:, 3:]))
    nees = [np.einsum("ni,ni->n", e, np.linalg.solve(p, e[:, :, None])[:, :, 0]).mean() for e, p, _ in runs]
    band = 1.96 * np.std(nees, ddof=1) / np.sqrt(len(nees)) if len(nees) > 1 else np.nan
    held = np.mean([share for _, _, share in runs])
    good = f"{place_m:,.0f} | {speed_mps:.1f} | {np.mean(nees):.2f} ± {band:.2f} | {held:.1%}"
    return f"| {sky} | `{name}` | {good} |"


def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one seed, two sets")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--skies", nargs="+", choices=list(SKIES), default=list(SKIES))
    parser.add_argument("--motions", nargs="+", choices=list(MOTIONS), default=list(MOTIONS))
    given = parser.parse_args()
    if given.quick:
        given.seeds, given.motions = 1, ["civil", "agile"]
    print("| sky | `--motion` | position, m | velocity, m/s | NEES | held |\n|---|---|---:|---:|---:|---:|")
    for sky in given.skies:
        print("\n".join(measure(sky, given.motions, given.seeds)), flush=True)


if __name__ == "__main__":
    main()
