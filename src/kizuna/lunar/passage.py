"""A plan as spells of driving and standing, and when they begin if drives and excursions last longer."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from kizuna.errors import InputError
from kizuna.lunar.check import Ways
from kizuna.lunar.doubt import Drawn
from kizuna.lunar.plan import Plan
from kizuna.lunar.rover import pace_of
from kizuna.shapes import BoolN, Float, FloatN, IntN

STAND_S: Final = 600.0
"""Standing is cut into pieces of at most this length."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is done: a drive without a stop, an excursion or a sleep.

    Parameters
    ----------
    kind
        "drive", "eva" or "sleep".
    start_s, end_s
        As planned, seconds since 1970-01-01 UTC.
    after_s
        What must lie between the thing before and this one, seconds.
    """

    kind: str
    start_s: float
    end_s: float
    after_s: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A plan cut into S spells, at S + 1 times.

    Parameters
    ----------
    things
        What is done, in order.
    cut_s
        (S + 1,) as planned, seconds since 1970-01-01 UTC.
    point
        (S + 1,) the plan's point where the rover is then, or has been since.
    thing
        (S,) what is done meanwhile; -1: nothing.
    moving
        (S,) whether it drives.
    """

    things: tuple[Thing, ...]
    cut_s: FloatN
    point: IntN
    thing: IntN
    moving: BoolN

    def of(self, kind: str) -> list[int]:
        """Numbers of the things of some kind."""
        return [number for number, each in enumerate(self.things) if each.kind == kind]


def passage_of(plan: Plan, ways: Ways) -> Passage:
    """Cut a plan into spells.

    Raises
    ------
    InputError
        When things are done at once.
    """
    things = _things(plan, ways.moving)
    for before, after in pairwise(things):
        if after.start_s < before.end_s - 1.0:
            raise InputError(
                "plan", "activities", f"{after.kind} begins before {before.kind} is over", "one after another"
            )
    edges = [plan.time_s]
    edges += [np.array([each.start_s, each.end_s]) for each in things]
    rough = np.unique(np.concatenate(edges))
    rough = rough[(rough >= plan.time_s[0]) & (rough <= plan.time_s[-1])]
    leg = np.searchsorted(plan.time_s, (rough[:-1] + rough[1:]) / 2.0) - 1
    pieces = [
        np.linspace(a, b, 1 if ways.moving[at] else int(np.ceil((b - a) / STAND_S)), endpoint=False)
        for a, b, at in zip(rough[:-1], rough[1:], leg, strict=True)
    ]
    cut = np.append(np.concatenate(pieces), rough[-1])
    middle = (cut[:-1] + cut[1:]) / 2.0
    leg = np.searchsorted(plan.time_s, middle) - 1
    thing = np.full(len(middle), -1)
    for number, each in enumerate(things):
        thing[(middle >= each.start_s) & (middle <= each.end_s)] = number
    return Passage(things, cut, np.append(leg, len(plan.time_s) - 1), thing, ways.moving[leg])


def _things(plan: Plan, moving: BoolN) -> tuple[Thing, ...]:
    """Drives and activities in order, with the crew's ways through the ports between them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], moving, [False])).astype(int))).reshape(-1, 2)
    found = [("drive", float(plan.time_s[a]), float(plan.time_s[b])) for a, b in edges]
    found += [(each.kind, each.start_s, each.end_s) for each in plan.activities]
    found.sort(key=lambda each: each[1])
    lead = {"eva": plan.crew.prebreathe_s + plan.crew.port_s}
    out: list[Thing] = []
    for kind, start_s, end_s in found:
        after_s = lead.get(kind, 0.0)
        if out:
            after_s += plan.crew.port_s if out[-1].kind == "eva" else 0.0
            after_s = min(after_s, max(start_s - out[-1].end_s, 0.0))
        out.append(Thing(kind, start_s, end_s, after_s))
    return tuple(out)


def clock(plan: Plan, ways: Ways, passage: Passage, drawn: Drawn) -> Float:
    """When the cuts are in each run, (R, S + 1), seconds since 1970-01-01 UTC.

    The crew keeps the plan's times where it can, and is never early: a drive lasts longer where the ground is
    steeper than the map says, or the pace is slower than the rover's and the plan has no slack; what comes
    after it begins when it is over. An excursion ends when the work is done, and at the latest when the
    crew's rules say.
    """
    runs, cut = len(drawn.array), passage.cut_s
    out = np.empty((runs, len(cut)))
    out[:] = cut
    pitch, level = pitches(ways, drawn), pace_of(plan.rover)
    slower = np.interp(ways.pitch_deg, level.pitch_deg, level.speed_mps)
    slower = slower / np.interp(pitch, level.pitch_deg, level.speed_mps)
    rough = 1.0 + ways.rough_m / plan.rover.slow_roughness_m
    slack = np.interp(ways.pitch_deg, level.pitch_deg, level.speed_mps) / rough
    slack = np.where(ways.moving, slack / np.maximum(ways.speed_mps, 1e-9), 1.0)
    over, before = np.full(runs, cut[0]), 0
    for number, thing in enumerate(passage.things):
        spells = np.flatnonzero(passage.thing == number)
        if not len(spells):
            continue
        first, last = int(spells[0]), int(spells[-1]) + 1
        starts = np.maximum(over + thing.after_s, cut[first])
        lasts = np.broadcast_to(np.diff(cut[first : last + 1]), (runs, last - first))
        if thing.kind == "drive":
            leg = passage.point[spells]
            later = slower[:, leg] * drawn.speed[:, number, None] / np.minimum(slack[leg], 1e3)
            lasts = lasts * np.maximum(later, 1.0)
        elif thing.kind == "eva":
            longest_s = max(plan.crew.eva_s, thing.end_s - thing.start_s)
            whole = np.minimum((thing.end_s - thing.start_s) * drawn.eva[:, number], longest_s)
            lasts = lasts * (whole / (thing.end_s - thing.start_s))[:, None]
        _stretch(out, cut, before, first, over, starts)
        out[:, first] = starts
        out[:, first + 1 : last + 1] = starts[:, None] + np.cumsum(lasts, axis=1)
        over, before = out[:, last].copy(), last
    _stretch(out, cut, before, len(cut) - 1, over, np.maximum(over, cut[-1]))
    return out


def _stretch(out: Float, cut: FloatN, first: int, last: int, begins: FloatN, ends: FloatN) -> None:
    """Spread the cuts from `first` to `last` between two times of each run."""
    if last > first:
        share = (cut[first : last + 1] - cut[first]) / max(cut[last] - cut[first], 1e-9)
        out[:, first : last + 1] = begins[:, None] + (ends - begins)[:, None] * share


def pitches(ways: Ways, drawn: Drawn) -> Float:
    """Pitch of each leg in each run, (R, N - 1), degrees, with the errors of the heights of its ends."""
    flat = ways.length_m * np.cos(np.radians(ways.pitch_deg))
    error = np.diff(drawn.height_m, axis=1)
    rise = np.tan(np.radians(ways.pitch_deg)) * flat + error
    return np.where(ways.moving, np.degrees(np.arctan2(rise, np.maximum(flat, 1e-9))), 0.0)
