"""What goes first to a peer when not all can go: the reports that would teach it most."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.fusion.combine import Estimates, Motion
from kizuna.fusion.news import Names, key_of
from kizuna.fusion.states import states_of
from kizuna.messages.packed import Packed, pack
from kizuna.messages.report import Reports
from kizuna.shapes import BoolN, FloatN, IntN

_UNKNOWN_M: Final = 1e5
_UNKNOWN_MPS: Final = 300.0
"""What a peer knows of a track that it was never told of: about where, and that it flies."""
_CHANGED_NATS: Final = 5.0
"""What another number or identity is worth."""
_WHOLE_EVERY: Final = 6
"""All is told of a track with each so-many-th report of it; in between, what moves."""
_LEAST_ENVELOPES: Final = 8
"""A limited link waits until it has room for a message of so many envelopes: fewer messages carry more."""
_BURST_S: Final = 10.0
"""For so long a link's capacity is saved up when there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Thrift:
    """How a node is sparing with a link.

    Parameters
    ----------
    precision_m
        Greatest error of the places that it sends, m; 0 for none.
    least_nats
        Reports that would teach a peer less than this stay at home.
    bytes_per_s
        What the link to each peer passes; absent or infinite: no limit.
    """

    precision_m: float
    least_nats: float = 0.0
    bytes_per_s: tuple[tuple[str, float], ...] = ()

    def capacity(self, peer: str) -> float:
        """Bytes a second that the link to a peer passes."""
        return dict(self.bytes_per_s).get(peer, np.inf)


class Outlet:
    """The reports that wait for one peer, and what it knows already.

    What a report would teach is the Kullback-Leibler divergence of what it says from what the peer can know:
    the last report that it was sent of this track, predicted. Nobody says whether that one arrived; the
    longer ago it was, the less it counts.

    Parameters
    ----------
    thrift
        How to be sparing.
    capacity
        Bytes a second that may go.
    envelope_bytes
        What a message costs besides its rows.
    hold_s
        For how long a peer holds a track that it doesn't hear of, s: half of it is the longest silence.
    motion
        How objects move.
    """

    def __init__(
        self, thrift: Thrift, capacity: float, envelope_bytes: int, hold_s: float, motion: Motion
    ) -> None:
        self._thrift = thrift
        self._capacity = capacity
        self._envelope = envelope_bytes
        self._hold_s = hold_s
        self._motion = motion
        self._names = Names()
        self._waiting: list[Reports] = []
        self._key = np.empty(0, dtype=np.int64)
        self._sent = Estimates.empty()
        self._rest = np.empty((0, 5), dtype=np.int64)
        self._times = self._key.copy()
        self._saved, self._last_s = 0.0, -np.inf
        self._row_bytes = 40.0
        self.rows = self.bytes = 0
        """Reports sent so far, and what they took without envelopes."""

    def offer(self, reports: Reports) -> None:
        """Have reports wait; of each track the newest counts."""
        if len(reports):
            self._waiting.append(reports)

    def again(self, reports: Reports) -> None:
        """Have reports wait that were sent and got lost: the peer doesn't know of their tracks."""
        lost = key_of(self._names.codes(reports.originator), reports.track)
        self._keep(np.flatnonzero(~np.isin(self._key, lost)))
        self.offer(reports)

    def begin_anew(self) -> None:
        """Take the peer to know nothing: it has begun a new life."""
        self._keep(np.empty(0, dtype=np.int64))

    def take(self, now_s: float) -> Packed | None:
        """The best of what waits, packed, as far as the link has room; None for nothing.

        Parameters
        ----------
        now_s
            When, s since 1970-01-01 UTC; not before the time last asked for.
        """
        if np.isinf(self._last_s):
            self._last_s = now_s
        waited_s, self._last_s = now_s - self._last_s, now_s
        if np.isfinite(self._capacity):
            most = max(_BURST_S * self._capacity, _LEAST_ENVELOPES * self._envelope)
            self._saved = min(self._saved + waited_s * self._capacity, most)
            if self._saved < _LEAST_ENVELOPES * self._envelope:
                return None
        if not self._waiting:
            return None
        waiting = self._newest(Reports.join(self._waiting))
        self._waiting = []
        waiting = waiting.take(waiting.time > now_s - self._hold_s)
        key = key_of(self._names.codes(waiting.originator), waiting.track)
        worth, known = self._worth(waiting, key, now_s)
        order = np.argsort(-worth, kind="stable")
        order = order[worth[order] >= self._thrift.least_nats]
        if np.isfinite(self._capacity):
            room = int((self._saved - self._envelope) / self._row_bytes)
            order, later = order[: max(room, 0)], order[max(room, 0) :]
            self.offer(waiting.take(np.sort(later)))
        if not len(order):
            return None
        chosen = np.sort(order)
        return self._send(waiting.take(chosen), key[chosen], known[chosen])

    def _newest(self, reports: Reports) -> Reports:
        """The newest report of each track."""
        key = key_of(self._names.codes(reports.originator), reports.track)
        order = np.lexsort((reports.time, key))
        last = np.ones(len(order), dtype=np.bool_)
        last[:-1] = key[order][1:] != key[order][:-1]
        return reports.take(order[last])

    def _worth(self, reports: Reports, key: IntN, now_s: float) -> tuple[FloatN, IntN]:
        """What each report would teach (N,), nats, and the row of what the peer knows, -1 for nothing."""
        state, cov = states_of(reports)
        news = Estimates(state, cov, reports.time)
        order = np.argsort(self._key)
        place = np.searchsorted(self._key[order], key)
        place = np.minimum(place, max(len(order) - 1, 0))
        known = order[place] if len(order) else np.full(len(key), -1)
        known = np.where(self._key[known] == key, known, -1) if len(order) else known
        unknown = np.diag([_UNKNOWN_M**2] * 3 + [_UNKNOWN_MPS**2] * 3)
        old_cov = np.tile(unknown, (len(key), 1, 1))
        old_state = state.copy()
        told = np.flatnonzero(known >= 0)
        for time_s in np.unique(reports.time[told]):
            at = told[reports.time[told] == time_s]
            before = self._sent.at(known[at], float(time_s), self._motion)
            old_state[at], old_cov[at] = before.state, before.cov
        # What the peer is about to forget, it soon won't know.
        silent = told[now_s - self._sent.time_s[known[told]] >= 0.5 * self._hold_s]
        old_cov[silent] = unknown
        worth = _divergence(news, old_state, old_cov)
        changed = (self._rest[known[told]] != self._what(reports)[told]).any(axis=1)
        worth[told[changed]] += _CHANGED_NATS
        return worth, known

    def _send(self, reports: Reports, key: IntN, known: IntN) -> Packed:
        """Pack reports, and remember them as what the peer knows."""
        state, cov = states_of(reports)
        news = Estimates(state, cov, reports.time)
        new = known < 0
        whole: BoolN = new.copy()
        old = known[~new]
        rest = self._what(reports)
        changed = (self._rest[old] != rest[~new]).any(axis=1)
        whole[~new] = changed | (self._times[old] < 2) | ((self._times[old] + key[~new]) % _WHOLE_EVERY == 0)
        self._sent.put(old, news.take(np.flatnonzero(~new)))
        self._rest[old] = rest[~new]
        self._times[old] = np.where(changed, 0, self._times[old] + 1)
        self._sent.append(news.take(np.flatnonzero(new)))
        self._key = np.concatenate([self._key, key[new]])
        self._rest = np.concatenate([self._rest, rest[new]])
        self._times = np.concatenate([self._times, np.ones(int(new.sum()), dtype=np.int64)])
        self._forget(float(reports.time.max()))
        data = pack(reports, self._thrift.precision_m, whole)
        self.rows, self.bytes = self.rows + len(reports), self.bytes + len(data)
        self._row_bytes = 0.8 * self._row_bytes + 0.2 * len(data) / len(reports)
        self._saved -= len(data) + self._envelope
        return Packed(data, reports)

    def _what(self, reports: Reports) -> IntN:
        """What seldom changes of each report, as numbers (N, 5)."""
        words = (reports.identity, reports.kind, reports.releasable_to)
        codes = [self._names.codes(word) for word in words]
        made: IntN = np.stack([reports.claim, reports.since.view(np.int64), *codes], axis=1)
        return made

    def _forget(self, now_s: float) -> None:
        """Forget tracks that the peer has forgotten too."""
        keep = np.flatnonzero(self._sent.time_s > now_s - 2.0 * self._hold_s)
        if len(keep) < len(self._key):
            self._keep(keep)

    def _keep(self, rows: IntN) -> None:
        """Forget all that the peer knows but these rows."""
        self._sent = self._sent.take(rows)
        self._key, self._rest, self._times = self._key[rows], self._rest[rows], self._times[rows]


def _divergence(news: Estimates, state: FloatN, cov: FloatN) -> FloatN:
    """Kullback-Leibler divergence (N,), nats, of Gaussians `news` from Gaussians (state, cov)."""
    if not len(news):
        return np.empty(0)
    inverse = np.linalg.inv(cov)
    off = news.state - state
    trace = np.einsum("nij,nji->n", inverse, news.cov)
    squared = np.einsum("ni,nij,nj->n", off, inverse, off)
    logs = np.linalg.slogdet(cov)[1] - np.linalg.slogdet(news.cov)[1]
    made: FloatN = 0.5 * (trace - 6.0 + squared + logs)
    return made
