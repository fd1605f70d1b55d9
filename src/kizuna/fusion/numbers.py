"""One object, one number, everywhere: how nodes agree on track numbers without asking one another.

Each node numbers its own tracks in a block of its own and claims a number for each: its own, until it finds
that the track is the object that somebody has numbered before. Claims travel with the reports, and only a
track's originator may change its claim. Of the claims in a group the oldest number wins. So whoever holds the
same reports sees the same numbers, in any order of arrival; a partition that heals leaves each object with
the older of its two numbers.
"""

from typing import Final

import numpy as np

from kizuna.shapes import FloatN, IntN

BLOCK: Final = 10_000_000
"""Numbers in the block of one node."""
SPARE: Final = 1_000_000
"""Distance of a track's spare numbers from its own, within the block."""


def own_number(originator: IntN, track: IntN) -> IntN:
    """The number that a track has by itself (N,): from its originator's place among the nodes and its own."""
    made: IntN = (originator + 1) * BLOCK + track % SPARE
    return made


def agree(
    group: IntN, groups: int, number: IntN, since_s: FloatN, own: IntN, now_s: float
) -> tuple[IntN, FloatN]:
    """Number of every group, no two the same.

    A group bears the oldest number that one of its members claims. When two groups want one number, because
    what was taken for one object turned out to be two, it goes to the group with more claims to it, then to
    the one with the track that it belongs to; the other takes its next oldest, or a spare number of its first
    member.

    Parameters
    ----------
    group
        (N,) group of each track.
    groups
        How many groups there are; none is empty.
    number, since_s
        (N,) claims, and when each number was first given.
    own
        (N,) the number that each track has by itself.
    now_s
        When a spare number is given, s since 1970-01-01 UTC.

    Returns
    -------
    tuple
        (G,) numbers and (G,) when each was first given.
    """
    order = np.lexsort((own, number, since_s, group))
    first = order[np.searchsorted(group[order], np.arange(groups))]
    numbers, sinces = number[first], since_s[first]
    if len(np.unique(numbers)) == groups:
        return numbers, sinces
    return _settle(group, groups, number, since_s, own, now_s)


def _settle(
    group: IntN, groups: int, number: IntN, since_s: FloatN, own: IntN, now_s: float
) -> tuple[IntN, FloatN]:
    """Hand out the numbers one by one, the oldest first."""
    claims = np.stack([group, number], axis=1)
    _, kind, weight = np.unique(claims, axis=0, return_inverse=True, return_counts=True)
    order = np.lexsort((own, number != own, -weight[kind.ravel()], number, since_s))
    numbers, sinces = np.full(groups, -1, dtype=np.int64), np.full(groups, now_s)
    taken: set[int] = set()
    for row in order:
        if numbers[group[row]] < 0 and int(number[row]) not in taken:
            numbers[group[row]], sinces[group[row]] = number[row], since_s[row]
            taken.add(int(number[row]))
    for row in np.argsort(own, kind="stable"):
        if numbers[group[row]] < 0:
            spare = int(own[row])
            while spare in taken:
                spare += SPARE
            numbers[group[row]] = spare
            taken.add(spare)
    return numbers, sinces
