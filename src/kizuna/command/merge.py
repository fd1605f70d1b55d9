"""The entries of several ledgers in one order that respects cause and effect."""

import heapq
from collections.abc import Iterable, Iterator, Sequence

from kizuna.command.entry import Entry


def merged(ledgers: Sequence[Iterable[Entry]]) -> Iterator[Entry]:
    """All entries, each after those of its own ledger before it and after all that it answers.

    Ordered by stamp, then by name of the ledger: who merges the same entries gets the same order, in whatever
    order the ledgers come, and however long they were parted. Of several copies of a ledger each entry comes
    once.

    Parameters
    ----------
    ledgers
        The entries of each ledger, in their order, as `kizuna.command.verify` has proved them.
    """
    last: Entry | None = None
    for entry in heapq.merge(*ledgers, key=lambda entry: (entry.stamp, entry.ledger, entry.number)):
        if last is None or (entry.ledger, entry.number) != (last.ledger, last.number):
            yield entry
        last = entry
