"""Walks the blocks and records of ASTERIX and notes where each wanted item stands."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

FIXED, EXTENDED, REPETITIVE, EXPLICIT, COMPOUND, SPARE = range(6)
"""How long an item is: so many bytes; extents whose last bit says whether another follows; a count and so
many of one size; a length and as many bytes, itself included; marks of presence and what they mark; or it
must not be there."""
_USUAL_BYTES = 40
"""Of a record, about."""
_LOOK_BACK = 64
_HEADER = 3
"""A block begins with its category and its length in two bytes, this header included."""


@njit(cache=True)
def _end_of(data: NDArray[np.uint8], at: int, end: int, kind: int, size: int) -> int:
    """Where an item that is no compound ends, -1 when it doesn't fit."""
    if kind == FIXED:
        at += size
    elif kind == EXTENDED:
        while True:
            at += size
            if at > end or data[at - 1] & 1 == 0:
                break
    elif kind == REPETITIVE:
        if at >= end:
            return -1
        at += 1 + size * data[at]
    elif kind == EXPLICIT:
        if at >= end or data[at] == 0:
            return -1
        at += data[at]
    else:
        return -1
    return at if at <= end else -1


@njit(cache=True)
def _end_of_marks(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Where marks of presence end, -1 when they don't fit."""
    while at < end:
        at += 1
        if data[at - 1] & 1 == 0:
            return at
    return -1


@njit(cache=True)
def _compound(
    data: NDArray[np.uint8],
    at: int,
    end: int,
    item: int,
    layout: NDArray[np.int32],
    origin: int,
    where: NDArray[np.int32],
) -> int:
    """Where a compound item ends, -1 when it doesn't fit; its wanted parts are noted."""
    marks, at = at, _end_of_marks(data, at, end)
    if at < 0:
        return -1
    for place in range(7 * (at - marks)):
        if data[marks + place // 7] & (0x80 >> place % 7) == 0:
            continue
        if place >= layout[item, 3]:
            return -1
        part = layout[item, 2] + place
        if layout[part, 4] >= 0:
            where[layout[part, 4]] = at - origin
        at = _end_of(data, at, end, layout[part, 0], layout[part, 1])
        if at < 0:
            return -1
    return at


@njit(cache=True)
def _record(
    data: NDArray[np.uint8],
    origin: int,
    end: int,
    roots: NDArray[np.int32],
    layout: NDArray[np.int32],
    where: NDArray[np.int32],
) -> int:
    """Where a record ends, -1 when it is broken; its wanted items are noted from its beginning, (K,)."""
    where[:] = -1
    at = _end_of_marks(data, origin, end)
    if at < 0:
        return -1
    root = roots[0]
    if roots[1] >= 0 and data[origin] & 0x40:
        # Plots and tracks of CAT 001 differ from the third item on: the first bit of the second says which.
        descriptor = at + (layout[layout[root, 2], 1] if data[origin] & 0x80 else 0)
        if descriptor < end and data[descriptor] & 0x80:
            root = roots[1]
    marked = False
    for place in range(7 * (at - origin)):
        if data[origin + place // 7] & (0x80 >> place % 7) == 0:
            continue
        if place >= layout[root, 3]:
            return -1
        marked = True
        item = layout[root, 2] + place
        if layout[item, 4] >= 0:
            where[layout[item, 4]] = at - origin
        if layout[item, 0] == COMPOUND:
            at = _compound(data, at, end, item, layout, origin, where)
        else:
            at = _end_of(data, at, end, layout[item, 0], layout[item, 1])
        if at < 0:
            return -1
    return at if marked else -1


@njit(cache=True)
def _is_block(data: NDArray[np.uint8], at: int, end: int, known: NDArray[np.bool_]) -> bool:
    """Whether the header of a block of a known category stands here, and the block ends within bounds."""
    if at + _HEADER >= end or not known[data[at]]:
        return False
    length = data[at + 1] * 256 + data[at + 2]
    return bool(_HEADER < length <= end - at)


@njit(cache=True)
def _next_block(
    data: NDArray[np.uint8], at: int, end: int, known: NDArray[np.bool_], roots: NDArray[np.int32]
) -> int:
    """The next place where a block of one of our categories stands that another one, or the end, follows."""
    while at < end:
        if roots[data[at], 0] >= 0 and _is_block(data, at, end, known):
            after = at + data[at + 1] * 256 + data[at + 2]
            if after == end or _is_block(data, after, end, known):
                return at
        at += 1
    return end


@njit(cache=True)
def _grown(values: Any) -> Any:
    """The same values with as many free places behind them."""
    more = np.empty((2 * len(values), values.shape[1]), values.dtype)
    more[: len(values)] = values
    return more


@njit(cache=True)
def find_records(
    data: NDArray[np.uint8],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    known: NDArray[np.bool_],
    roots: NDArray[np.int32],
    layout: NDArray[np.int32],
    wanted: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """All records in the blocks of some stretches of bytes, and where their items are.

    A record that breaks the layout ends its block. Where no block stands, the next one is looked for.

    Parameters
    ----------
    data
        Bytes, (B,).
    begins, ends
        The stretches, (D,) each, in bytes; the end is the first byte that no longer belongs.
    known
        Which categories may occur, (256,).
    roots
        The rows of `layout` that describe a record of each category, (256, 2): -1 for none; the second is for
        tracks where plots and tracks differ.
    layout
        The items, (L, 5): kind, size in bytes, first part and number of parts, number in `where` or -1.
    wanted
        How many numbers in `where` there are, K.

    Returns
    -------
    tuple
        Records (N, 4): category, first byte, stretch, length; `where` (N, K): bytes from the record's first
        byte to the item, -1 when it is absent; blocks passed over by category (256,); broken pieces (M, 2):
        first byte, and length of what is left out for it.
    """
    room = 1024 + len(data) // _USUAL_BYTES
    records, where = np.empty((room, 4), np.int64), np.empty((room, wanted), np.int32)
    broken, passed = np.empty((16, 2), np.int64), np.zeros(256, np.int64)
    count = breaks = 0
    for stretch in range(len(begins)):
        at, end = begins[stretch], ends[stretch]
        while at < end:
            if breaks == len(broken):
                broken = _grown(broken)
            if not _is_block(data, at, end, known):
                after = _next_block(data, at + 1, end, known, roots)
                broken[breaks] = at, after - at
                breaks, at = breaks + 1, after
                continue
            category = np.int64(data[at])
            block_end = at + data[at + 1] * 256 + data[at + 2]
            at += _HEADER
            if roots[category, 0] < 0:
                passed[category] += 1
                at = block_end
            while at < block_end:
                if count == len(records):
                    records, where = _grown(records), _grown(where)
                after = _record(data, at, block_end, roots[category], layout, where[count])
                if after < 0:
                    broken[breaks] = at, block_end - at
                    breaks, at = breaks + 1, block_end
                else:
                    records[count] = category, at, stretch, after - at
                    count, at = count + 1, after
    return records[:count].copy(), where[:count].copy(), passed, broken[:breaks].copy()


@njit(cache=True)
def whole_numbers(
    data: NDArray[np.uint8],
    origin: NDArray[np.int64],
    where: NDArray[np.int32],
    at: int,
    size: int,
    signed: bool,
) -> NDArray[np.int64]:
    """The whole numbers that stand in one item of many records, (N,); 0 where the item is absent.

    Parameters
    ----------
    data
        Bytes, (B,).
    origin, where
        First byte of each record, and bytes from there to the item, -1 when it is absent, (N,) each.
    at, size
        Where in the item the number begins, and how long it is, in bytes.
    signed
        Whether its first bit counts as negative.
    """
    made = np.zeros(len(origin), np.int64)
    for row in range(len(origin)):
        if where[row] < 0:
            continue
        first = origin[row] + where[row] + at
        value = np.int64(0)
        for k in range(size):
            value = value << 8 | data[first + k]
        if signed and data[first] & 0x80:
            value -= 1 << (8 * size)
        made[row] = value
    return made


@njit(cache=True)
def repeated(
    time_s: NDArray[np.float64],
    sensor: NDArray[np.int32],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Which reports say what an earlier one said already, as two lines of one feed do, (N,).

    Parameters
    ----------
    time_s, sensor
        When, in order of time, and by whom, (N,) each. At most 64 earlier reports of one time are looked at.
    first, second
        Two numbers that no two reports of a sensor share at one time, such as range and azimuth, (N,) each.
    """
    made = np.zeros(len(time_s), np.bool_)
    for row in range(len(time_s)):
        other = row - 1
        while other >= max(row - _LOOK_BACK, 0) and time_s[other] == time_s[row]:
            if sensor[other] == sensor[row] and first[other] == first[row] and second[other] == second[row]:
                made[row] = True
                break
            other -= 1
    return made
