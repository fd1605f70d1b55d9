"""Frames against PROJ and pymap3d, and against their own inverses."""

import numpy as np
import pymap3d
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from kizuna.geo.bodies import EARTH, MOON
from kizuna.geo.frames import (
    aer_to_ecef,
    aer_to_enu,
    ecef_to_aer,
    ecef_to_enu,
    ecef_to_geodetic,
    enu_basis,
    enu_to_aer,
    enu_to_ecef,
    geodetic_to_ecef,
)

one_millimetre = 1e-3
one_micrometre = 1e-6
one_millimetre_of_latitude = 1e-3 / 111_195.0  # degrees
one_milliarcsecond = 1e-3 / 3600.0  # degrees: 1 mm at 206 km

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 180.0)
heights = st.floats(-10_000.0, 1_000_000.0)


@pytest.fixture(scope="module")
def places():
    """Places all over the world from 10 km below to 1,000 km above, with poles, equator and date line."""
    draw = np.random.default_rng(20260711)
    lat = np.concatenate((draw.uniform(-90, 90, 5000), [90, -90, 0, 0, 45, 89.999999999, -1e-12]))
    lon = np.concatenate((draw.uniform(-180, 180, 5000), [0, 77, 0, 180, -180, 12, 90]))
    alt = np.concatenate((draw.uniform(-1e4, 1e6, 5000), [0, 1e6, 0, 0, -1e4, 5, 0]))
    return lat, lon, alt


def test_geodetic_to_ecef_equals_proj(places):
    """Source: PROJ, EPSG:4979 to EPSG:4978."""
    lat, lon, alt = places
    to_ecef = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    expected = np.stack(to_ecef.transform(lon, lat, alt), axis=-1)
    assert np.abs(geodetic_to_ecef(lat, lon, alt) - expected).max() < one_millimetre


def test_ecef_to_geodetic_undoes_proj(places):
    """Source: PROJ, EPSG:4979 to EPSG:4978, which is exact at every height: the places must come back."""
    lat, lon, alt = places
    to_ecef = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    back_lat, back_lon, back_alt = ecef_to_geodetic(np.stack(to_ecef.transform(lon, lat, alt), axis=-1))
    assert np.abs(back_lat - lat).max() < one_millimetre_of_latitude
    assert np.abs(back_alt - alt).max() < one_millimetre
    # As distances on the ground: a longitude means nothing at a pole.
    turned = (back_lon - lon + 180.0) % 360.0 - 180.0
    assert np.abs(turned * np.cos(np.radians(lat))).max() < one_millimetre_of_latitude


def test_ecef_to_geodetic_equals_proj_and_pymap3d_below_100_km(places):
    """Source: PROJ (EPSG:4978 to EPSG:4979) and pymap3d; both approximate, and are 6 mm off at 1,000 km."""
    lat, lon, alt = places
    xyz = geodetic_to_ecef(lat, lon, alt / 10.0)
    expected_lon, expected_lat, expected_alt = Transformer.from_crs(
        "EPSG:4978", "EPSG:4979", always_xy=True
    ).transform(*xyz.T)
    for peer in ((expected_lat, expected_lon, expected_alt), pymap3d.ecef2geodetic(*xyz.T)):
        there = geodetic_to_ecef(*peer)
        assert (
            np.linalg.norm(geodetic_to_ecef(*ecef_to_geodetic(xyz)) - there, axis=-1).max() < one_millimetre
        )


@given(latitudes, longitudes, heights, st.sampled_from([EARTH, MOON]))
def test_geodetic_comes_back_from_ecef(lat, lon, alt, body):
    """Inverse of itself, for any place from 10 km below to 1,000 km above either body."""
    there = geodetic_to_ecef(lat, lon, alt, body)
    back_lat, back_lon, back_alt = ecef_to_geodetic(there, body)
    assert abs(back_lat - lat) < one_millimetre_of_latitude
    assert abs(back_alt - alt) < one_millimetre
    assert np.linalg.norm(geodetic_to_ecef(back_lat, back_lon, back_alt, body) - there) < one_micrometre


@pytest.mark.parametrize("body", [EARTH, MOON])
@pytest.mark.parametrize("reach_m", [1e-9, 1.0, 1e3, 4.2e4, 4.3e4, 1e5, 1e6, 5e6])
def test_ecef_comes_back_from_geodetic_down_to_the_centre(reach_m, body):
    """Inverse of itself for points in the body, on the axis and in the equatorial plane included."""
    draw = np.random.default_rng(7)
    xyz = draw.normal(size=(4000, 3)) * reach_m
    xyz[:500, 2] = 0.0
    xyz[500:1000, :2] = 0.0
    xyz[1000:1500, 2] *= 1e-9
    xyz[1500:2000, :2] *= 1e-9
    assert np.abs(geodetic_to_ecef(*ecef_to_geodetic(xyz, body), body) - xyz).max() < one_micrometre


@pytest.mark.parametrize("body", [EARTH, MOON])
def test_at_the_centre_the_pole_is_nearest(body):
    """By definition: no point of an oblate ellipsoid is nearer to its centre than a pole, b away."""
    lat, _, alt = ecef_to_geodetic([0.0, 0.0, 0.0], body)
    assert (lat, alt) == (90.0, pytest.approx(-body.b_m, abs=one_millimetre))


def test_landmarks_lie_where_the_ellipsoid_says():
    """By definition of WGS-84: equator at a, pole at b = 6,356,752.3142 m (NGA.STND.0036, table 3.4)."""
    landmarks = geodetic_to_ecef([0.0, 0.0, 90.0], [0.0, 90.0, 0.0], 0.0)
    expected = [[6_378_137.0, 0, 0], [0, 6_378_137.0, 0], [0, 0, 6_356_752.3142]]
    assert landmarks == pytest.approx(np.array(expected), abs=one_millimetre)


def test_nan_stays_in_its_row():
    lat, _, alt = ecef_to_geodetic([[np.nan, 0.0, 0.0], [6_378_137.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert np.isnan([lat[0], alt[0]]).all()
    assert lat[1:].tolist() == [0.0, 90.0]
    assert np.isnan(geodetic_to_ecef([np.nan, 1.0], 0.0, 0.0))[0].all()


def test_enu_equals_pymap3d_at_seven_thousand_kilometres(places):
    """Source: pymap3d geodetic2enu, seen from Darwin: sites of one exercise lie 7,000 km apart."""
    lat, lon, alt = places
    darwin = (-12.4147, 130.8767, 31.0)
    expected = np.stack(pymap3d.geodetic2enu(lat, lon, alt, *darwin), axis=-1)
    xyz = geodetic_to_ecef(lat, lon, alt)
    assert np.abs(ecef_to_enu(xyz, *darwin) - expected).max() < one_millimetre
    assert np.abs(enu_to_ecef(expected, *darwin) - xyz).max() < one_millimetre


def test_azimuth_elevation_range_equal_pymap3d(places):
    """Source: pymap3d ecef2aer, from a radar near New Chitose, each angle to 1 mas and the range to 1 mm."""
    chitose = (42.7752, 141.6923, 25.0)
    xyz = geodetic_to_ecef(*places)
    azimuth, elevation, slant = ecef_to_aer(xyz, *chitose)
    expected_azimuth, expected_elevation, expected_slant = pymap3d.ecef2aer(*xyz.T, *chitose)
    assert np.abs((azimuth - expected_azimuth + 180.0) % 360.0 - 180.0).max() < one_milliarcsecond
    assert np.abs(elevation - expected_elevation).max() < one_milliarcsecond
    assert np.abs(slant - expected_slant).max() < one_millimetre
    assert np.abs(aer_to_ecef(azimuth, elevation, slant, *chitose) - xyz).max() < one_millimetre


@given(st.floats(0.0, 359.999), st.floats(-89.9, 89.9), st.floats(1.0, 1e7))
def test_azimuth_elevation_range_come_back(azimuth, elevation, slant):
    """Inverse of itself, for any look direction but the exact zenith."""
    back = enu_to_aer(aer_to_enu(azimuth, elevation, slant))
    assert back == pytest.approx((azimuth, elevation, slant), abs=1e-6)


@pytest.mark.parametrize(
    ("enu", "azimuth"),
    [((0, 1, 0), 0.0), ((1, 0, 0), 90.0), ((0, -1, 0), 180.0), ((-1, 0, 0), 270.0), ((-1e-300, 1, 0), 0.0)],
)
def test_azimuth_counts_clockwise_from_north_and_never_reaches_360(enu, azimuth):
    assert enu_to_aer(enu)[0] == azimuth


def test_zenith_and_no_distance_have_angles():
    azimuth, elevation, slant = enu_to_aer([[0.0, 0.0, 5.0], [0.0, 0.0, 0.0]])
    assert (azimuth.tolist(), elevation.tolist(), slant.tolist()) == ([0, 0], [90, 0], [5, 0])


def test_basis_is_a_rotation_and_turns_as_ecef_to_enu_does():
    """By definition: the rows are orthonormal and right-handed, and ENU is the basis times the difference."""
    site = (-33.94, 151.18, 6.0)
    basis = enu_basis(*site[:2])
    assert basis @ basis.T == pytest.approx(np.eye(3), abs=1e-15)
    assert np.linalg.det(basis) == pytest.approx(1.0)
    there = geodetic_to_ecef(-27.38, 153.12, 4.0)
    expected = basis @ (there - geodetic_to_ecef(*site))
    assert ecef_to_enu(there, *site) == pytest.approx(expected, abs=one_micrometre)


def test_everything_broadcasts():
    """Many sites against many targets in one call: (S, 1) against (1, T, 3)."""
    targets = geodetic_to_ecef([[10.0, 20.0, 30.0]], 100.0, 9000.0)
    site_lat, site_lon = np.array([[0.0], [5.0]]), np.array([[99.0], [101.0]])
    azimuth, elevation, slant = ecef_to_aer(targets, site_lat, site_lon, 0.0)
    assert azimuth.shape == elevation.shape == slant.shape == (2, 3)
    assert enu_basis(site_lat, site_lon).shape == (2, 1, 3, 3)
    one = ecef_to_aer(targets[0, 2], 5.0, 101.0, 0.0)
    assert (azimuth[1, 2], elevation[1, 2], slant[1, 2]) == pytest.approx(one)
