"""Traces to position reports: one file for each aircraft, one row for each position."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import orjson

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
_MOST_FLAGS: Final = 1 << 16
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
    told = _columns(trace)
    grounded = np.array([value == "ground" for value in told[_ALT]], dtype=np.bool_)
    time_s = begin_s + _numbers(told[_AFTER_S])
    told_m, geometric_m = FOOT_M * _numbers(told[_ALT]), FOOT_M * _numbers(told[_GEOMETRIC])
    flags = np.nan_to_num(_numbers(told[_FLAGS])).clip(0, _MOST_FLAGS).astype(np.int64)
    flagged = flags & _ALT_IS_GEOMETRIC != 0
    geometric_m = np.where(flagged & np.isnan(geometric_m), told_m, geometric_m)
    pressure_m = np.where(flagged, np.nan, told_m)
    alt_m = above_ellipsoid(np.zeros(len(flags), dtype=np.int64), pressure_m, geometric_m)
    columns = {
        "time": time_s,
        "lat_deg": _numbers(told[_LAT]),
        "lon_deg": _numbers(told[_LON]),
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
        sensor=_sources(told[_SOURCE]).take(kept),
        kind=Labels.constant("position", len(kept)),
        identity=Labels.constant(icao, len(kept)),
    )
    return Recording.of_reports(detections, remarks)


def _document(data: bytes, file: str) -> tuple[str, float, list[Any]]:
    """Address, beginning and rows of the trace."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
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


def _columns(trace: list[Any]) -> list[tuple[Any, ...]]:
    """The columns of those rows that have all that a row must; what a short row lacks is None."""
    rows = trace
    if set(map(type, rows)) != {list} or len(set(map(len, rows))) > 1 or len(rows[0]) <= _GEOMETRIC:
        rows = [row for row in trace if isinstance(row, list) and len(row) > _FLAGS]
        rows = [(row + [None] * _GEOMETRIC)[: _GEOMETRIC + 1] for row in rows]
    return list(zip(*rows, strict=True)) or [()] * (_GEOMETRIC + 1)


def _numbers(values: Sequence[Any]) -> FloatN:
    """A column as numbers, NaN for what is none."""
    try:
        # The quick way: numbers and nulls alone.
        made = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        made = np.empty(0)
    if made.shape == (len(values),):
        return made
    numbers = [value if isinstance(value, int | float) and abs(value) < _HUGE else np.nan for value in values]
    return np.array(numbers, dtype=np.float64)


def _sources(values: Sequence[Any]) -> Labels:
    """Sources without their kinds of address, `adsb` where none is told."""
    try:
        said = dict.fromkeys(values)
    except TypeError:
        # A list or an object stands where a name should.
        values = [value if isinstance(value, str) else "" for value in values]
        said = dict.fromkeys(values)
    names = [value.partition("_")[0] if isinstance(value, str) else "" for value in said]
    made = Labels.of([name or _DEFAULT for name in names])
    number = dict(zip(said, range(len(said)), strict=True))
    return Labels(made.codes[np.fromiter(map(number.__getitem__, values), dtype=np.int64)], made.names)
