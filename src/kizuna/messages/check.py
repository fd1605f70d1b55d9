"""Refuse a table that breaks its own description: one sentence with file, column and first bad row."""

import numpy as np

from kizuna.errors import InputError
from kizuna.messages import detection, sensor
from kizuna.messages.columns import Column, Labels, Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.shapes import BoolN, FloatN


def check(table: Table, file: str) -> None:
    """Check every column against its description; rows in messages are counted from 0.

    Parameters
    ----------
    table
        Any table of `kizuna.messages`.
    file
        What to call the source in the error.

    Raises
    ------
    InputError
        For NaN where a number must be, a value outside its limits, an unknown word, time that jumps
        backwards, a column that this kind of row must fill, or a duplicated sensor.
    """
    for name, spec in columns_of(type(table)).items():
        values = getattr(table, name)
        if isinstance(values, Labels):
            _check_labels(file, name, spec, values)
        elif spec.kind == "vector":
            _refuse(
                file, name, np.isinf(values).any(axis=1), "an infinite number", "finite numbers, or nulls"
            )
        else:
            _check_numbers(file, name, spec, values)
    if isinstance(table, Detections):
        _check_filled(file, table, table.kind, detection.MEASURED)
    if isinstance(table, Sensors):
        _check_filled(file, table, table.kind, sensor.NEEDED)
        _check_distinct(file, table.sensor)


def _refuse(file: str, column: str, bad: BoolN, problem: str, expected: str) -> None:
    if bad.any():
        raise InputError(file, f"column {column}, row {int(np.argmax(bad))}", problem, expected)


def _check_labels(file: str, name: str, spec: Column, values: Labels) -> None:
    if not spec.nullable:
        _refuse(file, name, values.missing(), "nothing there", "a name")
    if spec.choices:
        unknown = [word for word in values.names if word not in spec.choices]
        for word in unknown:
            _refuse(
                file, name, values.equal(word), f"{word!r} is not known", "one of " + ", ".join(spec.choices)
            )


def _check_numbers(file: str, name: str, spec: Column, values: FloatN) -> None:
    if values.dtype.kind == "f":
        if not spec.nullable:
            _refuse(file, name, np.isnan(values), "nothing there (null or NaN)", "a number")
        _refuse(file, name, np.isinf(values), "an infinite number", "a number")
    expected = _limits(spec)
    outside = (values < spec.low) | (values > spec.high) | (values <= spec.above)
    if outside.any():
        first = int(np.argmax(outside))
        _refuse(file, name, outside, f"{values[first]:.10g} is out of bounds", expected)
    if spec.ascending and len(values) > 1:
        back = np.concatenate([[False], np.diff(values) < 0])
        if back.any():
            first = int(np.argmax(back))
            jump = f"time jumps back from {values[first - 1]:.3f} to {values[first]:.3f}"
            _refuse(file, name, back, jump, "rows sorted by time")


def _limits(spec: Column) -> str:
    unit = f" {spec.unit}" if spec.unit and spec.unit != "1" else ""
    if spec.above > -np.inf:
        return f"a number above {spec.above:.10g} and up to {spec.high:.10g}{unit}"
    if spec.high == np.inf:
        return f"a number from {spec.low:.10g}{unit}"
    return f"a number from {spec.low:.10g} to {spec.high:.10g}{unit}"


def _check_filled(file: str, table: Table, kinds: Labels, needed: dict[str, tuple[str, ...]]) -> None:
    for kind, columns in needed.items():
        chosen = kinds.equal(kind)
        for name in columns:
            bad = chosen & np.isnan(getattr(table, name))
            _refuse(file, name, bad, f"nothing there for kind {kind!r}", "a number")


def _check_distinct(file: str, sensors: Labels) -> None:
    seen = np.zeros(len(sensors), dtype=np.bool_)
    _, first = np.unique(sensors.codes, return_index=True)
    seen[first] = True
    if not seen.all():
        row = int(np.argmin(seen))
        name = sensors.names[sensors.codes[row]]
        _refuse(
            file, "sensor", ~seen, f"the name {name!r} is there twice", "a name of its own for each sensor"
        )
