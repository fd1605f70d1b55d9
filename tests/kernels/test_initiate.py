"""Where tracks begin, against a plain search among all new tracks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.test_kalman import MODELS, pack3, unpack

from kizuna.kernels import initiate
from kizuna.seeds import generator

GATE, SIGMA_MPS = 16.0, (200.0, 10.0)
CENTRE = np.array([4.2e6, 6.6e5, 4.75e6])


def plots(random, objects, sensors, scatter_m):
    """Plots of objects by several sensors within a second, in order of time; also the objects behind them."""
    truth = CENTRE + random.uniform(-1e5, 1e5, (objects, 3))
    cause = np.tile(np.arange(objects), sensors)
    sensor = np.repeat(np.arange(sensors), objects)
    order = random.permutation(len(cause))
    cause, sensor = cause[order], sensor[order]
    sigma = scatter_m * random.uniform(0.5, 2.0, len(cause))
    place = truth[cause] + random.normal(size=(len(cause), 3)) * sigma[:, None]
    noise = np.zeros((len(cause), 6))
    noise[:, [0, 3, 5]] = (sigma**2)[:, None]
    return np.sort(random.random(len(cause))), sensor, place, noise, cause


def begin(time_s, sensor, place, noise, identity=None):
    """Call the kernel on all plots."""
    count = len(time_s)
    identity = np.full(count, -1) if identity is None else identity
    tracks = np.zeros((count, 2, 6)), np.zeros((count, 2, 21)), np.zeros((count, 2)), np.zeros(count)
    joined, begun_by = np.zeros(count, dtype=bool), np.full(count, -1)
    track, log = np.full(count, -1), np.zeros(count)
    rows = np.arange(count)
    made = initiate.begin(
        rows,
        sensor,
        time_s,
        place,
        noise,
        identity,
        SIGMA_MPS,
        GATE,
        0,
        MODELS,
        *tracks,
        joined,
        begun_by,
        track,
        log,
    )
    return made, tracks, joined, begun_by, track, log


def plainly(time_s, sensor, place, noise):
    """The same by looking at every new track: which track each plot belongs to."""
    mean, cov, begun, track = [], [], [], []
    for row in range(len(time_s)):
        r = np.zeros((3, 3))
        r[np.triu_indices(3)] = noise[row]
        r = np.triu(r) + np.triu(r, 1).T
        best, chosen = GATE, -1
        for t in range(len(mean)):
            if sensor[begun[t]] == sensor[row]:
                continue
            prior = cov[t] + np.eye(3) * (SIGMA_MPS[0] * (time_s[row] - time_s[begun[t]])) ** 2
            gap = place[row] - mean[t]
            distance = gap @ np.linalg.solve(prior + r, gap)
            if distance < best:
                best, chosen = distance, t
        if chosen < 0:
            mean.append(place[row])
            cov.append(r)
            begun.append(row)
            chosen = len(mean) - 1
        else:
            prior = cov[chosen] + np.eye(3) * (SIGMA_MPS[0] * (time_s[row] - time_s[begun[chosen]])) ** 2
            gain = prior @ np.linalg.inv(prior + r)
            mean[chosen] = mean[chosen] + gain @ (place[row] - mean[chosen])
            cov[chosen] = prior - gain @ prior
        track.append(chosen)
    return np.array(track), np.array(mean), np.array(cov)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**31),
    objects=st.integers(1, 25),
    sensors=st.integers(1, 4),
    scatter_m=st.sampled_from([50.0, 500.0, 5_000.0]),
)
def test_the_hash_finds_what_a_plain_search_finds(seed, objects, sensors, scatter_m):
    random = generator(seed, "begin")
    time_s, sensor, place, noise, _ = plots(random, objects, sensors, scatter_m)
    made, tracks, joined, begun_by, track, _ = begin(time_s, sensor, place, noise)
    expected, mean, cov = plainly(time_s, sensor, place, noise)
    assert track.tolist() == expected.tolist()
    assert made == len(mean)
    assert joined.sum() == len(time_s) - made
    assert tracks[0][:made, 0, :3] == pytest.approx(mean, rel=1e-9)
    for t in range(made):
        assert unpack(tracks[1][t, 0])[:3, :3] == pytest.approx(cov[t], rel=1e-6, abs=1e-6)
        assert track[begun_by[t]] == t


def test_one_track_for_an_object_that_three_radars_see():
    random = generator(1, "one")
    time_s, sensor, place, noise, cause = plots(random, 40, 3, 50.0)
    made, _, _, _, track, _ = begin(time_s, sensor, place, noise)
    assert made == 40
    for k in range(40):
        assert len(set(track[cause == k].tolist())) == 1


def test_unlike_identities_stay_apart():
    place = np.tile(CENTRE, (2, 1))
    noise = np.tile(pack3(1e4 * np.eye(3)), (2, 1))
    given = np.array([0.0, 0.5]), np.array([0, 1]), place, noise
    assert begin(*given)[0] == 1
    assert begin(*given, np.array([4, 4]))[0] == 1
    assert begin(*given, np.array([4, 5]))[0] == 2


def test_a_new_track_knows_no_velocity():
    """The velocity's covariance is the prior's, level and upright; a joining plot leaves it alone."""
    place = np.tile(CENTRE, (2, 1))
    noise = np.tile(pack3(1e4 * np.eye(3)), (2, 1))
    _, (state, cov, mode, time_s), _, _, _, log = begin(np.array([0.0, 0.5]), np.array([0, 1]), place, noise)
    up = CENTRE / np.linalg.norm(CENTRE)
    for m in range(2):
        full = unpack(cov[0, m])
        assert up @ full[3:, 3:] @ up == pytest.approx(100.0)
        assert np.trace(full[3:, 3:]) == pytest.approx(100.0 + 2 * 4e4)
        assert (full[:3, 3:] == 0.0).all()
        assert (state[0, m, 3:] == 0.0).all()
    assert mode[0] == pytest.approx(MODELS[:, 2])
    assert time_s[0] == 0.5
    spread = np.eye(3) * (2e4 + 100.0**2)
    assert log[1] == pytest.approx(-0.5 * np.linalg.slogdet(2 * np.pi * spread)[1])


def test_a_range_rate_tells_the_velocity_along_the_line_of_sight():
    place, site = CENTRE[None], CENTRE[None] - np.array([[3e4, 4e4, 0.0]])
    made = begin(np.zeros(1), np.zeros(1, dtype=int), place, pack3(1e4 * np.eye(3))[None])
    state, cov, _, _ = made[1]
    prior = unpack(cov[0, 0])[3:, 3:]
    initiate.hear_rates(
        np.array([0]),
        np.array([0]),
        np.array([-150.0]),
        np.array([0]),
        site,
        np.array([2.0]),
        state,
        cov,
    )
    u = np.array([0.6, 0.8, 0.0])
    gain = prior @ u / (u @ prior @ u + 4.0)
    for m in range(2):
        assert state[0, m, 3:] == pytest.approx(-150.0 * gain)
        assert unpack(cov[0, m])[3:, 3:] == pytest.approx(prior - np.outer(gain, prior @ u), abs=1e-6)


def test_nothing_begins_from_nothing():
    none = np.empty(0)
    assert begin(none, np.empty(0, dtype=int), np.empty((0, 3)), np.empty((0, 6)))[0] == 0
