"""The sensors of a file as one table, with their places and with what an absent number stands for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kizuna.messages.columns import columns_of
from kizuna.messages.sensor import DEFAULTS, Sensors
from kizuna.scenario.model import Exercise
from kizuna.scenario.sensor import Sensor, SensorRow

POSITION_ALTITUDE_M = 25.0
"""What an absent `sigma_altitude_m` of a `position` sensor stands for.

ADS-B tells heights in steps of 25 feet or finer; the altimeters of airliners add a sigma near 25 m.
"""


def sensors_table(exercise: Exercise) -> Sensors:
    """The sensors of an exercise in the order of its file, with their places and with defaults filled in."""
    return filled(rows_table([_placed(sensor, exercise) for sensor in exercise.sensors]))


def rows_table(rows: Sequence[dict[str, Any]]) -> Sensors:
    """Table of these rows; a key that is absent or None is null."""
    names = columns_of(Sensors)
    columns: dict[str, Any] = {}
    for name, spec in names.items():
        values: Iterable[Any] = [row.get(name) for row in rows]
        columns[name] = (
            values
            if spec.kind == "label"
            else np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        )
    return Sensors.of(**columns)


def filled(sensors: Sensors) -> Sensors:
    """The same sensors with a number where an absent one has a default."""
    made: dict[str, Any] = {
        name: np.where(np.isnan(getattr(sensors, name)), value, getattr(sensors, name))
        for name, value in DEFAULTS.items()
    }
    sigma = sensors.sigma_altitude_m
    lacks = np.isnan(sigma) & sensors.kind.equal("position")
    return replace(sensors, sigma_altitude_m=np.where(lacks, POSITION_ALTITUDE_M, sigma), **made)


def row_of(sensor: SensorRow) -> dict[str, Any]:
    """The columns of one sensor."""
    return {name: getattr(sensor, name) for name in columns_of(Sensors)}


def _placed(sensor: Sensor, exercise: Exercise) -> dict[str, Any]:
    row = row_of(sensor)
    if sensor.airport is not None:
        airport = exercise.airports[sensor.airport]
        row |= {
            "lat_deg": airport.lat_deg,
            "lon_deg": airport.lon_deg,
            "alt_m": airport.alt_m + (sensor.mast_m or 0.0),
        }
    return row
