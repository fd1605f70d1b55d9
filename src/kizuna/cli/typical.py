"""Sensors of which a recording tells too little: what it shows of them, and typical numbers for the rest."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from kizuna.errors import InputError
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import DEFAULTS, NEEDED, Sensors
from kizuna.shapes import BoolN

SIGMAS: Final[dict[str, dict[str, float]]] = {
    "position": {
        "sigma_position_m": 60.0,
        "sigma_altitude_m": 25.0,
    },
    "radar": {
        "sigma_range_m": 70.0,
        "sigma_azimuth_deg": 0.08,
        "sigma_altitude_m": 100.0,
    },
    "bearing": {"sigma_azimuth_deg": 1.0},
}
"""Standard deviations by kind of sensor.

`position`: ADS-B must be known to 92.6 m with 95 % (NACp 8) and may be late by up to 0.6 s (14 CFR 91.227):
38 m for each axis, and 43 m at 250 m/s. `radar`: the random errors that the
EUROCONTROL Standard Document for Radar Surveillance (SUR.ET1.ST01.1000-STD-01-01, 1997) allows a monopulse
secondary radar; its heights are pressure altitudes, which weather sets off from the true ones by more than
their steps of 25 feet. `bearing` has no such standard.
"""
_REACH: Final = 1.02
"""A sensor reaches a little farther than the farthest that it saw."""
_LONGEST_PERIOD_S: Final = 60.0


def completed(sensors: Sensors, detections: Detections, file: str) -> Sensors:
    """The same sensors with a number wherever the tracker needs one.

    Parameters
    ----------
    sensors
        What the recording tells of its sensors.
    detections
        What the sensors saw: it shows their periods, and how far radars reach, where that isn't told.
    file
        The recording.

    Raises
    ------
    InputError
        When nothing tells where a radar stands.
    """
    columns: dict[str, Any] = {name: values.copy() for name, values in _numbers(sensors).items()}
    for row, code in enumerate(sensors.sensor.codes.tolist()):
        name, kind = sensors.sensor.names[code], sensors.kind.names[sensors.kind.codes[row]]
        mine = detections.sensor.equal(name)
        for column, sigma in SIGMAS[kind].items():
            _fill(columns[column], row, sigma)
        _fill(columns["period_s"], row, _period_s(detections, mine))
        if kind == "radar":
            farthest_m = detections.range_m[mine].max(initial=1_000.0)
            _fill(columns["max_range_m"], row, _REACH * float(farthest_m))
        _fill(columns["pd"], row, DEFAULTS["pd"])
        if any(np.isnan(columns[column][row]) for column in NEEDED[kind]):
            problem = f"doesn't tell where sensor {name!r} stands"
            raise InputError(file, "", problem, f"--sensors with a file that has a sensor {name!r}")
    return replace(sensors, **columns)


def _numbers(sensors: Sensors) -> dict[str, Any]:
    wanted = {name for kind in SIGMAS for name in SIGMAS[kind]} | {"period_s", "max_range_m", "pd"}
    wanted |= {name for names in NEEDED.values() for name in names}
    return {name: getattr(sensors, name) for name in sorted(wanted)}


def _fill(values: Any, row: int, value: float) -> None:
    if np.isnan(values[row]):
        values[row] = value


def _period_s(detections: Detections, mine: BoolN) -> float:
    """The median time from one detection of an identity to its next; a few seconds where nobody has one."""
    identity, time_s = detections.identity.codes[mine], detections.time[mine]
    order = np.lexsort((time_s, identity))
    same = (np.diff(identity[order]) == 0) & (identity[order][1:] >= 0)
    gaps_s = np.diff(time_s[order])[same]
    gaps_s = gaps_s[(gaps_s > 0.0) & (gaps_s <= _LONGEST_PERIOD_S)]
    return float(np.clip(np.median(gaps_s), 0.5, _LONGEST_PERIOD_S)) if len(gaps_s) else 5.0
