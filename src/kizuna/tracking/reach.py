"""How probably radars detect, by range, learned from the hits and misses of tracks that are surely there."""

import copy
from typing import Final, Self

import numpy as np

from kizuna.kernels import reach
from kizuna.models.detection import probability
from kizuna.shapes import BoolN, Float, FloatN, FloatNx3, IntN
from kizuna.tracking.filter import EARTH, Measurements, Sources

_RINGS: Final = 20
"""Of range, of equal width: the law that is stated changes over a quarter of the range."""
_KNOWN_SCANS: Final = 20.0
"""What is stated weighs as much as so many scans of one object in a ring."""
_MEMORY_S: Final = 1_800.0
"""Counts of this age weigh a third: radars are repaired, and ducts come and go."""
_LEAST: Final = 0.02
_MOST: Final = 0.98


class Reach:
    """Probability of detection by range of each radar; as stated where nothing is learned.

    The mean of a Beta distribution (Gelman and others 2013, "Bayesian Data Analysis", 2.4) of hits among the
    scans in which confirmed tracks were within reach and above the horizon.

    Parameters
    ----------
    sources
        The sensors.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._learning = np.flatnonzero(sources.learns_detection)
        self.slot = np.full(len(sources.names), -1)
        """(S,) row of each sensor in `table`; -1 where it is as stated."""
        self.slot[self._learning] = np.arange(len(self._learning))
        far_m = (np.arange(_RINGS) + 0.5) / _RINGS * sources.max_range_m[self._learning, None]
        pd, most_m = sources.pd[self._learning, None], sources.max_range_m[self._learning, None]
        self._stated: Float = np.asarray(probability(far_m, pd, most_m)).reshape(-1, _RINGS)
        self.table: Float = np.clip(self._stated, _LEAST, _MOST)
        """(L, rings): probability of detection."""
        self.hits, self.scans = np.zeros_like(self.table), np.zeros_like(self.table)
        """(L, rings): how often each radar saw what it might have seen, and might have."""
        self.since_s = np.inf
        """When it was last learned."""

    def copy(self) -> Self:
        """The same knowledge, which grows on alone."""
        made = copy.copy(self)
        made.hits, made.scans = self.hits.copy(), self.scans.copy()
        return made

    @property
    def learns(self) -> bool:
        """Whether there is anything to learn."""
        return len(self._learning) > 0

    def hit(self, measurements: Measurements, counts: BoolN) -> None:
        """Count those of the measurements, (N,), that are of tracks that are surely there."""
        rows = np.flatnonzero(counts & (self.slot[measurements.sensor] >= 0))
        if len(rows):
            sensor = measurements.sensor[rows]
            np.add.at(self.hits, (self.slot[sensor], self._ring(measurements.place_m[rows], sensor)), 1.0)

    def expect(self, place_m: FloatNx3, time_s: float) -> None:
        """Count the scans since it was last learned for objects in these places, (K, 3) ECEF m."""
        sources = self._sources
        reach.expect(
            place_m,
            max(time_s - self.since_s, 0.0),
            sources.sites.place_m,
            sources.sites.alt_m,
            sources.max_range_m,
            sources.period_s,
            self.slot,
            EARTH,
            self.scans,
        )

    def learn(self, time_s: float) -> None:
        """Work out the probabilities anew from all that was counted."""
        fade = float(np.exp((min(self.since_s, time_s) - time_s) / _MEMORY_S))
        # Anew, not in place: what was handed out stays as it was.
        self.hits, self.scans = self.hits * fade, self.scans * fade
        seen = self.hits + _KNOWN_SCANS * self._stated
        self.table = np.clip(seen / (np.maximum(self.scans, self.hits) + _KNOWN_SCANS), _LEAST, _MOST)
        self.since_s = time_s

    def bonus(self, measurements: Measurements) -> FloatN:
        """What a hit by each measurement gives back, (N,): the misses charged for its period."""
        sensor = measurements.sensor
        made: FloatN = self._sources.hit_bonus[sensor]
        if self.learns:
            rows = np.flatnonzero(self.slot[sensor] >= 0)
            mine = sensor[rows]
            made[rows] = -np.log1p(-self.table[self.slot[mine], self._ring(measurements.place_m[rows], mine)])
        return made

    def _ring(self, place_m: FloatNx3, sensor: IntN) -> IntN:
        sources = self._sources
        return reach.ring(place_m, sensor, sources.sites.place_m, sources.max_range_m, _RINGS)
