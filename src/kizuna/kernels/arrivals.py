"""Ways through times when driving is allowed, energy aside: earliest arrival, and then latest start."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kizuna.shapes import FloatN, IntN

MAY_DRIVE = 128
"""The bit of a site's bytes that says whether driving is allowed."""

_DOWN = (-1, -1, 0, 1, 1, 1, 0, -1)
_ACROSS = (0, 1, 1, 1, 0, -1, -1, -1)


@njit(cache=True)
def _push(keys: FloatN, items: IntN, size: int, key: float, item: int) -> None:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], items[at] = keys[above], items[above]
        at = above
    keys[at], items[at] = key, item


@njit(cache=True)
def _pop(keys: FloatN, items: IntN, size: int) -> None:
    """Take the least out of a heap of `size`; what is left stands in the first size - 1."""
    key, item = keys[size - 1], items[size - 1]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size - 1:
            break
        if below + 1 < size - 1 and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], items[at] = keys[below], items[below]
        at = below
    keys[at], items[at] = key, item


@njit(cache=True)
def _blocked(site: NDArray[np.uint8], cell: int, there: int, first: int, last: int) -> int:
    """The last frame of some in which a step isn't allowed; -1 when there is none."""
    for frame in range(last, first - 1, -1):
        if site[cell, frame] < MAY_DRIVE or site[there, frame] < MAY_DRIVE:
            return frame
    return -1


@njit(cache=True)
def _first_start(
    site: NDArray[np.uint8], cell: int, there: int, time: float, seconds: float, frame_s: float
) -> float:
    """When a step may begin at the earliest: at once or at the start of a frame; inf: never."""
    while True:
        frame = int(time / frame_s)
        last = max(frame, int(np.ceil((time + seconds) / frame_s)) - 1)
        if last >= site.shape[1]:
            return np.inf
        blocked = _blocked(site, cell, there, frame, last)
        if blocked < 0:
            return time
        time = (blocked + 1) * frame_s


@njit(cache=True)
def _last_start(
    site: NDArray[np.uint8], cell: int, there: int, end: float, seconds: float, frame_s: float
) -> float:
    """When a step that ends by some time may begin at the latest; -1: never."""
    while end - seconds >= 0.0:
        frame = int((end - seconds) / frame_s)
        last = min(max(frame, int(np.ceil(end / frame_s)) - 1), site.shape[1] - 1)
        blocked = _blocked(site, cell, there, frame, last)
        if blocked < 0:
            return end - seconds
        end = blocked * frame_s
    return -1.0


@njit(cache=True)
def earliest_way(
    site: NDArray[np.uint8],
    seconds: NDArray[np.float32],
    to_go_s: NDArray[np.float32],
    clock: FloatN,
    start: int,
    goal: int,
) -> tuple[IntN, FloatN, FloatN]:
    """The way that arrives first: cells, and when each is left, (L,), (L,); none: no plan arrives in time.

    Who comes earlier can wait, so that one arrival for each cell is enough. With it come the earliest
    arrivals at all cells that were looked at, (N,), inf elsewhere.

    Parameters
    ----------
    site
        (N, T) a byte for each cell and frame, whose highest bit allows driving.
    seconds
        (8, R, C) duration of the steps out of each cell, s; inf where not allowed.
    to_go_s
        (N,) least time to the goal, s; N = R × C.
    clock
        (4,) start, length of a frame and deadline, s; times count from the first frame. The last is not used.
    start, goal
        Cells, as row × C + column.
    """
    _, rows, columns = seconds.shape
    arrive, left = np.full(site.shape[0], np.inf), np.zeros(site.shape[0])
    parent, done = np.full(site.shape[0], -1), np.zeros(site.shape[0], dtype=np.bool_)
    keys, items = np.empty(8 * site.shape[0] + 1), np.empty(8 * site.shape[0] + 1, dtype=np.int64)
    size = 0
    if clock[0] + to_go_s[start] <= clock[2]:
        arrive[start] = clock[0]
        _push(keys, items, 0, clock[0] + to_go_s[start], start)
        size = 1
    while size > 0 and not done[goal]:
        cell = items[0]
        _pop(keys, items, size)
        size -= 1
        if done[cell]:
            continue
        done[cell] = True
        row, column, frame = cell // columns, cell % columns, int(arrive[cell] / clock[1])
        time = arrive[cell]
        while frame < site.shape[1] and site[cell, frame] < MAY_DRIVE:
            frame += 1
            time = frame * clock[1]
        for k in range(8):
            r, c = row + _DOWN[k], column + _ACROSS[k]
            if r < 0 or r >= rows or c < 0 or c >= columns or done[r * columns + c]:
                continue
            there, lasts = r * columns + c, float(seconds[k, row, column])
            if time + lasts + to_go_s[there] > clock[2] or time + lasts >= arrive[there]:
                continue
            leaves = _first_start(site, cell, there, time, lasts, clock[1])
            if leaves + lasts < arrive[there] and leaves + lasts + to_go_s[there] <= clock[2]:
                arrive[there], left[there], parent[there] = leaves + lasts, leaves, cell
                _push(keys, items, size, leaves + lasts + to_go_s[there], there)
                size += 1
    count, at = 0, goal
    while done[goal] and at >= 0:
        count, at = count + 1, parent[at]
    cells, leaves_at = np.empty(count, dtype=np.int64), np.empty(count)
    at, time = goal, arrive[goal]
    for number in range(count - 1, -1, -1):
        cells[number], leaves_at[number] = at, time
        time, at = left[at], parent[at]
    return cells, leaves_at, arrive


@njit(cache=True)
def latest_way(
    site: NDArray[np.uint8],
    seconds: NDArray[np.float32],
    arrive: FloatN,
    clock: FloatN,
    start: int,
    goal: int,
) -> tuple[IntN, FloatN]:
    """The way that leaves last and still arrives by the deadline, like that of `earliest_way`.

    Parameters
    ----------
    site, seconds, clock, start, goal
        (N, T), (8, R, C), (4,) and cells, as there; `clock` has the deadline to keep.
    arrive
        (N,) earliest arrivals out of there, s: only these cells are looked at.
    """
    _, rows, columns = seconds.shape
    leave, to = np.full(site.shape[0], -1.0), np.full(site.shape[0], -1)
    done = np.zeros(site.shape[0], dtype=np.bool_)
    keys, items = np.empty(8 * site.shape[0] + 1), np.empty(8 * site.shape[0] + 1, dtype=np.int64)
    leave[goal] = clock[2]
    _push(keys, items, 0, -clock[2], goal)
    size = 1
    while size > 0 and not done[start]:
        there = items[0]
        _pop(keys, items, size)
        size -= 1
        if done[there]:
            continue
        done[there] = True
        row, column = there // columns, there % columns
        for k in range(8):
            r, c = row - _DOWN[k], column - _ACROSS[k]
            if r < 0 or r >= rows or c < 0 or c >= columns or done[r * columns + c]:
                continue
            cell, lasts = r * columns + c, float(seconds[k, r, c])
            if leave[there] - lasts <= max(leave[cell], arrive[cell] - 1e-6):
                continue
            begins = _last_start(site, cell, there, leave[there], lasts, clock[1])
            if begins > leave[cell] and begins >= arrive[cell] - 1e-6:
                leave[cell], to[cell] = begins, there
                _push(keys, items, size, -begins, cell)
                size += 1
    count, at = 0, start
    while done[start] and at >= 0:
        count, at = count + 1, to[at]
    cells, leaves = np.empty(count, dtype=np.int64), np.empty(count)
    at = start
    for number in range(count):
        cells[number], leaves[number] = at, leave[at]
        at = to[at]
    return cells, leaves
