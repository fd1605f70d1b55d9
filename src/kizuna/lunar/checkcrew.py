"""The crew's side of the checker: sleep, excursions and supplies."""

from itertools import pairwise

import numpy as np

from kizuna.lunar.light import LIT
from kizuna.lunar.margin import Margin, least, most
from kizuna.lunar.plan import Activity, Plan
from kizuna.shapes import BoolN, FloatN

_DAY_S = 86_400.0


def crew_margins(plan: Plan, seconds: FloatN, moving: BoolN, sun: FloatN, earth: FloatN) -> list[Margin]:
    """Margins of the crew's days.

    Parameters
    ----------
    plan
        With activities.
    seconds
        (S,) every second of it, since 1970-01-01 UTC.
    moving, sun, earth
        (S,) whether the rover drives then, and shares of the Sun and of the Earth.
    """
    sleeps = sorted((each for each in plan.activities if each.kind == "sleep"), key=lambda each: each.start_s)
    evas = sorted((each for each in plan.activities if each.kind == "eva"), key=lambda each: each.start_s)
    days = (seconds[-1] - seconds[0]) / _DAY_S
    out = [
        Margin("supplies", "days", plan.crew.days, days, plan.crew.days - days, float(seconds[-1])),
        _apart(plan.activities),
        _still(plan.activities, seconds, moving),
        *_sleep_margins(plan, sleeps, seconds),
    ]
    return out + (_eva_margins(plan, evas, seconds, sun, earth) if evas else [])


def _lasts(activities: list[Activity]) -> FloatN:
    return np.array([each.end_s - each.start_s for each in activities])


def _begins(activities: list[Activity]) -> FloatN:
    return np.array([each.start_s for each in activities])


def _apart(activities: tuple[Activity, ...]) -> Margin:
    """How much sleep and excursions overlap, hours."""
    inorder = sorted(activities, key=lambda each: each.start_s)
    over = [max(0.0, one.end_s - two.start_s) for one, two in pairwise(inorder)]
    return most("activities at once", "h", 0.0, np.array([0.0, *over]) / 3600.0, _begins(inorder))


def _still(activities: tuple[Activity, ...], seconds: FloatN, moving: BoolN) -> Margin:
    """How long the rover drives while somebody sleeps or is outside, seconds."""
    driven = [
        float(np.count_nonzero(moving[(seconds >= each.start_s) & (seconds < each.end_s)]))
        for each in activities
    ]
    return most(
        "driving while outside or asleep", "s", 0.0, np.array(driven), _begins(list(activities)), slack=1.0
    )


def _sleep_margins(plan: Plan, sleeps: list[Activity], seconds: FloatN) -> list[Margin]:
    """Length of the shortest sleep, and the longest time awake."""
    ends = np.array([seconds[0], *(each.end_s for each in sleeps)])
    starts = np.array([*(each.start_s for each in sleeps), seconds[-1]])
    crew = plan.crew
    out = [most("awake", "h", crew.awake_s / 3600.0, (starts - ends) / 3600.0, starts)]
    if sleeps:
        out.append(least("sleep", "h", crew.sleep_s / 3600.0, _lasts(sleeps) / 3600.0, _begins(sleeps)))
    return out


def _eva_margins(
    plan: Plan, evas: list[Activity], seconds: FloatN, sun: FloatN, earth: FloatN
) -> list[Margin]:
    """Length, light, sight and suits of excursions, and how many there are within some days."""
    crew, rules, suit, begins = plan.crew, plan.rules, plan.suit, _begins(evas)
    spent_j = suit.work_w * _lasts(evas)
    out = [
        most("excursion", "h", crew.eva_s / 3600.0, _lasts(evas) / 3600.0, begins),
        most("suits on an excursion", "MJ", suit.usable_j / 1e6, spent_j / 1e6, begins),
    ]
    span_s = (crew.evas_in_a_row + 1) * _DAY_S
    within = [float(np.count_nonzero((begins >= start) & (begins < start + span_s))) for start in begins]
    name = f"excursions in {crew.evas_in_a_row + 1} days"
    out.append(most(name, "", float(crew.evas_in_a_row * crew.teams), np.array(within), begins))
    outside = np.zeros(len(seconds), dtype=np.bool_)
    for each in evas:
        outside |= (seconds >= each.start_s) & (seconds <= each.end_s)
    out.append(least("light outside", "share", rules.eva_light, sun[outside], seconds[outside]))
    if rules.eva_link:
        out.append(least("Earth outside", "share", LIT, earth[outside], seconds[outside]))
    return out
