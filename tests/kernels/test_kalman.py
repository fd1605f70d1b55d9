"""The packed recursions against dense matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.kernels import kalman
from kizuna.seeds import generator

ROUNDING = 1e-9
PACKED = [(i, j) for i in range(3) for j in range(i, 3)]
CROSS = [(i, 3 + j) for i in range(3) for j in range(3)]
ORDER = PACKED + CROSS + [(3 + i, 3 + j) for i, j in PACKED]
"""Row and column in the 6x6 covariance of each packed number."""
MODELS = np.array([[0.2, 0.1, 0.9], [400.0, 5.0, 0.1]])


def pack(cov):
    return np.array([cov[i, j] for i, j in ORDER])


def unpack(packed):
    cov = np.zeros((6, 6))
    for value, (i, j) in zip(packed, ORDER, strict=True):
        cov[i, j] = cov[j, i] = value
    return cov


def pack3(cov):
    return np.array([cov[i, j] for i, j in PACKED])


def random_track(random, models=1):
    """A track over the Alps: state (M, 6), covariance (M, 6, 6), probabilities (M,)."""
    state = np.array([4.2e6, 6.6e5, 4.75e6, 60.0, 180.0, -50.0]) + random.normal(size=(models, 6)) * 50.0
    root = random.normal(size=(models, 6, 6)) * np.array([200.0] * 3 + [20.0] * 3)[:, None]
    mode = random.random(models) + 0.05
    return state, root @ root.swapaxes(1, 2) + np.eye(6), mode / mode.sum()


def random_noise(random, size=100.0):
    root = random.normal(size=(3, 3)) * size
    return root @ root.T + np.eye(3)


def dense_predict(state, cov, dt, level_q, vertical_q):
    step = np.eye(6)
    step[:3, 3:] = dt * np.eye(3)
    up = state[:3] / np.linalg.norm(state[:3])
    power = level_q * np.eye(3) + (vertical_q - level_q) * np.outer(up, up)
    noise = np.block([[power * dt**3 / 3, power * dt**2 / 2], [power * dt**2 / 2, power * dt]])
    return step @ state, step @ cov @ step.T + noise


def dense_update(state, cov, measured, noise, row):
    """Joseph's form for a measurement with matrix `row`; also the log-density of the innovation."""
    innovation = row @ cov @ row.T + noise
    gain = cov @ row.T @ np.linalg.inv(innovation)
    keep = np.eye(6) - gain @ row
    log_density = -0.5 * (
        measured @ np.linalg.solve(innovation, measured) + np.linalg.slogdet(2 * np.pi * innovation)[1]
    )
    return state + gain @ measured, keep @ cov @ keep.T + gain @ noise @ gain.T, log_density


def dense_imm(state, cov, mode, dt, forget_hz, measured, noise):
    """One cycle of the textbook's interacting multiple model estimator, mixing with all pairs of models."""
    kept = np.exp(-forget_hz * dt)
    count = len(mode)
    move = (1 - kept) * np.tile(MODELS[:count, 2], (count, 1)) + kept * np.eye(count)
    prior = mode @ move
    mixed, mixed_cov = [], []
    for j in range(count):
        weight = move[:, j] * mode / prior[j]
        mean = weight @ state
        spread = [w * (p + np.outer(x - mean, x - mean)) for w, x, p in zip(weight, state, cov, strict=True)]
        mixed.append(mean)
        mixed_cov.append(sum(spread))
    row = np.hstack([np.eye(3), np.zeros((3, 3))])
    done = []
    for j in range(count):
        x, p = dense_predict(mixed[j], mixed_cov[j], dt, MODELS[j, 0], MODELS[j, 1])
        done.append(dense_update(x, p, measured - x[:3], noise, row))
    likelihood = prior * np.exp([log for _, _, log in done])
    return (
        np.array([x for x, _, _ in done]),
        np.array([p for _, p, _ in done]),
        likelihood / likelihood.sum(),
        np.log(likelihood.sum()),
    )


def run_update(state, cov, mode, dt, measured, noise, rate=np.nan, site=(0.0, 0.0, 0.0), trust=1.0):
    """One call of the kernel for one track."""
    packed = np.array([[pack(p) for p in cov]])
    out = state[None].copy(), packed, mode[None].copy(), np.zeros(1), np.zeros(1)
    kalman.update_each(
        np.array([0]),
        np.array([0]),
        np.array([dt]),
        measured[None].copy(),
        pack3(noise)[None],
        np.array([rate]),
        np.array([0]),
        np.array([trust]),
        np.array([site], dtype=float),
        np.array([2.0]),
        200.0,
        MODELS[: len(mode)].copy() if len(mode) > 1 else np.array([[0.2, 0.1, 1.0]]),
        0.05,
        *out,
    )
    return out


@pytest.mark.parametrize("seed", range(10))
def test_predict_equals_dense_matrices(seed):
    random = generator(seed, "predict")
    state, cov, _ = random_track(random)
    dt = random.uniform(0.0, 20.0)
    x, p = state[None].copy(), pack(cov[0])[None, None]
    kalman.predict(x, p, 0, 0, dt, 7.0, 0.5)
    expected, expected_cov = dense_predict(state[0], cov[0], dt, 7.0, 0.5)
    assert x[0, 0] == pytest.approx(expected, rel=ROUNDING)
    assert unpack(p[0, 0]) == pytest.approx(expected_cov, rel=ROUNDING, abs=ROUNDING)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("models", [1, 2])
def test_a_cycle_equals_the_textbook_with_dense_matrices(seed, models):
    random = generator(seed, "cycle")
    state, cov, mode = random_track(random, models)
    dt, noise = random.uniform(0.1, 12.0), random_noise(random)
    measured = state.mean(axis=0)[:3] + dt * state.mean(axis=0)[3:] + random.normal(size=3) * 150.0
    x, p, chance, time_s, log = run_update(state, cov, mode, dt, measured, noise)
    expected = dense_imm(state, cov, mode, dt, 0.05, measured, noise)
    if models == 1:
        row = np.hstack([np.eye(3), np.zeros((3, 3))])
        there, wide = dense_predict(state[0], cov[0], dt, 0.2, 0.1)
        one = dense_update(there, wide, measured - there[:3], noise, row)
        expected = one[0][None], one[1][None], np.ones(1), one[2]
    assert x[0] == pytest.approx(expected[0], rel=ROUNDING)
    for m in range(models):
        scale = np.abs(expected[1][m]).max()
        assert np.abs(unpack(p[0, m]) - expected[1][m]).max() < ROUNDING * scale
    assert chance[0] == pytest.approx(expected[2], abs=1e-7)
    assert log[0] == pytest.approx(expected[3], rel=1e-9, abs=1e-7)
    assert time_s[0] == dt


@pytest.mark.parametrize("seed", range(5))
def test_the_range_rate_is_an_extended_kalman_update(seed):
    random = generator(seed, "rate")
    state, cov, mode = random_track(random)
    noise = random_noise(random)
    site = state[0, :3] + np.array([3e4, -5e4, -9e3])
    x, p, _, _, _ = run_update(state, cov, mode, 2.0, state[0, :3], noise, rate=100.0, site=site)
    row = np.hstack([np.eye(3), np.zeros((3, 3))])
    there, wide = dense_predict(state[0], cov[0], 2.0, 0.2, 0.1)
    there, wide, _ = dense_update(there, wide, state[0, :3] - there[:3], noise, row)

    def range_rate(whole):
        away = whole[:3] - site
        return whole[3:] @ away / np.linalg.norm(away)

    step = np.array([1.0] * 3 + [1e-3] * 3)
    slope = np.array([(range_rate(there + d) - range_rate(there - d)) / (2 * d.sum()) for d in np.diag(step)])
    expected, expected_cov, _ = dense_update(
        there, wide, np.array([100.0 - range_rate(there)]), np.array([[4.0]]), slope[None]
    )
    assert x[0, 0] == pytest.approx(expected, rel=1e-7)
    assert np.abs(unpack(p[0, 0]) - expected_cov).max() < 1e-5 * np.abs(expected_cov).max()


def test_a_picture_is_the_mixture_moved():
    random = generator(1, "picture")
    state, cov, mode = random_track(random, 2)
    packed = np.array([[pack(p) for p in cov]])
    x, p = kalman.predict_each(
        np.array([0]), 9.0, MODELS, 0.05, state[None], packed, mode[None], np.array([2.0])
    )
    kept = np.exp(-0.05 * 7.0)
    mean = mode @ state
    whole = sum(m * (q + np.outer(y - mean, y - mean)) for m, y, q in zip(mode, state, cov, strict=True))
    chance = (1 - kept) * MODELS[:, 2] + kept * mode
    expected, expected_cov = dense_predict(mean, whole, 7.0, chance @ MODELS[:, 0], chance @ MODELS[:, 1])
    assert x[0] == pytest.approx(expected, rel=ROUNDING)
    assert unpack(p[0]) == pytest.approx(expected_cov, rel=ROUNDING)


def test_a_model_is_forgotten_at_its_rate():
    """After a long time the models' probabilities are their shares, whatever they were."""
    random = generator(2, "forget")
    state, cov, mode = random_track(random, 2)
    same = np.repeat(state[:1], 2, axis=0), np.repeat(cov[:1], 2, axis=0)
    vague = 1e16 * np.eye(3)
    for dt in (0.0, 30.0, 1e3):
        _, _, chance, _, _ = run_update(*same, mode, dt, state[0, :3], vague)
        kept = np.exp(-0.05 * dt)
        assert chance[0] == pytest.approx(MODELS[:, 2] * (1 - kept) + mode * kept, abs=1e-3)


def test_turns_are_noticed_and_over_again():
    """Three degrees a second for 20 s: a manoeuvre is likely in the turn, unlikely after."""
    random = generator(3, "turn")
    state, _, _ = random_track(random, 2)
    state[:] = [6.38e6, 0.0, 0.0, 0.0, 200.0, 0.0]
    track = (
        state[None],
        np.array([[pack(np.diag([1e4] * 3 + [25.0] * 3))] * 2]),
        np.array([[0.9, 0.1]]),
        np.zeros(1),
    )
    place, speed = state[0, :3].copy(), state[0, 3:].copy()
    manoeuvring = []
    for step in range(60):
        angle = np.radians(3.0 * 2.0) if 20 <= step < 30 else 0.0
        turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
        speed = turn @ speed
        place = place + 2.0 * speed
        kalman.update_each(
            np.array([0]),
            np.array([0]),
            np.array([2.0 * (step + 1)]),
            (place + random.normal(size=3) * 50.0)[None],
            pack3(2500.0 * np.eye(3))[None],
            np.array([np.nan]),
            np.array([0]),
            np.ones(1),
            np.zeros((1, 3)),
            np.ones(1),
            200.0,
            MODELS,
            0.05,
            *track,
            np.zeros(1),
        )
        manoeuvring.append(track[2][0, 1])
    assert max(manoeuvring[5:20]) < 0.3
    assert max(manoeuvring[22:32]) > 0.9
    assert min(manoeuvring[40:]) < 0.1


@pytest.mark.parametrize("trust", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("rate", [np.nan, 100.0])
def test_a_doubtful_detection_mixes_what_was_and_what_would_be(trust, rate):
    """All hypotheses written out: each model with the detection and without, collapsed to one per model."""
    random = generator(5, "doubt")
    state, cov, mode = random_track(random, 2)
    noise = random_noise(random)
    measured, site = state[0, :3] + 150.0, state[0, :3] - 3e4
    sure, sure_cov, sure_mode, _, _ = run_update(state, cov, mode, 4.0, measured, noise, rate, site)
    none, none_cov, none_mode, _, _ = run_update(
        state, cov, mode, 4.0, measured, noise, rate, site, trust=0.0
    )
    x, p, chance, _, _ = run_update(state, cov, mode, 4.0, measured, noise, rate, site, trust=trust)
    assert chance[0] == pytest.approx(trust * sure_mode[0] + (1.0 - trust) * none_mode[0], rel=1e-12)
    for m in range(2):
        weights = np.array([trust * sure_mode[0, m], (1.0 - trust) * none_mode[0, m]])
        weights /= weights.sum()
        means = np.array([sure[0, m], none[0, m]])
        mean = weights @ means
        spread = [unpack(c[0, m]) for c in (sure_cov, none_cov)]
        expected = sum(
            w * (c + np.outer(a - mean, a - mean)) for w, c, a in zip(weights, spread, means, strict=True)
        )
        assert x[0, m] == pytest.approx(mean, rel=ROUNDING)
        assert unpack(p[0, m]) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_detection_of_no_trust_only_predicts(seed):
    random = generator(seed, "nothing")
    state, cov, mode = random_track(random, 1)
    x, p, _, time_s, _ = run_update(
        state, cov, mode, 5.0, state[0, :3] + 300.0, random_noise(random), trust=0.0
    )
    expected, expected_cov = dense_predict(state[0], cov[0], 5.0, 0.2, 0.1)
    assert x[0, 0] == pytest.approx(expected, rel=ROUNDING)
    assert unpack(p[0, 0]) == pytest.approx(expected_cov, rel=ROUNDING, abs=ROUNDING)
    assert time_s[0] == 5.0


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    trust=st.floats(0.0, 1.0),
    steps=st.integers(1, 25),
    shape=st.lists(st.floats(0.0, 5.0), min_size=3, max_size=3),
)
def test_covariances_stay_symmetric_and_positive(seed, trust, steps, shape):
    """Whatever comes: tiny and huge noise in any direction, short and long gaps."""
    random = generator(seed, "positive")
    state, cov, mode = random_track(random, 2)
    for _ in range(steps):
        turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
        noise = turn @ np.diag(10.0 ** np.array(shape)) ** 2 @ turn.T
        dt = 10.0 ** random.uniform(-3, 2)
        measured = state[0, :3] + random.normal(size=3) * 10.0 ** random.uniform(0, 4)
        x, p, chance, _, log = run_update(
            state, cov, mode, dt, measured, 0.5 * (noise + noise.T), trust=trust
        )
        state, mode = x[0], chance[0]
        cov = np.array([unpack(q) for q in p[0]])
        assert np.isfinite(log).all()
        assert mode.sum() == pytest.approx(1.0)
        for each in cov:
            scale = np.sqrt(np.diag(each))
            assert np.linalg.eigvalsh(each / np.outer(scale, scale)).min() > -1e-9


def test_inputs_stay_as_they_are():
    random = generator(4, "inputs")
    state, cov, mode = random_track(random, 2)
    given = (
        np.array([0, 1]),
        np.array([0, 0]),
        np.array([1.0, 2.0]),
        np.array([state[0, :3], state[1, :3]]),
        np.array([pack3(random_noise(random))] * 2),
        np.array([np.nan, 50.0]),
        np.array([0, 0]),
        np.array([1.0, 0.4]),
        np.array([[4.2e6, 7.0e5, 4.7e6]]),
        np.array([1.0]),
    )
    before = [array.copy() for array in given]
    kalman.update_each(
        *given,
        200.0,
        MODELS,
        0.05,
        state[None].copy(),
        np.array([[pack(p) for p in cov]]),
        mode[None].copy(),
        np.zeros(1),
        np.zeros(2),
    )
    for array, was in zip(given, before, strict=True):
        assert np.array_equal(array, was, equal_nan=True)
