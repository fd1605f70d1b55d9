"""One node's tracker: detections in, in order of time; pictures out, at any time."""

from itertools import pairwise

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.kernels import initiate, kalman, local
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import STATUSES, Tracks
from kizuna.models.motion import Manoeuvring
from kizuna.shapes import FloatN, FloatNx6, FloatNx21, IntN
from kizuna.tracking.associate import GATE, associate, hashed
from kizuna.tracking.existence import Belief, Existence
from kizuna.tracking.filter import POSITION, RADAR, Filter, Measurements, Sources
from kizuna.tracking.register import Register

_LONGEST_SLICE_S = 1.0
_RATE_EVERY_S = 10.0
_TWINS_EVERY_S = 5.0
_RECENT_S = 60.0
_COAST_AFTER = 1.5
"""A track coasts when its quickest recent sensor has been silent for this many of its periods."""


class Tracker:
    """Multi-sensor tracker of six-state tracks in ECEF.

    Detections are worked off in slices of time, shorter than any sensor's period and aligned to the clock, so
    that the tracks don't depend on how the stream was cut into batches.

    Parameters
    ----------
    sensors
        The sensors whose detections may come.
    motion
        How objects move.
    belief
        When tracks are confirmed and dropped.
    """

    def __init__(
        self, sensors: Sensors, motion: Manoeuvring | None = None, belief: Belief | None = None
    ) -> None:
        self._motion = motion or Manoeuvring()
        self._models = self._motion.models()
        self._sources = Sources.of(sensors)
        self._filter = Filter(self._sources)
        self._existence = Existence(self._sources, belief or Belief())
        shortest = float(self._sources.period_s.min(initial=2.0 * _LONGEST_SLICE_S))
        self._slice_s = min(_LONGEST_SLICE_S, 0.5 * shortest)
        self._tracks = Register.of(len(self._sources.names), len(self._models))
        self._pending: list[Measurements] = []
        self._next_number = 1
        self._rated_s = self._parted_s = -np.inf
        self._left_out = 0

    @property
    def left_out(self) -> int:
        """How many detections gave no place (bearings) and were left out."""
        return self._left_out

    @property
    def count(self) -> int:
        """How many tracks are alive, tentative ones included."""
        return self._tracks.count

    def process(self, detections: Detections) -> None:
        """Take detections in; those of the last, still open slice wait for the next call or picture.

        Parameters
        ----------
        detections
            In order of time, none earlier than what was processed before.

        Raises
        ------
        InputError
            When a detection's sensor is unknown.
        """
        measurements, left_out = self._filter.measure(detections)
        self._left_out += left_out
        if len(measurements.time_s):
            self._pending.append(measurements)
            self._work_off(
                float(np.floor(measurements.time_s[-1] / self._slice_s)) * self._slice_s, including=False
            )

    def picture(self, time_s: float, node: str) -> Tracks:
        """Confirmed and coasted tracks at a time, after all detections with time up to it.

        Parameters
        ----------
        time_s
            The picture's time, no earlier than the last processed detection.
        node
            Whose picture it is.
        """
        self._work_off(time_s, including=True)
        tracks = self._tracks
        rows = np.flatnonzero(tracks.live("confirmed"))
        rows = rows[np.argsort(tracks.number[rows])]
        state, cov = self._at(rows, time_s)
        place, velocity, shown = local.to_local(state, cov, WGS84_A_M, WGS84_E2)
        recent = time_s - tracks.seen_s[rows] <= _RECENT_S
        quickest = np.where(recent, self._sources.period_s, np.inf).min(axis=1, initial=np.inf)
        silent = time_s - tracks.last_hit_s[rows] > _COAST_AFTER * quickest
        said = tracks.identity[rows]
        return Tracks(
            time=np.full(len(rows), time_s),
            node=Labels.constant(node, len(rows)),
            track=tracks.number[rows],
            lat_deg=place[:, 0],
            lon_deg=place[:, 1],
            alt_m=place[:, 2],
            ve_mps=velocity[:, 0],
            vn_mps=velocity[:, 1],
            vu_mps=velocity[:, 2],
            cov=shown,
            status=Labels(np.where(silent, _COASTED, _CONFIRMED).astype(np.int32), STATUSES),
            identity=Labels(
                np.where(said[:, POSITION] >= 0, said[:, POSITION], said[:, RADAR]).astype(np.int32),
                self._filter.identities.names(),
            ),
            kind=Labels.constant(None, len(rows)),
            sensors=np.count_nonzero(recent, axis=1),
            originator=Labels.constant(node, len(rows)),
            releasable_to=Labels.constant(None, len(rows)),
        )

    def _work_off(self, until_s: float, *, including: bool) -> None:
        """Work off pending measurements before `until_s`, or up to and including it, slice by slice."""
        if not self._pending:
            return
        pending = Measurements.join(self._pending)
        ready = int(np.searchsorted(pending.time_s, until_s, side="right" if including else "left"))
        slices = np.floor(pending.time_s[:ready] / self._slice_s)
        edges = [0, *(np.flatnonzero(np.diff(slices)) + 1).tolist(), ready] if ready else [0]
        for first, last in pairwise(edges):
            self._work(pending.take(slice(first, last)))
        self._pending = [pending.take(slice(ready, None))] if ready < len(pending.time_s) else []

    def _work(self, measurements: Measurements) -> None:
        """Work off one slice."""
        tracks = self._tracks
        first_s, last_s = float(measurements.time_s[0]), float(measurements.time_s[-1])
        where = hashed(tracks, self._motion, 0.5 * (first_s + last_s), 0.5 * (last_s - first_s))
        track = associate(
            tracks, measurements, self._sources, self._existence.log_surplus(), self._motion, where
        )
        log_likelihood = np.zeros(len(track))
        hits = np.flatnonzero(track >= 0)
        self._update(hits, track, measurements, log_likelihood)
        unexplained = np.flatnonzero(track < 0)
        self._existence.count(measurements.sensor[unexplained], last_s)
        self._begin(unexplained, track, measurements, log_likelihood)
        if last_s - self._rated_s >= _RATE_EVERY_S:
            self._rated_s = last_s
            self._existence.rate(tracks, np.arange(tracks.count))
        fresh, drop = self._existence.judge(tracks, last_s)
        tracks.number[fresh] = np.arange(self._next_number, self._next_number + len(fresh))
        self._next_number += len(fresh)
        tracks.remove(drop)
        if last_s - self._parted_s >= _TWINS_EVERY_S:
            self._parted_s = last_s
            self._part_twins(last_s)

    def _update(self, rows: IntN, track: IntN, measurements: Measurements, log_likelihood: FloatN) -> None:
        tracks = self._tracks
        kalman.update_each(
            rows,
            track,
            measurements.time_s,
            measurements.place_m,
            measurements.cov_m2,
            self._models,
            self._motion.forget_hz,
            tracks.state,
            tracks.cov,
            tracks.mode,
            tracks.time_s,
            log_likelihood,
        )
        self._existence.credit(tracks, rows, track, log_likelihood, measurements)

    def _begin(self, rows: IntN, track: IntN, measurements: Measurements, log_likelihood: FloatN) -> None:
        tracks = self._tracks
        tracks.make_room(len(rows))
        joined = np.zeros(len(track), dtype=np.bool_)
        begun_by = np.empty(tracks.count + len(rows), dtype=np.int64)
        count = initiate.begin(
            rows,
            measurements.sensor,
            measurements.time_s,
            measurements.place_m,
            measurements.cov_m2,
            measurements.identity,
            (self._motion.sigma_level_mps, self._motion.sigma_vertical_mps),
            GATE,
            tracks.count,
            self._models,
            tracks.state,
            tracks.cov,
            tracks.mode,
            tracks.time_s,
            joined,
            begun_by,
            track,
            log_likelihood,
        )
        new = np.arange(tracks.count, tracks.count + count)
        tracks.count += count
        self._existence.begin(tracks, new, begun_by[new], measurements)
        self._existence.credit(tracks, rows[joined[rows]], track, log_likelihood, measurements)

    def _part_twins(self, time_s: float) -> None:
        tracks = self._tracks
        state, cov = self._at(np.arange(tracks.count), time_s)
        where = hashed(tracks, self._motion, time_s, 0.0)
        tracks.remove(self._existence.twins(tracks, state, cov, where))

    def _at(self, rows: IntN, time_s: float) -> tuple[FloatNx6, FloatNx21]:
        tracks = self._tracks
        return kalman.predict_each(
            rows,
            time_s,
            self._models,
            self._motion.forget_hz,
            tracks.state,
            tracks.cov,
            tracks.mode,
            tracks.time_s,
        )


_CONFIRMED, _COASTED = STATUSES.index("confirmed"), STATUSES.index("coasted")
