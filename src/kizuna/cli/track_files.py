"""Detections in files to pictures of tracks in a file, timed."""

import json
import math
import resource
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kizuna.cli.impacts import Impacts
from kizuna.cli.recordings import Circumstances, is_address, is_recording, load_reader, read_recording
from kizuna.cli.tables import read_table
from kizuna.cli.typical import completed
from kizuna.errors import InputError
from kizuna.exercise.progress import Report
from kizuna.files import write_text
from kizuna.forms.explain import not_known
from kizuna.geo.time import format_utc
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Recording
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.models.sets import MOTIONS, Name
from kizuna.scenario.read import read_sensors
from kizuna.tracking.biases import Biases
from kizuna.tracking.course import Associator
from kizuna.tracking.registration import estimate
from kizuna.tracking.tracker import Tracker

if TYPE_CHECKING:
    from kizuna.shapes import FloatN

_WARM_UP_ROWS = 2_000

_MOST_PICTURES = 10_000_000
"""More are a slip in `--every` or in the times; 10 million pictures, one a second, are four months."""


@dataclass(frozen=True, slots=True)
class Done:
    """What there is to say of the work."""

    detections: int
    tracks: int
    seconds: float
    """Time of the tracking alone: without start, compilation, reading and writing."""
    remarks: list[str]


def track_files(
    inputs: list[Path],
    sensors: Path | None,
    every_s: float,
    associator: Associator,
    motion: Name,
    register: bool,
    register_online: bool,
    smooth: bool,
    learn: tuple[bool, bool],
    cores: int,
    node: str,
    out: Path,
    stats: Path | None,
    impacts: Path | None,
    told: Circumstances,
    report: Report,
) -> Done:
    """Track the detections of files, and write the pictures and how fast it was.

    Parameters
    ----------
    inputs
        Files of detections, each in order of time, or recordings.
    sensors
        The file of sensors; None for recordings, whose sensors are taken to be typical.
    every_s
        Time between pictures, s.
    associator
        How detections are paired with tracks.
    motion
        The set of models by which objects are expected to move.
    register
        Whether to estimate the sensors' biases first, and to correct them.
    register_online
        Whether to estimate them as it goes, and to correct what comes next.
    smooth
        Whether to put each track where all its detections say that it was.
    learn
        Whether to learn the clutter of all radars, and whether how probably they detect.
    cores
        How many cores to use.
    node
        Whose tracks they are.
    out, stats, impacts
        The files to write.
    told
        What recordings don't tell.
    report
        Told how far the work has come.

    Raises
    ------
    InputError
        When a file can't be read, or there would be too many pictures.
    WorkError
        When a file can't be written.
    """
    if smooth:
        _check_smooth(motion, associator)
    report("compiling", 0.0)
    load_reader(inputs[0])
    report("reading", 0.0)
    began_s = time.perf_counter()
    parts = [_read(path, told, report, recordings_only=sensors is None) for path in inputs]
    recording = Recording.join(parts)
    detections = recording.detections
    reading_s = time.perf_counter() - began_s
    _check_given(inputs, recording)
    known = read_sensors(sensors) if sensors else completed(recording.sensors, detections, str(inputs[0]))
    _check_known(parts, known, inputs, sensors)
    times = _picture_times(detections, every_s)
    report("compiling", 0.0)
    warm_up = detections.take(slice(0, _WARM_UP_ROWS))
    make = partial(
        Tracker, known, MOTIONS[motion](), None, associator, learn_clutter=learn[0], learn_detection=learn[1]
    )
    _track(make(), warm_up, times[times <= warm_up.time[-1]], node)
    remarks, biases = list(map(str, recording.remarks)), None
    if register:
        report("registration", 0.0)
        biases = estimate(known, detections)
        detections = biases.correct(detections)
        remarks += biases.sentences()
    seen, began_s = Impacts(impacts), time.perf_counter()
    tracker = make(keep_history=smooth, register=register_online, cores=cores)
    pictures = _track(tracker, detections, times, node, report, seen)
    seconds = time.perf_counter() - began_s
    if smooth:
        report("smoothing", 0.0)
        pictures = tracker.smoothed(pictures, times)
    codec.write(pictures, out)
    seen.write()
    if stats:
        figures = _figures(len(detections), seconds, reading_s, tracker, tracker.biases or biases)
        write_text(stats, json.dumps(figures, indent=1) + "\n")
    return Done(len(detections), len(np.unique(pictures.track)), seconds, remarks + tracker.remarks())


def _check_smooth(motion: Name, associator: Associator) -> None:
    """Refuse to smooth by models that turn or fall, or what is decided later."""
    if not MOTIONS[motion]().is_straight:
        straight = " or ".join(name for name, made in MOTIONS.items() if made().is_straight)
        raise InputError("--smooth", "", f"doesn't go with --motion {motion}", f"--motion {straight}")
    if associator == "mht":
        raise InputError("--smooth", "", "doesn't go with --associator mht", "--associator gnn or bp")


def _figures(
    count: int, seconds: float, reading_s: float, tracker: Tracker, biases: Biases | None
) -> dict[str, object]:
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024.0**2 if sys.platform == "darwin" else 1024.0
    )
    figures: dict[str, object] = {
        "detections": count,
        "seconds": round(seconds, 6),
        "detections_per_s": round(count / seconds, 1) if seconds > 0.0 else 0.0,
        "reading_seconds": round(reading_s, 6),
        "peak_mb": round(peak_mb, 1),
        "identity_conflicts": tracker.identity_conflicts(),
    }
    if biases is not None:
        figures["biases"] = biases.figures()
    return figures


def _read(path: Path, told: Circumstances, report: Report, *, recordings_only: bool) -> Recording:
    """What a file holds: a recording, or a table of detections."""
    if is_recording(path):
        return read_recording(path, told, report)
    if recordings_only:
        raise InputError("--sensors", "", f"is missing, and {path} tells nothing of its sensors", "a file")
    table = read_table(Detections, path, unread=["object"])
    return Recording(table, Tracks.empty(), Sensors.empty())


def _check_given(inputs: list[Path], recording: Recording) -> None:
    """Refuse files that hold nothing, or one that is given twice."""
    if not len(recording.detections):
        problem = "holds tracks, but no detections" if len(recording.tracks) else "holds no detections"
        raise InputError(str(inputs[0]), "", problem, "at least one")
    for number, path in enumerate(inputs):
        if any(path == other or _one_file(path, other) for other in inputs[:number]):
            raise InputError(str(path), "", "is given twice", "each file once")


def _one_file(path: Path, other: Path) -> bool:
    return not is_address(path) and not is_address(other) and path.samefile(other)


def _check_known(parts: list[Recording], known: Sensors, inputs: list[Path], sensors: Path | None) -> None:
    """Refuse detections of a sensor that isn't known."""
    for path, detections in zip(inputs, (part.detections for part in parts), strict=True):
        for name in detections.sensor.used().names:
            if known.sensor.code(name) < 0:
                row = int(np.argmax(detections.sensor.equal(name)))
                problem, expected = not_known(f"{name!r} is not in {sensors}", name, known.sensor.names)
                raise InputError(str(path), f"column sensor, row {row}", problem, expected)


def _track(
    tracker: Tracker,
    detections: Detections,
    times: "FloatN",
    node: str,
    report: Report = lambda *_: None,
    impacts: Impacts | None = None,
) -> Tracks:
    """Pictures of all detections; `impacts` takes note of what falls in them."""
    ends = np.searchsorted(detections.time, times, side="right")
    pictures = []
    first = 0
    for picture_s, last in zip(times.tolist(), ends.tolist(), strict=True):
        tracker.process(detections.take(slice(first, last)))
        pictures.append(tracker.picture(picture_s, node))
        if impacts:
            impacts.look(tracker, picture_s)
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
