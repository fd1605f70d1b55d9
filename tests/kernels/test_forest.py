"""Trees of hypotheses grow by all combinations, and lose what is decided."""

from itertools import product

import numpy as np
import pytest

from kizuna.kernels import forest
from kizuna.seeds import generator

ROUNDING = 1e-12
NOTHING = np.empty(0, dtype=np.int64)


def ints(*values):
    return np.array(values, dtype=np.int64)


def uses(lists):
    """First use of each, and all uses."""
    return np.cumsum([0, *map(len, lists)]), np.array(
        [item for each in lists for item in each], dtype=np.int64
    )


def grow(pairs, sensor, leaves, most=1_000, old=None, first=100):
    """Children as (leaf, detections, total) of leaves 0 to n, with pairs {(row, leaf): merit}."""
    old = old or [[] for _ in range(leaves)]
    rows = [[leaf for row_, leaf in sorted(pairs) if row_ == row] for row in range(len(sensor))]
    merit = np.array([pairs[row, leaf] for row in range(len(sensor)) for leaf in rows[row]])
    start, use = uses(old)
    pair_start, leaf = uses(rows)
    total = np.arange(leaves, dtype=np.float64)
    parent, total, start, use, gain, pair = forest.grow(
        total, start, use, np.ones(len(use)), pair_start, leaf, merit, ints(*sensor), first, most
    )
    for child in range(len(parent)):
        new = slice(start[child] + len(old[parent[child]]), start[child + 1])
        assert total[child] - parent[child] == pytest.approx(gain[new].sum())
        assert (leaf[pair[new]] == parent[child]).all()
        assert (merit[pair[new]] == gain[new]).all()
    return [
        (int(parent[n]), tuple(use[start[n] : start[n + 1]].tolist()), float(total[n]))
        for n in range(len(parent))
    ]


@pytest.mark.parametrize("seed", range(20))
def test_children_are_all_combinations_of_one_detection_or_none_from_each_sensor(seed):
    random = generator(seed, "grow")
    sensor = random.integers(0, 3, 6).tolist()
    pairs = {
        (row, leaf): float(random.normal(3.0, 1.0))
        for row, leaf in product(range(6), range(3))
        if random.random() < 0.5
    }
    expected = []
    for leaf in range(3):
        mine = [
            [None, *(row for row in range(6) if (row, leaf) in pairs and sensor[row] == s)] for s in range(3)
        ]
        for picked in product(*mine):
            rows = sorted(row for row in picked if row is not None)
            total = leaf + sum(pairs[row, leaf] for row in rows)
            expected.append((leaf, tuple(100 + row for row in rows), pytest.approx(total, abs=ROUNDING)))
    made = grow(pairs, sensor, 3)
    assert sorted(made, key=lambda each: each[:2]) == sorted(expected, key=lambda each: each[:2])


def test_children_remember_what_their_parent_used():
    assert grow({(0, 1): 2.0}, [0], 2, old=[[7], [8, 9]]) == [
        (0, (7,), 0.0),
        (1, (8, 9), 1.0),
        (1, (8, 9, 100), 3.0),
    ]


def test_too_many_children_lose_the_least_merits():
    pairs = {(row, 0): 5.0 + row for row in range(4)}
    made = grow(pairs, [0, 1, 2, 3], 1, most=4)
    assert {each[1] for each in made} == {(), (102,), (103,), (102, 103)}


def prune(tree, reduced, chosen, used, horizon=0, ratio=10.0, most=100):
    start, use = uses(used)
    items = int(use.max(initial=-1)) + 1
    kept, lead, left_start, left, decided = forest.prune(
        ints(*tree), np.array(reduced), ints(*chosen), start, use, items, horizon, ratio, most
    )
    undecided = [use[left[left_start[k] : left_start[k + 1]]].tolist() for k in range(len(kept))]
    return kept.tolist(), lead.tolist(), undecided, decided.tolist()


def test_leaves_that_used_something_else_before_the_horizon_go():
    used = [[0, 2], [1, 2], [0, 3], [0]]
    kept, lead, undecided, decided = prune([0, 0, 0, 0], [3.0, 2.9, 2.0, 1.0], [0], used, horizon=2)
    assert (kept, lead, undecided, decided) == ([0, 2, 3], [0], [[2], [3], []], [0])


def test_what_one_tree_was_given_before_the_horizon_no_other_may_have():
    used = [[0, 2], [0, 3], [1, 3]]
    kept, lead, undecided, _ = prune([0, 1, 1], [3.0, 2.0, 1.0], [0, 2], used, horizon=2)
    assert (kept, lead, undecided) == ([0, 2], [0, 1], [[], []])


def test_a_tree_that_is_not_needed_ends_when_all_that_it_used_is_decided_to_be_others():
    used = [[0, 2], [0, 3]]
    assert prune([0, 1], [3.0, 2.0], [0, -1], used, horizon=2)[:2] == ([0], [0, -1])
    assert prune([0, 1], [3.0, 2.0], [0, -1], used)[:2] == ([0, 1], [0, 1])


def test_what_only_one_tree_uses_and_all_its_leaves_is_decided_at_once():
    used = [[0, 1, 2], [0, 2], [3, 4], [2, 3]]
    _, _, undecided, decided = prune([0, 0, 1, 1], [2.0, 1.0, 2.0, 1.0], [0, 2], used)
    assert undecided == [[1, 2], [2], [4], [2]]
    assert decided[0] == 0
    assert decided[1] == 3


def test_unlikely_leaves_go_and_never_the_chosen_one():
    reduced = [20.0, 9.0, 11.0, 19.0]
    used = [[0], [1], [2], [3]]
    assert prune([0] * 4, reduced, [1], used)[0] == [0, 1, 2, 3]
    assert prune([0] * 4, reduced, [1], used, ratio=5.0)[0] == [0, 1, 3]
    assert prune([0] * 4, reduced, [1], used, most=2)[0] == [0, 1]


def test_what_is_decided_counts_from_nothing_to_the_ceiling():
    total = np.array([30.0, 28.0, 1.0])
    start, gain = ints(0, 1, 2, 2), np.array([4.0, 3.0])
    forest.settle(ints(0, 0, 1), ints(0, 2), start, gain, np.array([2.0, 3.0]), 11.5, total)
    assert total.tolist() == [15.5, 13.5, 0.0]
    forest.settle(ints(0, 0, 1), ints(0, 2), start, gain, np.array([2.0, 3.0]), 11.5, total)
    assert total.tolist() == [13.5, 11.5, 0.0]


def test_a_merit_that_was_too_low_is_made_good():
    """Of a detection that is decided too, which counts in the total alone."""
    total, gain = np.array([5.0, 6.0]), np.array([2.0, 3.0, 4.0])
    forest.credit(ints(0, 1), ints(8, 9), np.array([0.5, 0.25]), ints(0, 2, 3), ints(7, 8, 7), gain, total)
    assert total.tolist() == [5.5, 6.25]
    assert gain.tolist() == [2.0, 3.5, 4.0]
