"""Where bearings from several sites cross, objects may be."""

from dataclasses import replace
from typing import Final

import numpy as np

from kizuna.kernels import lines
from kizuna.models.measurement import HIGHEST_M
from kizuna.models.motion import Motion
from kizuna.shapes import FloatN
from kizuna.tracking.filter import EARTH, Measurements, Sources

_KEPT_S: Final = 12.0
"""Bearings cross those of the last seconds: about a turn of the slower sensors."""
_CROSSING_GATE: Final = 16.0
_VAGUE_M: Final = 20_000.0
"""Lines that cross in a place less certain than this tell none."""
_MOST: Final = 20_000
"""More crossings in one slice are left out."""
_HEIGHT_M: Final = np.array([HIGHEST_M / 2.0, HIGHEST_M / np.sqrt(12.0)])


class Crossings:
    """Keeps bearings that no track explains, and crosses new ones with them.

    A bearing alone begins no track: it doesn't tell where on its line the object is.
    """

    def __init__(self, sources: Sources, motion: Motion) -> None:
        self._sources = sources
        self._sigma_mps = motion.sigma_level_mps
        self._kept: Measurements | None = None

    def find(self, bearings: Measurements) -> tuple[Measurements, FloatN]:
        """Crossings as measurements, C rows, and (C,) what to take off their log-odds.

        A bearing that crosses n others is of one object at most: so each of its crossings is one in n.
        """
        parts = [bearings]
        if self._kept is not None:
            recent = self._kept.time_s > bearings.time_s[0] - _KEPT_S
            parts.insert(0, self._kept.take(np.flatnonzero(recent)))
        self._kept = Measurements.join(parts)
        kept, sites = self._kept, self._sources.sites
        crossed, place_m, cov_m2 = np.empty(_MOST, dtype=np.int64), np.empty((_MOST, 3)), np.empty((_MOST, 6))
        count = lines.cross(
            np.arange(len(kept.time_s) - len(bearings.time_s), len(kept.time_s)),
            kept.time_s,
            kept.place_m,
            kept.sensor,
            kept.line,
            kept.identity,
            sites.place_m,
            sites.up,
            sites.sigma,
            self._sources.max_range_m,
            EARTH[:2],
            _HEIGHT_M,
            self._sigma_mps,
            _CROSSING_GATE,
            _VAGUE_M,
            crossed,
            place_m,
            cov_m2,
        )
        rows = crossed[: min(count, _MOST)]
        made = replace(
            kept.take(rows),
            place_m=place_m[: len(rows)],
            cov_m2=cov_m2[: len(rows)],
            line=np.zeros(len(rows), dtype=np.int64),
        )
        return made, np.log(np.bincount(rows, minlength=1)[rows])
