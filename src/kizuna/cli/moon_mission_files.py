"""A mission on the Moon, planned, checked, and written as a plan, maps and a page."""

from dataclasses import dataclass
from pathlib import Path

from kizuna.exercise.progress import Report
from kizuna.geo.time import format_utc
from kizuna.lunar.chance import Sure, plan_surely
from kizuna.lunar.check import drive_again
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.export import write_czml, write_geojson
from kizuna.lunar.geopackage import write_geopackage
from kizuna.lunar.margin import Margin
from kizuna.lunar.mission import Mission, read_mission
from kizuna.lunar.missionpage import write_mission_page
from kizuna.lunar.plan import read_plan, write_plan
from kizuna.lunar.planner import Planned, plan_mission
from kizuna.lunar.replan import resume


@dataclass(frozen=True, slots=True)
class Middle:
    """From where a mission is planned anew.

    Parameters
    ----------
    follow
        The plan that was followed.
    at_s
        Until when, seconds since 1970-01-01 UTC.
    stored
        Share of the stores then.
    """

    follow: Path
    at_s: float
    stored: float


def mission_files(
    file: Path, out: Path, middle: Middle | None, report: Report
) -> tuple[list[str], list[Margin]]:
    """Plan the mission, check it, and write the folder of `kizuna moon mission`.

    Parameters
    ----------
    file
        The mission's file.
    out
        The folder.
    middle
        From where to plan anew, if not from the start.
    report
        Told how far the work has come.

    Returns
    -------
    tuple
        What the plan is, in sentences, and what is left of each limit.

    Raises
    ------
    InputError
        When the file holds what a mission can't.
    WorkError
        When there is no plan, or a file can't be written.
    """
    asked, before = read_mission(file), None
    done: tuple[str, ...] = ()
    if middle is not None:
        resumed = resume(asked, read_plan(middle.follow), middle.at_s, middle.stored)
        asked, before, done = resumed.mission, resumed.before, resumed.done
    terrain, ephemeris = asked.ground.terrain(file.parent), load_ephemeris()
    sure = None
    if middle is None or asked.confidence is not None:
        sure = plan_surely(asked, terrain, ephemeris, file, before, report)
    # Anew it must be quick: what it risks, `kizuna moon risk` says.
    planned = sure.planned if sure else plan_mission(asked, terrain, ephemeris, file, before, report)
    report("check", 0.95)
    checked = drive_again(planned.plan, terrain, ephemeris)
    stations = {station.name: station.place for station in asked.stations}
    said = _sentences(asked, planned, done) + (_surely(asked, sure) if sure else [])
    write_plan(out / "plan.yaml", planned.plan)
    write_geojson(out / "mission.geojson", planned.plan, stations)
    write_geopackage(out / "mission.gpkg", planned.plan, stations)
    write_czml(out / "mission.czml", planned.plan, terrain, stations)
    risk = sure.risk if sure else None
    page = out / "mission.html"
    write_mission_page(page, asked.title, planned, checked, risk, terrain, ephemeris, said)
    return said, checked.margins


def _surely(asked: Mission, sure: Sure) -> list[str]:
    """How sure the plan is, and what that costs."""
    risk, value = sure.risk, sure.planned.timeline.value
    weak, runs = risk.chances[0], len(risk.together.margins)
    least = f"The least sure limit is {weak.name}: it held in {weak.holds:.1%} of {runs} runs."
    if weak.holds == 1.0:
        least = f"Every limit held in all of {runs} runs: each holds with a chance of {weak.low:.1%} or more."
    if asked.confidence is None:
        return [least]
    price = f"a value of {sure.value - value:g}" if value < sure.value else "nothing"
    return [f"Each limit holds with a chance of {asked.confidence:.1%}; that costs {price}.", least]


def _sentences(asked: Mission, planned: Planned, done: tuple[str, ...]) -> list[str]:
    """What the plan is, in words."""
    stays, value, bound = planned.plan.stays, planned.timeline.value, planned.timeline.bound
    best = "no timeline is worth more" if bound < value + 0.0005 else f"none is worth more than {bound:g}"
    over = format_utc(round(planned.plan.time_s[-1]))
    said = [
        f"{len(stays)} of {len(asked.stations)} stations, worth {value:g}; {best}. It is over at {over}.",
        "In order: " + ", ".join(stay.station for stay in stays) + ".",
    ]
    if done:
        said.append("Done before: " + ", ".join(done) + ".")
    said += [f"Left out: {name}; {why}." for name, why in planned.left_out.items()]
    return said
