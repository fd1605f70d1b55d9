"""Plots that two tracks share because their radar doesn't resolve the two objects."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.spatial import KDTree

from kizuna.models.detection import probability
from kizuna.models.measurement import ASSUMED_ALIKE
from kizuna.models.motion import Motion
from kizuna.shapes import BoolN, FloatN, FloatNx3, FloatNx3x3, FloatNx6, IntN
from kizuna.tracking.associate import GATE, SAME_SCAN, laid
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.moving import at
from kizuna.tracking.register import Register

_FAR: Final = 3.0
"""Cells of resolution beyond which two objects are hardly ever merged."""
_CERTAIN: Final = -1e-9
"""Largest logarithm of a probability."""
_LEAST: Final = 1e-3
"""A radar that detects less probably has nothing to say."""
_FADE_HZ: Final = 1.0 / 60.0
"""What tracks that share their plots lose of their log-odds: all in some ten minutes."""
_UPWARDS_M: Final = 2e4
"""Objects one above the other are merged."""
_FULL: Final = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])
"""Where the elements of a symmetric 3x3 matrix are in its packed form."""
_PACKED: Final = [0, 1, 2, 4, 5, 8]
"""And the other way round."""


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """A slice in which each shared plot is there twice, once for each of its tracks; M rows."""

    measurements: Measurements
    track: IntN
    """(M,): the track of each, -1 for none."""
    gain: FloatN
    """(M,): what shared plots add to the log-odds of their tracks; NaN for others."""
    plots: IntN
    """Rows of the shared plots in the slice as it was."""


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """C places in ECEF, m, with their covariances."""

    place_m: FloatNx3
    cov_m2: FloatNx3x3

    def take(self, rows: IntN) -> "_Places":
        """The chosen ones."""
        return _Places(self.place_m[rows], self.cov_m2[rows])


@dataclass(frozen=True, slots=True, eq=False)
class _Cases:
    """C plots that two tracks, which are near each other, might share; at least one got no other."""

    plot: IntN
    one: IntN
    other: IntN
    owned: BoolN
    """Whether the plot is that of `one`."""

    def take(self, rows: IntN | BoolN) -> "_Cases":
        """The chosen cases."""
        return _Cases(self.plot[rows], self.one[rows], self.other[rows], self.owned[rows])


class Unresolved:
    """Finds the plots of objects that radars of stated resolution don't tell apart.

    Two tracks may share a plot once such a radar has given each its own in one scan: a second track of one
    object never gets that far.

    Parameters
    ----------
    sources
        The sensors.
    motion
        How objects move.
    """

    def __init__(self, sources: Sources, motion: Motion) -> None:
        self._sources, self._motion = sources, motion
        self._limited = np.flatnonzero(~np.isnan(sources.resolution).any(axis=1))
        self._apart = np.empty((0, 2), dtype=np.int64)
        """(K, 2): serials of tracks that were seen apart, near each other; ascending."""

    def share(
        self,
        tracks: Register,
        measurements: Measurements,
        track: IntN,
        log_surplus: FloatN,
        expected: Register,
    ) -> Shared | None:
        """Share plots among tracks; None where none is shared.

        Parameters
        ----------
        tracks
            The tracks before the slice.
        measurements, track, log_surplus
            The slice; (N,) the track of each row, -1 for none; (N,) logarithm of detection probability over
            the density of clutter and new objects, m³.
        expected
            The tracks as the rows were weighed against them.
        """
        if not len(self._limited) or tracks.count < 2:
            return None
        sensors = np.intersect1d(measurements.sensor, self._limited)
        if not len(sensors):
            return None
        sure = (track >= 0) & tracks.confirmed[track]
        parts = [
            self._cases(s, np.flatnonzero(measurements.sensor == s), tracks, measurements, track, sure)
            for s in sensors.tolist()
        ]
        cases = _Cases(
            *(np.concatenate([getattr(p, n) for p in parts]) for n in ("plot", "one", "other", "owned"))
        )
        return self._decided(cases, tracks, measurements, track, log_surplus, expected)

    def _cases(
        self, s: int, rows: IntN, tracks: Register, measurements: Measurements, track: IntN, sure: BoolN
    ) -> _Cases:
        """What may have happened in the plots of one sensor, `rows`."""
        mine, free = rows[sure[rows]], rows[~sure[rows]]
        self._learn(tracks.serial[track[mine]], self._cells(measurements.place_m[mine], s))
        one, other = self.apart(tracks).T
        own = np.full(tracks.count, -1)
        own[track[mine]] = mine
        # The one with a plot, if any, comes first.
        turned = own[one] < 0
        one, other = np.where(turned, other, one), np.where(turned, one, other)
        plot, owned = own[one], own[one] >= 0
        lone = np.flatnonzero(~owned)
        if len(lone) and len(free):
            time_s = float(measurements.time_s[free].mean())
            state = [at(tracks, self._motion, each[lone], time_s)[0] for each in (one, other)]
            cells = [self._cells(each[:, :3], s) for each in state]
            tree = KDTree(self._cells(measurements.place_m[free], s))
            away, nearest = tree.query(0.5 * (cells[0] + cells[1]), distance_upper_bound=_FAR)
            plot[lone] = np.append(free, -1)[np.where(np.isfinite(away), nearest, len(free))]
        cases = _Cases(plot, one, other, owned).take((plot >= 0) & (own[other] < 0))
        since_s = measurements.time_s[cases.plot] - SAME_SCAN * self._sources.period_s[s]
        late = _seen_s(tracks, cases.other, s) <= since_s
        return cases.take(late & (cases.owned | (_seen_s(tracks, cases.one, s) <= since_s)))

    def _learn(self, serial: IntN, cells: FloatNx3) -> None:
        """Learn that these tracks have had a plot each, in these places."""
        if len(serial) > 1:
            pairs = KDTree(cells).query_pairs(_FAR, output_type="ndarray")
            found = np.sort(serial[pairs].reshape(-1, 2), axis=1)
            found = found[found[:, 0] < found[:, 1]]
            self._apart = np.unique(np.concatenate([self._apart, found]), axis=0)

    def apart(self, tracks: Register) -> IntN:
        """(K, 2) rows of the tracks that were seen apart and are both still there, the lower one first."""
        if not len(self._apart) or tracks.count < 2:
            return self._apart[:0]
        serial = tracks.live("serial")
        order = np.argsort(serial)
        place = np.minimum(np.searchsorted(serial[order], self._apart), len(serial) - 1)
        there = np.all(serial[order][place] == self._apart, axis=1)
        self._apart = self._apart[there]
        return np.sort(order[place[there]], axis=1)

    def _decided(
        self,
        cases: _Cases,
        tracks: Register,
        measurements: Measurements,
        track: IntN,
        log_surplus: FloatN,
        expected: Register,
    ) -> Shared | None:
        """Share the plots of which that is the likelier explanation."""
        if not len(cases.plot):
            return None
        sources, k = self._sources, cases.plot
        plots = measurements.take(k)
        place_m, noise_m2 = laid(plots, cases.one, sources, expected, ASSUMED_ALIKE)
        plot = _Places(place_m, noise_m2[:, _FULL])
        one = _Places(*self._expected(tracks, cases.one, plots.time_s))
        other = _Places(*self._expected(tracks, cases.other, plots.time_s))
        cell_m2 = self._cell(one.place_m, plots.sensor)
        # The law of resolution, over all separations that may be.
        apart = _fit(one.place_m - other.place_m, one.cov_m2 + other.cov_m2 + cell_m2)[1]
        log_merged = np.minimum(apart + _log_peak(cell_m2), _CERTAIN)
        range_m = np.linalg.norm(one.place_m - sources.sites.place_m[plots.sensor], axis=1)
        pd = probability(range_m, sources.pd[plots.sensor], sources.max_range_m[plots.sensor])
        miss = 1.0 - pd
        middle_m = 0.5 * (one.place_m + other.place_m)
        away, fits = _fit(plot.place_m - middle_m, plot.cov_m2 + 0.25 * (one.cov_m2 + other.cov_m2))
        # Else it is the first one's alone, or nobody's.
        alone = _fit(plot.place_m - one.place_m, plot.cov_m2 + one.cov_m2)[1]
        alone = np.where(cases.owned, alone, np.log(miss) - log_surplus[k])
        alone += np.log(-np.expm1(log_merged) * np.maximum(pd, _LEAST) * miss)
        better = log_merged + np.log1p(-(miss**2)) + fits - alone
        rows = _best(cases, plots.sensor, np.where((away < GATE) & (pd > _LEAST), better, -np.inf))
        if not len(rows):
            return None
        cases, plots, plot, cell_m2 = cases.take(rows), plots.take(rows), plot.take(rows), cell_m2[rows]
        # A miss counts as far as it was one; and what isn't seen apart for long may be gone.
        held = np.log1p(-pd[rows] / (1.0 + np.exp(better[rows]))) + sources.hit_bonus[plots.sensor]
        owner = np.concatenate([cases.one, cases.other])
        idle_s = np.tile(plots.time_s, 2) - tracks.score_time_s[owner]
        told = [_told(plot, each.take(rows), cell_m2) for each in (other, one)]
        return _twice(
            measurements,
            track,
            cases.plot,
            place_m=np.concatenate([each.place_m for each in told]),
            cov_m2=np.concatenate([each.cov_m2 for each in told]).reshape(-1, 9)[:, _PACKED],
            gain=np.tile(held, 2) - _FADE_HZ * np.maximum(idle_s, 0.0),
            owner=owner,
        )

    def _cell(self, place_m: FloatNx3, sensor: IntN) -> FloatNx3x3:
        """The cells of resolution of these sensors in such places (C,) as covariances of separations.

        Those that make exp(-½ dᵀ cell⁻¹ d) the law of `kizuna.models.detection.merged`; any separation does
        upwards.
        """
        sites, (range_m, azimuth_rad) = self._sources.sites, self._sources.resolution[sensor].T
        out = place_m - sites.place_m[sensor]
        far_m = np.linalg.norm(out, axis=1, keepdims=True)
        out = out / far_m
        across = np.cross(out, sites.up[sensor])
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        axes = np.stack([out, across, np.cross(out, across)], axis=1)
        wide_m = np.stack([range_m, far_m[:, 0] * azimuth_rad, np.full(len(range_m), _UPWARDS_M)], axis=1)
        made: FloatNx3x3 = np.einsum("cki,ck,ckj->cij", axes, wide_m**2 / (2.0 * np.log(2.0)), axes)
        return made

    def _expected(self, tracks: Register, rows: IntN, time_s: FloatN) -> tuple[FloatNx3, FloatNx3x3]:
        """Places and covariances of tracks (C,) at times (C,) of one slice, ECEF."""
        middle_s = float(time_s.mean())
        state, cov = at(tracks, self._motion, rows, middle_s)
        return state[:, :3] + (time_s - middle_s)[:, None] * state[:, 3:], cov[:, _FULL]

    def _cells(self, place_m: FloatNx3, s: int) -> FloatNx3:
        """Places as one sensor resolves them: range, and direction on the level as a point of a circle."""
        sites, (range_m, azimuth_rad) = self._sources.sites, self._sources.resolution[s]
        there = (place_m - sites.place_m[s]) @ sites.basis[s].T
        level = np.maximum(np.hypot(there[:, 0], there[:, 1]), 1.0) * azimuth_rad
        far = np.linalg.norm(there, axis=1) / range_m
        return np.stack([far, there[:, 0] / level, there[:, 1] / level], axis=1)


def _seen_s(tracks: Register, rows: IntN, s: int) -> FloatN:
    """When a sensor last saw tracks (C,)."""
    made: FloatN = np.where(tracks.seen_by[rows] == s, tracks.seen_s[rows], -np.inf).max(axis=1)
    return made


def _fit(away_m: FloatNx3, cov_m2: FloatNx3x3) -> tuple[FloatN, FloatN]:
    """Squared Mahalanobis distances (C,), and logarithms of the densities in 1/m³."""
    distance = np.einsum("ci,ci->c", away_m, np.linalg.solve(cov_m2, away_m[:, :, None])[:, :, 0])
    return distance, _log_peak(cov_m2, -1.0) - 0.5 * distance


def _log_peak(cov_m2: FloatNx3x3, sign: float = 1.0) -> FloatN:
    """Half the logarithm of |2π cov|, times a sign."""
    made: FloatN = 0.5 * sign * np.linalg.slogdet(2.0 * np.pi * cov_m2)[1]
    return made


def _told(plot: _Places, partner: _Places, cell_m2: FloatNx3x3) -> _Places:
    """What shared plots (C,) tell of one of their two objects, by where its partner is expected.

    The plot z is of the middle, and that there was only one of them is as much as measuring the separation to
    be zero, with the cell as its covariance (Koch and van Keuk 1997, section III). Both are linear in the
    object's place x once the partner's, y, is taken out: z = (x + y)/2 and 0 = x - y, with errors that are
    correlated through y. So they are one measurement of x, by least squares.
    """
    count, unit = len(cell_m2), np.eye(3)
    error = np.empty((count, 6, 6))
    error[:, :3, :3] = plot.cov_m2 + 0.25 * partner.cov_m2
    error[:, 3:, 3:] = cell_m2 + partner.cov_m2
    error[:, :3, 3:] = error[:, 3:, :3] = -0.5 * partner.cov_m2
    y = np.concatenate([plot.place_m - 0.5 * partner.place_m, partner.place_m], axis=1)
    design = np.concatenate([0.5 * unit, unit])
    weight = np.swapaxes(np.linalg.solve(error, np.broadcast_to(design, (count, 6, 3))), 1, 2)
    cov_m2 = np.linalg.inv(weight @ design)
    return _Places((cov_m2 @ (weight @ y[:, :, None]))[:, :, 0], 0.5 * (cov_m2 + cov_m2.swapaxes(1, 2)))


def _best(cases: _Cases, sensor: IntN, better: FloatN) -> IntN:
    """The cases that are likelier than not, the best first; no plot, and no track of a sensor, in two."""
    chosen: list[int] = []
    plots: set[int] = set()
    taken: set[tuple[int, int]] = set()
    for case in np.argsort(-better, kind="stable")[: np.count_nonzero(better > 0.0)].tolist():
        plot, s = int(cases.plot[case]), int(sensor[case])
        both = {(s, int(cases.one[case])), (s, int(cases.other[case]))}
        if plot not in plots and not both & taken:
            chosen.append(case)
            plots.add(plot)
            taken |= both
    return np.array(chosen, dtype=np.int64)


def _twice(
    measurements: Measurements,
    track: IntN,
    plots: IntN,
    *,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
    gain: FloatN,
    owner: IntN,
) -> Shared:
    """The slice with two rows in place of each shared plot, in order of time."""
    kept = np.delete(np.arange(len(track)), plots)
    row = np.concatenate([kept, plots, plots])
    order = np.argsort(row, kind="stable")
    made = measurements.take(row)
    shared = slice(len(kept), None)
    made.place_m[shared], made.cov_m2[shared], made.lift_m[shared] = place_m, cov_m2, 0.0
    made.assumed[shared] = made.bent[shared] = False
    made.rate_mps[shared], made.identity[shared] = np.nan, -1
    return Shared(
        made.take(order),
        np.concatenate([track[kept], owner])[order],
        np.concatenate([np.full(len(kept), np.nan), gain])[order],
        plots,
    )
