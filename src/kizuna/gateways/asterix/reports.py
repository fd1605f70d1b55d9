"""Plots of radars (CAT 001, 048), multilateration (CAT 020) and ADS-B (CAT 021) as columns of detections."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.constants import FOOT_M
from kizuna.gateways.asterix.records import Records, address, mode_a
from kizuna.messages.columns import Labels
from kizuna.shapes import BoolN, FloatN, IntN

_NAUTICAL_MILE_M: Final = 1852.0
_FLIGHT_LEVEL_M: Final = 100.0 * FOOT_M
_HEIGHT_LSB_M: Final = 6.25 * FOOT_M
_HIGHEST_LEVEL: Final = 1500
"""Flight levels above it (45 km) are what a garbled code looks like."""
NOBODY: Final = -1
_MODE_A: Final = 1 << 24
"""Codes of Mode 3/A come after all addresses."""


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """Reports of one category, N rows; what isn't told is NaN."""

    kind: str
    source: IntN
    who: IntN
    """Address, or `_MODE_A` and the code of Mode 3/A, or `NOBODY`."""
    range_m: FloatN
    azimuth_deg: FloatN
    lat_deg: FloatN
    lon_deg: FloatN
    pressure_m: FloatN
    geometric_m: FloatN
    seen: BoolN
    """False where a tracker tells of a target that the sensor didn't see this time."""
    real: BoolN
    """False for test targets and field monitors, which stand for no aircraft."""
    airborne: BoolN


def plots(records: Records) -> Reports:
    """CAT 048, or CAT 001, whose plots and tracks differ in nothing that is read here."""
    descriptor, more = records.extent("020", 0), records.extent("020", 1)
    if records.category == 48:
        seen, simulated, range_lsb = descriptor & 0xE0 != 0, descriptor & 0x10 != 0, 1 / 256
        who = _who(records, "220")
        height_m = 25.0 * FOOT_M * _signed(records.whole("110", 0, 2) & 0x3FFF, 14)
        geometric_m: FloatN = np.where(records.has("110"), height_m, np.nan)
    else:
        seen, simulated, range_lsb = descriptor & 0x30 != 0, descriptor & 0x40 != 0, 1 / 128
        who, geometric_m = _who(records, None), _nothing(records)
    return Reports(
        kind="radar",
        source=records.source(),
        who=who,
        range_m=records.number("040", 0, 2, range_lsb * _NAUTICAL_MILE_M),
        azimuth_deg=records.number("040", 2, 2, 360.0 / 65_536.0),
        lat_deg=_nothing(records),
        lon_deg=_nothing(records),
        pressure_m=_pressure_m(records),
        geometric_m=geometric_m,
        seen=seen | ~records.has("020"),
        real=~(simulated | (descriptor & 0x02 != 0) | (more & 0x80 != 0)),
        airborne=np.ones(len(records), dtype=np.bool_),
    )


def multilateration(records: Records) -> Reports:
    """CAT 020, where it tells positions on WGS-84."""
    flags = records.extent("020", 1)
    return Reports(
        kind="position",
        source=records.source(),
        who=_who(records, "220"),
        range_m=_nothing(records),
        azimuth_deg=_nothing(records),
        lat_deg=records.number("041", 0, 4, 180.0 / 2**25, signed=True),
        lon_deg=records.number("041", 4, 4, 180.0 / 2**25, signed=True),
        pressure_m=_pressure_m(records),
        geometric_m=records.number("105", 0, 2, _HEIGHT_LSB_M, signed=True),
        seen=np.ones(len(records), dtype=np.bool_),
        real=flags & (0x80 | 0x04 | 0x02) == 0,
        airborne=flags & 0x10 == 0,
    )


def adsb(records: Records) -> Reports:
    """CAT 021 from edition 2.1 on, with the finer of the two positions."""
    descriptor, more = records.extent("040", 0), records.extent("040", 1)
    fine = records.has("131")
    height = records.whole("140", 0, 2, signed=True)
    # The greatest number means "higher than that".
    told = records.has("140") & (height < 0x7FFF)
    lat, lon = (
        np.where(
            fine,
            records.number("131", 4 * k, 4, 180.0 / 2**30, signed=True),
            records.number("130", 3 * k, 3, 180.0 / 2**23, signed=True),
        )
        for k in range(2)
    )
    return Reports(
        kind="position",
        source=records.source(),
        who=np.where(records.has("080"), records.whole("080", 0, 3), NOBODY),
        range_m=_nothing(records),
        azimuth_deg=_nothing(records),
        lat_deg=lat,
        lon_deg=lon,
        pressure_m=records.number("145", 0, 2, 0.25 * _FLIGHT_LEVEL_M, signed=True),
        geometric_m=np.where(told, _HEIGHT_LSB_M * height, np.nan),
        seen=np.ones(len(records), dtype=np.bool_),
        real=(descriptor & 0x02 == 0) & (more & (0x20 | 0x10) == 0),
        airborne=more & 0x40 == 0,
    )


def identities(who: IntN) -> Labels:
    """What the targets said of themselves: addresses in hexadecimal, codes of Mode 3/A in octal digits."""
    known, codes = np.unique(who, return_inverse=True)
    nobody = int(np.searchsorted(known, 0))
    coded = int(np.searchsorted(known, _MODE_A))
    names = (*address(known[nobody:coded]), *mode_a(known[coded:] - _MODE_A))
    return Labels(np.maximum(codes - nobody, NOBODY).astype(np.int32), names)


def has_address(who: IntN) -> BoolN:
    """Who says an address, which no two aircraft share."""
    made: BoolN = (who >= 0) & (who < _MODE_A)
    return made


def _nothing(records: Records) -> FloatN:
    return np.full(len(records), np.nan)


def _who(records: Records, addresses: str | None) -> IntN:
    """The address, or else the code of Mode 3/A where it is valid and not garbled."""
    code = records.whole("070", 0, 2)
    valid = records.has("070") & (code & 0xC000 == 0)
    who = np.where(valid, _MODE_A + (code & 0x0FFF), NOBODY)
    return np.where(records.has(addresses), records.whole(addresses, 0, 3), who) if addresses else who


def _pressure_m(records: Records) -> FloatN:
    """Height by Mode C, where it is valid and not garbled."""
    code = records.whole("090", 0, 2)
    level = 0.25 * _signed(code & 0x3FFF, 14)
    valid = records.has("090") & (code & 0xC000 == 0) & (level <= _HIGHEST_LEVEL)
    return np.where(valid, level * _FLIGHT_LEVEL_M, np.nan)


def _signed(value: IntN, bits: int) -> IntN:
    return value - ((value >> (bits - 1)) << bits)
