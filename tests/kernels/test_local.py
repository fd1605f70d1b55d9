"""What a picture shows, against `geo.frames` and dense matrices."""

import numpy as np
import pytest
from tests.kernels.test_kalman import pack

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.geo.frames import ecef_to_geodetic, enu_basis, geodetic_to_ecef
from kizuna.kernels import local
from kizuna.seeds import generator

ONE_MILLIMETRE = 1e-3


def test_places_velocities_and_covariances_equal_geo_frames():
    random = generator(1, "local")
    lat = np.concatenate([random.uniform(-90, 90, 60), [90.0, -90.0, 0.0, 89.9999, 0.0]])
    lon = np.concatenate([random.uniform(-180, 180, 60), [0.0, 10.0, 180.0, -180.0, -179.9999]])
    alt = random.uniform(-100.0, 4e4, 65)
    velocity = random.normal(0.0, 300.0, (65, 3))
    root = random.normal(size=(65, 6, 6)) * 10.0
    cov = root @ root.swapaxes(1, 2)
    state = np.hstack([geodetic_to_ecef(lat, lon, alt), velocity])
    place, speed, shown = local.to_local(state, np.array([pack(each) for each in cov]), WGS84_A_M, WGS84_E2)
    expected_lat, expected_lon, expected_alt = ecef_to_geodetic(state[:, :3])
    gap = geodetic_to_ecef(*place.T) - state[:, :3]
    assert np.abs(gap).max() < ONE_MILLIMETRE
    assert place[:, 0] == pytest.approx(expected_lat, abs=1e-8)
    assert place[:, 2] == pytest.approx(expected_alt, abs=ONE_MILLIMETRE)
    away = np.abs(expected_lat) < 89.0
    assert np.abs((place[:, 1] - expected_lon + 180.0) % 360.0 - 180.0)[away].max() < 1e-8
    assert (np.abs(place[:, 1]) <= 180.0).all()
    basis = enu_basis(place[:, 0], place[:, 1])
    assert speed == pytest.approx(np.einsum("nij,nj->ni", basis, velocity), abs=1e-6)
    turn = np.zeros((65, 6, 6))
    turn[:, :3, :3] = turn[:, 3:, 3:] = basis
    expected = turn @ cov @ turn.swapaxes(1, 2)
    upper = np.triu_indices(6)
    assert shown == pytest.approx(expected[:, upper[0], upper[1]], abs=1e-6)


def test_the_way_back_ends_where_it_began():
    """Places, velocities and covariances, all over the Earth."""
    random = generator(2, "local")
    state = np.hstack(
        [
            geodetic_to_ecef(
                random.uniform(-89.9, 89.9, 50), random.uniform(-180, 180, 50), random.uniform(0, 4e4, 50)
            ),
            random.normal(0.0, 300.0, (50, 3)),
        ]
    )
    root = random.normal(size=(50, 6, 6)) * 10.0
    cov = root @ root.swapaxes(1, 2)
    there = local.to_local(state, np.array([pack(each) for each in cov]), WGS84_A_M, WGS84_E2)
    back, full = local.from_local(*there, WGS84_A_M, WGS84_E2)
    assert np.abs(back - state).max() < ONE_MILLIMETRE
    assert full == pytest.approx(cov, abs=1e-6)
