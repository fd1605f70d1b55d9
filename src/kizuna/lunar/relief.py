"""What a map of heights says about the ground: slope, roughness, shaded relief, and how height varies."""

import math

import numpy as np
from numpy.typing import NDArray

from kizuna.errors import InputError
from kizuna.lunar.grid import Grid
from kizuna.shapes import Float


def gradient(grid: Grid) -> tuple[Float, Float]:
    """Rise to the plane's right and its up at each cell: two of (R, C), metres per metre on the ground.

    Horn's third-order differences over the eight neighbours; at the edges the outermost cells are repeated.

    Source: Horn, Hill shading and the reflectance map, Proc. IEEE 69 (1981).
    """
    z = np.pad(grid.height_m.astype(np.float64), 1, mode="reflect", reflect_type="odd")
    smoothed_down = z[:-2] + 2.0 * z[1:-1] + z[2:]
    smoothed_across = z[:, :-2] + 2.0 * z[:, 1:-1] + z[:, 2:]
    ground_m = 8.0 * grid.step_m / grid.plane.scale(grid.x_m[None, :], grid.y_m[:, None])
    right = (smoothed_down[:, 2:] - smoothed_down[:, :-2]) / ground_m
    up = (smoothed_across[:-2] - smoothed_across[2:]) / ground_m
    return right, up


def slope_deg(grid: Grid) -> Float:
    """Steepest slope at each cell, (R, C), degrees."""
    right, up = gradient(grid)
    return np.degrees(np.arctan(np.hypot(right, up)))


def roughness_m(grid: Grid, baseline_m: float) -> Float:
    """Root mean square height above the best plane within a square around each cell, (R, C), metres.

    Parameters
    ----------
    grid
        The map.
    baseline_m
        Side of the square, metres; at least three cells, taken as the next odd number of them. At the edges
        the map is mirrored.

    Raises
    ------
    InputError
        When the square is smaller than three cells or larger than the map.
    """
    half = math.ceil((baseline_m / grid.step_m - 1.0) / 2.0 - 1e-9)
    if half < 1 or 2 * half + 1 > min(grid.shape):
        raise InputError(
            grid.name,
            "",
            f"a baseline of {baseline_m:g} m doesn't fit cells of {grid.step_m:g} m",
            "at least three cells, and no more than the map",
        )
    # Heights are taken from the map's mean, so that their squares keep their digits.
    z = np.pad(grid.height_m.astype(np.float64) - float(grid.height_m.mean()), half, mode="reflect")
    offset = np.arange(-half, half + 1, dtype=np.float64)
    flat = np.ones_like(offset)
    count, spread = float(len(offset) ** 2), float((offset**2).sum() * len(offset))
    mean = _windowed(z, flat, flat) / count
    across, down = _windowed(z, flat, offset) / spread, _windowed(z, offset, flat) / spread
    explained = mean * mean * count + (across * across + down * down) * spread
    return np.sqrt(np.maximum(_windowed(z * z, flat, flat) - explained, 0.0) / count)


def hillshade(grid: Grid, grid_azimuth_deg: float, elevation_deg: float) -> NDArray[np.float32]:
    """Brightness of the ground under a light, (R, C), from 0 to 1: Lambert's cosine.

    Parameters
    ----------
    grid
        The map.
    grid_azimuth_deg
        Where the light comes from, clockwise from the plane's +y, degrees.
    elevation_deg
        How high it stands, degrees.
    """
    right, up = gradient(grid)
    azimuth, elevation = np.radians(grid_azimuth_deg), np.radians(elevation_deg)
    towards = np.sin(elevation) - np.cos(elevation) * (right * np.sin(azimuth) + up * np.cos(azimuth))
    cosine = towards / np.sqrt(1.0 + right * right + up * up)
    shade: NDArray[np.float32] = np.clip(cosine, 0.0, 1.0).astype(np.float32)
    return shade


def deviogram(grid: Grid, cells: int) -> tuple[float, float]:
    """How height varies over a baseline: root mean square difference in metres, and slope in degrees.

    Parameters
    ----------
    grid
        The map.
    cells
        The baseline, in cells; differences along rows and along columns are taken together.

    Notes
    -----
    Source: Shepard et al., The roughness of natural terrain, J. Geophys. Res. 106 (2001): root mean square
    deviation; the slope is the root mean square of the angles between the two points.
    """
    z = grid.height_m.astype(np.float64)
    across, down = z[:, cells:] - z[:, :-cells], z[cells:] - z[:-cells]
    squared = (across**2).sum() + (down**2).sum()
    angles = sum(float((np.arctan(each / (cells * grid.step_m)) ** 2).sum()) for each in (across, down))
    count = across.size + down.size
    return float(np.sqrt(squared / count)), float(np.degrees(np.sqrt(angles / count)))


def _windowed(z: Float, down: Float, across: Float) -> Float:
    """Sums over a square around each cell, weighted by the product of two rows: (R + w, C + w) -> (R, C)."""
    rows, columns = z.shape[0] - len(down) + 1, z.shape[1] - len(across) + 1
    summed = np.zeros((rows, z.shape[1]))
    for row, weight in enumerate(down):
        summed += weight * z[row : row + rows]
    out = np.zeros((rows, columns))
    for column, weight in enumerate(across):
        out += weight * summed[:, column : column + columns]
    return out
