"""The crew: walking against public figures, and ways home against an independent shortest path."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from tests.lunar.made import grid_of

from kizuna.errors import InputError
from kizuna.kernels.fields import STEPS, least_costs
from kizuna.lunar.crew import CrewRules, Suit, walking_speed_mps, walking_w
from kizuna.lunar.moves import walk_moves, way_home
from kizuna.lunar.synthetic import synthetic_terrain

KCAL_H_W = 4184.0 / 3600.0


def test_walkers_are_as_fast_as_on_apollos_films():
    """3.3 to 5.5 km/h sustained on ground up to a few degrees."""
    kmh = walking_speed_mps(np.array([-5.0, 0.0, 3.0])) * 3.6
    assert ((kmh > 3.3) & (kmh < 6.0)).all()
    slopes = np.linspace(-25.0, 25.0, 401)
    speed = walking_speed_mps(slopes)
    assert speed.max() == walking_speed_mps(0.0) == 1.6
    assert speed.min() > 0.0


def test_walkers_take_what_suits_measured():
    """100 to 500 kcal/h (Apollo, suited)."""
    for slope in (-10.0, -3.0, 0.0, 5.0, 10.0):
        power_w = float(walking_w(170.0, slope, walking_speed_mps(slope)))
        assert 60.0 * KCAL_H_W < power_w < 1100.0 * KCAL_H_W
    assert walking_w(170.0, 5.0, 0.5) > walking_w(170.0, 0.0, 0.5) > walking_w(170.0, -3.0, 0.5)
    standing_w = float(walking_w(170.0, 0.0, 0.0))
    assert 50.0 * KCAL_H_W < standing_w < 120.0 * KCAL_H_W


@pytest.mark.parametrize("part", ["oxygen_kg", "water_kg", "co2_kg"])
def test_the_scarcest_supply_ends_the_walk(part):
    """Half of it, and the rest no longer counts."""
    assert Suit(**{part: 0.01}).usable_j < Suit().usable_j


@pytest.fixture(scope="module")
def ground():
    """Hilly ground with places that are too steep."""
    return synthetic_terrain(9, cells=60, step_m=20.0, centre_m=(2_000.0, -9_000.0), reach_m=0.0).near


def shortest(cost, goals):
    """The same by SciPy, on a graph with its edges turned round."""
    _, rows, columns = cost.shape
    starts, ends, costs = [], [], []
    for k, (down, across) in enumerate(STEPS):
        for row, column in np.argwhere(np.isfinite(cost[k])):
            starts.append((row + down) * columns + column + across)
            ends.append(row * columns + column)
            costs.append(cost[k, row, column])
    graph = coo_array((costs, (starts, ends)), shape=(rows * columns, rows * columns)).tocsr()
    return dijkstra(graph, indices=goals, min_only=True).reshape(rows, columns)


def test_fields_are_shortest_paths(ground):
    """Two goals, steps that differ by direction, places that can't be left."""
    dark = np.zeros(ground.shape, dtype=bool)
    dark[:, 30:] = True
    moves = walk_moves(ground, Suit(), dark)
    goals = np.array([70, 2_000])
    best, energy = least_costs(moves.seconds, moves.energy_j, goals)
    wanted = shortest(moves.seconds, goals)
    assert np.isinf(wanted).any()
    assert best == pytest.approx(wanted, rel=1e-4)
    assert np.isfinite(energy[np.isfinite(best)]).all()
    # Seconds and joules along one way: from 50 to 1200 W.
    walking = np.isfinite(best) & (best > 0.0)
    assert (energy[walking] / best[walking]).min() > 50.0
    assert (energy[walking] / best[walking]).max() < 1200.0


def test_the_dark_makes_ways_home_longer_and_suits_limit_them(ground):
    """By no more than the pace in the dark; a weak suit's circle is smaller."""
    havens = [(30, 30)]
    light = way_home(ground, Suit(), havens)
    dark = way_home(ground, Suit(), havens, np.ones(ground.shape, dtype=bool))
    reached = np.isfinite(light.seconds)
    assert dark.seconds[reached] == pytest.approx(light.seconds[reached] / Suit().dark_pace, rel=1e-3)
    weak = Suit(longest_s=1_200.0, reserve_s=600.0)
    assert 0 < light.within(weak).sum() < light.within(Suit()).sum()
    assert light.within(weak).sum() == ((light.seconds <= 600.0) & (light.energy_j < weak.usable_j)).sum()
    with pytest.raises(InputError, match="havens: there is none; expected at least one"):
        way_home(ground, Suit(), [])


def test_a_flat_walk_home_is_distance_over_speed():
    """Along a row, 1.6 m/s on the ground."""
    flat = grid_of(lambda x, y: 0.0 * x * y, 30, 20.0, (0.0, 0.0))
    home = way_home(flat, Suit(), [(15, 0)])
    assert home.seconds[15, 29] == pytest.approx(29 * 20.0 / 1.6, rel=1e-4)
    assert home.energy_j[15, 29] == pytest.approx(home.seconds[15, 29] * walking_w(200.0, 0.0, 1.6), rel=1e-3)


def test_a_crew_takes_its_supplies():
    """NASA's figures for each person and day."""
    supplies = CrewRules(people=2).supplies(14.0)
    assert supplies["oxygen"] == pytest.approx(22.96)
    assert supplies["water"] == pytest.approx(70.0)
    assert supplies["co2"] == pytest.approx(29.12)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: CrewRules(people=1), "crew: people: 1; expected two to four"),
        (lambda: CrewRules(eva_people=3), "crew: eva_people: 3; expected 1 to 2"),
        (lambda: CrewRules(awake_s=10 * 3600.0), "sleep and waking together are 18 h; expected 24 h or more"),
        (lambda: Suit(dark_pace=0.0), "suit: dark_pace: 0"),
        (lambda: Suit(reserve_s=9 * 3600.0), "suit: reserve_s: 32400 s; expected from 0 to below 28800 s"),
    ],
)
def test_crews_and_suits_that_cannot_be_are_told(make, sentence):
    """With the field and what would do."""
    with pytest.raises(InputError, match=sentence):
        make()
