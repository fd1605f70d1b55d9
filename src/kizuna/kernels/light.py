"""Light: how much of a disc stands above the horizon, for all cells of a map over time."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from kizuna.shapes import FloatN


@njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"})
def _row(
    before: NDArray[np.int16],
    after: NDArray[np.int16],
    share: np.float32,
    first: np.float32,
    rise: np.float32,
    per_radius: np.float32,
    darkening: np.float32,
    out: NDArray[np.float32],
) -> None:
    """Visible fraction (C,) of a disc whose centre stands at `first` + c `rise`, over horizons (C,), (C,).

    With t the height of the centre over the horizon in radii, the part of a uniform disc that is hidden is
    (1 - t)^1.5 Q(t) for t from 0 to 1; Q is a polynomial, right to 2e-5. That of a disc that darkens
    linearly to nothing is (2 - 3t + t³)/4. `darkening` is the weight of the second.
    """
    one = np.float32(1.0)
    for c in range(out.shape[0]):
        low, high = np.float32(before[c]), np.float32(after[c])
        t = (first + rise * np.float32(c) - (low + share * (high - low))) * per_radius
        size = min(abs(t), one)
        rest = one - size
        q = np.float32(0.11304293) + size * (np.float32(-0.01573614) + size * np.float32(0.00290101))
        flat = rest * np.sqrt(rest) * (np.float32(0.50001581) + size * q)
        dark = np.float32(0.25) * rest * rest * (np.float32(2.0) + size)
        tail = flat + darkening * (dark - flat)
        out[c] = tail if t < np.float32(0.0) else one - tail


@njit(parallel=True, cache=True, error_model="numpy")
def frames(
    units: NDArray[np.int16],
    position: FloatN,
    elevation: NDArray[np.float32],
    radius: NDArray[np.float32],
    darkening: float,
) -> NDArray[np.uint8]:
    """Visible fraction of a disc at every cell and time: (T, R, C), in 255ths.

    Parameters
    ----------
    units
        (A, R, C) elevation of the horizon at A evenly spread azimuths, in some unit.
    position
        (T,) azimuth of the disc, in steps of those azimuths, from 0 to A.
    elevation
        (T, 3) elevation of its centre at row 0 and column 0, and how much it grows from column to column and
        from row to row, in that unit.
    radius
        (T,) of the disc, in that unit.
    darkening
        Weight of a disc that darkens linearly to nothing at its limb, from 0 to 1; the rest is uniform.
    """
    azimuths, rows, columns = units.shape
    out = np.empty((position.shape[0], rows, columns), dtype=np.uint8)
    for row in prange(rows):
        seen = np.empty(columns, dtype=np.float32)
        for t in range(position.shape[0]):
            whole = int(position[t])
            share = np.float32(position[t] - whole)
            first = elevation[t, 0] + elevation[t, 2] * np.float32(row)
            low, high = units[whole % azimuths, row], units[(whole + 1) % azimuths, row]
            per_radius = np.float32(1.0) / radius[t]
            _row(low, high, share, first, elevation[t, 1], per_radius, np.float32(darkening), seen)
            for c in range(columns):
                out[t, row, c] = np.uint8(seen[c] * np.float32(255.0) + np.float32(0.5))
    return out


@njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"})
def _count(
    seen: NDArray[np.float32], least: np.float32, total: NDArray[np.float32], runs: NDArray[np.int32]
) -> None:
    """Add one time's fractions (C,) to the totals (C,) and the runs (5, C) of a row of cells."""
    for c in range(seen.shape[0]):
        total[c] += seen[c]
        lit = np.int32(1) if seen[c] >= least else np.int32(0)
        runs[0, c] += lit
        runs[1, c] = (runs[1, c] + np.int32(1)) * lit
        runs[2, c] = (runs[2, c] + np.int32(1)) * (np.int32(1) - lit)
        runs[3, c] = max(runs[3, c], runs[1, c])
        runs[4, c] = max(runs[4, c], runs[2, c])


@njit(parallel=True, cache=True, error_model="numpy")
def statistics(
    units: NDArray[np.int16],
    position: FloatN,
    elevation: NDArray[np.float32],
    radius: NDArray[np.float32],
    darkening: float,
    least: float,
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Mean visible fraction at every cell, (R, C), and times lit, longest lit, longest dark, (3, R, C).

    Parameters
    ----------
    units, position, elevation, radius, darkening
        (A, R, C), (T,), (T, 3), (T,) and a number, as for `frames`.
    least
        The smallest fraction that counts as lit.
    """
    azimuths, rows, columns = units.shape
    mean = np.empty((rows, columns), dtype=np.float32)
    counts = np.empty((3, rows, columns), dtype=np.int32)
    for row in prange(rows):
        seen = np.empty(columns, dtype=np.float32)
        total = np.zeros(columns, dtype=np.float32)
        runs = np.zeros((5, columns), dtype=np.int32)
        for t in range(position.shape[0]):
            whole = int(position[t])
            share = np.float32(position[t] - whole)
            first = elevation[t, 0] + elevation[t, 2] * np.float32(row)
            low, high = units[whole % azimuths, row], units[(whole + 1) % azimuths, row]
            per_radius = np.float32(1.0) / radius[t]
            _row(low, high, share, first, elevation[t, 1], per_radius, np.float32(darkening), seen)
            _count(seen, np.float32(least), total, runs)
        mean[row] = total / np.float32(position.shape[0])
        counts[0, row], counts[1, row], counts[2, row] = runs[0], runs[3], runs[4]
    return mean, counts
