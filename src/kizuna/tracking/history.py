"""What tracks were made of: kept as they go on, so that the whole can be gone through once more."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from kizuna.shapes import Float, FloatN, IntN
from kizuna.tracking.filter import Measurements
from kizuna.tracking.register import Register


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """States of B tracks, as in `kizuna.tracking.register`."""

    state: Float
    cov: Float
    mode: Float
    time_s: FloatN

    @classmethod
    def of(cls, tracks: Register, rows: slice) -> Self:
        """Those of the tracks in these rows."""
        return cls(*(getattr(tracks, item.name)[rows].copy() for item in fields(cls)))

    @classmethod
    def join(cls, parts: list["States"]) -> "States":
        """The rows of all parts, one part after the other."""
        return cls(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(cls)))

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.time_s)

    def take(self, rows: IntN) -> Self:
        """The chosen rows, in columns of their own."""
        return type(self)(*(getattr(self, item.name)[rows] for item in fields(self)))

    def put(self, rows: IntN, other: "States", taken: IntN) -> None:
        """Write the `taken` rows of others into these rows."""
        for item in fields(self):
            getattr(self, item.name)[rows] = getattr(other, item.name)[taken]


class History:
    """All that made the tracks of a course: about 170 bytes for each update, 500 for each beginning."""

    def __init__(self) -> None:
        self.beginnings: list[States] = []
        """One part for each slice in which tracks began; the serials of all together count from 0."""
        self.began_by: list[tuple[IntN, Measurements]] = []
        """Serials, and the measurements that began these tracks or joined them in the same slice."""
        self.updates: list[tuple[IntN, FloatN, Measurements]] = []
        """Serials, trust, and the measurements as the tracks took them."""
        self.numbers: list[tuple[IntN, IntN]] = []
        """Serials and numbers of the tracks that were confirmed."""

    def begun(self, tracks: Register, first: int, serial: IntN, measurements: Measurements) -> None:
        """Keep the tracks from row `first` on, and which (K,) of them the measurements (K) began."""
        self.beginnings.append(States.of(tracks, slice(first, tracks.count)))
        self.began_by.append((serial, measurements))

    def updated(self, serial: IntN, trust: FloatN, measurements: Measurements) -> None:
        """Keep with what (K) tracks (K,) are updated, in order of time."""
        self.updates.append((serial, trust, measurements))

    def confirmed(self, tracks: Register, rows: IntN) -> None:
        """Keep the numbers that the tracks in these rows were given."""
        if len(rows):
            self.numbers.append((tracks.serial[rows].copy(), tracks.number[rows].copy()))
