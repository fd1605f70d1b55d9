"""Blocks, files and captures of ASTERIX, byte by byte."""

import struct
from collections.abc import Iterable, Sequence

DAY_S = 1_714_521_600.0
"""2024-05-01."""


def block(category: int, *records: bytes) -> bytes:
    """A block of records."""
    body = b"".join(records)
    return struct.pack(">BH", category, 3 + len(body)) + body


def plot(
    day_s: float,
    rho: int = 0x6400,
    theta: int = 0x4000,
    *,
    source: tuple[int, int] = (25, 201),
    descriptor: bytes = b"\xa0",
    mode_a: int | None = None,
    level: int | None = 1320,
    address: int | None = 0x3C660C,
) -> bytes:
    """A record of CAT 048: by default 100 nautical miles east at flight level 330."""
    marks, more, body = 0b11110000, 0, b""
    body += (
        bytes(source) + round(day_s * 128).to_bytes(3, "big") + descriptor + struct.pack(">HH", rho, theta)
    )
    if mode_a is not None:
        marks, body = marks | 0b1000, body + struct.pack(">H", mode_a)
    if level is not None:
        marks, body = marks | 0b100, body + struct.pack(">H", level & 0xFFFF)
    if address is not None:
        marks, more, body = marks | 1, 0b10000000, body + address.to_bytes(3, "big")
    return bytes([marks, more] if more else [marks]) + body


def north(
    day_s: float, *, source: tuple[int, int] = (25, 201), place: tuple[int, int, int] | None = None
) -> bytes:
    """A north mark in CAT 034, which may tell where the radar stands (height, latitude, longitude)."""
    body = bytes(source) + b"\x01" + round(day_s * 128).to_bytes(3, "big")
    if place is None:
        return b"\xe0" + body
    height, lat, lon = place
    told = height.to_bytes(2, "big", signed=True) + b"".join(
        each.to_bytes(3, "big", signed=True) for each in (lat, lon)
    )
    return b"\xe1\x10" + body + told


def scans(
    count: int, begin_s: float = 43_200.0, period_s: float = 4.0, source: tuple[int, int] = (25, 201)
) -> bytes:
    """A radar at 46.4° N, 14.06° E that turns `count` times; one aircraft flies outward."""
    blocks = []
    for k in range(count):
        at_s = begin_s + period_s * k
        place = (500, round(46.4 / 180 * 2**23), round(14.0625 / 180 * 2**23))
        blocks.append(block(34, north(at_s % 86_400, source=source, place=place)))
        blocks.append(block(48, plot((at_s + 1.0) % 86_400, 0x3000 + 110 * k, source=source)))
    return b"".join(blocks)


def final(records: Iterable[tuple[float, bytes]]) -> bytes:
    """A file in the format "final" of blocks with the time of day at which each was recorded."""
    made = []
    for day_s, body in records:
        head = struct.pack(">HBBB", len(body) + 12, 1, 2, 0) + round(day_s * 100).to_bytes(3, "big")
        made.append(head + body + b"\xa5" * 4)
    return b"".join(made)


def frame(payload: bytes, *, vlan: bool = False, port: int = 8600) -> bytes:
    """An Ethernet frame with a UDP datagram over IPv4."""
    udp = struct.pack(">HHHH", 40_000, port, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\n\0\0\1", b"\xef\1\1\1")
    return b"\1" * 12 + (b"\x81\x00\x00\x05" if vlan else b"") + b"\x08\x00" + ip + udp


def pcap(frames: Sequence[tuple[float, bytes]], link: int = 1, order: str = "<") -> bytes:
    """A capture in the format pcap."""
    made = struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, link)
    for time_s, data in frames:
        second = int(time_s)
        made += (
            struct.pack(order + "IIII", second, round((time_s - second) * 1e6), len(data), len(data)) + data
        )
    return made


def pcapng(frames: Sequence[tuple[float, bytes]], order: str = "<") -> bytes:
    """A capture in the format pcapng whose interface counts nanoseconds."""

    def of(kind: int, body: bytes) -> bytes:
        body += b"\0" * (-len(body) % 4)
        size = struct.pack(order + "I", 12 + len(body))
        return struct.pack(order + "I", kind) + size + body + size

    made = of(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    made += of(
        1, struct.pack(order + "HHIHH", 1, 0, 0, 9, 1) + b"\x09\0\0\0" + struct.pack(order + "HH", 0, 0)
    )
    for time_s, data in frames:
        ticks = round(time_s * 1e9)
        head = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
        made += of(6, head + data)
    return made
