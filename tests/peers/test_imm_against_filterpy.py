"""Models that interact against filterpy's IMMEstimator, where all fly straight."""

import numpy as np
import pytest
from filterpy.kalman import IMMEstimator, KalmanFilter
from tests.kernels.test_interact import seven, update
from tests.kernels.test_kalman import pack, pack3, random_noise, random_track

from kizuna.kernels import interact, straight
from kizuna.seeds import generator

ROUNDING = 1e-9
FORGET_HZ, STEP_S = 0.06, 4.0
POWERS = np.array([[0.2, 0.1], [30.0, 5.0], [400.0, 20.0]])
SHARE = np.array([0.7, 0.2, 0.1])
ONE = np.array([0])


def their_filter(state, cov, noise, power):
    """A Kalman filter of nearly constant velocity with our noise: along the up direction another power."""
    made = KalmanFilter(dim_x=6, dim_z=3)
    made.x, made.P, made.R = state.copy(), cov.copy(), noise
    made.F = np.eye(6)
    made.F[:3, 3:] = STEP_S * np.eye(3)
    made.H = np.hstack([np.eye(3), np.zeros((3, 3))])
    made.power = power
    return made


def give_noise(made, place):
    """Our noise depends on where the vertical is, and so on the mixed state."""
    up = place / np.linalg.norm(place)
    level_q, vertical_q = made.power
    power = level_q * np.eye(3) + (vertical_q - level_q) * np.outer(up, up)
    time = np.array([[STEP_S**3 / 3.0, STEP_S**2 / 2.0], [STEP_S**2 / 2.0, STEP_S]])
    made.Q = np.kron(time, power)


@pytest.mark.parametrize("seed", range(5))
def test_twelve_cycles_of_three_models(seed):
    random = generator(seed, "filterpy")
    state, cov, mode = random_track(random, 3)
    noise = random_noise(random)
    kept = np.exp(-FORGET_HZ * STEP_S)
    move = (1.0 - kept) * np.tile(SHARE, (3, 1)) + kept * np.eye(3)
    filters = [their_filter(*each) for each in zip(state, cov, [noise] * 3, POWERS, strict=True)]
    theirs = IMMEstimator(filters, mode, move)
    x, p = seven(state[None].copy(), np.array([[pack(each) for each in cov]]))
    chance = mode[None].copy()
    for _ in range(12):
        for m, each in enumerate(filters):
            give_noise(each, theirs.omega[:, m] @ np.array([other.x for other in filters])[:, :3])
        theirs.predict()
        measured = theirs.x[:3] + random.normal(size=3) * 150.0
        theirs.update(measured)
        interact.mix_each(ONE, np.array([STEP_S]), SHARE, FORGET_HZ, np.zeros((3, 2)), x, p, chance)
        for m in range(3):
            straight.advance(ONE, np.array([STEP_S]), m, POWERS[m], x, p)
        update(x, p, chance, measured, pack3(noise))
        assert chance[0] == pytest.approx(theirs.mu, rel=1e-7, abs=1e-12)
    for m, each in enumerate(filters):
        assert x[0, m, :6] == pytest.approx(each.x, rel=ROUNDING)
        assert np.abs(p[0, m, :21] - pack(each.P)).max() < ROUNDING * np.abs(each.P).max()
    mean, whole = interact.merge_each(ONE, x, p, chance)
    assert mean[0] == pytest.approx(theirs.x, rel=ROUNDING)
    assert np.abs(whole[0] - pack(theirs.P)).max() < ROUNDING * np.abs(theirs.P).max()
