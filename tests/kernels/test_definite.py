"""What can't be a covariance is told from what can, as NumPy's eigenvalues tell it."""

import numpy as np
import pytest

from kizuna.kernels.definite import are_covariances

UPPER = np.triu_indices(6)
LEAST, MOST = 1e-5, 1e6


def packed(matrices: np.ndarray) -> np.ndarray:
    """Upper triangles, row by row."""
    return np.ascontiguousarray(matrices[:, UPPER[0], UPPER[1]])


def test_it_agrees_with_the_eigenvalues():
    """Source: numpy.linalg.eigvalsh, of matrices of which about half have a negative eigenvalue."""
    luck = np.random.default_rng(3)
    axes = np.linalg.qr(luck.normal(size=(2000, 6, 6)))[0]
    values = luck.uniform(-1.0, 8.0, size=(2000, 6)) * 100.0
    matrices = np.einsum("nij,nj,nkj->nik", axes, values, axes)
    matrices = 0.5 * (matrices + matrices.transpose(0, 2, 1))
    positive = np.linalg.eigvalsh(matrices)[:, 0] > 0.0
    assert 0.3 < positive.mean() < 0.7
    assert np.array_equal(are_covariances(packed(matrices), LEAST, MOST), positive)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e13, -1.0, 1e-12, 0.0])
@pytest.mark.parametrize("place", [0, 6, 20])
def test_numbers_that_nobody_can_calculate_with_are_none(value: float, place: int):
    cov = packed(np.eye(6)[None])
    assert are_covariances(cov, LEAST, MOST).all()
    cov[0, place] = value
    assert not are_covariances(cov, LEAST, MOST).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1.0, 1e300])
def test_a_covariance_larger_than_its_variances_is_none(value: float):
    cov = packed(np.eye(6)[None])
    cov[0, 1] = value
    assert not are_covariances(cov, LEAST, MOST).any()
