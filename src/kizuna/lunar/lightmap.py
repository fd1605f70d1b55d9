"""Maps of light: Sun or Earth over every cell of a horizon map, at each time or summed over an interval."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kizuna.kernels.horizon import UNITS_PER_DEG
from kizuna.kernels.light import frames, statistics
from kizuna.lunar.disc import darkened_weight
from kizuna.lunar.elevation import write_layers
from kizuna.lunar.ephemeris import EARTH_RADIUS_M, SUN_RADIUS_M, Ephemeris, Sky
from kizuna.lunar.grid import Grid
from kizuna.lunar.horizon import NEAR_CELLS, REACH_M, HorizonMap, sweep_map
from kizuna.lunar.light import LIT
from kizuna.lunar.pyramid import build_pyramid
from kizuna.lunar.spells import spells_of
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import FloatN

Disc = Literal["sun", "earth"]

_BLOCK_BYTES: Final = 400e6
"""How much memory the horizons of some rows may take."""

_MIN_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class LightFrames:
    """The share of a disc's light at every cell and time.

    Parameters
    ----------
    grid
        The cells.
    times_s
        (T,) seconds since 1970-01-01 UTC.
    parts
        (T, R, C) uint8, in 255ths.
    """

    grid: Grid
    times_s: FloatN
    parts: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LightSum:
    """What an interval brought to every cell.

    Parameters
    ----------
    grid
        The cells.
    mean
        (R, C) mean share of the disc's light, 0 to 1.
    lit
        (R, C) share of the time with light.
    longest_light_s, longest_darkness_s
        (R, C) the longest spells, seconds, to one step of the times.
    """

    grid: Grid
    mean: NDArray[np.float32]
    lit: NDArray[np.float32]
    longest_light_s: NDArray[np.float32]
    longest_darkness_s: NDArray[np.float32]

    def write(self, path: Path | str) -> None:
        """Write it as a GeoTIFF with four bands, spells in hours.

        Raises
        ------
        WorkError
            When the file can't be written.
        """
        layers: dict[str, NDArray[np.generic]] = {
            "mean share of the light": self.mean,
            "share of time lit": self.lit,
            "longest light [h]": self.longest_light_s / np.float32(3600.0),
            "longest darkness [h]": self.longest_darkness_s / np.float32(3600.0),
        }
        write_layers(path, self.grid, layers)


def light_frames(
    horizon: HorizonMap, ephemeris: Ephemeris, times_s: ArrayLike, disc: Disc = "sun", limb: float = 0.0
) -> LightFrames:
    """Share of the light at every cell and time; one byte each.

    Parameters
    ----------
    horizon
        The horizon of every cell.
    ephemeris
        See `kizuna.lunar.ephemeris.load_ephemeris`.
    times_s
        (T,) seconds since 1970-01-01 UTC.
    disc
        Whose disc.
    limb
        Its limb darkening; see `kizuna.lunar.disc.SUN_LIMB`.

    Raises
    ------
    InputError
        When a time lies outside the ephemeris.
    """
    times, position, elevation, radius = _course(horizon, ephemeris, times_s, disc)
    parts = frames(horizon.units, position, elevation, radius, darkened_weight(limb))
    return LightFrames(horizon.grid, times, parts)


def light_sum(
    horizon: HorizonMap,
    ephemeris: Ephemeris,
    times_s: ArrayLike,
    disc: Disc = "sun",
    limb: float = 0.0,
    least: float = LIT,
) -> LightSum:
    """Mean light and longest spells of every cell over evenly spaced times; arguments as in `light_frames`.

    Parameters
    ----------
    horizon, ephemeris, times_s, disc, limb
        As there; at least two times.
    least
        The smallest share that counts as light.
    """
    times, position, elevation, radius = _course(horizon, ephemeris, times_s, disc)
    spells_of(times, np.ones(len(times), dtype=np.bool_))  # says what is wrong with the times
    mean, counts = statistics(horizon.units, position, elevation, radius, darkened_weight(limb), least)
    step_s = np.float32(times[1] - times[0])
    return LightSum(
        horizon.grid,
        mean,
        counts[0] / np.float32(len(times)),
        counts[1] * step_s,
        counts[2] * step_s,
    )


def _course(
    horizon: HorizonMap, ephemeris: Ephemeris, times_s: ArrayLike, disc: Disc
) -> tuple[FloatN, FloatN, NDArray[np.float32], NDArray[np.float32]]:
    """Times, and the disc's course as `kizuna.kernels.light.frames` wants it.

    Across the map the elevation changes as the ground turns, and is taken as linear; the azimuth on the plane
    changes by less than 0.05 degrees over 20 km as long as the disc stands below 8 degrees.
    """
    grid = horizon.grid
    height_m = float(np.median(grid.height_m)) + horizon.mast_m
    x, y = grid.centre_m
    lat, lon = (float(each) for each in grid.plane.from_plane(x, y))
    sky = ephemeris.sky(times_s, lat, lon, height_m)
    azimuth, elevation, away_m = _seen(sky, disc, grid, x, y, height_m)
    half_m = grid.step_m * (max(grid.shape) - 1) / 2.0
    per_step = grid.step_m / (2.0 * half_m)
    rise = []
    for dx, dy in ((half_m, 0.0), (0.0, -half_m)):  # rows count downwards
        ahead = _seen(sky, disc, grid, x + dx, y + dy, height_m)[1]
        behind = _seen(sky, disc, grid, x - dx, y - dy, height_m)[1]
        rise.append((ahead - behind) * per_step)
    rows, columns = grid.shape
    first = elevation - rise[0] * (columns - 1) / 2.0 - rise[1] * (rows - 1) / 2.0
    radius_m = SUN_RADIUS_M if disc == "sun" else EARTH_RADIUS_M
    return (
        sky.times_s,
        grid.plane.grid_azimuth(azimuth, lon) * len(horizon.units) / 360.0,
        (np.stack((first, *rise), axis=1) * UNITS_PER_DEG).astype(np.float32),
        (np.degrees(np.arcsin(radius_m / away_m)) * UNITS_PER_DEG).astype(np.float32),
    )


def _seen(
    sky: Sky, disc: Disc, grid: Grid, x_m: float, y_m: float, height_m: float
) -> tuple[FloatN, FloatN, FloatN]:
    """Azimuth, elevation and range of a disc from a point of the plane."""
    lat, lon = grid.plane.from_plane(x_m, y_m)
    return (sky.sun if disc == "sun" else sky.earth)(lat, lon, height_m)


def light_over(
    terrain: Terrain,
    ephemeris: Ephemeris,
    times_s: ArrayLike,
    *,
    azimuths: int = 720,
    mast_m: float = 2.0,
    limb: float = 0.0,
    least: float = LIT,
    report: Callable[[str, float], None] = lambda *_: None,
) -> LightSum:
    """What an interval brings to the near map of a terrain: horizons and light, some rows at a time.

    Parameters
    ----------
    terrain
        Near and far maps.
    ephemeris
        See `kizuna.lunar.ephemeris.load_ephemeris`.
    times_s
        (T,) evenly spaced, seconds since 1970-01-01 UTC.
    azimuths, mast_m
        As in `kizuna.lunar.horizon.horizon_map`.
    limb, least
        As in `light_sum`.
    report
        Is told what is done and the share of it, from 0 to 1.
    """
    pyramid = build_pyramid(terrain, NEAR_CELLS, REACH_M)
    rows, columns = terrain.near.shape
    at_once = max(_MIN_ROWS, int(_BLOCK_BYTES / (2 * azimuths * columns)))
    parts = []
    first = 0
    while first < rows:
        last = rows if rows - first < at_once + _MIN_ROWS else first + at_once
        horizon = sweep_map(pyramid, azimuths, mast_m, slice(first, last))
        parts.append(light_sum(horizon, ephemeris, times_s, "sun", limb, least))
        first = last
        report("light", first / rows)
    return LightSum(
        terrain.near,
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.lit for part in parts]),
        np.concatenate([part.longest_light_s for part in parts]),
        np.concatenate([part.longest_darkness_s for part in parts]),
    )
