"""The ground as the horizon's sweep wants it: a pyramid of maps, and the steps of the rays over it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kizuna.geo.frames import enu_basis
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import Float, FloatN, IntN

_CLOSE = (0.0, 0.25, 0.5, 0.75, 1.5, 2.5, 3.5, 4.5)
"""Where to look between the nearest cells, in cells; 0 stands for the slope of the ground under the eye."""

_CROSSINGS = 16
_CROSSINGS_WITHIN = 32.0
"""How many lines along the main axis are looked at where the ray crosses them, and how many cells away."""


@dataclass(frozen=True, slots=True)
class Pyramid:
    """Heights of the near map and of maps around it, each with cells twice as large as the one before.

    Every height is that of the finest map there is at its point, so that the surface is sampled and not
    smoothed: the averages of ridges are lower than ridges.

    Parameters
    ----------
    terrain
        Where the heights came from.
    near_cells
        K: how many cells away, at most, the finest of the maps that know a place is asked. A multiple of 4.
    height
        (H,) float32, m, all levels one after the other, h = Rz/(R + z) over a sphere of `radius_m`.
    origin, stride
        (L,) where in it the first cell of each level stands, and how long the rows are.
    radius_m
        Of the sphere through the middle of the near map's heights, so that the heights over it are small.
    """

    terrain: Terrain
    near_cells: int
    height: NDArray[np.float32]
    origin: IntN
    stride: IntN
    radius_m: float


@dataclass(frozen=True, slots=True)
class Rays:
    """For each azimuth, the steps of a ray over a pyramid; fields as in `kizuna.kernels.horizon.sweep`."""

    step_first: IntN
    offset_a: NDArray[np.int64]
    offset_b: NDArray[np.int64]
    weight_a: NDArray[np.float32]
    weight_b: NDArray[np.float32]
    weight_eye: NDArray[np.float32]
    drop: NDArray[np.float32]
    close_offset: NDArray[np.int64]
    close_weight: NDArray[np.float32]
    close_weight_eye: NDArray[np.float32]
    close_drop: NDArray[np.float32]


def build_pyramid(terrain: Terrain, near_cells: int, reach_m: float) -> Pyramid:
    """The pyramid over the near map of a terrain, with as many levels as reach far enough.

    Ground that no map knows counts as a plain at the lowest height of all maps.

    Parameters
    ----------
    terrain
        Near and far maps.
    near_cells
        K, a multiple of 4; errors shrink and work grows in proportion.
    reach_m
        How far to look at least, metres.
    """
    grid = terrain.near
    margin = 2 * near_cells + 2  # a ray bends by less than a cell or two
    middle = float(np.median(grid.height_m))
    radius_m = terrain.plane.radius_m + middle
    parts: list[NDArray[np.float32]] = []
    origin, stride = [], []
    step_m = grid.step_m
    start = 0
    while True:
        level = len(parts)
        rows, columns = (size if level == 0 else ((size - 1) >> level) + 2 for size in grid.shape)
        x = grid.west_m + step_m * np.arange(-margin, columns + margin)
        y = grid.top_m - step_m * np.arange(-margin, rows + margin)
        z = terrain.height_at(x[None, :], y[:, None])
        above = np.where(np.isnan(z), terrain.lowest_m, z) - middle
        parts.append((radius_m * above / (radius_m + above)).astype(np.float32).ravel())
        origin.append(start + margin * len(x) + margin)
        stride.append(len(x))
        start += len(parts[-1])
        if 2 * near_cells * step_m >= reach_m:
            break
        step_m *= 2.0
    return Pyramid(
        terrain,
        near_cells,
        np.concatenate(parts),
        np.array(origin, dtype=np.int64),
        np.array(stride, dtype=np.int64),
        radius_m,
    )


def rays_over(pyramid: Pyramid, grid_azimuth_deg: FloatN, mast_m: float) -> Rays:
    """Steps of rays in some directions, the same for every cell of the near map.

    A ray goes along the great circle that leaves the middle of the map in that direction of the plane; those
    of other cells differ from it by what the plane's scale changes across the map.

    Parameters
    ----------
    pyramid
        The maps to look over.
    grid_azimuth_deg
        (A,) clockwise from the plane's +y, degrees.
    mast_m
        Height of the eye above the ground, metres.
    """
    near = pyramid.near_cells
    azimuth = np.radians(grid_azimuth_deg)
    sideways = np.abs(np.sin(azimuth)) >= np.abs(np.cos(azimuth))
    # The last step is taken twice, to make the number a multiple of four.
    cells = np.minimum(np.arange(1.0, 2 * near + 1), 2 * near - 1)
    steps = _steps(pyramid, azimuth, sideways, cells, 0, mast_m)
    crossings = _crossings(pyramid, azimuth, sideways, steps, mast_m)
    parts = [tuple(np.concatenate(each, axis=1) for each in zip(steps, crossings, strict=True))]
    for level in range(1, len(pyramid.origin)):
        cells = np.arange(near, 2.0 * near)
        parts.append(_steps(pyramid, azimuth, sideways, cells, level, mast_m))
    first = np.cumsum([0, *(part[0].shape[1] for part in parts)])
    joined = [np.ascontiguousarray(np.concatenate(columns, axis=1)) for columns in zip(*parts, strict=True)]
    fields: list[Any] = [first.astype(np.int64), *joined, *_close(pyramid, azimuth, mast_m)]
    return Rays(*fields)


def _crossings(
    pyramid: Pyramid,
    azimuth_rad: FloatN,
    sideways: NDArray[np.bool_],
    steps: tuple[NDArray[np.generic], ...],
    mast_m: float,
) -> tuple[NDArray[np.generic], ...]:
    """The same where rays cross the lines that run along their main axis: there the ground may have an edge.

    Close to the eye an edge between two steps can hide more of the sky than both. Crossings that are too far
    away, or don't come, are replaced by the first step.
    """
    leading = np.maximum(np.abs(np.sin(azimuth_rad)), np.abs(np.cos(azimuth_rad)))
    aside = np.minimum(np.abs(np.sin(azimuth_rad)), np.abs(np.cos(azimuth_rad)))
    cells = np.arange(1.0, _CROSSINGS + 1)
    close = cells * leading[:, None] <= _CROSSINGS_WITHIN * aside[:, None]
    safe = np.where(close[:, 0], azimuth_rad, np.pi / 4.0)
    found = _steps(pyramid, safe, ~sideways, cells, 0, mast_m)
    return tuple(np.where(close, each, step[:, :1]) for each, step in zip(found, steps, strict=True))


def _steps(
    pyramid: Pyramid,
    azimuth_rad: FloatN,
    sideways: NDArray[np.bool_],
    cells: FloatN,
    level: int,
    mast_m: float,
) -> tuple[NDArray[np.generic], ...]:
    """Offsets and weights of a level's steps, each (A, S): whole cells sideways, or else up or down."""
    stride = int(pyramid.stride[level])
    step_m = pyramid.terrain.near.step_m * 2**level
    sign = np.where(sideways, np.sign(np.sin(azimuth_rad)), np.sign(np.cos(azimuth_rad)))
    along = sign[:, None] * cells * step_m
    theta, x, y = _great_circles(pyramid, azimuth_rad, along, sideways)
    across = np.where(sideways[:, None], -y, x) / step_m  # rows count downwards
    whole = np.floor(across)
    main = np.rint(along / step_m) * np.where(sideways, 1, -stride)[:, None]
    aside = np.where(sideways, stride, 1)[:, None]
    offset = (main + whole * aside).astype(np.int64)
    share = across - whole
    weight_eye, drop, sine = _eye(pyramid, theta, mast_m)
    return (
        offset,
        offset + aside,
        ((1.0 - share) / sine).astype(np.float32),
        (share / sine).astype(np.float32),
        weight_eye,
        drop,
    )


def _close(
    pyramid: Pyramid, azimuth_rad: FloatN, mast_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Offsets and weights of points between the nearest cells: (A, T, 4), (A, T, 4), (A, T), (A, T)."""
    stride, step_m = int(pyramid.stride[0]), pyramid.terrain.near.step_m
    direction = np.stack((np.sin(azimuth_rad), -np.cos(azimuth_rad)), axis=1)  # columns right, rows down
    away = (
        np.array(_CLOSE)[None, :, None] * (direction / np.abs(direction).max(axis=1, keepdims=True))[:, None]
    )
    whole = np.floor(away)
    share = away - whole
    corner = (whole[..., 1] * stride + whole[..., 0]).astype(np.int64)
    offset = corner[..., None] + np.array([0, 1, stride, stride + 1])
    right, down = share[..., 0], share[..., 1]
    weight = np.stack(
        ((1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down), axis=-1
    )
    scale = pyramid.terrain.plane.scale(*pyramid.terrain.near.centre_m)
    theta = np.hypot(away[..., 0], away[..., 1]) * step_m / scale / pyramid.terrain.plane.radius_m
    weight_eye, drop, sine = _eye(pyramid, np.where(theta == 0.0, 1e-9, theta), mast_m)
    weight /= sine[..., None]
    # The first point is the limit: the slope under the eye. From a mast there is nothing to see there.
    offset[:, 0] = np.sign(direction).astype(np.int64) @ np.array([[1, 0, 1, 0], [0, stride, stride, 0]])
    ground_m = step_m / float(scale)
    weight[:, 0, 0], weight[:, 0, 1] = np.abs(direction[:, 0]) / ground_m, np.abs(direction[:, 1]) / ground_m
    weight[:, 0, 2], weight[:, 0, 3] = 0.0, -weight[:, 0, :2].sum(axis=1)
    weight_eye[:, 0], drop[:, 0] = 0.0, 0.0 if mast_m == 0.0 else 1e9
    return offset, weight.astype(np.float32), weight_eye, drop


def _eye(
    pyramid: Pyramid, theta: Float, mast_m: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], Float]:
    """What an eye on a mast over the ground takes away at central angles (...), and R sin θ: each (...).

    The mast raises the height h of the file `kizuna.kernels.horizon` by m(1 - h/R)² = m - 2mh/R + …
    """
    sine = pyramid.radius_m * np.sin(theta)
    cosine = np.cos(theta)
    weight_eye = cosine / sine * (1.0 - 2.0 * mast_m / pyramid.radius_m)
    drop = (2.0 * pyramid.radius_m * np.sin(theta / 2.0) ** 2 + cosine * mast_m) / sine
    return weight_eye.astype(np.float32), drop.astype(np.float32), sine


def _great_circles(
    pyramid: Pyramid, azimuth_rad: FloatN, along_m: Float, sideways: NDArray[np.bool_]
) -> tuple[Float, Float, Float]:
    """Where great circles from the middle of the map cross lines of the plane.

    Parameters
    ----------
    pyramid
        Over the map.
    azimuth_rad
        (A,) directions on the plane.
    along_m
        (A, S) where the lines are, from the middle: x for directions that go sideways, else y.
    sideways
        (A,) which those are.

    Returns
    -------
    tuple
        (A, S) central angle, and x and y from the middle, metres.
    """
    plane = pyramid.terrain.plane
    x0, y0 = pyramid.terrain.near.centre_m
    lat, lon = plane.from_plane(x0, y0)
    east, north, up = enu_basis(lat, lon)
    azimuth = np.radians(plane.true_azimuth(np.degrees(azimuth_rad), lon))[:, None]
    ahead = np.sin(azimuth) * east + np.cos(azimuth) * north

    def reached(theta: Float) -> tuple[Float, Float, Float]:
        to = np.cos(theta)[..., None] * up + np.sin(theta)[..., None] * ahead[:, None]
        x, y = plane.from_directions(to)
        return x - x0, y - y0, np.where(sideways[:, None], x - x0, y - y0)

    leading = np.where(sideways, np.sin(azimuth_rad), np.cos(azimuth_rad))[:, None]
    theta = along_m / leading / plane.radius_m / plane.scale(x0, y0)
    for _ in range(5):
        theta = theta * along_m / reached(theta)[2]
    x, y, _ = reached(theta)
    return theta, x, y
