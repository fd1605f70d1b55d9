"""Routes: equal to exact dynamic programming, and sentences where there is none."""

import re
from dataclasses import replace

import numpy as np
import pytest
from tests.lunar.dynamic import earliest, random_case
from tests.lunar.made import grid_of

from kizuna.errors import InputError, WorkError
from kizuna.geo.time import parse_utc
from kizuna.kernels.arrivals import earliest_way, latest_way
from kizuna.kernels.fields import least_costs
from kizuna.kernels.route import FOUND, MAY_DRIVE, TOO_MANY, follow, search
from kizuna.lunar import leg
from kizuna.lunar.leg import Query, seek
from kizuna.lunar.moves import rover_moves
from kizuna.lunar.power import KWH, PowerPlant
from kizuna.lunar.route import plan_route
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules, Site

A_ROUNDING_S = 1e-3


def arrival(case, room=2_000_000, slack_j=0.0):
    """When the search arrives; None when never."""
    goals = np.array([case.goal])
    to_go = least_costs(case.seconds, case.seconds, goals)[0].reshape(-1)
    drive = least_costs(case.energy_j, case.seconds, goals)[0].reshape(-1)
    status, label, _, _, state = search(
        case.site, case.seconds, case.energy_j, to_go, np.zeros_like(to_go), drive,
        np.array([0.0, 1.0, case.site.shape[1], slack_j]), case.plant,
        case.start, case.goal, case.start_j, case.arrive_j, room,
    )  # fmt: skip
    assert status != TOO_MANY
    return float(state[label, 2]) if status == FOUND else None


@pytest.mark.parametrize(
    "seeds", [range(20), pytest.param(range(20, 200), marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_the_search_equals_dynamic_programming(seeds):
    """40 × 40 cells, 200 frames, with and without closed steps, forbidden frames and scarce energy."""
    found = []
    for seed in seeds:
        case = random_case(seed)
        wanted = earliest(case)
        assert arrival(case) == wanted, seed
        found.append(wanted)
    assert any(each is None for each in found)
    assert any(each is not None for each in found)


@pytest.mark.parametrize("seed", range(20))
def test_ways_by_time_alone_bound_all_others(seed):
    """The first arrival is that of dynamic programming without energy; the last start arrives as early."""
    case = random_case(seed)
    rich = replace(case, plant=np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1e9, 0.0]), start_j=1e9, arrive_j=0.0)
    to_go = least_costs(case.seconds, case.seconds, np.array([case.goal]))[0].reshape(-1)
    clock = np.array([0.0, 1.0, case.site.shape[1], 0.0])
    ends = (case.start, case.goal)
    cells, leaves, arrive = earliest_way(case.site, case.seconds, to_go, clock, *ends)
    wanted = earliest(rich)
    assert (float(leaves[-1]) if len(cells) else None) == wanted
    if wanted is None:
        return
    clock[2] = leaves[-1]
    late = latest_way(case.site, case.seconds, arrive, clock, *ends)
    for way in ((cells, leaves), late):
        holds, tree, state = follow(case.site, case.seconds, case.energy_j, *way, clock, rich.plant, 1e9, 0.0)
        assert holds
        assert tree[-1, 0] == case.goal
        assert state[-1, 0] == wanted
    assert late[1][0] >= leaves[0]


def test_a_coarser_search_finds_plans_that_hold():
    """Slack in the energy leaves labels out: the arrival is never earlier than the best."""
    for seed in (0, 2, 9, 10, 12):
        case = random_case(seed)
        exact, coarse = arrival(case), arrival(case, slack_j=20.0)
        assert exact is not None
        assert coarse is None or coarse >= exact


def test_waits_at_the_ends_of_frames_cost_little():
    """Against waits that end at any fifth of a frame: never earlier, mostly the same."""
    late = []
    for seed in range(100, 112):
        fine = random_case(seed, cells=16, frames=40)
        ticks = np.repeat(fine.site, 5, axis=1)
        exact = earliest(replace(fine, site=ticks))
        goals = np.array([fine.goal])
        to_go = least_costs(fine.seconds, fine.seconds, goals)[0].reshape(-1)
        drive = least_costs(fine.energy_j, fine.seconds, goals)[0].reshape(-1)
        status, label, _, _, state = search(
            fine.site, fine.seconds, fine.energy_j, to_go, np.zeros_like(to_go), drive,
            np.array([0.0, 5.0, 200.0, 0.0]), fine.plant,
            fine.start, fine.goal, fine.start_j, fine.arrive_j, 2_000_000,
        )  # fmt: skip
        if exact is not None and status == FOUND:
            late.append(state[label, 2] - exact)
    assert min(late) >= 0.0
    assert np.median(late) == 0.0


def flat_site(cells=12, frames=96, light=127, rules=None, plant=None, hill=None):
    """Level ground under one light, quarter hours from time 0; the site's parts can be replaced."""
    grid = grid_of(hill or (lambda x, y: 0.0 * x * y), cells, 20.0, (0.0, 0.0))
    rover = Rover()
    shut = np.zeros(grid.shape, dtype=bool)
    bytes_ = np.full((cells * cells, frames), MAY_DRIVE | light, dtype=np.uint8)
    bright = np.full(grid.shape, light, dtype=np.uint8)
    moves = rover_moves(grid, rover, shut)
    burden = np.zeros(grid.shape, dtype=np.float32)
    return Site(
        grid, 0.0, 900.0, bytes_, bright, moves, burden, shut, rover, plant or PowerPlant(), rules or Rules()
    )


def places(site, *cells):
    """Latitude and longitude of rows and columns."""
    return [tuple(float(each) for each in site.grid.place(*cell)) for cell in cells]


def test_on_level_ground_the_route_is_straight():
    """Ten cells at top speed; energy goes down by drive and load and up by the Sun."""
    site = flat_site()
    start, goal = places(site, (5, 0), (5, 10))
    full_j = site.plant.deliverable_j
    route = plan_route(site, start, goal, 0.0, 86_400.0, 0.5 * full_j)
    took = 200.0 / site.rover.top_speed_mps
    assert route.lasts_s == pytest.approx(took, rel=1e-5)
    assert route.waits_s == 0.0
    assert route.least_s == pytest.approx(took, rel=2e-4)
    gain = min(site.plant.array_w(1.0) - 3_000.0, site.plant.least_intake_w) * site.plant.least_gain
    drive = float(200.0 * site.rover.drive_j_per_m(0.0))
    assert route.energy_j[-1] == pytest.approx(0.5 * full_j - drive + gain * took, rel=1e-6)
    assert route.at_least_s == pytest.approx(route.arrive_s[-1])


def test_it_waits_for_the_earth_and_leaves_in_time():
    """Driving is allowed from the fifth frame on."""
    site = flat_site()
    site.frames[:, :5] &= 127
    start, goal = places(site, (5, 0), (5, 10))
    route = plan_route(site, start, goal, 100.0, 86_400.0, site.plant.deliverable_j)
    assert route.leave_s[0] == 5 * 900.0
    assert route.waits_s == pytest.approx(5 * 900.0 - 100.0)


def test_it_charges_where_there_is_light():
    """A full store on arrival, wanted where the goal is dark: it waits in the light before."""
    site = flat_site()
    dark = np.arange(144).reshape(12, 12)[:, 6:].reshape(-1)
    site.frames[dark] = MAY_DRIVE
    start, goal = places(site, (5, 0), (5, 7))
    plant = PowerPlant(tank_j=1.0 * KWH, battery_j=20.0 * KWH)
    site = replace(site, plant=plant)
    wanted = 0.95 * plant.deliverable_j
    route = plan_route(site, start, goal, 0.0, 86_400.0, 0.5 * plant.deliverable_j, wanted)
    assert route.energy_j[-1] >= wanted
    waits = (route.leave_s - route.arrive_s)[:-1]
    assert waits.sum() > 3_600.0
    assert (waits[route.column[:-1] >= 6] == 0.0).all()


def refusal(site, start=(5, 0), goal=(5, 10), energy=1.0, deadline_s=86_400.0, arrive=0.0):
    """The sentence why there is no route."""
    full_j = site.plant.deliverable_j
    with pytest.raises(WorkError) as told:
        plan_route(site, *places(site, start, goal), 0.0, deadline_s, energy * full_j, arrive * full_j)
    return str(told.value)


def test_a_route_that_cannot_be_says_which_limit_and_by_how_much():
    """Time, light, walk home, closed ground, slope and energy."""
    assert "even without a wait the way takes 0.01 h" in refusal(flat_site(), deadline_s=30.0)
    site = flat_site()
    site.frames[:, 1:] &= 127
    late = replace(site, start_s=-900.0)
    with pytest.raises(WorkError, match="ends 0.01 h of driving before the goal"):
        plan_route(late, *places(late, (5, 0), (5, 10)), 0.0, 80_000.0, late.plant.deliverable_j)

    far = flat_site()
    far.burden[:, 6:] = 1.2
    far = replace(far, moves=rover_moves(far.grid, far.rover, far.burden > 1.0))
    assert "from the goal the walk home takes 20% more than what the suits allow" in refusal(far)
    ring = flat_site()
    ring.burden[:, 6] = 1.5
    ring = replace(ring, moves=rover_moves(ring.grid, ring.rover, ring.burden > 1.0))
    told = refusal(ring)
    assert "can't walk home on what its suits hold" in told
    assert 49 <= int(told.split(": ")[-1].split("%")[0]) <= 52

    shut = flat_site()
    shut.closed[:, 6] = True
    shut = replace(shut, moves=rover_moves(shut.grid, shut.rover, shut.closed))
    assert refusal(shut) == "every way crosses closed ground"
    assert "the goal lies on closed ground" in refusal(shut, goal=(5, 6))

    def ditch(x, y):
        return np.where(x > 60.0, 12.0, 0.0) + 0.0 * y

    assert "no way is gentle enough for slopes to 20°" in refusal(flat_site(hill=ditch))

    def bank(x, y):
        return np.where(x > 60.0, (x - 60.0) * 0.7, 0.0) + 0.0 * y

    assert "slopes to 20° can be driven: 15.0° too steep" in refusal(flat_site(hill=bank))


def test_missing_energy_is_told_in_kilowatt_hours():
    """At the start; and stores too small for a wait in the dark."""
    dark = flat_site(light=0, plant=PowerPlant(tank_j=0.0, battery_j=60.0 * KWH, heater_w=0.0))
    dark.frames[:, :40] &= 127
    # Ten hours of 3 kW, and the reserve of 5.82 kWh; 40 kWh would do.
    told = refusal(dark, energy=0.4)
    assert told.startswith("the stores hold too little at the start: ")
    short = float(told.split(": ")[1].split(" ")[0])
    drive = float(200.0 * dark.rover.drive_j_per_m(0.0)) / KWH
    assert short == pytest.approx(30.0 + 0.04 + drive + 5.82 - 0.4 * 58.2, rel=0.02)
    small = replace(dark, plant=PowerPlant(tank_j=0.0, battery_j=30.0 * KWH, heater_w=0.0))
    told = refusal(small)
    assert told.startswith("the stores are too small for the darkness on the way: ")
    assert float(told.split(": ")[1].split(" ")[0]) == pytest.approx(30.0 + drive + 2.95 - 29.1, rel=0.03)


def test_places_and_times_outside_are_told():
    """Where the map and the site's time are."""
    site = flat_site()
    start, goal = places(site, (5, 0), (5, 10))
    with pytest.raises(InputError, match="goal: -80, 0: lies outside the map"):
        plan_route(site, start, (-80.0, 0.0), 0.0, 1_000.0, 1.0)
    with pytest.raises(InputError, match="lies outside the time of the site or after the deadline"):
        plan_route(site, start, goal, 90_000.0, 99_000.0, 1.0)


def test_an_answer_says_whether_it_is_the_best():
    """A proof is whole; so is a way that time alone bounds."""
    site = flat_site()
    query = Query(0, 100, 0.0, 86_400.0, site.plant.deliverable_j)
    answer = seek(site, query)
    assert answer.found
    assert answer.whole
    assert not seek(site, replace(query, deadline_s=1.0)).found
    assert seek(site, replace(query, deadline_s=1.0)).whole


def patchy(seed, kwh):
    """A site whose light and leave to drive change every hour, and a rover with a small battery."""
    plant = PowerPlant(tank_j=0.0, battery_j=kwh * KWH, heater_w=0.0, array_m2=12.0)
    site, random = flat_site(plant=plant), np.random.default_rng(seed)
    lit, free = (random.random((144, 24)) < share for share in (0.25, 0.6))
    hours = np.where(lit, 127, 0) | np.where(free, MAY_DRIVE, 0)
    site.frames[:] = np.repeat(hours, 4, axis=1).astype(np.uint8)
    site.brightest[:] = (site.frames & 127).max(axis=1).reshape(12, 12)
    return site


def test_a_way_that_may_not_be_the_best_is_still_a_way(monkeypatch):
    """When the labels run out, what was found before is the answer, with the bound of what others could."""
    site = patchy(14, 7.0)
    asked = (*places(site, (1, 1), (10, 10)), 0.0, 86_400.0, site.plant.deliverable_j)
    best = plan_route(site, *asked)
    monkeypatch.setattr(leg, "ROOM", 100)
    route = plan_route(site, *asked)
    assert route.at_least_s <= best.arrive_s[-1] <= route.arrive_s[-1]
    assert route.at_least_s < route.arrive_s[-1]


def test_a_search_without_an_answer_says_what_no_route_can_do(monkeypatch):
    """How near it came, and from when on and with how much energy a route could be; and that is true."""
    site = patchy(5, 6.0)
    asked = (*places(site, (1, 1), (10, 10)), 0.0, 86_400.0, site.plant.deliverable_j)
    route = plan_route(site, *asked)
    monkeypatch.setattr(leg, "ROOM", 100)
    with pytest.raises(WorkError, match="100 labels came as near as .* no route arrives before") as told:
        plan_route(site, *asked)
    bounds = re.search(r"before (\S+) or begins with less than ([0-9.]+) kWh", str(told.value))
    before, least_kwh = bounds.groups()
    assert parse_utc(before) <= route.arrive_s[-1] + 0.5
    assert float(least_kwh) * KWH <= site.plant.deliverable_j
    assert float(least_kwh) * KWH >= site.reserve_j
