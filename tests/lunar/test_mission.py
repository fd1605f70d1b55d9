"""Missions from file to checked plan, planned anew from the middle, and sentences for what can't be."""

import dataclasses
import re
from pathlib import Path

import pytest
from tests.lunar.test_command import kizuna

from kizuna.errors import InputError, WorkError
from kizuna.geo.time import parse_utc
from kizuna.lunar.check import check_plan
from kizuna.lunar.crew import CrewRules, Suit
from kizuna.lunar.doubt import Doubt
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.ground import Ground
from kizuna.lunar.mission import Closed, Mission, Search, Spot, Station, read_mission
from kizuna.lunar.plan import read_plan
from kizuna.lunar.planner import plan_mission
from kizuna.lunar.power import PowerPlant
from kizuna.lunar.replan import resume
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules

ROOT = Path(__file__).parents[2]

MISSION = """title: Two days
ground: {synthetic: 4, cells: 130, cell_m: 20.0}
start: 2029-09-20T06:00:00Z
end: 2029-09-22T00:00:00Z
havens:
- {name: base, lat_deg: -89.5051, lon_deg: 146.4688}
stations:
- {name: near, lat_deg: -89.5052, lon_deg: 145.2614, value: 2, dwell_h: 1, eva_h: 2, samples_kg: 5}
- {name: far, lat_deg: -89.4909, lon_deg: 143.0039, value: 3, dwell_h: 2}
rules: {link: true}
search: {effort: 1.0}
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The small mission, its terrain and its plan."""
    path = tmp_path_factory.mktemp("mission") / "two-days.yaml"
    path.write_text(MISSION, encoding="utf-8")
    mission, sky = read_mission(path), load_ephemeris()
    terrain = mission.ground.terrain(path.parent)
    return path, mission, terrain, sky, plan_mission(mission, terrain, sky, path)


def test_the_plan_visits_both_and_passes_the_checker(planned):
    """With work outside, and back at the base."""
    _, mission, terrain, sky, made = planned
    plan = made.plan
    assert {stay.station for stay in plan.stays} == {"near", "far"}
    assert [each.station for each in plan.activities if each.kind == "eva"] == ["near"]
    assert not [each for each in check_plan(plan, terrain, sky) if not each.kept]
    for stay in plan.stays:
        needs = next(each for each in mission.stations if each.name == stay.station)
        assert stay.leave_s - stay.arrive_s >= needs.dwell_h * 3600.0
    assert plan.lat_deg[-1] == pytest.approx(plan.lat_deg[0], abs=1e-6)
    assert made.timeline.value == made.timeline.bound == 5.0


def test_it_goes_on_from_the_middle(planned):
    """What was visited is done; the rest is planned from where the rover is, with what it has."""
    path, mission, terrain, sky, made = planned
    first, second = made.plan.stays
    resumed = resume(mission, made.plan, first.leave_s + 1.0, 0.6)
    assert resumed.done == (first.station,)
    assert [station.name for station in resumed.mission.stations] == [second.station]
    assert resumed.mission.span_s[0] >= first.leave_s
    now_s = resumed.mission.span_s[0]
    slept = [each.end_s for each in made.plan.activities if each.kind == "sleep" and each.end_s <= now_s]
    assert resumed.before.awake_s == pytest.approx(now_s - max([made.plan.time_s[0], *slept]))
    assert resumed.before.awake_s > 3_600.0
    again = plan_mission(resumed.mission, terrain, sky, path, resumed.before)
    assert [stay.station for stay in again.plan.stays] == [second.station]
    assert again.plan.stored == 0.6
    assert not [each for each in check_plan(again.plan, terrain, sky) if not each.kept]
    with pytest.raises(InputError, match="--at: .*: lies outside the plan"):
        resume(mission, made.plan, made.plan.time_s[-1] + 1.0, 1.0)
    with pytest.raises(InputError, match="all stations were visited before"):
        resume(mission, made.plan, second.leave_s + 1.0, 1.0)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("value: 2", "worth: 2", "line 8, key stations[0].worth: is not known"),
        ("eva_h: 2", "eva_h: 7", "line 8, key stations[0].eva_h: 7 h is too long; expected up to 6 h"),
        ("name: far", "name: near", "near is there twice; expected each name once"),
        ("end: 2029-09-22", "end: 2029-09-20", "line 4, key end: is -6 h after the start"),
        ("start: 2029-09-20T06:00:00Z", "start: soon", "line 3, key start: 'soon' is not a time"),
        (
            "rules: {link: true}",
            "rules: {reserve: 2}",
            "line 10, key rules.reserve: 2; expected from 0 to below 1",
        ),
        ("rules: {link: true}", "crew: {people: 9}", "line 10, key crew.people: 9; expected two to four"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, old, new, sentence):
    """With line and key."""
    path = tmp_path / "mission.yaml"
    path.write_text(MISSION.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_mission(path)
    assert sentence in str(told.value)


FAR = "-89.4909, lon_deg: 143.0039"
IMPOSSIBLE = {
    "line 9, key stations[1].lat_deg: far lies outside the map": (FAR, "-89.1, lon_deg: 143"),
    "far lies in a slope of 25.1°": (FAR, "-89.5334, lon_deg: 148.70289"),
    "near must be visited, but light and sight of the Earth never last": (
        "eva_h: 2,",
        "eva_h: 2, must: true,",
    ),
    "the stores hold less than the reserve at the start": ("link: true}", "link: true}\nstored: 0.05"),
    "no charge lasts the 42 h of darkness at start: ": (
        "dwell_h: 2}",
        "dwell_h: 30, must: true}\npower: {tank_j: 0, battery_j: 5.4e+7, array_m2: 0.1}",
    ),
    "the stations that must be visited don't fit": (
        "value: 3, dwell_h: 2}",
        "value: 3, dwell_h: 99, must: true}",
    ),
    "the samples that must be taken don't fit: 4 kg too many": (
        "samples_kg: 5}",
        "samples_kg: 5, must: true}\ncargo_kg: 1",
    ),
}


@pytest.mark.parametrize("sentence", IMPOSSIBLE)
def test_a_mission_that_cannot_be_says_why(planned, tmp_path, sentence):
    """One sentence with the limit and by how much."""
    _, _, terrain, sky, _ = planned
    text = MISSION.replace(*IMPOSSIBLE[sentence])
    if "cargo_kg" in text:
        line = "cargo_kg: 1\n"
        text = text.replace("\ncargo_kg: 1\n", "\n") + line
    if "never last" in sentence:
        text = text.replace("2029-09-20T06", "2029-09-07T06").replace("2029-09-22T00", "2029-09-09T00")
        text = text.replace("link: true", "link: false")
    path = tmp_path / "mission.yaml"
    path.write_text(text, encoding="utf-8")
    mission = read_mission(path)
    with pytest.raises((InputError, WorkError)) as told:
        plan_mission(mission, terrain, sky, path)
    assert sentence in str(told.value)


def test_the_command_writes_plan_page_and_exports(monkeypatch, tmp_path, capsys):
    """And plans anew."""
    path, out = tmp_path / "two-days.yaml", tmp_path / "out"
    path.write_text(MISSION, encoding="utf-8")
    assert kizuna(monkeypatch, "moon", "mission", path, "--out", out) == 0
    told = capsys.readouterr().out
    assert "2 of 2 stations, worth 5; no timeline is worth more." in told
    assert "Every limit held in all of 200 runs: each holds with a chance of 98.1% or more." in told
    page = (out / "mission.html").read_text(encoding="utf-8")
    for heading in ("Margins, the weakest moment first", "Where, and the light over time", "Timeline",
                    "Energy and heat", "The sky at the stops", "How surely each limit holds"):  # fmt: skip
        assert heading in page
    assert {each.name for each in out.iterdir()} == {
        "plan.yaml", "mission.html", "mission.geojson", "mission.gpkg", "mission.czml"
    }  # fmt: skip
    plan = read_plan(out / "plan.yaml")
    at = plan.stays[0].leave_s + 1.0
    words = ("--follow", out / "plan.yaml", "--stored", 0.5, "--at")
    moment = f"2029-09-2{int((at - parse_utc('2029-09-20')) // 86400)}T{int(at % 86400 // 3600):02d}:59:00Z"
    status = kizuna(monkeypatch, "moon", "mission", path, "--out", tmp_path / "anew", *words, moment)
    assert status == 0
    assert "Done before: " in capsys.readouterr().out
    assert kizuna(monkeypatch, "moon", "mission", path, "--at", moment, "--quiet") == 2
    assert "--follow: isn't given with --at and --stored" in capsys.readouterr().err


@pytest.mark.slow
def test_the_shipped_example_keeps_every_limit():
    """Twelve stations in two weeks: all that fit into the hold, and the checker accepts the plan."""
    path = ROOT / "examples" / "moon" / "south-pole.yaml"
    mission, sky = read_mission(path), load_ephemeris()
    terrain = mission.ground.terrain(path.parent)
    made = plan_mission(mission, terrain, sky, path)
    assert made.timeline.value == made.timeline.bound == 60.0
    assert not [each for each in check_plan(made.plan, terrain, sky) if not each.kept]


def test_the_reference_names_every_key():
    """Of the mission's file, and of all its groups."""
    page = (ROOT / "docs" / "reference" / "moon-mission.md").read_text(encoding="utf-8")
    tables = page.split("\n## ")[1:]
    listed = {
        table.split("\n")[0].strip("`"): re.findall(r"^\| `(\w+)`", table, re.MULTILINE) for table in tables
    }
    records = {"The mission": Mission, "ground": Ground, "havens": Spot, "closed": Closed, "search": Search}
    for name, record in records.items():
        assert listed[name] == list(record.model_fields), name
    assert listed["stations"] == list(Station.model_fields)
    parts = {
        "doubt": Doubt,
        "rules": Rules,
        "rover": Rover,
        "power": PowerPlant,
        "suit": Suit,
        "crew": CrewRules,
    }
    for name, part in parts.items():
        assert listed[name] == [each.name for each in dataclasses.fields(part)], name
