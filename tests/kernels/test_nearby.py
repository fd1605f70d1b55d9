"""Nearby places against all distances, worked out one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.kernels.nearby import associate, find_nearby, sort_blocks
from kizuna.seeds import generator

REACH_M = 1_000.0
ROUNDING_M2 = 1e-6

Edge = tuple[int, int]
"""Place and target."""


def random_pictures(seed, pictures=5, most=30):
    """Places and targets of some pictures, targets in order along the axis."""
    random = generator(seed, "nearby")
    axis = int(random.integers(0, 3))
    place_start = np.concatenate([[0], np.cumsum(random.integers(0, most, pictures))])
    target_start = np.concatenate([[0], np.cumsum(random.integers(0, most, pictures))])
    place = random.uniform(-2_000.0, 2_000.0, (place_start[-1], 3))
    target = random.uniform(-2_000.0, 2_000.0, (target_start[-1], 3))
    target = target[sort_blocks(np.ascontiguousarray(target[:, axis]), target_start)]
    return place, place_start, target, target_start, axis


def edges_of(edge_start, edge_target) -> list[Edge]:
    owner = np.repeat(np.arange(len(edge_start) - 1), np.diff(edge_start))
    return sorted(zip(owner.tolist(), edge_target.tolist(), strict=True))


@given(st.integers(0, 10_000))
def test_every_pair_within_reach_is_found_and_no_other(seed):
    place, place_start, target, target_start, axis = random_pictures(seed)
    expected = [
        (row, other)
        for picture in range(len(place_start) - 1)
        for row in range(place_start[picture], place_start[picture + 1])
        for other in range(target_start[picture], target_start[picture + 1])
        if np.linalg.norm(place[row] - target[other]) < REACH_M
    ]
    edge_start, edge_target, squared = find_nearby(place, place_start, target, target_start, axis, REACH_M)
    assert edges_of(edge_start, edge_target) == expected
    owner = np.repeat(np.arange(len(place)), np.diff(edge_start))
    distances = ((place[owner] - target[edge_target]) ** 2).sum(axis=1)
    assert squared == pytest.approx(distances, abs=ROUNDING_M2)


def test_more_edges_than_places_fit():
    place, target = np.zeros((3, 3)), np.zeros((100, 3))
    start, found, squared = find_nearby(place, np.array([0, 3]), target, np.array([0, 100]), 1, REACH_M)
    assert start.tolist() == [0, 100, 200, 300]
    assert found.tolist() == [*range(100)] * 3
    assert not squared.any()


def test_the_reach_itself_is_too_far():
    place = np.zeros((1, 3))
    target = np.array([[-1_000.0, 0.0, 0.0], [-999.5, 0.0, 0.0], [999.5, 0.0, 0.0], [1_000.0, 0.0, 0.0]])
    found = find_nearby(place, np.array([0, 1]), target, np.array([0, 4]), 0, REACH_M)[1]
    assert found.tolist() == [1, 2]


def test_nothing_is_near_nothing():
    none = np.zeros((0, 3))
    start, found, squared = find_nearby(none, np.array([0, 0]), none, np.array([0, 0]), 0, REACH_M)
    assert (start.tolist(), len(found), len(squared)) == ([0], 0, 0)


def test_each_block_is_sorted_alone_and_ties_keep_their_order():
    value = np.array([3.0, 1.0, 2.0, 5.0, 4.0, 4.0, 0.0])
    assert sort_blocks(value, np.array([0, 3, 3, 7])).tolist() == [1, 2, 0, 6, 4, 5, 3]


def test_a_place_belongs_to_what_it_was_assigned_else_to_the_nearest():
    edge_start = np.array([0, 2, 4, 6, 6])
    edge_target = np.array([0, 1, 0, 1, 1, 0])
    squared = np.array([400.0, 100.0, 900.0, 1_600.0, 25.0, 36.0])
    target, distance = associate(edge_start, edge_target, squared, np.array([0, -1, -1, -1]))
    assert target.tolist() == [0, 0, 1, -1]
    assert distance == pytest.approx([20.0, 30.0, 5.0, np.nan], nan_ok=True)
