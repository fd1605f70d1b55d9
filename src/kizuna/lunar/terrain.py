"""The ground far and near: one fine map within coarser ones that reach beyond the horizon."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kizuna.errors import InputError
from kizuna.geo.stereographic import PolarPlane
from kizuna.lunar.grid import Grid
from kizuna.shapes import Float


@dataclass(frozen=True, slots=True)
class Terrain:
    """A fine map, where one drives and looks from, and coarser maps around it, which hide the Sun.

    Every point has the height of the finest map that it lies on. At the pole, mountains 200 km away stand
    above the horizon; without far maps, the ground beyond the near one counts as a plain at the lowest height
    that is known.

    Parameters
    ----------
    near
        The fine map.
    far
        Coarser maps, in order from fine to coarse; each should reach farther than the one before.
    """

    near: Grid
    far: tuple[Grid, ...] = ()

    def __post_init__(self) -> None:
        """Refuse maps that don't belong together."""
        for finer, grid in zip(self.grids, self.far, strict=False):
            if grid.plane != self.near.plane:
                raise InputError(
                    grid.name, "", "is drawn on another plane than the near map", self.near.plane.proj4
                )
            if grid.step_m < finer.step_m:
                raise InputError(
                    grid.name,
                    "",
                    f"has cells of {grid.step_m:g} m and stands after one of {finer.step_m:g} m",
                    "far maps in order from fine to coarse",
                )
        x, y = self.near.centre_m
        for grid in self.far:
            if not np.isfinite(grid.height_at(x, y)):
                raise InputError(
                    grid.name, "", "doesn't hold the middle of the near map", "maps around one another"
                )

    @property
    def grids(self) -> tuple[Grid, ...]:
        """All maps, from fine to coarse."""
        return (self.near, *self.far)

    @property
    def plane(self) -> PolarPlane:
        """The plane that all maps are drawn on."""
        return self.near.plane

    @property
    def lowest_m(self) -> float:
        """The lowest height of all maps, metres: that of the ground that no map knows."""
        return min(float(grid.height_m.min()) for grid in self.grids)

    def height_at(self, x_m: ArrayLike, y_m: ArrayLike) -> Float:
        """Height at points of the plane (...), metres, from the finest map there; NaN outside all maps."""
        height = self.near.height_at(x_m, y_m)
        for grid in self.far:
            height = np.where(np.isnan(height), grid.height_at(x_m, y_m), height)
        return height[()]
