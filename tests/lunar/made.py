"""Small grounds that tests of the lunar rooms look at."""

import numpy as np

from kizuna.geo.stereographic import SOUTH
from kizuna.lunar.grid import Grid


def grid_of(surface, cells=64, step_m=20.0, centre_m=(0.0, 30_000.0), plane=SOUTH):
    """A map of a function of x and y, in metres."""
    west_m = centre_m[0] - step_m * (cells - 1) / 2.0
    top_m = centre_m[1] + step_m * (cells - 1) / 2.0
    x = west_m + step_m * np.arange(cells)
    y = top_m - step_m * np.arange(cells)
    height = np.broadcast_to(surface(x[None, :], y[:, None]), (cells, cells))
    return Grid(np.ascontiguousarray(height, dtype=np.float32), west_m, top_m, step_m, plane, "made")
