"""Make the small scenes of `track_accuracy.py`, family by family, with nothing of a tracker in them.

All plots of a radar's turn bear one time, for that is how Stone Soup's trackers take them, and each scene
says which plots are of one turn. The sensors' figures are true, but for the biases of the family of that
name. The air moves aircraft by 1 m/s in 20 s (0.5 m/s up and down), as light turbulence does. Clutter is
spread evenly over each radar's disc and the family's heights. All parameters are notional.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pymap3d
from benchmarks.ballistics import fall
from benchmarks.flights import STEP_S, Paths, on_sphere, steer
from benchmarks.scenes import START_S, detections_table

CENTRE = (48.0, 9.0)
WANDER_MPS, WANDER_S = np.array([1.0, 1.0, 0.5]), 20.0


@dataclass(frozen=True)
class Air:
    """What a family's sky and radars are like."""

    duration_s: float
    half_width_m: float
    heights_m: tuple[float, float]
    """Of the clutter."""
    radars: int
    period_s: float
    pd: float = 0.9
    clutter: float = 0.1
    """False plots for each true one."""
    sigma_range_m: float = 50.0
    sigma_azimuth_deg: float = 0.15
    sigma_elevation_deg: float = 0.2
    reach_m: float = 100_000.0
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Range in m, azimuth in degrees and clock in s by which every other radar is off, to either side."""
    late_s: float = 0.0
    """Every third radar's plots come up to this late."""
    cutoff_m: float = 1_000.0


@dataclass(frozen=True)
class Scene:
    """Plots in order of time, when they came, who made them, and the truth."""

    air: Air
    sensors: list[dict]
    detections: pa.Table
    came_s: np.ndarray
    """(N,) when each plot comes."""
    turn: np.ndarray
    """(N,) number of the radar's turn, unique over all radars, in order of time."""
    density_m3: float
    """False plots for each m³ in a turn: the mean of all radars."""
    paths: Paths
    last_s: np.ndarray
    """(n,) how long each object is there, since the start."""

    def truth(self, time_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Numbers (n,) of the objects there at a time, and their ECEF places and velocities (n, 6)."""
        since = time_s - START_S
        objects = np.flatnonzero(self.last_s >= since)
        when = np.full(len(objects), since)
        place = self.paths.at(objects, when)
        before, after = self.paths.at(objects, when - 0.05), self.paths.at(objects, when + 0.05)
        return objects, np.hstack([place, (after - before) / 0.1])


def _wander(n: int, steps: int, random: np.random.Generator) -> np.ndarray:
    keep = np.exp(-STEP_S / WANDER_S)
    air = np.empty((n, steps, 3))
    air[:, 0] = random.normal(size=(n, 3))
    for step in range(1, steps):
        air[:, step] = keep * air[:, step - 1] + np.sqrt(1.0 - keep**2) * random.normal(size=(n, 3))
    return air * WANDER_MPS


def _legs(
    n: int, steps: int, random: np.random.Generator, straight_s, bent_s, draw: Callable[[], float]
) -> np.ndarray:
    """(n, steps) of zeros for a time out of one range and drawn values for one out of the other, in turns."""
    made = np.zeros((n, steps))
    for k in range(n):
        at = int(random.uniform(0.0, straight_s[1]))
        while at < steps:
            bent = max(int(random.uniform(*bent_s)), 1)
            made[k, at : at + bent] = draw()
            at += bent + max(int(random.uniform(*straight_s)), 1)
    return made


def _somewhere(air: Air, n: int, heights_m, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    lat, lon = on_sphere(*random.uniform(-air.half_width_m, air.half_width_m, (2, n)), CENTRE)
    return lat, lon, random.uniform(*heights_m, n), random.uniform(0.0, 360.0, n)


def _sign(random: np.random.Generator) -> float:
    return float(random.choice([-1.0, 1.0]))


def cruising(
    air: Air, n: int, random: np.random.Generator, turning: bool = False
) -> tuple[Paths, np.ndarray]:
    """Airliners straight and level, or turning (1 to 3 degrees a second) and climbing now and then."""
    steps = int(air.duration_s / STEP_S) + 3
    speed = np.repeat(random.uniform(200.0, 260.0, n)[:, None], steps, axis=1)
    turn = climb = np.zeros((n, steps))
    if turning:
        turn = _legs(
            n, steps, random, (40.0, 240.0), (10.0, 30.0), lambda: _sign(random) * random.uniform(1, 3)
        )
        climb = _legs(n, steps, random, (40.0, 240.0), (30.0, 60.0), lambda: random.uniform(-10.0, 10.0))
    start = _somewhere(air, n, (8_500.0, 11_500.0), random)
    return steer(start, speed, turn, climb, _wander(n, steps, random)), np.full(n, np.inf)


def arriving(air: Air, n: int, random: np.random.Generator) -> tuple[Paths, np.ndarray]:
    """Pairs that cross at one height within some 200 m, turn and descend: a terminal area."""
    steps = int(air.duration_s / STEP_S) + 3
    pairs = n // 2
    meet_s = np.repeat(random.uniform(25.0, air.duration_s - 30.0, pairs), 2)
    x, y = np.repeat(random.uniform(-air.half_width_m, air.half_width_m, (2, pairs)), 2, axis=1)
    height = np.repeat(random.uniform(1_500.0, 5_500.0, pairs), 2) + random.normal(0.0, 60.0, n)
    course = np.repeat(random.uniform(0.0, 360.0, pairs), 2)
    course[1::2] += random.uniform(10.0, 60.0, pairs) * random.choice([-1.0, 1.0], pairs)
    speed = random.uniform(90.0, 150.0, n)
    x = x + random.normal(0.0, 150.0, n) - meet_s * speed * np.sin(np.radians(course))
    y = y + random.normal(0.0, 150.0, n) - meet_s * speed * np.cos(np.radians(course))
    since = np.arange(steps)[None]
    turn = _legs(n, steps, random, (20.0, 60.0), (10.0, 30.0), lambda: 3.0 * _sign(random))
    # Nobody turns before the crossing, or there would be none.
    turn = np.where(since > meet_s[:, None] + random.uniform(5.0, 20.0, n)[:, None], turn, 0.0)
    climb = np.repeat(np.repeat(random.uniform(-6.0, 4.0, pairs), 2)[:, None], steps, axis=1)
    height = height - climb[:, 0] * meet_s
    lat, lon = on_sphere(x, y, CENTRE)
    start = lat, lon, height, course
    speeds = np.repeat(speed[:, None], steps, axis=1)
    return steer(start, speeds, turn, climb, _wander(n, steps, random)), np.full(n, np.inf)


def fighting(air: Air, n: int, random: np.random.Generator) -> tuple[Paths, np.ndarray]:
    """Turns at 1 to 3 g and climbs at up to 60 m/s, half of the time."""
    steps = int(air.duration_s / STEP_S) + 3
    speed = random.uniform(180.0, 300.0, n)
    g = _legs(n, steps, random, (5.0, 20.0), (5.0, 15.0), lambda: _sign(random) * random.uniform(1.0, 3.0))
    turn = np.degrees(9.80665 * g / speed[:, None])
    climb = _legs(n, steps, random, (10.0, 30.0), (5.0, 15.0), lambda: random.uniform(-60.0, 60.0))
    start = _somewhere(air, n, (5_000.0, 9_000.0), random)
    speeds = np.repeat(speed[:, None], steps, axis=1)
    return steer(start, speeds, turn, climb, _wander(n, steps, random)), np.full(n, np.inf)


def place_radars(air: Air, random: np.random.Generator) -> list[dict]:
    """Radars on a circle about the middle, as far out as the square's sides."""
    angle = 2.0 * np.pi * (np.arange(air.radars) / air.radars + random.random())
    lat, lon = on_sphere(*(air.half_width_m * np.array([np.sin(angle), np.cos(angle)])), CENTRE)
    return [
        {
            "sensor": f"radar{k + 1}",
            "nation": "XYZ",
            "kind": "radar",
            "lat_deg": float(lat[k]),
            "lon_deg": float(lon[k]),
            "alt_m": 500.0,
            "sigma_range_m": air.sigma_range_m,
            "sigma_azimuth_deg": air.sigma_azimuth_deg,
            "sigma_elevation_deg": air.sigma_elevation_deg,
            "max_range_m": air.reach_m,
            "period_s": air.period_s,
            "pd": air.pd,
            "clutter_per_scan": 0.0,
        }
        for k in range(air.radars)
    ]


def watch(
    air: Air, radar: dict, number: int, paths: Paths, last_s: np.ndarray, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """One radar's plots, turn by turn; its mean clutter is written into it."""
    site = (radar["lat_deg"], radar["lon_deg"], radar["alt_m"])
    phase_s = air.period_s * (number / air.radars + random.uniform(0.0, 0.2))
    times = np.arange(phase_s, air.duration_s, air.period_s)
    n = len(paths.position_m)
    radar["clutter_per_scan"] = n * air.pd * air.clutter
    off = np.array(air.bias) * (random.choice([-1.0, 1.0], 3) if number % 2 else 0.0)
    made = []
    for turn, time_s in enumerate(times):
        objects = np.flatnonzero((random.random(n) < air.pd) & (last_s >= time_s))
        true = np.array(pymap3d.ecef2aer(*paths.at(objects, np.full(len(objects), time_s)).T, *site))
        seen = true[2] <= air.reach_m
        objects, true = objects[seen], true[:, seen]
        true += random.normal(size=true.shape) * np.array(
            [[air.sigma_azimuth_deg], [air.sigma_elevation_deg], [air.sigma_range_m]]
        )
        true += np.array([[off[1]], [0.0], [off[0]]])
        false = np.array(_false(air, site, random.poisson(radar["clutter_per_scan"]), random))
        both = np.hstack([true, false])
        count = both.shape[1]
        made.append(
            {
                "time": np.full(count, time_s + off[2]),
                "range_m": both[2],
                "azimuth_deg": both[0] % 360.0,
                "elevation_deg": both[1],
                "object": np.concatenate([objects, np.full(false.shape[1], -1)]),
                "came": np.full(count, time_s + off[2]),
                "turn": np.full(count, turn * air.radars + number),
            }
        )
    plots = {name: np.concatenate([each[name] for each in made]) for name in made[0]}
    if number % 3 == 2:
        plots["came"] += random.uniform(0.0, air.late_s, len(plots["came"]))
    return plots


def _false(air: Air, site, count: int, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Azimuth, elevation, range of false plots."""
    ground = air.reach_m * np.sqrt(random.random(count))
    azimuth = random.uniform(0.0, 2.0 * np.pi, count)
    height = random.uniform(*air.heights_m, count)
    lat, lon = on_sphere(ground * np.sin(azimuth), ground * np.cos(azimuth), site[:2])
    return pymap3d.ecef2aer(*pymap3d.geodetic2ecef(lat, lon, height), *site)


Fly = Callable[[Air, np.random.Generator], tuple[Paths, np.ndarray]]

FAMILIES: dict[str, tuple[Air, Fly]] = {
    "cruise": (
        Air(120.0, 60_000.0, (7_000.0, 13_000.0), radars=3, period_s=6.0, reach_m=150_000.0),
        lambda air, random: cruising(air, 10, random),
    ),
    "terminal": (
        Air(90.0, 12_000.0, (500.0, 6_500.0), radars=2, period_s=4.0, reach_m=60_000.0),
        lambda air, random: arriving(air, 16, random),
    ),
    "manoeuvre": (
        Air(90.0, 30_000.0, (4_000.0, 10_000.0), radars=2, period_s=4.0),
        lambda air, random: fighting(air, 10, random),
    ),
    "clutter": (
        Air(60.0, 25_000.0, (7_000.0, 13_000.0), radars=2, period_s=4.0, clutter=10.0, reach_m=60_000.0),
        lambda air, random: cruising(air, 6, random, turning=True),
    ),
    "low pd": (
        Air(120.0, 40_000.0, (7_000.0, 13_000.0), radars=2, period_s=6.0, pd=0.6, clutter=0.5),
        lambda air, random: cruising(air, 10, random, turning=True),
    ),
    "biased": (
        Air(
            120.0,
            40_000.0,
            (7_000.0, 13_000.0),
            radars=6,
            period_s=8.0,
            bias=(300.0, 0.3, 0.5),
            late_s=20.0,
        ),
        lambda air, random: cruising(air, 12, random, turning=True),
    ),
    "ballistic": (
        Air(
            120.0,
            100_000.0,
            (5_000.0, 100_000.0),
            radars=2,
            period_s=3.0,
            sigma_azimuth_deg=0.03,
            sigma_elevation_deg=0.03,
            reach_m=600_000.0,
        ),
        lambda air, random: fall(6, air.duration_s, CENTRE, air.half_width_m, random),
    ),
}


def make(family: str, seed: int) -> Scene:
    """One scene of a family; the same seed gives the same scene."""
    air, fly = FAMILIES[family]
    flying, placing, *looking = (
        np.random.default_rng(each)
        for each in np.random.SeedSequence([seed, *family.encode()]).spawn(air.radars + 2)
    )
    paths, last_s = fly(air, flying)
    sensors = place_radars(air, placing)
    plots = [
        watch(air, radar, k, paths, last_s, random)
        for k, (radar, random) in enumerate(zip(sensors, looking, strict=True))
    ]
    names = np.array([f"object{k + 1}" for k in range(len(paths.position_m))])
    order = np.argsort(np.concatenate([each["time"] for each in plots]), kind="stable")
    volume = np.pi * air.reach_m**2 * (air.heights_m[1] - air.heights_m[0])
    return Scene(
        air,
        sensors,
        detections_table(names, sensors, plots),
        START_S + np.concatenate([each["came"] for each in plots])[order],
        np.concatenate([each["turn"] for each in plots])[order],
        sensors[0]["clutter_per_scan"] / volume,
        paths,
        last_s,
    )
