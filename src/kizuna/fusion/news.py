"""What reports say, as numbers: the rows of many messages as one."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from kizuna.fusion.combine import Estimates
from kizuna.fusion.states import states_from
from kizuna.messages.columns import Labels
from kizuna.messages.report import TRACKS, Reports
from kizuna.messages.track import STATUSES
from kizuna.shapes import BoolN, FloatN, FloatNx3, FloatNx21, IntN

_LOOKUPS: Final = 64


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


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """Columns (N,) of reports; of text, codes."""

    time_s: FloatN
    key: IntN
    """Originator's code and track number in one."""
    claim: IntN
    since_s: FloatN
    status: IntN
    sensors: IntN
    identity: IntN
    releasable_to: IntN
    place: FloatNx3
    """Latitude and longitude, degrees, and height, m."""
    velocity_mps: FloatNx3
    """East, north and up."""
    cov: FloatNx21
    """As in `kizuna.messages.report.Reports`."""

    def take(self, rows: BoolN) -> "News":
        """Some rows."""
        return News(*(getattr(self, item.name)[rows] for item in fields(self)))

    def estimates(self) -> Estimates:
        """Where the reports say that the objects are, in ECEF."""
        return Estimates(*states_from(self.place, self.velocity_mps, self.cov), self.time_s)


class Codes:
    """The codes by which a picture knows text.

    Parameters
    ----------
    nodes
        All nodes of the network, which may originate reports.
    """

    def __init__(self, nodes: Sequence[str]) -> None:
        self.originator = Names(tuple(sorted(nodes)))
        self.status = Names(STATUSES)
        self.identity, self.releasable_to = Names(), Names()

    def read(self, tables: Sequence[Reports]) -> News:
        """The rows of all tables, one after the other."""
        originator = [self.originator.codes(table.originator) for table in tables]
        return News(
            time_s=np.concatenate([table.time for table in tables]),
            key=key_of(np.concatenate(originator), np.concatenate([table.track for table in tables])),
            claim=np.concatenate([table.claim for table in tables]),
            since_s=np.concatenate([table.since for table in tables]),
            status=np.concatenate([self.status.codes(table.status) for table in tables]),
            sensors=np.concatenate([table.sensors for table in tables]),
            identity=np.concatenate([self.identity.codes(table.identity) for table in tables]),
            releasable_to=np.concatenate([self.releasable_to.codes(table.releasable_to) for table in tables]),
            place=_side_by_side(tables, ("lat_deg", "lon_deg", "alt_m")),
            velocity_mps=_side_by_side(tables, ("ve_mps", "vn_mps", "vu_mps")),
            cov=np.concatenate([table.cov for table in tables]),
        )


def _side_by_side(tables: Sequence[Reports], names: tuple[str, str, str]) -> FloatNx3:
    columns = [np.concatenate([getattr(table, name) for table in tables]) for name in names]
    return np.stack(columns, axis=-1)


def key_of(originator: IntN, track: IntN) -> IntN:
    """Keys (N,) of tracks, from their originators' codes and their numbers there."""
    made: IntN = originator * TRACKS + track
    return made
