"""One node's tracker: detections in, in order of time; pictures out, at any time."""

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.errors import InputError
from kizuna.kernels import initiate, kalman, local
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import STATUSES, Tracks
from kizuna.models.measurement import ASSUMED_ALIKE
from kizuna.models.motion import Manoeuvring
from kizuna.shapes import BoolN, FloatN, FloatNx6, FloatNx21, IntN
from kizuna.tracking.associate import GATE, hashed, laid, nearest, pairs
from kizuna.tracking.existence import Belief, Existence
from kizuna.tracking.filter import POSITION, RADAR, Filter, Measurements, Sources
from kizuna.tracking.joint import LEAST_MERIT, Shares, share
from kizuna.tracking.register import Register
from kizuna.tracking.remarks import Remarks
from kizuna.tracking.twins import twins

Associator = Literal["gnn", "bp"]

_LONGEST_SLICE_S = 2.0
"""In it the tracks before it are good enough to pair by: an object that turns at 3 g is 60 m off."""
_SLICE_OF_PERIOD = 0.8
"""No slice holds two detections of one object by one sensor: periods jitter by less than a fifth."""
_RATE_EVERY_S = 10.0
"""In this time an object flies 2 or 3 km: what sees it hardly changes."""
_LOOK_EVERY_S = 5.0
"""How often twins are looked for: about once in a scan."""
_REMARK_EVERY_S = 30.0
"""How often the picture is looked at for what should be remarked on."""
_SILENCE_S = 10.0
"""After this long without any detection, tracks are judged before anything else: time alone ends them."""
_RECENT_S = 60.0
"""A sensor that saw an object within this time contributes to its track."""
_COAST_AFTER = 1.5
"""A track coasts when its quickest recent sensor has been silent for this many of its periods."""
_CONFIRMED, _COASTED = STATUSES.index("confirmed"), STATUSES.index("coasted")


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
    associator
        How detections are paired with tracks: `gnn`, each to one (global nearest neighbour), or `bp`, shared
        by their joint probabilities (belief propagation).
    """

    def __init__(
        self,
        sensors: Sensors,
        motion: Manoeuvring | None = None,
        belief: Belief | None = None,
        associator: Associator = "gnn",
    ) -> None:
        self._associator = associator
        self._motion = motion or Manoeuvring()
        self._sources = Sources.of(sensors)
        self._filter = Filter(self._sources)
        self._existence = Existence(self._sources, belief or Belief())
        shortest = float(self._sources.period_s.min(initial=2.0 * _LONGEST_SLICE_S))
        self._slice_s = min(_LONGEST_SLICE_S, _SLICE_OF_PERIOD * shortest)
        self._tracks = Register.of(len(self._sources.names), len(self._motion.models))
        self._pending: list[Measurements] = []
        self._next_number = 1
        self._rated_s = self._looked_s = self._remarked_s = self._judged_s = self._last_s = -np.inf
        self._remarks = Remarks()

    @property
    def left_out(self) -> int:
        """How many detections gave no place (bearings) and were left out."""
        return int(self._filter.bearings.sum())

    @property
    def count(self) -> int:
        """How many tracks are alive, tentative ones included."""
        return self._tracks.count

    def remarks(self) -> list[str]:
        """What should be known of the input before the tracks are believed, one sentence each."""
        return self._remarks.sentences(self._filter)

    def process(self, detections: Detections) -> None:
        """Take detections in; those of the last, still open slice wait for the next call or picture.

        Parameters
        ----------
        detections
            In order of time, none earlier than what was processed before.

        Raises
        ------
        InputError
            When a detection's sensor is unknown, or its time lies before those of an earlier call.
        """
        if not len(detections):
            return
        first_s, last_s = float(detections.time[0]), float(detections.time[-1])
        if first_s < self._last_s:
            problem = f"time {first_s:.3f} lies before {self._last_s:.3f}, which is processed already"
            raise InputError("detections", "row 0", problem, "detections in order of time")
        self._last_s = last_s
        measurements = self._filter.measure(detections)
        if len(measurements.time_s):
            self._pending.append(measurements)
            self._work_off(float(np.floor(last_s / self._slice_s)) * self._slice_s, including=False)

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
        self._end_silence(time_s)
        tracks = self._tracks
        rows = np.flatnonzero(tracks.live("confirmed"))
        rows = rows[np.argsort(tracks.number[rows])]
        state, cov = self._at(rows, time_s)
        place, velocity, shown = local.to_local(state, cov, WGS84_A_M, WGS84_E2)
        recent = time_s - tracks.seen_s[rows] <= _RECENT_S
        silent = self._silent(time_s)[rows]
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
        tracks, belief = self._tracks, self._existence
        first_s, last_s = float(measurements.time_s[0]), float(measurements.time_s[-1])
        self._end_silence(first_s)
        middle_s, slack_s = 0.5 * (first_s + last_s), 0.5 * (last_s - first_s)
        where = hashed(tracks, self._motion.models, middle_s, slack_s)
        if middle_s - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = middle_s
            gone = twins(tracks, self._sources, self._motion, where, middle_s)
            if len(gone):
                tracks.remove(gone)
                where = hashed(tracks, self._motion.models, middle_s, slack_s)
        if middle_s - self._remarked_s >= _REMARK_EVERY_S:
            self._remarked_s = middle_s
            self._remarks.look(tracks, tracks.live("confirmed") & ~self._silent(middle_s))
        surplus = belief.log_surplus
        least = 0.0 if self._associator == "gnn" else LEAST_MERIT
        found = pairs(tracks, measurements, self._sources, surplus, self._motion, where, least)
        if self._associator == "gnn":
            track = nearest(found)
            unexplained = np.flatnonzero(track < 0)
            belief.learn(measurements.sensor[unexplained], last_s)
            self._update(np.flatnonzero(track >= 0), track, measurements)
        else:
            shares = share(found, measurements, tracks, self._sources, surplus)
            unexplained = shares.unexplained
            belief.learn(measurements.sensor[unexplained], last_s)
            self._update_shared(shares)
        if len(unexplained):
            self._begin(unexplained, measurements)
        if last_s - self._rated_s >= _RATE_EVERY_S:
            self._rated_s = last_s
            belief.rate(tracks, np.arange(tracks.count))
        self._judge(last_s)

    def _judge(self, time_s: float) -> None:
        """Number the tracks that are believed from now on, and drop those that no longer are."""
        tracks = self._tracks
        self._judged_s = time_s
        fresh, drop = self._existence.judge(tracks, time_s)
        tracks.number[fresh] = np.arange(self._next_number, self._next_number + len(fresh))
        self._next_number += len(fresh)
        tracks.remove(drop)

    def _end_silence(self, time_s: float) -> None:
        """Drop what time alone has ended, if no sensor has said anything for long."""
        if time_s - self._judged_s > _SILENCE_S:
            self._judge(time_s)

    def _update(self, rows: IntN, track: IntN, measurements: Measurements) -> None:
        """Update tracks with the detections that are theirs."""
        tracks = self._tracks
        place_m, cov_m2, assumed = measurements.place_m, measurements.cov_m2, measurements.assumed
        if assumed.any():
            place_m, cov_m2 = laid(measurements, track, self._sources, tracks, ASSUMED_ALIKE)
        trust = np.ones(len(track))
        log_likelihood = self._recur(
            rows, track, trust, replace(measurements, place_m=place_m, cov_m2=cov_m2)
        )
        if assumed.any():
            # That an assumed height tells little is no reason to believe the pair less.
            log_likelihood[assumed] += 0.5 * np.log(ASSUMED_ALIKE)
        gain = self._existence.gain(log_likelihood, measurements)
        self._existence.credit(tracks, rows, track, gain, trust, measurements)

    def _update_shared(self, shares: Shares) -> None:
        """Update tracks with their shares of detections."""
        rows = np.arange(len(shares.track))
        self._recur(rows, shares.track, shares.trust, shares.measurements)
        self._existence.credit(
            self._tracks, rows, shares.track, shares.gain, shares.trust, shares.measurements
        )

    def _recur(self, rows: IntN, track: IntN, trust: FloatN, measurements: Measurements) -> FloatN:
        """Predict and update the tracks (N,) of the measurements in `rows`; log-densities (N,)."""
        tracks = self._tracks
        log_likelihood = np.zeros(len(track))
        kalman.update_each(
            rows,
            track,
            measurements.time_s,
            measurements.place_m,
            measurements.cov_m2,
            measurements.rate_mps,
            measurements.sensor,
            trust,
            self._sources.sites.place_m,
            self._sources.sigma_rate_mps,
            self._motion.sigma_level_mps,
            self._motion.models,
            self._motion.forget_hz,
            tracks.state,
            tracks.cov,
            tracks.mode,
            tracks.time_s,
            log_likelihood,
        )
        return log_likelihood

    def _begin(self, rows: IntN, measurements: Measurements) -> None:
        """Begin tracks with the detections in `rows`, which no track explains."""
        tracks = self._tracks
        track, log_likelihood = np.full(len(measurements.time_s), -1), np.zeros(len(measurements.time_s))
        tracks.make_room(len(rows))
        joined = np.zeros(len(track), dtype=np.bool_)
        first = tracks.count
        begun_by = np.empty(first + len(rows), dtype=np.int64)
        count = initiate.begin(
            rows,
            measurements.sensor,
            measurements.time_s,
            measurements.place_m,
            measurements.cov_m2,
            measurements.identity,
            (self._motion.sigma_level_mps, self._motion.sigma_vertical_mps),
            GATE,
            first,
            self._motion.models,
            tracks.state,
            tracks.cov,
            tracks.mode,
            tracks.time_s,
            joined,
            begun_by,
            track,
            log_likelihood,
        )
        tracks.count += count
        begun_by = begun_by[first : first + count]
        initiate.hear_rates(
            begun_by,
            track,
            measurements.rate_mps,
            measurements.sensor,
            self._sources.sites.place_m,
            self._sources.sigma_rate_mps,
            tracks.state,
            tracks.cov,
        )
        self._existence.begin(tracks, first, begun_by, measurements)
        gain = self._existence.gain(log_likelihood, measurements)
        self._existence.credit(tracks, rows[joined[rows]], track, gain, np.ones(len(track)), measurements)

    def _silent(self, time_s: float) -> BoolN:
        """Which live tracks have not been seen for longer than their quickest recent sensor takes, (T,)."""
        tracks = self._tracks
        recent = time_s - tracks.live("seen_s") <= _RECENT_S
        quickest = np.where(recent, self._sources.period_s, np.inf).min(axis=1, initial=np.inf)
        silent: BoolN = time_s - tracks.live("last_hit_s") > _COAST_AFTER * quickest
        return silent

    def _at(self, rows: IntN, time_s: float) -> tuple[FloatNx6, FloatNx21]:
        tracks = self._tracks
        return kalman.predict_each(
            rows,
            time_s,
            self._motion.models,
            self._motion.forget_hz,
            tracks.state,
            tracks.cov,
            tracks.mode,
            tracks.time_s,
        )
