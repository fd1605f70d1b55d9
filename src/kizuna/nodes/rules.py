"""By what a node decides on releases: its nation's policies, and the classes that its records fall into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.report import Reports
from kizuna.nodes.policy import Decision, Grant, Policies, Record
from kizuna.shapes import BoolN, IntN

OWN_NATION: Final = "(own nation)"
NO_RULE: Final = "(no rule permits it)"
FAILED: Final = "(a rule failed)"
"""What a decision is counted under when no rule of a policy made it."""

KINDS: Final[Mapping[type, str]] = {Detections: "detections", Reports: "tracks", Notices: "notices"}
"""What rules call the kinds of tables."""

_OLDEST_S: Final = 86_400
"""A rule can't tell ages beyond this apart."""
_REMEMBERED: Final = 100_000
"""Decisions that are kept; each second of age may make new ones."""


@dataclass(frozen=True, slots=True)
class Area:
    """A named part of the Earth between two latitudes and two longitudes; west > east crosses 180°."""

    name: str
    lat_deg: tuple[float, float]
    lon_deg: tuple[float, float]

    def holds(self, reports: Reports) -> BoolN:
        """Which rows lie in it, (N,)."""
        south, north = self.lat_deg
        west, east = self.lon_deg
        lon = reports.lon_deg
        between = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
        return between & (reports.lat_deg >= south) & (reports.lat_deg <= north)


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a node decides.

    Parameters
    ----------
    node
        Whose decisions these are.
    nations
        The nation of every node of the network.
    policies
        The nation's policies; without any, nothing is released.
    areas
        The areas that policies may name.
    marking
        How the node marks its own records.
    phases
        When each phase of the exercise begins, s since 1970-01-01 UTC, and its name; in order of time.
    """

    node: str
    nations: Mapping[str, str]
    policies: Policies | None = None
    areas: tuple[Area, ...] = ()
    marking: str = ""
    phases: Sequence[tuple[float, str]] = ()
    _decisions: dict[tuple[str, Record, str], Decision] = field(default_factory=dict, repr=False)
    """Decided before; records of one class share their fate."""

    def phase(self, now_s: float) -> str:
        """Name of the phase at a time; empty before the first."""
        return next((name for start_s, name in reversed(self.phases) if start_s <= now_s), "")

    def grant(self, to: str, record: Record, phase: str) -> tuple[Grant | None, str]:
        """How a class of records may go to a nation, and the rule to count it under."""
        if to == record.originator:
            return Grant(), OWN_NATION
        if self.policies is None:
            return None, NO_RULE
        key = (to, record, phase)
        if key not in self._decisions:
            if len(self._decisions) >= _REMEMBERED:
                self._decisions.clear()
            self._decisions[key] = self.policies.decide(to, record, phase)
        decision = self._decisions[key]
        if decision.errors:
            return None, FAILED
        return decision.grant, "+".join(decision.rules) or NO_RULE

    def who_may(self, record: Record, grant: Grant, phase: str) -> str:
        """The nations to which a class of records is given no less than by a grant, separated by spaces."""
        may = []
        for nation in sorted(set(self.nations.values())):
            theirs, _ = self.grant(nation, record, phase)
            if theirs is not None and theirs.covers(grant):
                may.append(nation)
        return " ".join(may)

    def classes(self, table: Detections | Reports | Notices, now_s: float) -> tuple[list[Record], IntN]:
        """The classes that the rows of a table fall into, and the class (N,) of each row.

        Rows that differ only in what no rule asks for are of one class.
        """
        words = _words(table) if self._asks(_WORD[type(table)]) else Labels.constant(None, len(table))
        told, areas = np.zeros(len(table), dtype=np.int64), np.zeros(len(table), dtype=np.int64)
        if isinstance(table, Reports) and self._asks("areas"):
            for bit, area in enumerate(self.areas):
                areas |= np.where(area.holds(table), np.int64(1) << bit, 0)
        if not isinstance(table, Notices) and self._asks("identified"):
            told = (~table.identity.missing()).astype(np.int64)
        age_s = np.zeros(len(table), dtype=np.int64)
        if self._asks("age_s"):
            age_s = np.clip(np.floor(now_s - table.time + 1e-6), 0, _OLDEST_S).astype(np.int64)
        sizes = (len(words.names) + 1, 2, 1 << len(self.areas), _OLDEST_S + 1)
        key = np.ravel_multi_index((words.codes + 1, told, areas, age_s), sizes)
        different, which = np.unique(key, return_inverse=True)
        rows = np.stack(np.unravel_index(different, sizes), axis=1).tolist()
        made = []
        for word, identified, bits, age in rows:
            name = words.names[word - 1] if word else None
            inside = tuple(sorted(a.name for bit, a in enumerate(self.areas) if bits >> bit & 1))
            made.append(self._record(type(table), name, bool(identified), inside, age))
        return made, which

    def _record(
        self, kind: type, word: str | None, identified: bool, inside: tuple[str, ...], age_s: int
    ) -> Record:
        """A class of records of a kind of table; of the columns that this kind doesn't have, None."""
        made = Record(KINDS[kind], self.nations[self.node], None, None, self.marking, None, None, age_s)
        if kind is Reports:
            return made._replace(object_kind=word or "unknown", identified=identified, areas=inside)
        if kind is Detections:
            return made._replace(sensor=word or "", identified=identified)
        return made._replace(areas=(word,) if word else ())

    def _asks(self, attribute: str) -> bool:
        return self.policies is not None and self.policies.asks(attribute)


_WORD: Final[Mapping[type, str]] = {Detections: "sensor", Reports: "object_kind", Notices: "areas"}
"""What of a record stands in a column of text."""


def _words(table: Detections | Reports | Notices) -> Labels:
    if isinstance(table, Detections):
        return table.sensor
    return table.kind if isinstance(table, Reports) else table.area
