"""The best global hypothesis against enumeration of all of them."""

from itertools import product

import numpy as np
import pytest

from kizuna.kernels import contest, packing
from kizuna.seeds import generator

ROUNDING = 1e-9
EXHAUSTIVE = 1_000_000


def problem(random, trees, leaves, items, most_used=3):
    """Leaves of each tree, with a value and a set of items; the more items, the greater the value."""
    made = []
    for _ in range(trees):
        tree = []
        for _ in range(int(random.integers(1, leaves + 1))):
            used = random.choice(items, int(random.integers(0, min(most_used, items) + 1)), replace=False)
            tree.append((float(random.normal(0.5, 1.0) + 3.0 * len(used)), sorted(used.tolist())))
        made.append(tree)
    return made


def settle(trees, items, most_nodes=EXHAUSTIVE, usual=None, favour=0.0):
    """Chosen leaf of each tree as (value, items), None for none; and the reduced values, tree by tree."""
    flat = [leaf for tree in trees for leaf in tree]
    of = np.repeat(np.arange(len(trees)), [len(tree) for tree in trees])
    value = np.array([leaf[0] for leaf in flat])
    start = np.cumsum([0, *(len(leaf[1]) for leaf in flat)])
    use = np.array([item for leaf in flat for item in leaf[1]], dtype=np.int64)
    usual = np.zeros(len(flat), dtype=np.bool_) if usual is None else usual
    chosen, reduced, clusters = contest.best(of, len(trees), value, usual, favour, start, use, items)
    packing.settle(*clusters, usual, 20, most_nodes, reduced, chosen)
    assert all(c < 0 or of[c] == t for t, c in enumerate(chosen))
    return [flat[c] if c >= 0 else None for c in chosen], np.split(reduced, np.flatnonzero(np.diff(of)) + 1)


def worth(picked):
    """Sum of the values of leaves that share no item; None for ones that do."""
    used = [item for leaf in picked if leaf for item in leaf[1]]
    return sum(leaf[0] for leaf in picked if leaf) if len(set(used)) == len(used) else None


def best(trees):
    """The greatest worth of all hypotheses, each tree with one of its leaves or none."""
    worths = (worth(picked) for picked in product(*[[None, *tree] for tree in trees]))
    return max(each for each in worths if each is not None)


@pytest.mark.parametrize("seed", range(60))
def test_no_hypothesis_is_better(seed):
    random = generator(seed, "packing")
    trees = problem(random, int(random.integers(1, 6)), 5, int(random.integers(1, 8)))
    picked, _ = settle(trees, 8)
    assert worth(picked) == pytest.approx(best(trees), abs=ROUNDING)


@pytest.mark.parametrize("seed", range(20))
def test_ties(seed):
    random = generator(seed, "ties")
    trees = [[(float(round(value)), used) for value, used in tree] for tree in problem(random, 4, 5, 5)]
    assert worth(settle(trees, 5)[0]) == pytest.approx(best(trees), abs=ROUNDING)


@pytest.mark.parametrize("seed", range(20))
def test_what_lies_far_below_is_in_no_good_hypothesis(seed):
    """By the bound: a leaf x below its tree's best, prices paid, costs x less the gap at least."""
    random = generator(seed, "bound")
    trees = problem(random, 4, 4, 6)
    # A leaf of its own for each item tells the item's price.
    trees += [[(-1.0, [item])] for item in range(6)]
    greatest = best(trees[:4])
    _, reduced = settle(trees, 6)
    price = np.array([-1.0 - part[0] for part in reduced[4:]])
    assert (price >= 0.0).all()
    most = [max(part.max(), 0.0) for part in reduced[:4]]
    bound = price.sum() + sum(most)
    assert bound >= greatest - ROUNDING
    for t in range(4):
        for leaf, rest in zip(trees[t], reduced[t], strict=True):
            assert rest == pytest.approx(leaf[0] - price[leaf[1]].sum(), abs=ROUNDING)
            others = [*trees[:t], [leaf], *trees[t + 1 : 4]]
            assert (
                best(others)
                <= max(best([*trees[:t], *trees[t + 1 : 4]]), bound - (most[t] - rest)) + ROUNDING
            )


@pytest.mark.parametrize("seed", range(20))
def test_a_search_cut_short_is_possible_and_no_worse_than_where_it_began(seed):
    random = generator(seed, "short")
    trees = problem(random, 6, 6, 8)
    usual = np.concatenate([np.arange(len(tree)) == 0 for tree in trees])
    trees = [[(tree[0][0], []), *tree[1:]] for tree in trees]
    picked, _ = settle(trees, 8, most_nodes=0, usual=usual)
    assert worth(picked) is not None
    assert worth(picked) >= sum(tree[0][0] for tree in trees) - ROUNDING


def test_clusters_are_apart():
    """Hundreds of small problems at once: what each gives alone."""
    random = generator(1, "apart")
    parts = [problem(random, 3, 4, 4) for _ in range(200)]
    together = [
        [(value, [item + 4 * k for item in used]) for value, used in tree]
        for k, part in enumerate(parts)
        for tree in part
    ]
    picked, _ = settle(together, 800)
    assert worth(picked) == pytest.approx(sum(map(best, parts)), abs=1e-6)


def test_the_hypothesis_so_far_stays_where_others_are_hardly_better():
    trees = [[(5.0, [0]), (4.5, [1])], [(5.0, [1]), (4.5, [0])]]
    so_far = np.array([False, True, False, True])
    assert [leaf[1] for leaf in settle(trees, 2, usual=so_far, favour=0.4)[0]] == [[0], [1]]
    assert [leaf[1] for leaf in settle(trees, 2, usual=so_far, favour=0.6)[0]] == [[1], [0]]
    alone = [[(5.0, [0]), (4.5, [1])]]
    assert [leaf[1] for leaf in settle(alone, 2, usual=so_far[:2], favour=0.6)[0]] == [[0]]
