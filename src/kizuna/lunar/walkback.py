"""Ways home on foot for the checker: on SciPy's graph, apart from the planner's fields."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from kizuna.errors import InputError
from kizuna.lunar.crew import Suit, walking_speed_mps, walking_w
from kizuna.lunar.grid import Grid
from kizuna.shapes import Float, FloatN, IntN


def walks_home(
    grid: Grid, suit: Suit, havens: tuple[tuple[float, float], ...], lat_deg: FloatN, lon_deg: FloatN
) -> tuple[FloatN, FloatN]:
    """Seconds and metabolic joules from N places to the nearest haven, in darkness; inf without a way.

    Raises
    ------
    InputError
        When there is no haven, or a place lies outside the map.
    """
    if not havens:
        raise InputError("plan", "havens", "there is none", "at least one, as the rules ask for a way home")
    columns = grid.shape[1]

    def number(lat: float, lon: float, what: str) -> int:
        row, column = grid.cell(lat, lon, what)
        return row * columns + column

    goals = [number(lat, lon, "haven") for lat, lon in havens]
    seconds, towards, _ = dijkstra(_graph(grid, suit), indices=goals, min_only=True, return_predecessors=True)
    places = [number(lat, lon, "point") for lat, lon in zip(lat_deg, lon_deg, strict=True)]
    joules = {place: _joules(grid, suit, towards, place, float(seconds[place])) for place in set(places)}
    return seconds[places], np.array([joules[place] for place in places])


def patches(
    grid: Grid, height_at: Callable[[ArrayLike, ArrayLike], Float], x_m: Float, y_m: Float
) -> tuple[FloatN, FloatN, FloatN]:
    """Rise to the right and up (Horn), and roughness about a plane, of nine heights around N points."""
    step = grid.step_m
    offsets = np.array([-step, 0.0, step])
    nine = height_at(x_m[:, None, None] + offsets, y_m[:, None, None] + offsets[:, None])
    nine = np.where(np.isnan(nine), nine[:, 1:2, 1:2], nine)
    weights = np.array([1.0, 2.0, 1.0])
    span = 8.0 * step / grid.plane.scale(x_m, y_m)
    right = (nine[:, :, 2] - nine[:, :, 0]) @ weights / span
    up = (nine[:, 2, :] - nine[:, 0, :]) @ weights / span
    columns, rows = np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0])
    design = np.stack((np.ones(9), columns.ravel(), rows.ravel()), axis=1)
    flat = nine.reshape(len(nine), 9).T
    fitted, *_ = np.linalg.lstsq(design, flat, rcond=None)
    return right, up, np.sqrt(((flat - design @ fitted) ** 2).mean(axis=0))


def _graph(grid: Grid, suit: Suit) -> csr_array:
    """Seconds of every walkable step, from its end to its start, so that havens can be the sources."""
    rows, columns = grid.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    x, y = (each.ravel() for each in np.meshgrid(grid.x_m, grid.y_m))
    right, up, _ = patches(grid, grid.height_at, x, y)
    gentle = np.degrees(np.arctan(np.hypot(right, up))) <= suit.max_slope_deg
    parts = []
    for down, across in ((0, 1), (1, -1), (1, 0), (1, 1)):
        here = number[: rows - down, max(0, -across) : columns - max(0, across)].ravel()
        for a, b in ((here, here + down * columns + across), (here + down * columns + across, here)):
            pitch, length = _steps(grid, a, b)
            fine = gentle[a] & gentle[b] & (np.abs(pitch) <= suit.max_slope_deg)
            parts.append((b[fine], a[fine], (length / (walking_speed_mps(pitch) * suit.dark_pace))[fine]))
    ends, starts, seconds = (np.concatenate(each) for each in zip(*parts, strict=True))
    return coo_array((seconds, (ends, starts)), shape=(number.size, number.size)).tocsr()


def _steps(grid: Grid, a: IntN, b: IntN) -> tuple[FloatN, FloatN]:
    """Pitch, degrees, and length, metres, of steps between cells a and b (N,)."""
    columns = grid.shape[1]
    across, down = b % columns - a % columns, b // columns - a // columns
    scale = grid.plane.scale(grid.x_m[a % columns], grid.y_m[a // columns])
    flat = grid.step_m * np.hypot(across, down) / scale
    rise = grid.height_m.flat[b].astype(np.float64) - grid.height_m.flat[a]
    return np.degrees(np.arctan2(rise, flat)), np.hypot(flat, rise)


def _joules(grid: Grid, suit: Suit, towards: IntN, place: int, seconds: float) -> float:
    """Metabolic energy of the way home from one cell."""
    if not np.isfinite(seconds):
        return float("inf")
    way = [place]
    while towards[way[-1]] >= 0:
        way.append(int(towards[way[-1]]))
    if len(way) == 1:
        return 0.0
    pitch, length = _steps(grid, np.array(way[:-1]), np.array(way[1:]))
    speed = walking_speed_mps(pitch) * suit.dark_pace
    return float((walking_w(suit.mass_kg, pitch, speed) * length / speed).sum())
