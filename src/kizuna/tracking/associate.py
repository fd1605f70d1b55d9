"""Pair the detections of a short slice of time with tracks: gate, weigh, assign."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from kizuna.kernels import assignment, bend, flat, gating, lines, weigh
from kizuna.models.motion import Motion
from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, IntN
from kizuna.tracking.cores import ONE, Cores
from kizuna.tracking.filter import LONG_M, Measurements, Sources
from kizuna.tracking.register import Register

GATE = 16.0
"""Largest squared Mahalanobis distance of a pair: 99.9 % of true ones (chi-square, 3 degrees)."""

CELL_M = 24_000.0
"""Edge of the finest cells of the hash: few tracks share one, most reach over a quarter at most."""

SAME_SCAN = 0.4
"""Within this share of a period, a sensor can't have seen one object twice."""

IDENTITY_WEIGHTS = np.array([5.0, -8.0])
"""What equal and unequal identities add to the log-likelihood: evidence, but motion may overrule it."""


def hashed(
    tracks: Register, models: FloatNx3, time_s: float, slack_s: float, cores: Cores = ONE
) -> gating.Hashed:
    """Spatial hash of the live tracks at one time; `slack_s` is how far from it detections may lie."""

    def reaches(part: slice) -> Float:
        now = tracks.state[part], tracks.cov[part], tracks.mode[part], tracks.time_s[part]
        return gating.reaches(time_s, slack_s, GATE, models, *now)

    parts = cores.share(reaches, tracks.count)
    return gating.hash_places(parts[0] if len(parts) == 1 else np.concatenate(parts), CELL_M)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Detections (N) and tracks that fit each other, F pairs; those of each detection lie together."""

    start: IntN
    """(N+1,): the first pair of each detection."""
    track: IntN
    column: IntN
    """(F,): the track as the detection's sensor sees it in one glance."""
    seen_track: IntN
    """(C,): the track of each column."""
    merit: FloatN
    """(F,): logarithm of how much likelier the track is as the cause than clutter or a new object."""
    log_density: FloatN
    """(F,): of the detection under the track, 1/m³."""
    place: IntN
    """(F,): which of the places, (P, 3) in ECEF, m, with (P, 6) covariances, is the detection's for the
    track."""
    place_m: FloatNx3
    cov_m2: FloatNx6


def pairs(
    tracks: Register,
    measurements: Measurements,
    glance: IntN,
    sources: Sources,
    log_surplus: FloatN,
    motion: Motion,
    where: gating.Hashed,
    least_merit: float,
    cores: Cores = ONE,
) -> Pairs:
    """All pairs within the gate.

    Parameters
    ----------
    tracks
        The tracks before the slice.
    measurements
        The slice, N rows.
    glance
        (N,) which rows are of one glance: `glances`.
    sources
        The sensors.
    log_surplus
        (N,) logarithm of detection probability over the density of clutter and new objects, m³.
    motion
        How objects move.
    where
        `hashed` for the middle of the slice.
    least_merit
        Pairs with less are left out.
    cores
        What to do it on.
    """

    def some(part: slice) -> _Found:
        mine = measurements.take(part)
        return _pairs(tracks, mine, sources, log_surplus[part], motion, where, least_merit)

    found = _one_after_the_other(cores.share(some, len(measurements.time_s)))
    column, seen_track = weigh.columns(found[0], found[1], glance)
    return Pairs(found[0], found[1], column, seen_track, *found[2:])


def glances(measurements: Measurements, glance_s: FloatN, slice_s: float) -> IntN:
    """Numbers (N,) of the glances in which the rows of a slice were seen: in one, no object is seen twice.

    A sensor's glance lasts `glance_s`, (S,); one that is slower than the slice takes one alone.
    """
    sensor = measurements.sensor
    if (glance_s >= slice_s).all():
        return sensor
    lasts_s = glance_s[sensor]
    turn = np.where(lasts_s < slice_s, np.mod(measurements.time_s, slice_s) // lasts_s, 0.0)
    numbers: IntN = sensor + len(glance_s) * turn.astype(np.int64)
    return numbers


_Found: TypeAlias = tuple[IntN, IntN, FloatN, FloatN, IntN, FloatNx3, FloatNx6]
"""What `Pairs` holds, without columns."""


def _one_after_the_other(parts: list[_Found]) -> _Found:
    """The pairs of consecutive parts of a slice."""
    if len(parts) == 1:
        return parts[0]
    start, track, merit, log_density, place, place_m, cov_m2 = zip(*parts, strict=True)
    pairs = np.cumsum([0, *(len(each) for each in track)])
    places = np.cumsum([0, *(len(each) for each in place_m)])
    return (
        np.concatenate([start[0][:1], *(each[1:] + pairs[k] for k, each in enumerate(start))]),
        np.concatenate(track),
        np.concatenate(merit),
        np.concatenate(log_density),
        np.concatenate([each + places[k] for k, each in enumerate(place)]),
        np.concatenate(place_m),
        np.concatenate(cov_m2),
    )


def _pairs(
    tracks: Register,
    measurements: Measurements,
    sources: Sources,
    log_surplus: FloatN,
    motion: Motion,
    where: gating.Hashed,
    least_merit: float,
) -> _Found:
    near, candidate, plot = _candidates(measurements, sources, where)
    place_m, cov_m2 = measurements.place_m, measurements.cov_m2
    if measurements.loose:
        # A plot without height is judged by each track at that track's height, a bearing at its range.
        place_m, cov_m2 = laid(measurements.take(plot), candidate, sources, tracks, 1.0)
        plot = np.arange(len(plot))
    start, track, merit, log_density, place = weigh.weigh_each(
        near,
        candidate,
        GATE,
        least_merit,
        motion.models,
        motion.forget_hz,
        SAME_SCAN,
        measurements.time_s,
        measurements.sensor,
        place_m,
        cov_m2,
        plot,
        measurements.rate_mps,
        measurements.identity,
        measurements.channel,
        (sources.sites.place_m, sources.sigma_rate_mps, motion.sigma_level_mps),
        log_surplus,
        sources.period_s,
        IDENTITY_WEIGHTS,
        tracks.state,
        tracks.cov,
        tracks.mode,
        tracks.time_s,
        tracks.score,
        tracks.identity,
        tracks.seen,
    )
    return start, track, merit, log_density, place, place_m, cov_m2


def _candidates(
    measurements: Measurements, sources: Sources, where: gating.Hashed
) -> tuple[IntN, IntN, IntN]:
    """What `gating.candidates` gives, for bearings too."""
    bearings = np.flatnonzero(measurements.line)
    if not len(bearings):
        return gating.candidates(GATE, CELL_M, measurements.place_m, measurements.cov_m2, where)
    others = np.flatnonzero(measurements.line == 0)
    _, track, row = gating.candidates(
        GATE, CELL_M, measurements.place_m[others], measurements.cov_m2[others], where
    )
    spot, rows, *_ = where
    by, near = lines.near(
        bearings,
        measurements.line,
        measurements.place_m,
        measurements.sensor,
        sources.sites.place_m,
        sources.sites.up,
        sources.sites.sigma,
        sources.max_range_m,
        GATE,
        spot,
    )
    track, row = np.concatenate([track, rows[near]]), np.concatenate([others[row], by])
    order = np.argsort(row, kind="stable")
    start = np.searchsorted(row[order], np.arange(len(measurements.time_s) + 1))
    return start, track[order], row[order]


def nearest(found: Pairs) -> IntN:
    """Row of the track that each detection belongs to, (N,); -1 where no track explains it.

    Each glance of a sensor gives a track at most one of its detections, such that the total likelihood is the
    greatest: global nearest neighbour, as an exact sparse assignment for each glance on its own, all in one
    call. The pairs' merits are above zero.
    """
    chosen = assignment.assign(found.start, found.column, -found.merit, len(found.seen_track))
    # The last one serves what is not paired, -1.
    rows: IntN = np.append(found.seen_track, -1)[chosen]
    return rows


def laid(
    measurements: Measurements, track: IntN, sources: Sources, tracks: Register, alike: float
) -> tuple[FloatNx3, FloatNx6]:
    """Places and covariances, with plots of assumed height or wide angles laid at their tracks (N,).

    Bearings are laid at the ranges of their tracks. Where `track` is -1 a row stays as it is; `alike` is how
    many plots of assumed height tell as much as one.
    """
    place_m, cov_m2 = measurements.place_m.copy(), measurements.cov_m2.copy()
    flat.lay_each(
        np.flatnonzero(measurements.assumed & (track >= 0)),
        track,
        measurements.time_s,
        measurements.sensor,
        measurements.lift_m,
        sources.sites.place_m,
        sources.sites.up,
        alike,
        tracks.state,
        tracks.time_s,
        place_m,
        cov_m2,
    )
    bend.straighten(
        np.flatnonzero(measurements.bent & (track >= 0)),
        track,
        measurements.time_s,
        measurements.sensor,
        sources.sites.place_m,
        sources.sites.basis,
        sources.sites.sigma,
        tracks.state,
        tracks.cov,
        tracks.mode,
        tracks.time_s,
        place_m,
        cov_m2,
    )
    if measurements.line.any():
        lines.lay_each(
            np.flatnonzero((measurements.line > 0) & (track >= 0)),
            track,
            measurements.time_s,
            measurements.sensor,
            measurements.line,
            sources.sites.place_m,
            sources.sites.up,
            sources.sites.sigma,
            LONG_M,
            tracks.state,
            tracks.time_s,
            place_m,
            cov_m2,
        )
    return place_m, cov_m2
