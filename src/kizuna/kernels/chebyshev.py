"""Chebyshev: many values and rates of functions that are stored as series of Chebyshev polynomials."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kizuna.shapes import FloatN


@njit(cache=True, error_model="numpy")
def evaluate(
    coefficients: NDArray[np.float64], first_s: float, step_s: float, time_s: FloatN
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values and rates of C functions at N times, by Clenshaw's recurrence.

    Record r holds on first_s + r step_s to first_s + (r + 1) step_s. A time outside all records gives NaN;
    the last record holds at its end too.

    Parameters
    ----------
    coefficients
        (R, C, D): of record r and function c, those of T₀ to T of degree D - 1, in the unit of the value.
    first_s, step_s
        Where the first record begins and how long each is, s.
    time_s
        (N,) on the same time scale.

    Returns
    -------
    tuple
        value (N, C), and rate (N, C) in units of the value per second.

    Notes
    -----
    Source: Clenshaw, A note on the summation of Chebyshev series, Math. Comp. 9 (1955); the rate is the
    recurrence differentiated term by term.
    """
    records, functions, terms = coefficients.shape
    value = np.full((time_s.shape[0], functions), np.nan)
    rate = np.full((time_s.shape[0], functions), np.nan)
    for row in range(time_s.shape[0]):
        since = (time_s[row] - first_s) / step_s
        if not 0.0 <= since <= records:
            continue
        record = min(int(since), records - 1)
        x = 2.0 * (since - record) - 1.0
        for function in range(functions):
            b1 = b2 = d1 = d2 = 0.0
            for term in range(terms - 1, 0, -1):
                # d is the derivative of b, so that it needs the b of the step before.
                d1, d2 = 2.0 * (b1 + x * d1) - d2, d1
                b1, b2 = 2.0 * x * b1 - b2 + coefficients[record, function, term], b1
            value[row, function] = x * b1 - b2 + coefficients[record, function, 0]
            rate[row, function] = (b1 + x * d1 - d2) * 2.0 / step_s
    return value, rate
