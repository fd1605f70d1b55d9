"""Fields: what it costs at least to come from every cell of a map to the nearest goal."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kizuna.shapes import IntN

STEPS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""The eight neighbours of a cell: rows and columns away; the opposite of step k is step (k + 4) % 8."""


@njit(cache=True)
def _push(keys: NDArray[np.float32], cells: IntN, size: int, key: np.float32, cell: int) -> None:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], cells[at] = keys[above], cells[above]
        at = above
    keys[at], cells[at] = key, cell


@njit(cache=True)
def _pop(keys: NDArray[np.float32], cells: IntN, size: int) -> None:
    """Take the least out of a heap of `size`; what is left stands in the first size - 1."""
    key, cell = keys[size - 1], cells[size - 1]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size - 1:
            break
        if below + 1 < size - 1 and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], cells[at] = keys[below], cells[below]
        at = below
    keys[at], cells[at] = key, cell


@njit(cache=True)
def least_costs(
    cost: NDArray[np.float32], also: NDArray[np.float32], goals: IntN
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Least sum of costs along any way of eight-neighbour steps from each cell to a goal: (R, C); inf: none.

    Dijkstra's algorithm from the goals backwards. With it comes the sum of a second cost along the same way,
    (R, C), which need not be the least of that.

    Parameters
    ----------
    cost
        (8, R, C) what leaving a cell by each of `STEPS` costs, 0 or more; inf where that isn't allowed.
    also
        (8, R, C) the second cost of each step.
    goals
        (G,) cells to come to, as row × C + column.
    """
    _, rows, columns = cost.shape
    best = np.full((rows, columns), np.inf, dtype=np.float32)
    second = np.full((rows, columns), np.inf, dtype=np.float32)
    flat = best.reshape(-1)
    done = np.zeros(rows * columns, dtype=np.bool_)
    room = 8 * rows * columns + goals.shape[0] + 1
    keys, cells = np.empty(room, dtype=np.float32), np.empty(room, dtype=np.int64)
    size = 0
    for goal in goals:
        flat[goal] = np.float32(0.0)
        second.reshape(-1)[goal] = np.float32(0.0)
        _push(keys, cells, size, np.float32(0.0), goal)
        size += 1
    while size > 0:
        cell = cells[0]
        _pop(keys, cells, size)
        size -= 1
        if done[cell]:
            continue
        done[cell] = True
        row, column = cell // columns, cell % columns
        for k in range(8):
            # The way from the neighbour to here is the neighbour's opposite step.
            r, c = row + STEPS[k][0], column + STEPS[k][1]
            if r < 0 or r >= rows or c < 0 or c >= columns:
                continue
            total = flat[cell] + cost[(k + 4) % 8, r, c]
            if total < best[r, c]:
                best[r, c] = total
                second[r, c] = second[row, column] + also[(k + 4) % 8, r, c]
                _push(keys, cells, size, total, r * columns + c)
                size += 1
    return best, second
