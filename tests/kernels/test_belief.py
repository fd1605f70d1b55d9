"""Joint probabilities of pairs, against all joint events written out, and what is blended from them."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.kernels import belief
from kizuna.seeds import generator

SETTLED, ROUNDS = 1e-14, 1000
ROUNDING = 1e-9
NEAR = 0.12
"""Of graphs with cycles: belief propagation is near, not exact, and never off by more than this here."""


def pairs_of(weight):
    """Start, column and weight of the pairs, for a matrix of detections by columns; zero is no pair."""
    start = np.concatenate([[0], np.cumsum((weight > 0.0).sum(axis=1))])
    _, column = np.nonzero(weight)
    return start, column, weight[weight > 0.0]


def enumerated(weight):
    """Probability of each pair: each column has one detection or none, each detection one column or none."""
    detections, columns = weight.shape
    found, total = np.zeros_like(weight), 0.0
    for event in product(range(-1, detections), repeat=columns):
        taken = [row for row in event if row >= 0]
        if len(set(taken)) < len(taken):
            continue
        chance = np.prod([weight[row, column] for column, row in enumerate(event) if row >= 0])
        total += chance
        for column, row in enumerate(event):
            if row >= 0:
                found[row, column] += chance
    return found / total


def marginals(weight):
    start, column, each = pairs_of(weight)
    probability, free = belief.marginals(start, column, each, weight.shape[1], SETTLED, ROUNDS)
    made = np.zeros_like(weight)
    made[weight > 0.0] = probability
    return made, free


@pytest.mark.parametrize("seed", range(20))
def test_exact_where_there_is_no_cycle(seed):
    """A chain: detection k is wanted by columns k and k+1 only."""
    random = generator(seed, "chain")
    weight = np.zeros((4, 5))
    for k in range(4):
        weight[k, k], weight[k, k + 1] = 10.0 ** random.uniform(-3, 4, 2)
    assert marginals(weight)[0] == pytest.approx(enumerated(weight), abs=ROUNDING)


@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (1, 5)])
def test_exact_for_one_column_or_one_detection(shape):
    weight = 10.0 ** generator(3, "star").uniform(-3, 4, shape)
    assert marginals(weight)[0] == pytest.approx(enumerated(weight), abs=ROUNDING)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**31), detections=st.integers(1, 4), columns=st.integers(1, 4))
def test_near_where_there_are_cycles_and_never_too_much(seed, detections, columns):
    random = generator(seed, "cycles")
    weight = 10.0 ** random.uniform(-2, 1.5, (detections, columns))
    weight[random.random(weight.shape) < 0.2] = 0.0
    probability, free = marginals(weight)
    assert np.abs(probability - enumerated(weight)).max() < NEAR
    assert (probability.sum(axis=0) <= 1.0 + ROUNDING).all()
    assert ((free > 0.0) & (free <= 1.0)).all()


def test_the_numbering_of_detections_changes_nothing():
    weight = 10.0 ** generator(4, "order").uniform(-2, 2, (5, 4))
    order = np.array([3, 0, 4, 1, 2])
    assert marginals(weight[order])[0] == pytest.approx(marginals(weight)[0][order], abs=ROUNDING)


def test_huge_weights_stay_finite():
    weight = np.array([[1e300, 1e290], [1e280, 1e300]])
    probability, _ = marginals(weight)
    assert probability == pytest.approx(np.eye(2), abs=1e-6)


def test_sums():
    assert belief.sums(np.array([1, 0, 1]), np.array([2.0, 3.0, 4.0]), 3).tolist() == [3.0, 6.0, 0.0]


def test_a_blend_has_the_mean_and_the_spread_of_its_parts():
    """Two detections of one column, brought to one time by the track's velocity; another column has one."""
    place_m = np.array([[1e6, 0.0, 0.0], [1e6 + 120.0, 60.0, 0.0], [2e6, 0.0, 0.0]])
    cov_m2 = np.array([[100.0, 0.0, 0.0, 100.0, 0.0, 100.0]] * 2 + [[9.0, 1.0, 2.0, 8.0, 3.0, 7.0]])
    time_s = np.array([10.0, 11.0, 10.5])
    state = np.zeros((2, 1, 6))
    state[0, 0, 3] = 100.0
    column, likeliest, trust, when_s, mean_m, spread_m2 = belief.blend(
        np.array([0, 1, 2]),
        np.array([0, 1, 2]),
        np.array([0, 0, 1]),
        np.array([0.2, 0.6, 0.5]),
        time_s,
        np.array([0, 1, 2]),
        place_m,
        cov_m2,
        np.array([0, 1]),
        state,
        np.ones((2, 1)),
    )
    assert column.tolist() == [0, 1]
    assert likeliest.tolist() == [1, 2]
    assert trust == pytest.approx([0.8, 0.5])
    assert when_s == pytest.approx([10.75, 10.5])
    moved = place_m[:2] + np.array([[75.0, 0.0, 0.0], [-25.0, 0.0, 0.0]])
    mean = np.array([0.25, 0.75]) @ moved
    away = moved - mean
    expected = 100.0 * np.eye(3) + np.einsum("n,ni,nj->ij", [0.25, 0.75], away, away)
    assert mean_m[0] == pytest.approx(mean)
    assert spread_m2[0] == pytest.approx(expected[np.triu_indices(3)])
    assert mean_m[1].tolist() == place_m[2].tolist()
    assert spread_m2[1].tolist() == cov_m2[2].tolist()
