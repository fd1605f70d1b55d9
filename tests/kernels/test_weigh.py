"""What pairs of detections and tracks cost, and how their columns are numbered."""

import numpy as np
import pytest
from tests.kernels.test_kalman import MODELS, pack, pack3, random_noise, random_track

from kizuna.kernels import kalman, weigh
from kizuna.seeds import generator

WIDE_ROUNDING = 1e-4
"""Variances of 1 and 10¹⁰ m² in one matrix leave six of sixteen digits."""
LOG_SURPLUS = np.array([30.0])
WEIGHTS = np.array([5.0, -8.0])
NO_RATE = np.array([np.nan])
SITE = np.array([[4.2e6, 7.0e5, 4.7e6]])


def one_pair(state, cov, mode, measured, noise, rate=NO_RATE, **changed):
    """Merit of one detection, 3 s after one track's state, or None when the pair is left out."""
    given = {
        "gate": 16.0,
        "seen_s": -np.inf,
        "identity": -1,
        "known": -1,
        "score": 50.0,
        "surplus": LOG_SURPLUS,
        "least": 0.0,
    } | changed
    start, track, merit, log_density, place = weigh.weigh_each(
        np.array([0, 1]),
        np.array([0]),
        given["gate"],
        given["least"],
        MODELS,
        0.05,
        0.4,
        np.array([3.0]),
        np.array([0]),
        measured[None],
        pack3(noise)[None],
        np.array([0]),
        rate,
        np.array([given["identity"]]),
        np.array([1]),
        (SITE, np.array([2.0]), 200.0),
        given["surplus"],
        np.array([10.0]),
        WEIGHTS,
        state[None],
        np.array([[pack(p) for p in cov]]),
        mode[None],
        np.zeros(1),
        np.array([given["score"]]),
        np.array([[-1, given["known"]]]),
        (np.zeros((1, 1), dtype=np.int32), np.array([[given["seen_s"]]])),
    )
    assert start.tolist() == [0, len(merit)]
    assert len(track) == len(log_density) == len(place) == len(merit)
    return merit[0] if len(merit) else None


@pytest.fixture
def pair():
    random = generator(11, "pair")
    state, cov, mode = random_track(random, 2)
    state[1] = state[0]
    cov[1] = cov[0]
    noise = random_noise(random, 200.0)
    return state, cov, mode, state[0, :3] + 3.0 * state[0, 3:] + 100.0, noise


def test_the_merit_is_the_density_that_the_update_finds(pair):
    """When both models share one state, mixing changes nothing, and weighing is exact."""
    state, cov, mode, measured, noise = pair
    log = np.zeros(1)
    kalman.update_each(
        np.array([0]),
        np.array([0]),
        np.array([3.0]),
        measured[None],
        pack3(noise)[None],
        NO_RATE,
        np.array([0]),
        np.ones(1),
        SITE,
        np.array([2.0]),
        200.0,
        MODELS,
        0.05,
        state[None].copy(),
        np.array([[pack(p) for p in cov]]),
        mode[None].copy(),
        np.zeros(1),
        log,
    )
    assert one_pair(*pair) == pytest.approx(log[0] + 30.0, abs=1e-9)


def test_doubt_and_identities_count(pair):
    merit = one_pair(*pair)
    assert one_pair(*pair, score=0.0) == pytest.approx(merit - np.log(2.0), abs=1e-9)
    assert one_pair(*pair, identity=7, known=7) == pytest.approx(merit + 5.0, abs=1e-9)
    assert one_pair(*pair, identity=7, known=8) == pytest.approx(merit - 8.0, abs=1e-9)
    assert one_pair(*pair, identity=7) == pytest.approx(merit, abs=1e-9)


def test_a_range_rate_counts_for_and_against(pair):
    state, _, _, _, _ = pair
    away = state[0, :3] - SITE[0]
    fitting = state[0, 3:] @ away / np.linalg.norm(away)
    assert one_pair(*pair, np.array([fitting])) > one_pair(*pair)
    assert one_pair(*pair, np.array([fitting + 400.0])) is None


def test_pairs_that_do_not_fit_are_left_out(pair):
    state, cov, mode, measured, noise = pair
    assert one_pair(state, cov, mode, measured + 1e5, noise) is None
    assert one_pair(*pair, surplus=np.array([0.0])) is None
    assert one_pair(*pair, surplus=np.array([0.0]), least=-40.0) < 0.0
    assert one_pair(*pair, seen_s=2.0) is None
    assert one_pair(*pair, seen_s=-2.0) is not None


def test_columns_are_tracks_as_sensors_see_them():
    random = generator(12, "columns")
    counts = random.integers(0, 5, 200)
    start = np.concatenate([[0], np.cumsum(counts)])
    track, sensor = random.integers(0, 40, start[-1]), random.integers(0, 6, 200)
    column, seen_track = weigh.columns(start, track, sensor)
    of_pair = np.repeat(sensor, counts)
    names = {}
    for pair, number in enumerate(column.tolist()):
        assert names.setdefault((track[pair], of_pair[pair]), number) == number
    assert sorted(names.values()) == list(range(len(seen_track)))
    assert all(seen_track[number] == name[0] for name, number in names.items())


@pytest.mark.parametrize("seed", range(5))
def test_noise_far_wider_along_one_axis_is_weighed_right(seed):
    """A metre along two axes and 100 km along the third, turned anyhow; known from the axes themselves."""
    random = generator(seed, "wide")
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    variance = np.array([1.0, 1.0, 1e10])
    state, cov = np.zeros((1, 1, 6)), np.zeros((1, 1, 21))
    state[0, 0] = [4.2e6, 6.6e5, 4.75e6, 0.0, 0.0, 0.0]
    away = random.normal(size=3)
    measured = state[0, 0, :3] + turn @ (away * np.sqrt(variance))
    noise = pack3(turn @ np.diag(variance) @ turn.T)
    weighed = weigh.fit(0.0, 1.0, 1.0, state, cov, 0, 0, measured[None], noise[None], 0)
    updated = kalman.update(state.copy(), cov.copy(), 0, 0, measured[None], noise[None], 0)
    for distance, determinant in (weighed, updated):
        assert distance == pytest.approx(away @ away, rel=WIDE_ROUNDING)
        assert determinant == pytest.approx(1e10, rel=WIDE_ROUNDING)
