"""Tracks of one object find each other, under bias and beside neighbours; one tracker's never do."""

import numpy as np
import pytest

from kizuna.fusion.combine import Estimates
from kizuna.fusion.correlate import Bias, pair

RNG = np.random.Generator(np.random.PCG64(5))
MIDDLE_M = np.array([4.0e6, 3.0e6, 3.9e6])
SIGMA = np.array([60.0] * 3 + [3.0] * 3)
NONE = Bias(0.0, 0.0)


def estimates(states: np.ndarray) -> Estimates:
    """Tracks with these states near the middle, each as certain as the next."""
    state = states + np.concatenate([MIDDLE_M, np.zeros(3)])
    return Estimates(state, np.repeat(np.diag(SIGMA**2)[None], len(states), axis=0), np.zeros(len(states)))


def found(states: np.ndarray, bits: list[int], identity: list[int] | None = None, bias: Bias = NONE) -> set:
    """Pairs, each as a set of two rows."""
    identities = np.full(len(states), -1) if identity is None else np.array(identity)
    one, other = pair(estimates(states), np.array(bits, dtype=np.int64), identities, bias)
    return {frozenset(rows) for rows in zip(one.tolist(), other.tolist(), strict=True)}


def test_two_trackers_tracks_of_many_objects_find_each_other():
    """Objects 1.5 km apart, errors of 60 m: all 100 pairs, and no other."""
    grid = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2)
    objects = np.zeros((100, 6))
    objects[:, :2] = 1500.0 * grid
    both = np.concatenate([objects, objects]) + SIGMA * RNG.standard_normal((200, 6))
    pairs = found(both, [1] * 100 + [2] * 100)
    assert pairs == {frozenset((row, row + 100)) for row in range(100)}


def test_close_neighbours_are_assigned_together():
    """The nearest track of both is the same one; only the best sum gives each its own."""
    states = np.zeros((4, 6))
    states[:, 0] = [0.0, 200.0, 110.0, 310.0]
    assert found(states, [1, 1, 2, 2]) == {frozenset((0, 2)), frozenset((1, 3))}


def test_a_bias_within_what_is_allowed_does_not_hide_a_pair():
    states = np.zeros((2, 6))
    states[1, :3] = [300.0, 300.0, 0.0]
    assert found(states, [1, 2]) == set()
    assert found(states, [1, 2], bias=Bias(150.0, 0.0)) == {frozenset((0, 1))}


def test_one_tracker_tells_its_own_tracks_apart():
    assert found(np.zeros((2, 6)), [1, 1]) == set()
    assert found(np.zeros((2, 6)), [1 | 4, 2 | 4]) == set()
    assert found(np.zeros((2, 6)), [1 | 4, 2 | 8]) == {frozenset((0, 1))}


@pytest.mark.parametrize(
    ("identity", "one"), [([7, 7], True), ([7, 8], False), ([7, -1], True), ([-1, -1], True)]
)
def test_identities_that_differ_are_two_objects(identity, one):
    assert bool(found(np.zeros((2, 6)), [1, 2], identity)) == one


def test_tracks_of_three_trackers_pair_two_by_two_and_then_all():
    """A pair a call; a second call with what the first has joined takes the third in."""
    states = np.zeros((3, 6))
    first = found(states, [1, 2, 4])
    assert len(first) == 1
    assert found(states[:2], [3, 4]) == {frozenset((0, 1))}


def test_nothing_pairs_with_nothing():
    assert found(np.zeros((0, 6)), []) == set()
    assert found(np.zeros((1, 6)), [1]) == set()
