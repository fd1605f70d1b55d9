"""The checker: it drives a plan again second by second, on its own, and says what is left of every limit.

It shares the models of rover, power and suits with the planner, and nothing of the planner's maps, steps and
searches: ground is looked up point by point, light comes from the exact horizon of each place, energy from
both stores in steps of one second, and ways home from SciPy's shortest paths.
"""

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from kizuna.errors import InputError
from kizuna.geo.bodies import MOON
from kizuna.geo.geodesic import great_circle_m
from kizuna.kernels.stores import through
from kizuna.lunar.checkcrew import crew_margins
from kizuna.lunar.ephemeris import Ephemeris
from kizuna.lunar.horizon import Horizon, horizon_at, skyline_at
from kizuna.lunar.light import LIT, lights_at
from kizuna.lunar.margin import Margin, least, most
from kizuna.lunar.plan import Plan
from kizuna.lunar.power import KWH, full
from kizuna.lunar.strips import STRIPS, discs, share_seen
from kizuna.lunar.terrain import Terrain
from kizuna.lunar.walkback import patches, walks_home
from kizuna.shapes import BoolN, FloatN, IntN

_LOOK_S: Final = 60.0
"""How often the sky is looked at; between looks it is linear."""

_PASSING_S: Final = 600.0
"""Where the rover stays no longer, only the sky around Sun and Earth is looked at."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a plan is like at every second.

    Parameters
    ----------
    seconds
        (S,) since 1970-01-01 UTC.
    moving
        (S,) whether it drives.
    sun, earth
        (S,) shares of their discs.
    left_j
        (S,) what battery and tank can give, joules.
    missing_w
        (S,) power that nobody gave, watts.
    heat_w, cooled_w
        (S,) heat that is made, and that the radiator can get rid of, watts.
    """

    seconds: FloatN
    moving: BoolN
    sun: FloatN
    earth: FloatN
    left_j: FloatN
    missing_w: FloatN
    heat_w: FloatN
    cooled_w: FloatN


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan's course, and what is left of every limit, the smallest share of its limit first."""

    course: Course
    margins: list[Margin]


def check_plan(plan: Plan, terrain: Terrain, ephemeris: Ephemeris) -> list[Margin]:
    """Every limit's margin, the smallest share of its limit first; arguments as for `drive_again`."""
    return drive_again(plan, terrain, ephemeris).margins


def drive_again(plan: Plan, terrain: Terrain, ephemeris: Ephemeris) -> Checked:
    """Drive a plan second by second.

    Parameters
    ----------
    plan
        What is to be driven.
    terrain, ephemeris
        Where and under which sky.

    Raises
    ------
    InputError
        When the plan leaves the map or the ephemeris.
    """
    seconds = np.arange(plan.time_s[0], plan.time_s[-1] + 0.5)
    leg = np.clip(np.searchsorted(plan.time_s, seconds, side="right") - 1, 0, len(plan.time_s) - 2)
    ground = ways_of(plan, terrain)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)  # many small pieces of work, which threads would only wait for
    try:
        sun, earth = _sky(plan, terrain, ephemeris, seconds, leg)
    finally:
        numba.set_num_threads(threads)
    course = _powered(plan, ground, seconds, leg, sun, earth)
    moving = course.moving
    margins = _drive_margins(plan, ground) + _energy_margins(plan, course)
    if moving.any():
        margins += _sight_margins(plan, seconds[moving], sun[moving], earth[moving])
    if plan.activities:
        margins += crew_margins(plan, seconds, moving, sun, earth)
    if plan.rules.walk_back:
        margins += walk_margins(plan, terrain)
    return Checked(course, sorted(margins, key=lambda each: each.margin / max(abs(each.limit), 1e-9)))


@dataclass(frozen=True, slots=True)
class Ways:
    """What each of the N - 1 legs of a plan is like: lengths, slopes, roughness and planned speed."""

    length_m: FloatN
    pitch_deg: FloatN
    roll_deg: FloatN
    slope_deg: FloatN
    rough_m: FloatN
    speed_mps: FloatN

    @property
    def moving(self) -> BoolN:
        """Which legs are drives."""
        return np.asarray(self.length_m > 0.01)


def ways_of(plan: Plan, terrain: Terrain) -> Ways:
    """Slopes and lengths of all legs, from heights around their ends."""
    x, y = terrain.plane.to_plane(plan.lat_deg, plan.lon_deg)
    height = terrain.height_at(x, y)
    if np.isnan(height).any():
        number = int(np.argmax(np.isnan(height)))
        where = f"{plan.lat_deg[number]:g}, {plan.lon_deg[number]:g}"
        raise InputError(
            "plan", f"points: number {number + 1}", f"{where} lies on no map", "a place on the map"
        )
    flat = great_circle_m(plan.lat_deg[:-1], plan.lon_deg[:-1], plan.lat_deg[1:], plan.lon_deg[1:], MOON)
    rise = np.diff(height)
    right, up, rough = patches(terrain.near, terrain.height_at, x, y)
    slope = np.degrees(np.arctan(np.hypot(right, up)))
    course = np.arctan2(np.diff(x), np.diff(y))
    # The side slope at the start of each leg, square to its course on the plane.
    aside = right[:-1] * np.cos(course) - up[:-1] * np.sin(course)
    length = np.hypot(flat, rise)
    return Ways(
        np.where(flat > 0.01, length, 0.0),
        np.degrees(np.arctan2(rise, np.maximum(flat, 1e-9))),
        np.degrees(np.arctan(np.abs(aside))),
        np.maximum(slope[:-1], slope[1:]),
        np.maximum(rough[:-1], rough[1:]),
        length / np.diff(plan.time_s),
    )


def _drive_margins(plan: Plan, ground: Ways) -> list[Margin]:
    """Slope, pitch, roll and speed of all drives."""
    moving = ground.moving
    if not moving.any():
        return []
    rover, when = plan.rover, plan.time_s[:-1][moving]
    allowed = rover.speed_mps(ground.pitch_deg[moving])
    allowed = allowed / (1.0 + ground.rough_m[moving] / rover.slow_roughness_m)
    fastest = int(np.argmin(allowed / ground.speed_mps[moving]))
    out = [
        Margin(
            "speed",
            "m/s",
            float(allowed[fastest]),
            float(ground.speed_mps[moving][fastest]),
            # Times in files are whole microseconds, and the planner's float32: a thousandth is rounding.
            float(allowed[fastest] * 1.001 - ground.speed_mps[moving][fastest]),
            float(when[fastest]),
        )
    ]
    for name, limit, values in (
        ("slope", rover.max_slope_deg, ground.slope_deg),
        ("pitch", rover.max_pitch_deg, np.abs(ground.pitch_deg)),
        ("roll", rover.max_roll_deg, ground.roll_deg),
    ):
        out.append(most(name, "deg", limit, values[moving], when, slack=0.01))
    return out


def _sky(
    plan: Plan, terrain: Terrain, ephemeris: Ephemeris, seconds: FloatN, leg: IntN
) -> tuple[FloatN, FloatN]:
    """Shares of Sun and Earth at every second: the smaller of both ends of the leg, (S,) each."""
    sun, earth = np.ones(len(seconds)), np.ones(len(seconds))
    begins = np.searchsorted(leg, np.arange(len(plan.time_s)))
    horizons: dict[tuple[float, float], Horizon] = {}
    for number in range(len(plan.time_s)):
        # Seconds of the legs before and after this point.
        part = slice(begins[max(number - 1, 0)], begins[number + 1] if number + 1 < len(begins) else None)
        if part.start == len(seconds):
            continue
        when = seconds[part]
        looks = np.unique(np.append(np.arange(when[0], when[-1], _LOOK_S), when[-1]))
        place = (float(plan.lat_deg[number]), float(plan.lon_deg[number]))
        if looks[-1] - looks[0] <= _PASSING_S:
            shares = _passing(terrain, ephemeris, place, plan.mast_m, looks)
        else:
            if place not in horizons:
                horizons[place] = horizon_at(terrain, *place, mast_m=plan.mast_m, azimuths=720)
            lights = lights_at(horizons[place], ephemeris, looks)
            shares = (lights.sun_fraction, lights.earth_fraction)
        for out, values in zip((sun, earth), shares, strict=True):
            out[part] = np.minimum(out[part], np.interp(when, looks, values))
    return sun, earth


def _passing(
    terrain: Terrain, ephemeris: Ephemeris, place: tuple[float, float], mast_m: float, looks: FloatN
) -> tuple[FloatN, FloatN]:
    """Shares of Sun and Earth at some times (L,) that lie close together: only where they stand is looked."""
    x, y = terrain.plane.to_plane(*place)
    height_m = float(terrain.height_at(x, y)) + mast_m
    bodies = discs(ephemeris, place, height_m, looks)
    # Meanwhile they hardly move.
    middle = len(looks) // 2
    aside = [
        azimuth[middle] + STRIPS * size[middle] / np.cos(np.radians(elevation[middle]))
        for azimuth, elevation, size in bodies
    ]
    ground = skyline_at(terrain, *place, np.concatenate(aside), mast_m=mast_m)[0].reshape(2, -1)
    sun, earth = (
        share_seen((elevation[:, None] - hidden) / size[:, None])
        for (_, elevation, size), hidden in zip(bodies, ground, strict=True)
    )
    return sun, earth


def _powered(plan: Plan, ground: Ways, seconds: FloatN, leg: IntN, sun: FloatN, earth: FloatN) -> Course:
    """Stores, power and heat, second by second."""
    plant, rover = plan.power.aged, plan.rover
    drive = np.where(
        ground.moving, np.nan_to_num(rover.drive_j_per_m(ground.pitch_deg), nan=1e9) * ground.speed_mps, 0.0
    )[leg]
    load = rover.hotel_w + plant.heater_w * (1.0 - sun) + drive
    supply = plant.array_w(1.0) * sun
    stored = full(plant, plan.stored)
    second = np.ones((1, len(seconds)))
    left, missing, heat = (
        rows[0]
        for rows in through(supply[None], load[None], second, plant.stores, stored.battery_j, stored.tank_j)
    )
    shares = np.linspace(0.0, 1.0, 101)
    cooled = np.interp(sun, shares, [plant.rejected_w(float(share)) for share in shares])
    hot = heat + rover.hotel_w + drive * (1.0 - rover.efficiency)
    return Course(seconds, ground.moving[leg], sun, earth, left[:-1], missing, hot, cooled)


def _energy_margins(plan: Plan, course: Course) -> list[Margin]:
    """Stores, power and heat."""
    reserve_j, seconds = plan.rules.reserve * plan.power.aged.deliverable_j, course.seconds
    worst = int(np.argmax(course.heat_w - course.cooled_w))
    limit, heat = float(course.cooled_w[worst]), float(course.heat_w[worst])
    return [
        least("energy", "kWh", reserve_j / KWH, course.left_j / KWH, seconds),
        most("power not met", "W", 0.0, course.missing_w, seconds),
        Margin("heat", "W", limit, heat, limit - heat, float(seconds[worst])),
    ]


def _sight_margins(plan: Plan, when: FloatN, sun: FloatN, earth: FloatN) -> list[Margin]:
    """Light and sight of the Earth while driving."""
    out = []
    if plan.rules.light > 0.0:
        out.append(least("light while driving", "share", plan.rules.light, sun, when))
    if plan.rules.link:
        out.append(least("Earth while driving", "share", LIT, earth, when))
    return out


def walk_margins(plan: Plan, terrain: Terrain) -> list[Margin]:
    """Time and suits' supplies for the walk home from every point, in darkness."""
    suit = plan.suit
    walk_s, walk_j = walks_home(terrain.near, suit, plan.havens, plan.lat_deg, plan.lon_deg)
    when = plan.time_s
    return [
        most("walk home", "h", (suit.longest_s - suit.reserve_s) / 3600.0, walk_s / 3600.0, when, slack=1e-3),
        most("suits on the walk home", "MJ", suit.usable_j / 1e6, walk_j / 1e6, when),
    ]
