"""The ground and the times that the verbs of the Moon are told on the command line."""

from pathlib import Path

import numpy as np

from kizuna.errors import InputError
from kizuna.geo.time import parse_utc
from kizuna.lunar.ground import Ground
from kizuna.shapes import FloatN

_MOST_TIMES = 1_000_000
"""More are a slip in a step or in a date; a million minutes are almost two years."""


def ground(maps: list[Path], seed: int | None, cells: int, step_m: float) -> Ground:
    """The ground of elevation models, from fine to coarse, or a made-up one."""
    if maps and seed is not None:
        raise InputError("--synthetic", "", "is given beside --terrain", "one of them")
    if not maps and seed is None:
        raise InputError("--terrain", "", "isn't given", "elevation models, or --synthetic with a seed")
    if not 0.0 < step_m <= 1000.0:
        raise InputError("--cell", "", f"{step_m:g} m", "a number of metres above 0 and up to 1000")
    return Ground(
        files=tuple(str(path.absolute()) for path in maps), synthetic=seed, cells=cells, cell_m=step_m
    )


def moment(option: str, text: str) -> float:
    """Seconds since 1970-01-01 UTC of an option's text."""
    try:
        return parse_utc(text)
    except ValueError as error:
        raise InputError(option, "", str(error)) from None


def times(start: str, end: str, step_s: float) -> FloatN:
    """Evenly spaced times from one text to the other, both included."""
    first, last = moment("--from", start), moment("--to", end)
    if not (step_s > 0.0 and last - first >= step_s):
        raise InputError(
            "--to",
            "",
            f"{end} is less than a step of {step_s:g} s after {start}",
            "a later time, or shorter steps",
        )
    count = (last - first) / step_s + 1.0
    if count > _MOST_TIMES:
        problem = f"{step_s:g} s from {start} to {end} are {count:,.0f} times"
        raise InputError("--step", "", problem, f"no more than {_MOST_TIMES:,}")
    return np.arange(first, last + step_s / 2.0, step_s)


def place(option: str, text: str) -> tuple[float, float]:
    """Latitude and longitude out of an option's text, such as -89.4,222."""
    refusal = InputError(option, "", f"{text!r} is no place", "LAT,LON in degrees, such as -89.4,222")
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise refusal from None
    if not (abs(lat) <= 90.0 and abs(lon) <= 360.0):
        raise refusal
    return lat, lon
