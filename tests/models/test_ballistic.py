"""Where thrust began."""

import numpy as np
import pytest
from tests.kernels.falls import body

from kizuna.geo.frames import ecef_to_geodetic, enu_basis
from kizuna.kernels import ballistic
from kizuna.models.ballistic import PATH, unboost


def test_thrust_undone_leads_to_rest_and_upright():
    """A rise under thrust along the velocity begins upright: gravity alone turns it."""
    state = body(speed_mps=2_500.0, elevation_deg=50.0)
    state[6] = 35.0
    began, end_s = state[None].copy(), unboost(state[None])
    assert -120.0 < end_s[0] < -2_500.0 / 35.0
    lat, lon, _ = ecef_to_geodetic(state[:3])
    rise = (enu_basis(lat, lon) @ state[3:6])[2] / np.linalg.norm(state[3:6])
    assert rise > np.cos(np.radians(6.0))
    ballistic.move(state[None], -end_s, True, PATH)
    assert state[:6] == pytest.approx(began[0, :6], abs=5.0)


def test_thrust_below_the_weight_lifts_nothing():
    state = body(elevation_deg=88.0)
    state[6] = 5.0
    assert np.isnan(unboost(state[None])).all()
