"""Make scenes for `kizuna track` with nothing of Kizuna in them: truth, plots and sensors as plain files.

The geodesy is pymap3d's, the rest NumPy, so that a mistake in Kizuna can't hide behind the same mistake here.

What a scene holds, and why:

- **Objects** spread evenly over a square whose area grows with their number: one aircraft per 700 km², about
  the density of en-route airspace over the middle of Europe at a busy hour, so that the cost of a plot can be
  compared between 100 and 100,000 objects. All fly at 8 to 12 km, level, climbing or descending, at 100 to
  280 m/s, along geodesics, and turn at 1 to 3 degrees a second for about an eighth of their time; those that
  leave the square turn back to it. They are integrated on the ellipsoid.
- **Radars** that rotate in 4 to 10 s and see each object when the beam crosses it: slant range, azimuth and
  elevation with Gaussian noise. The probability of detection is the same at all ranges up to `max_range_m`
  (about 470 km). They stand on hills of 1,000 m, from where everything at 8 km and above is over the radio
  horizon out to there, so no horizon is computed. A 2-D radar gives the height from Mode C instead of the
  elevation. Between them they see all of the square.
- **Clutter**, a given share of all plots, spread evenly over each radar's area and the heights of 7 to 13 km:
  harder than clutter near the ground, which a tracker could throw away by height.
- **ADS-B** on request: positions with an identity, once a second.

All parameters are notional.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pymap3d

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.flights import SPHERE_M, STEP_S, Paths, Square, fly, on_sphere

START_S = 1_750_000_000.0
AREA_PER_OBJECT_M2 = 700e6
CLUTTER_LOWEST_M, CLUTTER_HIGHEST_M = 7_000.0, 13_000.0
RADAR_REACH_M = 470_000.0
RADAR_HEIGHT_M = 1_000.0
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Options:
    """What a scene is to hold; see the arguments of the command."""

    objects: int = 1_000
    radars: int = 3
    radars_2d: int = 0
    adsb: bool = False
    duration_s: float = 120.0
    clutter: float = 0.05
    pd: float = 0.9
    sigma_range_m: float = 50.0
    sigma_azimuth_deg: float = 0.08
    sigma_elevation_deg: float = 0.1
    truth_every_s: float = 1.0
    seed: int = 1

    @property
    def square(self) -> Square:
        """Where the objects fly; a very wide square is kept away from the pole."""
        width_m = float(np.sqrt(self.objects * AREA_PER_OBJECT_M2))
        return Square(width_m, (48.0, 9.0) if width_m < 4e6 else (5.0, 20.0))


def place_radars(options: Options) -> list[dict]:
    """Radars in the middles of equal parts of the square (Lloyd's algorithm); between them they see all."""
    side = max(24, 4 * int(np.sqrt(options.radars)))
    ticks = (np.arange(side) + 0.5) / side - 0.5
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    golden = (np.arange(options.radars) + 0.5)[:, None] * np.array([0.754_877_666, 0.569_840_291])
    sites = (golden + 0.5) % 1.0 - 0.5
    for _ in range(60):
        nearest = np.argmin(((grid[:, None] - sites[None]) ** 2).sum(axis=-1), axis=1)
        for k in range(options.radars):
            if (nearest == k).any():
                sites[k] = grid[nearest == k].mean(axis=0)
    apart = np.sqrt(((grid[:, None] - sites[None]) ** 2).sum(axis=-1)) * options.square.width_m
    needed = apart.min(axis=1).max() * 1.05 + 25_000.0
    useful = apart.max() + 25_000.0
    reach = float(np.round(max(needed, min(RADAR_REACH_M, useful)), -3))
    lat, lon = on_sphere(*(sites.T * options.square.width_m), options.square.centre)
    return [_radar(options, k, float(lat[k]), float(lon[k]), reach) for k in range(options.radars)]


def _radar(options: Options, k: int, lat_deg: float, lon_deg: float, reach_m: float) -> dict:
    flat = k >= options.radars - options.radars_2d
    height = {"sigma_altitude_m": 15.0} if flat else {"sigma_elevation_deg": options.sigma_elevation_deg}
    return {
        "sensor": f"radar{k + 1:03d}",
        "nation": "XYZ",
        "kind": "radar",
        "lat_deg": round(lat_deg, 6),
        "lon_deg": round(lon_deg, 6),
        "alt_m": RADAR_HEIGHT_M,
        "sigma_range_m": options.sigma_range_m,
        "sigma_azimuth_deg": options.sigma_azimuth_deg,
        **height,
        "max_range_m": reach_m,
        "period_s": (5.0, 8.0, 4.0, 10.0, 6.0)[k % 5],
        "pd": options.pd,
        "clutter_per_scan": 0.0,
    }


def observe(options: Options, paths: Paths, radar: dict, random: np.random.Generator) -> Columns:
    """Plots of one radar, clutter included; writes the mean clutter of one scan into `radar`."""
    site = (radar["lat_deg"], radar["lon_deg"], radar["alt_m"])
    phase = random.random()
    objects, since_start = _crossings(options, paths, radar, site, phase)
    azimuth, elevation, distance = pymap3d.ecef2aer(*paths.at(objects, since_start).T, *site)
    seen = (random.random(len(objects)) < options.pd) & (distance <= radar["max_range_m"])
    objects, since_start = objects[seen], since_start[seen]
    alt = pymap3d.ecef2geodetic(*paths.at(objects, since_start).T)[2]
    false = _clutter(options, radar, site, len(objects), phase, random)
    radar["clutter_per_scan"] = round(
        len(objects) * options.clutter / (1.0 - options.clutter) * radar["period_s"] / options.duration_s, 4
    )
    count, nothing = len(objects), len(false["time"])
    azimuth = azimuth[seen] + random.normal(0.0, radar["sigma_azimuth_deg"], count)
    made = {
        "time": np.concatenate([since_start, false["time"]]),
        "range_m": np.concatenate(
            [distance[seen] + random.normal(0.0, radar["sigma_range_m"], count), false["range_m"]]
        ),
        "azimuth_deg": np.concatenate([azimuth, false["azimuth_deg"]]) % 360.0,
        "object": np.concatenate([objects, np.full(nothing, -1)]),
    }
    if "sigma_elevation_deg" in radar:
        noisy = elevation[seen] + random.normal(0.0, radar["sigma_elevation_deg"], count)
        made["elevation_deg"] = np.concatenate([noisy, false["elevation_deg"]])
    else:
        # Clutter answers no interrogation, so it has no Mode C.
        noisy = alt + random.normal(0.0, radar["sigma_altitude_m"], count)
        made["alt_m"] = np.concatenate([noisy, np.full(nothing, np.nan)])
    return made


def _crossings(options, paths, radar, site, phase) -> tuple[np.ndarray, np.ndarray]:
    """Which object the beam crosses, and when: once for each turn of the beam about the radar."""
    first = paths.position_m[:, 0]
    near = np.linalg.norm(first - np.array(pymap3d.geodetic2ecef(*site)), axis=1)
    objects = np.flatnonzero(near < radar["max_range_m"] + 300.0 * options.duration_s)
    azimuth = np.unwrap(
        pymap3d.ecef2aer(*np.moveaxis(paths.position_m[objects], -1, 0), *site)[0], period=360.0
    )
    steps = np.arange(azimuth.shape[1]) * STEP_S
    turns = steps[None] / radar["period_s"] + phase - azimuth / 360.0
    whole = np.floor(turns)
    row, step = np.nonzero(whole[:, 1:] > whole[:, :-1])
    fraction = (whole[row, step + 1] - turns[row, step]) / (turns[row, step + 1] - turns[row, step])
    when = (step + fraction) * STEP_S
    inside = when < options.duration_s
    return objects[row[inside]], when[inside]


def _clutter(options, radar, site, true_plots, phase, random) -> Columns:
    count = random.poisson(true_plots * options.clutter / (1.0 - options.clutter))
    ground = radar["max_range_m"] * np.sqrt(random.random(count))
    azimuth = random.uniform(0.0, 360.0, count)
    height = random.uniform(CLUTTER_LOWEST_M, CLUTTER_HIGHEST_M, count)
    scans = random.integers(0, max(1, int(options.duration_s / radar["period_s"])), count)
    # The chord between two heights over a sphere, and its slope at the radar.
    angle, r0, r1 = ground / SPHERE_M, SPHERE_M + site[2], SPHERE_M + height
    level, up = r1 * np.sin(angle), r1 * np.cos(angle) - r0
    return {
        "time": (scans + (azimuth / 360.0 - phase) % 1.0) * radar["period_s"],
        "range_m": np.hypot(level, up),
        "azimuth_deg": azimuth,
        "elevation_deg": np.degrees(np.arctan2(up, level)),
    }


def listen(options: Options, paths: Paths, random: np.random.Generator) -> tuple[dict, Columns]:
    """One ADS-B network that hears everybody once a second, each at a moment of its own."""
    sensor = {
        "sensor": "adsb",
        "nation": "XYZ",
        "kind": "position",
        "sigma_position_m": 15.0,
        "sigma_altitude_m": 15.0,
        "period_s": 1.0,
        "pd": 0.95,
        "clutter_per_scan": 0.0,
    }
    seconds = np.arange(int(options.duration_s))
    when = (seconds[None] + random.random(options.objects)[:, None]).ravel()
    objects = np.repeat(np.arange(options.objects), len(seconds))
    heard = (random.random(len(when)) < sensor["pd"]) & (when < options.duration_s)
    objects, when = objects[heard], when[heard]
    lat, lon, alt = pymap3d.ecef2geodetic(*paths.at(objects, when).T)
    north, east, up = random.normal(0.0, 15.0, (3, len(when)))
    lat = lat + np.degrees(north / SPHERE_M)
    lon = lon + np.degrees(east / (SPHERE_M * np.cos(np.radians(lat))))
    return sensor, {"time": when, "lat_deg": lat, "lon_deg": lon, "alt_m": alt + up, "object": objects}


def detections_table(names: np.ndarray, sensors: list[dict], plots: list[Columns]) -> pa.Table:
    """All plots in order of time, in the columns of a detections file, text as plain strings."""
    time = np.concatenate([plot["time"] for plot in plots])
    order = np.argsort(time, kind="stable")
    source = np.repeat(np.arange(len(sensors)), [len(plot["time"]) for plot in plots])[order]
    objects = np.concatenate([plot["object"] for plot in plots])[order]
    kinds = np.array([sensor["kind"] for sensor in sensors])
    says_who = (kinds[source] == "position") & (objects >= 0)
    columns = {
        "time": pa.array(START_S + time[order]),
        "sensor": _text(source, [sensor["sensor"] for sensor in sensors]),
        "kind": _text(source, kinds),
    }
    numbers = ("range_m", "azimuth_deg", "elevation_deg", "range_rate_mps", "lat_deg", "lon_deg", "alt_m")
    for name in numbers:
        values = [plot.get(name, np.full(len(plot["time"]), np.nan)) for plot in plots]
        columns[name] = pa.array(np.concatenate(values)[order], from_pandas=True)
    columns["identity"] = _text(
        np.where(says_who, objects, -1), [f"{0x400000 + k:06x}" for k in range(len(names))]
    )
    columns["object"] = _text(objects, names)
    return pa.table(columns)


def truth_table(options: Options, names: np.ndarray, paths: Paths) -> pa.Table:
    """Where every object is at regular times."""
    times = np.arange(0.0, options.duration_s + 1e-9, options.truth_every_s)
    objects = np.tile(np.arange(options.objects), len(times))
    since_start = np.repeat(times, options.objects)
    step = np.minimum((since_start / STEP_S).astype(np.int64), paths.position_m.shape[1] - 2)
    share = (since_start / STEP_S - step)[:, None]
    velocity = (1 - share) * paths.velocity_mps[objects, step] + share * paths.velocity_mps[objects, step + 1]
    lat, lon, alt = pymap3d.ecef2geodetic(*paths.at(objects, since_start).T)
    east, north, up = pymap3d.ecef2enuv(*velocity.T, lat, lon)
    numbers = {"lat_deg": lat, "lon_deg": lon, "alt_m": alt, "ve_mps": east, "vn_mps": north, "vu_mps": up}
    return pa.table(
        {
            "time": pa.array(START_S + since_start),
            "object": _text(objects, names),
            "kind": _text(np.zeros(len(objects), np.int64), ["aircraft"]),
            "nation": _text(np.full(len(objects), -1), ["XYZ"]),
            **{name: pa.array(values) for name, values in numbers.items()},
        }
    )


def _text(codes: np.ndarray, names) -> pa.Array:
    """Plain strings from codes; -1 is null."""
    coded = pa.array(np.asarray(codes, np.int32), mask=np.asarray(codes) < 0)
    return pa.DictionaryArray.from_arrays(coded, pa.array(list(names), pa.string())).cast(pa.string())


def sensors_yaml(sensors: list[dict]) -> str:
    """The sensors as YAML that any reader reads."""
    blocks = []
    for sensor in sensors:
        lines = [f"{key}: {value}" for key, value in sensor.items()]
        blocks.append("  - " + "\n    ".join(lines))
    return "sensors:\n" + "\n".join(blocks) + "\n"


def make_scene(options: Options) -> tuple[pa.Table, list[dict], pa.Table]:
    """Detections, sensors and truth of a scene; the same options give the same scene."""
    flying, *looking, listening = np.random.SeedSequence(options.seed).spawn(options.radars + 2)
    paths = fly(options.objects, options.duration_s, options.square, np.random.default_rng(flying))
    sensors = place_radars(options)
    plots = [
        observe(options, paths, radar, np.random.default_rng(seed))
        for radar, seed in zip(sensors, looking, strict=True)
    ]
    if options.adsb:
        sensor, heard = listen(options, paths, np.random.default_rng(listening))
        sensors.append(sensor)
        plots.append(heard)
    names = np.array([f"object{k + 1:06d}" for k in range(options.objects)])
    return detections_table(names, sensors, plots), sensors, truth_table(options, names, paths)


def write_scene(options: Options, folder: Path | str) -> Path:
    """Write detections.parquet, sensors.yaml and truth.parquet into a folder, which is made if need be."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    detections, sensors, truth = make_scene(options)
    pq.write_table(detections, folder / "detections.parquet")
    pq.write_table(truth, folder / "truth.parquet")
    (folder / "sensors.yaml").write_text(sensors_yaml(sensors), encoding="utf-8")
    return folder


def main() -> None:
    """Read the arguments, write the scene, say what is in it."""
    parser = argparse.ArgumentParser(
        description="Make a scene: detections.parquet, sensors.yaml, truth.parquet."
    )
    parser.add_argument("--objects", type=int, default=1_000)
    parser.add_argument("--radars", type=int, help="default: 3 for each 1,000 objects, 3 at least")
    parser.add_argument("--radars-2d", type=int, default=0, help="how many of them are 2-D with Mode C")
    parser.add_argument("--adsb", action="store_true", help="add positions once a second")
    parser.add_argument("--duration", type=float, default=120.0, help="seconds")
    parser.add_argument("--clutter", type=float, default=0.05, help="share of all radar plots")
    parser.add_argument("--pd", type=float, default=0.9, help="probability of detection")
    parser.add_argument("--truth-every", type=float, default=1.0, help="seconds between rows of the truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder")
    given = parser.parse_args()
    options = Options(
        objects=given.objects,
        radars=given.radars or radars_for(given.objects),
        radars_2d=given.radars_2d,
        adsb=given.adsb,
        duration_s=given.duration,
        clutter=given.clutter,
        pd=given.pd,
        truth_every_s=given.truth_every,
        seed=given.seed,
    )
    folder = write_scene(options, given.out)
    rows = pq.read_metadata(folder / "detections.parquet").num_rows
    print(f"{folder}: {rows:,} detections of {options.objects:,} objects by {options.radars} radars")


def radars_for(objects: int) -> int:
    """Number of radars that keeps the number of radars over each place the same: 3 for each 1,000 objects."""
    return max(3, round(3 * objects / 1_000))


if __name__ == "__main__":
    main()
