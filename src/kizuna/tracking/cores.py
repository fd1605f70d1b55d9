"""Work on parts of many rows at once, one part for each core."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np

from kizuna.shapes import IntN

Made = TypeVar("Made")

_LEAST_ROWS: Final = 1_000
"""To hand a part to another core takes about as long as a kernel takes for a hundred rows."""


class Cores:
    """So many cores to share work between; what is made doesn't depend on their number.

    The work is done by kernels that let go of Python's lock, in threads.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._others = ThreadPoolExecutor(count - 1) if count > 1 else None

    def share(self, work: Callable[[slice], Made], rows: int) -> list[Made]:
        """What `work` makes of each of a few parts, one after the other, of so many rows."""
        parts = min(self._count, rows // _LEAST_ROWS)
        if self._others is None or parts < 2:
            return [work(slice(0, rows))]
        edges = [rows * part // parts for part in range(parts + 1)]
        others = [self._others.submit(work, slice(first, last)) for first, last in pairwise(edges[1:])]
        first = work(slice(0, edges[1]))
        return [first, *(other.result() for other in others)]

    def share_tracks(self, work: Callable[[IntN], Made], rows: IntN, track: IntN, count: int) -> list[Made]:
        """The same for `count` tracks: each part of them gets the rows (K,) whose `track` (N,) is its."""

        def mine(part: slice) -> Made:
            if part == slice(0, count):
                return work(rows)
            whose = track[rows]
            return work(rows[(whose >= part.start) & (whose < part.stop)])

        return self.share(mine, count)


ONE: Final = Cores(1)
"""No sharing."""


def joined(parts: list[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """The arrays of all parts, one after the other."""
    return parts[0] if len(parts) == 1 else tuple(map(np.concatenate, zip(*parts, strict=True)))
