"""Finds the UDP datagrams in captures of a network, in the formats pcap and pcapng."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_UDP, _OTHER, _FRAGMENT, _CUT = range(4)
_ETHERNET, _NULL, _LOOP, _SLL, _SLL2 = 1, 0, 108, 113, 276
_RAW_IP = (12, 101, 228, 229)
_MOST_INTERFACES = 256


@njit(cache=True)
def _number(data: NDArray[np.uint8], at: int, size: int, little: bool) -> int:
    """The number of `size` bytes that stands here, in either order of bytes."""
    value = 0
    for k in range(size):
        value = value * 256 + data[at + (size - 1 - k if little else k)]
    return value


@njit(cache=True)
def _after_link(data: NDArray[np.uint8], at: int, end: int, link: int) -> int:
    """Where the packet within a frame begins, -1 when the frame is of another kind."""
    if link in _RAW_IP:
        return at
    if link == _ETHERNET:
        at += 12
        while at + 2 <= end and _number(data, at, 2, False) in (0x8100, 0x88A8, 0x9100):
            at += 4
        return at + 2
    if link in (_NULL, _LOOP):
        return at + 4
    if link == _SLL:
        return at + 16
    if link == _SLL2:
        return at + 20
    return -1


@njit(cache=True)
def _datagram(data: NDArray[np.uint8], at: int, end: int, link: int) -> tuple[int, int, int]:
    """What a frame holds: a datagram or something else; where the datagram's bytes begin and end."""
    at = _after_link(data, at, end, link)
    if at < 0 or at + 28 > end:
        return _OTHER, 0, 0
    version = data[at] >> 4
    if version == 4:
        if data[at + 9] != 17:
            return _OTHER, 0, 0
        if _number(data, at + 6, 2, False) & 0x3FFF:
            return _FRAGMENT, 0, 0
        at += 4 * (data[at] & 0x0F)
    elif version == 6:
        if data[at + 6] != 17:
            return _OTHER, 0, 0
        at += 40
    else:
        return _OTHER, 0, 0
    if at + 8 > end:
        return _CUT, 0, 0
    length = _number(data, at + 4, 2, False)
    if length < 8 or at + length > end:
        return _CUT, 0, 0
    return _UDP, at + 8, at + length


@njit(cache=True)
def pcap_datagrams(
    data: NDArray[np.uint8], little: bool, ticks_hz: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], int]:
    """All datagrams in a capture in the format pcap.

    Parameters
    ----------
    data
        The whole file, (B,) bytes.
    little
        Whether numbers begin with their last byte.
    ticks_hz
        In how many parts the capture divides a second.

    Returns
    -------
    tuple
        First byte of each datagram and the first after it (D, 2); when it was captured (D,), s since
        1970-01-01 UTC; how many packets hold a datagram, something else, a fragment, or are cut (4,); where
        the capture breaks off within a packet, or -1.
    """
    spans, times = np.empty((1024, 2), np.int64), np.empty(1024, np.float64)
    counts = np.zeros(4, np.int64)
    count, at, link = 0, 24, _number(data, 20, 4, little) & 0xFFFF
    while at < len(data):
        if at + 16 > len(data):
            return spans[:count].copy(), times[:count].copy(), counts, at
        size = _number(data, at + 8, 4, little)
        if at + 16 + size > len(data):
            return spans[:count].copy(), times[:count].copy(), counts, at
        what, begin, end = _datagram(data, at + 16, at + 16 + size, link)
        counts[what] += 1
        if what == _UDP:
            if count == len(spans):
                spans = np.concatenate((spans, np.empty_like(spans)))
                times = np.concatenate((times, np.empty_like(times)))
            spans[count] = begin, end
            times[count] = _number(data, at, 4, little) + _number(data, at + 4, 4, little) / ticks_hz
            count += 1
        at += 16 + size
    return spans[:count].copy(), times[:count].copy(), counts, -1


@njit(cache=True)
def _ticks_hz(data: NDArray[np.uint8], at: int, end: int, little: bool) -> float:
    """In how many parts an interface of a pcapng capture divides a second, by its options."""
    while at + 4 <= end:
        code, size = _number(data, at, 2, little), _number(data, at + 2, 2, little)
        if code == 9 and size >= 1 and at + 4 < end:
            told = int(data[at + 4])
            return float(2.0 ** (told & 0x7F)) if told & 0x80 else float(10.0**told)
        if code == 0:
            break
        at += 4 + (size + 3) // 4 * 4
    return 1e6


@njit(cache=True)
def pcapng_datagrams(
    data: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], int]:
    """All datagrams in a capture in the format pcapng.

    Packets without a time (simple packet blocks) get NaN.

    Parameters
    ----------
    data
        The whole file, (B,) bytes.

    Returns
    -------
    tuple
        As `pcap_datagrams`.
    """
    spans, times = np.empty((1024, 2), np.int64), np.empty(1024, np.float64)
    counts = np.zeros(4, np.int64)
    links, ticks_hz = np.zeros(_MOST_INTERFACES, np.int64), np.full(_MOST_INTERFACES, 1e6)
    count, at, interfaces, little = 0, 0, 0, True
    while at + 12 <= len(data):
        if _number(data, at, 4, True) == 0x0A0D0D0A:
            little, interfaces = data[at + 8] == 0x4D, 0
        kind, size = _number(data, at, 4, little), _number(data, at + 4, 4, little)
        if size < 12 or at + size > len(data):
            break
        body, end, what, first, last, time_s = at + 8, at + size - 4, _OTHER, 0, 0, np.nan
        if kind == 1 and interfaces < _MOST_INTERFACES and size >= 20:
            links[interfaces] = _number(data, body, 2, little)
            ticks_hz[interfaces] = _ticks_hz(data, body + 8, end, little)
            interfaces += 1
        elif kind == 6 and size >= 32:
            interface = min(_number(data, body, 4, little), _MOST_INTERFACES - 1)
            ticks = _number(data, body + 4, 4, little) * 2.0**32 + _number(data, body + 8, 4, little)
            time_s = ticks / ticks_hz[interface]
            captured = min(body + 20 + _number(data, body + 12, 4, little), end)
            what, first, last = _datagram(data, body + 20, captured, links[interface])
            counts[what] += 1
        elif kind == 3 and size >= 16:
            what, first, last = _datagram(data, body + 4, end, links[0])
            counts[what] += 1
        if what == _UDP:
            if count == len(spans):
                spans = np.concatenate((spans, np.empty_like(spans)))
                times = np.concatenate((times, np.empty_like(times)))
            spans[count] = first, last
            times[count] = time_s
            count += 1
        at += size
    return spans[:count].copy(), times[:count].copy(), counts, -1 if at == len(data) else at
