"""Passive sensors: at the same moment of every frame the direction of each object, and no range."""

from typing import Final

import numpy as np

from kizuna.geo.frames import ecef_to_aer, ecef_to_geodetic
from kizuna.geo.horizon import line_of_sight
from kizuna.models.detection import probability
from kizuna.sensors.draws import evens, frames, normal
from kizuna.sensors.plots import Plots, Sensor, wrapped
from kizuna.sensors.reach import Stretches
from kizuna.world.flights import Flights

_WIDTH: Final = 3
"""Numbers that a frame needs: detection, azimuth, elevation."""


def observe(flights: Flights, sensor: Sensor, stretches: Stretches, seed: int) -> Plots:
    """What a passive sensor reports in the times in which it might see an object.

    Azimuth, and elevation where `sigma_elevation_deg` is given; both geometric. Detection falls with range as
    a radar's does (`kizuna.models.detection`), for want of a model of what objects emit.
    """
    phase = np.full(len(stretches.object), sensor.phase)
    first, count, run, row, time = frames(stretches.start_s, stretches.end_s, sensor.period_s, phase)
    objects = stretches.object[run]
    place, _ = flights.state(objects, time)
    azimuth, elevation, distance = ecef_to_aer(place, sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    u = evens(seed, sensor.name, flights.names, stretches.object, first, count, _WIDTH)[row]
    seen = u[:, 0] < probability(distance, sensor.pd, sensor.max_range_m)
    seen[seen] = line_of_sight(sensor.lat_deg, sensor.lon_deg, sensor.alt_m, *ecef_to_geodetic(place[seen]))
    silent = np.zeros(np.count_nonzero(seen), dtype=np.bool_)
    azimuth = azimuth[seen] + sensor.sigma_azimuth_deg * normal(u[seen, 1])
    elevation = elevation[seen] + sensor.sigma_elevation_deg * normal(u[seen, 2])
    return Plots.of(
        time[seen],
        objects[seen],
        silent,
        azimuth_deg=wrapped(azimuth),
        elevation_deg=np.clip(elevation, -90.0, 90.0),
    )
