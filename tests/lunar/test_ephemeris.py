"""Sun and Earth from the Moon: the ranges of the pole, the order of times, and times that nobody knows."""

import numpy as np
import pytest

from kizuna.errors import InputError
from kizuna.geo.time import parse_utc
from kizuna.lunar.ephemeris import EARTH_RADIUS_M, SUN_RADIUS_M, load_ephemeris

A_HUNDREDTH_DEG = 0.01
A_NANODEGREE = 1e-9


@pytest.fixture(scope="module")
def ephemeris():
    """The ephemeris that comes with the packages."""
    return load_ephemeris()


def test_ranges_at_the_pole_are_those_of_the_axis(ephemeris):
    """The Sun strays 1.54° from the equator, the Earth 6.6°; at 89.5° S half a degree is added."""
    times = np.arange(parse_utc("2028-01-01"), parse_utc("2035-01-01"), 7200.0)
    sky = ephemeris.sky(times, -89.5, 0.0)
    _, sun_deg, sun_m = sky.sun(-89.5, 0.0)
    _, earth_deg, earth_m = sky.earth(-89.5, 0.0)
    assert sun_deg.min() == pytest.approx(-2.055, abs=2 * A_HUNDREDTH_DEG)
    assert sun_deg.max() == pytest.approx(2.087, abs=A_HUNDREDTH_DEG)
    assert earth_deg.min() == pytest.approx(-6.61, abs=A_HUNDREDTH_DEG)
    assert earth_deg.max() == pytest.approx(7.11, abs=A_HUNDREDTH_DEG)
    assert 0.26 < np.degrees(np.arcsin(SUN_RADIUS_M / sun_m)).min() < 0.275
    assert 0.88 < np.degrees(np.arcsin(EARTH_RADIUS_M / earth_m)).mean() < 0.98


def test_the_earth_stands_over_the_middle_of_the_near_side(ephemeris):
    """The mean-Earth axes are made so: at 0° N 0° E the Earth is overhead but for the librations."""
    times = np.arange(parse_utc("2026-01-01"), parse_utc("2044-08-01"), 86_400.0)
    sky = ephemeris.sky(times, 0.0, 0.0)
    azimuth, elevation, _ = sky.earth(0.0, 0.0)
    away = np.radians(90.0 - elevation)
    assert 79.0 < elevation.min() < 85.0
    assert abs(np.degrees(np.mean(away * np.cos(np.radians(azimuth))))) < 2 * A_HUNDREDTH_DEG
    assert abs(np.degrees(np.mean(away * np.sin(np.radians(azimuth))))) < 2 * A_HUNDREDTH_DEG


def test_each_time_stands_for_itself(ephemeris):
    """In any order, alone or among others."""
    times = parse_utc("2030-05-01") + np.array([5e6, 0.0, 86_400.0])
    together = ephemeris.sky(times, -89.0, 10.0)
    for row, time_s in enumerate(times):
        alone = ephemeris.sky(time_s, -89.0, 10.0)
        assert alone.sun_m[0] == pytest.approx(together.sun_m[row], rel=A_NANODEGREE)


def test_a_sky_serves_places_around_its_own(ephemeris):
    """A map needs one sky: 50 km away, parallax is there and light time and aberration make no difference."""
    times = parse_utc("2030-05-01") + np.arange(0.0, 3e6, 40_000.0)
    near, own = ephemeris.sky(times, -89.9, 0.0), ephemeris.sky(times, -88.3, 20.0)
    for mine, its in zip(near.sun(-88.3, 20.0), own.sun(-88.3, 20.0), strict=True):
        assert mine[:-1] == pytest.approx(its[:-1], abs=1e-6, rel=1e-9)
    for mine, its in zip(near.earth(-88.3, 20.0), own.earth(-88.3, 20.0), strict=True):
        assert mine[:-1] == pytest.approx(its[:-1], abs=1e-6, rel=1e-6)


@pytest.mark.parametrize(
    ("time_s", "shown"),
    [(parse_utc("2053-01-01"), "2053-01-01"), (parse_utc("1899-12-31"), "1899-12-31"), (np.nan, "nan")],
)
def test_a_time_outside_the_ephemeris_is_told(ephemeris, time_s, shown):
    """The sentence names the time and the span."""
    with pytest.raises(InputError) as caught:
        ephemeris.sky([parse_utc("2030-01-01"), time_s], -89.5, 0.0)
    assert f"time: {shown}" in str(caught.value)
    assert "expected a time from 1900-01-01T" in str(caught.value)
    assert "to 2050-12-31T" in str(caught.value)


def test_files_that_are_no_kernels_are_told(tmp_path):
    """A missing file, another kind of file, and a kernel without the bodies."""
    with pytest.raises(InputError, match="can't be read"):
        load_ephemeris(tmp_path / "missing.bsp")
    other = tmp_path / "other.bsp"
    other.write_text("nothing of this kind\n" * 100)
    with pytest.raises(InputError, match="is no SPK or PCK file"):
        load_ephemeris(other)
    from importlib import resources

    orientation = resources.files("kizuna.lunar") / "data" / "moon_pa_de421_1900-2050.bpc"
    with pytest.raises(InputError, match="holds no NAIF number 10; expected a kernel with it; here: 31006"):
        load_ephemeris(str(orientation))
