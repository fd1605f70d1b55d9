"""Where the blocks of ASTERIX stand in a file: raw, in the format "final", or captured from a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.errors import InputError
from kizuna.gateways.asterix.layout import Layout
from kizuna.kernels.packets import pcap_datagrams, pcapng_datagrams
from kizuna.messages.recording import Remark, left_out
from kizuna.shapes import ByteN, FloatN, IntN

_PCAP: Final = {
    b"\xd4\xc3\xb2\xa1": (True, 1e6),
    b"\xa1\xb2\xc3\xd4": (False, 1e6),
    b"\x4d\x3c\xb2\xa1": (True, 1e9),
    b"\xa1\xb2\x3c\x4d": (False, 1e9),
}
"""The first bytes of a capture: whether it is little-endian, and in how many parts it divides a second."""
_PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
_FINAL_HEADER, _FINAL_FOOTER = 8, b"\xa5\xa5\xa5\xa5"
_FINAL_TICKS_HZ: Final = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Stretches of bytes that hold blocks, with the time at which each was heard."""

    begins: IntN
    ends: IntN
    heard_s: FloatN
    """Seconds since 1970-01-01 UTC of a capture, NaN elsewhere."""
    day_s: FloatN
    """Seconds since midnight in the format "final", NaN elsewhere."""
    remarks: list[Remark]


def is_capture(head: bytes) -> bool:
    """Whether a file that begins so is a capture of a network."""
    return head[:4] in _PCAP or head[:4] == _PCAPNG


def is_final(head: bytes) -> bool:
    """Whether a file that begins so is in the format "final": its first record ends as such do."""
    size = int.from_bytes(head[:2], "big")
    return size > _FINAL_HEADER + 4 and head[size - 4 : size] == _FINAL_FOOTER


def is_raw(head: bytes, layout: Layout) -> bool:
    """Whether a file that begins so may be raw: with a block that another one, or the end, follows."""
    at = 0
    for _ in range(2):
        length = int.from_bytes(head[at + 1 : at + 3], "big")
        if at == len(head) and at:
            return True
        if at + 3 > len(head) or not layout.known[head[at]] or length <= 3:
            return False
        at += length
    return True


def frames(data: ByteN, file: str) -> Frames:
    """The stretches of a file, told by its first bytes.

    Raises
    ------
    InputError
        When a capture holds no datagrams.
    """
    head = data[:65_540].tobytes()
    if is_capture(head):
        return _captured(data, head, file)
    if is_final(head):
        return _final(data, file)
    nowhere = np.array([np.nan])
    return Frames(np.array([0]), np.array([len(data)]), nowhere, nowhere, [])


def of_datagrams(datagrams: Sequence[tuple[float, bytes]]) -> tuple[ByteN, Frames]:
    """All bytes of datagrams that came with the time at which they were heard, and where each stands."""
    ends: IntN = np.cumsum([len(data) for _, data in datagrams], dtype=np.int64)
    heard_s = np.array([time_s for time_s, _ in datagrams], dtype=np.float64)
    begins = np.concatenate([[0], ends[:-1]])
    data = np.frombuffer(b"".join(data for _, data in datagrams), dtype=np.uint8)
    return data, Frames(begins, ends, heard_s, np.full(len(ends), np.nan), [])


def _captured(data: ByteN, head: bytes, file: str) -> Frames:
    if head[:4] in _PCAP:
        if len(data) < 24:
            raise InputError(file, "", "is cut short within its header", "a capture in the format pcap")
        spans, heard_s, counts, cut = pcap_datagrams(data, *_PCAP[head[:4]])
    else:
        spans, heard_s, counts, cut = pcapng_datagrams(data)
    if not len(spans):
        raise InputError(
            file, "", f"holds no UDP datagrams in {int(counts.sum()):,} packets", "ASTERIX in UDP"
        )
    remarks = left_out(file, int(counts[2]), "fragments of datagrams")
    remarks += left_out(file, int(counts[3]), "packets that the capture cut short")
    remarks += left_out(file, int(cut >= 0), "the rest after a packet that is cut short", f"byte {cut:,}")
    return Frames(spans[:, 0].copy(), spans[:, 1].copy(), heard_s, np.full(len(spans), np.nan), remarks)


def _final(data: ByteN, file: str) -> Frames:
    """Records of a recorder: eight bytes with length and time of day, blocks, and four bytes 0xa5."""
    begins, ends, ticks, at = [], [], [], 0
    raw = data.tobytes()
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 2], "big")
        if size <= _FINAL_HEADER + 4 or raw[at + size - 4 : at + size] != _FINAL_FOOTER:
            break
        begins.append(at + _FINAL_HEADER)
        ends.append(at + size - 4)
        ticks.append(int.from_bytes(raw[at + 5 : at + 8], "big"))
        at += size
    rest = "the rest after a record without its end"
    return Frames(
        np.array(begins, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.full(len(begins), np.nan),
        np.array(ticks, dtype=np.float64) / _FINAL_TICKS_HZ,
        left_out(file, int(at < len(raw)), rest, f"byte {at:,}"),
    )
