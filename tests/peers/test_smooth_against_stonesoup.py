"""The smoother against Stone Soup's Kalman smoother."""

import datetime as dt

import numpy as np
import pytest
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.smoother.kalman import KalmanSmoother
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.types.track import Track
from stonesoup.updater.kalman import KalmanUpdater
from tests.kernels.test_kalman import pack, pack3, random_noise, random_track, unpack

from kizuna.kernels import kalman, smooth
from kizuna.seeds import generator

ROUNDING = 1e-9
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
POWER = 2.0
THEIRS = np.array([0, 3, 1, 4, 2, 5])
"""Their order of a state, x vx y vy z vz, in ours."""


def stone_soup(state, cov, times_s, measured, noise):
    """Their filtered and smoothed states and covariances, in our order."""
    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(POWER)] * 3)
    start = GaussianStatePrediction(state[THEIRS, None], cov[np.ix_(THEIRS, THEIRS)], timestamp=START)
    track, last = Track([start]), start
    for time_s, place, spread in zip(times_s, measured, noise, strict=True):
        sensor = LinearGaussian(ndim_state=6, mapping=(0, 2, 4), noise_covar=spread)
        when = START + dt.timedelta(seconds=time_s)
        prediction = KalmanPredictor(model).predict(last, timestamp=when)
        detection = Detection(place[:, None], timestamp=when, measurement_model=sensor)
        last = KalmanUpdater(sensor).update(SingleHypothesis(prediction, detection))
        track.append(last)
    back = np.argsort(THEIRS)
    return [
        (np.asarray(each.state_vector).ravel()[back], np.asarray(each.covar)[np.ix_(back, back)])
        for each in KalmanSmoother(model).smooth(track)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_smoothed_states_of_one_model(seed):
    random = generator(seed, "smooth")
    (state,), (cov,), _ = random_track(random)
    times_s = np.cumsum(np.round(random.uniform(0.1, 9.0, 20), 3))
    noise = np.array([random_noise(random) for _ in times_s])
    measured = state[:3] + times_s[:, None] * state[3:] + random.normal(size=(20, 3)) * 100.0
    x, p, mode = state[None, None].copy(), pack(cov)[None, None].copy(), np.ones((1, 1))
    xs, ps, now_s, none = [x[0].copy()], [p[0].copy()], np.zeros(1), np.full(20, np.nan)
    models = np.array([[POWER, POWER, 1.0]])
    packed, zeros = np.array([pack3(each) for each in noise]), np.zeros(20, dtype=np.int64)
    for row in range(20):
        kalman.update_each(
            np.array([row]), zeros, times_s, measured, packed, none, zeros, np.ones(20), np.zeros((1, 3)),
            np.ones(1), 1.0, models, 0.1, x, p, mode, now_s, np.zeros(20),
        )  # fmt: skip
        xs.append(x[0].copy())
        ps.append(p[0].copy())
    when = np.concatenate([[0.0], times_s])
    edges = np.array([0, 21])
    mine, spread = smooth.smooth_each(
        edges, when, np.array(xs), np.array(ps), np.ones((21, 1)), edges, when, models, 0.1
    )
    for row, (mean, whole) in enumerate(stone_soup(state, cov, times_s, measured, noise)):
        assert mine[row] == pytest.approx(mean, rel=ROUNDING)
        assert np.abs(unpack(spread[row]) - whole).max() < ROUNDING * np.abs(whole).max()
