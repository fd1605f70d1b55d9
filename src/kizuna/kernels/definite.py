"""Tell covariances from numbers that can't be one."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, FloatNx21

_N = 6


@njit(cache=True, error_model="numpy")
def are_covariances(cov: FloatNx21, least: float, most: float) -> BoolN:
    """Which rows are positive definite, by Cholesky's factors, and of a size that leaves room to calculate.

    Parameters
    ----------
    cov
        (N, 21) upper triangles of 6x6 matrices, row by row, m and m/s.
    least, most
        Bounds of the factors' diagonals and of the standard deviations, m and m/s.

    Returns
    -------
    BoolN
        (N,) whether each row is a covariance.
    """
    made = np.zeros(len(cov), dtype=np.bool_)
    lower = np.zeros((_N, _N))
    for row in range(len(cov)):
        place, good = 0, True
        for j in range(_N):
            for i in range(j, _N):
                value = cov[row, place]
                if i == j and not value <= most * most:
                    good = False
                for k in range(j):
                    value -= lower[i, k] * lower[j, k]
                if i > j:
                    lower[i, j] = value / lower[j, j]
                elif value >= least * least:
                    lower[j, j] = math.sqrt(value)
                else:
                    good = False
                place += 1
            if not good:
                break
        made[row] = good
    return made
