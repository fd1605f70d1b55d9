"""Plan anew from the middle: what has happened stays, and the mission goes on from there."""

from dataclasses import dataclass

import numpy as np

from kizuna.errors import InputError
from kizuna.geo.time import format_utc
from kizuna.lunar.mission import Mission
from kizuna.lunar.plan import Plan
from kizuna.lunar.planner import Before


@dataclass(frozen=True, slots=True)
class Resumed:
    """What is left of a mission.

    Parameters
    ----------
    mission
        From now on.
    before
        What has happened.
    done
        Stations that were visited.
    """

    mission: Mission
    before: Before
    done: tuple[str, ...]


def resume(mission: Mission, plan: Plan, now_s: float, stored: float) -> Resumed:
    """The mission as it goes on from some moment of a plan.

    A drive is followed to its next point, and an excursion or a sleep to its end, before anything changes.

    Parameters
    ----------
    mission
        As it was; what has become known since (closed ground, another rover) may stand in it already.
    plan
        What was followed until now.
    now_s
        Seconds since 1970-01-01 UTC.
    stored
        Share of battery and tank now.

    Raises
    ------
    InputError
        When the moment lies outside the plan, or nothing is left to be done.
    """
    if not plan.time_s[0] <= now_s < plan.time_s[-1]:
        span = f"{format_utc(round(plan.time_s[0]))} to {format_utc(round(plan.time_s[-1]))}"
        raise InputError("--at", format_utc(now_s), "lies outside the plan", f"a time from {span}")
    leg = int(np.searchsorted(plan.time_s, now_s, side="right"))
    if (plan.lat_deg[leg], plan.lon_deg[leg]) != (plan.lat_deg[leg - 1], plan.lon_deg[leg - 1]):
        now_s = float(plan.time_s[leg])
    for each in plan.activities:
        if each.start_s < now_s < each.end_s:
            now_s = each.end_s
    now_s = float(np.ceil(now_s))
    slept = [each.end_s for each in plan.activities if each.kind == "sleep" and each.end_s <= now_s]
    evas = [each for each in plan.activities if each.kind == "eva" and each.start_s < now_s]
    worked = {each.station for each in evas}
    needs = {station.name: station for station in mission.stations}
    done = tuple(
        stay.station
        for stay in plan.stays
        if stay.station in needs
        and (stay.station in worked or not needs[stay.station].eva_h)
        and stay.arrive_s + 3600.0 * needs[stay.station].dwell_h <= now_s
    )
    left = tuple(station for station in mission.stations if station.name not in done)
    if not left:
        raise InputError("--at", format_utc(now_s), "all stations were visited before", "an earlier time")
    taken_kg = sum(needs[name].samples_kg for name in done)
    changed = {
        "start": format_utc(now_s),
        "stored": stored,
        "stations": left,
        "cargo_kg": max(mission.cargo_kg - taken_kg, 0.0),
    }
    place = (float(plan.lat_deg[leg]), float(plan.lon_deg[leg]))
    awake_s = now_s - max([plan.time_s[0], *slept])
    return Resumed(
        mission.model_copy(update=changed),
        Before(place, float(awake_s), tuple(each.start_s for each in evas)),
        done,
    )
