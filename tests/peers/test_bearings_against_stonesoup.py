"""Bearings laid at tracks, against Stone Soup's extended Kalman filter with the angles themselves."""

import datetime as dt

import numpy as np
import pytest
from stonesoup.models.measurement.nonlinear import CartesianToElevationBearing
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.updater.kalman import ExtendedKalmanUpdater
from tests.kernels.test_kalman import pack, random_track, unpack

from kizuna.kernels import kalman, lines
from kizuna.seeds import generator
from kizuna.tracking.filter import LONG_M

THOUSANDTHS_OF_SIGMA = 3e-3
"""They differentiate the angles numerically."""
HUNDREDTH_OF_THE_MOVE = 1e-2
SITE_M = np.array([-70e3, 30e3, -9e3])
SIGMA = np.array([np.nan, np.radians(0.3), np.radians(0.5)])


def stone_soup(state, cov, azimuth, elevation):
    """Their update in a flat frame, x east, y north: bearings count from x, against the clock."""
    model = CartesianToElevationBearing(
        ndim_state=6,
        mapping=(0, 1, 2),
        noise_covar=np.diag([SIGMA[2] ** 2, SIGMA[1] ** 2]),
        translation_offset=SITE_M[:, None],
    )
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    prediction = GaussianStatePrediction(state[:, None], cov, timestamp=now)
    angles = model.function(prediction, noise=False)
    angles[0, 0], angles[1, 0] = elevation, np.pi / 2.0 - azimuth
    detection = Detection(angles, timestamp=now, measurement_model=model)
    posterior = ExtendedKalmanUpdater(model).update(SingleHypothesis(prediction, detection))
    return np.asarray(posterior.state_vector, dtype=float).ravel(), np.asarray(posterior.covar)


@pytest.mark.parametrize("seed", range(10))
def test_update_with_azimuth_and_elevation(seed):
    random = generator(seed, "bearings")
    (state,), (cov,), _ = random_track(random)
    state[:3] = random.normal(size=3) * [20e3, 20e3, 500.0]
    d = state[:3] - SITE_M
    off = random.normal(size=2) * 2e-5
    azimuth = np.arctan2(d[0], d[1]) + off[0]
    elevation = np.arcsin(d[2] / np.linalg.norm(d)) + off[1]
    expected, whole = stone_soup(state, cov, azimuth, elevation)
    way = np.array(
        [
            np.cos(elevation) * np.sin(azimuth),
            np.cos(elevation) * np.cos(azimuth),
            np.sin(elevation),
        ]
    )
    place, noise = (SITE_M + 1e5 * way)[None].copy(), np.zeros((1, 6))
    x, p, zero = state[None, None].copy(), pack(cov)[None, None].copy(), np.zeros(1, dtype=np.int64)
    lines.lay_each(
        zero,
        zero,
        np.zeros(1),
        zero,
        zero + 2,
        SITE_M[None],
        np.array([[0.0, 0.0, 1.0]]),
        SIGMA[None],
        LONG_M,
        x,
        np.zeros(1),
        place,
        noise,
    )
    kalman.update(x, p, 0, 0, place, noise, 0)
    sigma = np.sqrt(np.diag(whole))
    moved, theirs = (x[0, 0] - state) / sigma, (expected - state) / sigma
    assert np.abs(moved - theirs).max() < HUNDREDTH_OF_THE_MOVE * np.abs(theirs).max()
    assert (np.abs(unpack(p[0, 0]) - whole) < THOUSANDTHS_OF_SIGMA * np.outer(sigma, sigma)).all()
