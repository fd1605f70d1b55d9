"""Maps know where their cells lie, terrain takes the finest map, and relief is what geometry says."""

import numpy as np
import pytest
from tests.lunar.made import grid_of

from kizuna.errors import InputError
from kizuna.geo.stereographic import NORTH, SOUTH
from kizuna.kernels.craters import stamp
from kizuna.lunar.grid import Grid
from kizuna.lunar.relief import deviogram, gradient, hillshade, roughness_m, slope_deg
from kizuna.lunar.terrain import Terrain

A_MILLIMETRE = 1e-3
TEN_DEGREES = np.tan(np.radians(10.0))


def plain(x, y):
    """Ground that rises by 10 degrees to the right."""
    return TEN_DEGREES * x + 0.0 * y


def test_places_and_cells_belong_together():
    """There and back, and outside there is a sentence."""
    grid = grid_of(plain)
    lat, lon = grid.place(10, 20)
    assert grid.cell(float(lat), float(lon)) == (10, 20)
    every_lat, every_lon = grid.places()
    assert (every_lat[10, 20], every_lon[10, 20]) == (lat, lon)
    with pytest.raises(InputError) as caught:
        grid.cell(-88.0, 0.0, "station 4")
    assert "station 4: -88, 0: lies outside the map made; expected a place within 1.28 × 1.28 km" in str(
        caught.value
    )


def test_heights_are_bilinear_between_the_centres():
    """At the centres, between them, and nothing outside."""
    grid = grid_of(lambda x, y: 0.5 * x - 0.25 * (y - 30_000.0) + 0.001 * x * (y - 30_000.0))
    x, y = grid.west_m + 21.25 * grid.step_m, grid.top_m - 40.75 * grid.step_m
    assert grid.height_at(x, y) == pytest.approx(
        0.5 * x - 0.25 * (y - 30_000) + 0.001 * x * (y - 30_000), abs=0.01
    )
    assert grid.height_at(grid.x_m[-1], grid.y_m[-1]) == pytest.approx(grid.height_m[-1, -1])
    assert np.isnan(grid.height_at([grid.west_m - 1.0, np.nan], [y, y])).all()


def test_a_part_keeps_its_place():
    """Heights of the same points of the plane."""
    grid = grid_of(plain)
    part = grid.part(slice(10, 30), slice(5, 64))
    assert part.shape == (20, 59)
    assert part.height_at(part.x_m, part.y_m[3]) == pytest.approx(grid.height_at(part.x_m, part.y_m[3]))


def test_terrain_takes_the_finest_map():
    """Near, far, and nowhere."""
    near, far = grid_of(lambda x, y: 0 * x * y + 5.0), grid_of(lambda x, y: 0 * x * y - 7.0, step_m=100.0)
    terrain = Terrain(near, (far,))
    assert terrain.height_at([0.0, 2000.0, 9000.0], 30_000.0) == pytest.approx(
        [5.0, -7.0, np.nan], nan_ok=True
    )
    assert terrain.lowest_m == -7.0


@pytest.mark.parametrize(
    ("far", "sentence"),
    [
        (grid_of(plain, step_m=10.0), "has cells of 10 m and stands after one of 20 m"),
        (grid_of(plain, step_m=100.0, plane=NORTH), "is drawn on another plane"),
        (grid_of(plain, step_m=100.0, centre_m=(90_000.0, 0.0)), "doesn't hold the middle of the near map"),
    ],
)
def test_maps_that_do_not_belong_together_are_told(far, sentence):
    """Order, plane and place."""
    with pytest.raises(InputError, match=sentence):
        Terrain(grid_of(plain), (far,))


@pytest.mark.parametrize(
    ("height", "step_m", "sentence"),
    [
        (np.zeros((2, 9)), 5.0, "at least 3 rows and columns"),
        (np.zeros((9, 9)), 0.0, "has cells of 0 m; expected a size above 0"),
        (np.where(np.eye(9) > 0, np.nan, 0.0), 5.0, "row 0, column 0: has no height there, one of 9 holes"),
    ],
)
def test_what_is_no_map_is_told(height, step_m, sentence):
    """Too small, without a size, or with holes."""
    with pytest.raises(InputError, match=sentence):
        Grid(height.astype(np.float32), 0.0, 0.0, step_m, SOUTH, "ground.tif")


def test_slope_of_a_plain_is_its_angle():
    """Edges included; the plane's scale, 1.00007 here, is taken out."""
    grid = grid_of(plain)
    assert slope_deg(grid) == pytest.approx(10.0, abs=2e-3)
    right, up = gradient(grid)
    assert right == pytest.approx(TEN_DEGREES * SOUTH.scale(0.0, 30_000.0), rel=1e-4)
    assert up == pytest.approx(0.0, abs=1e-4)


def test_a_plain_has_no_roughness_and_noise_its_own():
    """The best plane is taken away: a slope adds nothing, white noise keeps (n - 3)/n of its variance."""
    assert roughness_m(grid_of(plain), 100.0)[5:-5, 5:-5].max() < 0.01
    noise = np.random.default_rng(1).normal(0.0, 2.0, (300, 300))
    grid = Grid(noise.astype(np.float32), 0.0, 0.0, 5.0, SOUTH, "noise")
    mean_square = (roughness_m(grid, 25.0)[5:-5, 5:-5] ** 2).mean()
    assert mean_square == pytest.approx(4.0 * 22 / 25, rel=0.02)
    with pytest.raises(InputError, match="a baseline of 4 m doesn't fit cells of 5 m"):
        roughness_m(grid, 4.0)


def test_light_from_the_side_shades_by_lamberts_cosine():
    """A plain that rises by 10 degrees to the right, lit from the left and from the right at 30 degrees."""
    grid = grid_of(plain)
    assert hillshade(grid, 270.0, 30.0) == pytest.approx(np.sin(np.radians(40.0)), abs=A_MILLIMETRE)
    assert hillshade(grid, 90.0, 30.0) == pytest.approx(np.sin(np.radians(20.0)), abs=A_MILLIMETRE)
    assert hillshade(grid, 90.0, 5.0) == pytest.approx(0.0)


def test_deviogram_of_a_plain():
    """Rows see the slope and columns nothing."""
    metres, degrees = deviogram(grid_of(plain), 3)
    assert metres == pytest.approx(60.0 * TEN_DEGREES / np.sqrt(2.0), rel=1e-4)
    assert degrees == pytest.approx(10.0 / np.sqrt(2.0), rel=1e-4)


def test_a_crater_has_its_depth_and_its_rim():
    """Floor, crest, blanket and the undisturbed ground around."""
    height = stamp(
        (81, 81),
        0.0,
        800.0,
        10.0,
        np.array([400.0]),
        np.array([400.0]),
        np.array([100.0]),
        np.array([40.0]),
        np.array([8.0]),
    )
    rim = 8.0 * (1.0 - 4.0**-3)
    assert height[40, 40] == pytest.approx(rim - 40.0)
    assert height[40, 50] == pytest.approx(rim)
    assert height[40, 60] == pytest.approx(8.0 * (2.0**-3 - 4.0**-3))
    assert height[40, 80] == 0.0
    assert height[0, 40] == 0.0
