"""Takes Mode S messages out of the formats of receivers, and the fields of ADS-B out of the messages."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kizuna.shapes import ByteN, FloatN, IntN

_LONG, _SHORT = 14, 7
_ESCAPE = 0x1A
_GENERATOR = 0xFFF409
"""Of the parity of Mode S (ICAO Annex 10, volume IV, 3.1.2.3.3)."""
_FOOT_M = 0.3048
OTHER, WRONG, POSITION, GROUND, DIFFERENCE = range(5)
"""What a message is: none that is read; one of ADS-B whose parity is wrong; a position in the air or on the
ground; the difference of geometric and pressure altitude."""


@njit(cache=True)
def _room(data: ByteN, least: int) -> int:
    """More messages than can be in so many bytes."""
    return len(data) // least + 1


@njit(cache=True)
def beast_messages(data: ByteN) -> tuple[NDArray[np.uint8], IntN, IntN, IntN]:
    """All messages of Mode S in Beast's binary format, and where it is broken.

    A frame is 0x1a, a kind, six bytes of time, one of signal strength and the message; within it, 0x1a is
    doubled.

    Parameters
    ----------
    data
        The whole file, bytes (B,).

    Returns
    -------
    tuple
        Messages (N, 14), short ones followed by zeros; ticks of the receiver's clock (N,); first byte of each
        frame (N,); first byte of each broken frame (M,).
    """
    messages = np.zeros((_room(data, 16), _LONG), np.uint8)
    ticks, places = np.empty(len(messages), np.int64), np.empty(len(messages), np.int64)
    broken = np.empty(_room(data, 1), np.int64)
    count = breaks = at = 0
    body = np.empty(7 + _LONG, np.uint8)
    while at < len(data):
        begin = at
        kind = data[at + 1] if data[at] == _ESCAPE and at + 1 < len(data) else 0
        size = 7 + (2 if kind == 0x31 else _SHORT if kind == 0x32 else _LONG)
        at, done = at + 2, 0
        if kind < 0x31 or kind > 0x34:
            size = 0
        while done < size and at < len(data):
            if data[at] == _ESCAPE:
                if at + 1 >= len(data) or data[at + 1] != _ESCAPE:
                    break
                at += 1
            body[done] = data[at]
            at, done = at + 1, done + 1
        if size == 0 or done < size:
            broken[breaks] = begin
            breaks += 1
            # The next frame begins at the next lone escape.
            at = begin + 1
            while at < len(data) and not (
                data[at] == _ESCAPE and at + 1 < len(data) and 0x31 <= data[at + 1] <= 0x34
            ):
                at += 2 if data[at] == _ESCAPE and at + 1 < len(data) and data[at + 1] == _ESCAPE else 1
        elif kind == 0x32 or kind == 0x33:
            ticks[count] = 0
            for k in range(6):
                ticks[count] = ticks[count] * 256 + body[k]
            messages[count, : size - 7] = body[7:size]
            places[count] = begin
            count += 1
    return messages[:count].copy(), ticks[:count].copy(), places[:count].copy(), broken[:breaks].copy()


@njit(cache=True)
def _digit(octet: int) -> int:
    """The value of a hexadecimal digit, -1 for anything else."""
    if 48 <= octet <= 57:
        return octet - 48
    octet |= 32
    return octet - 87 if 97 <= octet <= 102 else -1


@njit(cache=True)
def avr_messages(data: ByteN) -> tuple[NDArray[np.uint8], IntN, IntN, IntN]:
    """All messages of Mode S in AVR's text format, and where it is broken.

    A line is ``*message;``, ``@ticks message;`` or ``%ticks signal message;`` in hexadecimal digits, without
    the blanks. ``<`` and ``:`` stand for ``%`` and ``*`` at some receivers.

    Parameters
    ----------
    data
        The whole file, bytes (B,).

    Returns
    -------
    tuple
        As `beast_messages`; ticks are -1 where a line tells none.
    """
    messages = np.zeros((_room(data, 16), _LONG), np.uint8)
    ticks, places = np.empty(len(messages), np.int64), np.empty(len(messages), np.int64)
    broken = np.empty(_room(data, 1), np.int64)
    count = breaks = at = 0
    while at < len(data):
        if data[at] == 10 or data[at] == 13 or data[at] == 32:
            at += 1
            continue
        begin, mark = at, data[at]
        at += 1
        while at < len(data) and _digit(data[at]) >= 0:
            at += 1
        digits = at - begin - 1
        before = 12 if mark == 64 else 14 if mark == 37 or mark == 60 else 0
        known = before > 0 or mark == 42 or mark == 58
        size = (digits - before) // 2
        if not known or at >= len(data) or data[at] != 59 or digits % 2 or size not in (2, _SHORT, _LONG):
            broken[breaks] = begin
            breaks += 1
            while at < len(data) and data[at] != 10:
                at += 1
            continue
        at += 1
        if size == 2:
            continue
        ticks[count] = 0 if before else -1
        for k in range(min(before, 12)):
            ticks[count] = ticks[count] * 16 + _digit(data[begin + 1 + k])
        first = begin + 1 + before
        for k in range(size):
            messages[count, k] = 16 * _digit(data[first + 2 * k]) + _digit(data[first + 2 * k + 1])
        places[count] = begin
        count += 1
    return messages[:count].copy(), ticks[:count].copy(), places[:count].copy(), broken[:breaks].copy()


@njit(cache=True)
def _parities() -> NDArray[np.int64]:
    """The remainders that single bytes leave, (256,)."""
    made = np.zeros(256, np.int64)
    for octet in range(256):
        value = octet << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= 0x1000000 | _GENERATOR
        made[octet] = value
    return made


@njit(cache=True)
def _gillham_ft(code: int) -> float:
    """Altitude in feet of a code of Mode C in Gillham's order, 13 bits with M; NaN for none.

    C1 A1 C2 A2 C4 A4 M B1 D1 B2 D2 B4 D4, from the first bit (ICAO Annex 10, volume IV, appendix to
    chapter 3).
    """
    coarse = 0
    for bit in (0x04, 0x01, 0x800, 0x200, 0x80, 0x20, 0x08, 0x02):
        # D2 D4 A1 A2 A4 B1 B2 B4: a Gray code of 500 feet.
        coarse = coarse << 1 | (1 if code & bit else 0)
    shift = 1
    while shift < 8:
        coarse ^= coarse >> shift
        shift <<= 1
    fine = 0
    for bit in (0x1000, 0x400, 0x100):
        fine = fine << 1 | (1 if code & bit else 0)
    fine ^= fine >> 1
    fine ^= fine >> 2
    if fine in (0, 5, 6):
        return np.nan
    if fine == 7:
        fine = 5
    if coarse & 1:
        fine = 6 - fine
    return 500.0 * coarse + 100.0 * fine - 1_300.0


@njit(cache=True)
def _altitude_m(field: int) -> float:
    """Altitude of the 12 bits of an airborne position, metres; NaN for none."""
    if field == 0:
        return np.nan
    if field & 0x10:
        return (25.0 * ((field & 0xFE0) >> 1 | field & 0x0F) - 1_000.0) * _FOOT_M
    return _gillham_ft((field & 0xFC0) << 1 | field & 0x3F) * _FOOT_M


@njit(cache=True)
def squitters(
    messages: NDArray[np.uint8],
) -> tuple[NDArray[np.int8], IntN, NDArray[np.bool_], IntN, IntN, FloatN, FloatN]:
    """The fields of extended squitters (ADS-B and what is rebroadcast in its format).

    Parameters
    ----------
    messages
        Messages, (N, 14).

    Returns
    -------
    tuple
        For each message (N,): what it is; address; whether its position is odd; latitude and longitude in
        17 bits; pressure altitude, metres; geometric altitude, or how much that is higher, metres. NaN or 0
        where it doesn't tell.
    """
    count = len(messages)
    what, who = np.zeros(count, np.int8), np.zeros(count, np.int64)
    odd = np.zeros(count, np.bool_)
    lat, lon = np.zeros(count, np.int64), np.zeros(count, np.int64)
    pressure_m, geometric_m = np.full(count, np.nan), np.full(count, np.nan)
    parities = _parities()
    for row in range(count):
        m = messages[row]
        form, variant = m[0] >> 3, m[0] & 7
        # DF 18 has several formats: ADS-B without a transponder (0, 1), and rebroadcast (6).
        if form != 17 and not (form == 18 and (variant <= 1 or variant == 6)):
            continue
        parity = np.int64(0)
        for k in range(11):
            parity = (parity << 8 & 0xFFFFFF) ^ parities[(parity >> 16) ^ m[k]]
        if parity != np.int64(m[11]) << 16 | np.int64(m[12]) << 8 | m[13]:
            what[row] = WRONG
            continue
        who[row] = np.int64(m[1]) << 16 | np.int64(m[2]) << 8 | m[3]
        kind = m[4] >> 3
        if kind == 19 and 1 <= m[4] & 7 <= 4 and m[10] & 0x7F:
            what[row] = DIFFERENCE
            higher_m = 25.0 * ((m[10] & 0x7F) - 1) * _FOOT_M
            geometric_m[row] = -higher_m if m[10] & 0x80 else higher_m
        elif 5 <= kind <= 8:
            what[row] = GROUND
        elif 9 <= kind <= 18 or 20 <= kind <= 22:
            what[row] = POSITION
            odd[row] = m[6] & 4 != 0
            lat[row] = (np.int64(m[6]) & 3) << 15 | np.int64(m[7]) << 7 | m[8] >> 1
            lon[row] = (np.int64(m[8]) & 1) << 16 | np.int64(m[9]) << 8 | m[10]
            altitude_m = _altitude_m(np.int64(m[5]) << 4 | m[6] >> 4)
            if kind <= 18:
                pressure_m[row] = altitude_m
            else:
                geometric_m[row] = altitude_m
    return what, who, odd, lat, lon, pressure_m, geometric_m
