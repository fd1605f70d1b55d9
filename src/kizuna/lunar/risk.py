"""How surely a plan keeps its limits: many runs with what isn't known drawn anew in each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import binomtest

from kizuna.errors import InputError
from kizuna.kernels.stores import through
from kizuna.lunar.check import Ways, walk_margins, ways_of
from kizuna.lunar.doubt import Doubt, Drawn, draw
from kizuna.lunar.ephemeris import Ephemeris
from kizuna.lunar.light import LIT
from kizuna.lunar.margin import Margin
from kizuna.lunar.passage import Passage, clock, passage_of, pitches
from kizuna.lunar.plan import Plan
from kizuna.lunar.power import KWH, full
from kizuna.lunar.rover import pace_of
from kizuna.lunar.skytable import SkyTable, sky_tables
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import BoolN, Float, FloatN, IntN

_BATCH: Final = 100
"""Runs at once, to spare memory; the numbers don't depend on it."""

_CURVE: Final = 600
_BAND: Final = (5.0, 50.0, 95.0)
_WEAK: Final = 0.05


@dataclass(frozen=True, slots=True)
class Chance:
    """How surely one limit holds.

    Parameters
    ----------
    name, unit, limit
        As in `kizuna.lunar.margin.Margin`.
    holds, low, high
        Share of the runs that keep it, and the ends of its 95 % interval (Wilson).
    margins
        (R,) what is left in each run at its worst moment; below 0 it breaks the limit.
    time_s
        The weakest moment: when the worst is in the run that one in twenty falls short of, seconds since
        1970-01-01 UTC.
    """

    name: str
    unit: str
    limit: float
    holds: float
    low: float
    high: float
    margins: FloatN
    time_s: float

    def left(self, share: float) -> float:
        """The margin that this share of the runs falls short of."""
        return float(np.quantile(self.margins, share))


@dataclass(frozen=True, slots=True)
class Risk:
    """What many runs of a plan came to.

    Parameters
    ----------
    chances
        Of each limit, the least sure first.
    together
        Of all limits at once.
    curve_s, left_j, heat_w
        (T,) times, and (3, T) what is left and heat: 5 %, 50 % and 95 % of the runs lie below.
    late_s
        (R,) by how much the mission ends late.
    """

    chances: list[Chance]
    together: Chance
    curve_s: FloatN
    left_j: Float
    heat_w: Float
    late_s: FloatN


def assess(
    plan: Plan,
    terrain: Terrain,
    ephemeris: Ephemeris,
    doubt: Doubt,
    *,
    runs: int = 500,
    seed: int = 1,
    report: Callable[[str, float], None] = lambda *_: None,
) -> Risk:
    """Run a plan many times.

    In each run heights, soil, pace, power and the crew's work are other than planned; see
    `kizuna.lunar.doubt.draw` and `kizuna.lunar.passage.clock`. Sun and Earth are looked up where the rover is
    when it is there, also if late. Without doubt the margins are the checker's, but for spells of up to
    ten minutes where it takes seconds.

    Parameters
    ----------
    plan, terrain, ephemeris
        As for `kizuna.lunar.check.drive_again`.
    doubt
        How much what isn't known may differ.
    runs, seed
        How many, from which seed; the first runs of more are the same.
    report
        Is told what is done and the share of it, from 0 to 1.

    Raises
    ------
    InputError
        When the plan leaves the map or the ephemeris, or does things at once.
    """
    if runs < 2:
        raise InputError("--runs", "", f"{runs}", "2 or more")
    ways = ways_of(plan, terrain)
    passage = passage_of(plan, ways)
    walk = walk_margins(plan, terrain) if plan.rules.walk_back else []
    batches = [range(first, min(first + _BATCH, runs)) for first in range(0, runs, _BATCH)]
    visit = np.concatenate(([0], np.cumsum(ways.moving)))
    things, points = max(len(passage.things), 1), len(plan.time_s)
    first, last = np.full(visit[-1] + 1, np.inf), np.full(visit[-1] + 1, -np.inf)
    at = visit[passage.point]
    for batch in batches:
        times = clock(plan, ways, passage, draw(doubt, seed, batch, things, points))
        np.minimum.at(first, at, times.min(axis=0))
        np.maximum.at(last, at, times.max(axis=0))
    report("sky", 0.3)
    places = np.searchsorted(visit, np.arange(visit[-1] + 1))
    spans = np.column_stack((first, last))
    tables = sky_tables(terrain, ephemeris, plan.mast_m, plan.lat_deg[places], plan.lon_deg[places], spans)
    curve_s = np.linspace(plan.time_s[0], plan.time_s[-1], _CURVE)
    out = []
    for number, batch in enumerate(batches):
        report("runs", 0.5 + 0.5 * number / len(batches))
        study = _Study(plan, ways, passage, visit, tables, doubt)
        out.append(study.run(draw(doubt, seed, batch, things, points), curve_s, walk))
    return _summary(out, curve_s)


@dataclass(frozen=True, slots=True)
class _Some:
    """Some runs: margins (R,) and their times (R,) by name, unit and limit; curves (R, T); delay (R,)."""

    margins: dict[tuple[str, str, float], tuple[FloatN, FloatN]]
    left_j: Float
    heat_w: Float
    late_s: FloatN


@dataclass(frozen=True, slots=True)
class _Study:
    """A plan made ready for runs."""

    plan: Plan
    ways: Ways
    passage: Passage
    visit: IntN
    tables: tuple[SkyTable, SkyTable]
    doubt: Doubt

    def run(self, drawn: Drawn, curve_s: FloatN, walk: list[Margin]) -> _Some:
        """Some runs."""
        plan, passage, rover = self.plan, self.passage, self.plan.rover
        plant = plan.power.aged
        times = clock(plan, self.ways, passage, drawn)
        sun, earth = (
            self._seen(table, times, error)
            for table, error in zip(self.tables, (drawn.sun, drawn.earth), strict=True)
        )
        lasts = np.diff(times, axis=1)
        drive_w = self._drive_j(drawn) / np.maximum(lasts, 1e-9)
        load = rover.hotel_w * drawn.hotel[:, None] + plant.heater_w * (1.0 - sun.both) + drive_w
        supply = plant.array_w(1.0) * drawn.array[:, None] * sun.both
        begin = full(plant, plan.stored)
        left, missing, heat = through(supply, load, lasts, plant.stores, begin.battery_j, begin.tank_j)
        hot = heat + rover.hotel_w * drawn.hotel[:, None] + drive_w * (1.0 - rover.efficiency)
        dark_w, lit_w = plant.rejected_w(0.0), plant.rejected_w(1.0)
        spare = dark_w + (lit_w - dark_w) * sun.both - hot
        reserve_j = plan.rules.reserve * plant.deliverable_j
        margins = {
            ("energy", "kWh", reserve_j / KWH): _worst((left - reserve_j) / KWH, times),
            ("power not met", "W", 0.0): _worst(0.0 - missing, times[:, :-1]),
            ("heat", "W", 0.0): _worst(spare, times[:, :-1]),
        }
        margins |= self._ground(drawn, times) | self._sights(sun, earth, times) | self._crew(drawn, times)
        for each in walk:
            left_w = each.limit - each.worst * drawn.walk * (drawn.work if each.unit == "MJ" else 1.0)
            margins[each.name, each.unit, each.limit] = (left_w, np.full(len(left_w), each.time_s))
        rows = [np.interp(curve_s, times[run], left[run]) for run in range(len(left))]
        warm = [np.interp(curve_s, times[run, :-1], hot[run]) for run in range(len(left))]
        return _Some(margins, np.array(rows), np.array(warm), times[:, -1] - passage.cut_s[-1])

    def _seen(self, table: SkyTable, times: Float, error: Float) -> "_Sight":
        """What is seen of a disc at both ends of each spell, with one error of the ground for each drive and
        the stay after it.
        """
        passage = self.passage
        drives = np.isin(passage.thing, passage.of("drive"))
        group = np.maximum.accumulate(np.where(drives, passage.thing, 0))
        raised = self.doubt.height_m * error[:, group]
        at = self.visit[passage.point]
        begins = table.at(at[:-1], times[:, :-1], raised)
        ends = table.at(at[1:], times[:, 1:], raised)
        least = np.minimum(begins, ends)
        return _Sight(least, np.where(passage.moving, least, (begins + ends) / 2.0))

    def _drive_j(self, drawn: Drawn) -> Float:
        """Energy of the drive in each spell, (R, S), joules."""
        passage, pace = self.passage, pace_of(self.plan.rover)
        leg = passage.point[:-1]
        per_m = np.interp(pitches(self.ways, drawn), pace.pitch_deg, pace.energy_j_per_m)
        each = (per_m * self.ways.length_m)[:, leg] * drawn.energy[:, passage.thing]
        return np.where(passage.moving, each, 0.0)

    def _ground(self, drawn: Drawn, times: Float) -> dict[tuple[str, str, float], tuple[FloatN, FloatN]]:
        """Slope, pitch and roll: a plane through nine cells has the error of its heights."""
        moving, rover, plan = self.ways.moving, self.plan.rover, self.plan
        if not moving.any():
            return {}
        plane = self.doubt.height_m * np.sqrt(12.0) / (8.0 * self.step_m)
        per_deg = np.degrees(np.arctan(plane))
        when = np.broadcast_to(plan.time_s[:-1], (len(times), len(moving)))[:, moving]
        values = {
            ("slope", "deg", rover.max_slope_deg): self.ways.slope_deg + per_deg * drawn.slope[:, :-1],
            ("pitch", "deg", rover.max_pitch_deg): np.abs(pitches(self.ways, drawn)),
            ("roll", "deg", rover.max_roll_deg): self.ways.roll_deg + per_deg * drawn.roll[:, :-1],
        }
        return {key: _worst(key[2] + 0.01 - value[:, moving], when) for key, value in values.items()}

    @property
    def step_m(self) -> float:
        """The typical length of a step of the plan, metres: about that of the map."""
        return float(np.median(self.ways.length_m[self.ways.moving]))

    def _sights(
        self, sun: "_Sight", earth: "_Sight", times: Float
    ) -> dict[tuple[str, str, float], tuple[FloatN, FloatN]]:
        """Light and sight of the Earth while driving and outside."""
        rules, passage = self.plan.rules, self.passage
        asked: list[tuple[str, float, _Sight, BoolN]] = []
        outside = np.isin(passage.thing, passage.of("eva"))
        if rules.light > 0.0:
            asked.append(("light while driving", rules.light, sun, passage.moving))
        if rules.link:
            asked.append(("Earth while driving", LIT, earth, passage.moving))
        asked.append(("light outside", rules.eva_light, sun, outside))
        if rules.eva_link:
            asked.append(("Earth outside", LIT, earth, outside))
        return {
            (name, "share", limit): _worst(seen.least[:, when] - limit, times[:, :-1][:, when])
            for name, limit, seen, when in asked
            if when.any()
        }

    def _crew(self, drawn: Drawn, times: Float) -> dict[tuple[str, str, float], tuple[FloatN, FloatN]]:
        """Time awake, and what excursions take out of the suits."""
        plan, passage = self.plan, self.passage
        out = {}
        if plan.activities:
            edges = [times[:, 0]]
            for number in passage.of("sleep"):
                spells = np.flatnonzero(passage.thing == number)
                edges += [times[:, spells[0]], times[:, spells[-1] + 1]]
            edges.append(times[:, -1])
            awake = np.column_stack(edges[1::2]) - np.column_stack(edges[::2])
            hours = plan.crew.awake_s / 3600.0
            out["awake", "h", hours] = _worst(hours - awake / 3600.0, np.column_stack(edges[1::2]))
        lasts, begins = [], []
        for number in passage.of("eva"):
            spells = np.flatnonzero(passage.thing == number)
            lasts.append(times[:, spells[-1] + 1] - times[:, spells[0]])
            begins.append(times[:, spells[0]])
        if lasts:
            suit = plan.suit
            spent = suit.work_w * np.column_stack(lasts) * drawn.work[:, None] / 1e6
            limit = suit.usable_j / 1e6
            out["suits on an excursion", "MJ", limit] = _worst(limit - spent, np.column_stack(begins))
        return out


@dataclass(frozen=True, slots=True)
class _Sight:
    """Shares of a disc in each spell, (R, S): the least of both ends, and what the array counts with."""

    least: Float
    both: Float


def _worst(left: Float, times: Float) -> tuple[FloatN, FloatN]:
    """The least of each row, (R,), and when, (R,)."""
    at = np.argmin(left, axis=1)[:, None]
    return np.take_along_axis(left, at, 1)[:, 0], np.take_along_axis(times, at, 1)[:, 0]


def _chance(key: tuple[str, str, float], margins: FloatN, when: FloatN) -> Chance:
    """Statistics of one limit."""
    kept = int(np.count_nonzero(margins >= -1e-6 * max(1.0, abs(key[2]))))
    interval = binomtest(kept, len(margins)).proportion_ci(0.95, method="wilson")
    weak = int(np.argsort(margins, kind="stable")[int(_WEAK * (len(margins) - 1))])
    ends = float(interval.low), float(interval.high)
    return Chance(*key, kept / len(margins), *ends, margins, float(when[weak]))


def _summary(some: list[_Some], curve_s: FloatN) -> Risk:
    """All runs together."""
    chances = [
        _chance(key, *(np.concatenate([each.margins[key][part] for each in some]) for part in (0, 1)))
        for key in some[0].margins
    ]
    chances.sort(key=lambda each: (each.holds, each.left(_WEAK) / max(abs(each.limit), 1e-9)))
    # By the measure by which each of them is kept or broken: limits of 0 have no share.
    shares = np.array([each.margins / max(abs(each.limit), 1.0) for each in chances])
    weakest = shares.argmin(axis=0)
    when = np.array([each.time_s for each in chances])[weakest]
    together = _chance(("all limits", "", 1.0), shares.min(axis=0), when)
    left_j, heat_w = (
        np.percentile(np.concatenate([getattr(each, name) for each in some]), _BAND, axis=0)
        for name in ("left_j", "heat_w")
    )
    late_s = np.concatenate([each.late_s for each in some])
    return Risk(chances, together, curve_s, left_j, heat_w, late_s)
