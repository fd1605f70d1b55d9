"""The verb `kizuna track`: detections in files to tracks in a file."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from kizuna.cli.progress import progress
from kizuna.errors import InputError
from kizuna.exercise.progress import Report
from kizuna.files import write_text
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.scenario.read import read_sensors
from kizuna.tracking.tracker import Tracker

if TYPE_CHECKING:
    from kizuna.shapes import FloatN

_WARM_UP_ROWS = 2_000


def track(
    inputs: Annotated[list[Path], typer.Argument(help="Parquet files of detections.", metavar="INPUT...")],
    sensors: Annotated[Path, typer.Option(help="The sensors, YAML or Parquet.", metavar="SENSORS")],
    out: Annotated[Path, typer.Option(help="Where the tracks go.", metavar="TRACKS.parquet")],
    every: Annotated[float, typer.Option(help="Seconds between pictures.", metavar="S")] = 10.0,
    node: Annotated[str, typer.Option(help="Whose tracks they are; a name for the column `node`.")] = "local",
    stats: Annotated[
        Path | None,
        typer.Option(help="Write here how many detections a second it was.", metavar="STATS.json"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Turn detections into tracks.

    Pictures are taken at the first detection's time and each `--every` seconds after it, with all detections
    up to that time. They hold confirmed and coasted tracks.

    Example: kizuna track detections.parquet --sensors sensors.yaml --out tracks.parquet --every 10
    """
    if not every > 0.0:
        raise InputError("--every", "", f"{every:g} s", "a number of seconds above 0")
    known = read_sensors(sensors)
    detections = _read(inputs, known, sensors)
    _track(detections.take(slice(0, _WARM_UP_ROWS)), known, every, node, lambda *_: None)
    with progress(quiet) as report:
        began_s = time.perf_counter()
        pictures, remarks = _track(detections, known, every, node, report)
        seconds = time.perf_counter() - began_s
    codec.write(pictures, out)
    if stats:
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1024.0**2 if sys.platform == "darwin" else 1024.0
        )
        figures = {
            "detections": len(detections),
            "seconds": round(seconds, 6),
            "detections_per_s": round(len(detections) / seconds, 1) if seconds > 0.0 else 0.0,
            "peak_mb": round(peak_mb, 1),
        }
        write_text(stats, json.dumps(figures, indent=1) + "\n")
    if not quiet:
        for remark in remarks:
            print(f"kizuna: {remark}", file=sys.stderr)
        count = len(np.unique(pictures.track))
        print(f"{len(detections):,} detections, {count:,} tracks, {seconds:.2f} s: {out}")


def _read(inputs: list[Path], known: Sensors, sensors: Path) -> Detections:
    """All detections in order of time, each from a sensor that is known."""
    parts = []
    for path in inputs:
        part = codec.read(Detections, path)
        for name in part.sensor.names:
            if known.sensor.code(name) < 0 and part.sensor.equal(name).any():
                row = int(np.argmax(part.sensor.equal(name)))
                listed = ", ".join(known.sensor.names)
                raise InputError(
                    str(path),
                    f"column sensor, row {row}",
                    f"{name!r} is not in {sensors}",
                    f"one of {listed}",
                )
        parts.append(part)
    detections = Detections.join(parts)
    if not len(detections):
        raise InputError(str(inputs[0]), "", "holds no detections", "at least one row")
    return detections.take(np.argsort(detections.time, kind="stable")) if len(parts) > 1 else detections


def _track(
    detections: Detections, known: Sensors, every_s: float, node: str, report: Report
) -> tuple[Tracks, list[str]]:
    """Pictures of all detections, and what the tracker has to remark."""
    tracker = Tracker(known)
    times: FloatN = np.arange(detections.time[0], np.nextafter(detections.time[-1], np.inf), every_s)
    ends = np.searchsorted(detections.time, times, side="right")
    pictures = []
    first = 0
    for picture_s, last in zip(times.tolist(), ends.tolist(), strict=True):
        tracker.process(detections.take(slice(first, last)))
        pictures.append(tracker.picture(picture_s, node))
        first = last
        report("tracking", last / len(detections))
    return Tracks.join(pictures), tracker.remarks()
