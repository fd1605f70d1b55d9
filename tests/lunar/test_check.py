"""The checker: what it finds on plans made by hand, on files, and that the planner's plans pass it."""

from dataclasses import replace

import numpy as np
import pytest
from tests.lunar.made import grid_of

from kizuna.errors import InputError, WorkError
from kizuna.geo.time import parse_utc
from kizuna.lunar.check import check_plan
from kizuna.lunar.crew import CrewRules
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.ground import Ground
from kizuna.lunar.plan import Activity, Plan, read_plan, route_points, write_plan
from kizuna.lunar.power import KWH, PowerPlant
from kizuna.lunar.route import plan_route
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules, build_site
from kizuna.lunar.synthetic import summit_m, synthetic_terrain
from kizuna.lunar.terrain import Terrain

BRIGHT = parse_utc("2029-09-23T00:00:00Z")
"""Sun and Earth stand 2 and 6 degrees above a plain at the south pole."""

NO_EARTH = parse_utc("2029-09-08T00:00:00Z")

NIGHT = parse_utc("2029-03-10T00:00:00Z")


@pytest.fixture(scope="module")
def sky():
    return load_ephemeris()


def plain(surface=lambda x, y: 0.0 * x * y):
    """A terrain of 64 × 64 cells of 20 m, 30 km from the pole."""
    return Terrain(grid_of(surface))


def drive(terrain, hours=1.0, speed_mps=1.0, start_s=BRIGHT, cells=20, **more):
    """A plan that drives along a row of cells, and then stands."""
    steps = np.arange(cells)
    lat, lon = terrain.near.place(np.full(cells, 32), 10 + steps)
    times = start_s + 20.0 * steps / speed_mps
    haven = tuple(float(each) for each in terrain.near.place(32, 10))
    return Plan(
        Ground(synthetic=1),
        np.append(times, start_s + hours * 3600.0),
        np.append(lat, lat[-1]),
        np.append(lon, lon[-1]),
        havens=(haven,),
        **more,
    )


def margins(plan, terrain, sky):
    """Margins by name."""
    return {each.name: each for each in check_plan(plan, terrain, sky)}


def test_a_quiet_drive_keeps_every_limit(sky):
    """With the numbers that closed forms give."""
    terrain = plain()
    plan = drive(terrain, rules=Rules(light=0.5, link=True))
    found = margins(plan, terrain, sky)
    assert all(each.kept for each in found.values())
    assert found["speed"].limit == pytest.approx(Rover().top_speed_mps, rel=1e-3)
    assert found["speed"].worst == pytest.approx(1.0, rel=1e-3)
    assert found["slope"].worst == pytest.approx(0.0, abs=1e-6)
    assert found["light while driving"].worst == pytest.approx(1.0)
    assert found["Earth while driving"].worst == pytest.approx(1.0)
    # 380 m on foot in the dark.
    assert found["walk home"].worst == pytest.approx(380.0 / (1.6 * 0.7) / 3600.0, rel=1e-2)
    power = PowerPlant()
    assert found["energy"].limit == pytest.approx(0.1 * power.deliverable_j / KWH)


def test_energy_is_counted_by_the_second(sky):
    """A night of ten hours: hotel load and heaters, first from the battery and then from the cell."""
    terrain = plain()
    plan = drive(terrain, hours=10.0, start_s=NIGHT, rules=Rules(walk_back=False))
    power, rover = plan.power, plan.rover
    spent_kwh = (rover.hotel_w + power.heater_w) * 10.0 / 1000.0
    spent_kwh += 380.0 * float(rover.drive_j_per_m(0.0)) / KWH
    left = margins(plan, terrain, sky)["energy"].worst
    assert left == pytest.approx(power.deliverable_j / KWH - spent_kwh, abs=0.1)
    weak = replace(plan, power=replace(power, tank_j=0.0))
    found = margins(replace(weak, stored=0.8), terrain, sky)
    assert not found["energy"].kept
    assert margins(replace(weak, stored=0.05), terrain, sky)["power not met"].worst > 4_000.0


@pytest.mark.parametrize(
    ("change", "surface", "broken"),
    [
        ({"speed_mps": 6.0}, None, "speed"),
        ({"rules": Rules(light=0.5), "start_s": NIGHT}, None, "light while driving"),
        ({"rules": Rules(link=True), "start_s": NO_EARTH}, None, "Earth while driving"),
        ({}, lambda x, y: 0.5 * x + 0.0 * y, "slope"),
        ({}, lambda x, y: 0.5 * x + 0.0 * y, "pitch"),
        ({}, lambda x, y: 0.0 * x + 0.5 * y, "roll"),
        ({"power": PowerPlant(radiator_m2=5.0)}, None, "heat"),
        ({"cells": 50}, lambda x, y: np.where(np.abs(x) < 15.0, 900.0, 0.0) + 0.0 * y, "walk home"),
    ],
)
def test_each_broken_limit_is_found(sky, change, surface, broken):
    """And told with when."""
    terrain = plain(surface) if surface else plain()
    plan = drive(terrain, **change)
    found = margins(plan, terrain, sky)[broken]
    assert not found.kept
    assert plan.time_s[0] <= found.time_s <= plan.time_s[-1]


HOUR = 3600.0


def crew_plan(*activities, hours=30.0, **more):
    """A stay on a bright plain with activities, in hours after its start."""
    terrain = plain()
    made = tuple(
        Activity(kind, BRIGHT + HOUR * start, BRIGHT + HOUR * end) for kind, start, end in activities
    )
    return terrain, drive(terrain, hours=hours, activities=made, rules=Rules(**more))


def test_a_good_day_of_the_crew_passes(sky):
    """An excursion of six hours, and eight hours of sleep."""
    terrain, plan = crew_plan(("eva", 2.0, 8.0), ("sleep", 14.0, 22.0))
    found = margins(plan, terrain, sky)
    assert all(each.kept for each in found.values())
    assert found["excursion"].margin == pytest.approx(0.0)
    assert found["awake"].worst == pytest.approx(14.0)
    assert found["sleep"].worst == pytest.approx(8.0)
    assert found["light outside"].worst == pytest.approx(1.0)
    assert found["suits on an excursion"].worst == pytest.approx(6 * 3600.0 * 350.0 / 1e6)


@pytest.mark.parametrize(
    ("activities", "hours", "broken"),
    [
        ([("eva", 2.0, 8.5)], 12.0, "excursion"),
        ([("sleep", 14.0, 21.0)], 30.0, "sleep"),
        ([("sleep", 20.0, 28.0)], 30.0, "awake"),
        ([("eva", 2.0, 8.0), ("sleep", 7.5, 16.0)], 30.0, "activities at once"),
        ([("eva", 0.05, 2.0)], 12.0, "driving while outside or asleep"),
        ([("eva", start, start + 4.0) for start in (1.0, 20.0, 44.0, 68.0)], 80.0, "excursions in 4 days"),
    ],
)
def test_what_breaks_the_crews_days_is_found(sky, activities, hours, broken):
    """One limit each."""
    terrain, plan = crew_plan(*activities, hours=hours)
    assert not margins(plan, terrain, sky)[broken].kept


def test_nobody_works_outside_in_the_dark_or_out_of_sight(sky):
    """Unless the rules allow it; and supplies end."""
    terrain = plain()
    eva = (Activity("eva", NIGHT + HOUR, NIGHT + 2.0 * HOUR),)
    plan = drive(terrain, hours=3.0, start_s=NIGHT, activities=eva)
    assert not margins(plan, terrain, sky)["light outside"].kept
    assert margins(replace(plan, rules=Rules(eva_light=0.0)), terrain, sky)["light outside"].kept
    eva = (Activity("eva", NO_EARTH + HOUR, NO_EARTH + 2.0 * HOUR),)
    plan = drive(terrain, hours=3.0, start_s=NO_EARTH, activities=eva)
    assert not margins(plan, terrain, sky)["Earth outside"].kept
    assert not margins(replace(plan, crew=CrewRules(days=0.1)), terrain, sky)["supplies"].kept


@pytest.mark.parametrize("seed", [4, pytest.param(9, marks=pytest.mark.slow)])
def test_the_planners_routes_pass_the_checker(sky, seed):
    """Goals drawn by lot on steep ground, with light, sight, walk home and scarce energy."""
    terrain = synthetic_terrain(seed, cells=160, step_m=20.0, centre_m=summit_m(seed))
    top = np.unravel_index(int(np.argmax(terrain.near.height_m[2:-2, 2:-2])), (156, 156))
    haven = tuple(float(each) for each in terrain.near.place(top[0] + 2, top[1] + 2))
    rules, power = Rules(light=0.2, link=True), PowerPlant(tank_j=40.0 * KWH)
    span = (BRIGHT, BRIGHT + 2 * 86_400.0)
    site = build_site(terrain, sky, span, Rover(), power, rules, havens=(haven,))
    rng, passed = np.random.default_rng(seed), 0
    for row, column in rng.integers(5, 155, (40, 2)):
        goal = tuple(float(each) for each in terrain.near.place(row, column))
        try:
            route = plan_route(site, haven, goal, *span, 0.5 * power.deliverable_j)
        except WorkError:
            continue
        plan = Plan(
            Ground(synthetic=seed),
            *route_points(route),
            stored=0.5,
            havens=(haven,),
            rover=Rover(),
            power=power,
            rules=rules,
        )
        broken = [each for each in check_plan(plan, terrain, sky) if not each.kept]
        assert not broken, (row, column, broken)
        passed += 1
        if passed == 5:
            return
    assert passed


def test_a_plan_comes_back_from_its_file(tmp_path):
    """To the microsecond, with everything that isn't as it comes."""
    terrain = plain()
    plan = drive(
        terrain,
        activities=(Activity("eva", BRIGHT, BRIGHT + HOUR, "rim"),),
        rover=replace(Rover(), mass_kg=9_000.0, slip_curve=((0.0, 20.0), (0.0, 0.5))),
        rules=Rules(light=0.3),
    )
    write_plan(tmp_path / "plan.yaml", plan)
    back = read_plan(tmp_path / "plan.yaml")
    assert back.time_s == pytest.approx(plan.time_s, abs=1e-6)
    assert back.lat_deg.tolist() == plan.lat_deg.tolist()
    for name in ("ground", "activities", "havens", "stored", "rover", "power", "suit", "crew", "rules"):
        assert getattr(back, name) == getattr(plan, name), name


PLAN = """ground: {synthetic: 4}
stored: 1.0
rover: {mass_kg: 9000}
points:
- [2029-09-20T00:00:00Z, -89.5, 140]
- [2029-09-20T01:00:00Z, -89.5, 140]
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("mass_kg: 9000", "mass_kg: 0", "line 3, key rover.mass_kg: 0; expected a number above 0"),
        ("mass_kg", "mass", "line 3, key rover.mass: is not known; did you mean mass_kg?"),
        (
            "mass_kg: 9000",
            "mass_kg: heavy",
            "line 3, key rover.mass_kg: is the text 'heavy'; expected a number",
        ),
        ("stored: 1.0", "stored: 1.5", "line 2, key stored: 1.5 is out of bounds"),
        ("-89.5, 140]", "-98.5, 140]", "line 5, key points[0][1]: -98.5 is out of bounds"),
        ("T01:00", "T00:00", "plan: points: times don't grow"),
        ("2029-09-20T01:00:00Z", "soon", "'soon' is not a time"),
        ("synthetic: 4", "seed: 4", "line 1, key ground.seed: is not known"),
    ],
)
def test_a_wrong_plan_is_told(tmp_path, old, new, sentence):
    """With file, line and key."""
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    assert len(read_plan(path).time_s) == 2
    path.write_text(PLAN.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_plan(path)
    assert str(told.value).startswith(str(path))
    assert sentence in str(told.value)


def test_a_point_off_the_map_is_told(sky):
    """With its number."""
    terrain = plain()
    plan = drive(terrain)
    plan.lat_deg[5] = -85.0
    with pytest.raises(InputError, match="points: number 6"):
        check_plan(plan, terrain, sky)


def test_ground_is_one_of_two(tmp_path):
    """Files or a seed."""
    with pytest.raises(
        InputError, match="ground: neither files nor synthetic is given; expected one of them"
    ):
        Ground().terrain(tmp_path)
    with pytest.raises(InputError, match="files and synthetic are both given"):
        Ground(files=("a.tif",), synthetic=1).terrain(tmp_path)
