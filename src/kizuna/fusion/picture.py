"""One node's fused picture: reports of many trackers in, in any order and any number of times; tracks out.

A report says whose data it holds: its originator's sensors' and nobody else's, since nodes report their own
tracks and pass others' on unchanged. So the data of a fused track are those of its members, each once,
however the reports came: over a ring, twice, or late. That is its pedigree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kizuna.fusion import numbers
from kizuna.fusion.combine import Estimates, Motion, Rule, combine, learn
from kizuna.fusion.correlate import SPLIT, Bias, distances, pair
from kizuna.fusion.known import Known
from kizuna.fusion.news import Codes, News, key_of
from kizuna.fusion.states import shown
from kizuna.messages.columns import Labels
from kizuna.messages.report import Reports
from kizuna.messages.track import STATUSES, Tracks
from kizuna.shapes import BoolN, IntN

_LOOSE: Final = 20.0
"""To compare tracks, motion is taken to be this much noisier than straight flight: objects may turn."""
_STRIKES: Final = 2
"""A track leaves its group when it was too far off this many times in a row."""


@dataclass(frozen=True, slots=True)
class Source:
    """One part of a fused track's pedigree: whose track it holds, and up to when."""

    originator: str
    track: int
    time_s: float


class Picture:
    """What a node makes of its own tracks and of those that it is told of.

    Parameters
    ----------
    node
        Whose picture it is.
    nodes
        All nodes of the network: their order gives each its block of numbers.
    rule
        How estimates are combined.
    hold_s
        For how long a track is held that nobody reports any more, s.
    motion
        How objects move.
    nations
        The nation of each node, where it matters who may know of a number.
    """

    def __init__(
        self,
        node: str,
        nodes: tuple[str, ...],
        rule: Rule = "tracklets",
        hold_s: float = 30.0,
        motion: Motion | None = None,
        nations: Mapping[str, str] | None = None,
    ) -> None:
        self._codes = Codes(nodes)
        self._originators = self._codes.originator
        self._node = node
        self._own = self._originators.names.index(node)
        self._rule = rule
        self._hold_s = hold_s
        self._bias = Bias()
        self._nations = nations or {}
        self._motion = motion or Motion.agreed()
        self._wide = Motion(_LOOSE * self._motion.level_q, _LOOSE * self._motion.vertical_q)
        self._known = Known()
        self._fused = Estimates.empty()
        self._number = np.empty(0, dtype=np.int64)
        self._since_s = np.empty(0)

    def __len__(self) -> int:
        return len(self._fused)

    def take(self, *tables: Reports) -> BoolN:
        """Take reports in, and tell which were new (N,): the others had come before, or were overtaken.

        Reports of nodes that the network doesn't know are left out. Several tables are quicker at once than
        one after the other; N are the rows of all.
        """
        news = self._codes.read(tables)
        # The last of each track, by time.
        order = np.lexsort((news.time_s, news.key))
        last = np.ones(len(order), dtype=np.bool_)
        last[:-1] = news.key[order][1:] != news.key[order][:-1]
        chosen = order[last]
        rows = self._known.find(news.key[chosen])
        newer = np.ones(len(chosen), dtype=np.bool_)
        newer[rows >= 0] = news.time_s[chosen[rows >= 0]] > self._known.heard.time_s[rows[rows >= 0]]
        fresh = np.zeros(len(order), dtype=np.bool_)
        fresh[chosen[newer]] = True
        self._take(news if fresh.all() else news.take(fresh))
        return fresh

    def own_reports(self, tracks: Tracks) -> Reports:
        """Reports of a picture of this node's own tracker, with the numbers that the node claims for them."""
        own = np.full(len(tracks), self._own)
        rows = self._known.find(key_of(own, tracks.track))
        known = rows >= 0
        number = numbers.own_number(own, tracks.track)
        since_s = tracks.time.copy()
        number[known], since_s[known] = self._known.number[rows[known]], self._known.since_s[rows[known]]
        return Reports(
            time=tracks.time,
            originator=Labels.constant(self._node, len(tracks)),
            track=tracks.track,
            claim=number,
            since=since_s,
            lat_deg=tracks.lat_deg,
            lon_deg=tracks.lon_deg,
            alt_m=tracks.alt_m,
            ve_mps=tracks.ve_mps,
            vn_mps=tracks.vn_mps,
            vu_mps=tracks.vu_mps,
            cov=tracks.cov,
            status=tracks.status,
            identity=tracks.identity,
            kind=tracks.kind,
            sensors=tracks.sensors,
            marking=Labels.constant(None, len(tracks)),
            releasable_to=tracks.releasable_to,
        )

    def claimed(self, own: Reports) -> Reports:
        """Reports of this node's own tracks with numbers that all may know of to whom they are released.

        A number tells that the node in whose block it is has tracked the object. When one of the nations to
        which a report is released has been released none of that node's reports of the object, the report
        calls it by its own number instead: whoever may know the other one hears it from that node.
        """
        known = self._known
        rows = known.find(key_of(np.full(len(own), self._own), own.track))
        owner = own.claim // numbers.BLOCK - 1
        free = owner == self._own
        for code, text in enumerate(own.releasable_to.names):
            mine = np.flatnonzero(own.releasable_to.codes == code)
            told = np.ones(len(mine), dtype=np.bool_)
            for nation in text.split(" "):
                told &= self._told(nation, known.group[rows[mine]], owner[mine])
            free[mine] |= told & (rows[mine] >= 0)
        if free.all():
            return own
        by_itself = numbers.own_number(np.full(len(own), self._own), own.track)
        return replace(
            own,
            claim=np.where(free, own.claim, by_itself),
            since=np.where(free, own.since, np.where(rows >= 0, known.born_s[rows], own.time)),
        )

    def _told(self, nation: str, group: IntN, originator: IntN) -> BoolN:
        """Whether a nation may know that an originator has a track in a group, (N,)."""
        known = self._known
        may = np.isin(
            known.releasable_to,
            [code for code, text in enumerate(self._codes.releasable_to.names) if nation in text.split(" ")],
        )
        theirs = [
            code for code, name in enumerate(self._originators.names) if self._nations.get(name) == nation
        ]
        pairs = known.group[may] * numbers.BLOCK + known.originator[may]
        told: BoolN = np.isin(originator, theirs) | np.isin(group * numbers.BLOCK + originator, pairs)
        return told

    def settle(self, now_s: float) -> None:
        """Forget what is silent, part and join groups, and agree on numbers."""
        self._regroup(self._known.heard.time_s > now_s - self._hold_s)
        if not len(self._known):
            self._number, self._since_s = np.empty(0, dtype=np.int64), np.empty(0)
            return
        self._part(now_s)
        self._join(now_s)
        known = self._known
        own_number = numbers.own_number(known.originator, known.track)
        self._number, self._since_s = numbers.agree(
            known.group, len(self._fused), known.number, known.since_s, own_number, now_s
        )
        mine = known.originator == self._own
        known.number[mine] = self._number[known.group[mine]]
        known.since_s[mine] = self._since_s[known.group[mine]]

    def tracks(self, now_s: float) -> Tracks:
        """The picture as it was settled last, moved to a time; in order of numbers."""
        known, count = self._known, len(self._number)
        groups = np.argsort(self._number)
        fused = self._fused.at(groups, now_s, self._motion)
        place, velocity, cov = shown(fused.state, fused.cov)
        status = np.full(count, len(STATUSES), dtype=np.int64)
        np.minimum.at(status, known.group, known.status)
        identity = np.full(count, -1, dtype=np.int64)
        np.maximum.at(identity, known.group, known.identity)
        sensors = np.zeros(count, dtype=np.int64)
        np.add.at(sensors, known.group, known.sensors)
        return Tracks(
            time=np.full(count, now_s),
            node=Labels.constant(self._node, count),
            track=self._number[groups],
            lat_deg=place[:, 0],
            lon_deg=place[:, 1],
            alt_m=place[:, 2],
            ve_mps=velocity[:, 0],
            vn_mps=velocity[:, 1],
            vu_mps=velocity[:, 2],
            cov=cov,
            status=Labels(status[groups].astype(np.int32), STATUSES),
            identity=self._codes.identity.labels(identity[groups]),
            kind=Labels.constant(None, count),
            sensors=sensors[groups],
            originator=self._contributors(groups),
            releasable_to=Labels.constant(None, count),
        )

    def pedigree(self) -> dict[int, tuple[Source, ...]]:
        """Whose data each fused track holds, by its number."""
        made: dict[int, list[Source]] = {int(number): [] for number in self._number}
        known = self._known
        for row in np.argsort(known.key):
            source = Source(
                self._originators.names[int(known.originator[row])],
                int(known.track[row]),
                float(known.heard.time_s[row]),
            )
            made[int(self._number[known.group[row]])].append(source)
        return {number: tuple(sources) for number, sources in made.items()}

    def _take(self, news: News) -> None:
        """Take in at most one report of each track, each newer than what is known."""
        if not len(news.key):
            return
        estimates = news.estimates()
        rows = self._known.find(news.key)
        new = np.flatnonzero(rows < 0)
        if len(new):
            groups = len(self._fused) + np.arange(len(new))
            self._fused.append(estimates.take(new))
            self._known.append(news.key[new], groups, estimates.take(new))
            self._number = np.concatenate([self._number, news.claim[new]])
            self._since_s = np.concatenate([self._since_s, news.since_s[new]])
        old = np.flatnonzero(rows >= 0)
        self._hear(rows[old], estimates.take(old))
        rows[new] = len(self._known) - len(new) + np.arange(len(new))
        self._known.note(rows, news)

    def _hear(self, rows: IntN, news: Estimates) -> None:
        """Let groups learn from newer estimates of tracks that are known already."""
        known = self._known
        groups = known.group[rows]
        if self._rule == "tracklets":
            alone = self._sizes()[groups] == 1
            many = np.flatnonzero(~alone)
            many = many[np.argsort(news.time_s[many], kind="stable")]
            lost = learn(rows[many], groups[many], news.take(many), known.heard, self._fused, self._motion)
            known.heard.put(rows[alone], news.take(np.flatnonzero(alone)))
            # One tracker's own estimate needs no fusing.
            self._fused.put(groups[alone], news.take(np.flatnonzero(alone)))
            self._begin(lost)
        else:
            known.heard.put(rows, news)
            self._begin(np.unique(groups))

    def _begin(self, groups: IntN) -> None:
        """Fuse groups anew, from the latest estimates of their members alone, at the newest one's time."""
        if not len(groups):
            return
        known = self._known
        wanted = np.zeros(len(self._fused), dtype=np.bool_)
        wanted[groups] = True
        rows = np.flatnonzero(wanted[known.group])
        rows = rows[np.lexsort((known.key[rows], known.group[rows]))]
        newest = np.full(len(self._fused), -np.inf)
        np.maximum.at(newest, known.group[rows], known.heard.time_s[rows])
        start = np.searchsorted(known.group[rows], np.append(groups, len(self._fused)))
        members = known.heard.take(rows)
        for time_s in np.unique(newest[groups]):
            at = np.flatnonzero(newest[known.group[rows]] == time_s)
            members.put(at, known.heard.at(rows[at], float(time_s), self._motion))
        self._fused.put(groups, combine(self._rule, start, members))

    def _part(self, now_s: float) -> None:
        """Take tracks out of their groups that have been too far off for too long."""
        known = self._known
        rows = np.flatnonzero(self._sizes()[known.group] > 1)
        if not len(rows):
            return
        both = known.heard.at(rows, now_s, self._wide)
        both.append(self._fused.at(known.group[rows], now_s, self._wide))
        index = np.arange(len(rows))
        squared, _ = distances(index, len(rows) + index, both, self._bias)
        known.strikes[rows] = np.where(squared > SPLIT, known.strikes[rows] + 1, 0)
        leaving = rows[known.strikes[rows] >= _STRIKES]
        # The last member stays.
        leaving = leaving[np.argsort(known.key[leaving])]
        left = np.unique(known.group[leaving])
        for row in leaving:
            if np.count_nonzero(known.group == known.group[row]) > 1:
                known.group[row] = len(self._fused)
                self._fused.append(known.heard.take(np.array([row])))
            known.strikes[row] = 0
        self._begin(left)

    def _join(self, now_s: float) -> None:
        """Make one group of groups that are one object."""
        known, count = self._known, len(self._fused)
        bits, identity = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
        np.bitwise_or.at(bits, known.group, np.left_shift(1, known.originator))
        np.maximum.at(identity, known.group, known.identity)
        here = self._fused.at(np.arange(count), now_s, self._wide)
        one, other = pair(here, bits, identity, self._bias)
        if not len(one):
            return
        target = np.arange(count)
        target[other] = one
        start = 2 * np.arange(len(one) + 1)
        newest = np.maximum(self._fused.time_s[one], self._fused.time_s[other])
        both = self._fused.take(np.stack([one, other], axis=1).ravel())
        for time_s in np.unique(newest):
            at = np.flatnonzero(np.repeat(newest, 2) == time_s)
            both.put(at, both.at(at, float(time_s), self._motion))
        self._fused.put(one, combine(self._rule, start, both))
        known.group = target[known.group]
        self._regroup(np.ones(len(known), dtype=np.bool_))

    def _regroup(self, keep: BoolN) -> None:
        """Forget tracks, and groups that have no track left."""
        if not keep.all():
            self._known.keep(keep)
        groups, self._known.group = np.unique(self._known.group, return_inverse=True)
        self._fused = self._fused.take(groups)

    def _sizes(self) -> IntN:
        return np.bincount(self._known.group, minlength=len(self._fused))

    def _contributors(self, groups: IntN) -> Labels:
        """Names of each group's originators, separated by spaces, in their order."""
        known = self._known
        bits = np.zeros(len(self._number), dtype=np.int64)
        np.bitwise_or.at(bits, known.group, np.left_shift(1, known.originator))
        kinds, code = np.unique(bits[groups], return_inverse=True)
        names = self._originators.names
        texts = [" ".join(names[bit] for bit in range(len(names)) if kind >> bit & 1) for kind in kinds]
        return Labels(code.astype(np.int32), tuple(texts))
