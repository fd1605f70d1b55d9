"""Whether tracks are believed: their log-odds, their confirmation and their end."""

from dataclasses import dataclass

import numpy as np

from kizuna.kernels import existence, gating
from kizuna.shapes import FloatN, IntN
from kizuna.tracking.associate import CELL_M, SAME_SCAN, Hashed
from kizuna.tracking.filter import EARTH, POSITION, Measurements, Sources
from kizuna.tracking.register import Register


@dataclass(frozen=True, slots=True)
class Belief:
    """Log-odds at which tracks change their status, and the other bounds of belief.

    A track is confirmed at odds of 1000 to 1, so that about one confirmed track in a thousand is false when
    the sensors' clutter is as stated. A confirmed track is dropped at even odds; the ceiling fixes how many
    misses that takes (13/2.3, five to six, for one sensor with pd = 0.9).
    """

    confirm_at: float = float(np.log(1000.0))
    patience: float = float(np.log(100.0))
    """A new track is dropped when it is this much less likely than at its birth."""
    drop_at: float = 0.0
    ceiling: float = 13.0
    least_loss_hz: float = 0.15
    """A track that nothing can see is dropped after ceiling/least_loss seconds."""
    greatest_loss_hz: float = 0.8
    """Misses of many sensors at once have a common cause more often than chance would have it."""
    widest_m: float = 5_000.0
    """A place known no better than this is no track."""
    twin_gate: float = 9.0


class Existence:
    """Keeps the scores of a register of tracks."""

    def __init__(self, sources: Sources, belief: Belief) -> None:
        self._sources = sources
        self._belief = belief
        self._unexplained = np.zeros(len(sources.names))
        self._counted_s = -np.inf
        self._bounds = np.array([belief.least_loss_hz, belief.greatest_loss_hz])

    def rate(self, tracks: Register, rows: IntN) -> None:
        """Work out anew what the tracks in these rows lose per second without a hit."""
        sources = self._sources
        existence.miss_rates(
            rows,
            tracks.state[:, 0],
            tracks.identity[:, POSITION] >= 0,
            sources.sites.place_m,
            sources.sites.alt_m,
            sources.placed,
            sources.is_position,
            sources.max_range_m,
            sources.period_s,
            sources.pd,
            EARTH,
            self._bounds,
            tracks.rate_hz,
        )

    def count(self, sensor: IntN, time_s: float) -> None:
        """Learn how many new objects appear from the sensors (M,) of detections that no track explains."""
        since_s = time_s - self._counted_s
        self._unexplained *= np.exp(-since_s / self._sources.period_s)
        self._unexplained += np.bincount(sensor, minlength=len(self._unexplained))
        self._counted_s = time_s

    def _new_per_scan(self) -> FloatN:
        """New objects in a scan, (S,): by how much the unexplained exceed clutter and its own scatter."""
        sources = self._sources
        excess = self._unexplained - sources.clutter - 2.0 * np.sqrt(sources.clutter)
        new: FloatN = np.maximum(excess, sources.least_new)
        return new

    def log_surplus(self) -> FloatN:
        """Logarithm of the probability of detection over the density of clutter and new objects, m³, (S,)."""
        sources = self._sources
        surplus: FloatN = np.log(sources.pd * sources.volume_m3 / (sources.clutter + self._new_per_scan()))
        return surplus

    def credit(
        self, tracks: Register, rows: IntN, track: IntN, log_likelihood: FloatN, measurements: Measurements
    ) -> None:
        """Credit tracks with the measurements in `rows` (M,); `track` and `log_likelihood` are (N,)."""
        gain = log_likelihood + (self.log_surplus() + self._sources.hit_bonus)[measurements.sensor]
        existence.credit(
            rows,
            track,
            gain,
            measurements.sensor,
            measurements.time_s,
            measurements.identity,
            measurements.channel,
            self._belief.ceiling,
            tracks.rate_hz,
            tracks.score,
            tracks.score_time_s,
            tracks.last_hit_s,
            tracks.seen_s,
            tracks.identity,
        )

    def begin(self, tracks: Register, new: IntN, begun_by: IntN, measurements: Measurements) -> None:
        """Fill the rows `new` (M,) of tracks that the measurements `begun_by` (M,) began."""
        sensor = measurements.sensor[begun_by]
        time_s = measurements.time_s[begun_by]
        odds = self._new_per_scan() / self._sources.clutter
        tracks.score[new] = np.log(odds)[sensor]
        tracks.least[new] = tracks.score[new] - self._belief.patience
        for column in (tracks.score_time_s, tracks.born_s, tracks.last_hit_s):
            column[new] = time_s
        tracks.seen_s[new] = -np.inf
        tracks.seen_s[new, sensor] = time_s
        tracks.identity[new] = -1
        tracks.identity[new, measurements.channel[begun_by]] = measurements.identity[begun_by]
        tracks.confirmed[new] = False
        tracks.number[new] = 0
        self.rate(tracks, new)

    def judge(self, tracks: Register, time_s: float) -> tuple[IntN, IntN]:
        """Confirm tracks; returns the rows newly confirmed and the rows to drop, ascending."""
        belief = self._belief
        return existence.judge(
            time_s,
            belief.confirm_at,
            belief.drop_at,
            belief.widest_m,
            tracks.live("cov")[:, -1],
            tracks.live("time_s"),
            tracks.live("rate_hz"),
            tracks.live("score"),
            tracks.live("score_time_s"),
            tracks.live("least"),
            tracks.live("confirmed"),
        )

    def twins(self, tracks: Register, state: FloatN, cov: FloatN, where: Hashed) -> IntN:
        """Rows of tracks that follow another track's object, ascending; the older confirmed one stays.

        `state` (T, 6) and `cov` (T, 21) are the tracks predicted to the time of `where`.
        """
        rank = np.where(tracks.live("confirmed"), 1e12, 0.0) - tracks.live("born_s")
        return gating.twins(
            self._belief.twin_gate,
            CELL_M,
            SAME_SCAN,
            self._sources.period_s,
            state,
            cov,
            rank,
            tracks.live("identity"),
            tracks.live("seen_s"),
            where,
        )
