"""Chebyshev series out of the files that NAIF publishes: positions (SPK) and orientations (PCK)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jplephem.daf import DAF
from numpy.typing import NDArray

from kizuna.errors import InputError
from kizuna.kernels.chebyshev import evaluate
from kizuna.shapes import Float, FloatN

_CHEBYSHEV_ALONE = 2
"""Data type of segments that hold Chebyshev series of the values and none of the rates, in SPK and in PCK."""


@dataclass(frozen=True, slots=True)
class Series:
    """One segment: three functions of time, as Chebyshev series in records of equal length.

    Parameters
    ----------
    name
        What it is, for errors.
    first_s, last_s
        Span that it covers, seconds since J2000 TDB.
    start_s, step_s
        Where the first record begins and how long each is, seconds since J2000 TDB and seconds.
    coefficients
        (R, 3, D), in the file's unit: km, or radians.
    """

    name: str
    first_s: float
    last_s: float
    start_s: float
    step_s: float
    coefficients: NDArray[np.float64]

    def at(self, tdb_s: FloatN) -> tuple[Float, Float]:
        """Values (N, 3) and rates per second (N, 3) at times within the span, seconds since J2000 TDB."""
        return evaluate(self.coefficients, self.start_s, self.step_s, tdb_s)


def read_series(path: Path | str, identities: tuple[int, ...]) -> tuple[Series, ...]:
    """One series for each NAIF identity: a body's position (SPK) or a frame's three angles (PCK).

    Parameters
    ----------
    path
        A binary SPK or PCK file.
    identities
        NAIF's number of the body or the frame; of several segments that have it, the longest is taken.

    Raises
    ------
    InputError
        When the file can't be read, is of another kind, or lacks one of them.
    """
    try:
        with Path(path).open("rb") as file:
            daf = DAF(file)
            summaries = [numbers for _, numbers in daf.summaries()]
            return tuple(_series(daf, summaries, identity, str(path)) for identity in identities)
    except OSError as error:
        raise InputError(
            str(path), "", f"can't be read ({error.strerror or error})", "a SPICE kernel"
        ) from None
    except (ValueError, IndexError, KeyError) as error:
        raise InputError(
            str(path), "", f"is no SPK or PCK file ({error})", "a binary SPICE kernel, such as de421.bsp"
        ) from None


def _series(daf: DAF, summaries: list[tuple[float, ...]], identity: int, file: str) -> Series:
    """The longest segment of one identity, copied out of the file."""
    ours = [numbers for numbers in summaries if numbers[2] == identity]
    if not ours:
        listed = ", ".join(str(int(numbers[2])) for numbers in summaries)
        raise InputError(file, "", f"holds no NAIF number {identity}", f"a kernel with it; here: {listed}")
    numbers = max(ours, key=lambda each: each[1] - each[0])
    kind, begin, end = (int(number) for number in numbers[-3:])
    if kind != _CHEBYSHEV_ALONE:
        raise InputError(
            file, f"number {identity}", f"is of data type {kind}", "data type 2, as in JPL's DE files"
        )
    start_s, step_s, size, count = daf.read_array(end - 3, end)
    # The first two numbers of each record say where it lies; the four at the end, how to find it.
    records = daf.read_array(begin, end - 4).reshape(int(count), int(size))[:, 2:]
    coefficients = np.ascontiguousarray(records.reshape(int(count), 3, -1), dtype=np.float64)
    return Series(f"{file}: {identity}", numbers[0], numbers[1], start_s, step_s, coefficients)
