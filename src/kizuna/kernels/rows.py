"""Move the rows of the register of tracks."""

from numba import njit

from kizuna.shapes import BoolN, CodeN, Float, FloatN, IntN


@njit(cache=True)
def move(
    holes: IntN,
    tail: IntN,
    state: Float,
    cov: Float,
    mode: Float,
    seen: tuple[CodeN, Float],
    identity: IntN,
    numbers: tuple[FloatN, ...],
    number: IntN,
    confirmed: BoolN,
) -> None:
    """Move rows into the places of rows that leave; one call for all columns.

    Parameters
    ----------
    holes, tail
        (K,) rows to fill and (K,) rows to move there.
    state, cov, mode, seen, identity
        (T, M, 6), (T, M, 21), (T, M), two of (T, K), (T, 2): columns; the holes are written.
    numbers
        Any number of columns of shape (T,); written.
    number, confirmed
        (T,) and (T,); written.
    """
    for i in range(len(holes)):
        hole, row = holes[i], tail[i]
        state[hole] = state[row]
        cov[hole] = cov[row]
        mode[hole] = mode[row]
        seen[0][hole] = seen[0][row]
        seen[1][hole] = seen[1][row]
        identity[hole] = identity[row]
        for column in numbers:
            column[hole] = column[row]
        number[hole] = number[row]
        confirmed[hole] = confirmed[row]
