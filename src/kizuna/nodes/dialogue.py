"""A node's part in the channel of dialogue: notices said, heard, and passed on to whom they are addressed."""

from collections.abc import Mapping

import numpy as np

from kizuna.bus.port import Port
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
    """

    def __init__(
        self,
        port: Port,
        release: Release,
        nations: Mapping[str, str],
        relays: Mapping[str, frozenset[str]],
    ) -> None:
        self._port = port
        self._release = release
        self._nations = nations
        self._relays = relays
        self._heard: set[tuple[str, int]] = set()
        self._waiting: dict[str, list[Notices]] = {}

    def say(self, notices: Notices) -> None:
        """Have this node's own notices, addressed in `releasable_to`, sent at the next tick."""
        for peer in self._port.peers:
            self._waiting.setdefault(peer, []).append(self._for(peer, notices))

    def receive(self, sender: str, notices: Notices) -> Notices:
        """Take in what a peer says, and give what is new and addressed to this node's nation."""
        mine = self._for(self._port.node, self._release.accepted(notices))
        names = mine.originator.values()
        keys = [(str(name), int(number)) for name, number in zip(names, mine.notice, strict=True)]
        news = mine.take(np.array([key not in self._heard for key in keys], dtype=np.bool_))
        self._heard.update(keys)
        for peer, originators in self._relays.items():
            codes = [news.originator.code(name) for name in news.originator.names if name in originators]
            theirs = self._for(peer, news.take(np.isin(news.originator.codes, codes)))
            if len(theirs) and peer != sender:
                self._waiting.setdefault(peer, []).append(theirs)
        return news

    def tick(self, now_s: float) -> None:
        """Send what waits, and what rules have held back until now."""
        for peer, waiting in self._waiting.items():
            released = self._release.notices_for(peer, Notices.join([_NONE, *waiting]), now_s)
            if released is not None:
                self._port.send(peer, "notices", released)
            waiting.clear()

    def _for(self, node: str, notices: Notices) -> Notices:
        """The rows that are addressed to a node's nation."""
        nation = self._nations[node]
        stamps = notices.releasable_to
        codes = [code for code, stamp in enumerate(stamps.names) if nation in stamp.split(" ")]
        return notices.take(np.isin(stamps.codes, codes))
