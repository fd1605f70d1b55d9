"""A node's part in the channel of dialogue: notices said, heard, and passed on to whom they are addressed."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from kizuna.bus.port import Port
from kizuna.messages.columns import Labels
from kizuna.messages.notice import Notices
from kizuna.nodes.release import Release

_NONE = Notices.empty()


class Dialogue:
    """What a node does with notices; they go whatever the nodes share.

    Parameters
    ----------
    port
        The node's door to the network.
    release
        What it gives to its peers.
    nations
        The nation of every node of the network: notices are addressed to nations.
    relays
        For each peer, the originators whose notices this node passes on to it.
    answers_at
        When this node acknowledges a notice that asks for it: by the time at which it took note, the node
        that says it and its number; None where nobody does.
    speaks_for
        For each peer, the originators whose notices it may send; when absent, those of all.
    """

    def __init__(
        self,
        port: Port,
        release: Release,
        nations: Mapping[str, str],
        relays: Mapping[str, frozenset[str]],
        answers_at: Callable[[float, str, int], float] | None = None,
        speaks_for: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._port = port
        self._release = release
        self._nations = nations
        self._relays = relays
        self._answers_at = answers_at
        self._speaks_for = speaks_for
        self.usurped = 0
        """Notices of originators for whom their sender may not speak."""
        self._heard: set[tuple[str, int, str]] = set()
        self._waiting: dict[str, list[Notices]] = {}
        self._asked: list[Notices] = []
        self._due: list[tuple[float, Notices]] = []

    def say(self, notices: Notices) -> None:
        """Have this node's own notices, addressed in `releasable_to`, sent at the next tick."""
        for peer in self._port.peers:
            self._waiting.setdefault(peer, []).append(self._for(peer, notices))

    def receive(self, sender: str, notices: Notices) -> Notices:
        """Take in what a peer says, and give what is new and addressed to this node's nation."""
        mine = self._for(self._port.node, self._release.accepted(self._spoken(sender, notices)))
        rows = zip(mine.originator.values(), mine.notice, mine.answers.values(), strict=True)
        keys = [(str(name), int(number), answers or "") for name, number, answers in rows]
        news = mine.take(np.array([key not in self._heard for key in keys], dtype=np.bool_))
        self._heard.update(keys)
        if self._answers_at is not None:
            self._asked.append(news.take(np.isfinite(news.answer_by)))
        for peer, originators in self._relays.items():
            codes = [news.originator.code(name) for name in news.originator.names if name in originators]
            theirs = self._for(peer, news.take(np.isin(news.originator.codes, codes)))
            if len(theirs) and peer != sender:
                self._waiting.setdefault(peer, []).append(theirs)
        return news

    def tick(self, now_s: float) -> Notices:
        """Send what waits, and what rules have held back until now; give what is acknowledged now."""
        said = self._acknowledged(now_s)
        if len(said):
            self.say(said)
        for peer, waiting in self._waiting.items():
            released = self._release.notices_for(peer, Notices.join([_NONE, *waiting]), now_s)
            if released is not None:
                self._port.send(peer, "notices", released)
            waiting.clear()
        return said

    def _acknowledged(self, now_s: float) -> Notices:
        """What this node acknowledges now, of what it has heard before."""
        asked, self._asked = Notices.join([_NONE, *self._asked]), []
        for row, name in enumerate(asked.originator.values()):
            one = asked.take(slice(row, row + 1))
            if self._answers_at is not None:
                self._due.append((self._answers_at(now_s, str(name), int(one.notice[0])), one))
        ready = [one for due_s, one in self._due if due_s <= now_s]
        self._due = [(due_s, one) for due_s, one in self._due if due_s > now_s]
        return Notices.join([_NONE, *(self._receipt(one, now_s) for one in ready)])

    def _receipt(self, one: Notices, now_s: float) -> Notices:
        """That a notice was received, about the same area, to the nation that has said it.

        The others to whom that was addressed hear it too, as the way back may lead over them.
        """
        (name,), (stamp,) = one.originator.values(), one.releasable_to.values()
        own = self._nations[self._port.node]
        others = [nation for nation in (stamp or "").split(" ") if nation not in ("", own)]
        to = dict.fromkeys([self._nations[str(name)], *others])
        return replace(
            one,
            time=np.array([now_s]),
            originator=Labels.constant(self._port.node, 1),
            text=Labels.constant("Received.", 1),
            marking=Labels.constant(None, 1),
            releasable_to=Labels.constant(" ".join(to), 1),
            kind=Labels.constant("received", 1),
            answer_by=np.array([np.nan]),
            answers=Labels.constant(name, 1),
        )

    def _spoken(self, sender: str, notices: Notices) -> Notices:
        """The rows for whose originators a peer may speak."""
        if self._speaks_for is None:
            return notices
        may = notices.originator.among(self._speaks_for.get(sender, frozenset()))
        self.usurped += int(np.count_nonzero(~may))
        return notices if may.all() else notices.take(may)

    def _for(self, node: str, notices: Notices) -> Notices:
        """The rows that are addressed to a node's nation."""
        nation = self._nations[node]
        stamps = notices.releasable_to
        codes = [code for code, stamp in enumerate(stamps.names) if nation in stamp.split(" ")]
        return notices.take(np.isin(stamps.codes, codes))
