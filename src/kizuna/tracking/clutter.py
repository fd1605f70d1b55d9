"""How many false plots a radar makes, and where, learned from the tracks that came to nothing."""

import copy
from typing import Final, Self

import numpy as np

from kizuna.kernels import clutter
from kizuna.shapes import CodeN, Float, FloatN, FloatNx3, IntN
from kizuna.tracking.filter import Measurements, Sources

_SIDE: Final = 40
"""Squares side by side across a radar's reach: 15 km each for a reach of 300 km, about a wind farm."""
_EVERY_S: Final = 5.0
"""How often what has ended is counted."""
_MEMORY_S: Final = 600.0
"""Counts of this age weigh a third: rain moves on."""
_KNOWN_SCANS: Final = 3.0
"""What is taken for a radar's clutter beforehand weighs as much as so many scans of it."""
_KNOWN_PLOTS: Final = 0.5
"""And that all squares have their even part of it, as much as so many plots in each."""


class Clutter:
    """Maps of the clutter of those radars of which nobody has said how much they have.

    A plot was false if it began a track that was dropped before it was confirmed, or if such a track had it.
    The rate of each square is the mean of its Gamma distribution (Gelman and others 2013, "Bayesian Data
    Analysis", 2.6), whose prior has the mean that all squares of the radar have.

    Parameters
    ----------
    sources
        The sensors.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        learning = np.flatnonzero(sources.learns)
        self._slot = np.full(len(sources.names), -1)
        self._slot[learning] = np.arange(len(learning))
        self._learning = learning
        self._count: Float = np.zeros((len(learning), _SIDE * _SIDE))
        self._density: Float = np.repeat(sources.clutter[learning, None], _SIDE * _SIDE, axis=1)
        self._share = (2.0 / _SIDE) ** 2 / np.pi
        self._age_s = 0.0
        self._since_s = np.nan
        self.ended: list[tuple[FloatNx3, CodeN, IntN]] = []
        """What has ended since it was last counted."""
        self.of_scan = sources.clutter
        """(S,) false plots in a scan of each sensor."""

    def copy(self) -> Self:
        """The same knowledge, which grows on alone."""
        made = copy.copy(self)
        made.ended = list(self.ended)
        return made

    @property
    def learns(self) -> bool:
        """Whether there is anything to learn."""
        return len(self._learning) > 0

    def end(self, place_m: FloatNx3, seen_by: CodeN, hits: IntN) -> None:
        """Note tracks (K) that came to nothing: their ECEF places in m, (K, 3), sensors (K, C) and plots."""
        if len(hits):
            self.ended.append((place_m, seen_by, hits))

    def here(self, measurements: Measurements) -> FloatN:
        """False plots of a whole scan if all had as many as where each measurement is, (N,)."""
        sources = self._sources
        if not self.learns:
            return sources.clutter[measurements.sensor]
        return clutter.spread(
            measurements.sensor,
            measurements.place_m,
            sources.sites.place_m,
            sources.sites.basis,
            sources.max_range_m,
            _SIDE,
            self._slot,
            self._density,
            sources.clutter,
        )

    def learn(self, time_s: float) -> bool:
        """Count what has ended until now, if it is time to; whether it was."""
        if not self.learns or time_s - self._since_s < _EVERY_S:
            return False
        if np.isnan(self._since_s):
            self._since_s = time_s
            return False
        fade = float(np.exp((self._since_s - time_s) / _MEMORY_S))
        self._age_s = self._age_s * fade + _MEMORY_S * (1.0 - fade)
        self._since_s = time_s
        self._count = self._count * fade
        sources, learning = self._sources, self._learning
        for place_m, seen_by, hits in self.ended:
            clutter.tally(
                place_m,
                seen_by,
                hits,
                sources.sites.place_m,
                sources.sites.basis,
                sources.max_range_m,
                _SIDE,
                self._slot,
                self._count,
            )
        self.ended = []
        scans = self._age_s / sources.period_s[learning]
        known = _KNOWN_SCANS * sources.clutter[learning]
        mean = (self._count.sum(axis=1) + known) / (scans + _KNOWN_SCANS)
        rate = (self._count + _KNOWN_PLOTS) / (scans + _KNOWN_PLOTS / (mean * self._share))[:, None]
        self._density = rate / self._share
        self.of_scan = sources.clutter.copy()
        self.of_scan[learning] = mean
        return True
