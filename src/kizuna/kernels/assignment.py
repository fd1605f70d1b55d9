"""Sparse assignment: pair rows with columns at the least total cost, where staying alone costs nothing.

The problem, with x the 0/1 choice of edges:

    minimise  Σ cost[e] x[e]   with at most one chosen edge in each row and in each column.

It is solved exactly by shortest augmenting paths with potentials u (rows) and v (columns), kept such that u ≤
0, v ≤ 0 and u[r] + v[c] ≤ cost[r, c], with equality on chosen edges. Each row starts on its cheapest edge;
only rows that find their column taken start a search. A search grows within the row's own cluster of edges
and ends where the path is shortest: at a column that nobody holds, or at a row for which giving up its column
is cheapest. So rows that nobody contests cost one glance, clusters stay apart without being computed, and
nothing is allocated per cluster or search.

Source: Jonker and Volgenant, A shortest augmenting path algorithm for dense and sparse linear assignment
problems, Computing 38 (1987) 325-340; staying alone as in Crouse, On implementing 2D rectangular assignment
algorithms, IEEE Trans. AES 52 (2016) 1679-1696, with one private column of cost 0 for each row, never stored.
"""

import numpy as np
from numba import njit

from kizuna.shapes import FloatN, IntN


@njit(cache=True)
def assign(row_start: IntN, column: IntN, cost: FloatN, columns: int) -> IntN:
    """Column of each row in the least costly partial matching: int64 (R,), -1 where it stays alone.

    Edges are stored row by row (CSR). An edge whose cost is 0, positive or NaN is never used. An edge may be
    there twice; the cheaper one counts. The same input gives the same answer, also among equally good ones.

    Parameters
    ----------
    row_start
        (R + 1,) int64, never falling; row r owns the edges row_start[r] to row_start[r + 1] - 1.
    column
        (E,) int64 from 0 to columns - 1; not checked.
    cost
        (E,) float64, relative to leaving both ends alone; no infinity.
    columns
        How many columns there are.
    """
    rows = row_start.shape[0] - 1
    column_of = np.full(rows, -1, dtype=np.int64)
    row_of = np.full(columns, -1, dtype=np.int64)
    u = np.zeros(rows)
    waiting = np.empty(rows, dtype=np.int64)
    contested = 0
    for row in range(rows):
        best = 0.0
        chosen = -1
        for edge in range(row_start[row], row_start[row + 1]):
            if cost[edge] < best:
                best = cost[edge]
                chosen = column[edge]
        if chosen < 0:
            continue
        u[row] = best
        if row_of[chosen] < 0:
            column_of[row] = chosen
            row_of[chosen] = row
        else:
            waiting[contested] = row
            contested += 1
    if contested > 0:
        v = np.zeros(columns)
        contested = _bid(row_start, column, cost, waiting[:contested], column_of, row_of, u, v)
        if contested > 0:
            _augment(row_start, column, cost, waiting[:contested], column_of, row_of, u, v)
    return column_of


@njit(cache=True)
def _bid(row_start, column, cost, waiting, column_of, row_of, u, v):  # type: ignore[no-untyped-def]
    """Let waiting rows outbid others, a bounded number of times; returns how many still wait, in front.

    A row takes its cheapest column at a price that leaves it indifferent to its second choice (staying alone
    included); the row that held the column bids in turn. This is the augmenting row reduction of Jonker and
    Volgenant: it settles most conflicts without a search and keeps the potentials valid. Writes into all
    arrays but the edges.
    """
    bids = 4 * waiting.shape[0]
    left = 0
    for place in range(waiting.shape[0]):
        row = waiting[place]
        while row >= 0:
            # Staying alone, at cost 0, is always a choice.
            first, second, chosen = 0.0, 0.0, -1
            for edge in range(row_start[row], row_start[row + 1]):
                if not cost[edge] < 0.0:
                    continue
                reduced = cost[edge] - v[column[edge]]
                if reduced < first:
                    if column[edge] != chosen:
                        second = first
                    first = reduced
                    chosen = column[edge]
                elif reduced < second and column[edge] != chosen:
                    second = reduced
            if chosen < 0:
                u[row] = 0.0
                break
            holder = row_of[chosen]
            if holder >= 0 and (bids <= 0 or not first < second):
                u[row] = first
                waiting[left] = row
                left += 1
                break
            bids -= 1
            u[row] = second if holder >= 0 else first
            v[chosen] -= u[row] - first
            column_of[row] = chosen
            row_of[chosen] = row
            if holder >= 0:
                column_of[holder] = -1
            row = holder
    return left


@njit(cache=True)
def _augment(row_start, column, cost, waiting, column_of, row_of, u, v):  # type: ignore[no-untyped-def]
    """Give each waiting row its place by one shortest path; writes into column_of, row_of, u and v."""
    columns = row_of.shape[0]
    distance = np.empty(columns)
    parent = np.empty(columns, dtype=np.int64)  # the row from which the column was reached
    seen = np.zeros(columns, dtype=np.int64)  # the search that last reached the column
    closed = np.zeros(columns, dtype=np.int64)  # the search that last took it from the heap
    order = np.empty(columns, dtype=np.int64)  # the columns that this search took from the heap
    heap = np.empty(columns, dtype=np.int64)
    place = np.empty(columns, dtype=np.int64)  # where a column stands in the heap
    edges = (row_start, column, cost)
    state = (distance, parent, seen, closed, order, heap, place)
    for turn in range(waiting.shape[0]):
        start = waiting[turn]
        shortest, loser, free, done = _search(edges, start, turn + 1, row_of, u, v, state)
        u[start] += shortest
        for step in range(done):
            col = order[step]
            v[col] -= shortest - distance[col]
            u[row_of[col]] += shortest - distance[col]
        _shift(start, loser, free, parent, column_of, row_of)


@njit(cache=True)
def _search(edges, start, search, row_of, u, v, state):  # type: ignore[no-untyped-def]
    """Find the shortest path (Dijkstra, reduced costs) from a row to a free column or one given up.

    Returns its length, the row that steps back, the free column (-1 when a row steps back) and how many
    columns of `order` are closed. Writes into `state` alone, whose marks hold the number of the search and
    need no clearing.
    """
    row_start, column, cost = edges
    distance, parent, seen, closed, order, heap, place = state
    row = start
    travelled = 0.0
    shortest = -u[start]  # the best end so far: this row stays alone
    loser = start
    free = -1
    size = 0
    done = 0
    while True:
        for edge in range(row_start[row], row_start[row + 1]):
            col = column[edge]
            if not cost[edge] < 0.0 or closed[col] == search:
                continue
            reach = travelled + max(cost[edge] - u[row] - v[col], 0.0)
            if reach >= shortest:
                continue
            if seen[col] != search:
                seen[col] = search
                place[col] = size
                heap[size] = col
                size += 1
            elif reach >= distance[col]:
                continue
            distance[col] = reach
            parent[col] = row
            if row_of[col] < 0:
                shortest = reach
                free = col
            _rise(heap, place, distance, place[col])
        if size == 0 or distance[heap[0]] >= shortest:
            return shortest, loser, free, done
        col = heap[0]
        size -= 1
        if size > 0:
            heap[0] = heap[size]
            _sink(heap, place, distance, size)
        closed[col] = search
        order[done] = col
        done += 1
        row = row_of[col]
        travelled = distance[col]
        if travelled - u[row] < shortest:
            shortest = travelled - u[row]
            loser = row
            free = -1


@njit(cache=True)
def _shift(start, loser, free, parent, column_of, row_of):  # type: ignore[no-untyped-def]
    """Move each row on the path from `start` one column on; the last is free, or `loser` gives it up."""
    col = free
    if free < 0:
        if loser == start:
            return
        col = column_of[loser]
        column_of[loser] = -1
    while True:
        row = parent[col]
        previous = column_of[row]
        column_of[row] = col
        row_of[col] = row
        if row == start:
            return
        col = previous


@njit(cache=True)
def _rise(heap, place, distance, at):  # type: ignore[no-untyped-def]
    """Move a column towards the top of the heap, past those farther, or as far and of higher number."""
    col = heap[at]
    while at > 0:
        above = (at - 1) // 2
        other = heap[above]
        if distance[other] < distance[col] or (distance[other] == distance[col] and other < col):
            break
        heap[at] = other
        place[other] = at
        at = above
    heap[at] = col
    place[col] = at


@njit(cache=True)
def _sink(heap, place, distance, size):  # type: ignore[no-untyped-def]
    """Move the column on top of the heap down to where it belongs."""
    col = heap[0]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = heap[below]
        if below + 1 < size:
            right = heap[below + 1]
            if distance[right] < distance[other] or (distance[right] == distance[other] and right < other):
                other = right
                below += 1
        if distance[col] < distance[other] or (distance[col] == distance[other] and col < other):
            break
        heap[at] = other
        place[other] = at
        at = below
    heap[at] = col
    place[col] = at
