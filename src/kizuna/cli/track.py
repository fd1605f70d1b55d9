"""The verb `kizuna track`: detections or recordings in files to tracks in a file."""

import json
import math
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from kizuna.cli.formats import open_source
from kizuna.cli.outputs import check_output
from kizuna.cli.progress import progress
from kizuna.cli.recordings import is_recording, read_recording
from kizuna.cli.typical import completed
from kizuna.errors import InputError
from kizuna.exercise.progress import Report
from kizuna.files import write_text
from kizuna.geo.time import format_utc
from kizuna.messages import codec
from kizuna.messages.columns import columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Recording
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.scenario.read import read_sensors
from kizuna.tracking.tracker import Associator, Tracker

if TYPE_CHECKING:
    from kizuna.shapes import FloatN

_WARM_UP_ROWS = 2_000

_MOST_PICTURES = 10_000_000
"""More are a slip in `--every` or in the times; 10 million pictures, one a second, are four months."""


def track(
    inputs: Annotated[
        list[Path], typer.Argument(help="Files of detections, or recordings.", metavar="INPUT...")
    ],
    out: Annotated[Path, typer.Option(help="Where the tracks go.", metavar="TRACKS.parquet")],
    sensors: Annotated[
        Path | None,
        typer.Option(
            help="The sensors, YAML or Parquet. Recordings may go without: what they don't tell of their "
            "sensors is then taken to be typical.",
            metavar="SENSORS",
            show_default=False,
        ),
    ] = None,
    every: Annotated[float, typer.Option(help="Seconds between pictures.", metavar="S")] = 10.0,
    associator: Annotated[
        Associator,
        typer.Option(help="How detections are paired with tracks: gnn decides, bp shares.", metavar="gnn|bp"),
    ] = "gnn",
    node: Annotated[str, typer.Option(help="Whose tracks they are; a name for the column `node`.")] = "local",
    stats: Annotated[
        Path | None,
        typer.Option(help="Write here how many detections a second it was.", metavar="STATS.json"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Turn detections into tracks.

    The inputs are tables of detections (.parquet, .csv, .geojson), or recordings: OpenSky's state vectors
    (CSV), traces of readsb (JSON). Several are worked off together.

    Pictures are taken at the first detection's time and each `--every` seconds after it, with all detections
    up to that time. They hold confirmed and coasted tracks.

    Example: kizuna track detections.parquet --sensors sensors.yaml --out tracks.parquet --every 10
    """
    if not 0.0 < every < math.inf:
        raise InputError("--every", "", f"{every:g} s", "a number of seconds above 0")
    read_files = [*inputs, sensors] if sensors else inputs
    check_output("--out", out, read_files)
    if stats:
        check_output("--stats", stats, [*read_files, out])
    began_s = time.perf_counter()
    parts = [_read(path, recordings_only=sensors is None) for path in inputs]
    recording = Recording.join(parts)
    detections = recording.detections
    reading_s = time.perf_counter() - began_s
    if not len(detections):
        raise InputError(str(inputs[0]), "", "holds no detections", "at least one")
    known = read_sensors(sensors) if sensors else completed(recording.sensors, detections, str(inputs[0]))
    for path, part in zip(inputs, parts, strict=True):
        _check_known(part.detections, known, path, sensors)
    _track(Tracker(known, associator=associator), detections.take(slice(0, _WARM_UP_ROWS)), every, node)
    with progress(quiet) as report:
        began_s = time.perf_counter()
        tracker = Tracker(known, associator=associator)
        pictures = _track(tracker, detections, every, node, report)
        seconds = time.perf_counter() - began_s
    codec.write(pictures, out)
    if stats:
        _write_figures(stats, len(detections), seconds, reading_s)
    if not quiet:
        for remark in [*recording.remarks, *tracker.remarks()]:
            print(f"kizuna: {remark}", file=sys.stderr)
        count = len(np.unique(pictures.track))
        print(f"{len(detections):,} detections, {count:,} tracks, {seconds:.2f} s: {out}")


def _write_figures(stats: Path, count: int, seconds: float, reading_s: float) -> None:
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024.0**2 if sys.platform == "darwin" else 1024.0
    )
    figures = {
        "detections": count,
        "seconds": round(seconds, 6),
        "detections_per_s": round(count / seconds, 1) if seconds > 0.0 else 0.0,
        "reading_seconds": round(reading_s, 6),
        "peak_mb": round(peak_mb, 1),
    }
    write_text(stats, json.dumps(figures, indent=1) + "\n")


def _read(path: Path, *, recordings_only: bool) -> Recording:
    """What a file holds: a recording, or a table of detections."""
    if is_recording(path):
        return read_recording(path)
    if recordings_only:
        raise InputError("--sensors", "", f"is missing, and {path} tells nothing of its sensors", "a file")
    if path.suffix.lower() in (".csv", ".geojson"):
        source = open_source(path)
        table = source.table(Detections, source.columns(columns_of(Detections)))
    else:
        table = codec.read(Detections, path)
    return Recording(table, Tracks.empty(), Sensors.empty())


def _check_known(detections: Detections, known: Sensors, path: Path, sensors: Path | None) -> None:
    """Refuse detections of a sensor that isn't known."""
    for name in detections.sensor.used().names:
        if known.sensor.code(name) < 0:
            row = int(np.argmax(detections.sensor.equal(name)))
            listed = ", ".join(known.sensor.names)
            raise InputError(
                str(path), f"column sensor, row {row}", f"{name!r} is not in {sensors}", f"one of {listed}"
            )


def _track(
    tracker: Tracker, detections: Detections, every_s: float, node: str, report: Report = lambda *_: None
) -> Tracks:
    """Pictures of all detections."""
    times = _picture_times(detections, every_s)
    ends = np.searchsorted(detections.time, times, side="right")
    pictures = []
    first = 0
    for picture_s, last in zip(times.tolist(), ends.tolist(), strict=True):
        tracker.process(detections.take(slice(first, last)))
        pictures.append(tracker.picture(picture_s, node))
        first = last
        report("tracking", last / len(detections))
    return Tracks.join(pictures)


def _picture_times(detections: Detections, every_s: float) -> "FloatN":
    """The first detection's time plus multiples of `every_s`, up to the last detection's time."""
    first_s, last_s = float(detections.time[0]), float(detections.time[-1])
    count = (last_s - first_s) / every_s + 1.0
    if count > _MOST_PICTURES:
        problem = f"{every_s:g} s from {format_utc(first_s)} to {format_utc(last_s)} are {count:.2g} pictures"
        raise InputError("--every", "", problem, f"no more than {_MOST_PICTURES:,}")
    # Not np.arange with a step: it rounds the step at the size of the time, and each picture adds that error.
    times: FloatN = first_s + every_s * np.arange(math.floor(count) + 1, dtype=np.float64)
    return times[times <= last_s]
