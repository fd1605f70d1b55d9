"""Predict and update against Stone Soup's Kalman predictor and updater."""

import datetime as dt

import numpy as np
import pytest
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import LinearGaussianTimeInvariantTransitionModel
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater
from tests.kernels.test_kalman import pack, pack3, random_noise, random_track, unpack

from kizuna.kernels import kalman
from kizuna.seeds import generator

ROUNDING = 1e-9
LEVEL_Q, VERTICAL_Q = 7.0, 0.5
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def stone_soup(state, cov, dt_s, measured, noise):
    """Their prediction and update, with our power of noise along the up direction."""
    step = np.eye(6)
    step[:3, 3:] = dt_s * np.eye(3)
    up = state[:3] / np.linalg.norm(state[:3])
    power = LEVEL_Q * np.eye(3) + (VERTICAL_Q - LEVEL_Q) * np.outer(up, up)
    spread = np.kron(np.array([[dt_s**3 / 3.0, dt_s**2 / 2.0], [dt_s**2 / 2.0, dt_s]]), power)
    model = LinearGaussianTimeInvariantTransitionModel(transition_matrix=step, covariance_matrix=spread)
    measurement = LinearGaussian(ndim_state=6, mapping=(0, 1, 2), noise_covar=noise)
    later = START + dt.timedelta(seconds=dt_s)
    prior = GaussianState(state[:, None], cov, timestamp=START)
    prediction = KalmanPredictor(model).predict(prior, timestamp=later)
    detection = Detection(measured[:, None], timestamp=later, measurement_model=measurement)
    updater = KalmanUpdater(measurement)
    return prediction, updater.update(SingleHypothesis(prediction, detection))


@pytest.mark.parametrize("seed", range(10))
def test_predict_and_update(seed):
    random = generator(seed, "stone soup")
    state, cov, _ = random_track(random)
    noise, dt_s = random_noise(random), float(np.round(random.uniform(0.1, 12.0), 3))
    measured = state[0, :3] + random.normal(size=3) * 200.0
    x, p = state[None].copy(), pack(cov[0])[None, None]
    prediction, posterior = stone_soup(state[0], cov[0], dt_s, measured, noise)
    kalman.predict(x, p, 0, 0, dt_s, LEVEL_Q, VERTICAL_Q)
    assert x[0, 0] == pytest.approx(np.asarray(prediction.state_vector).ravel(), rel=ROUNDING)
    assert unpack(p[0, 0]) == pytest.approx(np.asarray(prediction.covar), rel=ROUNDING, abs=ROUNDING)
    kalman.update(x, p, 0, 0, measured[None], pack3(noise)[None], 0)
    assert x[0, 0] == pytest.approx(np.asarray(posterior.state_vector).ravel(), rel=ROUNDING)
    scale = np.abs(posterior.covar).max()
    assert np.abs(unpack(p[0, 0]) - np.asarray(posterior.covar)).max() < ROUNDING * scale
