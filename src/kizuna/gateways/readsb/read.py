"""Traces to position reports: one file for each aircraft, one row for each position."""

import json
from typing import Any, Final

import numpy as np

from kizuna.constants import FOOT_M
from kizuna.errors import InputError
from kizuna.geo.heights import above_ellipsoid
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Recording, in_time, left_out, sound
from kizuna.shapes import FloatN

_DEFAULT: Final = "adsb"
"""The source of a position that doesn't tell it."""
_AFTER_S, _LAT, _LON, _ALT, _FLAGS, _SOURCE, _GEOMETRIC = 0, 1, 2, 3, 6, 9, 10
"""Where things stand in a row of a trace (readsb, README-json.md)."""
_ALT_IS_GEOMETRIC: Final = 8
_HUGE: Final = 1e300
_FILE: Final = "a trace with the keys icao, timestamp, trace"


def is_trace(head: bytes) -> bool:
    """Whether a file that begins so may be a trace: a JSON object that tells of an aircraft."""
    return head.lstrip()[:1] == b"{" and b'"icao"' in head


def read(data: bytes, file: str) -> Recording:
    """Reports of all airborne positions of one aircraft.

    The sensor is the source of the position without its kind of address: `adsb`, `mlat`, `tisb`, `adsr` …

    Parameters
    ----------
    data
        The whole file.
    file
        What to call it.

    Raises
    ------
    InputError
        When the file is no trace.
    """
    icao, begin_s, trace = _document(data, file)
    rows = [row for row in trace if isinstance(row, list) and len(row) > _FLAGS]
    grounded = np.array([row[_ALT] == "ground" for row in rows], dtype=np.bool_)
    time_s = begin_s + _numbers(rows, _AFTER_S)
    told_m, geometric_m = FOOT_M * _numbers(rows, _ALT), FOOT_M * _numbers(rows, _GEOMETRIC)
    flagged = np.array(
        [isinstance(row[_FLAGS], int) and bool(row[_FLAGS] & _ALT_IS_GEOMETRIC) for row in rows]
    )
    geometric_m = np.where(flagged.astype(np.bool_) & np.isnan(geometric_m), told_m, geometric_m)
    pressure_m = np.where(flagged.astype(np.bool_), np.nan, told_m)
    alt_m = above_ellipsoid(np.zeros(len(rows), dtype=np.int64), pressure_m, geometric_m)
    columns = {
        "time": time_s,
        "lat_deg": _numbers(rows, _LAT),
        "lon_deg": _numbers(rows, _LON),
        "alt_m": alt_m,
    }
    good = sound(Detections, columns, may_lack=("alt_m",))
    bad = len(trace) - int(good.sum())
    remarks = left_out(file, bad, "rows without a place or a time")
    remarks += left_out(file, int((good & grounded).sum()), "positions on the ground")
    kept = np.flatnonzero(good & ~grounded)
    kept = kept[in_time(time_s[kept])]
    detections = Detections.of(
        **{name: values[kept] for name, values in columns.items()},
        sensor=Labels.of(_source(rows[row]) for row in kept.tolist()),
        kind=Labels.constant("position", len(kept)),
        identity=Labels.constant(icao, len(kept)),
    )
    return Recording.of_reports(detections, remarks)


def _document(data: bytes, file: str) -> tuple[str, float, list[Any]]:
    """Address, beginning and rows of the trace."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(file, "", f"is no JSON, or is cut short ({error})", _FILE) from error
    if not isinstance(document, dict):
        raise InputError(file, "", "is no JSON object", _FILE)
    for key, kind, what in (
        ("icao", str, "text"),
        ("timestamp", float | int, "a number"),
        ("trace", list, "a list"),
    ):
        if not isinstance(document.get(key), kind) or isinstance(document[key], bool):
            problem = "is missing" if key not in document else "is something else"
            raise InputError(file, f"key {key}", problem, what)
    return document["icao"].lower(), float(document["timestamp"]), document["trace"]


def _numbers(rows: list[list[Any]], place: int) -> FloatN:
    """What stands at one place of each row, NaN where that is no number."""
    values = [row[place] if len(row) > place else None for row in rows]
    try:
        # The quick way: numbers and nulls alone.
        made = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        made = np.empty(0)
    if made.shape == (len(values),):
        return made
    numbers = [value if isinstance(value, int | float) and abs(value) < _HUGE else np.nan for value in values]
    return np.array(numbers, dtype=np.float64)


def _source(row: list[Any]) -> str:
    source = row[_SOURCE] if len(row) > _SOURCE else None
    return source.partition("_")[0] if isinstance(source, str) and source else _DEFAULT
