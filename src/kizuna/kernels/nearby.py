"""Nearby: which places lie within a distance of which targets, for many separate pictures in one call."""

import numpy as np
from numba import njit

from kizuna.shapes import FloatN, FloatNx3, IntN


@njit(cache=True)
def sort_blocks(value: FloatN, start: IntN) -> IntN:
    """Order (M,) that sorts the values within each block, start[b] to start[b + 1] - 1."""
    order = np.empty(value.shape[0], dtype=np.int64)
    for block in range(start.shape[0] - 1):
        begin, end = start[block], start[block + 1]
        order[begin:end] = begin + np.argsort(value[begin:end], kind="mergesort")
    return order


@njit(cache=True)
def find_nearby(
    place: FloatNx3, place_start: IntN, target: FloatNx3, target_start: IntN, axis: int, reach_m: float
) -> tuple[IntN, IntN, FloatN]:
    """Targets nearer than `reach_m` to each place, within the same picture only.

    The targets of each picture must ascend along `axis` (see `sort_blocks`); a window slides over them, so
    that the cost follows the number of targets in a slab of twice the reach. Choose the axis along which they
    spread most.

    Parameters
    ----------
    place, place_start
        (N, 3) m, Cartesian; picture t owns the places place_start[t] to place_start[t + 1] - 1.
    target, target_start
        (M, 3) m, in the same frame; the same pictures.
    axis
        0, 1 or 2.
    reach_m
        Distance that a pair must stay below, m.

    Returns
    -------
    tuple
        edge_start (N + 1,): place n owns the edges edge_start[n] to edge_start[n + 1] - 1; edge_target (E,)
        index of the target; edge_squared_m2 (E,) squared distance, m².
    """
    edge_start = np.zeros(place.shape[0] + 1, dtype=np.int64)
    edge_target = np.empty(place.shape[0] + 16, dtype=np.int64)
    edge_squared = np.empty(place.shape[0] + 16)
    edges = 0
    limit = reach_m * reach_m
    for picture in range(place_start.shape[0] - 1):
        begin, end = target_start[picture], target_start[picture + 1]
        line = target[begin:end, axis]
        for row in range(place_start[picture], place_start[picture + 1]):
            candidate = begin + np.searchsorted(line, place[row, axis] - reach_m)
            while candidate < end and target[candidate, axis] < place[row, axis] + reach_m:
                squared = 0.0
                for component in range(3):
                    squared += (target[candidate, component] - place[row, component]) ** 2
                if squared < limit:
                    if edges == edge_target.shape[0]:
                        edge_target = np.append(edge_target, np.empty_like(edge_target))
                        edge_squared = np.append(edge_squared, np.empty_like(edge_squared))
                    edge_target[edges] = candidate
                    edge_squared[edges] = squared
                    edges += 1
                candidate += 1
            edge_start[row + 1] = edges
    return edge_start, edge_target[:edges].copy(), edge_squared[:edges].copy()


@njit(cache=True)
def associate(
    edge_start: IntN, edge_target: IntN, edge_squared_m2: FloatN, assigned: IntN
) -> tuple[IntN, FloatN]:
    """Target of each place and its distance: the assigned one, else the nearest of its edges, else none.

    Parameters
    ----------
    edge_start, edge_target, edge_squared_m2
        What `find_nearby` returns.
    assigned
        (N,) assigned target of each place, -1 for none; it must be among the place's edges.

    Returns
    -------
    tuple
        target (N,), -1 for none; distance (N,) m, NaN for none.
    """
    places = edge_start.shape[0] - 1
    target = np.full(places, -1, dtype=np.int64)
    distance = np.full(places, np.nan)
    for row in range(places):
        nearest = np.inf
        for edge in range(edge_start[row], edge_start[row + 1]):
            if edge_target[edge] == assigned[row]:
                target[row] = assigned[row]
                distance[row] = np.sqrt(edge_squared_m2[edge])
                break
            if edge_squared_m2[edge] < nearest:
                nearest = edge_squared_m2[edge]
                target[row] = edge_target[edge]
                distance[row] = np.sqrt(nearest)
    return target, distance
