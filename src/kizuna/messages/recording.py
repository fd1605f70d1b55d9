"""Recordings: what a file of another system holds, in the columns of this house, and what to know of it."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self

import numpy as np

from kizuna.messages.columns import Labels, Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.shapes import BoolN, IntN

NATION = "unknown"
"""Recordings don't tell whose a sensor is."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What should be known of a recording before it is believed: how many of its records are what."""

    file: str
    count: int
    what: str
    """What they are, and what became of them."""
    first: str = ""
    """Where the first of them stands."""
    files: int = 1
    """In how many files."""

    def __str__(self) -> str:
        others = {1: "", 2: " and another file"}.get(self.files, f" and {self.files - 1:,} other files")
        where = f", the first at {self.first}" if self.first else ""
        return f"{self.file}{others}: {self.what}: {self.count:,}{where}"


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Detections and tracks in order of time, the sensors named in them, and remarks.

    `sensors` holds null where the recording doesn't tell.
    """

    detections: Detections
    tracks: Tracks
    sensors: Sensors
    remarks: tuple[Remark, ...] = ()

    @classmethod
    def of_reports(cls, detections: Detections, remarks: Iterable[Remark] = ()) -> Self:
        """Recording of positions that were reported to receivers of which nothing else is known."""
        return cls(detections, Tracks.empty(), _receivers(detections.sensor.used().names), tuple(remarks))

    @classmethod
    def join(cls, parts: Sequence["Recording"]) -> "Recording":
        """All detections and tracks in order of time; what is told of a sensor first holds.

        Remarks of the same words become one, at the first file that gave cause for it.
        """
        if len(parts) == 1:
            return parts[0]
        detections = Detections.join([part.detections for part in parts])
        tracks = Tracks.join([part.tracks for part in parts])
        sensors = Sensors.join([part.sensors for part in parts])
        _, first = np.unique(sensors.sensor.codes, return_index=True)
        return cls(
            detections.take(in_time(detections.time)),
            tracks.take(in_time(tracks.time)),
            sensors.take(np.sort(first)),
            _gathered(remark for part in parts for remark in part.remarks),
        )


@cache
def _receivers(names: tuple[str, ...]) -> Sensors:
    """Receivers of positions, made once: recordings come by the thousand, one for each aircraft."""
    return Sensors.of(
        sensor=names, nation=[NATION] * len(names), kind=Labels.constant("position", len(names))
    )


def in_time(time_s: Any) -> IntN | slice:
    """The rows in order of time, those of one time as they stood."""
    if (np.diff(time_s) >= 0.0).all():
        return slice(None)
    order: IntN = np.argsort(time_s, kind="stable")
    return order


def sound(kind: type[Table], columns: Mapping[str, Any], may_lack: Container[str] = ()) -> BoolN:
    """Which rows hold numbers that this kind of table allows, (N,).

    Parameters
    ----------
    kind
        The kind of table that the rows are for.
    columns
        Numbers by the name of their column, (N,) each.
    may_lack
        The columns in which NaN stands for null; anywhere else it is not sound.
    """
    good = np.ones(len(next(iter(columns.values()))), dtype=np.bool_)
    for name, values in columns.items():
        spec = columns_of(kind)[name]
        inside = (values >= spec.low) & (values <= spec.high) & (values > spec.above) & np.isfinite(values)
        good &= inside | np.isnan(values) if name in may_lack else inside
    return good


def left_out(file: str, count: int, what: str, first: str = "") -> list[Remark]:
    """The remark that records were left out, if there are any."""
    return [Remark(file, count, f"left out {what}", first)] if count else []


def _gathered(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    made: dict[str, Remark] = {}
    for remark in remarks:
        known = made.get(remark.what)
        made[remark.what] = (
            replace(known, count=known.count + remark.count, files=known.files + remark.files)
            if known
            else remark
        )
    return tuple(made.values())
