"""What a desk decides, written into the ledger of the node at which it was done."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Final

from kizuna.command.desk import Outcome
from kizuna.command.entry import Body, Entry, Seen, digest_of
from kizuna.command.ledger import Draft, Ledger
from kizuna.command.organisation import Organisation

EXCHANGE_S: Final = 60.0
"""Time from one exchange of heads between ledgers to the next."""


class Recorder:
    """Writes each outcome into the ledger of the node at which the post sits, signed by the post.

    An entry about an order answers the entry before it about the same order. Once a minute the nodes that
    reach one another write down each other's heads.

    Parameters
    ----------
    organisation
        Whose posts act.
    ledgers
        The ledger of each node.
    start_s
        When the exercise begins, s since 1970-01-01 UTC.
    """

    def __init__(self, organisation: Organisation, ledgers: Mapping[str, Ledger], start_s: float) -> None:
        self._organisation = organisation
        self._ledgers = dict(ledgers)
        self._start_s = start_s
        self._last: dict[str, Entry] = {}
        self._next_s = EXCHANGE_S

    def resume(self, entries: Iterable[Entry], time_s: float) -> None:
        """Take note of what the ledgers hold already, in an order that respects cause and effect."""
        self._next_s = (time_s // EXCHANGE_S + 1.0) * EXCHANGE_S
        self._last.update({entry.body["order"]: entry for entry in entries if entry.kind == "order"})

    def __call__(self, outcome: Outcome) -> None:
        """Write down what became of an act."""
        act = outcome.act
        self.exchange(act.time_s)
        known = act.post in self._organisation.posts
        node = self._organisation.node_of(act.post) if known else next(iter(self._ledgers))
        ledger = self._ledgers[node]
        before = self._last.get(act.order)
        saw: tuple[Seen, ...] = ()
        if before is not None:
            ledger.hear(before.stamp)
            saw = (Seen(before.ledger, before.number, digest_of(before.canonical())),)
        body: Body = {
            "order": act.order,
            "step": act.step,
            "became": outcome.became,
            "state": outcome.state,
            "why": outcome.why,
            "policies": list(outcome.policies),
        }
        if not known:
            body["post"] = act.post
        if act.step == "draft":
            body |= {
                "action": act.action,
                "about": act.about,
                "concerned": list(act.concerned),
                "picture": asdict(act.picture),
            }
        # Nobody signs as a post that isn't there, and what expires does so by the node's clock.
        signer = act.post if known and act.step != "expire" else node
        self._last[act.order] = ledger.append(Draft(self._start_s + act.time_s, signer, "order", body, saw))

    def exchange(self, time_s: float) -> None:
        """Let the nodes keep each other's heads when a minute has passed; `time_s` is after the start."""
        if time_s < self._next_s:
            return
        self._next_s = (time_s // EXCHANGE_S + 1.0) * EXCHANGE_S
        heads = {node: ledger.head() for node, ledger in self._ledgers.items()}
        for node, ledger in self._ledgers.items():
            for other, head in heads.items():
                if other != node:
                    ledger.keep(head, self._start_s + time_s)
