"""The course of a node's tracks: what one slice of measurements after the other makes of them."""

import copy
from dataclasses import replace
from typing import Literal, Self

import numpy as np

from kizuna.kernels import existence, initiate
from kizuna.models.measurement import ASSUMED_ALIKE
from kizuna.models.motion import Motion
from kizuna.shapes import BoolN, FloatN, FloatNx6, FloatNx21, IntN
from kizuna.tracking.associate import GATE, Pairs, glances, hashed, laid, nearest, pairs
from kizuna.tracking.cores import ONE, Cores, joined
from kizuna.tracking.crossings import Crossings
from kizuna.tracking.existence import Belief, Existence
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.forest import Deferral, Forest
from kizuna.tracking.history import History
from kizuna.tracking.joint import LEAST_MERIT, Shares, share
from kizuna.tracking.moving import ahead, at, follow, guess
from kizuna.tracking.register import Register
from kizuna.tracking.remarks import Remarks
from kizuna.tracking.twins import twins
from kizuna.tracking.unresolved import Unresolved

Associator = Literal["gnn", "bp", "mht"]

_RATE_EVERY_S = 10.0
"""In this time an object flies 2 or 3 km: what sees it hardly changes."""
_LOOK_EVERY_S = 5.0
"""How often twins are looked for: about once in a scan."""
_REMARK_EVERY_S = 10.0
"""How often the picture is looked at for what should be remarked on."""
_SILENCE_S = 10.0
"""After this long without any detection, tracks are judged before anything else: time alone ends them."""
RECENT_S = 60.0
"""A sensor that saw an object within this time contributes to its track."""
_SURE = 0.9
"""A measurement is kept as a track's if it is so with this probability."""
_COAST_AFTER = 1.5
"""A track coasts when its quickest recent sensor has been silent for this many of its periods."""


class Course:
    """Tracks, and how they go on. It can be copied, so that time can be turned back.

    Parameters
    ----------
    sources
        The sensors.
    motion, belief, associator, deferral
        As in `kizuna.tracking.tracker.Tracker`.
    remarks
        Where to note what is odd.
    slice_s
        How long slices are.
    cores
        What to do the work on.
    """

    def __init__(
        self,
        sources: Sources,
        motion: Motion,
        belief: Belief,
        associator: Associator,
        deferral: Deferral,
        remarks: Remarks,
        slice_s: float,
        cores: Cores = ONE,
    ) -> None:
        self.tracks = Register.of(len(sources.names), len(motion.models), motion.numbers)
        self.next_number = 1
        self.pairs: list[tuple[IntN, Measurements]] | None = None
        """Where to keep which measurements updated which confirmed tracks; None for nowhere."""
        self.history: History | None = None
        """Where to keep what all tracks were made of; None for nowhere."""
        self.crossings = Crossings(sources, motion)
        self.unresolved = Unresolved(sources, motion)
        self._begun = 0
        self._sources = sources
        self._motion = motion
        self.existence = Existence(sources, belief, cores)
        self._cores = cores
        self._associator = associator
        self.forest = Forest(self.tracks, deferral) if associator == "mht" else None
        self._remarks = remarks
        self._slice_s, self._glance_s = slice_s, sources.glance_s(slice_s)
        self._rated_s = self._looked_s = self._remarked_s = self._judged_s = -np.inf

    def copy(self) -> Self:
        """The same course, which goes on alone."""
        made = copy.copy(self)
        made.tracks = self.tracks.copy()
        made.existence = self.existence.copy()
        made.crossings = copy.copy(self.crossings)
        made.unresolved = copy.copy(self.unresolved)
        made.forest = self.forest.copy() if self.forest else None
        return made

    def work(self, measurements: Measurements) -> None:
        """Work off one slice."""
        tracks, belief = self.tracks, self.existence
        first_s, last_s = float(measurements.time_s[0]), float(measurements.time_s[-1])
        self.end_silence(first_s)
        middle_s, slack_s = 0.5 * (first_s + last_s), 0.5 * (last_s - first_s)
        expected = ahead(tracks, self._motion, middle_s)
        where = hashed(expected, self._motion.models, middle_s, slack_s, self._cores)
        if middle_s - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = middle_s
            apart = self.unresolved.apart(tracks)
            gone = twins(tracks, self._sources, self._motion, where, middle_s, apart, self._cores)
            if len(gone):
                self._remove(gone)
                expected = ahead(tracks, self._motion, middle_s)
                where = hashed(expected, self._motion.models, middle_s, slack_s, self._cores)
        if middle_s - self._remarked_s >= _REMARK_EVERY_S:
            self._remarked_s = middle_s
            # Of this slice nothing is known yet.
            silent = self.heard(np.arange(tracks.count), first_s)[1]
            self._remarks.look(tracks, tracks.live("confirmed") & ~silent)
        surplus = belief.surplus(measurements)
        if self.forest:
            # Hypotheses are where detections are looked for; the tracks only show the best ones.
            expected = ahead(self.forest.states, self._motion, middle_s)
            where = hashed(expected, self._motion.models, middle_s, slack_s, self._cores)
        least = LEAST_MERIT if self._associator == "bp" else 0.0
        glance = glances(measurements, self._glance_s, self._slice_s)
        found = pairs(
            expected, measurements, glance, self._sources, surplus, self._motion, where, least, self._cores
        )
        if self.forest:
            unexplained = self._defer(self.forest, found, measurements, glance)
        elif self._associator == "gnn":
            unexplained = self._pair(found, measurements, surplus, expected)
        else:
            bonus = belief.reach.bonus(measurements)
            shares = share(found, measurements, expected, self._sources, surplus, bonus)
            unexplained = shares.unexplained
            belief.learn(measurements.sensor[unexplained], last_s)
            self._update_shared(shares)
            self._keep_pairs(np.where(shares.trust > _SURE, shares.track, -1), shares.measurements)
        bearings = unexplained[measurements.line[unexplained] > 0]
        if len(bearings):
            self._begin_crossing(measurements.take(bearings))
            unexplained = unexplained[measurements.line[unexplained] == 0]
        if len(unexplained):
            begun = self._begin(unexplained, measurements, glance)
            if self.forest:
                self.forest.plant(tracks, unexplained, begun)
        elif self.forest:
            self.forest.plant(tracks, unexplained, np.full(len(measurements.time_s), -1))
        if last_s - self._rated_s >= _RATE_EVERY_S:
            self._rated_s = last_s
            belief.learn_detection(tracks, last_s)
            belief.rate(tracks, np.arange(tracks.count))
            if self.forest:
                belief.rate(self.forest.states, np.arange(self.forest.states.count))
        self._judge(last_s)

    def _pair(
        self, found: Pairs, measurements: Measurements, log_surplus: FloatN, expected: Register
    ) -> IntN:
        """Update tracks with one detection each; the detections that no track explains."""
        tracks, track = self.tracks, nearest(found)
        shared = self.unresolved.share(tracks, measurements, track, log_surplus, expected)
        unexplained = np.flatnonzero(track < 0)
        if shared:
            track[shared.plots] = -1
            unexplained = np.setdiff1d(unexplained, shared.plots)
        self.existence.learn(measurements.sensor[unexplained], float(measurements.time_s[-1]))
        if shared:
            rows = np.flatnonzero(shared.track >= 0)
            self._update(tracks, rows, shared.track, shared.measurements, expected, shared.gain)
        else:
            self._update(tracks, np.flatnonzero(track >= 0), track, measurements, expected)
        self._keep_pairs(track, measurements)
        return unexplained

    def _defer(self, forest: Forest, found: Pairs, measurements: Measurements, glance: IntN) -> IntN:
        """Let the hypotheses grow by a slice; the detections that the best one does without."""
        first_s, last_s = float(measurements.time_s[0]), float(measurements.time_s[-1])
        growth = forest.grow(found, glance, last_s, self.tracks)
        self.existence.learn(measurements.sensor[growth.unexplained], last_s)
        expected = ahead(forest.states, self._motion, 0.5 * (first_s + last_s))
        taken = measurements.take(growth.row)
        log_likelihood = self._update(forest.states, np.arange(len(growth.row)), growth.leaf, taken, expected)
        forest.credit(growth, log_likelihood - found.log_density[growth.pair])
        forest.show(self.tracks, self.existence.confirm_at)
        self._keep_pairs(forest.believed(growth, len(measurements.time_s)), measurements)
        self._remove(forest.ended())
        return growth.unexplained

    def _remove(self, rows: IntN) -> None:
        """Take tracks out, given in ascending order."""
        self.tracks.remove(rows)
        if self.forest:
            self.forest.fell(rows)

    def _judge(self, time_s: float) -> None:
        """Number the tracks that are believed from now on, and drop those that no longer are."""
        tracks = self.tracks
        self._judged_s = time_s
        fresh, drop = self.existence.judge(tracks, time_s)
        tracks.number[fresh] = np.arange(self.next_number, self.next_number + len(fresh))
        self.next_number += len(fresh)
        if self.history is not None:
            self.history.confirmed(tracks, fresh)
        self.existence.end(tracks, drop, time_s)
        self._remove(drop)

    def end_silence(self, time_s: float) -> None:
        """Drop what time alone has ended, if no sensor has said anything for long."""
        if time_s - self._judged_s > _SILENCE_S:
            self._judge(time_s)

    def _update(
        self,
        tracks: Register,
        rows: IntN,
        track: IntN,
        measurements: Measurements,
        expected: Register,
        told: FloatN | None = None,
    ) -> FloatN:
        """Update tracks or hypotheses, which were expected so, with their detections; log-densities (N,).

        Where `told`, (N,), isn't NaN, it is what the detection adds to the log-odds of its track.
        """
        trust = np.ones(len(track))
        assumed = measurements.assumed
        laid_out = measurements
        if measurements.loose:
            place_m, cov_m2 = laid(measurements, track, self._sources, expected, ASSUMED_ALIKE)
            laid_out = replace(measurements, place_m=place_m, cov_m2=cov_m2)
        log_likelihood = self._recur(tracks, rows, track, trust, laid_out)
        if assumed.any():
            # That an assumed height tells little is no reason to believe the pair less.
            log_likelihood[assumed] += 0.5 * np.log(ASSUMED_ALIKE)
        gain = self.existence.gain(log_likelihood, measurements)
        if told is not None:
            gain = np.where(np.isnan(told), gain, told)
        self.existence.credit(tracks, rows, track, gain, trust, measurements)
        return log_likelihood

    def _keep_pairs(self, track: IntN, measurements: Measurements) -> None:
        self.existence.saw(self.tracks, track, measurements)
        if self.pairs is not None:
            rows = np.flatnonzero((track >= 0) & self.tracks.confirmed[track] & (measurements.line == 0))
            self.pairs.append((self.tracks.number[track[rows]], measurements.take(rows)))

    def _update_shared(self, shares: Shares) -> None:
        """Update tracks with their shares of detections."""
        rows = np.arange(len(shares.track))
        self._recur(self.tracks, rows, shares.track, shares.trust, shares.measurements)
        self.existence.credit(self.tracks, rows, shares.track, shares.gain, shares.trust, shares.measurements)

    def _recur(
        self, tracks: Register, rows: IntN, track: IntN, trust: FloatN, measurements: Measurements
    ) -> FloatN:
        """Predict and update the tracks (N,) of the measurements in `rows`; log-densities (N,)."""
        if self.history is not None:
            self.history.updated(tracks.serial[track[rows]], trust[rows], measurements.take(rows))
        return follow(tracks, self._motion, self._sources, rows, track, trust, measurements)

    def _begin_crossing(self, bearings: Measurements) -> None:
        """Begin tracks where bearings that no track explains cross earlier ones from other sites."""
        crossed, doubt = self.crossings.find(bearings)
        if len(doubt):
            first = self.tracks.count
            # Each crossing is a track of its own: none joins another's.
            self._begin(np.arange(len(doubt)), crossed, np.zeros(len(doubt), dtype=np.int64))
            self.tracks.score[first : self.tracks.count] -= doubt
            self.tracks.least[first : self.tracks.count] -= doubt

    def _begin(self, rows: IntN, measurements: Measurements, source: IntN) -> IntN:
        """Begin tracks with the detections in `rows`, which no track explains; the track of each, (N,).

        Those of different `source`, (N,), may begin one track together.
        """
        tracks = self.tracks
        track, log_likelihood = np.full(len(measurements.time_s), -1), np.zeros(len(measurements.time_s))
        tracks.make_room(len(rows))
        joined = np.zeros(len(track), dtype=np.bool_)
        first = tracks.count
        begun_by = np.empty(first + len(rows), dtype=np.int64)
        count = initiate.begin(
            rows,
            source,
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
        guess(tracks, self._motion, first)
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
        tracks.serial[first : first + count] = self._begun + np.arange(count)
        self._begun += count
        if self.history is not None:
            self.history.begun(tracks, first, tracks.serial[track[rows]], measurements.take(rows))
        self.existence.begin(tracks, first, begun_by, measurements)
        gain = self.existence.gain(log_likelihood, measurements)
        self.existence.credit(tracks, rows[joined[rows]], track, gain, np.ones(len(track)), measurements)
        return track

    def heard(self, rows: IntN, time_s: float) -> tuple[IntN, BoolN]:
        """How many sensors contribute to the tracks in these rows, and whether they have fallen silent, (K,).

        A track is silent when it has not been seen for longer than its quickest recent sensor takes.
        """
        tracks = self.tracks

        def recency(part: slice) -> tuple[IntN, FloatN]:
            return existence.recency(rows[part], time_s, RECENT_S, self._sources.period_s, tracks.seen)

        count, quickest_s = joined(self._cores.share(recency, len(rows)))
        return count, time_s - tracks.last_hit_s[rows] > _COAST_AFTER * quickest_s

    def at(self, rows: IntN, time_s: float) -> tuple[FloatNx6, FloatNx21]:
        """ECEF states and packed covariances of the tracks in these rows at a time."""
        return at(self.tracks, self._motion, rows, time_s)
