"""Light: discs against their integrals, places and maps against each other, and what theory says of both."""

import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio
from tests.lunar.made import grid_of

from kizuna.errors import InputError
from kizuna.geo.bodies import MOON
from kizuna.geo.time import parse_utc
from kizuna.lunar.disc import SUN_LIMB, disc_fraction, fraction_over
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.horizon import Horizon, horizon_at, horizon_map
from kizuna.lunar.light import lights_at
from kizuna.lunar.lightmap import light_frames, light_sum
from kizuna.lunar.relay import MOON_GM, Orbit
from kizuna.lunar.spells import spells_of
from kizuna.lunar.synthetic import synthetic_terrain
from kizuna.lunar.terrain import Terrain

A_THOUSANDTH = 1e-3
ONE_BYTE = 1.0 / 255.0
HOUR_S = 3600.0


@pytest.fixture(scope="module")
def ephemeris():
    """The ephemeris that comes with the packages."""
    return load_ephemeris()


@pytest.fixture(scope="module")
def ground():
    """Gentle ground near the pole."""
    return synthetic_terrain(5, cells=160, step_m=20.0, centre_m=(0.0, -9_000.0), reach_m=60_000.0)


def smooth(lat_deg=-89.0):
    """A Moon without mountains."""
    y = 2.0 * MOON.a_m * np.tan(np.radians(90.0 + lat_deg) / 2.0)
    return Terrain(grid_of(lambda x, y: 0.0 * x * y, 64, 200.0, (0.0, y)))


@pytest.mark.parametrize("limb", [0.0, SUN_LIMB, 1.0])
def test_a_cut_disc_has_the_light_that_adding_points_says(limb):
    """Points on a fine raster of the disc, with their brightness."""
    x, y = np.meshgrid(np.linspace(-1, 1, 1601), np.linspace(-1, 1, 1601))
    inside = x * x + y * y < 1.0
    brightness = np.where(inside, 1.0 - limb * (1.0 - np.sqrt(np.clip(1.0 - x * x - y * y, 0.0, 1.0))), 0.0)
    for height in (-1.5, -0.7, -0.2, 0.0, 0.4, 0.9, 2.0):
        summed = brightness[y > -height].sum() / brightness.sum()
        assert disc_fraction(height, limb) == pytest.approx(summed, abs=A_THOUSANDTH)


@pytest.mark.parametrize("limb", [0.0, SUN_LIMB])
def test_over_a_straight_horizon_strips_make_the_disc(limb):
    """What the strips add up to is the closed form; a wall hides one side."""
    heights = np.linspace(-1.2, 1.2, 25)
    flat = Horizon(-89.0, 0.0, 0.0, np.zeros(720), np.zeros(720))
    radius = np.full(25, 0.27)
    strips = fraction_over(flat, np.linspace(0.0, 350.0, 25), 0.27 * heights, radius, limb)
    assert strips == pytest.approx(disc_fraction(heights, limb), abs=2.0 * A_THOUSANDTH)
    wall = Horizon(-89.0, 0.0, 0.0, np.where(np.arange(7200) < 3600, 5.0, -5.0), np.zeros(7200))
    half = fraction_over(wall, np.array([179.975]), np.zeros(1), np.full(1, 0.27), limb)
    assert half == pytest.approx(0.5, abs=0.02)


def test_on_a_smooth_moon_light_follows_from_the_elevation_alone(ephemeris):
    """At the horizon half of the Sun is seen; each spell lasts as long as the Sun stays up."""
    times = parse_utc("2029-06-01") + np.arange(0.0, 60 * 86_400.0, HOUR_S)
    lights = lights_at(horizon_at(smooth(), -89.0, 0.0), ephemeris, times)
    _, elevation, away_m = ephemeris.sky(times, -89.0, 0.0).sun(-89.0, 0.0)
    radius = np.degrees(np.arcsin(695_700_000.0 / away_m))
    assert lights.sun_fraction == pytest.approx(disc_fraction(elevation / radius), abs=2 * A_THOUSANDTH)
    light, dark = lights.light(), lights.darkness()
    assert light.lasted_s.sum() + dark.lasted_s.sum() == pytest.approx(60 * 86_400.0)
    assert light.lasted_s.sum() == HOUR_S * (elevation >= 0.0).sum()


def test_higher_masts_and_summers_have_more_light(ephemeris):
    """The dip grows with height; in southern winter the Sun stays 1.5° below the pole's plain."""
    year = parse_utc("2029-01-01") + np.arange(0.0, 366 * 86_400.0, 3 * HOUR_S)
    share = [
        lights_at(horizon_at(smooth(-89.7), -89.7, 0.0, mast_m=mast), ephemeris, year).sun_fraction.mean()
        for mast in (0.0, 10.0, 100.0, 600.0, 2500.0)
    ]
    assert np.all(np.diff(share) > 0.0)
    # The dip of 2,500 m, 3.07°, is more than axis, latitude and disc take away: 1.54° + 0.3° + 0.27°.
    assert share[-1] == 1.0
    assert share[0] == pytest.approx(0.5, abs=0.1)


def test_the_floor_of_a_deep_crater_never_sees_the_sun(ephemeris):
    """A wall that stands 10° high all around, where the Sun reaches 2°."""
    bowl = Terrain(
        grid_of(lambda x, y: np.where(np.hypot(x, y) > 5_000.0, 1_000.0, 0.0), 201, 100.0, (0.0, 0.0))
    )
    year = parse_utc("2029-01-01") + np.arange(0.0, 366 * 86_400.0, 6 * HOUR_S)
    lights = lights_at(horizon_at(bowl, -89.99, 0.0), ephemeris, year)
    assert not lights.sun_fraction.any()
    assert lights.darkness().longest == (year[0], year[-1] + 6 * HOUR_S)
    assert lights.light().longest is None


@pytest.mark.parametrize("disc", ["sun", "earth"])
def test_a_map_says_what_its_cells_say(ground, ephemeris, disc):
    """Frames against the closed form at single cells, over the map's own horizon; sums against frames."""
    times = parse_utc("2029-10-01") + np.arange(0.0, 20 * 86_400.0, 4 * HOUR_S)
    horizon = horizon_map(ground, azimuths=360, mast_m=2.0, rows=slice(10, 60), columns=slice(30, 130))
    parts = light_frames(horizon, ephemeris, times, disc, SUN_LIMB).parts
    total = light_sum(horizon, ephemeris, times, disc, SUN_LIMB)
    for row, column in ((0, 0), (49, 99), (20, 50), (44, 7)):
        lat, lon = (float(each) for each in horizon.grid.place(row, column))
        sky = ephemeris.sky(times, lat, lon)
        azimuth, elevation, away_m = getattr(sky, disc)(lat, lon, 500.0)
        radius = np.degrees(np.arcsin({"sun": 695_700_000.0, "earth": 6_378_100.0}[disc] / away_m))
        ground_deg = np.interp(
            horizon.grid.plane.grid_azimuth(azimuth, lon),
            np.append(horizon.grid_azimuth_deg, 360.0),
            np.append(horizon.elevation_deg(row, column), horizon.elevation_deg(row, column)[0]),
        )
        wanted = disc_fraction((elevation - ground_deg) / radius, SUN_LIMB)
        # A hundredth of a degree of elevation is a fiftieth of the Sun's disc.
        assert parts[:, row, column] / 255.0 == pytest.approx(wanted, abs=0.02)
        lit = parts[:, row, column] >= 127.5
        assert total.mean[row, column] == pytest.approx(parts[:, row, column].mean() / 255.0, abs=ONE_BYTE)
        assert total.lit[row, column] == pytest.approx(lit.mean(), abs=1e-6)
        for longest, holds in ((total.longest_light_s, lit), (total.longest_darkness_s, ~lit)):
            spells = spells_of(times, holds)
            assert longest[row, column] == (spells.lasted_s.max() if len(spells) else 0.0)


def test_a_map_and_the_exact_place_agree(ground, ephemeris):
    """Two roads from the ground to the light: how often they disagree is what 0.02° of horizon makes."""
    times = parse_utc("2029-10-01") + np.arange(0.0, 30 * 86_400.0, HOUR_S)
    horizon = horizon_map(ground, mast_m=2.0, rows=slice(80, 84), columns=slice(60, 100))
    parts = light_frames(horizon, ephemeris, times).parts
    differences = []
    for column in (0, 13, 27, 39):
        lat, lon = (float(each) for each in horizon.grid.place(1, column))
        exact = lights_at(horizon_at(ground, lat, lon, mast_m=2.0), ephemeris, times).sun_fraction
        differences.append(parts[:, 1, column] / 255.0 - exact)
    assert np.abs(differences).mean() < 0.02
    assert abs(np.mean(differences)) < 0.01


def test_sums_of_a_year_go_to_a_file(ground, ephemeris, tmp_path):
    """Four bands with names."""
    times = parse_utc("2029-01-01") + np.arange(0.0, 30 * 86_400.0, 12 * HOUR_S)
    horizon = horizon_map(ground, azimuths=36, rows=slice(0, 8), columns=slice(0, 9))
    total = light_sum(horizon, ephemeris, times)
    total.write(tmp_path / "light.tif")
    with rasterio.open(tmp_path / "light.tif") as file:
        assert file.descriptions[3] == "longest darkness [h]"
        assert file.read(4) == pytest.approx(total.longest_darkness_s / HOUR_S)
    with pytest.raises(InputError, match="1 times; expected at least two"):
        light_sum(horizon, ephemeris, times[:1])


def test_spells_are_told_from_their_first_to_their_end():
    """The last value lasts as long as the step before it."""
    spells = spells_of(np.array([0.0, 10.0, 20.0, 40.0, 50.0]), np.array([True, True, False, True, True]))
    assert spells.start_s.tolist() == [0.0, 40.0]
    assert spells.end_s.tolist() == [20.0, 60.0]
    assert spells.longest == (0.0, 20.0)
    with pytest.raises(InputError, match="each later than the one before"):
        spells_of(np.array([0.0, 0.0]), np.array([True, True]))


def test_a_relay_keeps_keplers_laws(ephemeris):
    """Energy, angular momentum, period; most of its time it stands over the south."""
    orbit = Orbit()
    times = orbit.epoch_s + np.arange(0.0, orbit.period_s * 2.0, 60.0)
    fixed = orbit.position_m(ephemeris, times)
    away = np.linalg.norm(fixed, axis=1)
    assert away.min() == pytest.approx(orbit.semi_major_m * 0.4, rel=1e-4)
    assert away.max() == pytest.approx(orbit.semi_major_m * 1.6, rel=1e-4)
    assert orbit.period_s == pytest.approx(12.0 * HOUR_S, rel=A_THOUSANDTH)
    still = np.einsum("nji,nj->ni", ephemeris.axes(times), fixed)
    velocity = np.gradient(still, times, axis=0)[1:-1]
    energy = (velocity**2).sum(axis=1) / 2.0 - MOON_GM / away[1:-1]
    assert energy == pytest.approx(-MOON_GM / 2.0 / orbit.semi_major_m, rel=5e-3)
    assert (fixed[:, 2] < 0.0).mean() > 0.8
    seen = lights_at(horizon_at(smooth(), -89.0, 0.0), ephemeris, times, relay=orbit)
    assert seen.relay_seen.mean() > 0.7
    assert seen.relay_seen[seen.relay_elevation_deg < 5.0].sum() == 0


def test_series_go_to_a_file_and_silence_has_its_spells(ephemeris, tmp_path):
    """At 89° S the Earth sinks for half of each month."""
    times = parse_utc("2029-01-01") + np.arange(0.0, 27 * 86_400.0, HOUR_S)
    lights = lights_at(horizon_at(smooth(), -89.0, 0.0), ephemeris, times)
    lights.write(tmp_path / "lights.parquet")
    table = pq.read_table(tmp_path / "lights.parquet")
    assert table.column_names[:3] == ["time", "sun_azimuth_deg", "sun_elevation_deg"]
    assert table["sun_fraction"].to_numpy() == pytest.approx(lights.sun_fraction)
    start, end = lights.silence().longest
    assert 10.0 < (end - start) / 86_400.0 < 15.0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"eccentricity": 1.0}, "relay: eccentricity: 1; expected at least 0 and below 1"),
        ({"semi_major_m": 4e6}, "comes down to -137 km; expected an orbit above the ground"),
    ],
)
def test_orbits_that_cannot_be_are_told(settings, sentence):
    """Open ones, and those that hit the ground."""
    with pytest.raises(InputError, match=sentence):
        Orbit(**settings)
