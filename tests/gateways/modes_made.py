"""Messages of ADS-B, bit by bit, and the files in which receivers keep them."""

import math
from collections.abc import Iterable

Heard = tuple[float, bytes]
"""Seconds since the receiver was switched on, and a message."""


def parity(body: bytes) -> int:
    """The remainder of a message by the polynomial of ICAO Annex 10, bit by bit."""
    value = int.from_bytes(body, "big") << 24
    for place in range(8 * len(body) + 23, 23, -1):
        if value >> place & 1:
            value ^= 0x1FFF409 << (place - 24)
    return value


def squitter(fields: bytes, address: int = 0x4B1814, head: int = 17 << 3 | 5) -> bytes:
    """An extended squitter with its parity."""
    body = bytes([head]) + address.to_bytes(3, "big") + fields
    return body + parity(body).to_bytes(3, "big")


def zones(lat_deg: float) -> int:
    """How many zones of longitude there are at a latitude (DO-260B, A.1.7.2)."""
    for count in range(59, 1, -1):
        edge = math.acos(math.sqrt((1 - math.cos(math.pi / 30)) / (1 - math.cos(2 * math.pi / count))))
        if abs(lat_deg) < math.degrees(edge):
            return count
    return 1


def compact(lat_deg: float, lon_deg: float, odd: bool) -> tuple[int, int]:
    """Latitude and longitude in 17 bits (DO-260B, A.1.7.3)."""
    size = 360 / (59 if odd else 60)
    lat = math.floor(2**17 * (lat_deg % size) / size + 0.5)
    rounded = size * (lat / 2**17 + math.floor(lat_deg / size))
    width = 360 / max(zones(rounded) - odd, 1)
    lon = math.floor(2**17 * (lon_deg % width) / width + 0.5)
    return lat % 2**17, lon % 2**17


def position(
    lat_deg: float,
    lon_deg: float,
    altitude_ft: float | None,
    odd: bool,
    address: int = 0x4B1814,
    kind: int = 11,
) -> bytes:
    """An airborne position; the altitude in steps of 25 feet."""
    field = 0
    if altitude_ft is not None:
        steps = round((altitude_ft + 1_000) / 25)
        field = (steps & 0x7F0) << 1 | 0x10 | steps & 0x0F
    lat, lon = compact(lat_deg, lon_deg, odd)
    bits = kind << 51 | field << 36 | int(odd) << 34 | lat << 17 | lon
    return squitter(bits.to_bytes(7, "big"), address)


def difference(higher_ft: float, address: int = 0x4B1814) -> bytes:
    """A velocity that tells how much higher the aircraft is than its pressure altitude says."""
    steps = round(abs(higher_ft) / 25) + 1
    bits = 19 << 51 | 1 << 48 | int(higher_ft < 0) << 7 | steps
    return squitter(bits.to_bytes(7, "big"), address)


def beast(heard: Iterable[Heard], first_ticks: int = 1_000_000) -> bytes:
    """A file in Beast's binary format."""
    made = b""
    for time_s, message in heard:
        ticks = (first_ticks + round(12e6 * time_s)).to_bytes(6, "big")
        body = ticks + b"\x80" + message
        made += b"\x1a" + (b"3" if len(message) == 14 else b"2") + body.replace(b"\x1a", b"\x1a\x1a")
    return made


def avr(heard: Iterable[Heard], first_ticks: int = 1_000_000) -> bytes:
    """A file in AVR's text format, with times."""
    lines = [
        f"@{first_ticks + round(12e6 * time_s):012X}{message.hex().upper()};\n" for time_s, message in heard
    ]
    return "".join(lines).encode()


def flight(
    lat_deg: float, lon_deg: float, north: float, east: float, count: int = 60, address: int = 0x4B1814
) -> list[tuple[float, float, float, bytes]]:
    """Time, latitude, longitude and message of an aircraft that flies so many degrees a second."""
    made = []
    for k in range(count):
        lat, lon = lat_deg + north * 0.5 * k, (lon_deg + east * 0.5 * k + 180) % 360 - 180
        made.append((0.5 * k, lat, lon, position(lat, lon, 36_000, k % 2 == 1, address)))
    return made
