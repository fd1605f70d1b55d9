"""What a node knows of every tracker's tracks: one row for each, with its latest report."""

from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np

from kizuna.fusion.combine import Estimates
from kizuna.messages.columns import Labels
from kizuna.messages.report import Reports
from kizuna.messages.track import STATUSES
from kizuna.shapes import BoolN, FloatN, IntN

_TRACKS: Final = 1 << 32
"""More tracks than a tracker ever numbers."""
_LOOKUPS: Final = 64
_STATUS: Final = {name: code for code, name in enumerate(STATUSES)}


class Names:
    """Text as codes that stay the same while names are added."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.names = list(names)
        self._codes = {name: code for code, name in enumerate(names)}
        self._lookups: dict[tuple[str, ...], IntN] = {}
        """Tables of one sender have the same names for long."""

    def codes(self, labels: Labels) -> IntN:
        """Codes (N,) of a column, -1 for null; new names get the next codes."""
        lookup = self._lookups.get(labels.names)
        if lookup is None:
            for name in labels.names:
                if name not in self._codes:
                    self._codes[name] = len(self.names)
                    self.names.append(name)
            # The last entry serves code -1.
            lookup = np.array([*(self._codes[name] for name in labels.names), -1], dtype=np.int64)
            if len(self._lookups) >= _LOOKUPS:
                self._lookups.clear()
            self._lookups[labels.names] = lookup
        made: IntN = lookup[labels.codes]
        return made

    def labels(self, codes: IntN) -> Labels:
        """The column that these codes stand for."""
        return Labels(codes.astype(np.int32), tuple(self.names))


def _ints() -> IntN:
    return np.empty(0, dtype=np.int64)


@dataclass(slots=True, eq=False)
class Known:
    """Columns (T,) over the known tracks, in order of arrival.

    `heard` holds the latest report of each track, in ECEF at its own time.
    """

    heard: Estimates = field(default_factory=Estimates.empty)
    key: IntN = field(default_factory=_ints)
    """Originator's code and track number in one."""
    number: IntN = field(default_factory=_ints)
    """The number that the originator claims, and when that was first given, s since 1970-01-01 UTC."""
    since_s: FloatN = field(default_factory=lambda: np.empty(0))
    group: IntN = field(default_factory=_ints)
    """Which fused track it is part of."""
    strikes: IntN = field(default_factory=_ints)
    """How many times in a row it was found too far from its group."""
    born_s: FloatN = field(default_factory=lambda: np.empty(0))
    """When it was first heard of, s since 1970-01-01 UTC."""
    releasable_to: IntN = field(default_factory=_ints)
    status: IntN = field(default_factory=_ints)
    identity: IntN = field(default_factory=_ints)
    sensors: IntN = field(default_factory=_ints)

    def __len__(self) -> int:
        return len(self.key)

    @property
    def originator(self) -> IntN:
        """Code of each track's originator."""
        return self.key // _TRACKS

    @property
    def track(self) -> IntN:
        """Each track's number at its originator."""
        return self.key % _TRACKS

    def find(self, key: IntN) -> IntN:
        """Rows of tracks by their keys, -1 for those that are unknown."""
        if not len(self.key):
            return np.full(len(key), -1, dtype=np.int64)
        order = np.argsort(self.key)
        place = np.minimum(np.searchsorted(self.key[order], key), len(order) - 1)
        rows = order[place]
        return np.where(self.key[rows] == key, rows, -1)

    def append(self, key: IntN, group: IntN, estimates: Estimates) -> None:
        """Add tracks; what their reports say is set by `note`."""
        self.heard.append(estimates)
        self.key = np.concatenate([self.key, key])
        self.group = np.concatenate([self.group, group])
        zeros = np.zeros(len(key), dtype=np.int64)
        self.since_s = np.concatenate([self.since_s, np.zeros(len(key))])
        self.born_s = np.concatenate([self.born_s, estimates.time_s])
        for name in ("number", "strikes", "status", "identity", "sensors", "releasable_to"):
            setattr(self, name, np.concatenate([getattr(self, name), zeros]))

    def note(self, rows: IntN, reports: Reports, identity: IntN, releasable_to: IntN) -> None:
        """Set what reports say besides the estimate; of text, codes."""
        self.number[rows], self.since_s[rows] = reports.claim, reports.since
        # A message holds the names that it needs, in any order.
        self.status[rows] = reports.status.recode(_STATUS)
        self.sensors[rows] = reports.sensors
        self.identity[rows], self.releasable_to[rows] = identity, releasable_to

    def keep(self, rows: BoolN) -> None:
        """Forget all tracks but these."""
        self.heard = self.heard.take(np.flatnonzero(rows))
        for name in _COLUMNS:
            setattr(self, name, getattr(self, name)[rows])


_COLUMNS = [item.name for item in fields(Known) if item.name != "heard"]


def key_of(originator: IntN, track: IntN) -> IntN:
    """Keys (N,) of tracks, from their originators' codes and their numbers there."""
    made: IntN = originator * _TRACKS + track
    return made
