"""Where objects and tracks went, as few points: sorted into trails, sampled, and broken at gaps."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.messages.columns import Labels
from kizuna.review.report.canvas import Canvas
from kizuna.review.report.lines import joined, thinned, within
from kizuna.shapes import Float, FloatN, IntN

MOST_POINTS: Final = 120_000
"""Samples of one set of trails that are projected; what the thinning leaves is far less."""

_GAP_S: Final = 60.0
_GAP_STEPS: Final = 3.0
"""A trail is broken where nothing is known for a minute and three usual steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Trails:
    """Trails for drawing: (N, 2) kilometres with NaN between trails, and each owner's last place, (O,) and
    (O, 2).
    """

    xy_km: Float
    owner: IntN
    last_xy_km: Float


def trails(owner: IntN, time_s: FloatN, lat_deg: FloatN, lon_deg: FloatN, canvas: Canvas) -> Trails:
    """Trails of owners (objects or tracks) from samples in any order.

    Parameters
    ----------
    owner, time_s, lat_deg, lon_deg
        Whose sample it is, when and where, each (N,).
    canvas
        What the map can show, and how fine.
    """
    order = np.lexsort((time_s, owner))
    owner, time_s = owner[order], time_s[order]
    rows = _sampled(owner, MOST_POINTS)
    owner, time_s, order = owner[rows], time_s[rows], order[rows]
    xy = canvas.projection.xy_km(lat_deg[order], lon_deg[order])
    ends = (
        np.flatnonzero(np.append(owner[1:] != owner[:-1], True))
        if len(owner)
        else np.empty(0, dtype=np.int64)
    )
    points, part = within(xy, _parts(owner, time_s), canvas.reach)
    keep = thinned(points, part, canvas.fine_km)
    return Trails(joined(points[keep], part[keep]), owner[ends], xy[ends])


def text_of(names: Labels, codes: IntN) -> list[str]:
    """The names of some codes; an empty text for null."""
    return [names.names[code] if code >= 0 else "" for code in codes]


def _sampled(owner: IntN, most: int) -> IntN:
    """Rows of every k-th sample of each owner, and of its last: (N,) sorted owners -> rows in order."""
    step = -(-len(owner) // most)
    if step <= 1:
        return np.arange(len(owner))
    begins = np.insert(owner[1:] != owner[:-1], 0, True)
    rows = np.arange(len(owner))
    number = rows - np.maximum.accumulate(np.where(begins, rows, 0))
    return np.flatnonzero((number % step == 0) | np.append(begins[1:], True))


def _parts(owner: IntN, time_s: FloatN) -> IntN:
    """A number for each unbroken stretch of one owner."""
    if not len(owner):
        return owner
    same = owner[1:] == owner[:-1]
    gap = np.diff(time_s)
    usual = float(np.median(gap[same])) if same.any() else 0.0
    return np.append(0, np.cumsum(~same | (gap > _GAP_S + _GAP_STEPS * usual))).astype(np.int64)
