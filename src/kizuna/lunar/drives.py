"""Drives between places: when each may begin, how long it takes and what it needs, for the timeline."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.kernels.arrivals import earliest_way
from kizuna.kernels.fields import STEPS
from kizuna.kernels.route import MAY_DRIVE, SUN_LEVELS
from kizuna.lunar.leg import to_go_s
from kizuna.lunar.site import Site
from kizuna.shapes import BoolN, FloatN, IntN

_TRIES: Final = 2
"""How many other ways are looked for where the shortest is forbidden at times."""


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive from one place to another, without a wait on the way.

    Parameters
    ----------
    lasts_s
        (S,) how long it takes when it begins with each slot; inf where it may not.
    spent_j
        Most that it takes out of the stores, whenever it may begin, joules.
    """

    lasts_s: FloatN
    spent_j: float

    @property
    def allowed(self) -> BoolN:
        """Slots with which it may begin, (S,)."""
        return np.asarray(np.isfinite(self.lasts_s))


def drives_between(site: Site, cells: list[int], slot_s: float) -> dict[tuple[int, int], Drive]:
    """The drives between all pairs of some cells that some slot allows, by their numbers in the list.

    Parameters
    ----------
    site
        Ground and light over time.
    cells
        As row × columns + column.
    slot_s
        Length of a slot, seconds; slots begin with the site's first frame.
    """
    slots = np.arange(0.0, site.end_s - site.start_s, slot_s)
    out = {}
    for last, goal in enumerate(cells):
        field = to_go_s(site.moves, goal)
        for first, start in enumerate(cells):
            if first == last or not np.isfinite(field[start]):
                continue
            here = Drive(np.zeros(len(slots)), 0.0)
            drive = here if start == goal else _drive(site, start, goal, field, slots)
            if drive.allowed.any():
                out[first, last] = drive
    return out


def _drive(site: Site, start: int, goal: int, field: np.ndarray, slots: FloatN) -> Drive:
    """The shortest way, and others for slots in which that is forbidden."""
    lasts, spent_j = _along(site, _downhill(site, start, goal, field), slots)
    for _ in range(_TRIES):
        shut = np.flatnonzero(~np.isfinite(lasts))
        if not len(shut):
            break
        depart_s = float(slots[shut[len(shut) // 2]])
        clock = np.array([depart_s, site.frame_s, float(slots[-1]), 0.0])
        cells, *_ = earliest_way(site.frames, site.moves.seconds, field, clock, start, goal)
        if not len(cells):
            break
        other, other_j = _along(site, cells, slots)
        spent_j = max(spent_j, other_j) if (other < lasts).any() else spent_j
        lasts = np.minimum(lasts, other)
    return Drive(lasts, spent_j)


def _downhill(site: Site, start: int, goal: int, field: np.ndarray) -> IntN:
    """The way along which the time to go falls fastest."""
    columns = site.grid.shape[1]
    way = [start]
    while way[-1] != goal:
        row, column = divmod(way[-1], columns)
        there = [
            (row + down) * columns + column + across
            if np.isfinite(site.moves.seconds[k, row, column])
            else way[-1]
            for k, (down, across) in enumerate(STEPS)
        ]
        total = site.moves.seconds[:, row, column] + field[there]
        way.append(there[int(np.argmin(total))])
    return np.array(way)


def _along(site: Site, way: IntN, slots: FloatN) -> tuple[FloatN, float]:
    """How long a way lasts when begun with each slot, (S,), inf where forbidden; and the most it takes."""
    here, there = way[:-1], way[1:]
    columns = site.grid.shape[1]
    step = list(STEPS)
    k = np.array([step.index(_step(a, b, columns)) for a, b in zip(here, there, strict=True)], dtype=int)
    row, column = here // columns, here % columns
    seconds = site.moves.seconds[k, row, column].astype(np.float64)
    begins = np.concatenate(([0.0], np.cumsum(seconds)[:-1]))
    starts = slots[:, None] + begins
    first = (starts / site.frame_s).astype(np.int64)
    last = np.maximum(first, np.ceil((starts + seconds) / site.frame_s).astype(np.int64) - 1)
    count = site.frames.shape[1]
    inside = last[:, -1] < count
    first, last = np.minimum(first, count - 1), np.minimum(last, count - 1)
    seen = [site.frames[cell, frame] for cell in (here, there) for frame in (first, last)]
    allowed = inside & (np.minimum.reduce(seen) >= MAY_DRIVE).all(axis=1)
    share = np.minimum.reduce([each & SUN_LEVELS for each in seen]) / SUN_LEVELS
    gained_w = _gains_w(site, share)
    joules = site.moves.energy_j[k, row, column].astype(np.float64)
    spent = np.cumsum(joules - gained_w * seconds, axis=1).max(axis=1)
    spent_j = float(spent[allowed].max(initial=0.0))
    return np.where(allowed, seconds.sum(), np.inf), spent_j


def _step(a: int, b: int, columns: int) -> tuple[int, int]:
    """Rows and columns from one cell to a neighbour."""
    return int(b // columns - a // columns), int(b % columns - a % columns)


def waited_j(site: Site, cell: int, energy_j: float, span_s: tuple[float, float]) -> float:
    """What the stores can give after waiting at a cell, joules; times are seconds from the first frame."""
    time_s = span_s[0]
    while time_s < span_s[1]:
        frame = min(int(time_s / site.frame_s), site.frames.shape[1] - 1)
        until_s = min((frame + 1) * site.frame_s, span_s[1])
        gain_w = float(_gains_w(site, np.array((site.frames[cell, frame] & SUN_LEVELS) / SUN_LEVELS)))
        energy_j = min(energy_j + gain_w * (until_s - time_s), site.plant.deliverable_j)
        time_s = until_s
    return energy_j


def parked_j(site: Site, cell: int, slots: int, slot_s: float) -> FloatN:
    """What a rover parked at a cell gains (or loses) from the first slot until each, (S + 1,), joules."""
    per_slot = round(slot_s / site.frame_s)
    share = (site.frames[cell, : slots * per_slot] & SUN_LEVELS) / SUN_LEVELS
    gains = _gains_w(site, share) * site.frame_s
    return np.concatenate(([0.0], np.cumsum(gains.reshape(slots, per_slot).sum(axis=1))))


def _gains_w(site: Site, share: FloatN) -> FloatN:
    """What the stores gain without driving, under shares of the Sun (...), watts."""
    plant = site.plant
    rest = plant.array_w(1.0) * share - site.rover.hotel_w - plant.heater_w * (1.0 - share)
    return np.where(rest > 0.0, np.minimum(rest, plant.least_intake_w) * plant.least_gain, rest)
