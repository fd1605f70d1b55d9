"""Places from measurements, against `geo.frames` without noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.geo.frames import aer_to_ecef, ecef_to_aer, ecef_to_geodetic, enu_basis, geodetic_to_ecef
from kizuna.kernels import measure

ONE_MILLIMETRE = 1e-3
CONE_OF_SILENCE = 0.96


def polar(site, distance, azimuth, elevation, height, sigma=(1e-9, 1e-12, 1e-12)):
    """One plot: place, packed covariance and lift."""
    lat, lon, alt = (np.array([each]) for each in site)
    sin_2 = np.sin(np.radians(lat)) ** 2
    prime = WGS84_A_M / np.sqrt(1.0 - WGS84_E2 * sin_2)
    meridian = prime * (1.0 - WGS84_E2) / (1.0 - WGS84_E2 * sin_2)
    place, cov, lift = np.empty((1, 3)), np.empty((1, 6)), np.full((1, 3), np.nan)
    measure.polar(
        np.array([0]),
        np.array([distance]),
        np.array([azimuth]),
        np.array([elevation]),
        np.array([height]),
        np.array([10.0]),
        np.zeros(1, dtype=np.int32),
        geodetic_to_ecef(lat, lon, alt),
        enu_basis(lat, lon),
        np.stack([meridian, prime, alt], axis=1),
        np.array([sigma]),
        place,
        cov,
        lift,
    )
    return place[0], cov[0], lift[0]


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    azimuth=st.floats(0, 360),
    elevation=st.floats(-5, 80),
    distance=st.floats(100, 5e5),
)
def test_range_azimuth_elevation(lat, lon, azimuth, elevation, distance):
    place, _, lift = polar((lat, lon, 200.0), distance, azimuth, elevation, np.nan)
    assert np.abs(place - aer_to_ecef(azimuth, elevation, distance, lat, lon, 200.0)).max() < ONE_MILLIMETRE
    assert (lift == 0.0).all()


@given(
    lat=st.floats(-89.9, 89.9),
    azimuth=st.floats(0, 360),
    ground=st.floats(5e3, 4e5),
    height=st.floats(0, 2e4),
)
def test_range_azimuth_height(lat, azimuth, ground, height):
    """The sphere of curvature along the azimuth is the ellipsoid to a few metres within a radar's reach."""
    site = (lat, 12.0, 100.0)
    truth = aer_to_ecef(azimuth, 0.0, ground, *site)
    truth = truth + height * truth / np.linalg.norm(truth)
    _, _, alt = ecef_to_geodetic(truth)
    azimuth, elevation, distance = ecef_to_aer(truth, *site)
    if np.sin(np.radians(elevation)) > CONE_OF_SILENCE:
        return
    place, _, _ = polar(site, float(distance), float(azimuth), np.nan, float(alt))
    twenty_metres = 20.0
    assert np.abs(place - truth).max() < twenty_metres * max(1.0, 1.0 / np.cos(np.radians(elevation)))


def test_the_lift_is_what_a_higher_height_does():
    site = (47.0, 8.0, 500.0)
    low, _, lift = polar(site, 60e3, 77.0, np.nan, 8_000.0)
    high, _, _ = polar(site, 60e3, 77.0, np.nan, 8_010.0)
    assert high - low == pytest.approx(lift, abs=0.01)


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180), alt=st.floats(-400, 5e4), sigma=st.floats(1, 1e3))
def test_positions(lat, lon, alt, sigma):
    place, cov = np.empty((1, 3)), np.empty((1, 6))
    measure.geodetic(
        np.array([0]),
        np.array([lat]),
        np.array([lon]),
        np.array([alt]),
        np.array([sigma]),
        np.array([5.0]),
        WGS84_A_M,
        WGS84_E2,
        place,
        cov,
    )
    assert np.abs(place[0] - geodetic_to_ecef(lat, lon, alt)).max() < ONE_MILLIMETRE
    basis = enu_basis(lat, lon)
    expected = basis.T @ np.diag([sigma**2, sigma**2, 25.0]) @ basis
    assert cov[0] == pytest.approx(expected[np.triu_indices(3)], abs=1e-6 * sigma**2 + 1e-9)
