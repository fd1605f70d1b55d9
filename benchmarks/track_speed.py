"""Measure detections a second of `kizuna track` at several sizes, beside Stone Soup, and hold them to goals.

    python benchmarks/track_speed.py            # both tables, a quarter of an hour on an idle machine
    python benchmarks/track_speed.py --quick    # does it run? a minute or two

Kizuna's figure is its own (`--stats`): wall-clock time of the tracker and its pictures, without start-up,
compilation and files; the median of several runs, with the slowest and the fastest. Stone Soup's is the
processor time of its tracker alone, without making its detections and without pictures, so that whatever
else the machine does is to Kizuna's disadvantage. At `--peer-objects` all work off the same plots and are
scored by the same code at the same times (`gospa.py`, cut-off 1,000 m), the beginning included, when no
track is confirmed yet. The scenes are those of `scenes.py`, Stone Soup's set-up that of `stonesoup_peer.py`.
The second table, of `track_goals.py`, is of single configurations on one core, but for the line of two cores.
"""

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

# Matrices of 6x6: threads only cost time, and would count as processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.gospa import Gospa, mean_gospa
from benchmarks.pictures import tracks_at, truth_at
from benchmarks.scenes import Options, place_radars, radars_for
from benchmarks.track_goals import Bench, Goal, goals

from benchmarks import stonesoup_peer, track_goals

EVERY_S = 4.0
"""Seconds between pictures: a multiple of every window in which Stone Soup works."""
PEERS = {
    "Stone Soup, polar EKF": stonesoup_peer.POLAR,
    "Stone Soup, converted": stonesoup_peer.CONVERTED,
    "Stone Soup, fastest": stonesoup_peer.FASTEST,
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    tracker: str
    objects: int
    detections: int
    per_s: float
    spread: str
    peak_mb: float | None
    score: Gospa
    ratio: float | None = None
    reading: float = 0.0
    """Share of the time that reading the file takes."""


def kizuna_command() -> str:
    """The command `kizuna` of this Python."""
    beside = Path(sys.executable).with_name("kizuna")
    found = str(beside) if beside.exists() else shutil.which("kizuna")
    if not found:
        sys.exit("track_speed: the command kizuna is not there; run `make setup`")
    return found


def run_kizuna(folder: Path, repeats: int) -> tuple[list[dict], Path]:
    """Track the scene in a folder several times; the figures of each run, and the tracks."""
    tracks, stats = folder / "tracks.parquet", folder / "stats.json"
    figures = []
    command = [kizuna_command(), "track", str(folder / "detections.parquet")]
    command += ["--sensors", str(folder / "sensors.yaml"), "--out", str(tracks)]
    command += ["--every", str(EVERY_S), "--stats", str(stats), "--quiet"]
    for _ in range(repeats):
        subprocess.run(command, check=True)
        figures.append(json.loads(stats.read_text(encoding="utf-8")))
    return figures, tracks


def picture_times(options: Options, folder: Path) -> list[float]:
    """The times at which every tracker is scored; the truth of a scene ends with its last plots."""
    first_s = pq.read_table(folder / "detections.parquet", columns=["time"])["time"][0].as_py()
    return [first_s + EVERY_S * k for k in range(1, math.ceil(options.duration_s / EVERY_S))]


def measure_kizuna(options: Options, folder: Path, repeats: int) -> Row:
    """Kizuna's line."""
    figures, tracks = run_kizuna(folder, repeats)
    rates = [figure["detections_per_s"] for figure in figures]
    times = picture_times(options, folder)
    shares = [f["reading_seconds"] / (f["reading_seconds"] + f["seconds"]) for f in figures]
    return Row(
        "Kizuna",
        options.objects,
        figures[0]["detections"],
        statistics.median(rates),
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        max(figure["peak_mb"] for figure in figures),
        mean_gospa(truth_at(pq.read_table(folder / "truth.parquet"), times), tracks_at(tracks, times)),
        reading=statistics.median(shares),
    )


def measure_stone_soup(name: str, options: Options, folder: Path, kizuna_per_s: float) -> Row:
    """Stone Soup's line."""
    detections = pq.read_table(folder / "detections.parquet")
    # Taken from the options, not from the YAML: a scene's radars follow from its options.
    pictures, seconds, plots = stonesoup_peer.track(
        detections, place_radars(options), PEERS[name], EVERY_S, options.duration_s
    )
    times = picture_times(options, folder)
    score = mean_gospa(
        truth_at(pq.read_table(folder / "truth.parquet"), times),
        {time_s: pictures[time_s] for time_s in times},
    )
    return Row(name, options.objects, plots, plots / seconds, "", None, score, kizuna_per_s * seconds / plots)


def table(rows: list[Row]) -> str:
    """The lines as Markdown."""
    heading = "| tracker | objects | detections | detections/s | slowest to fastest | peak MB "
    heading += "| GOSPA (localisation, missed, false) | Kizuna is faster by |"
    lines = [heading, "|---|---:|---:|---:|---:|---:|---|---:|"]
    return "\n".join([*lines, *(line(row) for row in rows)])


def line(row: Row) -> str:
    """One row as Markdown."""
    peak_mb = "" if row.peak_mb is None else f"{row.peak_mb:,.0f}"
    ratio = "" if row.ratio is None else f"{row.ratio:,.0f}"
    return (
        f"| {row.tracker} | {row.objects:,} | {row.detections:,} | {row.per_s:,.0f} | {row.spread} "
        f"| {peak_mb} | {row.score} | {ratio} |"
    )


def machine() -> str:
    """What it ran on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f} before the run" if hasattr(os, "getloadavg") else ""
    used = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "stonesoup"))
    return f"{model}, {os.cpu_count()} cores{load}; Python {platform.python_version()}, {used}"


def compare(given: argparse.Namespace, bench: Bench) -> list[Row]:
    """Kizuna's lines, and those of Stone Soup on one of the scenes."""
    rows, peer_rows = [], []
    for objects in sorted({*given.objects, given.peer_objects}):
        options = Options(
            objects=objects, radars=radars_for(objects), duration_s=given.duration, seed=given.seed
        )
        folder = bench.scene(objects, given.duration)
        rows.append(measure_kizuna(options, folder, given.repeats))
        if objects == given.peer_objects:
            peer_rows = [measure_stone_soup(name, options, folder, rows[-1].per_s) for name in PEERS]
    return [*rows, *peer_rows]


def goals_beside_others(rows: list[Row]) -> list[Goal]:
    """What the first table says of the goals."""
    made = []
    for row in rows:
        goal = {"Stone Soup, polar EKF": 3_000.0, "Stone Soup, fastest": 1_500.0}.get(row.tracker)
        if goal:
            made.append(Goal(f"times as fast as {row.tracker}, {row.objects} objects", row.ratio, goal))
    reading = max(row.reading for row in rows)
    return [*made, Goal("share of `kizuna track` that reading the file takes", reading, 0.5, at_least=False)]


def main() -> None:
    """Make the scenes, measure, print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="small scenes and short runs, only to see it run"
    )
    parser.add_argument("--objects", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--peer-objects", type=int, default=300, help="objects of the scene for Stone Soup")
    parser.add_argument("--duration", type=float, default=120.0, help="seconds of each scene")
    parser.add_argument("--largest", type=int, default=100_000, help="objects of the largest scene")
    parser.add_argument("--short", type=float, default=60.0, help="seconds of the largest scene")
    parser.add_argument("--repeats", type=int, default=5, help="runs of Kizuna on each scene")
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="for the second table, where the machine does something else too; nothing for two cores",
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sizes = (1_000, 10_000, given.largest)
    if given.quick:
        given.objects, given.peer_objects, given.duration, given.repeats = [20, 100], 20, 30.0, 1
        sizes, given.short = (50, 100, 200), 15.0
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), given.repeats, given.seed, processor_time=given.processor_time)
        rows = compare(given, bench)
        print(table(rows), flush=True)
        reached = goals(bench, sizes, (given.duration, given.short))
    print("\n" + track_goals.table([*reached, *goals_beside_others(rows)]))


if __name__ == "__main__":
    main()
