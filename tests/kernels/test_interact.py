"""Models of any kind that interact: as the fast way where all fly straight, and by the textbook."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels import test_kalman as six
from tests.kernels.test_turn import EARTH, pack, unpack

from kizuna.kernels import interact, kalman, straight, turn
from kizuna.seeds import generator

ROUNDING = 1e-9
FORGET_HZ = 0.05
SITE = np.array([[4.2e6, 7.0e5, 4.7e6]])
TURN = np.array([0.5, 0.1, 1e-6, *EARTH])
PRIOR = np.array([[0.0, 0.0], [0.05, 0.03**2], [-0.05, 0.03**2]])
SHARE = np.array([0.8, 0.1, 0.1])


def seven(state, cov):
    """Six numbers as seven: a seventh of which nothing is to be known."""
    return np.concatenate([state, np.zeros((*state.shape[:-1], 1))], axis=-1), np.concatenate(
        [cov, np.zeros((*cov.shape[:-1], 7))], axis=-1
    )


def update(state, cov, mode, measured, noise, rate=np.nan, trust=1.0):
    """Update one track (in place); the log-density."""
    log = np.zeros(1)
    interact.update_each(
        np.array([0]), np.array([0]), measured[None], noise[None], np.array([rate]), np.array([0]),
        np.array([trust]), SITE, np.array([2.0]), 200.0, state, cov, mode, log,
    )  # fmt: skip
    return log[0]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rate", [np.nan, 100.0])
@pytest.mark.parametrize("trust", [1.0, 0.3])
@pytest.mark.parametrize("count", [1, 2])
def test_straight_models_do_as_the_fast_way_does(seed, rate, trust, count):
    random = generator(seed, "straight")
    state, cov, mode = six.random_track(random, count)
    noise = six.pack3(six.random_noise(random))
    measured, dt = state[0, :3] + 150.0, np.array([random.uniform(0.1, 10.0)])
    models = np.array([[0.2, 0.1, 0.9], [400.0, 5.0, 0.1]])[:count]
    fast = state[None].copy(), np.array([[six.pack(p) for p in cov]]), mode[None].copy()
    x, p = seven(*fast[:2])
    chance, log = mode[None].copy(), np.zeros(1)
    one = np.array([0])
    kalman.update_each(
        one, one, dt, measured[None], noise[None], np.array([rate]), one, np.array([trust]), SITE,
        np.array([2.0]), 200.0, models, FORGET_HZ, *fast, np.zeros(1), log,
    )  # fmt: skip
    interact.mix_each(one, dt, models[:, 2].copy(), FORGET_HZ, np.zeros((count, 2)), x, p, chance)
    for m in range(count):
        straight.advance(one, dt, m, models[m, :2].copy(), x, p)
    assert update(x, p, chance, measured, noise, rate, trust) == pytest.approx(log[0], rel=ROUNDING)
    assert x[0, :, :6] == pytest.approx(fast[0][0], rel=ROUNDING)
    assert np.abs(p[0, :, :21] - fast[1][0]).max() < ROUNDING * np.abs(fast[1]).max()
    assert chance == pytest.approx(fast[2], abs=1e-7)
    assert not x[0, :, 6].any()
    assert not p[0, :, 21:].any()


def random_track(random):
    """A track of three models, the latter two with numbers of their own: (1, 3, 7), (1, 3, 7, 7), (1, 3)."""
    state, _, mode = six.random_track(random, 3)
    state = np.concatenate([state, [[0.0], [0.06], [-0.03]]], axis=1)
    root = random.normal(size=(3, 7, 7)) * np.array([200.0] * 3 + [20.0] * 3 + [0.02])[:, None]
    root[0, 6] = 0.0
    return state[None], (root @ root.swapaxes(1, 2))[None], mode[None]


def packed(cov):
    return np.array([[pack(p) for p in cov[0]]])


@pytest.mark.parametrize("seed", range(6))
def test_mixing_by_the_textbook_where_the_seventh_is_each_models_own(seed):
    random = generator(seed, "mix")
    state, cov, mode = random_track(random)
    dt = random.uniform(0.5, 30.0)
    kept = np.exp(-FORGET_HZ * dt)
    move = (1 - kept) * np.tile(SHARE, (3, 1)) + kept * np.eye(3)
    x, p, chance = state.copy(), packed(cov), mode.copy()
    interact.mix_each(np.array([0]), np.array([dt]), SHARE, FORGET_HZ, PRIOR, x, p, chance)
    assert chance[0] == pytest.approx(mode[0] @ move, rel=ROUNDING)
    for m in range(3):
        weight = move[:, m] * mode[0] / (mode[0] @ move)[m]
        means, covs = state[0].copy(), cov[0].copy()
        for i in range(3):
            if i != m:
                means[i, 6] = PRIOR[m, 0]
                covs[i, 6] = covs[i, :, 6] = 0.0
                covs[i, 6, 6] = PRIOR[m, 1]
        mean = weight @ means
        spread = (q + np.outer(y - mean, y - mean) for q, y in zip(covs, means, strict=True))
        whole = sum(w * each for w, each in zip(weight, spread, strict=True))
        assert x[0, m] == pytest.approx(mean, rel=ROUNDING)
        scale = np.sqrt(np.diag(whole)) + 1e-9
        assert np.abs((unpack(p[0, m]) - whole) / np.outer(scale, scale)).max() < 1e-8


@pytest.mark.parametrize("seed", range(6))
def test_what_is_measured_teaches_the_seventh_too(seed):
    """Against dense matrices, in one model."""
    random = generator(seed, "learn")
    state, cov, _ = random_track(random)
    state, cov = state[:, 1:2], cov[:, 1:2] + np.eye(7) * 1e-6
    noise = six.random_noise(random)
    measured = state[0, 0, :3] + random.normal(size=3) * 200.0
    row = np.hstack([np.eye(3), np.zeros((3, 4))])
    innovation = row @ cov[0, 0] @ row.T + noise
    gain = cov[0, 0] @ row.T @ np.linalg.inv(innovation)
    surprise = measured - state[0, 0, :3]
    x, p = state.copy(), packed(cov)
    log = update(x, p, np.ones((1, 1)), measured, six.pack3(noise))
    assert x[0, 0] == pytest.approx(state[0, 0] + gain @ surprise, rel=ROUNDING)
    expected = cov[0, 0] - gain @ innovation @ gain.T
    scale = np.sqrt(np.diag(cov[0, 0]))
    assert np.abs((unpack(p[0, 0]) - expected) / np.outer(scale, scale)).max() < ROUNDING
    density = surprise @ np.linalg.solve(innovation, surprise) + np.linalg.slogdet(2 * np.pi * innovation)[1]
    assert log == pytest.approx(-0.5 * density, rel=ROUNDING)


def test_a_picture_is_the_mean_over_the_models():
    state, cov, mode = random_track(generator(1, "merge"))
    mean, whole = interact.merge_each(np.array([0]), state, packed(cov), mode)
    expected = mode[0] @ state[0, :, :6]
    spread = sum(
        w * (q[:6, :6] + np.outer(y[:6] - expected, y[:6] - expected))
        for w, q, y in zip(mode[0], cov[0], state[0], strict=True)
    )
    assert mean[0] == pytest.approx(expected, rel=ROUNDING)
    assert six.unpack(whole[0]) == pytest.approx(spread, rel=1e-8, abs=1e-6)


def test_two_detections_at_one_time_leave_a_model_that_is_ruled_out():
    """No time passes between them, so that nothing brings its probability back from zero."""
    state, cov, _ = random_track(generator(2, "twice"))
    p, chance = packed(cov), np.array([[1.0, 0.0, 0.0]])
    noise = six.pack3(100.0 * np.eye(3))
    interact.mix_each(np.array([0]), np.zeros(1), SHARE, FORGET_HZ, PRIOR, state, p, chance)
    assert np.isfinite(update(state, p, chance, state[0, 0, :3].copy(), noise, trust=0.5))
    assert np.isfinite(state).all()
    assert np.isfinite(p).all()
    assert chance[0].tolist() == [1.0, 0.0, 0.0]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), trust=st.floats(0.0, 1.0), steps=st.integers(1, 20))
def test_covariances_stay_positive(seed, trust, steps):
    """Straight flight and turns to both sides; noise of 1 m to 100 km in any direction, any gaps."""
    random = generator(seed, "positive")
    state, cov, mode = random_track(random)
    cov, one = packed(cov), np.array([0])
    for _ in range(steps):
        dt = np.array([10.0 ** random.uniform(-3, 1.5)])
        interact.mix_each(one, dt, SHARE, FORGET_HZ, PRIOR, state, cov, mode)
        straight.advance(one, dt, 0, np.array([0.2, 0.1]), state, cov)
        for m in (1, 2):
            turn.advance(one, dt, m, TURN, state, cov)
        axes, _ = np.linalg.qr(random.normal(size=(3, 3)))
        noise = axes @ np.diag(10.0 ** random.uniform(0.0, 5.0, 3)) ** 2 @ axes.T
        measured = state[0, 0, :3] + random.normal(size=3) * 10.0 ** random.uniform(0, 4)
        log = update(state, cov, mode, measured, six.pack3(0.5 * (noise + noise.T)), trust=trust)
        assert np.isfinite(log)
        assert mode.sum() == pytest.approx(1.0)
        for m in range(3):
            each = unpack(cov[0, m])[: 6 + min(m, 1), : 6 + min(m, 1)]
            scale = np.sqrt(np.diag(each))
            assert np.linalg.eigvalsh(each / np.outer(scale, scale)).min() > -1e-9
