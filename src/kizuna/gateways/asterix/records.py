"""Records of ASTERIX as columns: where each item stands, and the numbers in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kizuna.gateways.asterix.layout import WANTED
from kizuna.kernels.asterix import whole_numbers
from kizuna.shapes import BoolN, ByteN, FloatN, IntN


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Records of one category, in the order of the file."""

    category: int
    data: ByteN
    origin: IntN
    """First byte of each record."""
    where: NDArray[np.int32]
    """Bytes from there to each wanted item, -1 when it is absent, (K, N)."""
    heard_s: FloatN
    """When it was captured, s since 1970-01-01 UTC; NaN where nothing tells."""

    def __len__(self) -> int:
        return len(self.origin)

    def take(self, rows: BoolN | IntN) -> "Records":
        """The chosen records."""
        where = np.ascontiguousarray(self.where[:, rows])
        return Records(self.category, self.data, self.origin[rows], where, self.heard_s[rows])

    def has(self, item: str) -> BoolN:
        """Which records have an item."""
        return self._item(item) >= 0

    def whole(self, item: str, at: int, size: int, *, signed: bool = False) -> IntN:
        """The whole number in `size` bytes from byte `at` of an item; 0 where the item is absent, (N,)."""
        return whole_numbers(self.data, self.origin, self._item(item), at, size, signed)

    def number(self, item: str, at: int, size: int, lsb: float, *, signed: bool = False) -> FloatN:
        """The number in these bytes, in units of `lsb`; NaN where the item is absent, (N,)."""
        return np.where(self.has(item), lsb * self.whole(item, at, size, signed=signed), np.nan)

    def extent(self, item: str, place: int) -> IntN:
        """One byte of an item of extents, counted from 0; 0 where it isn't there, (N,)."""
        where = self._item(item)
        for k in range(place):
            goes_on = self.data[np.maximum(self.origin + where + k, 0)] & 1 != 0
            where = np.where((where >= 0) & goes_on, where, np.int32(-1))
        return whole_numbers(self.data, self.origin, where, place, 1, False)

    def source(self) -> IntN:
        """System area code and identification code of the source, SAC * 256 + SIC; -1 where it is absent."""
        return np.where(self.has("010"), self.whole("010", 0, 2), -1)

    def _item(self, item: str) -> NDArray[np.int32]:
        row: NDArray[np.int32] = self.where[WANTED[str(self.category)].index(item)]
        return row


def address(value: IntN) -> list[str]:
    """ICAO addresses as text: six hexadecimal digits."""
    return [f"{each:06x}" for each in value.tolist()]


def mode_a(value: IntN) -> list[str]:
    """Codes of Mode 3/A as text: four octal digits."""
    return [f"{each:04o}" for each in value.tolist()]


def source_name(value: int) -> str:
    """What the sensor or node of a source is called: its SAC and SIC, such as 25-201."""
    return f"{value >> 8}-{value & 0xFF}"
