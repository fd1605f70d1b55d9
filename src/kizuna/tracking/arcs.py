"""Arcs: short stretches of flights that several sensors saw, from which their biases are told."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from kizuna.kernels import registration
from kizuna.shapes import BoolN, Float, FloatN, FloatNx3, FloatNx6, IntN
from kizuna.tracking.biases import PRIOR, Biases
from kizuna.tracking.filter import Measurements, Sources

ARC_S: Final = 30.0
"""Length of an arc: an aircraft on the level leaves the straight line by a metre in it, for the Earth is
round."""
_FARTHEST_M: Final = 5_000.0
"""Two tracks farther apart than this are two objects, whatever the biases."""
_SAME_VELOCITY_MPS: Final = 15.0
_CLEAR: Final = 2.0
"""A track is another's twin if the next candidate is this many times as far."""
_MEAN_CLOCK_S: Final = 1e-3
_BEND: Final = 4.0
"""An arc whose squares exceed their expectation by this many standard deviations is no straight line."""


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Arcs with their plots, one arc after the other."""

    start: IntN
    plots: Measurements
    since_s: FloatN
    """(N,) time of each plot from its arc's middle."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.start) - 1

    @property
    def of_plot(self) -> IntN:
        """(N,) the arc of each plot."""
        return np.repeat(np.arange(self.count), np.diff(self.start))

    @property
    def shared(self) -> BoolN:
        """(A,) which of them at least two sensors have seen."""
        of = np.unique(np.stack([self.of_plot, self.plots.sensor], axis=1), axis=0)[:, 0]
        several: BoolN = np.bincount(of, minlength=self.count) > 1
        return several

    def straight(self, squares: FloatN) -> BoolN:
        """(A,) which of them are lines, by the squares (A,) that are left of their plots."""
        freedom = self.freedom
        fit: BoolN = squares < freedom + _BEND * np.sqrt(2.0 * freedom)
        return fit

    @property
    def freedom(self) -> FloatN:
        """(A,) degrees of freedom that a line leaves."""
        return np.asarray(3.0 * np.diff(self.start) - 6.0)

    def as_given(
        self, sources: Sources
    ) -> tuple[IntN, FloatNx3, FloatNx6, FloatN, IntN, FloatNx3, FloatNx3, BoolN]:
        """The arcs and the sensors as the kernels take them."""
        plots, sites = self.plots, sources.sites
        return (
            self.start,
            plots.place_m,
            plots.cov_m2,
            self.since_s,
            plots.sensor,
            sites.place_m,
            sites.up,
            ~sources.is_position,
        )


def arcs_of(sources: Sources, number: IntN, plots: Measurements, value: FloatNx3) -> Arcs:
    """Arcs of plots and their tracks' numbers (N,), those of one object joined; `value` as in `lines`."""
    arcs = cut(number, plots)
    line, _ = registration.lines(*arcs.as_given(sources), value)
    return cut(joined(sources, arcs, line), arcs.plots)


def cut(key: IntN, plots: Measurements) -> Arcs:
    """Arcs of plots of one key (N,) and one stretch of `ARC_S`, those with plots enough for a line."""
    window = np.floor(plots.time_s / ARC_S).astype(np.int64)
    order = np.lexsort((plots.time_s, key, window))
    key, window, plots = key[order], window[order], plots.take(order)
    new = np.flatnonzero((np.diff(key) != 0) | (np.diff(window) != 0)) + 1
    edges = np.concatenate([[0], new, [len(key)]])
    count = np.diff(edges)
    enough = np.repeat(count >= 3, count)
    since_s = plots.time_s - (window + 0.5) * ARC_S
    start = np.concatenate([[0], np.cumsum(count[count >= 3])])
    return Arcs(start, plots.take(np.flatnonzero(enough)), since_s[enough])


def joined(sources: Sources, arcs: Arcs, line: FloatNx6) -> IntN:
    """Arc (N,) of each plot, where arcs of one time and object, seen by unlike sensors, count as one."""
    count, arc = arcs.count, arcs.of_plot
    seen = np.zeros((count, len(sources.names)), dtype=np.bool_)
    seen[arc, arcs.plots.sensor] = True
    window = np.floor(arcs.plots.time_s[arcs.start[:-1]] / ARC_S)
    lower, higher = [], []
    for each in np.unique(window):
        rows = np.flatnonzero(window == each)
        pairs = rows[KDTree(line[rows, :3]).query_pairs(_FARTHEST_M, output_type="ndarray")]
        unlike = ~(seen[pairs[:, 0]] & seen[pairs[:, 1]]).any(axis=1)
        turn = np.linalg.norm(line[pairs[:, 0], 3:] - line[pairs[:, 1], 3:], axis=1)
        pairs = pairs[unlike & (turn < _SAME_VELOCITY_MPS)]
        chosen = _clearly_nearest(pairs, line)
        lower.append(chosen[:, 0])
        higher.append(chosen[:, 1])
    edges = np.concatenate(lower), np.concatenate(higher)
    graph = coo_matrix((np.ones(len(edges[0])), edges), shape=(count, count))
    _, group = connected_components(graph, directed=False)
    whole: IntN = group.astype(np.int64)[arc]
    return whole


def _clearly_nearest(pairs: IntN, line: FloatNx6) -> IntN:
    """Those of the pairs (P, 2) whose two are each other's nearest, with none other nearly as near."""
    if not len(pairs):
        return pairs
    apart = np.linalg.norm(line[pairs[:, 0], :3] - line[pairs[:, 1], :3], axis=1)
    clear = np.ones(len(pairs), dtype=np.bool_)
    for one in (0, 1):
        both = np.concatenate([pairs[:, one], pairs[:, 1 - one]])
        far = np.concatenate([apart, apart])
        order = np.lexsort((far, both))
        first = np.concatenate([[True], np.diff(both[order]) != 0])
        nearest = np.full(len(line), np.inf)
        nearest[both[order][first]] = far[order][first]
        rest = order[~first]
        second = np.full(len(line), np.inf)
        np.minimum.at(second, both[rest], far[rest])
        clear &= (apart <= nearest[pairs[:, one]]) & (_CLEAR * apart <= second[pairs[:, one]])
    return pairs[clear]


def gathered(sources: Sources, arcs: Arcs, line: FloatNx6, used: IntN) -> tuple[Float, FloatN]:
    """Normal equations of the biases, what was known before included."""
    information: Float = np.diag(np.tile(PRIOR**-2.0, len(sources.names)))
    vector = np.zeros(len(information))
    registration.gather(used, *arcs.as_given(sources), line, information, vector)
    return information, vector


def settled(sources: Sources, information: Float, value: FloatNx3, scale: float) -> Biases:
    """Biases (S, 3) with their uncertainty, errors being sqrt(scale) times as large as stated."""
    if not sources.is_position.any():
        # Nobody's clock is the right one; but most are, in most networks.
        value = value.copy()
        value[:, 2] -= np.median(value[:, 2])
        mean = np.tile([0.0, 0.0, 1.0 / len(value)], len(value))
        information = information + np.outer(mean, mean) / _MEAN_CLOCK_S**2
    sigma = np.sqrt(scale * np.diag(np.linalg.inv(information))).reshape(-1, 3)
    return Biases(sources.names, value, sigma)
