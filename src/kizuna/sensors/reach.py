"""When a sensor might see an object at all: a coarse look that spares the fine one nearly all of its work.

It errs on the safe side only, and so what is detected doesn't depend on it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.geo.frames import ecef_to_geodetic
from kizuna.geo.horizon import radio_horizon_m
from kizuna.sensors.plots import Sensor, distance_m
from kizuna.shapes import FloatN, FloatNx3, IntN
from kizuna.world.flights import Flights

PIECE_S: Final = 20.0
"""Longest piece of a path that is looked at as a whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """P short pieces of paths; those of one span follow one another."""

    object: IntN
    start_s: FloatN
    end_s: FloatN
    middle_m: FloatNx3
    """Place in the middle of the time, ECEF."""
    away_m: FloatN
    """How far from there the object is at most."""
    top_m: FloatN
    """How high it is at most above the ellipsoid."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """R times in which a sensor might see an object, from start to before end."""

    object: IntN
    start_s: FloatN
    end_s: FloatN

    def take(self, rows: slice) -> "Stretches":
        """Some of them."""
        return Stretches(self.object[rows], self.start_s[rows], self.end_s[rows])


def pieces(flights: Flights, start_s: float, end_s: float) -> Pieces:
    """All paths between two times, cut into pieces of `PIECE_S` or less."""
    objects, begin, end = flights.spans()
    begin, end = np.maximum(begin, start_s), np.minimum(end, end_s)
    inside = begin < end
    objects, begin, end = objects[inside], begin[inside], end[inside]
    count = np.ceil((end - begin) / PIECE_S).astype(np.int64)
    step = np.repeat((end - begin) / np.maximum(count, 1), count)
    ordinal = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    owner = np.repeat(objects, count)
    edge = np.repeat(begin, count) + ordinal * step
    # The end of each piece is the very number that the next begins with.
    last = np.roll(ordinal, -1) == 0
    finish = np.where(last, np.repeat(end, count), np.roll(edge, -1))
    middle, _ = flights.state(owner, 0.5 * (edge + finish))
    speed, climb = _greatest(flights)
    half = 0.5 * (finish - edge)
    return Pieces(
        object=owner,
        start_s=edge,
        end_s=finish,
        middle_m=middle,
        away_m=speed[owner] * half,
        top_m=ecef_to_geodetic(middle)[2] + climb[owner] * half,
    )


def within(parts: Pieces, sensor: Sensor) -> Stretches:
    """The pieces in which a sensor might see the object, joined where they follow one another."""
    near = np.ones(len(parts.object), dtype=np.bool_)
    if sensor.has_place():
        least = distance_m(parts.middle_m, sensor.place_m) - parts.away_m
        if not np.isnan(sensor.max_range_m):
            near &= least <= sensor.max_range_m
        # A straight line is at most 2 % and the heights shorter than the way over the ground below it.
        horizon = radio_horizon_m(sensor.alt_m) + radio_horizon_m(parts.top_m)
        near &= least <= 1.02 * horizon + np.maximum(parts.top_m, 0.0) + abs(sensor.alt_m)
    owner, start, end = parts.object[near], parts.start_s[near], parts.end_s[near]
    if not len(owner):
        return Stretches(owner, start, end)
    follows = (owner[1:] == owner[:-1]) & (start[1:] == end[:-1])
    first, last = np.concatenate([[True], ~follows]), np.concatenate([~follows, [True]])
    return Stretches(owner[first], start[first], end[last])


def _greatest(flights: Flights) -> tuple[FloatN, FloatN]:
    """Speed and rate of climb that each object never exceeds: (O,), (O,) metres per second.

    The velocity along a cubic between two knots is at most twice the greatest of the velocities at its ends
    and on the line between them: its Hermite weights add up to no more than 2.
    """
    step = np.where(flights.joined[:-1], np.diff(flights.time_s), np.inf)
    line = np.diff(flights.position_m, axis=0) / step[:, None]
    speed = np.linalg.norm(flights.velocity_mps, axis=1)
    speed[:-1] = np.maximum(speed[:-1], np.linalg.norm(line, axis=1))
    up = flights.position_m / np.linalg.norm(flights.position_m, axis=1)[:, None]
    climb = np.abs(np.sum(flights.velocity_mps * up, axis=1))
    climb[:-1] = np.maximum(climb[:-1], np.abs(np.sum(line * up[:-1], axis=1)))
    starts = flights.first[:-1]
    if not len(starts):
        return np.zeros(0), np.zeros(0)
    fastest = 2.0 * np.maximum.reduceat(speed, starts)
    # The vertical leans from the direction to the Earth's centre, and turns underway, by up to 1 %.
    return fastest, 2.0 * np.maximum.reduceat(climb, starts) + 0.01 * fastest
