"""A node that shares tracks: it reports its own, passes others' on, and holds the fused picture of all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from kizuna.bus.port import PACKED_ENVELOPE_BYTES, Port
from kizuna.errors import InputError
from kizuna.fusion.combine import Motion, Rule
from kizuna.fusion.picture import Picture
from kizuna.fusion.states import is_covariance
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.packed import Told, unpack
from kizuna.messages.report import Reports
from kizuna.messages.track import Tracks
from kizuna.nodes.outlet import Outlet, Thrift
from kizuna.nodes.release import Release

_SAME_TIME_S = 1e-6
Timed = TypeVar("Timed", Detections, Reports, Notices)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a node shares tracks.

    Parameters
    ----------
    nodes
        All nodes of the network.
    relays
        For each peer, the originators whose reports this node passes on to it.
    rule
        How estimates are combined.
    every_s
        Time from one report of a track to its next, s.
    hold_s
        For how long a track is held that nobody reports any more, s.
    motion
        How objects move; as trackers assume it unless given.
    """

    nodes: tuple[str, ...]
    relays: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rule: Rule = "tracklets"
    every_s: float = 5.0
    hold_s: float = 30.0
    motion: Motion | None = None
    speaks_for: Mapping[str, frozenset[str]] | None = None
    """For each peer, the originators whose reports it may send: its own, and those that it passes on."""
    thrift: Thrift | None = None
    """How it is sparing with the links; None to send all reports as they are."""


class Sharing:
    """What a node does with tracks, its own and its peers'.

    Parameters
    ----------
    port
        The node's door to the network.
    release
        What it gives to its peers.
    plan
        How it shares.
    """

    def __init__(self, port: Port, release: Release, plan: Plan) -> None:
        self._port = port
        self._release = release
        self._plan = plan
        nations = None if release.rules is None else release.rules.nations
        self._picture = Picture(port.node, plan.nodes, plan.rule, plan.hold_s, plan.motion, nations)
        self._next_s = self._fresh_s = self._now_s = -np.inf
        """When to report next; of when the picture is, as long as nothing has come since; and now."""
        self._told: dict[str, Told] = {}
        self.unread = self.usurped = self.absurd = 0
        """Messages that could not be read; reports of originators for whom their sender may not speak; and
        such as are of a time that is far ahead, or whose covariances are none."""
        self._outlets = {} if plan.thrift is None else self._made_outlets(plan, plan.thrift)
        self._greeted: set[str] = set()
        self._pass_on: dict[str, list[Reports]] = {peer: [] for peer in port.peers}
        self._relays = any(plan.relays.values())
        self._come: list[Reports] = []
        """What peers have said since the picture was brought up to date, when there is nothing to pass on."""

    @property
    def picture(self) -> Picture:
        """The fused picture, with its pedigree."""
        return self._picture

    def due(self, now_s: float) -> bool:
        """Whether it is time to report."""
        return now_s >= self._next_s - _SAME_TIME_S

    def tick(self, now_s: float, own: Tracks) -> None:
        """Take in the node's own tracks of this time, bring the picture up to date, and report."""
        self.refresh(now_s, own)
        self._next_s = now_s + self._plan.every_s
        # Numbered after the picture is settled: a new track of a known object comes with its number.
        reports = self._picture.own_reports(own)
        for peer in self._port.peers:
            self._send(peer, reports, now_s)
        self._greeted.clear()

    @property
    def greeted(self) -> bool:
        """Whether anybody was greeted since the last report."""
        return bool(self._greeted)

    def greet(self, peer: str) -> None:
        """Take a peer to know nothing, and have it told at the next turn what this node tracks."""
        self._greeted.add(peer)
        if peer in self._outlets:
            self._outlets[peer].begin_anew()

    def welcome(self, now_s: float, own: Tracks) -> None:
        """Tell those who were greeted what this node tracks, without waiting for the next report."""
        self.refresh(now_s, own)
        reports = self._picture.own_reports(own)
        for peer in sorted(self._greeted):
            self._send(peer, reports, now_s)
        self._greeted.clear()

    def again(self, peer: str, reports: Reports) -> None:
        """Send reports once more that got lost; they were released when they were sent first."""
        if peer in self._outlets:
            self._outlets[peer].again(reports)
        else:
            self._port.send(peer, "reports", reports)

    def refresh(self, now_s: float, own: Tracks) -> None:
        """Take in the node's own tracks of this time, and bring the picture up to date."""
        self._now_s = now_s
        if now_s == self._fresh_s and not self._come:
            return
        self._picture.take(self._picture.own_reports(own), *self._come)
        self._come.clear()
        self._picture.settle(now_s)
        self._fresh_s = now_s

    def receive_packed(self, sender: str, data: bytes, ahead_s: float = 0.0) -> None:
        """Take in what a peer, whose clock is ahead, says in few bytes; what can't be read is counted."""
        try:
            reports = unpack(data, self._told.setdefault(sender, Told()), f"message from {sender}")
        except InputError:
            self.unread += 1
            return
        self.receive(sender, by_own_clock(reports, ahead_s))

    def receive(self, sender: str, reports: Reports) -> None:
        """Take in what a peer says, and remember what is to be passed on."""
        own = reports.originator.equal(self._port.node)
        reports = self._release.accepted(reports.take(~own) if own.any() else reports)
        if self._plan.speaks_for is not None:
            reports = self._spoken(reports, self._plan.speaks_for.get(sender, frozenset()))
        reports = self._possible(reports)
        if not self._relays:
            # A picture that takes many messages at once is quicker.
            if len(reports):
                self._come.append(reports)
            return
        new = self._picture.take(reports)
        if not new.any():
            return
        self._fresh_s = -np.inf
        news = reports.take(new)
        for peer, waiting in self._pass_on.items():
            wanted = [name for name in news.originator.names if name in self._plan.relays.get(peer, ())]
            codes = [news.originator.code(name) for name in wanted if peer not in (name, sender)]
            rows = np.isin(news.originator.codes, codes)
            if rows.any():
                waiting.append(news.take(rows))

    def _spoken(self, reports: Reports, originators: frozenset[str]) -> Reports:
        """The rows for whose originators a peer may speak."""
        may = reports.originator.among(originators)
        self.usurped += int(np.count_nonzero(~may))
        if may.all():
            return reports
        kept = reports.take(may)
        # The names of all that was left out must not be kept either.
        return replace(kept, originator=kept.originator.used(), identity=kept.identity.used())

    def _possible(self, reports: Reports) -> Reports:
        """The rows that can be so: one bad row of a peer must not spoil what others have said."""
        latest_s = self._now_s + self._plan.hold_s if self._now_s > -np.inf else np.inf
        may = is_covariance(reports.cov) & (reports.time <= latest_s)
        self.absurd += int(np.count_nonzero(~may))
        return reports if may.all() else reports.take(may)

    def _without_secrets(self, released: Reports) -> Reports:
        """The same rows, the node's own without numbers that not all receivers may know of."""
        own = released.originator.equal(self._port.node)
        return Reports.join([self._picture.claimed(released.take(own)), released.take(~own)])

    def pass_on(self, now_s: float) -> None:
        """Send on what has come for others since the last call."""
        self._now_s = now_s
        for peer, waiting in self._pass_on.items():
            if waiting:
                self._send(peer, Reports.join(waiting), now_s)
                waiting.clear()
            elif peer in self._outlets:
                self._send_best(peer, now_s)

    def _send(self, peer: str, reports: Reports, now_s: float) -> None:
        released = self._release.reports_for(peer, reports, now_s)
        if released is not None and self._release.rules is not None:
            released = self._without_secrets(released)
        if peer in self._outlets:
            if released is not None:
                self._outlets[peer].offer(released)
            self._send_best(peer, now_s)
        elif released is not None:
            self._port.send(peer, "reports", released)

    def _send_best(self, peer: str, now_s: float) -> None:
        """Send of what waits for a peer what is worth most, as far as the link has room."""
        packed = self._outlets[peer].take(now_s)
        if packed is not None:
            self._port.send(peer, "reports", packed)

    def _made_outlets(self, plan: Plan, thrift: Thrift) -> dict[str, Outlet]:
        motion = plan.motion or Motion.agreed()
        return {
            peer: Outlet(thrift, thrift.capacity(peer), PACKED_ENVELOPE_BYTES, plan.hold_s, motion)
            for peer in self._port.peers
        }


def relays_of(node: str, links: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """For each peer of a node, the originators that it hears only if somebody passes them on.

    Parameters
    ----------
    node
        The node.
    links
        Of each node, the nodes that its links reach.
    """
    return {
        peer: frozenset(
            name for name, reached in links.items() if name not in (node, peer) and peer not in reached
        )
        for peer in links.get(node, frozenset())
    }


def spoken_for(node: str, links: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """For each node that reaches this one, the originators for whom it may speak here.

    Itself, and those for whom it passes on; parameters as of `relays_of`.
    """
    return {
        peer: frozenset({peer}) | relays_of(peer, links)[node]
        for peer, reached in links.items()
        if node in reached
    }


def by_own_clock(table: Timed, ahead_s: float) -> Timed:
    """What came from a node whose clock is ahead, by this node's clock.

    When numbers were first given, which decides whose number holds, stays as it was told: all nodes must
    compare the same times.
    """
    if ahead_s == 0.0:
        return table
    if isinstance(table, Notices):
        table = replace(table, answer_by=table.answer_by - ahead_s)
    return replace(table, time=table.time - ahead_s)
