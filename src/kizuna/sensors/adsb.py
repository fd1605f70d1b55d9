"""Receivers of positions that targets report of themselves (ADS-B)."""

from typing import Final

import numpy as np

from kizuna.geo.frames import ecef_to_geodetic, enu_basis
from kizuna.geo.horizon import line_of_sight
from kizuna.models.detection import probability
from kizuna.seeds import generator
from kizuna.sensors.draws import evens, frames, normal
from kizuna.sensors.plots import Plots, Sensor, distance_m
from kizuna.sensors.reach import Stretches
from kizuna.world.flights import Flights

_WIDTH: Final = 4
"""Numbers that a report needs: reception, error east, error north, error of the altitude."""


def observe(flights: Flights, sensor: Sensor, stretches: Stretches, seed: int) -> Plots:
    """What a receiver hears in the times in which it might hear an object.

    Only objects that tell an identity report, once in each `period_s`, each at a moment of its own: all
    receivers of one period hear the same object at the same times. A receiver without a place hears
    everywhere; one without a greatest range as far as the horizon. Errors of position are independent from
    report to report.
    """
    talks = flights.tells[stretches.object]
    stretches = Stretches(stretches.object[talks], stretches.start_s[talks], stretches.end_s[talks])
    who, each = np.unique(stretches.object, return_inverse=True)
    phases = np.array([generator(seed, "report", flights.names[number]).random() for number in who])
    phase = phases[each] if len(who) else np.zeros(0)
    first, count, run, row, time = frames(stretches.start_s, stretches.end_s, sensor.period_s, phase)
    objects = stretches.object[run]
    place, _ = flights.state(objects, time)
    u = evens(seed, sensor.name, flights.names, stretches.object, first, count, _WIDTH)[row]
    if sensor.has_place():
        heard = u[:, 0] < probability(distance_m(place, sensor.place_m), sensor.pd, sensor.max_range_m)
    else:
        heard = u[:, 0] < sensor.pd
    lat, lon, alt = ecef_to_geodetic(place[heard])
    if sensor.has_place():
        sight = line_of_sight(sensor.lat_deg, sensor.lon_deg, sensor.alt_m, lat, lon, alt)
        heard[heard] = sight
        lat, lon, alt = lat[sight], lon[sight], alt[sight]
    east, north, up = (normal(u[heard, column])[:, None] for column in range(1, _WIDTH))
    basis = enu_basis(lat, lon)
    wrong = place[heard] + sensor.sigma_position_m * (east * basis[:, 0] + north * basis[:, 1])
    lat, lon, _ = ecef_to_geodetic(wrong)
    return Plots.of(
        time[heard],
        objects[heard],
        np.ones(len(lat), dtype=np.bool_),
        lat_deg=lat,
        lon_deg=lon,
        alt_m=alt + sensor.sigma_altitude_m * up[:, 0],
    )
