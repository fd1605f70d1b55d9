"""Areas of impact and launch hold the truth as often as they promise."""

import numpy as np
import pytest
from tests.kernels.falls import body

from kizuna.geo.frames import (
    aer_to_ecef,
    aer_to_enu,
    ecef_to_aer,
    ecef_to_enu,
    ecef_to_geodetic,
    enu_basis,
    geodetic_to_ecef,
)
from kizuna.kernels import ballistic
from kizuna.models.ballistic import (
    AIR_HIGH,
    AIR_LOW,
    AIR_SPLIT_M,
    AIR_TOP_M,
    GRAVITY_MPS2,
    PATH,
    Ballistic,
    unboost,
)
from kizuna.seeds import generator
from kizuna.tracking.warning import impact, launch

RUNS = 1_000
MODEL = Ballistic()
EDGE_2 = -2.0 * np.log(0.05)
PERIOD_S = 5.0
RADAR = (39.0, 142.5, 100.0)
SIGMA = np.array([50.0, 0.15, 0.15])
"""Of range in m, azimuth and elevation in degrees."""
PROMISE = (0.93, 0.97)
ROW, COLUMN = ballistic._ROW, ballistic._COLUMN


def launched(random):
    """Bodies at the end of thrust, and where and when before it they were launched from the ground."""
    state = np.empty((RUNS, 7))
    course, rise = random.uniform(60.0, 120.0, RUNS), random.uniform(35.0, 60.0, RUNS)
    velocity = aer_to_enu(course, rise, random.uniform(1_500.0, 3_000.0, RUNS)) @ enu_basis(40.0, 140.0)
    lift = np.exp(random.normal(MODEL.log_lift, MODEL.sigma_log_lift, RUNS))
    height = np.full(RUNS, 40e3)
    for _ in range(12):
        state[:, :3] = geodetic_to_ecef(40.0, 140.0, height)
        state[:, 3:6], state[:, 6] = velocity, GRAVITY_MPS2 + lift
        begun = state.copy()
        since_s = unboost(begun)
        height -= ecef_to_geodetic(begun[:, :3])[2]
    state[:, 6] = random.normal(MODEL.log_drag, MODEL.sigma_log_drag, RUNS)
    return state, begun[:, :3], since_s


def fly(state, time_s, random):
    """Move bodies with the noise that the model says there is, in place."""
    above = ecef_to_geodetic(state[:, :3])[2].min() - 5_000.0 * time_s > AIR_TOP_M
    step_s = time_s if above else 1.0
    for _ in range(round(time_s / step_s)):
        ballistic.move(state, np.full(len(state), step_s), False, PATH)
        height, speed = ecef_to_geodetic(state[:, :3])[2], np.linalg.norm(state[:, 3:6], axis=1)
        low, high = AIR_LOW[0] * np.exp(-AIR_LOW[1] * height), AIR_HIGH[0] * np.exp(-AIR_HIGH[1] * height)
        density = np.where(height < AIR_SPLIT_M, low, high)
        grip = 0.5 * density * np.exp(state[:, 6]) * speed
        q = MODEL.noise_q + MODEL.rough_q * (grip * speed) ** 2
        state[:, 3:6] += random.normal(size=(len(state), 3)) * np.sqrt(q * step_s)[:, None]
        state[:, 6] += random.normal(size=len(state)) * np.sqrt(MODEL.drift * grip * step_s)


def fallen(state, random):
    """Where and when bodies come to the ground."""
    state, time_s = state.copy(), np.zeros(len(state))
    aloft = np.arange(len(state))
    while len(aloft):
        before, after = state[aloft], state[aloft].copy()
        fly(after, 5.0, random)
        down = ecef_to_geodetic(after[:, :3])[2] < 0.0
        ends = before[down]
        time_s[aloft] += 5.0
        time_s[aloft[down]] += ballistic.fall(ends, False, np.zeros(len(ends)), 20.0, PATH) - 5.0
        after[down] = ends
        state[aloft] = after
        aloft = aloft[~down]
    return state[:, :3], time_s


def plots(state, random):
    """Measured places and their covariances, as a 3-D radar gives them."""
    azimuth, elevation, distance = ecef_to_aer(state[:, :3], *RADAR)
    seen = np.stack([distance, azimuth, elevation], axis=1) + random.normal(size=(len(state), 3)) * SIGMA
    place = aer_to_ecef(seen[:, 1], seen[:, 2], seen[:, 0], *RADAR)
    ends = [seen + SIGMA * np.eye(3)[axis] for axis in range(3)]
    root = np.stack(
        [aer_to_ecef(each[:, 1], each[:, 2], each[:, 0], *RADAR) - place for each in ends], axis=2
    )
    return place, root @ root.transpose(0, 2, 1)


def begun(first, second):
    """States and covariances from two plots: a place, a mean velocity, and the first guess of the drag."""
    (one, noise_1), (two, noise_2) = first, second
    down = -GRAVITY_MPS2 * two / np.linalg.norm(two, axis=1)[:, None]
    state, cov = np.empty((RUNS, 7)), np.zeros((RUNS, 7, 7))
    state[:, :3], state[:, 6] = two, MODEL.log_drag
    state[:, 3:6] = (two - one) / PERIOD_S + 0.5 * PERIOD_S * down
    cov[:, :3, :3], cov[:, 3:6, 3:6] = noise_2, (noise_1 + noise_2) / PERIOD_S**2
    cov[:, :3, 3:6] = cov[:, 3:6, :3] = noise_2 / PERIOD_S
    cov[:, 6, 6] = MODEL.sigma_log_drag**2
    return state, cov


def follow(state, cov, measured):
    """One scan later: the kernel's prediction, and Kalman's update (Joseph's form)."""
    states, covs = state[:, None].copy(), cov[:, ROW, COLUMN][:, None].copy()
    ballistic.advance(np.arange(RUNS), np.full(RUNS, PERIOD_S), 0, MODEL.parameters, states, covs)
    state, cov = states[:, 0], np.empty((RUNS, 7, 7))
    cov[:, ROW, COLUMN] = cov[:, COLUMN, ROW] = covs[:, 0]
    place, noise = measured
    gain = cov[:, :, :3] @ np.linalg.inv(cov[:, :3, :3] + noise)
    state = state + np.einsum("kij,kj->ki", gain, place - state[:, :3])
    keep = np.eye(7) - np.concatenate([gain, np.zeros((RUNS, 7, 4))], axis=2)
    return state, keep @ cov @ keep.transpose(0, 2, 1) + gain @ noise @ gain.transpose(0, 2, 1)


def held(areas, place):
    """The share of the places that lie in their 95 % ellipses."""
    away = ecef_to_enu(place, areas.lat_deg, areas.lon_deg, 0.0)[:, :2]
    return np.mean(np.einsum("ki,kij,kj->k", away, np.linalg.inv(areas.cov_m2), away) < EDGE_2)


@pytest.mark.slow
def test_the_ellipses_hold_what_they_promise():
    """1,000 flights of 200 to 1,300 km, after 4 and 20 plots of one radar."""
    random = generator(7, "ellipses")
    truth, place_m, since_s = launched(random)
    fly(truth, PERIOD_S, random)
    first = plots(truth, random)
    fly(truth, PERIOD_S, random)
    state, cov = begun(first, plots(truth, random))
    for count in range(3, 21):
        fly(truth, PERIOD_S, random)
        state, cov = follow(state, cov, plots(truth, random))
        if count in (4, 20):
            packed = cov[:, ROW, COLUMN]
            ahead, (down_m, down_s) = impact(state, packed), fallen(truth, random)
            assert PROMISE[0] < held(ahead, down_m) < PROMISE[1], count
            in_time = np.abs(down_s - ahead.after_s) < 1.96 * ahead.sigma_s
            assert PROMISE[0] < np.mean(in_time) < PROMISE[1], count
    error = state - truth
    nees = np.einsum("ki,kij,kj->k", error, np.linalg.inv(cov), error)
    assert 6.5 < nees.mean() < 7.5
    behind = launch(state, packed)
    assert PROMISE[0] < held(behind, place_m) < PROMISE[1]
    in_time = np.abs(since_s - 20.0 * PERIOD_S - behind.after_s) < 1.96 * behind.sigma_s
    assert in_time.mean() > PROMISE[0]


def test_what_is_known_exactly_falls_where_its_path_ends():
    state = body()[None]
    areas = impact(state, np.zeros((1, 28)), 250.0, Ballistic(noise_q=0.0, rough_q=0.0, drift=0.0))
    after_s = ballistic.fall(state, False, np.array([250.0]), 3_600.0, PATH)
    lat, lon, _ = ecef_to_geodetic(state[0, :3])
    assert (areas.lat_deg[0], areas.lon_deg[0]) == pytest.approx((lat, lon), abs=1e-6)
    assert areas.after_s == pytest.approx(after_s, abs=1e-3)
    assert areas.ellipses(0.95)[0] < 1.0


def test_an_ellipse_and_its_ring():
    state, cov = np.stack([body(), body(speed_mps=12_000.0)]), np.zeros((2, 28))
    cov[:, [0, 3, 5, 15, 18, 20, 27]] = np.array([300.0] * 3 + [5.0] * 3 + [0.7]) ** 2
    areas = impact(state, cov)
    major, minor, axis = areas.ellipses(0.95)
    ring = areas.rings(0.95)
    assert np.isnan(major[1])
    assert np.isnan(ring[1]).all()
    assert np.array_equal(ring[0, 0], ring[0, -1])
    edge = geodetic_to_ecef(ring[0, :, 1], ring[0, :, 0], 0.0)
    away = ecef_to_enu(edge, areas.lat_deg[0], areas.lon_deg[0], 0.0)[:, :2]
    inverse = np.linalg.inv(areas.cov_m2[0])
    assert np.einsum("ki,ij,kj->k", away, inverse, away) == pytest.approx(EDGE_2, rel=1e-3)
    # Anticlockwise, as RFC 7946 asks.
    assert np.sum(ring[0, :-1, 0] * ring[0, 1:, 1] - ring[0, 1:, 0] * ring[0, :-1, 1]) > 0.0
    tip = aer_to_enu(axis[0], 0.0, major[0])[:2]
    assert np.linalg.norm(tip - away, axis=1).min() < 10.0
    assert minor[0] < major[0]


def test_a_launch_is_where_thrust_began():
    """The flight is older than its thrust; three accelerations and no other doubt."""
    state = body(speed_mps=2_500.0, elevation_deg=50.0)[None]
    state[0, 6] = 30.0
    begun = state.copy()
    unboost(begun)
    state[0, :3] *= 1.0 - ecef_to_geodetic(begun[0, :3])[2] / np.linalg.norm(state[0, :3])
    begun = state.copy()
    since_s = unboost(begun)
    state[0, 6] = -np.log(1e5)
    ballistic.move(state, np.array([200.0]), False, PATH)
    known = Ballistic(log_lift=np.log(30.0 - GRAVITY_MPS2), sigma_log_lift=1e-6)
    areas = launch(state, np.zeros((1, 28)), 0.0, known)
    lat, lon, _ = ecef_to_geodetic(begun[0, :3])
    assert (areas.lat_deg[0], areas.lon_deg[0]) == pytest.approx((lat, lon), abs=0.01)
    assert areas.after_s == pytest.approx(since_s - 200.0, abs=1.0)
    assert launch(state, np.zeros((1, 28))).ellipses(0.95)[0] > 5_000.0


def test_nothing_falls_nowhere() -> None:
    assert len(impact(np.empty((0, 7)), np.empty((0, 28))).rings(0.95)) == 0
    assert len(launch(np.empty((0, 7)), np.empty((0, 28))).lat_deg) == 0
