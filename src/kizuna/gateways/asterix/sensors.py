"""What service messages (CAT 034, 002) tell of radars: where they stand and how fast they turn."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from kizuna.gateways.asterix.records import Records
from kizuna.messages.recording import NATION
from kizuna.messages.sensor import Sensors
from kizuna.shapes import FloatN, IntN

_NORTH_MARK: Final = 1
_TICK_S: Final = 1.0 / 128.0
_LONGEST_S: Final = 60.0


def sensors(named: Mapping[str, tuple[int, str]], services: Mapping[int, tuple[Records, FloatN]]) -> Sensors:
    """A row for each sensor.

    Parameters
    ----------
    named
        Source (SAC * 256 + SIC) and kind of each sensor, by name.
    services
        Records of CAT 034 and 002, each with their times (N,).
    """
    places = [_place(source, services) for source, _ in named.values()]
    told: dict[str, list[Any]] = {
        name: [place[k] for place in places] for k, name in enumerate(("lat_deg", "lon_deg", "alt_m"))
    }
    return Sensors.of(
        sensor=list(named),
        nation=[NATION] * len(named),
        kind=[kind for _, kind in named.values()],
        period_s=[
            _period_s(source, services) if kind == "radar" else np.nan for source, kind in named.values()
        ],
        **told,
    )


def _period_s(source: int, services: Mapping[int, tuple[Records, FloatN]]) -> float:
    """The median of the periods told, or of the times between north marks."""
    told, between = [], []
    for records, time_s in services.values():
        mine = records.source() == source
        told.append(records.number("041", 0, 2, _TICK_S)[mine])
        marks = np.sort(time_s[mine & (records.whole("000", 0, 1) == _NORTH_MARK)])
        between.append(np.diff(marks))
    for candidates in (told, between):
        values = np.concatenate([*candidates, np.empty(0)])
        values = values[(values > 0.0) & (values <= _LONGEST_S)]
        if len(values):
            return float(np.median(values))
    return np.nan


def _place(source: int, services: Mapping[int, tuple[Records, FloatN]]) -> tuple[float, float, float]:
    """Latitude, longitude and height that CAT 034 tells last."""
    records = services[34][0] if 34 in services else None
    if records is None:
        return np.nan, np.nan, np.nan
    rows: IntN = np.flatnonzero((records.source() == source) & records.has("120"))
    if not len(rows):
        return np.nan, np.nan, np.nan
    last = rows[-1]
    angle = 180.0 / 2**23
    return (
        float(records.number("120", 2, 3, angle, signed=True)[last]),
        float(records.number("120", 5, 3, angle, signed=True)[last]),
        float(records.number("120", 0, 2, 1.0, signed=True)[last]),
    )
