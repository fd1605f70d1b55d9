"""One nation's node: hears its own sensors and its peers, shares what it may, and holds a picture."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from kizuna.bus.inbox import Inbox
from kizuna.bus.journal import Journal
from kizuna.bus.port import Message, Port
from kizuna.fusion.picture import Source
from kizuna.fusion.window import Window
from kizuna.messages.columns import Table
from kizuna.messages.detection import Detections
from kizuna.messages.impact import Impacts
from kizuna.messages.notice import Notices
from kizuna.messages.packed import Packed
from kizuna.messages.report import Reports
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.models.motion import Motion
from kizuna.nodes.dialogue import Dialogue
from kizuna.nodes.release import Release
from kizuna.nodes.sharing import Plan, Sharing, by_own_clock
from kizuna.tracking.tracker import Tracker
from kizuna.tracking.warning import impact

_SAME_TIME_S = 1e-6


class Node:
    """A node of the network; the same for simulated and for live links.

    Parameters
    ----------
    port
        The node's door to the network; its name is the node's.
    sensors
        The sensors whose detections may reach it, its own and its peers'.
    release
        What it gives to its peers.
    window_s
        For how long it waits for late detections, s.
    journal
        Where it writes its pictures.
    record_every_s
        Time between the pictures that are written, s.
    plan
        How it shares tracks; None when it shares none.
    dialogue
        Its part in the channel of dialogue; None when there is none.
    rewind_s
        For how long after the window it turns time back for detections that come even later, s.
    motion
        How objects are expected to move; as airliners do when absent.
    register
        Whether it estimates its sensors' biases as it goes, and corrects them.
    owners
        For each peer, the sensors whose detections it may send; when absent, those of all.
    """

    def __init__(
        self,
        port: Port,
        sensors: Sensors,
        release: Release,
        window_s: float,
        journal: Journal,
        record_every_s: float,
        plan: Plan | None = None,
        dialogue: Dialogue | None = None,
        rewind_s: float = 0.0,
        motion: Motion | None = None,
        register: bool = False,
        owners: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.name = port.node
        self._port = port
        self._release = release
        # Rows of the very end of the window's time are the tracker's to count when they are too late.
        late_s = window_s + rewind_s if rewind_s else 0.0
        self._tracker = Tracker(sensors, motion, late_s=late_s, register=register)
        self._window = Window(window_s, rewind_s)
        self._journal = journal
        self._record_every_s = record_every_s
        self._inbox = Inbox()
        self._sharing = Sharing(port, release, plan) if plan is not None else None
        self._dialogue = dialogue
        self._heard: Counter[str] = Counter()
        self._owners = owners
        self.usurped = 0
        """Detections of sensors for which their sender may not speak."""
        self._news: list[Notices] = []
        self._own: Tracks | None = None
        self._next_record_s = self._now_s = -float("inf")
        port.listen(self._receive)

    @property
    def too_late(self) -> int:
        """How many detections came too late to be used."""
        return self._window.too_late + self._tracker.too_late

    def heard(self) -> dict[str, int]:
        """How many messages have come from each peer, each counted once."""
        return dict(self._heard)

    def left_out(self) -> dict[str, int]:
        """How much of what peers have said was left out: what can't be read, be theirs to say, or be so."""
        parts = [part for part in (self._sharing, self._dialogue) if part is not None]
        return {
            "unread": 0 if self._sharing is None else self._sharing.unread,
            "usurped": self.usurped + sum(part.usurped for part in parts),
            "absurd": 0 if self._sharing is None else self._sharing.absurd,
        }

    def remarks(self) -> list[str]:
        """What its tracker has to remark on its input, in sentences."""
        return self._tracker.remarks()

    def hear(self, detections: Detections, now_s: float) -> None:
        """Take in what its own sensors report up to a time, and send on what may be sent."""
        self._window.add(detections)
        for peer in self._port.peers:
            released = self._release.detections_for(peer, detections, now_s)
            if released is not None:
                self._port.send(peer, "detections", released)

    def say(self, notices: Notices, now_s: float) -> None:
        """Say notices to whom they are addressed; ValueError without a channel of dialogue."""
        if self._dialogue is None:
            raise ValueError(f"{self.name} has no channel of dialogue")
        self._dialogue.say(notices)
        self._note(notices, now_s)

    def tick(self, now_s: float) -> None:
        """Let time pass, and write the picture of this time when one is due."""
        self._now_s, self._own = now_s, None
        self._window.advance(now_s)
        if self._dialogue is not None:
            self._note_heard(now_s)
            self._note(self._dialogue.tick(now_s), now_s)
        if self._sharing is not None:
            self._sharing.pass_on(now_s)
            if self._sharing.due(now_s):
                self._sharing.tick(now_s, self._own_tracks())
            elif self._sharing.greeted:
                self._sharing.welcome(now_s, self._own_tracks())
        if now_s >= self._next_record_s - _SAME_TIME_S:
            self._next_record_s = now_s + self._record_every_s
            self._journal.append("tracks", self.picture())
            self._foresee()

    def greet(self, peer: str) -> None:
        """Have a peer that has come, or come back, told at the next tick what is known here."""
        if self._sharing is not None:
            self._sharing.greet(peer)

    def again(self, peer: str, kind: str, table: Table) -> None:
        """Send to a peer once more what got lost."""
        if isinstance(table, Reports) and self._sharing is not None:
            self._sharing.again(peer, table)
        else:
            self._port.send(peer, kind, table)

    def picture(self) -> Tracks:
        """What the node holds to be true at the last tick."""
        self.settle()
        return self._own_tracks() if self._sharing is None else self._sharing.picture.tracks(self._now_s)

    def settle(self) -> int:
        """Bring the picture of the last tick up to date, and tell how many tracks it holds."""
        own = self._own_tracks()
        if self._sharing is None:
            return len(own)
        self._sharing.refresh(self._now_s, own)
        return len(self._sharing.picture)

    def pedigree(self) -> dict[int, tuple[Source, ...]]:
        """Whose data each track of the picture holds, by its number; empty when nobody shares tracks."""
        return {} if self._sharing is None else self._sharing.picture.pedigree()

    def released(self) -> list[dict[str, str | int]]:
        """What the rules of release have let through and stopped, by nation, kind of record and rule."""
        return self._release.log()

    def close(self, now_s: float) -> None:
        """Write what the node has to say at the end."""
        self._note_heard(now_s)
        self._journal.event(now_s, "closed", node=self.name, too_late=self.too_late, remarks=self.remarks())
        if self._release.rules is not None:
            self._journal.event(
                now_s,
                "release",
                node=self.name,
                decisions=self.released(),
                refused=self._release.refused,
            )

    def _own_tracks(self) -> Tracks:
        """Tracks of the node's own tracker at the last tick.

        Detections are worked off when somebody asks, in the same order as if it were at every tick.
        """
        if self._own is None:
            self._tracker.process(self._window.release())
            self._own = self._tracker.picture(self._now_s, self.name)
        return self._own

    def _foresee(self) -> None:
        """Write where and when the node's own tracks that fall freely will come down."""
        track, state, cov = self._tracker.falling(self._now_s)
        if not len(track):
            return
        areas = impact(state, cov)
        down = np.flatnonzero(np.isfinite(areas.lat_deg) & (areas.after_s > 0.0))
        impacts = Impacts.of(
            time=np.full(len(down), self._now_s),
            node=[self.name] * len(down),
            track=track[down],
            lat_deg=areas.lat_deg[down],
            lon_deg=areas.lon_deg[down],
            var_east_m2=areas.cov_m2[down, 0, 0],
            cov_east_north_m2=areas.cov_m2[down, 0, 1],
            var_north_m2=areas.cov_m2[down, 1, 1],
            falls=self._now_s + areas.after_s[down],
            sigma_s=areas.sigma_s[down],
        )
        self._journal.append("impacts", impacts)

    def _receive(self, message: Message) -> None:
        if not self._inbox.is_new(message.sender, message.number):
            return
        self._heard[message.sender] += 1
        payload, ahead_s = message.payload, message.ahead_s
        if isinstance(payload, Notices) and self._dialogue is not None:
            self._news.append(self._dialogue.receive(message.sender, by_own_clock(payload, ahead_s)))
        elif isinstance(payload, Detections) and self._release.share == "detections":
            self._window.add(by_own_clock(self._owned(message.sender, payload), ahead_s))
        elif isinstance(payload, Reports) and self._sharing is not None:
            self._sharing.receive(message.sender, by_own_clock(payload, ahead_s))
        elif isinstance(payload, Packed) and self._sharing is not None:
            self._sharing.receive_packed(message.sender, payload.data, ahead_s)

    def _owned(self, sender: str, detections: Detections) -> Detections:
        """Of a peer's detections, those of sensors that are its own."""
        if self._owners is None:
            return detections
        own = self._owners.get(sender, frozenset())
        if own.issuperset(detections.sensor.names):
            return detections
        kept = detections.take(detections.sensor.among(own))
        self.usurped += len(detections) - len(kept)
        return kept

    def _note_heard(self, now_s: float) -> None:
        """Take note of the notices that have come since the last tick."""
        news, self._news = self._news, []
        for notices in news:
            self._note(notices, now_s)

    def _note(self, notices: Notices, time_s: float) -> None:
        """Write notices that were said or heard into the journal."""
        for row in range(len(notices)):
            one = notices.take(slice(row, row + 1))
            self._journal.event(
                time_s,
                "notice",
                node=self.name,
                originator=one.originator.values()[0],
                notice=int(one.notice[0]),
                text=one.text.values()[0],
                area=one.area.values()[0],
                to=one.releasable_to.values()[0],
                what=one.kind.values()[0] or "words",
                answer_by=None if np.isnan(one.answer_by[0]) else float(one.answer_by[0]),
                answers=one.answers.values()[0],
            )
