"""Fusion's kernels against plain linear algebra, and tracklets against one filter that hears everything."""

import numpy as np
import pytest

from kizuna.kernels import fuse

RNG = np.random.Generator(np.random.PCG64(4))
rounding = 1e-9
one_micrometre = 1e-6
EARTH_M = np.array([4.0e6, 3.0e6, 3.9e6])


def states(count: int) -> tuple[np.ndarray, np.ndarray]:
    """States near one place on the ground, with covariances of 100 m and 10 m/s or so."""
    root = RNG.standard_normal((count, 6, 6)) * np.array([100.0] * 3 + [10.0] * 3)[:, None]
    cov = root @ root.transpose(0, 2, 1) + np.diag([100.0] * 3 + [1.0] * 3)
    state = np.concatenate([EARTH_M, [100.0, -50.0, 20.0]]) + 30.0 * RNG.standard_normal((count, 6))
    return state, cov


def motion(dt: float, level_q: float, vertical_q: float, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Transition and noise of nearly constant velocity, by the book."""
    up = place / np.linalg.norm(place)
    q = level_q * np.eye(3) + (vertical_q - level_q) * np.outer(up, up)
    phi = np.eye(6)
    phi[:3, 3:] = dt * np.eye(3)
    return phi, np.block([[q * dt**3 / 3, q * dt**2 / 2], [q * dt**2 / 2, q * dt]])


@pytest.mark.parametrize("dt", [0.0, 1.0, 7.5])
def test_prediction_is_that_of_the_book(dt):
    state, cov = states(5)
    rows = np.array([3, 1])
    moved, spread = fuse.predict_rows(rows, 10.0 + dt, 2.0, 0.5, state, cov, np.full(5, 10.0))
    for k, row in enumerate(rows):
        phi, noise = motion(dt, 2.0, 0.5, state[row, :3])
        np.testing.assert_allclose(moved[k], phi @ state[row], rtol=rounding)
        np.testing.assert_allclose(spread[k], phi @ cov[row] @ phi.T + noise, rtol=rounding)


def test_back_in_time_the_state_returns_and_certainty_does_not():
    state, cov = states(1)
    there, spread = fuse.predict_rows(np.array([0]), 5.0, 2.0, 2.0, state, cov, np.zeros(1))
    back, wider = fuse.predict_rows(np.array([0]), 0.0, 2.0, 2.0, there, spread, np.full(1, 5.0))
    np.testing.assert_allclose(back, state, rtol=rounding)
    assert np.linalg.eigvalsh(wider[0] - cov[0]).min() > 0.0


def test_distances_are_mahalanobis_with_the_bias_on_top():
    state, cov = states(4)
    first, second = np.array([0, 2]), np.array([1, 3])
    squared, log_det = fuse.distances(first, second, state, cov, 30.0, 2.0)
    for k, (a, b) in enumerate(zip(first, second, strict=True)):
        total = cov[a] + cov[b] + np.diag([900.0] * 3 + [4.0] * 3)
        d = state[a] - state[b]
        assert squared[k] == pytest.approx(d @ np.linalg.solve(total, d))
        assert log_det[k] == pytest.approx(np.linalg.slogdet(total)[1])


def test_informations_without_anything_in_common_add_up():
    state, cov = states(3)
    fused, spread = fuse.add_informations(np.array([0, 3]), state, cov, intersect=False)
    inverse = np.linalg.inv(cov)
    expected = np.linalg.inv(inverse.sum(axis=0))
    np.testing.assert_allclose(spread[0], expected, rtol=1e-7)
    vector = np.einsum("nij,nj->i", inverse, state - state[0])
    np.testing.assert_allclose(fused[0], state[0] + expected @ vector, atol=one_micrometre)


@pytest.mark.parametrize("rule", ["intersect", "inverse"])
def test_of_the_same_estimate_twice_nothing_is_learnt(rule):
    """Counting it twice would halve the covariance."""
    state, cov = states(1)
    twice, both = np.repeat(state, 2, axis=0), np.repeat(cov, 2, axis=0)
    start = np.array([0, 2])
    fused, spread = (
        fuse.add_informations(start, twice, both, intersect=True)
        if rule == "intersect"
        else fuse.inverse_intersect(start, twice, both)
    )
    np.testing.assert_allclose(fused, state, rtol=rounding)
    np.testing.assert_allclose(spread, cov, rtol=1e-6)


def test_intersections_lie_between_the_best_and_the_sum():
    """CI claims less than ICI, ICI less than independence, and ICI more than the better of the two."""
    state, cov = states(2)
    start = np.array([0, 2])
    _, intersection = fuse.add_informations(start, state, cov, intersect=True)
    _, inverse = fuse.inverse_intersect(start, state, cov)
    _, independent = fuse.add_informations(start, state, cov, intersect=False)
    volumes = [np.linalg.slogdet(each[0])[1] for each in (independent, inverse, intersection)]
    assert volumes[0] < volumes[1] < volumes[2]
    assert volumes[1] < min(np.linalg.slogdet(each)[1] for each in cov)


def test_inverse_intersection_is_consistent_when_a_part_is_common():
    """Source: Noack et al. 2017: a common part c and parts of their own; P may not be below the truth."""
    count = 4000
    common, one, other = (RNG.standard_normal((count, 6)) * sigma for sigma in (30.0, 40.0, 50.0))
    cov_c, cov_1, cov_2 = (np.eye(6) * sigma**2 for sigma in (30.0, 40.0, 50.0))

    def merged(a: np.ndarray, cov_a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total = np.linalg.inv(np.linalg.inv(cov_a) + np.linalg.inv(cov_c))
        return (a @ np.linalg.inv(cov_a) + common @ np.linalg.inv(cov_c)) @ total, total

    (x_1, p_1), (x_2, p_2) = merged(one, cov_1), merged(other, cov_2)
    state = np.stack([x_1, x_2], axis=1).reshape(-1, 6)
    cov = np.stack([np.repeat(p_1[None], count, 0), np.repeat(p_2[None], count, 0)], axis=1).reshape(-1, 6, 6)
    fused, spread = fuse.inverse_intersect(2 * np.arange(count + 1), state, cov)
    actual = np.cov(fused.T)
    assert np.linalg.eigvalsh(spread[0] * 1.05 - actual).min() > 0.0


def measured(state: np.ndarray, cov: np.ndarray, place: np.ndarray, sigma: float) -> None:
    """Kalman update with a position, in place: the textbook's."""
    gain = cov[:, :3] @ np.linalg.inv(cov[:3, :3] + sigma**2 * np.eye(3))
    state += gain @ (place - state[:3])
    cov -= gain @ cov[:3]
    cov[:] = 0.5 * (cov + cov.T)


def absorbed(
    label: int, time_s: float, news: tuple[np.ndarray, np.ndarray], heard: list, fused: list
) -> float:
    """Let the one fused estimate learn from one report; returns the factor on the noise."""
    factor = np.empty(1)
    fuse.absorb(
        np.array([label]),
        np.array([0]),
        news[0][None],
        news[1][None],
        np.array([time_s]),
        2.0,
        2.0,
        *heard,
        *fused,
        factor,
    )
    return float(factor[0])


@pytest.mark.parametrize("swap", [False, True], ids=["in order", "the second report first"])
def test_tracklets_make_what_one_filter_would_that_hears_everything(swap):
    """Two trackers measure at the times of their reports: fused and central estimate are the same.

    An older report that comes after a newer one is moved forward without the noise in between, which is
    right when there is none: here both are of one time.
    """
    state, cov = states(2)
    heard = [state.copy(), cov.copy(), np.zeros(2)]
    fused = [*fuse.add_informations(np.array([0, 2]), state, cov, intersect=False), np.zeros(1)]
    central = [fused[0][0].copy(), fused[1][0].copy()]
    for time_s in (4.0, 8.0, 12.0):
        phi, noise = motion(4.0, 2.0, 2.0, EARTH_M)
        central = [phi @ central[0], phi @ central[1] @ phi.T + noise]
        places = EARTH_M + 100.0 * RNG.standard_normal((2, 3))
        reports = []
        for label in range(2):
            x, p = phi @ heard[0][label], phi @ heard[1][label] @ phi.T + noise
            measured(x, p, places[label], 80.0)
            measured(*central, places[label], 80.0)
            reports.append((x, p))
        for label in (1, 0) if swap else (0, 1):
            assert absorbed(label, time_s, reports[label], heard, fused) == 1.0
        np.testing.assert_allclose(fused[0][0], central[0], atol=1e-3)
        np.testing.assert_allclose(fused[1][0], central[1], rtol=1e-5)
    assert fused[2][0] == 12.0


def test_a_report_without_news_changes_nothing():
    state, cov = states(1)
    heard, fused = [state.copy(), cov.copy(), np.zeros(1)], [state.copy(), cov.copy(), np.zeros(1)]
    predicted = fuse.predict_rows(np.array([0]), 6.0, 2.0, 2.0, state, cov, np.zeros(1))
    assert absorbed(0, 6.0, (predicted[0][0], predicted[1][0]), heard, fused) == 1.0
    np.testing.assert_allclose(fused[0], predicted[0], rtol=rounding)
    np.testing.assert_allclose(fused[1], predicted[1], rtol=1e-6)


def test_an_old_report_adds_its_news_to_a_newer_estimate():
    """The information is what it was; only where it stands has moved."""
    state, cov = states(2)
    heard = [state.copy(), cov.copy(), np.zeros(2)]
    later = fuse.predict_rows(np.array([0]), 9.0, 2.0, 2.0, state, cov, np.zeros(2))
    fused = [later[0].copy(), later[1].copy(), np.full(1, 9.0)]
    x, p = state[1].copy(), cov[1].copy()
    measured(x, p, EARTH_M, 50.0)
    absorbed(1, 0.0, (x, p), heard, fused)
    phi, _ = motion(9.0, 0.0, 0.0, EARTH_M)
    news = np.linalg.inv(phi).T @ (np.linalg.inv(p) - np.linalg.inv(cov[1])) @ np.linalg.inv(phi)
    expected = np.linalg.inv(np.linalg.inv(later[1][0]) + news)
    np.testing.assert_allclose(fused[1][0], expected, rtol=1e-5)
    assert fused[2][0] == 9.0


def test_a_turn_widens_the_fused_estimate_too():
    """A tracker that became less certain than straight flight explains makes the motion noisier."""
    state, cov = states(1)
    heard, fused = [state.copy(), cov.copy(), np.zeros(1)], [state.copy(), cov.copy(), np.zeros(1)]
    phi, noise = motion(5.0, 300.0, 300.0, EARTH_M)
    turned = phi @ cov[0] @ phi.T + noise
    factor = absorbed(0, 5.0, (phi @ state[0], turned), heard, fused)
    assert factor == 256.0
    assert np.linalg.eigvalsh(fused[1][0] - turned).min() > -1e-6 * turned.max()


def test_a_loss_that_no_turn_explains_is_told():
    state, cov = states(1)
    heard, fused = [state.copy(), cov.copy(), np.zeros(1)], [state.copy(), cov.copy(), np.zeros(1)]
    assert np.isnan(absorbed(0, 1.0, (state[0], 1e6 * cov[0]), heard, fused))
    np.testing.assert_array_equal(fused[0], state)
