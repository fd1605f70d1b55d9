"""Grow and prune trees of hypotheses, whose leaves tell which detections an object has had of late."""

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, FloatN, IntN


@njit(cache=True)
def grow(
    total: FloatN,
    use_start: IntN,
    use: IntN,
    gain: FloatN,
    pair_start: IntN,
    leaf: IntN,
    merit: FloatN,
    sensor: IntN,
    first: int,
    most: int,
) -> tuple[IntN, FloatN, IntN, IntN, FloatN, IntN]:
    """Children of leaves: each with none or one of its detections from each sensor, in all combinations.

    Parameters
    ----------
    total
        (L,) sum of the merits of each leaf's detections.
    use_start, use, gain
        (L+1,) first use of each leaf, (U,) the detections used, ascending within a leaf, and (U,) the merits
        of these pairs.
    pair_start, leaf, merit
        (N+1,) first pair of each detection of the slice, (F,) leaf and (F,) merit of each pair.
    sensor
        (N,) sensor of each detection.
    first
        The number of the slice's first detection; the others follow.
    most
        Largest number of children of one leaf. Where there would be more, pairs of the least merit are left
        out.

    Returns
    -------
    tuple
        (C,) leaf of which each is a child, ascending; (C,) total; (C+1,), (V,) and (V,): uses as above; (V,)
        the pair of each use in this slice, -1 for those before.
    """
    leaves = len(total)
    begin = np.zeros(leaves + 1, dtype=np.int64)
    for pair in range(len(leaf)):
        begin[leaf[pair] + 1] += 1
    for t in range(leaves):
        begin[t + 1] += begin[t]
    place = begin[:-1].copy()
    row, own = np.empty(len(leaf), dtype=np.int64), np.empty(len(leaf), dtype=np.int64)
    more = np.empty(len(leaf))
    for r in range(len(pair_start) - 1):
        for pair in range(pair_start[r], pair_start[r + 1]):
            t = leaf[pair]
            row[place[t]], own[place[t]], more[place[t]] = r, pair, merit[pair]
            place[t] += 1
    digit, stride, radix = np.zeros_like(row), np.ones_like(row), np.ones_like(row)
    children = np.empty(leaves, dtype=np.int64)
    uses = 0
    for t in range(leaves):
        children[t], sensors = _combine(sensor, row, more, begin[t], begin[t + 1], most, digit, stride, radix)
        uses += children[t] * (use_start[t + 1] - use_start[t] + sensors)
    count = children.sum()
    parent, child_total = np.empty(count, dtype=np.int64), np.empty(count)
    child_start, child_use = np.zeros(count + 1, dtype=np.int64), np.empty(uses, dtype=np.int64)
    child_gain, child_pair = np.empty(uses), np.full(uses, -1, dtype=np.int64)
    made, at = 0, 0
    for t in range(leaves):
        for child in range(children[t]):
            parent[made], child_total[made] = t, total[t]
            for u in range(use_start[t], use_start[t + 1]):
                child_use[at], child_gain[at] = use[u], gain[u]
                at += 1
            for p in range(begin[t], begin[t + 1]):
                if digit[p] > 0 and child // stride[p] % radix[p] == digit[p]:
                    child_total[made] += more[p]
                    child_use[at], child_gain[at], child_pair[at] = first + row[p], more[p], own[p]
                    at += 1
            made += 1
            child_start[made] = at
    return parent, child_total, child_start, child_use[:at], child_gain[:at], child_pair[:at]


@njit(cache=True)
def _combine(
    sensor: IntN,
    row: IntN,
    gain: FloatN,
    begin: int,
    end: int,
    most: int,
    digit: IntN,
    stride: IntN,
    radix: IntN,
) -> tuple[int, int]:
    """Number the combinations of the pairs of one leaf; their number, and that of the sensors.

    Combination x holds the pair p if x // stride[p] % radix[p] is digit[p]; where this is 0, the pair is left
    out. All three are written from `begin` to `end`.
    """
    digit[begin:end] = 1
    while True:
        combinations, sensors, least = 1, 0, -1
        for p in range(begin, end):
            if digit[p] == 0:
                continue
            if least < 0 or gain[p] < gain[least]:
                least = p
            digit[p], alike = 1, -1
            for other in range(begin, p):
                if digit[other] > 0 and sensor[row[other]] == sensor[row[p]]:
                    alike, digit[p] = other, digit[other] + 1
            if alike < 0:
                sensors += 1
        for p in range(begin, end):
            if digit[p] == 1:
                size = 1
                for other in range(p, end):
                    if digit[other] > 0 and sensor[row[other]] == sensor[row[p]]:
                        size = digit[other] + 1
                for other in range(p, end):
                    if digit[other] > 0 and sensor[row[other]] == sensor[row[p]]:
                        stride[other], radix[other] = combinations, size
                combinations *= size
        if combinations <= most:
            return combinations, sensors
        digit[least] = 0


@njit(cache=True)
def prune(
    tree: IntN,
    reduced: FloatN,
    chosen: IntN,
    use_start: IntN,
    use: IntN,
    items: int,
    horizon: int,
    ratio: float,
    most: int,
) -> tuple[IntN, IntN, IntN, IntN, IntN]:
    """Decide what is older than the horizon, and keep the leaves that may still turn out to be right.

    What the chosen leaf of a tree has used before the horizon is decided: the tree's leaves that have used
    anything else there go, and so do other trees' leaves that have used it. A tree without a chosen leaf
    goes by the best one of those that remain, or ends. Detections that all leaves of one tree have used, and
    no other tree's, are decided at once: so most objects have one leaf, which remembers nothing.

    Parameters
    ----------
    tree, reduced
        (C,) tree and reduced total of each leaf, see `kizuna.kernels.packing.settle`.
    chosen
        (T,) the leaf of each tree in the best hypothesis, -1 for none.
    use_start, use, items
        (C+1,) first use of each leaf; (U,) the detections used, ascending within a leaf, numbered from 0, the
        first one that anything remembers; how many there are.
    horizon
        The first detection that is not yet decided.
    ratio
        Leaves are kept whose reduced totals lie at most this far below the greatest of their tree.
    most
        Largest number of leaves of one tree, the chosen one included.

    Returns
    -------
    tuple
        (K,) the leaves kept, ascending; (T,) where among them each tree's chosen or best leaf is, -1 where
        none is left; (K+1,) and (V,): where their uses that are not decided are; (T,) the last detection that
        was decided to be each tree's, below 0 for none.
    """
    trees = len(chosen)
    taken_by = np.full(items, -1, dtype=np.int64)
    for t in range(trees):
        if chosen[t] >= 0:
            for d in use[use_start[chosen[t]] : use_start[chosen[t] + 1]]:
                if d < horizon:
                    taken_by[d] = t
    lead = chosen.copy()
    for c in range(len(tree)):
        t = tree[c]
        if chosen[t] < 0 and (lead[t] < 0 or reduced[c] > reduced[lead[t]]):
            free = True
            for d in use[use_start[c] : use_start[c + 1]]:
                free &= d >= horizon or taken_by[d] < 0
            if free:
                lead[t] = c
    keep = np.zeros(len(tree), dtype=np.bool_)
    greatest = np.full(trees, -np.inf)
    for c in range(len(tree)):
        keep[c] = lead[tree[c]] >= 0 and _same_until(c, lead[tree[c]], use_start, use, horizon)
        if keep[c]:
            greatest[tree[c]] = max(greatest[tree[c]], reduced[c])
    rank = reduced.copy()
    for c in range(len(tree)):
        keep[c] &= reduced[c] >= greatest[tree[c]] - ratio or c == lead[tree[c]]
        if c == lead[tree[c]]:
            rank[c] = np.inf
    _limit(tree, trees, rank, most, keep)
    kept = np.flatnonzero(keep)
    where = np.full(trees, -1, dtype=np.int64)
    for k in range(len(kept)):
        if kept[k] == lead[tree[kept[k]]]:
            where[tree[kept[k]]] = k
    left_start, left = _undecided(kept, tree, trees, use_start, use, horizon, items)
    decided = np.full(trees, -items - 1, dtype=np.int64)
    for t in range(trees):
        if where[t] >= 0:
            undecided = left_start[where[t]]
            for u in range(use_start[lead[t]], use_start[lead[t] + 1]):
                if undecided < left_start[where[t] + 1] and left[undecided] == u:
                    undecided += 1
                else:
                    decided[t] = use[u]
    return kept, where, left_start, left, decided


@njit(cache=True)
def _same_until(a: int, b: int, use_start: IntN, use: IntN, horizon: int) -> bool:
    """Whether two leaves have used the same detections before the horizon."""
    i, j = use_start[a], use_start[b]
    while True:
        old_a = i < use_start[a + 1] and use[i] < horizon
        old_b = j < use_start[b + 1] and use[j] < horizon
        if not old_a or not old_b:
            return bool(old_a == old_b)
        if use[i] != use[j]:
            return False
        i, j = i + 1, j + 1


@njit(cache=True)
def _limit(tree: IntN, trees: int, rank: FloatN, most: int, keep: BoolN) -> None:
    """Keep no more than the `most` leaves of the best rank of each tree; writes `keep`."""
    count = np.zeros(trees + 1, dtype=np.int64)
    for c in range(len(tree)):
        if keep[c]:
            count[tree[c] + 1] += 1
    if count.max() <= most:
        return
    for t in range(trees):
        count[t + 1] += count[t]
    place, order = count[:-1].copy(), np.empty(count[trees], dtype=np.int64)
    for c in range(len(tree)):
        if keep[c]:
            order[place[tree[c]]] = c
            place[tree[c]] += 1
    for t in range(trees):
        if count[t + 1] - count[t] > most:
            leaves = order[count[t] : count[t + 1]]
            for c in leaves[np.argsort(-rank[leaves], kind="mergesort")[most:]]:
                keep[c] = False


@njit(cache=True)
def _undecided(
    kept: IntN, tree: IntN, trees: int, use_start: IntN, use: IntN, horizon: int, items: int
) -> tuple[IntN, IntN]:
    """First of each kept leaf's uses that are not decided, (K+1,), and where these are, (V,)."""
    leaves = np.zeros(trees, dtype=np.int64)
    users, user = np.zeros(items, dtype=np.int64), np.full(items, -1, dtype=np.int64)
    for c in kept:
        leaves[tree[c]] += 1
        for d in use[use_start[c] : use_start[c + 1]]:
            users[d] += 1
            # Several trees are no tree.
            user[d] = tree[c] if user[d] in (-1, tree[c]) else trees
    start, left = np.zeros(len(kept) + 1, dtype=np.int64), np.empty(len(use), dtype=np.int64)
    at = 0
    for k, c in enumerate(kept):
        for u in range(use_start[c], use_start[c + 1]):
            d = use[u]
            alone = user[d] == tree[c] and users[d] == leaves[tree[c]]
            if d >= horizon and not alone:
                left[at] = u
                at += 1
        start[k + 1] = at
    return start, left[:at]


@njit(cache=True)
def settle(
    tree: IntN, lead: IntN, use_start: IntN, gain: FloatN, loss: FloatN, ceiling: float, total: FloatN
) -> None:
    """Charge trees for time that is decided, and bound what decided detections add to them.

    Parameters
    ----------
    tree, lead
        (K,) tree of each leaf; (T,) the leaf of each tree that is believed, -1 for none.
    use_start, gain
        (K+1,) first undecided use of each leaf, and (V,) their merits.
    loss
        (T,) what the tree loses.
    ceiling
        Without what is undecided, the believed leaf adds from 0 to this.
    total
        (K,) what each leaf adds; those of one tree are moved by the same amount.
    """
    move = np.zeros(len(lead))
    for t in range(len(lead)):
        if lead[t] >= 0:
            undecided = 0.0
            for u in range(use_start[lead[t]], use_start[lead[t] + 1]):
                undecided += gain[u]
            decided = total[lead[t]] - undecided
            move[t] = min(max(decided - loss[t], 0.0), ceiling) - decided
    for k in range(len(tree)):
        total[k] += move[tree[k]]


@njit(cache=True)
def credit(
    leaf: IntN, detection: IntN, more: FloatN, use_start: IntN, use: IntN, gain: FloatN, total: FloatN
) -> None:
    """Add to the merits of pairs that leaves have had.

    Parameters
    ----------
    leaf, detection, more
        (K,) leaf and detection of each pair, and what is added.
    use_start, use, gain, total
        (L+1,), (U,), (U,), (L,): the leaves, their undecided uses, merits and totals; the latter are written.
    """
    for k in range(len(leaf)):
        total[leaf[k]] += more[k]
        for u in range(use_start[leaf[k]], use_start[leaf[k] + 1]):
            if use[u] == detection[k]:
                gain[u] += more[k]


@njit(cache=True)
def uses_since(first: int, leaves: IntN, use_start: IntN, use: IntN) -> tuple[IntN, IntN]:
    """The uses of leaves from a detection on: (V,) place among the leaves, (V,) which use.

    Parameters
    ----------
    first
        That detection.
    leaves
        (K,) the leaves asked for.
    use_start, use
        (L+1,) first use of each leaf, (U,) the detections used.
    """
    count = 0
    for c in leaves:
        for d in use[use_start[c] : use_start[c + 1]]:
            count += d >= first
    place, which = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    at = 0
    for k, c in enumerate(leaves):
        for u in range(use_start[c], use_start[c + 1]):
            if use[u] >= first:
                place[at], which[at] = k, u
                at += 1
    return place, which
