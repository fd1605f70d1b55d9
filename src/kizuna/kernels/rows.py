"""Move the rows of the register of tracks."""

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, CodeN, Float, FloatN, IntN


@njit(cache=True)
def move(
    gone: IntN,
    count: int,
    state: Float,
    cov: Float,
    mode: Float,
    seen: tuple[CodeN, Float],
    identity: IntN,
    numbers: tuple[FloatN, ...],
    counts: tuple[IntN, ...],
    confirmed: BoolN,
) -> None:
    """Move the last rows into the places of rows that leave, in order; one call for all columns.

    Parameters
    ----------
    gone, count
        (K,) rows that leave, ascending, of the first `count`; of those the first `count` - K are left.
    state, cov, mode, seen, identity
        (T, M, 6), (T, M, 21), (T, M), two of (T, K), (T, 2): columns; written.
    numbers, counts
        Any number of columns of shape (T,), of floats and of integers; written.
    confirmed
        (T,); written.
    """
    keep = count - len(gone)
    row, behind = keep, np.searchsorted(gone, keep)
    for hole in gone[:behind]:
        while behind < len(gone) and gone[behind] == row:
            behind += 1
            row += 1
        state[hole] = state[row]
        cov[hole] = cov[row]
        mode[hole] = mode[row]
        seen[0][hole] = seen[0][row]
        seen[1][hole] = seen[1][row]
        identity[hole] = identity[row]
        for column in numbers:
            column[hole] = column[row]
        for integers in counts:
            integers[hole] = integers[row]
        confirmed[hole] = confirmed[row]
        row += 1
