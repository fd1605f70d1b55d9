"""The made-up pole has a real tile's statistics, craters after their law, and one height for each place."""

import numpy as np
import pytest

from kizuna.lunar.noise import normal, spline_surface, uniform
from kizuna.lunar.relief import deviogram
from kizuna.lunar.synthetic import _craters, synthetic_terrain

TEN_PERCENT = 0.1

# A real 5 m tile, 10 km wide: Haworth, from LOLA (PGDA product 78). Baseline in cells, metres, degrees.
HAWORTH = [(1, 1.082, 12.00), (2, 2.151, 11.94), (4, 4.273, 11.87), (10, 10.598, 11.79)]


@pytest.mark.parametrize(
    ("seed", "centre_m"), [(1, (0.0, 30_000.0)), (2, (0.0, 30_000.0)), (3, (-60_000.0, 100_000.0))]
)
def test_slopes_and_deviogram_are_those_of_a_real_tile(seed, centre_m):
    """Whatever the seed and the place."""
    tile = synthetic_terrain(seed, cells=2000, step_m=5.0, centre_m=centre_m, reach_m=0.0).near
    for cells, deviation_m, slope_deg in HAWORTH:
        ours_m, ours_deg = deviogram(tile, cells)
        assert ours_m == pytest.approx(deviation_m, rel=TEN_PERCENT)
        assert ours_deg == pytest.approx(slope_deg, rel=TEN_PERCENT)


def test_the_same_seed_gives_the_same_ground():
    """And another seed another."""
    one, again, other = (synthetic_terrain(seed, cells=64, reach_m=0.0).near.height_m for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_maps_agree_where_they_overlap():
    """A place has its height, whichever map shows it; a coarse map leaves out what it can't show."""
    terrain = synthetic_terrain(4, cells=400, step_m=5.0, reach_m=3_000.0)
    assert [grid.step_m for grid in terrain.grids] == [5.0, 20.0]
    near, far = terrain.grids
    apart = far.height_at(near.x_m[None, :], near.y_m[:, None]) - near.height_m
    assert np.sqrt((apart**2).mean()) < 2.0
    shifted = synthetic_terrain(4, cells=200, step_m=5.0, centre_m=(0.0, 30_000.0), reach_m=0.0).near
    middle = near.part(slice(100, 300), slice(100, 300))
    assert shifted.height_m == pytest.approx(middle.height_m, abs=1e-3)


def test_far_maps_reach_as_far_as_asked_and_stay_lunar():
    """Heights within those of the south pole's surroundings, give or take."""
    terrain = synthetic_terrain(1, cells=256, step_m=20.0)
    assert terrain.far[-1].step_m * 128 >= 250_000.0
    heights = np.concatenate([grid.height_m.ravel() for grid in terrain.grids])
    assert -11_000.0 < heights.min() < -2_000.0
    assert 2_000.0 < heights.max() < 11_000.0


def test_craters_keep_the_law_of_their_sizes():
    """Hartmann's law over an octave: numbers within four standard deviations, diameters by the power law."""
    side_m = 20_000.0
    craters = _craters(3, 30.0, 60.0, (0.0, side_m, 0.0, side_m))
    inside = (np.abs(craters.x_m - side_m / 2) < side_m / 2) & (np.abs(craters.y_m - side_m / 2) < side_m / 2)

    def law(diameter_m):
        return 10.0**-1.14 * (diameter_m / 1000.0) ** -1.83 * (side_m / 1000.0) ** 2

    for at_least_m in (30.0, 36.0, 45.0, 54.0):
        expected = law(at_least_m) - law(60.0)
        found = np.count_nonzero(inside & (craters.diameter_m >= at_least_m))
        assert abs(found - expected) < 4.0 * np.sqrt(expected)
    assert craters.freshness.min() > 0.0
    assert craters.freshness.max() <= 1.0


def test_places_have_random_numbers_of_their_own():
    """Even and normal, and not the same for neighbours or other keys."""
    row, column = np.meshgrid(np.arange(-300, 300), np.arange(1000, 1600), indexing="ij")
    even = uniform(12, row, column)
    assert even.mean() == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12) / 600)
    assert np.histogram(even, 10, (0, 1))[0].std() < 4 * np.sqrt(36_000)
    drawn = normal(12, row, column)
    assert drawn.mean() == pytest.approx(0.0, abs=4 / 600)
    assert drawn.std() == pytest.approx(1.0, abs=4 / 600 / np.sqrt(2))
    assert abs(np.corrcoef(drawn[1:].ravel(), drawn[:-1].ravel())[0, 1]) < 4 / 600
    assert abs(np.corrcoef(drawn.ravel(), normal(14, row, column).ravel())[0, 1]) < 4 / 600
    assert uniform(2**64 - 1, row[:1, :1], column[:1, :1]).shape == (1, 1)


def test_a_random_surface_has_the_slope_of_one():
    """Along rows and along columns, measured over many wavelengths."""
    x = np.arange(0.0, 60_000.0, 25.0)
    surface = spline_surface(8, x, x, 300.0)
    for axis in (0, 1):
        assert np.sqrt((np.diff(surface, axis=axis) ** 2).mean()) / 25.0 == pytest.approx(1.0, abs=0.02)
