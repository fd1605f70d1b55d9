"""Random numbers and random surfaces that have a value at every place, whichever map asks for it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kizuna.shapes import Float, FloatN

_SLOPE_OF_UNIT_SPLINE: Final = np.sqrt(2.0 / 3.0 * 151.0 / 315.0)
"""Root mean square slope along a line, per coefficient and spacing: ∫B'² = 2/3, ∫B² = 151/315."""


def uniform(key: int, row: NDArray[np.int64], column: NDArray[np.int64]) -> Float:
    """A number in (0, 1) for each pair of whole numbers: (...), (...) -> (...), evenly spread.

    The same key and pair always give the same number, in any order and on any machine.

    Source: the finaliser of SplitMix64 (Steele, Lea and Flood, Fast splittable pseudorandom number
    generators, OOPSLA 2014), once for each of the two numbers.
    """
    mixed = _mix(np.uint64(key % 2**64) + row.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    mixed = _mix(mixed + column.astype(np.uint64) * np.uint64(0xD1B54A32D192ED03))
    return np.asarray(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def normal(key: int, row: NDArray[np.int64], column: NDArray[np.int64]) -> Float:
    """The same, normally distributed with mean 0 and variance 1 (Box and Muller 1958)."""
    length = np.sqrt(-2.0 * np.log(uniform(key, row, column)))
    return np.asarray(length * np.cos(2.0 * np.pi * uniform(key + 1, row, column)))


def spline_surface(key: int, x_m: FloatN, y_m: FloatN, spacing_m: float) -> Float:
    """A random smooth surface with a slope of 1 (root mean square along any line): (C,), (R,) -> (R, C), m.

    Cubic B-splines on a lattice of one spacing, with independent normal coefficients. It lives at wavelengths
    from twice to about eight times the spacing.
    """
    across, first_column, columns = _splines(x_m / spacing_m)
    down, first_row, rows = _splines(y_m / spacing_m)
    lattice = np.meshgrid(first_row + np.arange(rows), first_column + np.arange(columns), indexing="ij")
    coefficients = normal(key, lattice[0], lattice[1]) * (spacing_m / _SLOPE_OF_UNIT_SPLINE)
    surface: Float = down @ (across @ coefficients.T).T
    return surface


def _splines(at: FloatN) -> tuple[sparse.csr_array, int, int]:
    """The four B-splines at each point of a line (N,) in spacings: weights (N, K), first knot, K."""
    knot = np.floor(at).astype(np.int64)
    f = at - knot
    g = 1.0 - f
    weights = np.stack((g**3, 3 * f**3 - 6 * f**2 + 4, 3 * g**3 - 6 * g**2 + 4, f**3), axis=1) / 6.0
    first = int(knot.min()) - 1
    count = int(knot.max()) + 3 - first
    columns = knot[:, None] - 1 - first + np.arange(4)
    rows = np.repeat(np.arange(len(at)), 4)
    matrix = sparse.csr_array((weights.ravel(), (rows, columns.ravel())), shape=(len(at), count))
    return matrix, first, count


def _mix(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit of a 64-bit number over all; the product wraps around."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))
