"""Which trees of hypotheses compete for detections, and which of them can't all have their best leaf.

Trees that share no item (a detection), directly or through others, are apart. Where the best leaves of a
cluster's trees don't collide, they are the best hypothesis of that cluster; the others are left to
`kizuna.kernels.packing`.
"""

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, FloatN, IntN


@njit(cache=True)
def best(
    tree: IntN,
    trees: int,
    total: FloatN,
    usual: BoolN,
    favour: float,
    use_start: IntN,
    use: IntN,
    items: int,
) -> tuple[IntN, FloatN, tuple[IntN, IntN, IntN, IntN, IntN, IntN]]:
    """The best leaf of each tree, and the clusters where these collide.

    Parameters
    ----------
    tree, trees
        (C,) tree of each leaf, from 0 on, and the number of trees.
    total
        (C,) what each leaf adds to the value of a hypothesis; a tree may go without any leaf, for 0.
    usual, favour
        (C,) leaves of the hypothesis that was the best so far, and what is added for them in clusters of
        several trees.
    use_start, use, items
        (C+1,) first use of each leaf, (U,) the items that it uses, from 0 on, and their number.

    Returns
    -------
    tuple
        (T,) the best leaf of each tree, -1 for none; (C,) what each leaf adds, the favour included; and the
        clusters where best leaves collide, as `kizuna.kernels.packing.settle` takes them: (K+1,), (M,),
        (M+1,), (n,), (n+1,), (V,).
    """
    first, order = _sorted(tree, trees)
    shared, root = _clusters(tree, trees, use_start, use, items)
    cluster, member = _sorted(root, trees)
    value, chosen = total.copy(), np.full(trees, -1, dtype=np.int64)
    for t in range(trees):
        alone = cluster[root[t] + 1] - cluster[root[t]] == 1
        for c in order[first[t] : first[t + 1]]:
            if usual[c] and not alone:
                value[c] += favour
            if value[c] >= 0.0 and (chosen[t] < 0 or value[c] > value[chosen[t]]):
                chosen[t] = c
    roots = np.flatnonzero(_collisions(chosen, root, use_start, use, items))
    return chosen, value, _extract(roots, cluster, member, first, order, shared, use_start, use)


@njit(cache=True)
def _sorted(key: IntN, keys: int) -> tuple[IntN, IntN]:
    """(K+1,) first place of each key in the order, and the order, (N,); equal keys keep theirs."""
    first = np.zeros(keys + 1, dtype=np.int64)
    for k in key:
        first[k + 1] += 1
    for k in range(keys):
        first[k + 1] += first[k]
    place, order = first[:-1].copy(), np.empty(len(key), dtype=np.int64)
    for n in range(len(key)):
        order[place[key[n]]] = n
        place[key[n]] += 1
    return first, order


@njit(cache=True)
def _clusters(tree: IntN, trees: int, use_start: IntN, use: IntN, items: int) -> tuple[BoolN, IntN]:
    """Which items several trees use, (D,), and the lowest tree of each tree's cluster, (T,)."""
    shared, holder = np.zeros(items, dtype=np.bool_), np.full(items, -1, dtype=np.int64)
    root = np.arange(trees)
    for c in range(len(tree)):
        for d in use[use_start[c] : use_start[c + 1]]:
            if holder[d] < 0:
                holder[d] = tree[c]
            elif holder[d] != tree[c]:
                shared[d] = True
                a, b = tree[c], holder[d]
                while root[a] != a:
                    a = root[a]
                while root[b] != b:
                    b = root[b]
                root[max(a, b)] = min(a, b)
    for t in range(trees):
        # Roots are lower than their trees, so that these are settled already.
        root[t] = root[root[t]]
    return shared, root


@njit(cache=True)
def _collisions(chosen: IntN, root: IntN, use_start: IntN, use: IntN, items: int) -> BoolN:
    """In which clusters, by their roots, two chosen leaves share an item, (T,)."""
    collide = np.zeros(len(chosen), dtype=np.bool_)
    taken = np.zeros(items, dtype=np.bool_)
    for t in range(len(chosen)):
        c = chosen[t]
        if c >= 0:
            for d in use[use_start[c] : use_start[c + 1]]:
                if taken[d]:
                    collide[root[t]] = True
                taken[d] = True
    return collide


@njit(cache=True)
def _extract(
    roots: IntN,
    cluster: IntN,
    member: IntN,
    first: IntN,
    order: IntN,
    shared: BoolN,
    use_start: IntN,
    use: IntN,
) -> tuple[IntN, IntN, IntN, IntN, IntN, IntN]:
    """The clusters of these roots on their own: their trees, these trees' leaves, the shared items used."""
    trees, leaves, uses = 0, 0, 0
    for r in roots:
        trees += cluster[r + 1] - cluster[r]
        for t in member[cluster[r] : cluster[r + 1]]:
            leaves += first[t + 1] - first[t]
            for c in order[first[t] : first[t + 1]]:
                uses += use_start[c + 1] - use_start[c]
    kept = np.zeros(len(roots) + 1, dtype=np.int64)
    kept_member, start = np.empty(trees, dtype=np.int64), np.zeros(trees + 1, dtype=np.int64)
    leaf, begin = np.empty(leaves, dtype=np.int64), np.zeros(leaves + 1, dtype=np.int64)
    item, local = np.empty(uses, dtype=np.int64), np.full(len(shared), -1, dtype=np.int64)
    m, n, u = 0, 0, 0
    for k, r in enumerate(roots):
        known = 0
        for t in member[cluster[r] : cluster[r + 1]]:
            for c in order[first[t] : first[t + 1]]:
                for d in use[use_start[c] : use_start[c + 1]]:
                    if shared[d]:
                        if local[d] < 0:
                            local[d] = known
                            known += 1
                        item[u] = local[d]
                        u += 1
                leaf[n], begin[n + 1] = c, u
                n += 1
            kept_member[m], start[m + 1] = t, n
            m += 1
        kept[k + 1] = m
    return kept, kept_member, start, leaf, begin, item[:u]
