"""Radar plots to CAT 048 and tracks to CAT 062, raw, a block for each record."""

from pathlib import Path
from typing import Final

import numpy as np

from kizuna.constants import FOOT_M
from kizuna.errors import InputError
from kizuna.files import replacing
from kizuna.gateways.asterix.assemble import Item, blocks, coded, counted, sources, time_of_day
from kizuna.gateways.asterix.tracks import (
    ANGLE_LSB_DEG,
    CLIMB_LSB_MPS,
    COASTED_BIT,
    HEIGHT_LSB_M,
    POSITION_LSB_M,
    SPEED_LSB_MPS,
    TENTATIVE_BIT,
    TRIANGLE,
)
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Remark, left_out
from kizuna.messages.track import Tracks
from kizuna.shapes import BoolN, FloatN

_RANGE_LSB_M: Final = 1852.0 / 256.0
_AZIMUTH_LSB_DEG: Final = 360.0 / 65_536.0
_LEVEL_LSB_M: Final = 25.0 * FOOT_M
_ADDRESS, _MODE_A = "[0-9a-fA-F]{6}", "[0-7]{4}"
_PRIMARY, _SECONDARY, _MODE_S = 1 << 5, 2 << 5, 5 << 5
"""What the first byte of I048/020 says of the kind of report."""


def write(table: Detections | Tracks, path: Path) -> list[Remark]:
    """Write a table, and say what the format doesn't hold.

    A sensor or node called `25-201` is written as SAC 25, SIC 201; others are counted from SAC 0, SIC 1.

    Raises
    ------
    InputError
        When no row can be written.
    WorkError
        When the file can't be written; an old file at this place stays whole.
    """
    data, remarks = _tracks(table, str(path)) if isinstance(table, Tracks) else _plots(table, str(path))
    if not data:
        what = "tracks" if isinstance(table, Tracks) else "radar plots"
        raise InputError(str(path), "", f"holds no {what} that ASTERIX could hold", "at least one")
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    return remarks


def _plots(detections: Detections, file: str) -> tuple[bytes, list[Remark]]:
    plot = detections.kind.equal("radar")
    near = counted(detections.range_m, _RANGE_LSB_M) < 1 << 16
    remarks = left_out(file, int((~plot).sum()), "detections that aren't radar plots")
    remarks += left_out(file, int((plot & ~near).sum()), "plots beyond the 256 nautical miles of CAT 048")
    rows = detections.take(plot & near)
    for name, what in (("elevation_deg", "elevations"), ("range_rate_mps", "range rates")):
        remarks += left_out(
            file, int((~np.isnan(getattr(rows, name))).sum()), f"{what}, which aren't written"
        )
    source, given = sources(rows.sensor)
    remarks += _given(file, given)
    address, addressed = coded(rows.identity, _ADDRESS, 16)
    code, has_code = coded(rows.identity, _MODE_A, 8)
    level = counted(rows.alt_m, _LEVEL_LSB_M)
    has_level = ~np.isnan(rows.alt_m) & (np.abs(level) < 1 << 13)
    secondary = np.where(has_code | has_level, _SECONDARY, _PRIMARY)
    items = {
        1: Item.of((source, 2)),
        2: time_of_day(rows.time),
        3: Item.of((np.where(addressed, _MODE_S, secondary), 1)),
        4: Item.of(
            (counted(rows.range_m, _RANGE_LSB_M), 2),
            (counted(rows.azimuth_deg, _AZIMUTH_LSB_DEG), 2),
        ),
        5: Item.of((code, 2), where=has_code),
        6: Item.of((level & 0x3FFF, 2), where=has_level),
        8: Item.of((address, 3), where=addressed),
    }
    return blocks(48, items), remarks


def _tracks(tracks: Tracks, file: str) -> tuple[bytes, list[Remark]]:
    low = np.abs(counted(tracks.alt_m, HEIGHT_LSB_M)) < 1 << 15
    numbered = (tracks.track >= 0) & (tracks.track < 1 << 16)
    remarks = left_out(file, int((~low).sum()), "tracks above the 62 km of CAT 062")
    remarks += left_out(file, int((~numbered & low).sum()), "tracks with numbers above 65,535")
    rows = tracks.take(low & numbered)
    source, given = sources(rows.node)
    remarks += _given(file, given)
    address, addressed = coded(rows.identity, _ADDRESS, 16)
    code, has_code = coded(rows.identity, _MODE_A, 8)
    east, north = (counted(values, SPEED_LSB_MPS) for values in (rows.ve_mps, rows.vn_mps))
    moving = _fits(rows.ve_mps, SPEED_LSB_MPS, 15) & _fits(rows.vn_mps, SPEED_LSB_MPS, 15)
    items = {
        1: Item.of((source, 2)),
        4: time_of_day(rows.time),
        5: Item.of((counted(rows.lat_deg, ANGLE_LSB_DEG), 4), (counted(rows.lon_deg, ANGLE_LSB_DEG), 4)),
        7: Item.of((east, 2), (north, 2), where=moving),
        9: Item.of((code, 2), where=has_code),
        # Of its parts only the first, the address.
        11: Item.of((np.full(len(rows), 0x80), 1), (address, 3), where=addressed),
        12: Item.of((rows.track, 2)),
        13: _status(rows),
        18: Item.of((counted(rows.alt_m, HEIGHT_LSB_M), 2)),
        20: Item.of((counted(rows.vu_mps, CLIMB_LSB_MPS), 2), where=_fits(rows.vu_mps, CLIMB_LSB_MPS, 15)),
        27: _accuracy(rows),
    }
    return blocks(62, items), remarks


def _status(rows: Tracks) -> Item:
    """I062/080: one byte, or four where the last one says that the track coasts."""
    coasted = rows.status.equal("coasted")
    first = np.where(coasted, 0x01, np.where(rows.status.equal("tentative"), TENTATIVE_BIT, 0))
    extents = np.stack([first, *(np.full(len(rows), each) for each in (0x01, 0x01, COASTED_BIT))], axis=1)
    there = np.stack([np.ones(len(rows), dtype=np.bool_), coasted, coasted, coasted], axis=1)
    return Item(extents.astype(np.uint8), there)


def _accuracy(rows: Tracks) -> Item:
    """I062/500, where all standard deviations can be told: those of position, height, speed and climb."""
    sigma = np.sqrt(np.stack([rows.cov[:, TRIANGLE[axis, axis]] for axis in range(6)], axis=1))
    product = rows.cov[:, TRIANGLE[0, 1]]
    root = np.sign(product) * np.sqrt(np.abs(product))
    told = _fits(root, POSITION_LSB_M, 15)
    units = (POSITION_LSB_M, POSITION_LSB_M, HEIGHT_LSB_M, SPEED_LSB_MPS, SPEED_LSB_MPS, CLIMB_LSB_MPS)
    bits = (16, 16, 8, 8, 8, 8)
    for axis, (lsb, size) in enumerate(zip(units, bits, strict=True)):
        told &= _fits(sigma[:, axis], lsb, size)
    x, y, z, vx, vy, vz = (counted(sigma[:, axis], lsb) for axis, lsb in enumerate(units))
    # The marks of APC, COV, AGA and ATV, and in the second byte that of ARC.
    marks = np.full(len(rows), 0b1101_0101_1000_0000)
    return Item.of(
        (marks, 2),
        (x, 2),
        (y, 2),
        (counted(root, POSITION_LSB_M), 2),
        (z, 1),
        (vx, 1),
        (vy, 1),
        (vz, 1),
        where=told,
    )


def _fits(values: FloatN, lsb: float, bits: int) -> BoolN:
    """Which numbers are known, and in these units small enough for so many bits."""
    return ~np.isnan(values) & (np.abs(counted(values, lsb)) < 1 << bits)


def _given(file: str, given: dict[str, int]) -> list[Remark]:
    return [
        Remark(file, number & 0xFF, f"{name!r} is written as SAC {number >> 8}, SIC")
        for name, number in given.items()
    ]
