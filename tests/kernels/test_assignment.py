"""Sparse assignment against scipy's dense solver, which gets one private column for each row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from kizuna.kernels.assignment import assign
from kizuna.seeds import generator


def sparse(matrix):
    """CSR edges of the finite entries of a dense matrix."""
    rows, columns = np.nonzero(np.isfinite(matrix))
    row_start = np.searchsorted(rows, np.arange(matrix.shape[0] + 1))
    return row_start, columns.astype(np.int64), matrix[rows, columns]


def total(matrix, column_of):
    rows = np.flatnonzero(column_of >= 0)
    return matrix[rows, column_of[rows]].sum()


def least(matrix):
    """The least total cost: scipy on the matrix with one private column of cost 0 for each row."""
    useful = np.where(np.isfinite(matrix), matrix, 0.0)
    padded = np.hstack([np.minimum(useful, 0.0), np.zeros((matrix.shape[0], matrix.shape[0]))])
    rows, columns = linear_sum_assignment(padded)
    return padded[rows, columns].sum()


def check(matrix):
    column_of = assign(*sparse(matrix), matrix.shape[1])
    taken = column_of[column_of >= 0]
    assert column_of.shape == (matrix.shape[0],)
    assert len(set(taken.tolist())) == len(taken)
    rows = np.flatnonzero(column_of >= 0)
    assert (matrix[rows, taken] < 0).all()
    assert total(matrix, column_of) == pytest.approx(least(matrix), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_random_matrices_reach_the_least_cost(seed):
    random = generator(seed, "assignment")
    rows, columns = random.integers(1, 60, 2)
    matrix = random.normal(-0.3, 1.0, (rows, columns))
    matrix[random.random((rows, columns)) > random.choice([0.05, 0.2, 0.6, 1.0])] = np.inf
    check(matrix)


@pytest.mark.parametrize("seed", range(40))
def test_ties_reach_the_least_cost(seed):
    random = generator(seed, "ties")
    rows, columns = random.integers(1, 40, 2)
    matrix = random.integers(-3, 2, (rows, columns)).astype(float)
    matrix[random.random((rows, columns)) > random.choice([0.1, 0.5, 1.0])] = np.inf
    check(matrix)


@settings(deadline=None, max_examples=300)
@given(
    st.integers(0, 7).flatmap(
        lambda rows: st.integers(0, 7).flatmap(
            lambda columns: st.lists(
                st.sampled_from([np.inf, -4.0, -3.0, -2.0, -1.5, -1.0, 0.0, 2.0]),
                min_size=rows * columns,
                max_size=rows * columns,
            ).map(lambda values: np.array(values).reshape(rows, columns))
        )
    )
)
def test_small_matrices_reach_the_least_cost(matrix):
    check(matrix)


def test_many_clusters_in_one_call_are_solved_each():
    random = generator(3, "clusters")
    parts = [random.normal(-1, 1, (random.integers(0, 6), random.integers(0, 6))) for _ in range(300)]
    matrix = np.full((sum(p.shape[0] for p in parts), sum(p.shape[1] for p in parts)), np.inf)
    row = column = 0
    for part in parts:
        matrix[row : row + part.shape[0], column : column + part.shape[1]] = part
        row, column = row + part.shape[0], column + part.shape[1]
    assert total(matrix, assign(*sparse(matrix), matrix.shape[1])) == pytest.approx(
        sum(least(part) for part in parts if part.size)
    )


def test_long_chain_shifts_every_row():
    # Row k may take column k (better) or k + 1; the last row wants column 0, so that all must move one on.
    count = 500
    matrix = np.full((count + 1, count + 1), np.inf)
    for row in range(count):
        matrix[row, row] = -2.0
        matrix[row, row + 1] = -1.999
    matrix[count, 0] = -100.0
    column_of = assign(*sparse(matrix), count + 1)
    assert column_of.tolist() == [*range(1, count + 1), 0]


def test_row_is_left_alone_for_a_better_one():
    matrix = np.array([[-1.0], [-3.0], [-2.0]])
    assert assign(*sparse(matrix), 1).tolist() == [-1, 0, -1]


def test_edges_without_gain_are_not_used():
    matrix = np.array([[0.0, 1.0], [np.nan, -1.0]])
    row_start, column, cost = np.array([0, 2, 4]), np.array([0, 1, 0, 1]), matrix.ravel()
    assert assign(row_start, column, cost, 2).tolist() == [-1, 1]


def test_nothing_to_assign():
    empty = np.zeros(0, dtype=np.int64)
    assert assign(np.zeros(1, dtype=np.int64), empty, np.zeros(0), 0).shape == (0,)
    assert assign(np.zeros(4, dtype=np.int64), empty, np.zeros(0), 2).tolist() == [-1, -1, -1]


def test_the_cheaper_of_two_equal_edges_counts():
    row_start, column = np.array([0, 3, 6]), np.array([0, 1, 0, 0, 0, 1])
    cost = np.array([-1.0, -2.0, -5.0, -4.0, -3.0, -2.5])
    assert assign(row_start, column, cost, 2).tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(10))
def test_duplicated_edges_reach_the_least_cost(seed):
    random = generator(seed, "duplicates")
    matrix = random.integers(-9, 3, (12, 9)).astype(float)
    worse = matrix + random.integers(0, 5, matrix.shape)
    column = np.tile(np.tile(np.arange(9), 2), 12)
    cost = np.hstack([worse, matrix]).ravel()
    column_of = assign(np.arange(13) * 18, column, cost, 9)
    assert total(matrix, column_of) == least(matrix)


def test_same_input_gives_the_same_answer_and_stays_as_it_was():
    random = generator(5, "same")
    matrix = random.integers(-3, 1, (50, 40)).astype(float)
    edges = sparse(matrix)
    before = [array.copy() for array in edges]
    first = assign(*edges, 40)
    assert np.array_equal(first, assign(*edges, 40))
    assert all(np.array_equal(a, b) for a, b in zip(edges, before, strict=True))
