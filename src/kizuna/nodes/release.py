"""Which records may leave a node, for whom, and how coarse; decided before a byte is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeVar

import numpy as np

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.report import Reports
from kizuna.nodes.coarsen import bare, can_round, coarsened
from kizuna.nodes.policy import Grant, Record
from kizuna.nodes.rules import KINDS, Rules
from kizuna.shapes import BoolN, IntN

Share = Literal["nothing", "detections", "tracks"]
T = TypeVar("T", Detections, Reports, Notices)
Stamped = TypeVar("Stamped", Reports, Notices)
"""Tables whose rows say to whom their originator has released them; detections go to direct peers alone."""

NO_GRID: Final = "(can't be rounded)"
NOT_FOR_THIRD: Final = "(not released to it by its originator)"
OUTSIDE: Final = "(outside the alliance)"
"""What a decision is counted under when no rule of a policy made it; see also `kizuna.nodes.rules`."""


@dataclass(slots=True)
class Release:
    """What a node gives to the nodes that its links reach.

    Nothing leaves unless `share` says so, but notices, which are addressed. With `rules`, nothing leaves but
    what the nation's policies permit; what another node has originated goes only to whom that node has
    released it, as stamped in `releasable_to`. Nodes `outside` the alliance get notices alone, whatever the
    rules say. The cause of a detection, which only a simulation knows, never leaves.
    """

    share: Share = "nothing"
    rules: Rules | None = None
    outside: frozenset[str] = frozenset()
    counts: Counter[tuple[str, str, str, bool]] = field(default_factory=Counter)
    """Records by (nation, or node where no rules name nations; kind; rule or what else decided; whether they
    were let through)."""
    refused: int = 0
    """Records that came in though they were not released to this node's nation."""
    _held: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def detections_for(self, peer: str, detections: Detections, now_s: float = 0.0) -> Detections | None:
        """The rows that may go to a peer, or None when nothing may.

        Parameters
        ----------
        peer
            The node that would receive them.
        detections
            What the node's own sensors have reported.
        now_s
            When, s since 1970-01-01 UTC.
        """
        if self.share != "detections" or self._is_outside(peer, detections):
            return None
        released = detections if self.rules is None else self._own(self.rules, peer, detections, now_s)
        if not len(released):
            return None
        if not released.object.names:
            return released
        return replace(released, object=Labels.constant(None, len(released)))

    def reports_for(self, peer: str, reports: Reports, now_s: float = 0.0) -> Reports | None:
        """The rows that may go to a peer, or None when nothing may.

        Parameters
        ----------
        peer
            The node that would receive them.
        reports
            Of the node's own tracks, or of others' to be passed on.
        now_s
            When, s since 1970-01-01 UTC.
        """
        if self.share != "tracks" or self._is_outside(peer, reports):
            return None
        return self._both(peer, reports, now_s)

    def notices_for(self, peer: str, notices: Notices, now_s: float = 0.0) -> Notices | None:
        """The rows that may go to a peer, or None when nothing may; they go whatever nodes share.

        Parameters
        ----------
        peer
            The node that would receive them.
        notices
            Of this node, addressed in `releasable_to`, or of others to be passed on.
        now_s
            When, s since 1970-01-01 UTC.
        """
        return self._both(peer, notices, now_s)

    def accepted(self, table: T) -> T:
        """The rows that may have come in: those that their originators released to this node's nation."""
        if self.rules is None or isinstance(table, Detections):
            return table
        may = self._may(self.rules, table, self.rules.nations[self.rules.node])
        self.refused += int(np.count_nonzero(~may))
        return table.take(may)

    def log(self) -> list[dict[str, str | int]]:
        """What has been decided, countable by nation, kind of record and rule."""
        made: list[dict[str, str | int]] = []
        for (to, kind, rule, released), count in sorted(self.counts.items()):
            made.append({"to": to, "kind": kind, "rule": rule, "released": released, "records": count})
        return made

    def _is_outside(self, peer: str, table: Detections | Reports) -> bool:
        """Whether a peer gets no such records, whatever the rules say; counted."""
        if peer not in self.outside:
            return False
        to = peer if self.rules is None else self.rules.nations[peer]
        if len(table):
            self.counts[to, KINDS[type(table)], OUTSIDE, False] += len(table)
        return True

    def _both(self, peer: str, table: Stamped, now_s: float) -> Stamped | None:
        """Of the node's own records and of others', those that may go to a peer."""
        if self.rules is None:
            return table if len(table) else None
        own = table.originator.equal(self.rules.node)
        mine = self._own(self.rules, peer, table.take(own), now_s)
        released = _joined(mine, [self._passed_on(self.rules, peer, table.take(~own))])
        return bare(released) if len(released) else None

    def _passed_on(self, rules: Rules, peer: str, table: Stamped) -> Stamped:
        """Others' records whose originators have released them to the peer, as they came."""
        to = rules.nations[peer]
        may = self._may(rules, table, to)
        stopped = int(np.count_nonzero(~may))
        if stopped:
            self.counts[to, KINDS[type(table)], NOT_FOR_THIRD, False] += stopped
        return table.take(may)

    def _may(self, rules: Rules, table: Reports | Notices, nation: str) -> BoolN:
        """Which rows their originators have released to a nation, (N,)."""
        return _stamped_for(table.releasable_to, nation) | _of_nation(table, rules.nations, nation)

    def _own(self, rules: Rules, peer: str, table: T, now_s: float) -> T:
        """The node's own records as its rules let them go to a peer, and those held back that are due."""
        to, kind = rules.nations[peer], KINDS[type(table)]
        # Those that were held back are decided on again.
        table = _joined(table, self._held.pop((peer, kind), []))
        parts, later = [], []
        for rows, grant, rule, record in self._ruled(rules, to, table, now_s):
            if grant is None:
                self.counts[to, kind, rule, False] += len(rows)
                continue
            young = now_s - table.time[rows] < grant.delay_s
            if young.any():
                later.append(table.take(rows[young]))
                rows = rows[~young]
            part = coarsened(table.take(rows), grant)
            self.counts[to, kind, rule, True] += len(part)
            parts.append(self._stamped(rules, part, rules.who_may(record, grant, rules.phase(now_s))))
        if later:
            self._held[peer, kind] = later
        out = _joined(table.take(slice(0, 0)), parts)
        return bare(out.take(np.argsort(out.time, kind="stable")))

    def _ruled(
        self, rules: Rules, to: str, table: T, now_s: float
    ) -> list[tuple[IntN, Grant | None, str, Record]]:
        """Each class of rows: which they are, how they may go to a nation, by which rule, and the class."""
        phase = rules.phase(now_s)
        records, which = rules.classes(table, now_s)
        made = []
        for number, record in enumerate(records):
            rows = np.flatnonzero(which == number)
            grant, rule = rules.grant(to, record, phase)
            if grant is not None and grant.round_m > 0.0 and not can_round(table):
                grant, rule = None, NO_GRID
            made.append((rows, grant, rule, record))
        return made

    def _stamped(self, rules: Rules, part: T, may: str) -> T:
        """Rows with the nations that may have this version, and the node's marking."""
        if isinstance(part, Detections):
            return part
        stamps = Labels.constant(may, len(part))
        if isinstance(part, Notices):
            stamps = _common(part.releasable_to, may)
        return replace(part, releasable_to=stamps, marking=Labels.constant(rules.marking or None, len(part)))


def _joined(table: T, more: list[T]) -> T:
    """The rows of a table and then those of others."""
    made: T = type(table).join([table, *more])  # type: ignore[list-item]
    return made


def _common(stamps: Labels, may: str) -> Labels:
    """Of the nations in each row's stamp, those that are in another stamp too."""
    allowed = may.split(" ")
    return Labels.of(
        " ".join(name for name in (text or "").split(" ") if name in allowed) for text in stamps.values()
    )


def _stamped_for(stamps: Labels, nation: str) -> BoolN:
    """Which rows are stamped for a nation, (N,)."""
    codes = [code for code, stamp in enumerate(stamps.names) if nation in stamp.split(" ")]
    return np.isin(stamps.codes, codes)


def _of_nation(table: Reports | Notices, nations: Mapping[str, str], nation: str) -> BoolN:
    """Which rows were originated by a nation itself, (N,)."""
    codes = [code for code, name in enumerate(table.originator.names) if nations.get(name) == nation]
    return np.isin(table.originator.codes, codes)
