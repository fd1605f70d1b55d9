"""Blocks of ASTERIX from columns of bytes, all records at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kizuna.messages.columns import Labels
from kizuna.shapes import BoolN, FloatN, IntN

_SOURCE = re.compile(r"(\d{1,3})-(\d{1,3})(?:-\w+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item of all records: its bytes (N, B), and which of them there are (N, B)."""

    octets: NDArray[np.uint8]
    there: NDArray[np.bool_]

    @classmethod
    def of(cls, *parts: tuple[IntN, int], where: BoolN | None = None) -> "Item":
        """Item of whole numbers, each with its size in bytes; in the records `where` it is, or in all."""
        octets = np.concatenate([_octets(values, size) for values, size in parts], axis=1)
        there = np.ones(len(octets), dtype=np.bool_) if where is None else where
        return cls(octets, np.repeat(there[:, None], octets.shape[1], axis=1))


def blocks(category: int, items: Mapping[int, Item]) -> bytes:
    """One block for each record.

    Parameters
    ----------
    category
        Of all records.
    items
        Items by the number of their mark of presence, from 1 on.
    """
    marks = sorted(items)
    present = np.stack([items[mark].there.any(axis=1) for mark in marks], axis=1)
    last = np.where(present, marks, 1).max(axis=1)
    size = (last - 1) // 7 + 1
    profile = np.zeros((len(last), (marks[-1] - 1) // 7 + 1), dtype=np.uint8)
    for column, mark in enumerate(marks):
        profile[:, (mark - 1) // 7] |= np.where(present[:, column], 0x80 >> (mark - 1) % 7, 0).astype(
            np.uint8
        )
    places = np.arange(profile.shape[1])
    profile[places < size[:, None] - 1] |= 1
    octets = np.concatenate([profile, *(items[mark].octets for mark in marks)], axis=1)
    there = np.concatenate([places < size[:, None], *(items[mark].there for mark in marks)], axis=1)
    length = 3 + there.sum(axis=1)
    head = np.concatenate([_octets(np.full(len(last), category), 1), _octets(length, 2)], axis=1)
    whole = np.concatenate([np.ones((len(last), 3), dtype=np.bool_), there], axis=1)
    made: NDArray[np.uint8] = np.concatenate([head, octets], axis=1)[whole]
    return made.tobytes()


def sources(names: Labels) -> tuple[IntN, dict[str, int]]:
    """SAC * 256 + SIC of each row, and those names among them that had to be given one, with it.

    A name such as `25-201` says both. Others count up from SAC 0, SIC 1.
    """
    said = {name: _said(name) for name in names.names}
    taken = {number for number in said.values() if number is not None}
    free = (number for number in range(1, 1 << 16) if number not in taken)
    given = {name: next(free) for name, number in said.items() if number is None}
    numbers = np.array([number if number is not None else given[name] for name, number in said.items()])
    return numbers.astype(np.int64)[names.codes], given


def time_of_day(time_s: FloatN) -> Item:
    """Time of day in 128ths of a second."""
    return Item.of((np.rint(time_s * 128.0).astype(np.int64) % (86_400 * 128), 3))


def coded(identity: Labels, pattern: str, base: int) -> tuple[IntN, BoolN]:
    """The number that an identity spells, and which rows have one that is spelt so, (N,) each."""
    fits = [re.fullmatch(pattern, name) is not None for name in identity.names]
    values = [int(name, base) if fit else 0 for name, fit in zip(identity.names, fits, strict=True)]
    # The last entry serves code -1.
    return np.array([*values, 0], dtype=np.int64)[identity.codes], np.array([*fits, False])[identity.codes]


def counted(values: FloatN, lsb: float) -> IntN:
    """Numbers in units of `lsb`, to the nearest; 0 for NaN."""
    made: IntN = np.rint(np.nan_to_num(values) / lsb).astype(np.int64)
    return made


def _said(name: str) -> int | None:
    match = _SOURCE.fullmatch(name)
    if match and int(match[1]) < 256 and int(match[2]) < 256:
        return int(match[1]) * 256 + int(match[2])
    return None


def _octets(values: IntN, size: int) -> NDArray[np.uint8]:
    """The last bytes of whole numbers, the highest first, (N, size)."""
    wide = np.ascontiguousarray(values, dtype=">i8")
    return wide.view(np.uint8).reshape(-1, 8)[:, 8 - size :]
