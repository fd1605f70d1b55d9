"""When each record holds: its time of day, brought to UTC."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from kizuna.errors import InputError
from kizuna.gateways.asterix.clock import DAY_S, carried, nearest, unwrapped
from kizuna.gateways.asterix.frames import Frames
from kizuna.gateways.asterix.records import Records
from kizuna.shapes import FloatN, IntN

_TICK_S: Final = 1.0 / 128.0
_ITEMS: Final[dict[int, tuple[str, ...]]] = {
    2: ("030",),
    20: ("140",),
    21: ("071", "073", "077"),
    34: ("030",),
    48: ("140",),
    62: ("070",),
}
"""The items with the time of day, the one that fits the position best first."""
_SHORT_PERIOD_S: Final = 512.0
"""CAT 001 tells the time of day without its upper byte, and leaves the rest to CAT 002."""


def heard_at(frames: Frames, file: str, start_s: float | None) -> FloatN:
    """When each stretch was heard, s since 1970-01-01 UTC; NaN where nothing tells.

    Raises
    ------
    InputError
        When the stretches have times of day, and nothing tells the date.
    """
    if not np.isnan(frames.day_s).all():
        return unwrapped(frames.day_s, DAY_S, _start(file, start_s))
    return frames.heard_s


def times(
    records: Mapping[int, tuple[IntN, Records]], count: int, file: str, start_s: float | None
) -> FloatN:
    """Time of each record, s since 1970-01-01 UTC, NaN where it tells none: (N,).

    Parameters
    ----------
    records
        The records of each category, with their numbers in the order of the file.
    count
        How many there are of all categories, N.
    file
        What to call the file.
    start_s
        When the recording began, as `clock.unwrapped` takes it.

    Raises
    ------
    InputError
        When there are times of day alone and `start_s` is None.
    """
    day_s, short_s, heard_s = (np.full(count, np.nan) for _ in range(3))
    for category, (rows, mine) in records.items():
        heard_s[rows] = mine.heard_s
        for item in reversed(_ITEMS.get(category, ())):
            told = mine.number(item, 0, 3, _TICK_S)
            day_s[rows] = np.where(told < DAY_S, told, day_s[rows])
        if category == 1:
            short_s[rows] = mine.number("141", 0, 2, _TICK_S)
    time_s = nearest(day_s, DAY_S, heard_s)
    alone = np.flatnonzero(~np.isnan(day_s) & np.isnan(heard_s))
    if len(alone):
        time_s[alone] = unwrapped(day_s[alone], DAY_S, _start(file, start_s))
    short = np.flatnonzero(~np.isnan(short_s))
    if len(short):
        reference_s = np.where(np.isnan(heard_s), carried(time_s), heard_s)[short]
        time_s[short] = (
            unwrapped(short_s[short], _SHORT_PERIOD_S, _start(file, start_s))
            if np.isnan(reference_s).any()
            else nearest(short_s[short], _SHORT_PERIOD_S, reference_s)
        )
    # What tells no time of its own is as old as its arrival.
    return np.where(np.isnan(time_s), heard_s, time_s)


def _start(file: str, start_s: float | None) -> float:
    if start_s is None:
        problem = "tells the time of day, but not the day"
        raise InputError(file, "", problem, "--start with the day it began, such as --start 2024-05-01")
    return start_s
