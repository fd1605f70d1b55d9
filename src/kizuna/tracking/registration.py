"""Registration: the biases of sensors, estimated from flights that several of them have seen."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from kizuna.kernels import registration
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.shapes import BoolN, Float, FloatN, FloatNx3, FloatNx6, IntN
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.tracker import Tracker

ARC_S: Final = 30.0
"""Length of an arc: an aircraft on the level leaves the straight line by a metre in it, for the Earth is
round."""
_ROUNDS: Final = 3
"""Once more with what is known of the biases: then tracks of several sensors are one."""
_FARTHEST_M: Final = 5_000.0
"""Two tracks farther apart than this are two objects, whatever the biases."""
_SAME_VELOCITY_MPS: Final = 15.0
_CLEAR: Final = 2.0
"""A track is another's twin if the next candidate is this many times as far."""
_PRIOR: Final = np.array([1_000.0, np.radians(1.0), 2.0])
"""Standard deviations of biases before anything is known, m, rad, s."""
_MEAN_CLOCK_S: Final = 1e-3
_SIGNIFICANT: Final = 3.0
"""A bias is corrected if it is this many standard deviations from zero."""
_BEND: Final = 4.0
"""An arc whose squares exceed their expectation by this many standard deviations is no straight line."""


@dataclass(frozen=True, slots=True, eq=False)
class Biases:
    """Biases of S sensors, with how sure they are."""

    sensor: tuple[str, ...]
    value: FloatNx3
    """Range in m, azimuth in rad, clock in s: what the sensor says is too long, too far clockwise, too late.

    Without position reports, clocks are relative to their median.
    """
    sigma: FloatNx3
    """Standard deviations."""

    @classmethod
    def none(cls, sensors: tuple[str, ...]) -> "Biases":
        """No biases, of which nothing is known."""
        return cls(sensors, np.zeros((len(sensors), 3)), np.tile(_PRIOR, (len(sensors), 1)))

    @property
    def significant(self) -> NDArray[np.bool_]:
        """(S, 3) which biases are surely not zero."""
        return np.asarray(np.abs(self.value) > _SIGNIFICANT * self.sigma)

    def correct(self, detections: Detections) -> Detections:
        """Detections without the biases that are significant, in order of time."""
        taken = np.where(self.significant, self.value, 0.0)
        row = detections.sensor.recode({name: k for k, name in enumerate(self.sensor)})
        azimuth_deg = detections.azimuth_deg - np.degrees(taken[row, 1])
        made = replace(
            detections,
            time=detections.time - taken[row, 2],
            range_m=np.maximum(detections.range_m - taken[row, 0], 0.0),
            # Where nothing is taken off, nothing changes: not even by a last bit.
            azimuth_deg=np.where(taken[row, 1] == 0.0, detections.azimuth_deg, azimuth_deg % 360.0),
        )
        return made.take(np.argsort(made.time, kind="stable"))

    def sentences(self) -> list[str]:
        """One for each sensor with biases that are surely not zero, which names them."""
        made = []
        for name, value, sigma, told in zip(
            self.sensor, self.value, self.sigma, self.significant, strict=True
        ):
            biases = [
                f"range {value[0]:+.0f} ± {sigma[0]:.0f} m",
                f"azimuth {np.degrees(value[1]):+.3f} ± {np.degrees(sigma[1]):.3f}°",
                f"clock {value[2]:+.2f} ± {sigma[2]:.2f} s",
            ]
            if told.any():
                listed = ", ".join(text for text, yes in zip(biases, told, strict=True) if yes)
                made.append(f"sensor {name!r} is biased and corrected: {listed}")
        return made


def estimate(sensors: Sensors, detections: Detections) -> Biases:
    """Biases of radars, from the tracks that they have in common with others and with position reports.

    Tracks what the detections show, over again with the biases found so far. Receivers of position reports
    have no biases. Range and azimuth of a radar alone tell nothing: it needs a neighbour.

    Raises
    ------
    InputError
        As in `Tracker.process`.
    """
    found = Biases.none(Sources.of(sensors).names)
    for _ in range(_ROUNDS):
        tracker = Tracker(sensors, keep_pairs=True)
        # What is left after correction, relative to what was taken off.
        known = replace(found, value=np.where(found.significant, found.value, 0.0))
        tracker.process(known.correct(detections))
        left = _solve(tracker.sources, *tracker.take_pairs())
        found = replace(left, value=known.value + left.value)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Arcs:
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


def _solve(sources: Sources, number: IntN, plots: Measurements) -> Biases:
    """Biases from plots that tracks were updated with, and the tracks' numbers."""
    nothing = Biases.none(sources.names)
    if not len(number):
        return nothing
    arcs = _cut(number, plots)
    line, _ = registration.lines(*arcs.as_given(sources), nothing.value)
    arcs = _cut(_joined(sources, arcs, line), arcs.plots)
    return _least_squares(sources, arcs)


def _cut(key: IntN, plots: Measurements) -> _Arcs:
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
    return _Arcs(start, plots.take(np.flatnonzero(enough)), since_s[enough])


def _joined(sources: Sources, arcs: _Arcs, line: FloatNx6) -> IntN:
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
    joined: IntN = group.astype(np.int64)[arc]
    return joined


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


def _least_squares(sources: Sources, arcs: _Arcs) -> Biases:
    """Biases from arcs that at least two sensors have seen; what is no line is left out in the end."""
    freedom = 3.0 * np.diff(arcs.start) - 6.0
    of = np.unique(np.stack([arcs.of_plot, arcs.plots.sensor], axis=1), axis=0)[:, 0]
    several = np.bincount(of, minlength=arcs.count) > 1
    used, scale = several, 1.0
    value = np.zeros((len(sources.names), 3))
    given = arcs.as_given(sources)
    line, _ = registration.lines(*given, value)
    for _ in range(_ROUNDS):
        information, vector = _gathered(sources, arcs, line, np.flatnonzero(used))
        value[:] = np.linalg.solve(information, vector).reshape(-1, 3)
        line, squares = registration.lines(*given, value)
        used = several & (squares < freedom + _BEND * np.sqrt(2.0 * freedom))
        scale = max(float(squares[used].sum() / max(freedom[used].sum(), 1.0)), 1.0)
    if not sources.is_position.any():
        # Nobody's clock is the right one; but most are, in most networks.
        value[:, 2] -= np.median(value[:, 2])
        mean = np.tile([0.0, 0.0, 1.0 / len(value)], len(value))
        information = information + np.outer(mean, mean) / _MEAN_CLOCK_S**2
    sigma = np.sqrt(scale * np.diag(np.linalg.inv(information))).reshape(-1, 3)
    return Biases(sources.names, value, sigma)


def _gathered(sources: Sources, arcs: _Arcs, line: FloatNx6, used: IntN) -> tuple[Float, FloatN]:
    """Normal equations of the biases, what was known before included."""
    information: Float = np.diag(np.tile(_PRIOR**-2.0, len(sources.names)))
    vector = np.zeros(len(information))
    registration.gather(used, *arcs.as_given(sources), line, information, vector)
    return information, vector
