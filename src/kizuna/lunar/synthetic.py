"""A made-up south pole: terrain from a seed, as steep and as smooth as a real one.

The relief is a sum of random surfaces from 50 m to 100 km, most of whose slope lies between 1 and 25 km, and
of craters from 15 m to 60 km across. Every height follows from the seed and the place alone, so that near and
far maps of any size agree where they overlap. It is nobody's map of the Moon.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import poisson

from kizuna.geo.stereographic import SOUTH
from kizuna.kernels.craters import stamp
from kizuna.lunar.grid import Grid
from kizuna.lunar.noise import spline_surface, uniform
from kizuna.lunar.terrain import Terrain
from kizuna.seeds import generator
from kizuna.shapes import Float, FloatN, IntN

_SLOPE_BY_SPACING: Final = {
    25.0: 0.004,
    50.0: 0.004,
    100.0: 0.006,
    200.0: 0.012,
    400.0: 0.03,
    800.0: 0.05,
    1_600.0: 0.08,
    3_200.0: 0.10,
    6_400.0: 0.11,
    12_800.0: 0.07,
    25_600.0: 0.03,
    51_200.0: 0.012,
    102_400.0: 0.006,
}
"""Root mean square slope of each random surface by the spacing of its lattice, m, before calibration."""

_DEVIATION_50_M: Final = 10.598
"""Root mean square difference of heights 50 m apart, metres: 5 m LOLA tile of Haworth (PGDA product 78)."""

_TILE_M: Final = 10_000.0
_TILE_STEP_M: Final = 25.0
"""The tile that the slope is calibrated on: that of the real figure, sampled more coarsely."""

_SMALLEST_M: Final = 15.0
_LARGEST_M: Final = 60_000.0
"""Diameters of the craters."""

_EXPONENT: Final = 1.83
_PER_M2: Final = 10.0**-1.14 * 1e-6 * 1000.0**_EXPONENT
"""Craters of at least D metres: _PER_M2 D**-_EXPONENT a square metre; log N = -1.14 - 1.83 log D in km
(Hartmann, Does crater saturation equilibrium occur in the solar system?, Icarus 60, 1984)."""

_SUMMIT_STEP_M: Final = 400.0

_FAR_FACTOR: Final = 4
"""Each far map has cells four times as large as the one before, and reaches four times as far."""


@dataclass(frozen=True, slots=True)
class _Craters:
    """N craters as columns, metres."""

    x_m: FloatN
    y_m: FloatN
    diameter_m: FloatN
    freshness: FloatN
    """Share of a fresh crater's relief that is left, 0 to 1."""


def synthetic_terrain(
    seed: int,
    *,
    cells: int = 1000,
    step_m: float = 5.0,
    centre_m: tuple[float, float] = (0.0, 30_000.0),
    reach_m: float = 250_000.0,
    steepness: float = 1.0,
) -> Terrain:
    """Terrain near the south pole, near and far, from a seed.

    Root mean square slope and deviogram at 5, 10, 20 and 50 m are those of a real 5 m tile within 10 %.

    Parameters
    ----------
    seed
        Any whole number from 0; the same gives the same terrain.
    cells, step_m
        Rows and columns of the near map, and size of its cells, metres.
    centre_m
        x and y of its middle on the south polar plane; the pole is at 0, 0.
    reach_m
        How far the far maps reach from the middle at least; 0 for none.
    steepness
        Factor on all heights: below 1 for gentler ground.

    Returns
    -------
    Terrain
        Far maps have the same number of cells, each four times as large as the map before.
    """
    factor = _calibrated(seed, centre_m)
    grids = [_grid(seed, cells, step_m, centre_m, factor, steepness)]
    while grids[-1].step_m * cells / 2.0 < reach_m:
        grids.append(_grid(seed, cells, grids[-1].step_m * _FAR_FACTOR, centre_m, factor, steepness))
    return Terrain(grids[0], tuple(grids[1:]))


def summit_m(seed: int, within_m: float = 25_000.0) -> tuple[float, float]:
    """Where the highest ground stands near the pole of a made-up world: x and y on the plane, to 400 m."""
    cells = 2 * round(within_m / _SUMMIT_STEP_M)
    grid = synthetic_terrain(seed, cells=cells, step_m=_SUMMIT_STEP_M, centre_m=(0.0, 0.0), reach_m=0.0).near
    row, column = np.unravel_index(int(np.argmax(grid.height_m)), grid.shape)
    return float(grid.x_m[column]), float(grid.y_m[row])


def _grid(
    seed: int, cells: int, step_m: float, centre_m: tuple[float, float], factor: float, steepness: float
) -> Grid:
    """One map of the made-up world; what is smaller than its cells can show is left out."""
    west_m = centre_m[0] - step_m * (cells - 1) / 2.0
    top_m = centre_m[1] + step_m * (cells - 1) / 2.0
    relief = _relief(seed, cells, west_m, top_m, step_m) * factor
    relief += _cratering(seed, cells, west_m, top_m, step_m)
    height = (relief * steepness).astype(np.float32)
    return Grid(height, west_m, top_m, step_m, SOUTH, f"synthetic terrain {seed} at {step_m:g} m")


def _calibrated(seed: int, centre_m: tuple[float, float]) -> float:
    """Factor on the random surfaces that makes heights 50 m apart differ on the tile as real ones do."""
    cells = round(_TILE_M / _TILE_STEP_M)
    west_m, top_m = centre_m[0] - _TILE_M / 2.0, centre_m[1] + _TILE_M / 2.0
    apart = round(50.0 / _TILE_STEP_M)

    def differences(height: Float) -> FloatN:
        down, across = height[apart:] - height[:-apart], height[:, apart:] - height[:, :-apart]
        return np.concatenate((down.ravel(), across.ravel()))

    relief = differences(_relief(seed, cells, west_m, top_m, _TILE_STEP_M))
    craters = differences(_cratering(seed, cells, west_m, top_m, _TILE_STEP_M))
    # |f relief + craters|² = wanted², solved for f
    a, b = float(relief @ relief), float(relief @ craters)
    c = float(craters @ craters) - len(craters) * _DEVIATION_50_M**2
    return (-b + math.sqrt(b * b - a * c)) / a


def _relief(seed: int, cells: int, west_m: float, top_m: float, step_m: float) -> Float:
    """The sum of the random surfaces, (cells, cells), metres, before calibration."""
    at: FloatN = step_m * np.arange(cells, dtype=np.float64)
    x, y = west_m + at, top_m - at
    height = np.zeros((cells, cells))
    for spacing_m, slope in _SLOPE_BY_SPACING.items():
        if spacing_m >= 2.0 * step_m:
            key = _key(seed, "surface", round(spacing_m))
            height += slope * spline_surface(key, x, y, spacing_m)
    return height


def _cratering(seed: int, cells: int, west_m: float, top_m: float, step_m: float) -> Float:
    """What the craters add, (cells, cells), metres; those below three cells across are left out."""
    size = step_m * (cells - 1)
    height = np.zeros((cells, cells))
    smallest_m = _SMALLEST_M
    while smallest_m < _LARGEST_M:
        if smallest_m >= 3.0 * step_m:
            box = (west_m, west_m + size, top_m - size, top_m)
            craters = _craters(seed, smallest_m, min(2.0 * smallest_m, _LARGEST_M), box)
            depth_m, rim_m = _fresh(craters.diameter_m)
            height += stamp(
                (cells, cells),
                west_m,
                top_m,
                step_m,
                craters.x_m,
                craters.y_m,
                craters.diameter_m / 2.0,
                depth_m * craters.freshness,
                rim_m * craters.freshness,
            )
        smallest_m *= 2.0
    return height


def _craters(seed: int, from_m: float, to_m: float, box: tuple[float, float, float, float]) -> _Craters:
    """The craters of a range of diameters that can reach into a box (west, east, south, north)."""
    key = _key(seed, "craters", round(from_m))
    side, reach = 8.0 * to_m, 2.0 * to_m
    columns = np.arange(math.floor((box[0] - reach) / side), math.floor((box[1] + reach) / side) + 1)
    rows = np.arange(math.floor((box[2] - reach) / side), math.floor((box[3] + reach) / side) + 1)
    row, column = (each.ravel() for each in np.meshgrid(rows, columns, indexing="ij"))
    mean = _PER_M2 * (from_m**-_EXPONENT - to_m**-_EXPONENT) * side * side
    count: IntN = poisson.ppf(uniform(key, row, column), mean).astype(np.int64)
    row, column = np.repeat(row, count), np.repeat(column, count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)

    def draw(what: int) -> Float:
        return uniform(key + 1 + what, row * 8192 + number, column)

    spread = from_m**-_EXPONENT - to_m**-_EXPONENT
    diameter = (from_m**-_EXPONENT - draw(2) * spread) ** (-1.0 / _EXPONENT)
    return _Craters(
        (column + draw(0)) * side, (row + draw(1)) * side, diameter, _freshness(draw(3), diameter)
    )


def _freshness(drawn: Float, diameter_m: FloatN) -> FloatN:
    """How much relief is left: mostly little, and less of small craters, which fade first (assumed)."""
    most = np.where(diameter_m < 400.0, 0.65, 1.0)
    return np.asarray(0.03 + (most - 0.03) * drawn**2.5)


def _fresh(diameter_m: FloatN) -> tuple[Float, Float]:
    """Depth below the rim and height of the rim of fresh craters, metres: (N,) -> (N,), (N,).

    Source: Pike, Size-dependence in the shape of fresh impact craters on the Moon, in Impact and Explosion
    Cratering (1977).
    """
    km = diameter_m / 1000.0
    depth = np.where(km < 15.0, 0.196 * km**1.010, 1.044 * km**0.301)
    rim = np.where(km < 21.0, 0.036 * km**1.014, 0.236 * km**0.399)
    return depth * 1000.0, rim * 1000.0


def _key(seed: int, what: str, size: int) -> int:
    """The key of one part's random numbers."""
    return int(generator(seed, "moon", what, size).integers(2**62))
