"""Plans in many runs: the checker's margins without doubt, closed forms with it, and plans that are surer."""

from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.stats import norm
from tests.lunar.test_check import BRIGHT, HOUR, crew_plan, drive, plain
from tests.lunar.test_command import kizuna
from tests.lunar.test_mission import MISSION

from kizuna.errors import InputError, WorkError
from kizuna.lunar.chance import plan_surely
from kizuna.lunar.check import drive_again
from kizuna.lunar.doubt import Doubt, draw
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.mission import read_mission
from kizuna.lunar.plan import Activity, read_plan, write_plan
from kizuna.lunar.power import KWH
from kizuna.lunar.risk import _Some, _summary, assess
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules

NONE = Doubt(**{each.name: 0.0 for each in fields(Doubt)})

TWO_THOUSANDTHS = 2e-3
"""Of a kilowatt hour, an hour, a degree, a share."""


@pytest.fixture(scope="module")
def sky():
    return load_ephemeris()


@pytest.fixture(scope="module")
def mission(tmp_path_factory, sky):
    """The small mission with too steep a way for certainty, and its surer plan."""
    path = tmp_path_factory.mktemp("mission") / "sure.yaml"
    text = MISSION + "confidence: 0.95\ndoubt: {height_m: 0.8}\n"
    path.write_text(text, encoding="utf-8")
    asked = read_mission(path)
    terrain = asked.ground.terrain(path.parent)
    return path, asked, terrain, plan_surely(asked, terrain, sky, path)


def test_without_doubt_the_margins_are_the_checkers(mission, sky):
    """Which drives the same plan second by second, on its own."""
    _, _, terrain, sure = mission
    plan = sure.planned.plan
    checked = {each.name: each for each in drive_again(plan, terrain, sky).margins}
    found = assess(plan, terrain, sky, NONE, runs=2)
    assert len(found.chances) >= 11
    for each in found.chances:
        margin = checked[each.name].margin
        assert each.margins == pytest.approx([margin, margin], rel=1e-4, abs=TWO_THOUSANDTHS), each.name
        assert each.holds == 1.0
    assert found.late_s.max() == 0.0


def test_a_tightened_mission_holds_as_surely_as_asked(mission, sky):
    """What was not sure enough is, and the plan still bears the limits of the mission."""
    _, asked, terrain, sure = mission
    assert sure.tries > 1
    assert sure.tighter.rover.max_pitch_deg < asked.rover.max_pitch_deg
    assert sure.planned.plan.rover == asked.rover
    assert all(each.holds >= 0.95 for each in sure.risk.chances)
    assert not [each for each in drive_again(sure.planned.plan, terrain, sky).margins if not each.kept]
    other = assess(sure.planned.plan, terrain, sky, asked.doubt, runs=200, seed=2)
    assert all(each.high >= 0.95 for each in other.chances)


def test_the_first_runs_of_more_are_the_same(mission, sky):
    """Whatever is drawn at once: a run's numbers depend on the seed and its number alone."""
    _, asked, terrain, sure = mission
    few, more = (assess(sure.planned.plan, terrain, sky, asked.doubt, runs=runs) for runs in (70, 130))
    names = {each.name: each.margins for each in more.chances}
    for each in few.chances:
        np.testing.assert_array_equal(each.margins, names[each.name][:70])
    drawn, late = (draw(asked.doubt, 1, range(first, 9), 3, 5) for first in (0, 8))
    np.testing.assert_array_equal(drawn.speed[8:], late.speed)


def test_hours_of_standing_spread_as_the_hotel_load_does(sky):
    """Thirty hours with an array that is off: what is left has the load's deviation, and no other."""
    terrain, plan = crew_plan(hours=30.0, walk_back=False)
    plan = replace(plan, power=replace(plan.power, array_m2=0.0))
    found = assess(plan, terrain, sky, replace(NONE, hotel=0.05), runs=400)
    energy = next(each for each in found.chances if each.name == "energy")
    used_kwh = plan.rover.hotel_w * 30.0 / 1000.0
    assert np.std(energy.margins) == pytest.approx(0.05 * used_kwh, rel=0.1)
    spread = (found.left_j[2, -1] - found.left_j[0, -1]) / KWH
    assert spread == pytest.approx(2.0 * 1.645 * 0.05 * used_kwh, rel=0.15)


def test_pitch_fails_as_often_as_the_normal_law_says(sky):
    """One step of 20 m at 15 degrees, both ends with an error of half a metre."""
    slope = np.tan(np.radians(15.0))
    terrain = plain(lambda x, y: slope * x + 0.0 * y)
    plan = drive(terrain, speed_mps=0.5, cells=2, rules=Rules(walk_back=False))
    steep = replace(
        plan, rover=replace(plan.rover, max_pitch_deg=16.0, max_slope_deg=30.0, max_roll_deg=30.0)
    )
    found = assess(steep, terrain, sky, replace(NONE, height_m=0.5), runs=2000)
    pitch = next(each for each in found.chances if each.name == "pitch")
    higher = 20.0 * (np.tan(np.radians(16.01)) - slope)
    expected = norm.cdf(higher / (0.5 * np.sqrt(2.0)))
    assert pitch.low <= expected <= pitch.high


def test_who_is_late_is_late_for_all_that_follows(sky):
    """A slow drive without slack moves the excursion; a sleep with slack begins in time."""
    terrain = plain()
    activities = (
        Activity("eva", BRIGHT + 0.2 * HOUR, BRIGHT + 6.2 * HOUR),
        Activity("sleep", BRIGHT + 14.0 * HOUR, BRIGHT + 22.0 * HOUR),
    )
    fast_mps = float(Rover().speed_mps(0.0))
    plan = drive(terrain, hours=30.0, speed_mps=fast_mps, cells=40, activities=activities, rules=Rules())
    found = assess(plan, terrain, sky, replace(NONE, speed=0.9), runs=50)
    chance = {each.name: each for each in found.chances}
    assert chance["awake"].margins == pytest.approx(np.full(50, 4.0))
    assert chance["suits on an excursion"].margins.std() == pytest.approx(0.0, abs=1e-9)
    assert found.late_s.max() == 0.0
    close = replace(plan, activities=(activities[0], replace(activities[1], start_s=BRIGHT + 6.75 * HOUR)))
    found = assess(close, terrain, sky, replace(NONE, speed=0.9, eva=0.3), runs=50)
    assert found.together.holds == 1.0


def test_all_limits_hold_where_each_does():
    """Also when rounding leaves a limit of 0 a ten-millionth of a watt short; a whole watt is too much."""
    times, curve = np.zeros(3), np.zeros((3, 1))
    margins = {
        ("heat", "W", 0.0): (np.array([-1e-7, 5.0, -1.0]), times),
        ("slope", "deg", 20.0): (np.array([1.0, -1e-6, 1.0]), times),
    }
    found = _summary([_Some(margins, curve, curve, times)], np.zeros(1))
    assert [each.holds for each in found.chances] == [pytest.approx(2 / 3), 1.0]
    assert found.together.holds == pytest.approx(2 / 3)


def test_bad_questions_are_told(sky, mission, tmp_path):
    """Too few runs, things at once, deviations that are none; and certainty that cannot be had."""
    path, asked, terrain, sure = mission
    plan = sure.planned.plan
    with pytest.raises(InputError, match="--runs: 1; expected 2 or more"):
        assess(plan, terrain, sky, NONE, runs=1)
    twice = replace(plan, activities=(*plan.activities, plan.activities[0]))
    with pytest.raises(InputError, match="begins before"):
        assess(twice, terrain, sky, NONE, runs=2)
    with pytest.raises(InputError, match="doubt: eva: 2; expected 0 to 1"):
        Doubt(eva=2.0)
    rough = asked.model_copy(update={"doubt": Doubt(height_m=20.0)})
    with pytest.raises(
        WorkError, match=r"not with a chance of 95.0%|no plan was found that keeps every limit"
    ):
        plan_surely(rough, terrain, sky, path)


def test_the_command_tells_how_surely_each_limit_holds(mission, monkeypatch, tmp_path, capsys):
    """The same on every call; the plan's file carries the doubt."""
    path = tmp_path / "plan.yaml"
    write_plan(path, mission[3].planned.plan)
    assert read_plan(path).doubt == Doubt(height_m=0.8)
    told = []
    for _ in range(2):
        assert kizuna(monkeypatch, "moon", "risk", path, "--runs", "40") == 0
        told.append(capsys.readouterr().out)
    assert "How surely each limit holds" in told[0]
    assert "All limits at once: " in told[0]
    assert "of 40 runs" in told[0]
    assert told[0] == told[1]
