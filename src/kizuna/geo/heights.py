"""Heights that aircraft tell: by the pressure of the air, and above the ellipsoid."""

import numpy as np

from kizuna.shapes import FloatN, IntN


def above_ellipsoid(who: IntN, pressure_m: FloatN, geometric_m: FloatN) -> FloatN:
    """Heights above the ellipsoid, from whichever of the two is told: (N,), (N,), (N,) -> (N,), metres.

    A geometric height is taken as it is. A pressure altitude alone is corrected by the difference of the two
    that the same aircraft told last, or tells next: it changes by metres in a minute, where the two differ by
    hundreds. If it never tells both, the pressure altitude stands for the height.

    Parameters
    ----------
    who
        A number for each aircraft; its rows are in order of time.
    pressure_m
        Altitude in the standard atmosphere, NaN where it isn't told.
    geometric_m
        Height above the ellipsoid, NaN where it isn't told.
    """
    if not np.isnan(geometric_m).any():
        return geometric_m
    order = np.argsort(who, kind="stable")
    differences = _carried(who[order], (geometric_m - pressure_m)[order])
    difference = np.empty_like(differences)
    difference[order] = differences
    corrected = pressure_m + np.where(np.isnan(difference), 0.0, difference)
    return np.where(np.isnan(geometric_m), corrected, geometric_m)


def _carried(who: IntN, values: FloatN) -> FloatN:
    """Each aircraft's last known value, or its next; its rows stand together."""
    forward = _last_known(who, values)
    backward = _last_known(who[::-1], values[::-1])[::-1]
    return np.where(np.isnan(forward), backward, forward)


def _last_known(who: IntN, values: FloatN) -> FloatN:
    rows = np.arange(len(values))
    known = np.maximum.accumulate(np.where(np.isnan(values), -1, rows))
    same = (known >= 0) & (who[known] == who)
    return np.where(same, values[known], np.nan)
