"""Craters: bowls with rims, stamped into a map of heights."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kizuna.shapes import FloatN

_REACH = 4.0
"""How far a crater's rim reaches, in radii from its middle."""


@njit(cache=True)
def stamp(
    shape: tuple[int, int],
    west_m: float,
    top_m: float,
    step_m: float,
    x_m: FloatN,
    y_m: FloatN,
    radius_m: FloatN,
    depth_m: FloatN,
    rim_m: FloatN,
) -> NDArray[np.float64]:
    """Heights (R, C), metres, that N craters add to a flat map: the sum of their shapes.

    Within the rim a paraboloid from rim - depth to rim; outside, the rim falls with the third power of the
    distance and ends at four radii.

    Parameters
    ----------
    shape
        (R, C), rows and columns of the map.
    west_m, top_m, step_m
        x of column 0, y of row 0, and size of a cell, m; y falls from row to row.
    x_m, y_m
        (N,) middles of the craters, m.
    radius_m
        (N,) from the middle to the crest of the rim, m.
    depth_m, rim_m
        (N,) from the floor to the crest, and from the ground around to the crest, m.

    Notes
    -----
    Source of the shape of the rim: McGetchin, Settle and Head, Radial thickness variation in impact crater
    ejecta, Earth and Planetary Science Letters 20 (1973): the blanket thins with the distance's power -3.
    """
    rows, columns = shape
    height = np.zeros((rows, columns))
    at_end = _REACH**-3
    for crater in range(x_m.shape[0]):
        reach = _REACH * radius_m[crater]
        first_row = max(0, math.ceil((top_m - y_m[crater] - reach) / step_m))
        last_row = min(rows - 1, math.floor((top_m - y_m[crater] + reach) / step_m))
        first_column = max(0, math.ceil((x_m[crater] - reach - west_m) / step_m))
        last_column = min(columns - 1, math.floor((x_m[crater] + reach - west_m) / step_m))
        for row in range(first_row, last_row + 1):
            north = (top_m - row * step_m - y_m[crater]) / radius_m[crater]
            for column in range(first_column, last_column + 1):
                east = (west_m + column * step_m - x_m[crater]) / radius_m[crater]
                squared = north * north + east * east
                if squared < 1.0:
                    height[row, column] += depth_m[crater] * (squared - 1.0) + rim_m[crater] * (1.0 - at_end)
                elif squared < _REACH * _REACH:
                    height[row, column] += rim_m[crater] * (squared**-1.5 - at_end)
    return height
