"""Pair the detections of a short slice of time with tracks: gate, weigh, assign (global nearest neighbour)."""

from typing import TypeAlias

import numpy as np

from kizuna.kernels import assignment, gating, kalman
from kizuna.shapes import FloatN, FloatNx3, IntN
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.register import Register

GATE = 16.0
"""Largest squared Mahalanobis distance of a pair; holds 99.9 % of true pairs (chi-square, 3 degrees of freedom)."""

CELL_M = 16_000.0
"""Edge of the finest cells of the spatial hash: few tracks share one, and most reaches fit into a quarter of one."""

SAME_SCAN = 0.4
"""Within this share of a period, a sensor can't have seen one object twice."""

IDENTITY_WEIGHTS = np.array([5.0, -8.0])
"""What equal and unequal identities add to the log-likelihood: evidence, but motion may overrule it."""

Hashed: TypeAlias = tuple[FloatNx3, FloatN, FloatN, IntN, IntN, IntN]


def hashed(tracks: Register, motion: FloatN, time_s: float, slack_s: float) -> Hashed:
    """Spatial hash of the live tracks at one time; `slack_s` is how far from it detections may lie."""
    return gating.hash_tracks(
        time_s, slack_s, GATE, CELL_M, motion, tracks.live("state"), tracks.live("cov"), tracks.live("time_s")
    )


def associate(
    tracks: Register, measurements: Measurements, sources: Sources, motion: FloatN, where: Hashed
) -> IntN:
    """Row of the track that each measurement belongs to, (N,); -1 where no track explains it.

    Each sensor gives a track at most one of its measurements, such that the total likelihood is the greatest: an exact
    sparse assignment for each sensor on its own, all in one call.

    Parameters
    ----------
    tracks
        The tracks before the slice.
    measurements
        The slice, N rows; shorter than any sensor's period.
    sources
        The sensors.
    motion
        Noise powers and rates, `kizuna.models.motion`.
    where
        `hashed` for the middle of the slice.
    """
    near, candidate = gating.candidates(GATE, CELL_M, measurements.place_m, measurements.cov_m2, where)
    start, track, cost = kalman.weigh_each(
        near,
        candidate,
        GATE,
        motion,
        SAME_SCAN,
        measurements.time_s,
        measurements.sensor,
        measurements.place_m,
        measurements.cov_m2,
        measurements.identity,
        measurements.channel,
        sources.log_surplus,
        sources.period_s,
        IDENTITY_WEIGHTS,
        tracks.state,
        tracks.cov,
        tracks.time_s,
        tracks.manoeuvre,
        tracks.score,
        tracks.identity,
        tracks.seen_s,
    )
    # A column of the assignment is one track as one sensor sees it.
    sensor = np.repeat(measurements.sensor, np.diff(start))
    seen_as, column = np.unique(sensor * max(tracks.count, 1) + track, return_inverse=True)
    chosen = assignment.assign(start, column, cost, len(seen_as))
    rows = np.full(len(measurements.time_s), -1, dtype=np.int64)
    paired = chosen >= 0
    rows[paired] = seen_as[chosen[paired]] % max(tracks.count, 1)
    return rows
