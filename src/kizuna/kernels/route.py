"""Routes through position, time and energy: the earliest arrival, by labels that no other makes useless."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kizuna.shapes import FloatN, IntN

FOUND, NONE, TOO_MANY = 0, 1, 2
"""How a search ends: with a way, with the proof that there is none, or without room for more labels."""

MAY_DRIVE = 128
SUN_LEVELS = 127
"""A byte of the site holds the Sun's share in 127ths and, as its highest bit, whether driving is allowed."""

_DOWN = (-1, -1, 0, 1, 1, 1, 0, -1)
_ACROSS = (0, 1, 1, 1, 0, -1, -1, -1)
_TINY_J = 1e-6


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
def _gain_w(level: int, plant: FloatN) -> float:
    """What a parked rover gains (or, below 0, loses) in a light: watts that can be given again."""
    share = (level & SUN_LEVELS) / SUN_LEVELS
    rest = plant[0] * share - plant[1] - plant[2] * (1.0 - share)
    return float(min(rest, plant[4]) * plant[3] if rest > 0.0 else rest)


@njit(cache=True)
def _wait(
    site: NDArray[np.uint8],
    cell: int,
    time: float,
    energy: float,
    until: float,
    frame_s: float,
    plant: FloatN,
) -> float:
    """Energy after waiting at a cell until a time; -1 when it falls below the reserve before."""
    frame = int(time / frame_s)
    while time < until:
        end = min((frame + 1) * frame_s, until)
        energy = min(
            energy + _gain_w(site[cell, min(frame, site.shape[1] - 1)], plant) * (end - time), plant[5]
        )
        if energy < plant[6] - _TINY_J:
            return -1.0
        time = end
        frame += 1
    return energy


@njit(cache=True)
def _drive(
    site: NDArray[np.uint8],
    cell: int,
    there: int,
    time: float,
    energy: float,
    seconds: float,
    joules: float,
    frame_s: float,
    plant: FloatN,
) -> float:
    """Energy after a step from a cell to another; -1 when it isn't allowed or takes too much.

    The light is the least of both cells from the first to the last frame of the step, and in all of these
    driving must be allowed at both.
    """
    first = int(time / frame_s)
    last = max(first, int(np.ceil((time + seconds) / frame_s)) - 1)
    if last >= site.shape[1]:
        return -1.0
    level = SUN_LEVELS
    for frame in range(first, last + 1):
        here, next_ = site[cell, frame], site[there, frame]
        if here < MAY_DRIVE or next_ < MAY_DRIVE:
            return -1.0
        level = min(level, here & SUN_LEVELS, next_ & SUN_LEVELS)
    energy = min(energy - joules + _gain_w(level, plant) * seconds, plant[5])
    return energy if energy >= plant[6] - _TINY_J else -1.0


@njit(cache=True)
def _useless(
    site: NDArray[np.uint8],
    cell: int,
    time: float,
    energy: float,
    but: int,
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    state: NDArray[np.float64],
    frame_s: float,
    plant: FloatN,
    slack_j: float,
) -> bool:
    """Whether another label of the cell (`but` one) could wait until then and still have as much energy.

    Less by `slack_j` is enough to refuse a new label, which has no number yet.
    """
    fastest_w = max(0.0, min(plant[0] - plant[1], plant[4]) * plant[3])
    label, before = head[cell], -1
    while label >= 0:
        if state[label, 2] == np.inf:  # out of the list with it
            label = after[label]
            if before < 0:
                head[cell] = label
            else:
                after[before] = label
            continue
        if label != but and state[label, 0] <= time:
            # Its way to its next departure is known; where that is later, it waits from its arrival.
            at = 2 if state[label, 2] <= time else 0
            since = time - state[label, at]
            if state[label, at + 1] + fastest_w * since >= energy - slack_j - _TINY_J:
                kept = _wait(site, cell, state[label, at], state[label, at + 1], time, frame_s, plant)
                # Both may make each other useless: then the older one stays.
                if kept >= 0.0 and (
                    kept > energy + _TINY_J
                    or (but < 0 and kept >= energy - slack_j - _TINY_J)
                    or (label < but and kept >= energy - _TINY_J)
                ):
                    return True
        before, label = label, after[label]
    return False


@njit(cache=True)
def _too_late(
    time: float, energy: float, to_go_s: float, drive_j: float, deadline: float, aim: FloatN
) -> bool:
    """Whether no way through a label arrives in time: it must drive, and gain what it lacks.

    `aim` has the energy wanted on arrival and the fastest gain.
    """
    lacks_s = (aim[0] + drive_j - energy - _TINY_J) / aim[1] if aim[1] > 0.0 else 0.0
    return bool(
        time + max(to_go_s, lacks_s) > deadline or (aim[1] <= 0.0 and aim[0] + drive_j > energy + _TINY_J)
    )


@njit(cache=True)
def _leave(
    site: NDArray[np.uint8],
    seconds: NDArray[np.float32],
    energy_j: NDArray[np.float32],
    to_go_s: NDArray[np.float32],
    need_j: NDArray[np.float32],
    drive_j: NDArray[np.float32],
    clock: FloatN,
    plant: FloatN,
    aim: FloatN,
    label: int,
    sizes: IntN,
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    tree: NDArray[np.int64],
    state: NDArray[np.float64],
    keys: FloatN,
    items: IntN,
) -> None:
    """Make the labels that a label leads to when left now; `sizes` counts labels, heap and expansions."""
    _, rows, columns = seconds.shape
    cell, time, energy = tree[label, 0], state[label, 2], state[label, 3]
    row, column = cell // columns, cell % columns
    for k in range(8):
        r, c = row + _DOWN[k], column + _ACROSS[k]
        if r < 0 or r >= rows or c < 0 or c >= columns:
            continue
        there, lasts = r * columns + c, seconds[k, row, column]
        if time + lasts + to_go_s[there] > clock[2]:
            continue
        joules = energy_j[k, row, column]
        left = _drive(site, cell, there, time, energy, lasts, joules, clock[1], plant)
        if left < plant[6] + need_j[there] - _TINY_J:
            continue
        then = time + lasts
        if _too_late(then, left, to_go_s[there], drive_j[there], clock[2], aim):
            continue
        if _useless(site, there, then, left, -1, head, after, state, clock[1], plant, clock[3]):
            continue
        new = sizes[0]
        tree[new, 0], tree[new, 1] = there, label
        state[new, 0], state[new, 1], state[new, 2], state[new, 3], state[new, 4] = (
            then,
            left,
            then,
            left,
            time,
        )
        after[new], head[there] = head[there], new
        _push(keys, items, sizes[1], then + to_go_s[there], new)
        sizes[0] += 1
        sizes[1] += 1


@njit(cache=True)
def search(
    site: NDArray[np.uint8],
    seconds: NDArray[np.float32],
    energy_j: NDArray[np.float32],
    to_go_s: NDArray[np.float32],
    need_j: NDArray[np.float32],
    drive_j: NDArray[np.float32],
    clock: FloatN,
    plant: FloatN,
    start: int,
    goal: int,
    start_j: float,
    arrive_j: float,
    room: int,
) -> tuple[int, int, int, NDArray[np.int64], NDArray[np.float64]]:
    """The earliest arrival at a goal, and the labels that lead to it.

    A label is an arrival at a cell with some energy. From it the rover may leave at once or at the end of any
    frame. A label is useless when another of its cell, waiting until its time, still has as much energy; that
    is right also where waiting costs energy. A* on the time to go; labels with less energy than is needed to
    reach the goal or a place to charge, or that come too late, are dropped. Arrivals are the earliest when
    steps last whole frames; otherwise waits that end within a frame are left out.

    Parameters
    ----------
    site
        (N, T) a byte for each cell and frame: see `SUN_LEVELS`.
    seconds, energy_j
        (8, R, C) duration and energy of the steps out of each cell, s and J; inf where not allowed.
    to_go_s, need_j, drive_j
        (N,) least time to the goal; least energy to it or to where the stores can fill; least energy of the
        drive to it. N = R × C.
    clock
        (4,) start, length of a frame and deadline, s; times count from the first frame. Last, J by which a
        new label must have more energy than another one to be kept: 0 for the earliest arrival there is.
    plant
        (7,) array's power in full Sun, load, heaters in the dark, W; share of a surplus that is kept; largest
        surplus, W; capacity and reserve, J.
    start, goal
        Cells, as row × C + column.
    start_j, arrive_j
        Energy at the start, and the least on arrival, J.
    room
        How many labels there may be.

    Returns
    -------
    tuple
        `FOUND`, `NONE` or `TOO_MANY`; the label that arrives or -1; how many were expanded; (L, 2) cell and
        parent of each label; (L, 5) arrival, energy then, next departure (inf: useless), energy then, and
        when its parent was left.
    """
    frame_s, cells = clock[1], site.shape[0]
    head, after = np.full(cells, -1, dtype=np.int32), np.empty(room + 8, dtype=np.int32)
    tree, state = np.empty((room + 8, 2), dtype=np.int64), np.empty((room + 8, 5))
    keys, items = np.empty(room + 8), np.empty(room + 8, dtype=np.int64)
    sizes = np.array([1, 0, 0])
    fastest_w = max(0.0, min(plant[0] - plant[1], plant[4]) * plant[3])
    aim = np.array([max(arrive_j, plant[6]), fastest_w])
    ground = (site, seconds, energy_j, to_go_s, need_j, drive_j, clock, plant, aim)
    labels = (sizes, head, after, tree, state, keys, items)
    tree[0, 0], tree[0, 1] = start, -1
    state[0] = np.array([clock[0], start_j, clock[0], start_j, clock[0]])
    after[0], head[start] = -1, 0
    too_late = _too_late(clock[0], start_j, to_go_s[start], drive_j[start], clock[2], aim)
    if start_j >= plant[6] + need_j[start] and not too_late:
        _push(keys, items, 0, clock[0] + to_go_s[start], 0)
        sizes[1] = 1
    while sizes[1] > 0:
        label = items[0]
        _pop(keys, items, sizes[1])
        sizes[1] -= 1
        cell, time, energy = tree[label, 0], state[label, 2], state[label, 3]
        if cell == goal and energy >= arrive_j - _TINY_J:
            return FOUND, label, sizes[2], tree[: sizes[0]], state[: sizes[0]]
        if _useless(site, cell, time, energy, label, head, after, state, frame_s, plant, 0.0):
            state[label, 2] = np.inf  # it may no longer make others useless: what made it so does
            continue
        if sizes[0] >= room:
            return TOO_MANY, -1, sizes[2], tree[: sizes[0]], state[: sizes[0]]
        sizes[2] += 1
        _leave(*ground, label, *labels)
        frame = int(np.floor(time / frame_s + 1e-9)) + 1
        while cell != goal and frame < site.shape[1] and site[cell, frame] < MAY_DRIVE:
            frame += 1
        end = frame * frame_s
        if frame >= site.shape[1] and cell != goal:
            continue
        later = _wait(site, cell, time, energy, end, frame_s, plant)
        if later < plant[6] - _TINY_J:
            continue
        if not _too_late(end, later, to_go_s[cell], drive_j[cell], clock[2], aim):
            state[label, 2], state[label, 3] = end, later
            _push(keys, items, sizes[1], end + to_go_s[cell], label)
            sizes[1] += 1
    return NONE, -1, sizes[2], tree[: sizes[0]], state[: sizes[0]]


@njit(cache=True)
def follow(
    site: NDArray[np.uint8],
    seconds: NDArray[np.float32],
    energy_j: NDArray[np.float32],
    cells: IntN,
    leaves: FloatN,
    clock: FloatN,
    plant: FloatN,
    start_j: float,
    arrive_j: float,
) -> tuple[bool, NDArray[np.int64], NDArray[np.float64]]:
    """Whether the stores last on a way, and the way as labels, (L, 2), (L, 5), as `search` gives them.

    Parameters
    ----------
    site, seconds, energy_j, clock, plant, start_j, arrive_j
        (N, T), (8, R, C), (8, R, C), (4,), (7,) and two energies, J, as for `search`.
    cells, leaves
        (L,), (L,) the way, and when each cell is left; at the last, when it is reached.
    """
    columns = seconds.shape[2]
    tree, state = np.empty((cells.shape[0], 2), dtype=np.int64), np.zeros((cells.shape[0], 5))
    energy, time = start_j, clock[0]
    for label in range(cells.shape[0]):
        if label > 0:
            cell, there = cells[label - 1], cells[label]
            row, column = cell // columns, cell % columns
            energy = _wait(site, cell, time, energy, leaves[label - 1], clock[1], plant)
            for k in range(8):
                c = column + _ACROSS[k]
                if energy >= 0.0 and 0 <= c < columns and (row + _DOWN[k]) * columns + c == there:
                    lasts, joules = float(seconds[k, row, column]), energy_j[k, row, column]
                    leave = leaves[label - 1]
                    energy = _drive(site, cell, there, leave, energy, lasts, joules, clock[1], plant)
                    time = leave + lasts
            if energy < 0.0:
                return False, tree, state
            state[label, 4] = leaves[label - 1]
        tree[label, 0], tree[label, 1] = cells[label], label - 1
        state[label, 0] = state[label, 2] = time
        state[label, 1] = state[label, 3] = energy
    return energy >= arrive_j - _TINY_J, tree, state
