"""Score pictures against the truth by GOSPA, with SciPy's assignment and nothing of Kizuna or Stone Soup."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

Pictures = dict[float, np.ndarray]
"""Time (s) of each picture, and the ECEF positions (M, 3) of its tracks."""


@dataclass(frozen=True)
class Gospa:
    """Mean over pictures: the metric and localisation (m, root mean square), missed and false."""

    metric_m: float
    localisation_m: float
    missed: float
    false: float

    def __str__(self) -> str:
        return (
            f"{self.metric_m:,.0f} m ({self.localisation_m:.0f} m, "
            f"{self.missed:.1f} missed, {self.false:.1f} false)"
        )


def gospa(truth_m: np.ndarray, tracks_m: np.ndarray, cutoff_m: float) -> tuple[float, float, int, int, int]:
    """GOSPA of one picture (Rahmathullah, García-Fernández, Svensson 2017; p = 2, alpha = 2).

    Parameters
    ----------
    truth_m, tracks_m
        (N, 3) and (M, 3) positions.
    cutoff_m
        The cut-off c.

    Returns
    -------
    tuple
        Metric squared, localisation squared (m², sums over the objects), pairs, missed, false.
    """
    localisation, pairs = 0.0, 0
    for objects, tracks in _clusters(truth_m, tracks_m, cutoff_m):
        apart = np.linalg.norm(truth_m[objects, None] - tracks_m[None, tracks], axis=2)
        # With alpha = 2 a pair beyond the cut-off costs as much as no pair.
        row, column = linear_sum_assignment(np.minimum(apart, cutoff_m) ** 2)
        paired = apart[row, column] < cutoff_m
        localisation += float((apart[row, column][paired] ** 2).sum())
        pairs += int(paired.sum())
    missed, false = len(truth_m) - pairs, len(tracks_m) - pairs
    return localisation + cutoff_m**2 / 2.0 * (missed + false), localisation, pairs, missed, false


def _clusters(
    truth_m: np.ndarray, tracks_m: np.ndarray, cutoff_m: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows of objects and of tracks that reach each other in steps below the cut-off, group by group."""
    n, m = len(truth_m), len(tracks_m)
    if not n or not m:
        return []
    near = KDTree(truth_m).sparse_distance_matrix(KDTree(tracks_m), cutoff_m, output_type="coo_matrix")
    # A distance of zero is a link all the same.
    links = coo_matrix((np.ones(near.nnz), (near.row, n + near.col)), shape=(n + m, n + m))
    count, labels = connected_components(links, directed=False)
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])
    return [(group[group < n], group[group >= n] - n) for group in groups if group[0] < n <= group[-1]]


def mean_gospa(truth: Pictures, tracks: Pictures, cutoff_m: float = 1_000.0) -> Gospa:
    """Mean GOSPA over the pictures' times; the truth must be there at each of them."""
    each = np.array([gospa(truth[time], there, cutoff_m) for time, there in tracks.items()])
    pairs = max(each[:, 2].sum(), 1.0)
    return Gospa(
        metric_m=float(np.sqrt(each[:, 0]).mean()),
        localisation_m=float(np.sqrt(each[:, 1].sum() / pairs)),
        missed=float(each[:, 3].mean()),
        false=float(each[:, 4].mean()),
    )
