"""The spatial hash against looking at all pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.kernels import gating
from kizuna.seeds import generator

GATE, CELL_M = 16.0, 24_000.0
MODELS = np.array([[0.2, 0.1, 0.9], [400.0, 5.0, 0.1]])
CENTRE = np.array([4.2e6, 6.6e5, 4.75e6])


def tracks_and_plots(random, count, plots, wide):
    """Tracks (state, cov, mode, time) and plots (place, noise) in a box, some of both very uncertain."""
    state = np.zeros((count, 2, 6))
    state[:, :, :3] = (CENTRE + random.uniform(-2e5, 2e5, (count, 3)))[:, None]
    state[:, :, 3:] = random.normal(0.0, 150.0, (count, 1, 3))
    state[:, 1] += random.normal(0.0, [50.0] * 3 + [5.0] * 3, (count, 6))
    sigma = np.where(random.random(count) < wide, 8e3, 150.0)
    cov = np.zeros((count, 2, 21))
    cov[:, :, [0, 3, 5]] = (sigma**2)[:, None, None]
    cov[:, :, [15, 18, 20]] = 400.0
    mode = np.tile([0.8, 0.2], (count, 1))
    time_s = random.uniform(-9.0, 0.0, count)
    place = CENTRE + random.uniform(-2e5, 2e5, (plots, 3))
    if count:
        near = random.integers(0, count, plots)
        place[::2] = state[near[::2], 0, :3] + random.normal(0.0, 600.0, (len(near[::2]), 3))
    noise = np.zeros((plots, 6))
    noise[:, [0, 3, 5]] = (np.where(random.random(plots) < wide, 5e3, 300.0) ** 2)[:, None]
    return (state, cov, mode, time_s), place, noise


def distance_2(track, t, m, dt, place, noise):
    """Squared Mahalanobis distance of a place from a track after a time under a model, all along one axis."""
    state, cov, _, _ = track
    gap = place - state[t, m, :3] - dt * state[t, m, 3:]
    up = state[t, m, :3] / np.linalg.norm(state[t, m, :3])
    power = MODELS[m, 0] * np.eye(3) + (MODELS[m, 1] - MODELS[m, 0]) * np.outer(up, up)
    total = np.eye(3) * (cov[t, m, 0] + dt * dt * cov[t, m, 15] + noise[0]) + power * abs(dt) ** 3 / 3
    return gap @ np.linalg.solve(total, gap)


def hash_tracks(time_s, slack_s, track):
    """The tracks, hashed by where they are at a time."""
    return gating.hash_places(gating.reaches(time_s, slack_s, GATE, MODELS, *track), CELL_M)


def places(hashed):
    """Places (T, 3) and reaches (T,) of the hashed tracks, by row."""
    spot = hashed[0][np.argsort(hashed[1])]
    return spot[:, :3], spot[:, 3]


@settings(max_examples=40)
@given(seed=st.integers(0, 2**31), count=st.integers(0, 60), wide=st.sampled_from([0.0, 0.1, 0.6]))
def test_no_pair_within_the_gate_is_missed(seed, count, wide):
    """At any time within the slack, under any model."""
    random = generator(seed, "gating")
    track, place, noise = tracks_and_plots(random, count, 40, wide)
    hashed = hash_tracks(1.0, 0.5, track)
    start, found, row = gating.candidates(GATE, CELL_M, place, noise, hashed)
    assert len(start) == len(place) + 1
    assert start[-1] == len(found) == len(row)
    for plot in range(len(place)):
        mine = found[start[plot] : start[plot + 1]]
        assert (row[start[plot] : start[plot + 1]] == plot).all()
        assert len(set(mine.tolist())) == len(mine)
        for t in range(count):
            for time_s in (0.5, 1.0, 1.5):
                dt = time_s - track[3][t]
                if min(distance_2(track, t, m, dt, place[plot], noise[plot]) for m in (0, 1)) <= GATE:
                    assert t in mine


@pytest.mark.parametrize("wide", [0.0, 0.3])
def test_few_pairs_beyond_the_gate_are_found(wide):
    """The hash leaves out what is farther than the two reaches together."""
    random = generator(7, "selective")
    track, place, noise = tracks_and_plots(random, 300, 200, wide)
    hashed = hash_tracks(0.0, 0.0, track)
    start, found, row = gating.candidates(GATE, CELL_M, place, noise, hashed)
    where, reach = places(hashed)
    limit = 4.0 * np.sqrt(noise[:, [0, 3, 5]].sum(axis=1))
    apart = np.linalg.norm(place[:, None] - where[None], axis=2)
    expected = np.argwhere(apart <= limit[:, None] + reach[None])
    pairs = np.column_stack([row, found])
    assert sorted(map(tuple, pairs.tolist())) == sorted(map(tuple, expected.tolist()))
    assert start[-1] == len(expected)


@pytest.mark.parametrize("share", [1.0, 0.7])
def test_neighbours_are_the_pairs_that_nothing_tells_apart(share):
    random = generator(8, "neighbours")
    track, _, _ = tracks_and_plots(random, 80, 0, 0.2)
    identity = np.where(random.random((80, 2)) < 0.3, random.integers(0, 3, (80, 2)), -1)
    seen_s = np.where(random.random((80, 2)) < 0.5, random.uniform(-20.0, 0.0, (80, 2)), -np.inf)
    period_s = np.array([4.0, 10.0])
    hashed = hash_tracks(0.0, 0.0, track)
    seen = (np.where(seen_s > -np.inf, np.arange(2), -1).astype(np.int32), seen_s)
    # Who has not seen a track stands behind those who have.
    late = (seen[0][:, :1] < 0) & (seen[0][:, 1:] >= 0)
    seen = tuple(np.where(late, column[:, ::-1], column) for column in seen)
    parts = [
        gating.neighbours(CELL_M, share, 0.4, period_s, identity, seen, hashed, *part)
        for part in ((0, 30), (30, 80))
    ]
    lower, higher = map(np.concatenate, zip(*parts, strict=True))
    place, reach = places(hashed)
    expected = []
    for a in range(80):
        for b in range(a + 1, 80):
            close = np.linalg.norm(place[a] - place[b]) <= share * (reach[a] + reach[b])
            unlike = ((identity[a] >= 0) & (identity[b] >= 0) & (identity[a] != identity[b])).any()
            with np.errstate(invalid="ignore"):
                together = (np.abs(seen_s[a] - seen_s[b]) < 0.4 * period_s).any()
            if close and not unlike and not together:
                expected.append((a, b))
    assert len(expected) > 5 * share**6
    assert sorted(zip(lower.tolist(), higher.tolist(), strict=True)) == expected


def test_of_twins_the_better_stays():
    state = np.zeros((4, 6))
    state[:, 0] = 6.4e6
    state[1, 0] += 100.0
    state[2, 3] += 100.0
    state[3, 0] += 5e3
    cov = np.zeros((4, 21))
    cov[:, [0, 3, 5]] = 1e4
    cov[:, [15, 18, 20]] = 25.0
    lower, higher = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 2, 3, 2, 3, 3])
    rank = np.array([1.0, 2.0, 3.0, 4.0])
    assert gating.twins(lower, higher, 9.0, rank, state, cov).tolist() == [0]
    assert gating.twins(lower, higher, 9.0, -rank, state, cov).tolist() == [1]
    assert gating.twins(lower, higher, 9.0, np.zeros(4), state, cov).tolist() == [1]


@pytest.mark.parametrize("seed", range(20))
def test_tracks_that_nothing_tells_the_height_of_are_told_apart_by_the_rest(seed):
    """A hundred kilometres uncertain along one axis, turned anyhow, and a metre along the others."""
    random = generator(seed, "no height")
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    wide = turn @ np.diag([1.0, 1.0, 1e10]) @ turn.T
    state, cov = np.zeros((2, 6)), np.zeros((2, 21))
    state[:, :3] = CENTRE
    cov[:, :6] = wide[np.triu_indices(3)]
    cov[:, [15, 18, 20]] = 25.0
    pair, rank = (np.array([0]), np.array([1])), np.array([1.0, 2.0])
    state[1, :3] = CENTRE + 5.0 * turn[:, 0]
    assert gating.twins(*pair, 9.0, rank, state, cov).tolist() == []
    state[1, :3] = CENTRE + 1e5 * turn[:, 2]
    assert gating.twins(*pair, 9.0, rank, state, cov).tolist() == [0]


def test_nothing_at_all():
    """No tracks, no plots."""
    random = generator(9, "nothing")
    track, place, noise = tracks_and_plots(random, 0, 0, 0.0)
    hashed = hash_tracks(0.0, 0.0, track)
    start, found, row = gating.candidates(GATE, CELL_M, place, noise, hashed)
    assert start.tolist() == [0]
    assert len(found) == len(row) == 0


def test_inputs_stay_as_they_are():
    random = generator(10, "inputs")
    track, place, noise = tracks_and_plots(random, 20, 20, 0.2)
    before = [array.copy() for array in (*track, place, noise)]
    hashed = hash_tracks(0.0, 0.0, track)
    gating.candidates(GATE, CELL_M, place, noise, hashed)
    for array, was in zip((*track, place, noise), before, strict=True):
        assert np.array_equal(array, was)
