"""Covariances as small whole numbers that, read back, never claim more than was known.

Standard deviations are rounded up on a logarithmic scale. Correlations are rounded after they were shrunk a
little, so that the matrix stays positive definite, and one factor for the whole matrix makes up for what
rounding took: the matrix that is read back is at least the one that was written, in every direction.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kizuna.shapes import FloatNx21

_ROW, _COLUMN = np.triu_indices(6)
_DIAGONAL: Final = np.flatnonzero(_ROW == _COLUMN)
_OFF: Final = np.flatnonzero(_ROW != _COLUMN)
_LEAST: Final = 1e-3
"""The smallest standard deviation, m or m/s."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How fine the numbers are.

    Parameters
    ----------
    sigma, correlation, factor
        Types of the numbers.
    ratio
        One standard deviation over the next smaller one.
    levels
        Correlations are whole numbers up to this.
    shrink
        By how much correlations are shrunk: more than six times the rounding, so that the sum is positive.
    step
        Step of the factor.
    """

    sigma: str
    correlation: str
    factor: str
    ratio: float
    levels: int
    shrink: float
    step: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """Types of the columns of numbers, in their order."""
        return (self.sigma,) * 6 + (self.correlation,) * 15 + (self.factor,)


FINE: Final = Scale("<u2", "<i2", "<u2", 1.0004, 32_000, 2e-4, 1e-5)
COARSE: Final = Scale("<u1", "<i1", "<u1", 1.09, 31, 0.12, 0.01)


def to_codes(cov: FloatNx21, scale: Scale) -> list[NDArray[np.generic]]:
    """Columns of whole numbers for covariances (N, 21), of the types `scale.kinds`."""
    sigma = np.sqrt(np.maximum(cov[:, _DIAGONAL], _LEAST**2))
    code = np.ceil(np.log(sigma / _LEAST) / np.log(scale.ratio) - 1e-9)
    code = np.clip(code, 0, np.iinfo(scale.sigma).max)
    large = _LEAST * scale.ratio**code
    exact = _full(cov) / (large[:, :, None] * large[:, None, :])
    levels = np.rint((1.0 - scale.shrink) * scale.levels * exact[:, _ROW[_OFF], _COLUMN[_OFF]])
    levels = np.clip(levels, -scale.levels, scale.levels)
    written = _correlations(levels, scale)
    root = np.linalg.cholesky(written)
    half = np.linalg.solve(root, exact)
    whole = np.linalg.solve(root, half.transpose(0, 2, 1))
    factor = np.linalg.eigvalsh(0.5 * (whole + whole.transpose(0, 2, 1)))[:, -1] if len(cov) else np.empty(0)
    more = np.ceil((factor - 1.0) / scale.step + 1e-6)
    more = np.clip(more, 0, np.iinfo(scale.factor).max)
    return [
        *(column.astype(scale.sigma) for column in code.T),
        *(column.astype(scale.correlation) for column in levels.T),
        more.astype(scale.factor),
    ]


def from_codes(columns: list[NDArray[np.generic]], scale: Scale) -> FloatNx21:
    """Covariances (N, 21) from their columns of whole numbers."""
    numbers = [column.astype(np.float64) for column in columns]
    sigma = _LEAST * scale.ratio ** np.stack(numbers[:6], axis=1)
    cov = _correlations(np.stack(numbers[6:21], axis=1), scale)
    cov *= (1.0 + scale.step * numbers[21])[:, None, None] * sigma[:, :, None] * sigma[:, None, :]
    made: FloatNx21 = cov[:, _ROW, _COLUMN]
    return made


def _full(cov: FloatNx21) -> NDArray[np.float64]:
    full = np.empty((len(cov), 6, 6))
    full[:, _ROW, _COLUMN] = full[:, _COLUMN, _ROW] = cov
    return full


def _correlations(levels: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """Matrices (N, 6, 6) with ones on the diagonal."""
    made = np.tile(np.eye(6), (len(levels), 1, 1))
    made[:, _ROW[_OFF], _COLUMN[_OFF]] = made[:, _COLUMN[_OFF], _ROW[_OFF]] = levels / scale.levels
    return made
