"""Horizon: how high the ground stands in every direction, for all cells of a map and for single places.

Heights are given as h = Rz/(R + z), for heights z above a sphere of radius R: seen from a height h₀, a point
at the central angle θ stands at the elevation e with

    tan e (1 - h₀/R) = (h - h₀ cos θ - R(1 - cos θ)) / (R sin θ),

which is exact and linear in both heights, so that the curvature costs one multiplication.
"""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from kizuna.shapes import FloatN, IntN

UNITS_PER_DEG = 256
"""Elevations are kept as whole numbers of 1/256 degree: 0.002 degrees of rounding at most."""


@njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"})
def _march(
    height: NDArray[np.float32],
    origin: int,
    stride: int,
    best: NDArray[np.float32],
    offset_a: NDArray[np.int64],
    offset_b: NDArray[np.int64],
    weight_a: NDArray[np.float32],
    weight_b: NDArray[np.float32],
    weight_eye: NDArray[np.float32],
    drop: NDArray[np.float32],
) -> None:
    """Raise `best` (R, C) to what is seen at S steps from each cell; S is a multiple of four.

    The inner loop runs over neighbouring cells, for which a step is the same shift of the same two heights,
    so that the processor does eight or sixteen cells at once. Four steps share one pass over the eyes.
    """
    rows, columns = best.shape
    for row in range(rows):
        at = origin + row * stride
        eye, top = height[at : at + columns], best[row]
        for s in range(0, offset_a.shape[0], 4):
            a0, b0 = at + offset_a[s], at + offset_b[s]
            a1, b1 = at + offset_a[s + 1], at + offset_b[s + 1]
            a2, b2 = at + offset_a[s + 2], at + offset_b[s + 2]
            a3, b3 = at + offset_a[s + 3], at + offset_b[s + 3]
            ha0, hb0 = height[a0 : a0 + columns], height[b0 : b0 + columns]
            ha1, hb1 = height[a1 : a1 + columns], height[b1 : b1 + columns]
            ha2, hb2 = height[a2 : a2 + columns], height[b2 : b2 + columns]
            ha3, hb3 = height[a3 : a3 + columns], height[b3 : b3 + columns]
            wa0, wb0, we0, d0 = weight_a[s], weight_b[s], weight_eye[s], drop[s]
            wa1, wb1, we1, d1 = weight_a[s + 1], weight_b[s + 1], weight_eye[s + 1], drop[s + 1]
            wa2, wb2, we2, d2 = weight_a[s + 2], weight_b[s + 2], weight_eye[s + 2], drop[s + 2]
            wa3, wb3, we3, d3 = weight_a[s + 3], weight_b[s + 3], weight_eye[s + 3], drop[s + 3]
            for i in range(columns):
                h = eye[i]
                t0 = wa0 * ha0[i] + (wb0 * hb0[i] - (we0 * h + d0))
                t1 = wa1 * ha1[i] + (wb1 * hb1[i] - (we1 * h + d1))
                t2 = wa2 * ha2[i] + (wb2 * hb2[i] - (we2 * h + d2))
                t3 = wa3 * ha3[i] + (wb3 * hb3[i] - (we3 * h + d3))
                t0 = max(t0, t1)
                t2 = max(t2, t3)
                t0 = max(t0, t2)
                top[i] = max(top[i], t0)


@njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"})
def _look_close(
    height: NDArray[np.float32],
    origin: int,
    stride: int,
    best: NDArray[np.float32],
    offset: NDArray[np.int64],
    weight: NDArray[np.float32],
    weight_eye: NDArray[np.float32],
    drop: NDArray[np.float32],
) -> None:
    """Raise `best` (R, C) to what is seen at T points between the nearest cells, each of four heights."""
    rows, columns = best.shape
    for row in range(rows):
        at = origin + row * stride
        eye, top = height[at : at + columns], best[row]
        for s in range(offset.shape[0]):
            a, b, c, d = at + offset[s, 0], at + offset[s, 1], at + offset[s, 2], at + offset[s, 3]
            ha, hb = height[a : a + columns], height[b : b + columns]
            hc, hd = height[c : c + columns], height[d : d + columns]
            wa, wb, wc, wd = weight[s, 0], weight[s, 1], weight[s, 2], weight[s, 3]
            we, down = weight_eye[s], drop[s]
            for i in range(columns):
                t = wa * ha[i] + (wb * hb[i] + (wc * hc[i] + (wd * hd[i] - (we * eye[i] + down))))
                top[i] = max(top[i], t)


@njit(cache=True)
def _refine(
    coarse: NDArray[np.float32],
    coarse_row: int,
    coarse_column: int,
    fine: NDArray[np.float32],
    fine_row: int,
    fine_column: int,
) -> None:
    """Fill `fine` (R, C) with `coarse` (R', C'), whose cells are twice as large, bilinearly."""
    rows, columns = fine.shape
    quarter = np.float32(0.25)
    for r in range(rows):
        upper = coarse[((fine_row + r) >> 1) - coarse_row]
        lower = coarse[((fine_row + r + 1) >> 1) - coarse_row]
        for c in range(columns):
            left = ((fine_column + c) >> 1) - coarse_column
            right = ((fine_column + c + 1) >> 1) - coarse_column
            fine[r, c] = quarter * (upper[left] + upper[right] + lower[left] + lower[right])


@njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"})
def _to_units(
    height: NDArray[np.float32],
    origin: int,
    stride: int,
    tangent: NDArray[np.float32],
    per_radius: np.float32,
    out: NDArray[np.int16],
) -> None:
    """Elevations (R, C) in 1/256 degree of scaled tangents (R, C); per_radius is 1/R.

    The arc tangent is a polynomial, fitted for the smallest largest error: right to 2e-6 rad.
    """
    rows, columns = tangent.shape
    for row in range(rows):
        at = origin + row * stride
        eye = height[at : at + columns]
        for i in range(columns):
            t = tangent[row, i] / (np.float32(1.0) - eye[i] * per_radius)
            size = abs(t)
            x = np.float32(1.0) / size if size > np.float32(1.0) else size
            y = x * x
            arc = np.float32(0.05264734) + y * np.float32(-0.01171913)
            arc = np.float32(0.19354038) + y * (np.float32(-0.11642648) + y * arc)
            arc = x * (np.float32(0.99997722) + y * (np.float32(-0.33262283) + y * arc))
            arc = np.float32(0.5 * math.pi) - arc if size > np.float32(1.0) else arc
            unit = np.int32(np.float32(180.0 / math.pi * 256.0) * arc + np.float32(0.5))
            out[row, i] = np.int16(-unit if t < np.float32(0.0) else unit)


@njit(parallel=True, cache=True, error_model="numpy")
def sweep(
    height: NDArray[np.float32],
    origin: IntN,
    stride: IntN,
    window: IntN,
    radius_m: float,
    step_first: IntN,
    offset_a: NDArray[np.int64],
    offset_b: NDArray[np.int64],
    weight_a: NDArray[np.float32],
    weight_b: NDArray[np.float32],
    weight_eye: NDArray[np.float32],
    drop: NDArray[np.float32],
    close_offset: NDArray[np.int64],
    close_weight: NDArray[np.float32],
    close_weight_eye: NDArray[np.float32],
    close_drop: NDArray[np.float32],
) -> NDArray[np.int16]:
    """Elevation of the horizon at every cell of a window and A azimuths: (A, R, C), 1/256 degree.

    Level 0 of a pyramid is the map; each further level has cells twice as large and reaches twice as far.
    A level answers for distances from K to 2K of its cells (the first, from 0 to 2K): the horizon of what
    lies beyond is worked out on the level above, for every second cell, and interpolated. What an eye sees
    beyond 2K cells changes so little from one cell to the next that the error stays near 0.1 degrees (99th
    percentile) on lunar ground with K = 64. The work for a cell is that of 2⅓ K steps, however far one looks.

    Parameters
    ----------
    height
        (H,) m, all levels one after the other, each row by row, with margins wide enough for all steps;
        heights over a sphere as the file's docstring says.
    origin, stride
        (L,) where in `height` the cell 0, 0 of each level stands, and how long its rows are.
    window
        (4,) first row, first column, rows and columns of the cells that are asked for.
    radius_m
        R of that sphere.
    step_first
        (L + 1,) the steps of level l are step_first[l] to step_first[l + 1] - 1 of the S in the arrays below.
    offset_a, offset_b
        (A, S) from a cell to the two heights that a step lies between, as a distance in `height`.
    weight_a, weight_b
        (A, S) 1/m, their weights over R sin θ.
    weight_eye, drop
        (A, S) 1/m, that of the height of the ground under the eye, and what curvature and mast take away.
    close_offset, close_weight
        (A, T, 4) the same for points between the nearest cells of level 0, of four heights each; 1/m.
    close_weight_eye, close_drop
        (A, T) 1/m, and without unit.
    """
    azimuths = offset_a.shape[0]
    levels = origin.shape[0]
    out = np.empty((azimuths, window[2], window[3]), dtype=np.int16)
    for a in prange(azimuths):
        coarse = np.empty((1, 1), dtype=np.float32)
        coarse_row, coarse_column = 0, 0
        for back in range(levels):
            level = levels - 1 - back
            more = 1 if level > 0 else 0
            row, column = window[0] >> level, window[1] >> level
            rows = ((window[0] + window[2] - 1) >> level) + more - row + 1
            columns = ((window[1] + window[3] - 1) >> level) + more - column + 1
            best = np.empty((rows, columns), dtype=np.float32)
            if back == 0:
                best[:] = np.float32(-1e9)
            else:
                _refine(coarse, coarse_row, coarse_column, best, row, column)
            first, last = step_first[level], step_first[level + 1]
            at = origin[level] + row * stride[level] + column
            _march(
                height,
                at,
                stride[level],
                best,
                offset_a[a, first:last],
                offset_b[a, first:last],
                weight_a[a, first:last],
                weight_b[a, first:last],
                weight_eye[a, first:last],
                drop[a, first:last],
            )
            coarse, coarse_row, coarse_column = best, row, column
        at = origin[0] + window[0] * stride[0] + window[1]
        close = (close_offset[a], close_weight[a], close_weight_eye[a], close_drop[a])
        _look_close(height, at, stride[0], coarse, *close)
        _to_units(height, at, stride[0], coarse, np.float32(1.0 / radius_m), out[a])
    return out


@njit(parallel=True, cache=True, error_model="numpy")
def cast(
    height_m: NDArray[np.float32],
    place: FloatN,
    hole: FloatN,
    plane: FloatN,
    frame: NDArray[np.float64],
    eye_radius_m: float,
    azimuth_rad: FloatN,
    scale: FloatN,
    angle_rad: FloatN,
) -> tuple[FloatN, FloatN]:
    """The highest ground on one map in A directions from one place, by looking at M points along each.

    Every point is placed exactly, on its great circle over the sphere; between the cells the map is bilinear.

    Parameters
    ----------
    height_m
        (R, C) heights above the sphere, m, on a stereographic plane.
    place
        (3,) x of column 0, y of row 0, size of a cell, m; y falls from row to row.
    hole
        (4,) smallest and largest x, smallest and largest y of a box that is left out, m; another map has it.
    plane
        (2,) R of the sphere, m, and +1 or -1 for the plane that touches it at the north or the south pole.
    frame
        (3, 3) directions east, north and up at the place, in the sphere's axes.
    eye_radius_m
        From the centre of the sphere to the eye.
    azimuth_rad
        (A,) directions, clockwise from north.
    scale
        (A,) factor on `angle_rad` for each direction.
    angle_rad
        (M,) where to look: central angles from the place.

    Returns
    -------
    tuple
        (A,) tangent of the elevation of the highest point, -inf where the map has none; (A,) its central
        angle, rad.
    """
    rows, columns = height_m.shape
    radius, sign = plane[0], plane[1]
    tangent = np.full(azimuth_rad.shape[0], -np.inf)
    where = np.zeros(azimuth_rad.shape[0])
    for a in prange(azimuth_rad.shape[0]):
        ahead = math.sin(azimuth_rad[a]) * frame[0] + math.cos(azimuth_rad[a]) * frame[1]
        for m in range(angle_rad.shape[0]):
            theta = angle_rad[m] * scale[a]
            cosine, sine = math.cos(theta), math.sin(theta)
            factor = 2.0 * radius / (1.0 + sign * (cosine * frame[2, 2] + sine * ahead[2]))
            x = (cosine * frame[2, 1] + sine * ahead[1]) * factor
            y = -sign * (cosine * frame[2, 0] + sine * ahead[0]) * factor
            if hole[0] <= x <= hole[1] and hole[2] <= y <= hole[3]:
                continue
            column, row = (x - place[0]) / place[2], (place[1] - y) / place[2]
            if not (0.0 <= column <= columns - 1 and 0.0 <= row <= rows - 1):
                continue
            left, upper = min(int(column), columns - 2), min(int(row), rows - 2)
            right, down = column - left, row - upper
            above = height_m[upper, left] * (1.0 - right) + height_m[upper, left + 1] * right
            below = height_m[upper + 1, left] * (1.0 - right) + height_m[upper + 1, left + 1] * right
            reach = radius + above * (1.0 - down) + below * down
            seen = (reach * cosine - eye_radius_m) / (reach * sine)
            if seen > tangent[a]:
                tangent[a], where[a] = seen, theta
    return tangent, where
