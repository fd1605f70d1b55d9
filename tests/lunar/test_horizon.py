"""Horizons: against a dense ray caster, against geometry on the sphere, and the same on any road to them."""

import numpy as np
import pytest
import rasterio
from tests.lunar.caster import horizon_deg
from tests.lunar.made import grid_of

from kizuna.errors import InputError
from kizuna.geo.bodies import MOON
from kizuna.geo.stereographic import NORTH, SOUTH
from kizuna.lunar.elevation import write_grid
from kizuna.lunar.horizon import Horizon, horizon_at, horizon_map, read_horizon_map
from kizuna.lunar.synthetic import synthetic_terrain
from kizuna.lunar.terrain import Terrain

FINE_DEG = 1e-4
EXACT_DEG = 0.01
MAP_RMS_DEG, MAP_P99_DEG = 0.05, 0.15
ROUNDING_DEG = 1.0 / 256.0


@pytest.fixture(scope="module")
def ground():
    """Steep ground at the pole, near and far."""
    return synthetic_terrain(11, cells=256, step_m=10.0, centre_m=(3_000.0, -12_000.0), reach_m=80_000.0)


def smooth(cells=64, step_m=8_000.0, plane=SOUTH, height_m=0.0):
    """A Moon without mountains, around a pole."""
    return Terrain(grid_of(lambda x, y: 0.0 * x * y + height_m, cells, step_m, (0.0, 0.0), plane))


# Public figures: dip of a smooth Moon from a height.
@pytest.mark.parametrize(
    ("mast_m", "dip_deg"),
    [(2.0, 0.0869), (10.0, 0.1944), (100.0, 0.6147), (1000.0, 1.9435), (4000.0, 3.8842)],
)
@pytest.mark.parametrize("plane", [NORTH, SOUTH], ids=["north", "south"])
def test_dip_of_a_smooth_moon(mast_m, dip_deg, plane):
    """To 1e-4 degrees, in every direction; what is drawn coarsely is as round as the rest."""
    sign = -1.0 if plane.south else 1.0
    horizon = horizon_at(smooth(plane=plane), sign * 89.3, 25.0, mast_m=mast_m, azimuths=36)
    assert horizon.elevation_deg == pytest.approx(-dip_deg, abs=FINE_DEG)
    exactly = np.degrees(np.arccos(MOON.a_m / (MOON.a_m + mast_m)))
    assert horizon.elevation_deg == pytest.approx(-exactly, abs=1e-6)


@pytest.mark.parametrize("mast_m", [10.0, 1000.0])
def test_dip_in_a_map(mast_m):
    """The sweep, with the rounding of its whole numbers and of its steps."""
    terrain = smooth(cells=40, step_m=1_000.0)
    horizon = horizon_map(terrain, azimuths=8, mast_m=mast_m).units * ROUNDING_DEG
    exactly = np.degrees(np.arccos(MOON.a_m / (MOON.a_m + mast_m)))
    assert horizon == pytest.approx(-exactly, abs=ROUNDING_DEG)


# Public figures: elevation of a wall's top, height and distance along the ground.
@pytest.mark.parametrize(
    ("height_m", "away_m", "elevation_deg"),
    [(1000.0, 20_000.0, 2.53177), (2000.0, 50_000.0, 1.46469), (4000.0, 100_000.0, 0.63845)],
)
def test_walls_stand_as_high_as_on_a_sphere(height_m, away_m, elevation_deg):
    """Flat ground would make the last 2.29 degrees, the Earth's radius 1.84."""
    on_plane = 2.0 * MOON.a_m * np.tan(away_m / MOON.a_m / 2.0)
    step_m = on_plane / 50.0
    terrain = Terrain(
        grid_of(
            lambda x, y: np.where(y > on_plane - step_m / 2, height_m, 0.0) + 0.0 * x, 201, step_m, (0.0, 0.0)
        )
    )
    horizon = horizon_at(terrain, -90.0, 0.0, azimuths=4)
    assert horizon.elevation_deg[0] == pytest.approx(elevation_deg, abs=FINE_DEG)
    assert horizon.distance_m[0] == pytest.approx(away_m, rel=1e-3)
    assert horizon.elevation_deg[2] == pytest.approx(0.0, abs=FINE_DEG)
    swept = horizon_map(terrain, azimuths=4, rows=slice(99, 102), columns=slice(99, 102))
    assert swept.elevation_deg(1, 1)[0] == pytest.approx(elevation_deg, abs=1.5 * ROUNDING_DEG)


@pytest.mark.parametrize("mast_m", [0.0, 2.0])
def test_a_place_agrees_with_the_dense_caster(ground, mast_m):
    """The exact mode, whose error the issue limits to 0.01 degrees."""
    rng = np.random.default_rng(3)
    errors = []
    for row, column in rng.integers(4, 252, (6, 2)):
        lat, lon = ground.near.place(row, column)
        horizon = horizon_at(ground, float(lat), float(lon), mast_m=mast_m, azimuths=24)
        dense = [horizon_deg(ground, lat, lon, mast_m, azimuth, 120_000.0) for azimuth in horizon.azimuth_deg]
        errors += list(horizon.elevation_deg - dense)
    assert np.abs(errors).max() < EXACT_DEG


@pytest.mark.parametrize("mast_m", [0.0, 2.0])
def test_a_map_agrees_with_the_dense_caster(ground, mast_m):
    """0.05 degrees rms and 0.15 at the 99th percentile, over cells and azimuths drawn by lot."""
    swept = horizon_map(ground, azimuths=36, mast_m=mast_m)
    rng = np.random.default_rng(4)
    errors = []
    for row, column, number in np.stack((*rng.integers(4, 252, (2, 500)), rng.integers(0, 36, 500)), axis=1):
        lat, lon = ground.near.place(row, column)
        azimuth = SOUTH.true_azimuth(swept.grid_azimuth_deg[number], lon)
        dense = horizon_deg(ground, lat, lon, mast_m, azimuth, 120_000.0)
        errors.append(swept.elevation_deg(row, column)[number] - dense)
    assert np.sqrt(np.mean(np.square(errors))) < MAP_RMS_DEG
    assert np.quantile(np.abs(errors), 0.99) < MAP_P99_DEG


def test_far_mountains_hide_the_sky():
    """Without the far map there is a plain; with it the horizon rises."""
    near = grid_of(lambda x, y: 0.0 * x * y + 100.0, 64, 10.0, (0.0, 0.0))
    far = grid_of(lambda x, y: np.where(y > 20_000.0, 3000.0, 100.0) + 0.0 * x, 128, 500.0, (0.0, 0.0))
    alone, together = (
        horizon_map(Terrain(near, maps), azimuths=2).units * ROUNDING_DEG for maps in ((), (far,))
    )
    assert alone == pytest.approx(0.0, abs=ROUNDING_DEG)
    assert together[0].min() > 7.5
    assert together[1] == pytest.approx(0.0, abs=ROUNDING_DEG)


def test_a_part_is_the_same_as_the_whole(ground):
    """Any window, whatever its corner: bit for bit."""
    whole = horizon_map(ground, azimuths=5, mast_m=1.5)
    part = horizon_map(ground, azimuths=5, mast_m=1.5, rows=slice(37, 101), columns=slice(90, 203))
    assert np.array_equal(part.units, whole.units[:, 37:101, 90:203])
    assert part.grid.west_m == whole.grid.x_m[90]


def test_height_above_the_ground_only_lowers_the_horizon(ground):
    """A mast sees farther, in every cell and direction."""
    low, high = (horizon_map(ground, azimuths=4, mast_m=mast_m).units for mast_m in (1.0, 20.0))
    assert (high <= low + 1).all()


def test_maps_go_through_files(ground, tmp_path):
    """A GeoTIFF that other programs read as degrees."""
    horizon = horizon_map(ground, azimuths=4, mast_m=2.5, rows=slice(0, 40), columns=slice(0, 50))
    horizon.write(tmp_path / "horizon.tif")
    back = read_horizon_map(tmp_path / "horizon.tif")
    assert np.array_equal(back.units, horizon.units)
    assert back.mast_m == 2.5
    assert (back.grid.west_m, back.grid.top_m) == pytest.approx((horizon.grid.west_m, horizon.grid.top_m))
    with rasterio.open(tmp_path / "horizon.tif") as file:
        assert file.descriptions[1] == "horizon at grid azimuth 90 [deg]"
        assert file.scales[0] == ROUNDING_DEG
    write_grid(tmp_path / "ground.tif", ground.near)
    with pytest.raises(InputError, match="is no horizon map"):
        read_horizon_map(tmp_path / "ground.tif")


def test_between_azimuths_the_horizon_is_linear():
    """Around the circle, north included."""
    horizon = Horizon(-89.0, 0.0, 0.0, np.array([0.0, 4.0, 8.0, 2.0]), np.zeros(4))
    assert horizon.at([0.0, 45.0, 315.0, 360.0, -90.0]) == pytest.approx([0.0, 2.0, 1.0, 0.0, 2.0])


def test_places_outside_and_settings_that_mean_nothing_are_told(ground):
    """With the place, and what would do."""
    with pytest.raises(InputError, match="place: -80, 0: lies outside the map"):
        horizon_at(ground, -80.0, 0.0)
    with pytest.raises(InputError, match="0 azimuths, mast 0 m; expected at least 1"):
        horizon_map(ground, azimuths=0)
