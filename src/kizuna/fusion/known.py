"""What a node knows of every tracker's tracks: one row for each, with its latest report."""

from dataclasses import dataclass, field, fields

import numpy as np

from kizuna.fusion.combine import Estimates
from kizuna.fusion.news import News
from kizuna.messages.report import TRACKS
from kizuna.shapes import BoolN, FloatN, IntN


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
        return self.key // TRACKS

    @property
    def track(self) -> IntN:
        """Each track's number at its originator."""
        return self.key % TRACKS

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

    def note(self, rows: IntN, news: News) -> None:
        """Set what reports say besides the estimate."""
        self.number[rows], self.since_s[rows] = news.claim, news.since_s
        self.status[rows], self.sensors[rows] = news.status, news.sensors
        self.identity[rows], self.releasable_to[rows] = news.identity, news.releasable_to

    def keep(self, rows: BoolN) -> None:
        """Forget all tracks but these."""
        self.heard = self.heard.take(np.flatnonzero(rows))
        for name in _COLUMNS:
            setattr(self, name, getattr(self, name)[rows])


_COLUMNS = [item.name for item in fields(Known) if item.name != "heard"]
