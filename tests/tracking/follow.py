"""Run the tracker over a small sky and hold its pictures against the aircraft."""

from dataclasses import dataclass

import numpy as np
from tests.tracking.sky import START_S, cut, places

from kizuna.geo.frames import enu_basis
from kizuna.messages.codec import to_ipc
from kizuna.messages.track import Tracks
from kizuna.tracking.tracker import Tracker

NEAR_M = 2_000.0
"""A track nearer than this to an aircraft follows it."""


@dataclass(frozen=True)
class Match:
    """One picture beside the truth: for each aircraft its nearest track (row, -1 for none) and the error."""

    tracks: Tracks
    row: np.ndarray
    error_m: np.ndarray
    """(N, 3) east, north, up at the track; NaN for none."""
    false: int
    """Tracks that are nobody's nearest."""

    @property
    def number(self):
        """(N,) track numbers, -1 for none."""
        numbers = np.append(self.tracks.track, -1)
        return numbers[self.row]

    def sigma_2(self):
        """(N, 6, 6) covariances of the tracks found, in their order."""
        whole = np.zeros((len(self.tracks), 6, 6))
        upper = np.triu_indices(6)
        whole[:, upper[0], upper[1]] = self.tracks.cov
        whole[:, upper[1], upper[0]] = self.tracks.cov
        return whole[self.row[self.row >= 0]]


def follow(sensors, detections, times_s, tracker=None, associator="gnn"):
    """Pictures at times after the start of the sky, of a new tracker unless one is given."""
    tracker = tracker or Tracker(sensors, associator=associator)
    times_s = np.atleast_1d(times_s) + START_S
    made = []
    *parts, rest = cut(detections, times_s)
    for part, time_s in zip(parts, times_s, strict=True):
        tracker.process(part)
        made.append(tracker.picture(float(time_s), "here"))
    tracker.process(rest)
    return made


def match(sky, tracks, time_s):
    """Hold a picture at a time after the start against the aircraft of a sky."""
    truth, there = sky.places(START_S + time_s), places(tracks)
    if not len(tracks):
        nothing = np.full(len(truth), -1)
        return Match(tracks, nothing, np.full((len(truth), 3), np.nan), 0)
    apart = np.linalg.norm(truth[:, None] - there[None], axis=2)
    row = np.where(apart.min(axis=1) < NEAR_M, apart.argmin(axis=1), -1)
    basis = enu_basis(tracks.lat_deg[row], tracks.lon_deg[row])
    error = np.einsum("nij,nj->ni", basis, there[row] - truth)
    error[row < 0] = np.nan
    return Match(tracks, row, error, len(tracks) - len(np.unique(row[row >= 0])))


def nees(found):
    """(N,) normalised squared errors of the places of the tracks found."""
    error = found.error_m[found.row >= 0]
    return np.einsum("ni,nij,nj->n", error, np.linalg.inv(found.sigma_2()[:, :3, :3]), error)


def as_bytes(pictures):
    """What several pictures are on the wire."""
    return b"".join(to_ipc(tracks) for tracks in pictures)
