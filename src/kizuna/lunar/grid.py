"""A map of heights on a polar plane, and where its cells lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kizuna.errors import InputError
from kizuna.geo.stereographic import SOUTH, PolarPlane
from kizuna.shapes import Float

_SMALLEST = 3

_SLACK = 1e-6
"""Cells by which a point may miss the outermost centres: degrees and back again cost some digits."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Heights above 1,737.4 km at the centres of square cells of a polar stereographic plane.

    Between the centres the surface is bilinear.

    Parameters
    ----------
    height_m
        (rows, columns) float32, metres; row 0 is the topmost, with the largest y. No holes.
    west_m, top_m
        x of the centres of column 0 and y of the centres of row 0, metres.
    step_m
        Size of a cell on the plane, metres.
    plane
        The plane: of the south pole, if not said otherwise.
    name
        The file that it came from, or what it is, for errors.
    """

    height_m: NDArray[np.float32]
    west_m: float
    top_m: float
    step_m: float
    plane: PolarPlane = SOUTH
    name: str = "grid"

    def __post_init__(self) -> None:
        """Refuse what is no map: too small, or with holes."""
        if self.height_m.ndim != 2 or min(self.height_m.shape) < _SMALLEST:
            raise InputError(
                self.name, "", f"holds {self.height_m.shape} heights", "at least 3 rows and columns"
            )
        if not self.step_m > 0.0:
            raise InputError(self.name, "", f"has cells of {self.step_m:g} m", "a size above 0")
        holes = ~np.isfinite(self.height_m)
        if holes.any():
            row, column = (int(each[0]) for each in np.nonzero(holes))
            raise InputError(
                self.name,
                f"row {row}, column {column}",
                f"has no height there, one of {int(holes.sum()):,} holes",
                "an elevation model without holes: fill them first, for example with gdal_fillnodata",
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.height_m.shape
        return rows, columns

    @property
    def x_m(self) -> Float:
        """Where the centres of the columns lie, x, (columns,), metres, growing."""
        return self.west_m + self.step_m * np.arange(self.shape[1], dtype=np.float64)

    @property
    def y_m(self) -> Float:
        """Where the centres of the rows lie, y, (rows,), metres, falling."""
        return self.top_m - self.step_m * np.arange(self.shape[0], dtype=np.float64)

    @property
    def centre_m(self) -> tuple[float, float]:
        """Where the middle of the map lies, x and y, metres."""
        rows, columns = self.shape
        return self.west_m + self.step_m * (columns - 1) / 2.0, self.top_m - self.step_m * (rows - 1) / 2.0

    def places(self) -> tuple[Float, Float]:
        """Latitude and longitude of every cell's centre, each (rows, columns), degrees."""
        return self.plane.from_plane(self.x_m[None, :], self.y_m[:, None])

    def place(self, row: ArrayLike, column: ArrayLike) -> tuple[Float, Float]:
        """Latitude and longitude of a row and column, which may have fractions: (...), (...), degrees."""
        x = self.west_m + self.step_m * np.asarray(column, dtype=np.float64)
        y = self.top_m - self.step_m * np.asarray(row, dtype=np.float64)
        return self.plane.from_plane(x, y)

    def cell(self, lat_deg: float, lon_deg: float, what: str = "place") -> tuple[int, int]:
        """Row and column of the cell that a place lies in.

        Raises
        ------
        InputError
            When it lies outside the map; `what` names the place in the sentence.
        """
        x, y = self.plane.to_plane(lat_deg, lon_deg)
        row, column = (
            round(float((self.top_m - y) / self.step_m)),
            round(float((x - self.west_m) / self.step_m)),
        )
        if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
            lat, lon = self.place(*((size - 1) / 2.0 for size in self.shape))
            raise InputError(
                what,
                f"{lat_deg:g}, {lon_deg:g}",
                f"lies outside the map {self.name}",
                f"a place within {self._extent_km()} around {float(lat):.3f}, {float(lon):.3f}",
            )
        return row, column

    def height_at(self, x_m: ArrayLike, y_m: ArrayLike) -> Float:
        """Height at points of the plane (...), metres; NaN outside the outermost centres."""
        row = (self.top_m - np.asarray(y_m, dtype=np.float64)) / self.step_m
        column = (np.asarray(x_m, dtype=np.float64) - self.west_m) / self.step_m
        row, column = np.broadcast_arrays(row, column)
        rows, columns = self.shape
        within = (row >= -_SLACK) & (row <= rows - 1 + _SLACK)
        inside = within & (column >= -_SLACK) & (column <= columns - 1 + _SLACK)
        upper = np.clip(np.nan_to_num(row), 0, rows - 2).astype(np.int64)
        left = np.clip(np.nan_to_num(column), 0, columns - 2).astype(np.int64)
        down, right = row - upper, column - left
        z = self.height_m
        above = z[upper, left] * (1.0 - right) + z[upper, left + 1] * right
        below = z[upper + 1, left] * (1.0 - right) + z[upper + 1, left + 1] * right
        return np.where(inside, above * (1.0 - down) + below * down, np.nan)[()]

    def part(self, rows: slice, columns: slice) -> "Grid":
        """The map of some of its rows and columns, without a step in the slices."""
        first_row, last_row, _ = rows.indices(self.shape[0])
        first_column, last_column, _ = columns.indices(self.shape[1])
        return Grid(
            self.height_m[first_row:last_row, first_column:last_column],
            self.west_m + self.step_m * first_column,
            self.top_m - self.step_m * first_row,
            self.step_m,
            self.plane,
            self.name,
        )

    def _extent_km(self) -> str:
        rows, columns = self.shape
        return f"{columns * self.step_m / 1000.0:g} × {rows * self.step_m / 1000.0:g} km"
