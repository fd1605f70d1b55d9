"""How high and how fast along a flight: take-off, climb, cruise and descent as functions of time.

Notional numbers, of the size of an airliner's. Speeds are those over the ground of the mean sphere; there
is no wind.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.shapes import Float, FloatN, IntN

TAKE_OFF_MPS: Final = 80.0
LANDING_MPS: Final = 75.0
LEVEL_OFF_S: Final = 30.0
"""Time in which the climb rate changes from nothing to its full size, or back, seconds."""
LOWEST_CRUISE_M: Final = 500.0
"""Least height of a cruise above the higher of the two airports; level-off at both ends fits in it."""
_HALVINGS: Final = 50


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """F flights as B moments, between which speed and climb rate change evenly."""

    time_s: Float
    """Since departure: (F, B)."""
    speed_mps: Float
    climb_mps: Float
    distance_m: Float
    """Over the ground, from the beginning: (F, B)."""
    height_m: Float

    def at(self, flights: IntN, time_s: FloatN) -> tuple[FloatN, FloatN]:
        """Distance over the ground and height of flights (M,) at times (M,): (M,), (M,) metres."""
        piece = np.sum(time_s[:, None] >= self.time_s[flights, 1:-1], axis=1)
        since = time_s - self.time_s[flights, piece]
        length = self.time_s[flights, piece + 1] - self.time_s[flights, piece]
        share = 0.5 * since * since / np.maximum(length, 1e-9)

        def gone(rate: Float) -> FloatN:
            here, there = rate[flights, piece], rate[flights, piece + 1]
            made: FloatN = here * since + (there - here) * share
            return made

        return (
            self.distance_m[flights, piece] + gone(self.speed_mps),
            self.height_m[flights, piece] + gone(self.climb_mps),
        )

    def when(self, distance_m: Float) -> Float:
        """Times at which each flight has come some distances far: (F, Q) metres -> (F, Q) seconds."""
        piece = np.sum(distance_m[:, :, None] >= self.distance_m[:, None, 1:-1], axis=2)
        flights = np.arange(len(distance_m))[:, None]
        left = distance_m - self.distance_m[flights, piece]
        length = self.time_s[flights, piece + 1] - self.time_s[flights, piece]
        here, there = self.speed_mps[flights, piece], self.speed_mps[flights, piece + 1]
        speed_up = (there - here) / np.maximum(length, 1e-9)
        reached = np.sqrt(np.maximum(here * here + 2.0 * speed_up * left, 0.0))
        made: Float = self.time_s[flights, piece] + 2.0 * left / (here + reached)
        return made


def level(length_m: FloatN, height_m: FloatN, speed_mps: FloatN) -> Profiles:
    """Flights (F,) at one height and one speed over a length."""
    zero = np.zeros_like(length_m)
    return _integrate(
        np.stack([zero, length_m / speed_mps], axis=1),
        np.stack([speed_mps, speed_mps], axis=1),
        np.stack([zero, zero], axis=1),
        height_m,
    )


def airliner(
    length_m: FloatN,
    ground_m: FloatN,
    landing_m: FloatN,
    cruise_m: FloatN,
    cruise_mps: FloatN,
    climb_mps: FloatN,
    descent_mps: FloatN,
) -> Profiles:
    """Flights (F,) that climb from one airport, cruise, and descend to another.

    Speed changes evenly over the climb and over the descent. Where the way is too short for the cruising
    height, height and speed are scaled down together until climb and descent fill it.

    Parameters
    ----------
    length_m
        Length of the way over the ground, metres.
    ground_m, landing_m, cruise_m
        Heights above the ellipsoid of both airports and of the cruise, metres.
    cruise_mps, climb_mps, descent_mps
        Speed of the cruise, and greatest rates of climb and descent, metres per second, all positive.
    """
    lowest = np.maximum(ground_m, landing_m) + LOWEST_CRUISE_M

    def plan(part: FloatN) -> _Plan:
        top = lowest + np.maximum(cruise_m - lowest, 0.0) * part
        return _Plan(
            top,
            TAKE_OFF_MPS + (cruise_mps - TAKE_OFF_MPS) * part,
            (top - ground_m) / climb_mps + LEVEL_OFF_S,
            (top - landing_m) / descent_mps + LEVEL_OFF_S,
        )

    whole = np.ones_like(length_m)
    low, high = np.zeros_like(length_m), whole
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        fits = plan(middle).taken_m() <= length_m
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    chosen = plan(np.where(plan(whole).taken_m() <= length_m, whole, low))
    cruise_s = np.maximum(length_m - chosen.taken_m(), 0.0) / chosen.speed_mps
    # Neighbouring airports of very different heights: slower than a real airliner, but at the right place.
    slow = np.minimum(length_m / chosen.taken_m(), 1.0)
    zero = np.zeros_like(length_m)
    gaps = [
        *(zero, zero + LEVEL_OFF_S, chosen.rising_s - 2.0 * LEVEL_OFF_S, zero + LEVEL_OFF_S),
        *(cruise_s, zero + LEVEL_OFF_S, chosen.falling_s - 2.0 * LEVEL_OFF_S, zero + LEVEL_OFF_S),
    ]
    times = np.cumsum(np.stack(gaps, axis=1), axis=1)
    rising = times[:, :4] / chosen.rising_s[:, None]
    falling = (times[:, 4:] - times[:, 4:5]) / chosen.falling_s[:, None]
    fast = chosen.speed_mps[:, None]
    speeds = np.concatenate(
        [TAKE_OFF_MPS + (fast - TAKE_OFF_MPS) * rising, fast + (LANDING_MPS - fast) * falling], axis=1
    )
    climbs = np.stack([zero, climb_mps, climb_mps, zero, zero, -descent_mps, -descent_mps, zero], axis=1)
    return _integrate(times, speeds * slow[:, None], climbs, ground_m)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Cruising height and speed, and how long climb and descent take."""

    top_m: FloatN
    speed_mps: FloatN
    rising_s: FloatN
    falling_s: FloatN

    def taken_m(self) -> FloatN:
        """Distance over the ground of climb and descent together."""
        climb_m = 0.5 * self.rising_s * (TAKE_OFF_MPS + self.speed_mps)
        return climb_m + 0.5 * self.falling_s * (self.speed_mps + LANDING_MPS)


def _integrate(time_s: Float, speed_mps: Float, climb_mps: Float, height_m: FloatN) -> Profiles:
    """Add up speeds and climb rates, which change evenly from moment to moment."""

    def gone(rate: Float) -> Float:
        steps = 0.5 * (rate[:, 1:] + rate[:, :-1]) * np.diff(time_s, axis=1)
        return np.concatenate([np.zeros((len(rate), 1)), np.cumsum(steps, axis=1)], axis=1)

    return Profiles(time_s, speed_mps, climb_mps, gone(speed_mps), height_m[:, None] + gone(climb_mps))
