"""From a mission to a plan: drives, timeline, and the exact route of every drive."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kizuna.errors import WorkError
from kizuna.lunar.drives import drives_between, parked_j, waited_j
from kizuna.lunar.ephemeris import Ephemeris
from kizuna.lunar.horizon import horizon_at
from kizuna.lunar.light import LIT, lights_at
from kizuna.lunar.mission import Mission, Station, refuse_spots
from kizuna.lunar.plan import Activity, Plan, Stay, route_points
from kizuna.lunar.power import KWH
from kizuna.lunar.relief import slope_deg
from kizuna.lunar.route import plan_route
from kizuna.lunar.site import Site, build_site
from kizuna.lunar.task import Stop, Task, Timeline
from kizuna.lunar.terrain import Terrain
from kizuna.lunar.timeline import find_timeline
from kizuna.shapes import BoolN, FloatN

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Before:
    """What has happened when a mission goes on from the middle of a plan.

    Parameters
    ----------
    start
        Latitude and longitude where the rover stands.
    awake_s
        How long the crew has been awake.
    evas_s
        When excursions began, seconds since 1970-01-01 UTC.
    """

    start: tuple[float, float]
    awake_s: float = 0.0
    evas_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what it came from.

    Parameters
    ----------
    plan
        To be checked.
    site
        Ground and light over time, as the planner sees them.
    timeline, task
        The timeline, and what it had to join.
    left_out
        Stations that aren't visited, and why.
    """

    plan: Plan
    site: Site
    timeline: Timeline
    task: Task
    left_out: dict[str, str]


def plan_mission(
    mission: Mission,
    terrain: Terrain,
    ephemeris: Ephemeris,
    file: Path | str = "mission",
    before: Before | None = None,
    report: Report = lambda *_: None,
) -> Planned:
    """Plan a mission.

    Parameters
    ----------
    mission
        What shall be done.
    terrain, ephemeris
        Where and under which sky.
    file
        The mission's file, for errors.
    before
        What has happened already, when it is planned anew from the middle.
    report
        Is told what is done and the share of it, from 0 to 1.

    Raises
    ------
    InputError
        When a place lies outside the map or in too steep a slope.
    WorkError
        When no plan visits all stations that must be: the sentence says which limit forbids it.
    """
    grid = terrain.near
    if Path(file).exists():
        refuse_spots(file, mission, grid, slope_deg(grid))
    site = build_site(
        terrain,
        ephemeris,
        mission.span_s,
        mission.rover,
        mission.power,
        mission.rules,
        suit=mission.suit,
        havens=mission.haven_places,
        closed=mission.closed_cells(grid),
        mast_m=mission.mast_m,
        azimuths=mission.search.azimuths,
        frame_s=min(900.0, mission.search.slot_s),
        report=lambda what, share: report(what, 0.5 * share),
    )
    first = before or Before(mission.havens[0].place)
    task = _task(mission, terrain, ephemeris, site, first)
    report("timeline", 0.7)
    timeline = find_timeline(task)
    if timeline is None:
        raise WorkError(_why(mission, task))
    visited = {visit.stop for visit in timeline.visits}
    left_out = {
        stop.name: _left_out(task, number) for number, stop in enumerate(task.stops) if number not in visited
    }
    if len(left_out) == len(mission.stations):
        name, why = next(iter(left_out.items()))
        raise WorkError(f"no station can be visited; {name}: {why}")
    report("routes", 0.9)
    plan = _plan(mission, site, task, timeline, first)
    return Planned(plan, site, timeline, task, left_out)


def _task(mission: Mission, terrain: Terrain, ephemeris: Ephemeris, site: Site, first: Before) -> Task:
    """What the timeline must join."""
    slot_s, crew = mission.search.slot_s, mission.crew
    slots = int((site.end_s - site.start_s) / slot_s)
    places = [first.start, *(each.place for each in mission.stations), mission.havens[-1].place]
    cells = [site.cell(*place, "place") for place in places]
    parked = [parked_j(site, cell, slots, slot_s) for cell in cells]
    stops = [Stop("start", parked[0])]
    for station, energy_j in zip(mission.stations, parked[1:-1], strict=True):
        eva_s = station.eva_h * 3600.0 + crew.prebreathe_s + 2.0 * crew.port_s if station.eva_h else 0.0
        eva = math.ceil(eva_s / slot_s)
        allowed = _outside(mission, terrain, ephemeris, station, slots, eva) if eva else np.zeros(0, np.bool_)
        stops.append(
            Stop(
                station.name,
                energy_j,
                station.value,
                math.ceil(station.dwell_h * 3600.0 / slot_s),
                eva,
                allowed,
                station.samples_kg,
                station.must,
            )
        )
    stops.append(Stop("finish", parked[-1]))
    within = math.ceil((crew.evas_in_a_row + 1) * 86_400.0 / slot_s)
    return Task(
        stops,
        drives_between(site, cells, slot_s),
        slot_s,
        slots,
        mission.stored * site.plant.deliverable_j,
        site.plant.deliverable_j,
        site.reserve_j,
        math.ceil(crew.sleep_s / slot_s),
        int(crew.awake_s / slot_s),
        math.ceil(first.awake_s / slot_s),
        within,
        crew.evas_in_a_row * crew.teams,
        tuple(math.floor((begins - site.start_s) / slot_s) for begins in first.evas_s),
        mission.cargo_kg,
        mission.search.effort,
    )


def _outside(
    mission: Mission, terrain: Terrain, ephemeris: Ephemeris, station: Station, slots: int, eva: int
) -> BoolN:
    """Slots with which an excursion may begin: light and sight until it ends, by the place's own horizon."""
    rules, slot_s = mission.rules, mission.search.slot_s
    times = mission.span_s[0] + np.arange(0.0, slots * slot_s + 1.0, slot_s / 4.0)
    horizon = horizon_at(terrain, *station.place, mast_m=mission.mast_m, azimuths=720)
    lights = lights_at(horizon, ephemeris, times)
    good = lights.sun_fraction >= min(rules.eva_light * (1.0 + rules.guard), 1.0)
    if rules.eva_link:
        good &= lights.earth_fraction >= LIT * (1.0 + rules.guard)
    slot_good = np.array([good[4 * slot : 4 * slot + 5].all() for slot in range(slots)])
    runs = np.convolve(slot_good, np.ones(eva), "valid") > eva - 0.5
    return np.concatenate((runs, np.zeros(slots - len(runs), dtype=np.bool_)))


def _plan(mission: Mission, site: Site, task: Task, timeline: Timeline, first: Before) -> Plan:
    """Exact routes for the drives, and what the crew does, with their times."""
    places = [first.start, *(each.place for each in mission.stations), mission.havens[-1].place]
    crew, energy_j = mission.crew, task.start_j
    points: list[tuple[FloatN, FloatN, FloatN]] = []
    stays, activities = [], []

    def at(slot: int) -> float:
        return float(site.start_s + slot * task.slot_s)

    for number, visit in enumerate(timeline.visits):
        begins_s = points[-1][0][-1] if points else at(0)
        leave_s = at(visit.leave)
        cell = site.cell(*places[visit.stop], "place")
        energy_j = waited_j(site, cell, energy_j, (begins_s - site.start_s, leave_s - site.start_s))
        name = task.stops[visit.stop].name
        if 0 < number < len(timeline.visits) - 1:
            stays.append(Stay(name, begins_s, leave_s))
        if visit.eva is not None:
            out_s = at(visit.eva) + crew.prebreathe_s + crew.port_s
            eva_s = mission.stations[visit.stop - 1].eva_h * 3600.0
            activities.append(Activity("eva", out_s, out_s + eva_s, name))
        if number == len(timeline.visits) - 1:
            break
        after = timeline.visits[number + 1]
        if cell == site.cell(*places[after.stop], "place"):
            row, column = divmod(cell, site.grid.shape[1])
            lat, lon = (float(each) for each in site.grid.place(row, column))
            points.append((np.array([leave_s]), np.array([lat]), np.array([lon])))
            continue
        try:
            route = plan_route(
                site, places[visit.stop], places[after.stop], leave_s, at(after.arrive) + 1.0, energy_j
            )
        except WorkError as error:
            raise WorkError(f"the drive to {task.stops[after.stop].name}: {error}") from None
        points.append(route_points(route))
        energy_j = float(route.energy_j[-1])
    activities += [Activity("sleep", at(slot), at(slot) + crew.sleep_s) for slot in timeline.sleeps]
    return Plan(
        mission.ground,
        *_joined(site.start_s, points, at(timeline.visits[-1].arrive)),
        tuple(sorted(activities, key=lambda each: each.start_s)),
        tuple(stays),
        mission.stored,
        mission.haven_places,
        mission.mast_m,
        mission.rover,
        mission.power,
        mission.suit,
        crew,
        mission.rules,
        mission.doubt,
    )


def _joined(
    start_s: float, points: list[tuple[FloatN, FloatN, FloatN]], end_s: float
) -> tuple[FloatN, FloatN, FloatN]:
    """One row of points out of those of all drives: the rover stands between them."""
    time, lat, lon = (np.concatenate([each[part] for each in points]) for part in range(3))
    time = np.concatenate(([start_s], time, [end_s]))
    lat, lon = (np.concatenate(([each[0]], each, [each[-1]])) for each in (lat, lon))
    kept = np.concatenate(([True], np.diff(time) > 1e-6))
    return time[kept], lat[kept], lon[kept]


def _left_out(task: Task, number: int) -> str:
    """Why a station isn't visited."""
    stop = task.stops[number]
    if not any(number == to for _, to in task.drives):
        return "no drive to it is ever allowed"
    if not any(number == first for first, _ in task.drives):
        return "no drive from it is ever allowed"
    if stop.eva and not stop.eva_allowed.any():
        hours = stop.eva * task.slot_s / 3600.0
        return f"light and sight of the Earth never last for the {hours:g} h that its excursion takes"
    return "others are worth more within the limits"


def _why(mission: Mission, task: Task) -> str:
    """The limit that forbids a mission, and by how much, in one sentence."""
    if task.start_j < task.reserve_j:
        short = (task.reserve_j - task.start_j) / KWH
        return f"the stores hold less than the reserve at the start: {short:.1f} kWh short"
    free = replace(task, stops=[replace(stop, must=False) for stop in task.stops])
    for number, stop in enumerate(task.stops):
        why = _left_out(task, number) if stop.must else ""
        if why and not why.startswith("others"):
            return f"{stop.name} must be visited, but {why}"
    more = _short_j(task)
    if more is not None:
        where = _darkest(task)
        return f"no charge lasts {where}: {more / KWH:.1f} kWh short"
    if find_timeline(replace(task, cargo_kg=math.inf)) is not None:
        held = sum(stop.samples_kg for stop in task.stops if stop.must)
        return f"the samples that must be taken don't fit: {held - mission.cargo_kg:g} kg too many"
    if find_timeline(free) is not None:
        return "the stations that must be visited don't fit between start and end with the crew's days"
    return "the crew's sleep and the drives leave no way from the first haven to the last"


def _short_j(task: Task) -> float | None:
    """How much larger the stores would have to be, joules; None when that wouldn't help."""

    def enough(more_j: float) -> bool:
        larger = replace(
            task, capacity_j=task.capacity_j + more_j, start_j=task.start_j + more_j, effort=task.effort / 4.0
        )
        return find_timeline(larger) is not None

    drained = [float((np.maximum.accumulate(stop.parked_j) - stop.parked_j).max()) for stop in task.stops]
    low, high = 0.0, 4.0 * task.capacity_j + max(drained)
    if not enough(high):
        return None
    while high - low > max(0.5 * KWH, 0.02 * high):
        middle = (low + high) / 2.0
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _darkest(task: Task) -> str:
    """The longest spell that drains the stores at a stop that must be visited, or at the ends."""
    worst = (0, "")
    for stop in task.stops:
        if stop.must or stop.name in ("start", "finish"):
            losing = np.diff(stop.parked_j) < 0.0
            runs = np.diff(np.flatnonzero(np.concatenate(([True], ~losing, [True])))) - 1
            worst = max(worst, (int(runs.max()), stop.name))
    return f"the {worst[0] * task.slot_s / 3600.0:g} h of darkness at {worst[1]}"
