"""Where the sky begins: the horizon of every cell of a map, and that of one place exactly."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import rasterio
from numpy.typing import ArrayLike, NDArray

from kizuna.errors import InputError
from kizuna.geo.frames import enu_basis
from kizuna.kernels.horizon import UNITS_PER_DEG, cast, sweep
from kizuna.lunar.elevation import read_elevation, write_layers
from kizuna.lunar.grid import Grid
from kizuna.lunar.pyramid import Pyramid, build_pyramid, rays_over
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import Float, FloatN

NEAR_CELLS: Final = 64
"""Errors of a horizon map against a dense ray caster: 0.03 degrees rms, 0.11 at the 99th percentile."""

REACH_M: Final = 300_000.0
"""How far to look: two mountains of 6.5 km see each other over 300 km of a smooth Moon."""


_CLOSE_STEPS: Final = ((0.02, 4.0, 0.05), (4.0, 20.0, 0.1), (20.0, 100.0, 0.25))
"""How closely a single place looks around itself: from, to and step, in cells of the map."""

_CLOSER: Final = ((0.014, 281), (1.2e-4, 121))
"""Once a highest point is known: how far around it to look again, as a share of its distance, and in how many
steps."""


@dataclass(frozen=True, slots=True)
class HorizonMap:
    """Elevation of the horizon for each cell of a map, at evenly spread azimuths of the plane.

    Parameters
    ----------
    grid
        The cells.
    mast_m
        Height of the eye above the ground, metres.
    units
        (A, R, C) int16, 1/256 degree; the first azimuth is the plane's +y, the others follow clockwise.
    """

    grid: Grid
    mast_m: float
    units: NDArray[np.int16]

    @property
    def grid_azimuth_deg(self) -> FloatN:
        """The azimuths, (A,), clockwise from the plane's +y, degrees."""
        return np.linspace(0.0, 360.0, len(self.units), endpoint=False)

    def elevation_deg(self, row: int, column: int) -> FloatN:
        """The horizon of one cell, (A,), degrees."""
        return self.units[:, row, column] / float(UNITS_PER_DEG)

    def write(self, path: Path | str) -> None:
        """Write it as a GeoTIFF, one band for each azimuth, compressed without loss.

        Raises
        ------
        WorkError
            When the file can't be written.
        """
        layers: dict[str, NDArray[np.generic]] = {
            f"horizon at grid azimuth {azimuth:g} [deg]": units
            for azimuth, units in zip(self.grid_azimuth_deg, self.units, strict=True)
        }
        write_layers(path, self.grid, layers, 1.0 / UNITS_PER_DEG, {"kizuna_mast_m": f"{self.mast_m:g}"})


@dataclass(frozen=True, slots=True)
class Horizon:
    """The horizon of one place.

    Parameters
    ----------
    lat_deg, lon_deg, height_m
        The eye: degrees, and metres above 1,737.4 km.
    elevation_deg
        (A,) at evenly spread azimuths, clockwise from north.
    distance_m
        (A,) how far away, along the sphere, the ground is that hides the sky there.
    """

    lat_deg: float
    lon_deg: float
    height_m: float
    elevation_deg: FloatN
    distance_m: FloatN

    @property
    def azimuth_deg(self) -> FloatN:
        """The azimuths, (A,), degrees."""
        return np.linspace(0.0, 360.0, len(self.elevation_deg), endpoint=False)

    def at(self, azimuth_deg: ArrayLike) -> Float:
        """Elevation at any azimuths (...), degrees, linear between those that are known."""
        step = 360.0 / len(self.elevation_deg)
        position = np.mod(np.asarray(azimuth_deg, dtype=np.float64), 360.0) / step
        before = np.floor(position).astype(np.int64)
        share = position - before
        count = len(self.elevation_deg)
        low, high = self.elevation_deg[before % count], self.elevation_deg[(before + 1) % count]
        return np.asarray(low * (1.0 - share) + high * share)


def horizon_map(
    terrain: Terrain,
    *,
    azimuths: int = 720,
    mast_m: float = 0.0,
    rows: slice = slice(None),
    columns: slice = slice(None),
    near_cells: int = NEAR_CELLS,
    reach_m: float = REACH_M,
) -> HorizonMap:
    """The horizon of every cell of the near map, or of some of its rows and columns.

    Parameters
    ----------
    terrain
        Near and far maps.
    azimuths
        How many directions.
    mast_m
        Height of the eye above the ground, metres.
    rows, columns
        Which part of the near map; all of it is seen.
    near_cells
        Accuracy: see `kizuna.lunar.pyramid.build_pyramid`.
    reach_m
        How far to look, metres.
    """
    pyramid = build_pyramid(terrain, near_cells, reach_m)
    return sweep_map(pyramid, azimuths, mast_m, rows, columns)


def sweep_map(
    pyramid: Pyramid, azimuths: int, mast_m: float, rows: slice = slice(None), columns: slice = slice(None)
) -> HorizonMap:
    """The same over a pyramid that is there already, for maps that are worked on in parts."""
    if azimuths < 1 or mast_m < 0.0:
        raise InputError(
            "horizon", "", f"{azimuths} azimuths, mast {mast_m:g} m", "at least 1, and from 0 up"
        )
    grid = pyramid.terrain.near
    part = grid.part(rows, columns)
    window = (rows.indices(grid.shape[0])[0], columns.indices(grid.shape[1])[0], *part.shape)
    rays = rays_over(pyramid, np.linspace(0.0, 360.0, azimuths, endpoint=False), mast_m)
    units = sweep(
        pyramid.height,
        pyramid.origin,
        pyramid.stride,
        np.array(window, dtype=np.int64),
        pyramid.radius_m,
        rays.step_first,
        rays.offset_a,
        rays.offset_b,
        rays.weight_a,
        rays.weight_b,
        rays.weight_eye,
        rays.drop,
        rays.close_offset,
        rays.close_weight,
        rays.close_weight_eye,
        rays.close_drop,
    )
    return HorizonMap(part, mast_m, units)


def read_horizon_map(path: Path | str) -> HorizonMap:
    """A horizon map out of the file that `HorizonMap.write` made.

    Raises
    ------
    InputError
        When it is another kind of file.
    """
    lowest = read_elevation(path)  # its sentences about files that are no maps of the Moon serve here too
    with rasterio.open(path) as file:
        mast = file.tags().get("kizuna_mast_m")
        if mast is None or file.dtypes[0] != "int16":
            raise InputError(str(path), "", "is no horizon map", "a file that Kizuna wrote as one")
        return HorizonMap(lowest, float(mast), file.read())


def horizon_at(
    terrain: Terrain,
    lat_deg: float,
    lon_deg: float,
    *,
    mast_m: float = 0.0,
    azimuths: int = 1440,
    reach_m: float = REACH_M,
) -> Horizon:
    """The horizon of one place, to 0.01 degrees of the terrain's surface.

    Every ray is followed on its great circle in steps of half a cell or a five-hundredth of the distance, and
    then twice more closely around the highest point, to two millionths of the distance.

    Parameters
    ----------
    terrain
        Near and far maps.
    lat_deg, lon_deg
        The place, on one of the maps.
    mast_m
        Height of the eye above the ground, metres.
    azimuths
        How many directions.
    reach_m
        How far to look, metres.

    Raises
    ------
    InputError
        When the place lies on none of the maps.
    """
    azimuth = np.linspace(0.0, 2.0 * np.pi, azimuths, endpoint=False)
    eye_m, tangent, where_m = _look(terrain, lat_deg, lon_deg, mast_m, azimuth, reach_m)
    return Horizon(lat_deg, lon_deg, eye_m, np.degrees(np.arctan(tangent)), where_m)


def skyline_at(
    terrain: Terrain,
    lat_deg: float,
    lon_deg: float,
    azimuth_deg: FloatN,
    *,
    mast_m: float = 0.0,
    reach_m: float = REACH_M,
) -> tuple[FloatN, FloatN]:
    """The horizon of one place at any azimuths (A,), as exact as `horizon_at`: (A,), degrees.

    And how far away the ground is that hides the sky there, (A,), metres.

    Parameters
    ----------
    terrain, lat_deg, lon_deg, mast_m, reach_m
        As there.
    azimuth_deg
        (A,) clockwise from north, degrees.

    Raises
    ------
    InputError
        When the place lies on none of the maps.
    """
    _, tangent, away_m = _look(terrain, lat_deg, lon_deg, mast_m, np.radians(azimuth_deg), reach_m)
    return np.degrees(np.arctan(tangent)), away_m


def _look(
    terrain: Terrain, lat_deg: float, lon_deg: float, mast_m: float, azimuth: FloatN, reach_m: float
) -> tuple[float, FloatN, FloatN]:
    """The eye's height, tangents of the horizon at azimuths (A,), radians, and how far away it is, metres."""
    x, y = (float(each) for each in terrain.plane.to_plane(lat_deg, lon_deg))
    ground_m = float(terrain.height_at(x, y))
    if np.isnan(ground_m):
        terrain.grids[-1].cell(lat_deg, lon_deg)  # says where the map lies
        raise InputError(
            "place", f"{lat_deg:g}, {lon_deg:g}", "lies on the edge of the map", "a place within it"
        )
    eye_m = ground_m + mast_m
    frame = enu_basis(lat_deg, lon_deg)
    radius = terrain.plane.radius_m
    # Beyond all maps the ground is a plain at the lowest height; a grazing ray has the sphere's dip.
    low = (radius + terrain.lowest_m) / (radius + eye_m)
    tangent = np.full(len(azimuth), -np.sqrt(max(1.0 - low * low, 0.0)) / low)
    where = np.full(len(azimuth), float(np.arccos(min(low, 1.0))))

    def look(scale: FloatN, tables: list[FloatN]) -> None:
        hole = np.array([np.inf, -np.inf, np.inf, -np.inf])
        for grid, angles in zip(terrain.grids, tables, strict=True):
            seen, at = cast(
                grid.height_m,
                np.array([grid.west_m, grid.top_m, grid.step_m]),
                hole,
                np.array([radius, -1.0 if terrain.plane.south else 1.0]),
                frame,
                radius + eye_m,
                azimuth,
                scale,
                angles,
            )
            better = seen > tangent
            tangent[better], where[better] = seen[better], at[better]
            hole = np.array([grid.x_m[0], grid.x_m[-1], grid.y_m[-1], grid.y_m[0]])

    tables = [_distances(grid, x, y, reach_m) / radius for grid in terrain.grids]
    look(np.ones(len(azimuth)), tables)
    for within, points in _CLOSER:
        look(where.copy(), [np.linspace(1.0 - within, 1.0 + within, points)] * len(tables))
    return eye_m, tangent, where * radius


def _distances(grid: Grid, x: float, y: float, reach_m: float) -> FloatN:
    """How far from a place to look at a map, (M,), metres: dense near the place, thinner away from it."""
    rows, columns = grid.shape
    half_m = grid.step_m * max(rows, columns) / 2.0
    from_middle = float(np.hypot(x - grid.centre_m[0], y - grid.centre_m[1]))
    far_m = min(reach_m, 1.5 * half_m + from_middle)
    out = [grid.step_m * np.arange(*each, dtype=np.float64) for each in _CLOSE_STEPS]
    at = grid.step_m * _CLOSE_STEPS[-1][1]
    while at < far_m:
        step = max(0.5 * grid.step_m, 0.002 * at)
        out.append(at + step * np.arange(64, dtype=np.float64))
        at += 64.0 * step
    distances = np.concatenate(out)
    return distances[distances < far_m]
