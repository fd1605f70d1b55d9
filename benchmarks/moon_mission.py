"""How long a mission of two weeks and twelve stations takes to plan, and to plan anew from the middle."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from kizuna.geo.time import format_utc
from kizuna.lunar.check import drive_again
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.mission import read_mission
from kizuna.lunar.missionpage import write_mission_page
from kizuna.lunar.planner import Before, Planned, plan_mission
from kizuna.lunar.replan import resume

FILE = Path(__file__).parents[1] / "examples" / "moon" / "south-pole.yaml"
DAYS = 14
FIRST, AGAIN = 2.25, 0.6
"""After how many days it is planned anew, and with which share of the stores: 20 % less than was planned."""


def main() -> None:
    """Time both, with terrain, check and page; the first of all compiles, so it is done twice."""
    asked = read_mission(FILE)
    start_s = asked.span_s[0]
    asked = asked.model_copy(update={"end": format_utc(start_s + DAYS * 86_400.0)})
    plan_and_show(asked, None)
    print(f"{len(asked.stations)} stations in {DAYS} days; goals: 60 s, and 10 s to plan anew")
    made = timed("mission", lambda: plan_and_show(asked, None))
    resumed = resume(asked, made.plan, start_s + FIRST * 86_400.0, AGAIN)
    timed(f"anew after {FIRST:g} days", lambda: plan_and_show(resumed.mission, resumed.before))


def plan_and_show(asked, before: Before | None) -> Planned:
    """All that `kizuna moon mission` does but for the exports; prints the time of each part (processor)."""
    parts = []

    def part(name, work):
        began_s = time.perf_counter(), time.process_time()
        out = work()
        parts.append(
            f"{name} {time.perf_counter() - began_s[0]:.1f} ({time.process_time() - began_s[1]:.1f})"
        )
        return out

    terrain = part("terrain", lambda: asked.ground.terrain(FILE.parent))
    sky = load_ephemeris()
    made = part("plan", lambda: plan_mission(asked, terrain, sky, FILE, before))
    checked = part("check", lambda: drive_again(made.plan, terrain, sky))
    with TemporaryDirectory() as folder:
        page = Path(folder) / "mission.html"
        part("page", lambda: write_mission_page(page, "", made, checked, None, terrain, sky, []))
    broken = sum(not each.kept for each in checked.margins)
    value, bound = made.timeline.value, made.timeline.bound
    print(f"  {', '.join(parts)} s; worth {value:g} of at most {bound:g}, {broken} limits broken")
    return made


def timed(name: str, work) -> Planned:
    """Do it and print how long it took, on the clock and of the processor."""
    began_s = time.perf_counter(), time.process_time()
    out = work()
    took_s = time.perf_counter() - began_s[0], time.process_time() - began_s[1]
    print(f"{name:20s} {took_s[0]:6.1f} s, {took_s[1]:.1f} s of the processor")
    return out


if __name__ == "__main__":
    main()
