"""Rotating radars: each object is seen when the beam passes it.

Range, azimuth and elevation are geometric, along the straight line: refraction decides what is below the
horizon, and doesn't bend the measurement.
"""

from typing import Final

import numpy as np

from kizuna.geo.frames import ecef_to_aer, ecef_to_geodetic
from kizuna.geo.horizon import line_of_sight
from kizuna.models.detection import probability
from kizuna.sensors.draws import evens, normal, runs
from kizuna.sensors.plots import Plots, Sensor, wrapped
from kizuna.sensors.reach import Stretches
from kizuna.shapes import FloatN, FloatNx3, IntN
from kizuna.world.flights import Flights

_WIDTH: Final = 6
"""Numbers that a pass of the beam needs: detection, range, azimuth, elevation, range rate, altitude."""
_PASSES: Final = 2
"""An object that moves against the beam may be passed twice from north to north."""
_ROUNDS: Final = 2
_SCANS: Final = 100_000
"""Scans worked on at a time."""


def observe(flights: Flights, sensor: Sensor, stretches: Stretches, seed: int) -> Plots:
    """What a radar reports in the times in which it might see an object.

    A 2-D radar has no elevation. A radar with `sigma_altitude_m` asks transponders too: of an object that
    tells its identity it reports this and the altitude (Mode C).
    """
    first = np.floor(stretches.start_s / sensor.period_s + sensor.phase).astype(np.int64)
    count = np.floor(stretches.end_s / sensor.period_s + sensor.phase).astype(np.int64) - first + 1
    parts, begin, filled = [], 0, np.cumsum(count)
    while begin < len(count):
        already = filled[begin - 1] if begin else 0
        end = max(int(np.searchsorted(filled, already + _SCANS, side="right")), begin + 1)
        rows = slice(begin, end)
        parts.append(_observe(flights, sensor, stretches.take(rows), first[rows], count[rows], seed))
        begin = end
    return Plots.join(parts)


def _observe(
    flights: Flights, sensor: Sensor, stretches: Stretches, first: IntN, count: IntN, seed: int
) -> Plots:
    run, row, time = _crossings(flights, sensor, stretches, first, count)
    objects = stretches.object[run]
    place, velocity = flights.state(objects, time)
    azimuth, elevation, distance = ecef_to_aer(place, sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    chance = evens(seed, sensor.name, flights.names, stretches.object, first, count, _PASSES * _WIDTH)
    u = chance.reshape(-1, _WIDTH)[row]
    seen = u[:, 0] < probability(distance, sensor.pd, sensor.max_range_m)
    lat, lon, alt = ecef_to_geodetic(place[seen])
    sight = line_of_sight(sensor.lat_deg, sensor.lon_deg, sensor.alt_m, lat, lon, alt)
    seen[seen] = sight
    u, objects, place, distance = u[seen], objects[seen], place[seen], distance[seen]
    noise = [normal(u[:, column]) for column in range(1, _WIDTH)]
    asked = flights.tells[objects] & ~np.isnan(sensor.sigma_altitude_m)
    measured = {
        "range_m": np.maximum(distance + sensor.sigma_range_m * noise[0], 1.0),
        "azimuth_deg": wrapped(azimuth[seen] + sensor.sigma_azimuth_deg * noise[1]),
        "elevation_deg": np.clip(elevation[seen] + sensor.sigma_elevation_deg * noise[2], -90.0, 90.0),
        "range_rate_mps": range_rate(place, velocity[seen], distance, sensor)
        + sensor.sigma_range_rate_mps * noise[3],
        "alt_m": np.where(asked, alt[sight] + sensor.sigma_altitude_m * noise[4], np.nan),
    }
    return Plots.of(time[seen], objects, asked, **measured)


def _crossings(
    flights: Flights, sensor: Sensor, stretches: Stretches, first: IntN, count: IntN
) -> tuple[IntN, IntN, FloatN]:
    """When the beam passes the objects: the stretch, the row of its random numbers, and the time.

    From one passage of the beam through north to the next, at times t₀ and t₀ + T, the object's azimuth goes
    from a₀ to a₀ + Δ (the short way). The beam is at 360° (t - t₀)/T, and meets the object once; twice when
    the object passes north against the beam; never when it passes north with the beam. The time of meeting if
    the azimuth changed evenly is then improved by the angle that is left between the two.
    """

    def azimuth(run: IntN, time: FloatN) -> FloatN:
        place, _ = flights.extended(stretches.object[run], time)
        return ecef_to_aer(place, sensor.lat_deg, sensor.lon_deg, sensor.alt_m)[0]

    def when(scan: IntN) -> FloatN:
        return np.asarray(sensor.period_s * (scan - sensor.phase), dtype=np.float64)

    run, scan = runs(first, count + 1)
    sampled = azimuth(run, when(scan))
    going = np.flatnonzero(run[1:] == run[:-1])
    run, scan, begin = run[going], scan[going], sampled[going]
    change = _short(sampled[going + 1] - begin)
    once, again = np.flatnonzero(begin + change < 360.0), np.flatnonzero(begin + change < 0.0)
    row = np.concatenate([once, again])
    lap = np.concatenate([np.zeros(len(once)), np.full(len(again), 360.0)])
    run, scan, begin, closing = run[row], scan[row], begin[row], 360.0 - change[row]
    north = when(scan)
    time = north + sensor.period_s * (begin + lap) / closing
    for _ in range(_ROUNDS):
        ahead = _short(360.0 * (time - north) / sensor.period_s - azimuth(run, time))
        time = time - sensor.period_s * ahead / closing
    inside = (time >= stretches.start_s[run]) & (time < stretches.end_s[run])
    order = np.lexsort((time[inside], run[inside]))
    return run[inside][order], (_PASSES * row + (lap > 0.0))[inside][order], time[inside][order]


def _short(angle_deg: FloatN) -> FloatN:
    """Angles the short way, in [-180, 180)."""
    return (angle_deg + 180.0) % 360.0 - 180.0


def range_rate(place_m: FloatNx3, velocity_mps: FloatNx3, distance: FloatN, sensor: Sensor) -> FloatN:
    """How fast objects go away from the sensor: (N,) metres per second."""
    site = sensor.place_m
    parts = [(place_m[:, axis] - site[axis]) * velocity_mps[:, axis] for axis in range(3)]
    made: FloatN = (parts[0] + parts[1] + parts[2]) / distance
    return made
