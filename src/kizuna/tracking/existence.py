"""Whether tracks are believed: their log-odds, their confirmation and their end."""

import copy
from dataclasses import dataclass
from typing import Self

import numpy as np

from kizuna.kernels import existence
from kizuna.shapes import FloatN, IntN
from kizuna.tracking.clutter import Clutter
from kizuna.tracking.cores import ONE, Cores
from kizuna.tracking.filter import EARTH, POSITION, Measurements, Sources
from kizuna.tracking.reach import Reach
from kizuna.tracking.register import Register


@dataclass(frozen=True, slots=True)
class Belief:
    """Log-odds at which tracks change their status.

    A track is confirmed at odds of 1000 to 1, so that about one confirmed track in a thousand is false when
    the sensors' clutter is as stated. A confirmed track is dropped at even odds; the ceiling fixes how many
    misses that takes (11.5/2.3, five, for one sensor with pd = 0.9).
    """

    confirm_at: float = float(np.log(1000.0))
    drop_at: float = 0.0
    ceiling: float = 11.5
    patience: float = float(np.log(100.0))
    """A new track is dropped when it is this much less likely than at its birth."""
    least_loss_hz: float = 0.2
    """A track that nothing can see is dropped after ceiling/least_loss seconds: about a minute."""
    greatest_loss_hz: float = 0.8
    """Misses of many sensors at once have a common cause more often than chance would have it."""


class Existence:
    """Keeps the scores of a register of tracks."""

    def __init__(self, sources: Sources, belief: Belief, cores: Cores = ONE) -> None:
        self._cores = cores
        self._sources = sources
        self._belief = belief
        self.confirm_at = belief.confirm_at
        self._bounds = np.array([belief.least_loss_hz, belief.greatest_loss_hz])
        self._unexplained = np.zeros(len(sources.names))
        self.clutter = Clutter(sources)
        self.reach = Reach(sources)
        self._usual = _usual(sources.clutter)
        self._log_seen_in = np.log(sources.pd * sources.volume_m3)
        self._learned_s = -np.inf
        self.log_surplus = self._log_odds_new = np.empty(0)
        self._tally(np.empty(0, dtype=np.int64), 0.0)

    def copy(self) -> Self:
        """The same knowledge, which grows on alone."""
        made = copy.copy(self)
        made.clutter = self.clutter.copy()
        made.reach = self.reach.copy()
        return made

    def learn(self, sensor: IntN, time_s: float) -> None:
        """Learn how many new objects appear from the sensors (K,) of detections that no track explains.

        Each sensor counts them over about one scan; what exceeds clutter by more than the scatter of clutter
        is new objects. So the first scans of a full sky are not taken for clutter, and in them a second
        detection near the first proves less, for it may be the neighbour's.

        `log_surplus`, (S,), becomes the logarithm of the probability of detection over the density of clutter
        and new objects, m³.
        """
        if self.clutter.learn(time_s):
            self._usual = _usual(self.clutter.of_scan)
        self._tally(sensor, time_s)

    def _tally(self, sensor: IntN, time_s: float) -> None:
        sources = self._sources
        # Anew, not in place: copies of this share what they have learnt until then.
        self._unexplained, self.log_surplus, self._log_odds_new = existence.learn(
            sensor,
            time_s - self._learned_s,
            sources.period_s,
            self.clutter.of_scan,
            self._usual,
            sources.least_new,
            self._log_seen_in,
            self._unexplained,
        )
        self._learned_s = time_s

    def rate(self, tracks: Register, rows: IntN) -> None:
        """Work out anew what the tracks in these rows lose per second without a hit."""
        sources = self._sources
        reports_itself = tracks.identity[:, POSITION] >= 0

        def miss_rates(part: slice) -> None:
            existence.miss_rates(
                rows[part],
                tracks.state[:, 0],
                reports_itself,
                sources.sites.place_m,
                sources.sites.alt_m,
                sources.placed,
                sources.is_position,
                sources.max_range_m,
                sources.period_s,
                sources.pd,
                (self.reach.slot, self.reach.table),
                EARTH,
                self._bounds,
                tracks.rate_hz,
            )

        self._cores.share(miss_rates, len(rows))

    def surplus(self, measurements: Measurements) -> FloatN:
        """`log_surplus` for each measurement, (N,), by the clutter where it is."""
        if not self.clutter.learns:
            return self.log_surplus[measurements.sensor]
        sensor = measurements.sensor
        density: FloatN = np.log(self.clutter.here(measurements) + self._new(sensor))
        return self._log_seen_in[sensor] - density

    def _odds_new(self, measurements: Measurements) -> FloatN:
        """Log-odds that measurements which no track explains are objects, (N,)."""
        sensor = measurements.sensor
        if not self.clutter.learns:
            return self._log_odds_new[sensor]
        made: FloatN = np.log(self._new(sensor) / self.clutter.here(measurements))
        return made

    def _new(self, sensor: IntN) -> FloatN:
        """New objects in a scan of these sensors, by what is learnt until now."""
        new: FloatN = np.maximum(self._unexplained - self._usual, self._sources.least_new)
        return new[sensor]

    def gain(self, log_likelihood: FloatN, measurements: Measurements) -> FloatN:
        """What measurements of these log-densities under their tracks add to the tracks' log-odds, (N,)."""
        surplus = self.surplus(measurements)
        added: FloatN = log_likelihood + (surplus + self.reach.bonus(measurements))
        return added

    def credit(
        self,
        tracks: Register,
        rows: IntN,
        track: IntN,
        gain: FloatN,
        trust: FloatN,
        measurements: Measurements,
    ) -> None:
        """Credit tracks with the measurements in `rows` (K,); `track`, `gain` and `trust` are (N,)."""

        def credit(mine: IntN) -> None:
            existence.credit(
                mine,
                track,
                gain,
                trust,
                measurements.sensor,
                measurements.time_s,
                measurements.identity,
                measurements.channel,
                self._belief.ceiling,
                tracks.rate_hz,
                tracks.score,
                tracks.score_time_s,
                tracks.last_hit_s,
                tracks.hits,
                tracks.seen,
                tracks.identity,
            )

        self._cores.share_tracks(credit, rows, track, tracks.count)

    def begin(self, tracks: Register, first: int, begun_by: IntN, measurements: Measurements) -> None:
        """Open the books of the tracks from row `first` on, begun by the measurements `begun_by` (K,)."""
        existence.enlist(
            first,
            begun_by,
            measurements.sensor,
            measurements.time_s,
            measurements.identity,
            measurements.channel,
            self._odds_new(measurements.take(begun_by)),
            self._belief.patience,
            tracks.score,
            tracks.score_time_s,
            tracks.least,
            tracks.born_s,
            tracks.last_hit_s,
            tracks.hits,
            tracks.seen,
            tracks.identity,
            tracks.confirmed,
            tracks.number,
        )
        self.rate(tracks, np.arange(first, first + len(begun_by)))

    def saw(self, tracks: Register, track: IntN, measurements: Measurements) -> None:
        """Learn how probably sensors detect from measurements and their tracks (N,), -1 for none."""
        if self.reach.learns:
            old = tracks.confirmed[track] & (tracks.born_s[track] < self.reach.since_s)
            self.reach.hit(measurements, (track >= 0) & old)

    def learn_detection(self, tracks: Register, time_s: float) -> None:
        """Learn the same from what all confirmed tracks should have had since it was last learned."""
        if self.reach.learns:
            self._should_have_seen(tracks, np.arange(tracks.count), time_s)
            self.reach.learn(time_s)

    def _should_have_seen(self, tracks: Register, rows: IntN, time_s: float) -> None:
        old = rows[tracks.confirmed[rows] & (tracks.born_s[rows] < self.reach.since_s)]
        self.reach.expect(tracks.state[old, 0, :3], time_s)

    def end(self, tracks: Register, rows: IntN, time_s: float) -> None:
        """Learn from tracks that are about to be dropped: clutter from those that came to nothing."""
        if self.reach.learns:
            self._should_have_seen(tracks, rows, time_s)
        if self.clutter.learns:
            nothing = rows[~tracks.confirmed[rows]]
            self.clutter.end(tracks.state[nothing, 0, :3], tracks.seen_by[nothing], tracks.hits[nothing])

    def judge(self, tracks: Register, time_s: float) -> tuple[IntN, IntN]:
        """Confirm tracks; returns the rows newly confirmed and the rows to drop, ascending."""
        return existence.judge(
            time_s,
            self._belief.confirm_at,
            self._belief.drop_at,
            tracks.live("rate_hz"),
            tracks.live("score"),
            tracks.live("score_time_s"),
            tracks.live("least"),
            tracks.live("confirmed"),
        )


def _usual(clutter: FloatN) -> FloatN:
    """As many false plots in a scan as are usual, (S,), where (S,) come on average."""
    return clutter + 2.0 * np.sqrt(clutter)
