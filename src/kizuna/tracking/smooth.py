"""The picture after the action: where each track was, by all its detections, the later ones too."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.kernels import local, smooth
from kizuna.messages.columns import Labels
from kizuna.messages.track import STATUSES, Tracks
from kizuna.models.motion import Motion
from kizuna.shapes import BoolN, FloatN, FloatNx6, FloatNx21, IntN
from kizuna.tracking.course import RECENT_S
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.history import History, States
from kizuna.tracking.moving import follow

_AT_ONCE: Final = 200_000
"""Updates that are gone through together: 100 MB with two models of motion."""
_STATUS_CODES: Final = {name: code for code, name in enumerate(STATUSES)}


def smoothed(history: History, sources: Sources, motion: Motion, pictures: Tracks, times_s: FloatN) -> Tracks:
    """The same pictures, with each track where all its detections together say that it was.

    A track is there from its first detection on, also before it was confirmed; what was shown keeps its
    number, status, identity and sensors. From its last detection on, a track is where it was.

    What is computed: the tracker's filter once more, with the detections that each track took, at the places
    where it took them; then backwards, as `kizuna.kernels.smooth` says. What was paired stays paired.

    Parameters
    ----------
    history
        What the tracks were made of.
    sources, motion
        The tracker's sensors, and how objects move.
    pictures
        What the tracker showed.
    times_s
        (P,) the times at which it did, ascending, s.
    """
    if not len(pictures):
        return pictures
    made = _Made.of(history, np.unique(pictures.track))
    rows = _Rows.of(made, pictures, times_s)
    parts = [
        smooth.smooth_each(
            steps,
            filtered.time_s,
            filtered.state,
            filtered.cov,
            filtered.mode,
            rows.start[first : last + 1] - rows.start[first],
            rows.time_s[rows.start[first] : rows.start[last]],
            motion.models,
            motion.forget_hz,
        )
        for first, last in made.parts()
        for steps, filtered in [_filtered(made, first, last, sources, motion)]
    ]
    return _shown(
        made, rows, pictures, np.concatenate([x for x, _ in parts]), np.concatenate([p for _, p in parts])
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """What K tracks were made of, each track's measurements in order of time."""

    number: IntN
    """(K,) ascending."""
    beginnings: States
    start: IntN
    """(K+1,) the first update of each track."""
    trust: FloatN
    updates: Measurements
    seen: tuple[IntN, IntN, FloatN]
    """(Z,) track, sensor and time of each detection, those of the beginnings too."""

    @classmethod
    def of(cls, history: History, number: IntN) -> "_Made":
        """Of the tracks with these numbers."""
        serial = np.concatenate([each for each, _ in history.numbers])
        serial = serial[np.searchsorted(np.concatenate([each for _, each in history.numbers]), number)]
        beginnings = States.join(history.beginnings)
        track_of = np.full(len(beginnings.time_s), -1)
        track_of[serial] = np.arange(len(serial))
        updates = Measurements.join([each for *_, each in history.updates])
        track = track_of[np.concatenate([each for each, *_ in history.updates])]
        order = np.flatnonzero(track >= 0)
        order = order[np.argsort(track[order], kind="stable")]
        began = Measurements.join([each for _, each in history.began_by])
        begun = track_of[np.concatenate([each for each, _ in history.began_by])]
        own = np.flatnonzero(begun >= 0)
        return cls(
            number=number,
            beginnings=beginnings.take(serial),
            start=np.searchsorted(track[order], np.arange(len(serial) + 1)),
            trust=np.concatenate([each for _, each, _ in history.updates])[order],
            updates=updates.take(order),
            seen=(
                np.concatenate([begun[own], track[order]]),
                np.concatenate([began.sensor[own], updates.sensor[order]]),
                np.concatenate([began.time_s[own], updates.time_s[order]]),
            ),
        )

    def parts(self) -> Iterator[tuple[int, int]]:
        """First tracks, and those after the last, of parts that are small enough to go through together."""
        first, count = 0, len(self.number)
        while first < count:
            last = int(np.searchsorted(self.start, self.start[first] + _AT_ONCE, side="right")) - 1
            last = min(max(last, first + 1), count)
            yield first, last
            first = last

    def sensors(self, track: IntN, time_s: FloatN) -> IntN:
        """How many sensors had contributed to the tracks (R,) lately, at times (R,)."""
        seen, sensor, seen_s = self.seen
        # One number in order of track and time.
        begin_s = min(seen_s.min(), time_s.min(initial=np.inf)) - 2.0 * RECENT_S
        width_s = max(seen_s.max(), time_s.max(initial=-np.inf)) - begin_s
        until = track * width_s + (time_s - begin_s)
        count = np.zeros(len(track), dtype=np.int64)
        for each in np.unique(sensor):
            mine = sensor == each
            when = np.sort(seen[mine] * width_s + (seen_s[mine] - begin_s))
            last = np.searchsorted(when, until, side="right")
            count += last > np.searchsorted(when, until - RECENT_S, side="left")
        return count


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """R rows to show: of each track one for each picture from its beginning to when it was last shown."""

    start: IntN
    """(K+1,) the first row of each track."""
    track: IntN
    time_s: FloatN
    early: BoolN
    """Whether the track was not shown yet."""
    like: IntN
    """The row of the pictures in which the track was shown then, or for the first time."""

    @classmethod
    def of(cls, made: _Made, pictures: Tracks, times_s: FloatN) -> "_Rows":
        """Of the tracks in pictures."""
        by_track = np.argsort(pictures.track, kind="stable")
        edges = np.searchsorted(pictures.track[by_track], np.append(made.number, made.number[-1] + 1))
        last_s = pictures.time[by_track[edges[1:] - 1]]
        first = np.searchsorted(times_s, made.beginnings.time_s)
        count = np.searchsorted(times_s, last_s, side="right") - first
        start = np.concatenate([[0], np.cumsum(count)])
        track = np.repeat(np.arange(len(count)), count)
        step = np.arange(start[-1]) - start[track]
        # From the first time on, a track is shown in all pictures until it ends.
        since = step - (count - np.diff(edges))[track]
        like = by_track[edges[track] + np.maximum(since, 0)]
        return cls(start, track, times_s[first[track] + step], since < 0, like)


def _filtered(made: _Made, first: int, last: int, sources: Sources, motion: Motion) -> tuple[IntN, States]:
    """Tracks from `first` to before `last` as they began and after each update: first row of each, states."""
    start = made.start[first : last + 1] - made.start[first]
    updates = made.updates.take(slice(made.start[first], made.start[last]))
    trust = made.trust[made.start[first] : made.start[last]]
    now = made.beginnings.take(np.arange(first, last))
    count, steps = np.diff(start), start + np.arange(len(start))
    track = np.repeat(np.arange(len(count)), count)
    whole = now.take(np.repeat(np.arange(len(count)), count + 1))
    longest = np.argsort(-count, kind="stable")
    # One update of each track at a time.
    for step in range(int(count.max(initial=0))):
        going = longest[: np.count_nonzero(count > step)]
        follow(now, motion, sources, start[going] + step, track, trust, updates)
        whole.put(steps[going] + step + 1, now, going)
    return steps, whole


def _shown(made: _Made, rows: _Rows, pictures: Tracks, state: FloatNx6, cov: FloatNx21) -> Tracks:
    """The pictures with these states (R, 6) and covariances (R, 21) in ECEF."""
    order = np.lexsort((rows.track, rows.time_s))
    track, time_s, early = rows.track[order], rows.time_s[order], rows.early[order]
    place, velocity, shown = local.to_local(state[order], cov[order], WGS84_A_M, WGS84_E2)
    like = pictures.take(rows.like[order])
    sensors = like.sensors.copy()
    sensors[early] = made.sensors(track[early], time_s[early])
    status = np.where(early, STATUSES.index("confirmed"), like.status.recode(_STATUS_CODES))
    return replace(
        like,
        time=time_s,
        lat_deg=place[:, 0],
        lon_deg=place[:, 1],
        alt_m=place[:, 2],
        ve_mps=velocity[:, 0],
        vn_mps=velocity[:, 1],
        vu_mps=velocity[:, 2],
        cov=shown,
        status=Labels(status.astype(np.int32), STATUSES),
        sensors=sensors,
    )
