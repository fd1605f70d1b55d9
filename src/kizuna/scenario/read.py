"""Read an exercise, or a file of sensors, and refuse what is wrong in it with one sentence."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from kizuna.errors import InputError
from kizuna.messages import codec
from kizuna.messages.sensor import Sensors
from kizuna.scenario.check import check, check_sensors, check_types
from kizuna.scenario.explain import Flaw, flaws_of
from kizuna.scenario.keys import Record
from kizuna.scenario.model import Exercise
from kizuna.scenario.schema import schema_of
from kizuna.scenario.sensor import SensorList
from kizuna.scenario.table import filled, row_of, rows_table
from kizuna.scenario.yaml import KeyPath, Lines, load, shown

R = TypeVar("R", bound=Record)


def read(path: Path | str) -> Exercise:
    """Read an exercise file.

    Raises
    ------
    InputError
        With the file, the line, the key, what is there and what was expected; for the first flaw in the file.
    """
    data, lines = load(path)
    exercise = _validated(Exercise, data, lines, str(path), list(check_types(data)))
    _refuse(check(exercise, Path(path).parent), data, lines, str(path))
    return exercise


def read_sensors(path: Path | str) -> Sensors:
    """Read a file of sensors: YAML, or Parquet when its name ends so.

    Where absent, `pd` is 0.9, `clutter_per_scan` 0, and a `position` sensor's `sigma_altitude_m` 25; such a
    sensor needs no place. A number that is null or NaN counts as absent.

    Raises
    ------
    InputError
        With the file, the line and the key (or the column and the row), what is there and what was expected.
    """
    if Path(path).suffix.lower() in (".parquet", ".pq"):
        return filled(codec.read(Sensors, path))
    data, lines = load(path)
    sensors = _validated(SensorList, _without_nan(data), lines, str(path)).sensors
    _refuse(check_sensors(sensors), data, lines, str(path))
    return filled(rows_table([row_of(sensor) for sensor in sensors]))


def _validated(
    record: type[R], data: dict[str, Any], lines: Lines, file: str, known: Sequence[Flaw] = ()
) -> R:
    """The record, unless it refuses the data, or a flaw is known that may be the reason why it does."""
    try:
        made = record.model_validate(data)
    except ValidationError as error:
        explained = {flaw.path[:-1] for flaw in known}
        found = [flaw for flaw in flaws_of(error, schema_of(record)) if flaw.path not in explained]
        raise _first([*known, *found], data, lines, file) from error
    _refuse(known, data, lines, file)
    return made


def _refuse(flaws: Iterable[Flaw], data: dict[str, Any], lines: Lines, file: str) -> None:
    found = list(flaws)
    if found:
        raise _first(found, data, lines, file)


def _first(flaws: Sequence[Flaw], data: dict[str, Any], lines: Lines, file: str) -> InputError:
    """The error for that flaw of several which stands first in the file."""
    placed = [(_written(flaw.path, data, lines), flaw) for flaw in flaws]
    path, flaw = min(placed, key=lambda item: lines[_known(item[0], lines)])
    place = f"line {lines[_known(path, lines)]}, key {shown(path)}" if path else ""
    return InputError(file, place, flaw.problem, flaw.expected)


def _known(path: KeyPath, lines: Lines) -> KeyPath:
    """The path, or the nearest one above it that stands in the file."""
    while path not in lines:
        path = path[:-1]
    return path


def _written(path: KeyPath, data: dict[str, Any], lines: Lines) -> KeyPath:
    """Where the value of a path is written: a sensor's key may stand in its type."""
    if path in lines or len(path) < 3 or path[0] != "sensors":
        return path
    name = data["sensors"][path[1]].get("type")
    there = ("sensor_types", name, *path[2:])
    return there if there in lines else path


def _without_nan(value: Any) -> Any:
    """The same values with None for NaN, which other programs write where a number is absent."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
