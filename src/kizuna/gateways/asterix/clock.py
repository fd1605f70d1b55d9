"""From times of day to UTC: by the time of capture, or by the day on which the recording began."""

from typing import Final

import numpy as np

from kizuna.shapes import FloatN

DAY_S: Final = 86_400.0
_SLACK_S: Final = 3_600.0
"""A recording may begin this much before the time that somebody remembers; but not before a bare date."""


def nearest(value_s: FloatN, period_s: float, reference_s: FloatN) -> FloatN:
    """The time nearest to a reference that is a value plus whole periods: (N,), (N,) -> (N,), s."""
    return reference_s + _wrapped(value_s - reference_s, period_s)


def unwrapped(value_s: FloatN, period_s: float, start_s: float) -> FloatN:
    """Times from values that begin anew after each period, in the order of their telling: (N,) -> (N,), s.

    Parameters
    ----------
    value_s
        Seconds since midnight, or since the last multiple of the period.
    period_s
        When values begin anew. Two that follow one another are less than half of it apart.
    start_s
        When the first was told. At midnight UTC it means the day, otherwise the time to within an hour.
    """
    if not len(value_s):
        return value_s
    slack_s = 0.0 if start_s % DAY_S == 0.0 else min(_SLACK_S, 0.5 * period_s)
    first_s = start_s - slack_s + (value_s[0] - start_s + slack_s) % period_s
    steps_s = _wrapped(np.diff(value_s), period_s)
    made: FloatN = first_s + np.concatenate([[0.0], np.cumsum(steps_s)])
    return made


def carried(values: FloatN) -> FloatN:
    """Each value, or the last known one before it, or the first known one after it: (N,) -> (N,)."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return values
    last = np.searchsorted(known, np.arange(len(values)), side="right") - 1
    made: FloatN = values[known[np.maximum(last, 0)]]
    return made


def _wrapped(difference_s: FloatN, period_s: float) -> FloatN:
    """The difference to the nearest of the times that differ by whole periods, half a period at most."""
    return difference_s - period_s * np.floor(difference_s / period_s + 0.5)
