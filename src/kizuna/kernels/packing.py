"""The best global hypothesis of a cluster: one leaf of each tree at most, such that no two share an item.

The problem, with x the 0/1 choice of leaves:

    maximise  Σ value[n] x[n]   with at most one chosen leaf in each tree and for each item (a detection).

Each item gets a price u ≥ 0 (Lagrangian relaxation, Poore and Robertson 1997, "A new Lagrangian relaxation
based algorithm for a class of multidimensional assignment problems", Computational Optimization and
Applications 8, 129-150), which makes the bound

    L(u) = Σ u + Σ over trees of max(0, max over leaves of (value - Σ u of the leaf's items)).

Prices are moved one at a time to the middle of the interval that minimises L (coordinate descent). The search
that follows (branch and bound) takes the tree's leaves in order of their reduced values; what a choice loses
against the bound adds up, and a branch ends where it has lost more than lies between the bound and the best
answer so far. So the answer is exact unless the search reaches its limit; then it is the best one found.
"""

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, FloatN, IntN

_EQUAL = 1e-9
"""Values that differ by less are equal."""


@njit(cache=True)
def settle(
    cluster: IntN,
    member: IntN,
    start: IntN,
    leaf: IntN,
    begin: IntN,
    item: IntN,
    usual: BoolN,
    sweeps: int,
    most_nodes: int,
    reduced: FloatN,
    chosen: IntN,
) -> None:
    """Settle clusters, one after the other.

    Parameters
    ----------
    cluster, member
        (K+1,) first tree of each cluster, and (M,) numbers of the trees.
    start, leaf
        (M+1,) first leaf of each of these trees, and (n,) numbers of the leaves.
    begin, item
        (n+1,) first item of each of these leaves, and (U,) the items that they use, numbered from 0 in each
        cluster.
    usual
        (C,) leaves of a hypothesis that is known to be possible, and good: the search begins there.
    sweeps
        How often prices are gone through, at most.
    most_nodes
        Largest number of nodes of the search in one cluster.
    reduced
        (C,) value of each leaf; reduced here by the prices of the items it uses. A leaf whose reduced value
        is x below the greatest of its tree is in no hypothesis that comes within x of the bound.
    chosen
        (T,) the leaf of each tree in the best hypothesis, -1 for none; written.
    """
    for k in range(len(cluster) - 1):
        trees = member[cluster[k] : cluster[k + 1]]
        first, last = start[cluster[k]], start[cluster[k + 1]]
        own_start = start[cluster[k] : cluster[k + 1] + 1] - first
        own_leaf = leaf[first:last]
        own_begin = begin[first : last + 1] - begin[first]
        own_item = item[begin[first] : begin[last]]
        value = reduced[own_leaf]
        price, rest = _prices(own_start, value, own_begin, own_item, sweeps)
        picked = _search(own_start, value, usual[own_leaf], own_begin, own_item, price, rest, most_nodes)
        reduced[own_leaf] = rest
        for i, t in enumerate(trees):
            chosen[t] = own_leaf[picked[i]] if picked[i] >= 0 else -1


@njit(cache=True)
def _prices(start: IntN, value: FloatN, begin: IntN, item: IntN, sweeps: int) -> tuple[FloatN, FloatN]:
    """Prices of the items of a cluster, (K,), and the values of its leaves less their prices, (n,).

    As a function of one price, the bound falls until all trees but one do without the item, and rises when
    the last one does: any price between the second greatest and the greatest that a tree would pay minimises
    it.
    """
    items = item.max() + 1
    user_start = np.zeros(items + 1, dtype=np.int64)
    for k in item:
        user_start[k + 1] += 1
    for k in range(items):
        user_start[k + 1] += user_start[k]
    place, user = user_start[:-1].copy(), np.empty(len(item), dtype=np.int64)
    tree = np.empty(len(value), dtype=np.int64)
    for i in range(len(start) - 1):
        tree[start[i] : start[i + 1]] = i
    for n in range(len(value)):
        for k in item[begin[n] : begin[n + 1]]:
            user[place[k]] = n
            place[k] += 1
    price, rest = np.zeros(items), value.copy()
    uses = np.full(len(value), -1, dtype=np.int64)
    for _ in range(sweeps):
        change = 0.0
        for k in range(items):
            users = user[user_start[k] : user_start[k + 1]]
            for n in users:
                uses[n] = k
            most, second, at = 0.0, 0.0, 0
            while at < len(users):
                i = tree[users[at]]
                having = -np.inf
                while at < len(users) and tree[users[at]] == i:
                    having = max(having, rest[users[at]])
                    at += 1
                lacking = 0.0
                for n in range(start[i], start[i + 1]):
                    if uses[n] != k:
                        lacking = max(lacking, rest[n])
                pays = having + price[k] - lacking
                if pays > most:
                    most, second = pays, most
                else:
                    second = max(second, pays)
            more = (0.5 * (most + second) if second > 0.0 else 0.0) - price[k]
            change = max(change, abs(more))
            price[k] += more
            for n in users:
                rest[n] -= more
                uses[n] = -1
        if change < _EQUAL:
            break
    return price, rest


@njit(cache=True)
def _greedy(sequence: IntN, start: IntN, rank: FloatN, begin: IntN, item: IntN, taken: BoolN) -> IntN:
    """Let one tree after the other take its best leaf of what is left, (trees,); -1 for none."""
    picked = np.full(len(sequence), -1, dtype=np.int64)
    taken[:] = False
    for i in sequence:
        for n in range(start[i], start[i + 1]):
            best = rank[picked[i]] if picked[i] >= 0 else -np.inf
            if rank[n] > best and _free(n, begin, item, taken):
                picked[i] = n
        _mark(picked[i], begin, item, taken, True)
    taken[:] = False
    return picked


@njit(cache=True)
def _mark(n: int, begin: IntN, item: IntN, taken: BoolN, now: bool) -> None:
    """Mark the items of a leaf as taken, or as free; nothing for no leaf, -1."""
    if n >= 0:
        for k in item[begin[n] : begin[n + 1]]:
            taken[k] = now


@njit(cache=True)
def _free(n: int, begin: IntN, item: IntN, taken: BoolN) -> bool:
    """Whether nothing that a leaf uses is taken."""
    free = True
    for k in item[begin[n] : begin[n + 1]]:
        free &= not taken[k]
    return free


@njit(cache=True)
def _improve(picked: IntN, start: IntN, value: FloatN, begin: IntN, item: IntN, taken: BoolN) -> None:
    """Better a hypothesis, in place, as long as two trees at a time find better leaves beside the others'."""
    trees = len(picked)
    ranked = _ranked(start, value)
    for n in picked:
        _mark(n, begin, item, taken, True)
    better = True
    while better:
        better = False
        for i in range(trees):
            for j in range(i):
                _mark(picked[i], begin, item, taken, False)
                _mark(picked[j], begin, item, taken, False)
                worth = _worth(picked[i : i + 1], value) + _worth(picked[j : j + 1], value) + _EQUAL
                for a in ranked[start[i] : start[i + 1]]:
                    if value[a] + value[ranked[start[j]]] <= worth:
                        break
                    if not _free(a, begin, item, taken):
                        continue
                    _mark(a, begin, item, taken, True)
                    for b in ranked[start[j] : start[j + 1]]:
                        if value[a] + value[b] <= worth:
                            break
                        if _free(b, begin, item, taken):
                            picked[i], picked[j], worth, better = a, b, value[a] + value[b] + _EQUAL, True
                            break
                    _mark(a, begin, item, taken, False)
                _mark(picked[i], begin, item, taken, True)
                _mark(picked[j], begin, item, taken, True)
    taken[:] = False


@njit(cache=True)
def _ranked(start: IntN, value: FloatN) -> IntN:
    """The leaves of each tree, the best first, (n,)."""
    ranked = np.empty(len(value), dtype=np.int64)
    for i in range(len(start) - 1):
        ranked[start[i] : start[i + 1]] = start[i] + np.argsort(
            -value[start[i] : start[i + 1]], kind="mergesort"
        )
    return ranked


@njit(cache=True)
def _worth(picked: IntN, value: FloatN) -> float:
    """Sum of the values of the leaves picked."""
    worth = 0.0
    for n in picked:
        if n >= 0:
            worth += value[n]
    return worth


@njit(cache=True)
def _sequence(start: IntN, rest: FloatN) -> tuple[IntN, FloatN]:
    """The trees of a cluster, the surest first, and the greatest reduced value of each, 0 at least."""
    trees = len(start) - 1
    greatest, lead = np.zeros(trees), np.zeros(trees)
    for i in range(trees):
        second = 0.0
        for n in range(start[i], start[i + 1]):
            if rest[n] > greatest[i]:
                greatest[i], second = rest[n], greatest[i]
            else:
                second = max(second, rest[n])
        lead[i] = greatest[i] - second
    return np.argsort(-lead, kind="mergesort"), greatest


@njit(cache=True)
def _best_free(ranked: IntN, rest: FloatN, begin: IntN, item: IntN, taken: BoolN) -> float:
    """The greatest reduced value of the leaves that use nothing taken, 0 at least; best leaf first."""
    for n in ranked:
        if rest[n] <= 0.0:
            break
        if _free(n, begin, item, taken):
            return float(rest[n])
    return 0.0


@njit(cache=True)
def _begin(
    sequence: IntN,
    start: IntN,
    value: FloatN,
    usual: BoolN,
    begin: IntN,
    item: IntN,
    rest: FloatN,
    taken: BoolN,
) -> IntN:
    """A good hypothesis to begin with: by reduced values, or of the usual leaves; both bettered."""
    best = _greedy(sequence, start, rest, begin, item, taken)
    _improve(best, start, value, begin, item, taken)
    other = _greedy(sequence, start, np.where(usual, value, -np.inf), begin, item, taken)
    _improve(other, start, value, begin, item, taken)
    return other if _worth(other, value) > _worth(best, value) else best


@njit(cache=True)
def _closing(sequence: IntN, start: IntN, begin: IntN, item: IntN, items: int) -> tuple[IntN, IntN]:
    """First place of each level's items, (trees + 1,), and the items by the last level that may use them."""
    last = np.zeros(items, dtype=np.int64)
    for level in range(len(sequence)):
        i = sequence[level]
        for k in item[begin[start[i]] : begin[start[i + 1]]]:
            last[k] = level
    closing = np.argsort(last, kind="mergesort")
    return np.searchsorted(last[closing], np.arange(len(sequence) + 1)), closing


@njit(cache=True)
def _search(
    start: IntN,
    value: FloatN,
    usual: BoolN,
    begin: IntN,
    item: IntN,
    price: FloatN,
    rest: FloatN,
    most_nodes: int,
) -> IntN:
    """The leaf of each tree of a cluster in the best hypothesis, (trees,); -1 for none.

    Depth first. What is lost against the bound: by each tree, how far its choice lies below its greatest
    reduced value; by each item, its price if nobody takes it, counted at the last tree that could.
    """
    trees = len(start) - 1
    taken = np.zeros(len(price), dtype=np.bool_)
    sequence, greatest = _sequence(start, rest)
    best = _begin(sequence, start, value, usual, begin, item, rest, taken)
    room = price.sum() + greatest.sum() - _worth(best, value) - _EQUAL
    close, closing = _closing(sequence, start, begin, item, len(price))
    ranked = _ranked(start, rest)
    picked = np.full(trees, -1, dtype=np.int64)
    turn, lost = np.zeros(trees, dtype=np.int64), np.zeros(trees + 1)
    level = 0
    while level >= 0 and most_nodes > 0 and room > 0.0:
        i = sequence[level]
        _mark(picked[i], begin, item, taken, False)
        picked[i] = -1
        here = start[i] + turn[level]
        loss = lost[level] + greatest[i]
        if here < start[i + 1]:
            loss -= max(rest[ranked[here]], 0.0)
        if here > start[i + 1] or loss >= room:
            # Those that follow lose no less.
            turn[level] = 0
            level -= 1
            continue
        turn[level] += 1
        most_nodes -= 1
        if here < start[i + 1]:
            n = ranked[here]
            loss = lost[level] + greatest[i] - rest[n]
            if loss >= room or not _free(n, begin, item, taken):
                continue
            picked[i] = n
            _mark(n, begin, item, taken, True)
        for k in closing[close[level] : close[level + 1]]:
            if not taken[k]:
                loss += price[k]
        ahead = loss
        for later in range(level + 1, trees):
            if ahead >= room:
                break
            j = sequence[later]
            ahead += greatest[j] - _best_free(ranked[start[j] : start[j + 1]], rest, begin, item, taken)
        if ahead >= room:
            continue
        if level + 1 < trees:
            level += 1
            lost[level] = loss
        else:
            # Its worth lies above the best by what was left of the room.
            best = picked.copy()
            room = loss - _EQUAL
    return best
