"""Steps from cell to cell: how long each takes, and what it costs a rover or a walker."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kizuna.errors import InputError
from kizuna.kernels.fields import STEPS, least_costs
from kizuna.lunar.crew import Suit, walking_speed_mps, walking_w
from kizuna.lunar.grid import Grid
from kizuna.lunar.relief import gradient, roughness_m, slope_deg
from kizuna.lunar.rover import Rover, pace_of
from kizuna.shapes import BoolN, Float, IntN


@dataclass(frozen=True, slots=True)
class Moves:
    """The eight steps out of every cell, in the order of `kizuna.kernels.fields.STEPS`.

    Parameters
    ----------
    seconds, energy_j
        (8, R, C) float32; inf where the step isn't allowed.
    """

    seconds: NDArray[np.float32]
    energy_j: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WayHome:
    """The fastest way on foot from every cell to a haven.

    Parameters
    ----------
    seconds
        (R, C) float32; inf where there is none.
    energy_j
        (R, C) float32 metabolic energy along that way.
    """

    seconds: NDArray[np.float32]
    energy_j: NDArray[np.float32]

    def burden(self, suit: Suit) -> NDArray[np.float32]:
        """What it takes as a share of what suits allow besides their reserve, (R, C); up to 1 all is well."""
        in_time = self.seconds / np.float32(suit.longest_s - suit.reserve_s)
        return np.asarray(np.maximum(in_time, self.energy_j / np.float32(suit.usable_j)))

    def within(self, suit: Suit) -> NDArray[np.bool_]:
        """From where a crew comes home with its suits' reserve, (R, C)."""
        return np.asarray(self.burden(suit) <= 1.0)


def rover_moves(grid: Grid, rover: Rover, closed: BoolN | None = None) -> Moves:
    """What each step costs a rover; steps that are too steep, or lead onto closed cells, are not allowed.

    Parameters
    ----------
    grid
        The ground.
    rover
        The vehicle.
    closed
        (R, C) cells that must not be entered.
    """
    slope = slope_deg(grid)
    free = slope <= rover.max_slope_deg
    if closed is not None:
        free &= ~closed
    rough = roughness_m(grid, 3.0 * grid.step_m)
    pace = pace_of(rover)
    right, up = gradient(grid)
    seconds = np.full((8, *grid.shape), np.inf, dtype=np.float32)
    energy = seconds.copy()
    for k, (down, across) in enumerate(STEPS):
        here, there = _pair(grid.shape, down, across)
        flat_m, pitch = _step(grid, down, across)
        length = flat_m / np.cos(np.radians(pitch))
        # The side slope is what the ground rises square to the step.
        aside = (right[here] * down + up[here] * across) / np.hypot(down, across)
        roll = np.degrees(np.arctan(np.abs(aside)))
        allowed = free[here] & free[there] & (np.abs(pitch) <= rover.max_pitch_deg)
        allowed &= roll <= rover.max_roll_deg
        slow = 1.0 + np.maximum(rough[here], rough[there]) / rover.slow_roughness_m
        smooth = np.interp(pitch, pace.pitch_deg, pace.speed_mps)
        joules = length * np.interp(pitch, pace.pitch_deg, pace.energy_j_per_m)
        seconds[k][here] = np.where(allowed & np.isfinite(joules), length * slow / smooth, np.inf)
        energy[k][here] = np.where(np.isfinite(seconds[k][here]), joules, np.inf)
    return Moves(seconds, energy)


def walk_moves(grid: Grid, suit: Suit, dark: BoolN | None = None) -> Moves:
    """What each step costs a walker; darkness slows, and steep ground is not allowed.

    Parameters
    ----------
    grid
        The ground.
    suit
        What they wear.
    dark
        (R, C) cells without light; without it, all are lit.
    """
    free = slope_deg(grid) <= suit.max_slope_deg
    night = np.zeros(grid.shape, dtype=np.bool_) if dark is None else np.asarray(dark)
    seconds = np.full((8, *grid.shape), np.inf, dtype=np.float32)
    energy = seconds.copy()
    for k, (down, across) in enumerate(STEPS):
        here, there = _pair(grid.shape, down, across)
        flat_m, pitch = _step(grid, down, across)
        speed = walking_speed_mps(pitch) * np.where(night[here] | night[there], suit.dark_pace, 1.0)
        lasts = flat_m / np.cos(np.radians(pitch)) / speed
        allowed = free[here] & free[there] & (np.abs(pitch) <= suit.max_slope_deg)
        seconds[k][here] = np.where(allowed, lasts, np.inf)
        energy[k][here] = np.where(allowed, lasts * walking_w(suit.mass_kg, pitch, speed), np.inf)
    return Moves(seconds, energy)


def way_home(grid: Grid, suit: Suit, havens: list[tuple[int, int]], dark: BoolN | None = None) -> WayHome:
    """The fastest way on foot from every cell to the nearest of some havens, rows and columns.

    Raises
    ------
    InputError
        When there is no haven.
    """
    if not havens:
        raise InputError("havens", "", "there is none", "at least one")
    moves = walk_moves(grid, suit, dark)
    return WayHome(*least_costs(moves.seconds, moves.energy_j, flat_cells(grid, havens)))


def flat_cells(grid: Grid, cells: list[tuple[int, int]]) -> IntN:
    """Rows and columns as the numbers that kernels use: row × columns + column."""
    return np.array([row * grid.shape[1] + column for row, column in cells], dtype=np.int64)


def _pair(shape: tuple[int, int], down: int, across: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The cells that can make a step, and those that they come to."""

    def ends(size: int, way: int) -> tuple[slice, slice]:
        here = slice(max(0, -way), size - max(0, way))
        return here, slice(here.start + way, here.stop + way)

    (rows, rows_there), (columns, columns_there) = ends(shape[0], down), ends(shape[1], across)
    return (rows, columns), (rows_there, columns_there)


def _step(grid: Grid, down: int, across: int) -> tuple[Float, Float]:
    """Level length, metres, and pitch, degrees, of a step out of each cell that can make it."""
    here, there = _pair(grid.shape, down, across)
    height = grid.height_m.astype(np.float64)
    scale = grid.plane.scale(grid.x_m[None, :], grid.y_m[:, None])
    flat_m = grid.step_m * np.hypot(down, across) / scale[here]
    return flat_m, np.degrees(np.arctan((height[there] - height[here]) / flat_m))
