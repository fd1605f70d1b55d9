"""Horizons against published formulas and against tangents worked out by hand on the effective sphere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.geo.geodesic import destination
from kizuna.geo.horizon import line_of_sight, lowest_visible_m, radio_horizon_m

second_order = 2e-3  # the published formulas leave out the terms of second order
one_metre = 1.0

EFFECTIVE_RADIUS_M = 4.0 / 3.0 * 6_371_008.7714


@pytest.mark.parametrize("height_m", [1.0, 10.0, 30.0, 100.0, 1000.0, 3000.0, 12000.0])
def test_horizon_equals_itu(height_m):
    """Source: ITU-R P.526, section 3: d = √(2 a_e h), which is 4.12 km times √h in metres for 4/3."""
    assert radio_horizon_m(height_m) == pytest.approx(4122.0 * np.sqrt(height_m), rel=second_order)


@pytest.mark.parametrize("height_ft", [50.0, 500.0, 5000.0, 35000.0])
def test_horizon_equals_federal_standard_1037c(height_ft):
    """Source: Federal Standard 1037C, "radio horizon range": 1.23 nautical miles times √h in feet."""
    horizon_nmi = radio_horizon_m(height_ft * 0.3048) / 1852.0
    assert horizon_nmi == pytest.approx(1.23 * np.sqrt(height_ft), abs=0.005 * np.sqrt(height_ft))


@given(st.floats(1.0, 30_000.0), st.floats(1.0, 30_000.0), st.floats(0.0, 360.0), st.floats(-80.0, 80.0))
def test_sight_ends_where_the_tangent_ends(height1, height2, course, lat):
    """Source: plain trigonometry: arccos(R/(R+h)) at the centre of the effective sphere for each end."""
    reach = EFFECTIVE_RADIUS_M * sum(
        np.arccos(EFFECTIVE_RADIUS_M / (EFFECTIVE_RADIUS_M + height)) for height in (height1, height2)
    )
    near = destination(lat, 150.0, course, reach - 2 * one_metre)
    far = destination(lat, 150.0, course, reach + 2 * one_metre)
    assert line_of_sight(lat, 150.0, height1, *near, height2)
    assert not line_of_sight(lat, 150.0, height1, *far, height2)


@given(st.floats(0.0, 5_000.0), st.floats(0.0, 1_000_000.0))
def test_the_lowest_visible_point_is_just_in_sight(sensor_m, distance_m):
    """The two functions say the same: sight begins at the lowest visible height."""
    lowest = lowest_visible_m(sensor_m, distance_m)
    lat, lon = destination(30.0, 140.0, 45.0, distance_m)
    assert line_of_sight(30.0, 140.0, sensor_m, lat, lon, lowest + one_metre)
    if lowest > one_metre:
        assert not line_of_sight(30.0, 140.0, sensor_m, lat, lon, lowest - one_metre)


def test_a_low_flyer_is_hidden_where_an_airliner_is_seen():
    """Source: 4.12 (√30 + √h) km: 51 km for 50 m and 435 km for 10,000 m, seen from a mast of 30 m."""
    lat, lon = destination(35.0, 140.0, 90.0, [50e3, 55e3, 430e3, 440e3])
    seen = line_of_sight(35.0, 140.0, 30.0, lat, lon, [50.0, 50.0, 10e3, 10e3])
    assert seen.tolist() == [True, False, True, False]


def test_a_sensor_under_the_ellipsoid_stands_on_it():
    assert radio_horizon_m([-400.0, 0.0]).tolist() == [0.0, 0.0]
    assert lowest_visible_m(-5.0, 10_000.0) == lowest_visible_m(0.0, 10_000.0)


def test_the_other_side_of_the_world_is_never_seen():
    assert lowest_visible_m(100.0, 20_000_000.0) == np.inf
    assert not line_of_sight(0.0, 0.0, 30_000.0, 0.0, 180.0, 30_000.0)


def test_unknown_heights_are_not_seen():
    assert not line_of_sight(0.0, 0.0, np.nan, 0.0, 0.1, 1000.0)
    assert np.isnan(lowest_visible_m(np.nan, 1000.0))
