"""The ground over time as a planner sees it: light, leave to drive and ways home, for cells and frames."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kizuna.errors import InputError
from kizuna.forms.keys import PART
from kizuna.kernels.route import MAY_DRIVE, SUN_LEVELS
from kizuna.lunar.crew import Suit
from kizuna.lunar.ephemeris import Ephemeris
from kizuna.lunar.grid import Grid
from kizuna.lunar.horizon import NEAR_CELLS, REACH_M, sweep_map
from kizuna.lunar.light import LIT
from kizuna.lunar.lightmap import light_frames
from kizuna.lunar.moves import Moves, rover_moves, way_home
from kizuna.lunar.power import PowerPlant
from kizuna.lunar.pyramid import build_pyramid
from kizuna.lunar.rover import Rover
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import BoolN, Float, FloatN

_BLOCK_BYTES: Final = 300e6
"""How much memory the light of some rows may take."""

_MIN_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """What a drive must keep.

    Parameters
    ----------
    light
        The least share of the Sun to drive in; 0: drive in darkness too.
    link
        Whether half of the Earth's disc must be in view while driving.
    walk_back
        Whether the crew must be able to walk to a haven from everywhere on the way.
    eva_light, eva_link
        The least share of the Sun for work outside, and whether the Earth must be in view.
    reserve
        Share of the stores that is never touched.
    guard
        Share of Sun and Earth by which the planner sees less than its maps say, as maps are less exact than
        the checker's horizons of single places.
    """

    __pydantic_config__ = PART

    light: float = 0.0
    link: bool = False
    walk_back: bool = True
    eva_light: float = 0.5
    eva_link: bool = True
    reserve: float = 0.1
    guard: float = 0.1

    def __post_init__(self) -> None:
        """Refuse shares that are none."""
        for name in ("light", "eva_light", "reserve", "guard"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise InputError("rules", name, f"{getattr(self, name):g}", "from 0 to below 1")


@dataclass(frozen=True, slots=True)
class Site:
    """A map over time, ready for `kizuna.lunar.route.plan_route`.

    Parameters
    ----------
    grid
        The cells.
    start_s, frame_s
        When the first frame begins, seconds since 1970-01-01 UTC, and how long each is, seconds.
    frames
        (R × C, T) uint8: see `kizuna.kernels.route.SUN_LEVELS`.
    brightest
        (R, C) uint8, the largest share of the Sun that each cell ever has, in `SUN_LEVELS`.
    moves
        The rover's steps on free ground.
    burden
        (R, C) float32, what the walk home takes as a share of what the suits allow; 0 where nobody must walk.
    closed
        (R, C) cells that must not be entered.
    rover, plant, rules
        What drives, on what power, under which rules.
    """

    grid: Grid
    start_s: float
    frame_s: float
    frames: NDArray[np.uint8]
    brightest: NDArray[np.uint8]
    moves: Moves
    burden: NDArray[np.float32]
    closed: BoolN
    rover: Rover
    plant: PowerPlant
    rules: Rules

    @property
    def end_s(self) -> float:
        """When the last frame ends, seconds since 1970-01-01 UTC."""
        return float(self.start_s + self.frame_s * self.frames.shape[1])

    @property
    def reserve_j(self) -> float:
        """What the stores must always be able to give, joules."""
        return float(self.rules.reserve * self.plant.deliverable_j)

    def cell(self, lat_deg: float, lon_deg: float, what: str) -> int:
        """Number of the cell that a place lies in; InputError when it lies outside the map."""
        row, column = self.grid.cell(lat_deg, lon_deg, what)
        return row * self.grid.shape[1] + column

    def figures(self, capacity_j: float) -> FloatN:
        """The plant as `kizuna.kernels.route.search` wants it, with stores of some size, joules."""
        plant = self.plant
        return np.array(
            [
                plant.array_w(1.0),
                self.rover.hotel_w,
                plant.heater_w,
                plant.least_gain,
                plant.least_intake_w,
                capacity_j,
                self.reserve_j,
            ]
        )


def build_site(
    terrain: Terrain,
    ephemeris: Ephemeris,
    span_s: tuple[float, float],
    rover: Rover,
    plant: PowerPlant,
    rules: Rules,
    *,
    suit: Suit | None = None,
    havens: tuple[tuple[float, float], ...] = (),
    closed: BoolN | None = None,
    frame_s: float = 900.0,
    mast_m: float = 3.0,
    azimuths: int = 360,
    report: Callable[[str, float], None] = lambda *_: None,
) -> Site:
    """Work out light, sight and steps of the near map for a span of time.

    Within a frame the share of the Sun is the smaller of those at its ends.

    Parameters
    ----------
    terrain, ephemeris
        The ground and the sky.
    span_s
        First and last time, seconds since 1970-01-01 UTC.
    rover, plant, rules
        What drives, on what power, under which rules; the plant counts as aged, and the drive takes no more
        than the radiator can cool for ever.
    suit, havens
        For the way home: what the crew wears, and latitude and longitude of the havens.
    closed
        (R, C) cells that must not be entered; the outermost never are.
    frame_s
        Length of a frame, seconds.
    mast_m
        Height of array and antenna above the ground, metres.
    azimuths
        Of the horizon map.
    report
        Is told what is done and the share of it, from 0 to 1.

    Raises
    ------
    InputError
        When the span is shorter than a frame, a haven lies outside the map, the rules ask for a way home and
        there is no haven, or the stores can't drive the rover.
    """
    plant = plant.aged
    count = int(np.ceil((span_s[1] - span_s[0]) / frame_s - 1e-9))
    if count < 1:
        raise InputError(
            "span", "", f"lasts {span_s[1] - span_s[0]:g} s", f"a frame of {frame_s:g} s or more"
        )
    cooled_w = plant.cooled_drive_w(rover.hotel_w, rover.efficiency)
    if cooled_w <= 0.0:
        raise InputError(
            "power",
            "radiator_m2",
            f"{plant.radiator_m2:g} m² don't get rid of what life support alone makes",
            "a larger radiator",
        )
    rover = replace(rover, drive_w=min(rover.drive_w, cooled_w))
    most_w = rover.hotel_w + plant.heater_w + rover.drive_w
    if plant.least_output_w < most_w:
        raise InputError(
            "power",
            "",
            f"the stores surely give {plant.least_output_w:,.0f} W",
            f"{most_w:,.0f} W for drive and all",
        )
    grid = terrain.near
    times: Float = span_s[0] + frame_s * np.arange(count + 1, dtype=np.float64)
    frames, brightest = _frames(terrain, ephemeris, times, rules, mast_m, azimuths, report)
    shut = np.ones(grid.shape, dtype=np.bool_)  # what lies beyond the edge isn't known as finely
    shut[1:-1, 1:-1] = False if closed is None else closed[1:-1, 1:-1]
    burden = np.zeros(grid.shape, dtype=np.float32)
    if rules.walk_back:
        worn = suit or Suit()
        dark = np.ones(grid.shape, dtype=np.bool_)  # nobody knows when the rover fails: the worst counts
        cells = [grid.cell(lat, lon, "haven") for lat, lon in havens]
        burden = way_home(grid, worn, cells, dark).burden(worn)
    blocked = (burden > 1.0) | shut
    moves = rover_moves(grid, rover, blocked)
    return Site(grid, span_s[0], frame_s, frames, brightest, moves, burden, shut, rover, plant, rules)


def _frames(
    terrain: Terrain,
    ephemeris: Ephemeris,
    times: Float,
    rules: Rules,
    mast_m: float,
    azimuths: int,
    report: Callable[[str, float], None],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The bytes of all frames between the times, (R × C, T - 1), and the most light of each cell, (R, C)."""
    pyramid = build_pyramid(terrain, NEAR_CELLS, REACH_M)
    rows, columns = terrain.near.shape
    frames = np.empty((rows, columns, len(times) - 1), dtype=np.uint8)
    brightest = np.empty((rows, columns), dtype=np.uint8)
    at_once = max(_MIN_ROWS, int(_BLOCK_BYTES / (columns * (2 * azimuths + 4 * len(times)))))
    first = 0
    while first < rows:
        last = rows if rows - first < at_once + _MIN_ROWS else first + at_once
        horizon = sweep_map(pyramid, azimuths, mast_m, slice(first, last))
        block = _bytes(light_frames(horizon, ephemeris, times).parts, rules)
        if rules.link:
            earth = light_frames(horizon, ephemeris, times, "earth").parts
            seen = np.minimum(earth[:-1], earth[1:]) >= 255.0 * min(LIT + rules.guard, 1.0)
            block &= np.where(seen, np.uint8(255), np.uint8(SUN_LEVELS))
        frames[first:last] = np.moveaxis(block, 0, -1)
        brightest[first:last] = (block & SUN_LEVELS).max(axis=0)
        first = last
        report("light", first / rows)
    return frames.reshape(rows * columns, -1), brightest


def _bytes(parts: NDArray[np.uint8], rules: Rules) -> NDArray[np.uint8]:
    """Sun's share, and leave to drive by light, of each frame (T, R, C), from its ends (T + 1, R, C)."""
    out = np.minimum(parts[:-1], parts[1:])
    lut = np.clip(np.arange(256) / 255.0 - rules.guard, 0.0, 1.0)
    table = np.floor(lut * SUN_LEVELS + 1e-9).astype(np.uint8)
    table |= np.where(lut >= rules.light, MAY_DRIVE, 0).astype(np.uint8)
    return np.asarray(table[out])
