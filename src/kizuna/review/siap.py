"""SIAP attributes: how complete, unambiguous, clean, accurate and continuous an air picture is.

Source: Votruba et al., Single Integrated Air Picture (SIAP) metrics implementation, SIAP System Engineering
Task Force, technical report 2001-003 (2001). A track is associated with the object that GOSPA's assignment
gives it, and a track that got none with the nearest object within the cutoff; so J objects, JT of them
tracked, N tracks, NA of them associated (`counts.Counts`). Ratios whose denominator is 0 are NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kizuna.review.counts import Counts, ratio
from kizuna.review.pairing import Pairing
from kizuna.shapes import Float, IntN


@dataclass(frozen=True, slots=True, eq=False)
class Attributes:
    """The attributes of each picture (T,), or of all together (one number each)."""

    completeness: Float
    """JT/J: share of the objects that have a track; best 1."""
    ambiguity: Float
    """NA/JT: associated tracks for each tracked object; best 1."""
    spurious: Float
    """(N - NA)/N: share of the tracks that belong to no object; best 0."""
    position_error_m: Float
    """Mean distance of associated tracks from their objects, m."""
    velocity_error_mps: Float
    """Mean length of the difference of their velocities, m/s."""
    rmse_m: Float
    """√(Σ d²/JT) over the assigned pairs alone, m. Not a SIAP attribute, but asked for beside them."""


def attributes_of(counts: Counts) -> Attributes:
    """Attributes of each picture."""
    return Attributes(
        completeness=ratio(counts.paired, counts.objects),
        ambiguity=ratio(counts.associated, counts.paired),
        spurious=ratio(counts.tracks - counts.associated, counts.tracks),
        position_error_m=ratio(counts.position_error_m, counts.associated),
        velocity_error_mps=ratio(counts.velocity_error_mps, counts.velocities),
        rmse_m=np.sqrt(ratio(counts.squared_error_m2, counts.paired)),
    )


@dataclass(frozen=True, slots=True)
class Continuity:
    """How long single tracks stay with their objects; sums over objects, so that nodes add up.

    A segment is a run of pictures, without a hole, in which the same track is associated with the same
    object; it lasts from its first to its last picture.
    """

    changes: int
    """Σ (NU_j - 1), NU_j the least number of segments that cover all pictures in which object j is
    tracked."""
    tracked_s: float
    """Σ TT_j, time in which some track stays with object j from one picture to the next, s."""
    longest_s: float
    """Σ TL_j, the longest segment of object j, s."""
    existing_s: float
    """Σ T_j, from the first to the last picture of object j, s."""

    @property
    def track_changes_per_hour(self) -> float:
        """R: changes of the track number for each hour that an object is tracked; best 0."""
        return float(3600.0 * ratio(self.changes, self.tracked_s))

    @property
    def longest_segment(self) -> float:
        """LS: share of the objects' time that their longest segments last; best 1."""
        return float(ratio(self.longest_s, self.existing_s))

    @classmethod
    def total(cls, parts: Sequence["Continuity"]) -> "Continuity":
        """Continuity of several nodes together."""
        return cls(
            sum(part.changes for part in parts),
            sum(part.tracked_s for part in parts),
            sum(part.longest_s for part in parts),
            sum(part.existing_s for part in parts),
        )


def continuity_of(pairing: Pairing) -> Continuity:
    """Continuity of one node's tracks, by all associated tracks, redundant ones included."""
    times, presence = pairing.presence.times, pairing.presence
    rows = np.flatnonzero(pairing.associated >= 0)
    picture = pairing.picture()[rows]
    path = presence.path[pairing.associated[rows]]
    track = pairing.track[rows]
    # Rows ascend by picture, and a stable sort keeps that.
    order = np.argsort(path * (track.max(initial=0) + 1) + track, kind="stable")
    rows, picture, path, track = rows[order], picture[order], path[order], track[order]
    goes_on = (np.diff(path) == 0) & (np.diff(track) == 0) & (np.diff(picture) == 1)
    first = np.flatnonzero(np.concatenate([[True], ~goes_on]))[: len(rows)]
    last = np.append(first[1:], len(rows))[: len(first)] - 1
    owner = path[first]
    longest = np.zeros(len(presence.names))
    np.maximum.at(longest, owner, times[picture[last]] - times[picture[first]])
    # Two tracks may stay with one object at a time; the time counts once.
    held_on = np.zeros(len(presence.path), dtype=np.bool_)
    held_on[pairing.associated[rows[1:][goes_on]]] = True
    stays = presence.picture()[held_on]
    pictures = np.diff(presence.path_start)
    seen = np.flatnonzero(pictures > 0)
    ends = presence.picture()[presence.order]
    lifetime = times[ends[presence.path_start[seen + 1] - 1]] - times[ends[presence.path_start[seen]]]
    return Continuity(
        changes=_changes(owner, picture[first], picture[last]),
        tracked_s=float((times[stays] - times[stays - 1]).sum()),
        longest_s=float(longest.sum()),
        existing_s=float(lifetime.sum()),
    )


def _changes(owner: IntN, first: IntN, last: IntN) -> int:
    """Σ (NU_j - 1) over the owners of segments, from their first and last pictures.

    A greedy cover, which is the smallest: each next segment is, of those that hold the first picture not yet
    covered, the one that reaches farthest.
    """
    order = np.lexsort((first, owner))
    needed, current, covered, reach = 0, -1, -1, -1
    for path, begin, end in zip(
        owner[order].tolist(), first[order].tolist(), last[order].tolist(), strict=True
    ):
        if path != current:
            # What reached beyond the cover of the path before is its last segment.
            needed += reach > covered
            current, covered, reach = path, begin - 1, -1
        elif begin > covered + 1:
            if reach > covered:
                needed += 1
                covered = reach
            # Between the cover and the begin, nobody holds the object.
            covered = max(covered, begin - 1)
        reach = max(reach, end)
    needed += reach > covered
    return needed - len(np.unique(owner))
