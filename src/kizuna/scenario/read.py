"""Read an exercise, or a file of sensors, and refuse what is wrong in it with one sentence."""

import math
from functools import partial
from pathlib import Path
from typing import Any

from kizuna.forms.read import refuse, validated
from kizuna.forms.yaml import KeyPath, Lines, load
from kizuna.messages import codec
from kizuna.messages.sensor import Sensors
from kizuna.scenario.check import check, check_sensors, check_types
from kizuna.scenario.model import Exercise
from kizuna.scenario.sensor import SensorList
from kizuna.scenario.table import filled, row_of, rows_table


def read(path: Path | str) -> Exercise:
    """Read an exercise file.

    Raises
    ------
    InputError
        With the file, the line, the key, what is there and what was expected; for the first flaw in the file.
    """
    data, lines = load(path)
    written = partial(_written, data=data, lines=lines)
    exercise = validated(Exercise, data, lines, str(path), list(check_types(data)), written)
    refuse(check(exercise, Path(path).parent), lines, str(path), written)
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
    sensors = validated(SensorList, _without_nan(data), lines, str(path)).sensors
    refuse(check_sensors(sensors), lines, str(path))
    return filled(rows_table([row_of(sensor) for sensor in sensors]))


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
