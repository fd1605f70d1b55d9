"""Plans that keep every limit as surely as was asked: limits are tightened until many runs agree."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kizuna.errors import WorkError
from kizuna.lunar.ephemeris import Ephemeris
from kizuna.lunar.mission import Mission
from kizuna.lunar.planner import Before, Planned, plan_mission
from kizuna.lunar.risk import Chance, Risk, assess
from kizuna.lunar.terrain import Terrain

Report = Callable[[str, float], None]

_TRIES: Final = 6

_MORE: Final = 1.1
"""What is short is taken with a tenth more, so that few tries are enough."""


@dataclass(frozen=True, slots=True)
class Sure:
    """A plan, how surely it keeps its limits, and what that costs.

    Parameters
    ----------
    planned, risk
        The plan, with the limits as the mission has them, and its runs.
    value
        What a plan is worth of which less certainty is asked.
    tighter
        The mission with the limits that the plan was made for.
    tries
        How many plans were made.
    """

    planned: Planned
    risk: Risk
    value: float
    tighter: Mission
    tries: int


def plan_surely(
    mission: Mission,
    terrain: Terrain,
    ephemeris: Ephemeris,
    file: Path | str = "mission",
    before: Before | None = None,
    report: Report = lambda *_: None,
) -> Sure:
    """Plan a mission so that each limit holds in the share of the runs that `mission.confidence` names.

    The plan is run many times; each limit that holds too rarely is tightened by what the worst allowed run
    falls short of, and the mission is planned again. The runs are the same every time. Arguments and errors
    are those of `kizuna.lunar.planner.plan_mission`; without a confidence the first plan is the answer.

    Raises
    ------
    WorkError
        When no plan is that sure: the sentence names the limit.
    """
    tight, value, asked = mission, 0.0, mission.confidence or 0.0
    for number in range(_TRIES):
        planned = _planned(tight, terrain, ephemeris, file, before, report, number)
        own = {name: getattr(mission, name) for name in ("rover", "power", "suit", "crew", "rules")}
        planned = replace(planned, plan=replace(planned.plan, **own))
        value = planned.timeline.value if number == 0 else value
        risk = assess(
            planned.plan,
            terrain,
            ephemeris,
            mission.doubt,
            runs=mission.search.runs,
            seed=mission.search.seed,
            report=report,
        )
        weak = [chance for chance in risk.chances if chance.holds < asked]
        if not weak:
            return Sure(planned, risk, value, tight, number + 1)
        for chance in weak:
            tight = _tighter(tight, chance, asked)
    raise WorkError(
        f"no plan was found that keeps every limit with a chance of {asked:.1%}: "
        f"{weak[0].name} holds in {weak[0].holds:.1%} of the runs"
    )


def _planned(
    tight: Mission,
    terrain: Terrain,
    ephemeris: Ephemeris,
    file: Path | str,
    before: Before | None,
    report: Report,
    number: int,
) -> Planned:
    """A plan under tightened limits; that there is none is told with the reason for the tightening."""
    # Afterwards a station that lies too steep for certainty is left out, not refused.
    asked = file if number == 0 else "mission"
    try:
        return plan_mission(tight, terrain, ephemeris, asked, before, report)
    except WorkError as error:
        if number == 0:
            raise
        raise WorkError(f"not with a chance of {tight.confidence:.1%}: {error}") from None


def _tighter(mission: Mission, chance: Chance, asked: float) -> Mission:
    """The mission with one limit tightened by what is short.

    Raises
    ------
    WorkError
        When no limit of the planner would help.
    """
    short = _MORE * max(-chance.left(1.0 - asked), 1e-3 * abs(chance.limit))
    rover, rules, suit, crew = mission.rover, mission.rules, mission.suit, mission.crew
    change: dict[str, object]
    match chance.name:
        case "energy":
            share = short * 3.6e6 / mission.power.aged.deliverable_j
            change = {"rules": replace(rules, reserve=min(rules.reserve + share, 0.99))}
        case "power not met" | "heat":
            change = {"rover": replace(rover, drive_w=max(rover.drive_w - short, 0.1 * rover.drive_w))}
        case "slope" | "pitch" | "roll":
            name = f"max_{chance.name}_deg"
            change = {"rover": replace(rover, **{name: max(getattr(rover, name) - short, 1.0)})}
        case "walk home" | "suits on the walk home":
            hours = short if chance.unit == "h" else short / chance.limit * suit.longest_s / 3600.0
            reserve_s = min(suit.reserve_s + 3600.0 * hours, 0.95 * suit.longest_s)
            change = {"suit": replace(suit, reserve_s=reserve_s)}
        case "awake":
            # The planner counts in slots: less than one would change nothing.
            awake_s = crew.awake_s - max(3600.0 * short, mission.search.slot_s)
            change = {"crew": replace(crew, awake_s=max(awake_s, 86_400.0 - crew.sleep_s))}
        case "light while driving" | "Earth while driving" | "light outside" | "Earth outside":
            change = {"rules": replace(rules, guard=min(rules.guard + short, 0.45))}
        case _:
            raise WorkError(
                f"{chance.name} holds in {chance.holds:.1%} of the runs, less than {asked:.1%}, "
                "and no other plan would change that"
            )
    return mission.model_copy(update=change)
