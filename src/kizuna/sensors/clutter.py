"""False reports: a Poisson process over the volume that a sensor covers."""

from typing import Final

import numpy as np

from kizuna.geo.bodies import EARTH
from kizuna.geo.horizon import lowest_visible_m, radio_horizon_m
from kizuna.seeds import generator
from kizuna.sensors.plots import Plots, Sensor, wrapped
from kizuna.shapes import FloatN

TOP_M: Final = 12_000.0
"""Height up to which there is clutter (notional)."""
FASTEST_MPS: Final = 250.0
"""Range rates of clutter are even between this and its negative (notional)."""
_BLOCK: Final = 64
"""Scans whose clutter is drawn together."""


def observe(sensor: Sensor, start_s: float, end_s: float, seed: int) -> Plots:
    """False reports of a radar or a passive sensor from one time to before another.

    Their number in each scan is Poisson with the mean `clutter_per_scan`. They lie evenly over the area of
    the disc out to the greatest range (or to where the sensor's horizon meets that of `TOP_M`), and, where
    elevation is measured, evenly over the heights from the lowest that the sensor sees there to `TOP_M`. A
    radar's come when its beam is there, a passive sensor's with its frames. They tell neither identity nor
    altitude. Receivers of positions have none.
    """
    if sensor.kind == "position" or sensor.clutter_per_scan <= 0.0:
        return Plots.join([])
    first = int(np.floor(start_s / sensor.period_s + sensor.phase)) // _BLOCK
    last = int(np.floor(end_s / sensor.period_s + sensor.phase)) // _BLOCK
    counts, numbers = [], []
    for block in range(first, last + 1):
        rng = generator(seed, "clutter", sensor.name, block)
        counts.append(rng.poisson(sensor.clutter_per_scan, _BLOCK))
        numbers.append(rng.random((int(counts[-1].sum()), 4)))
    count, u = np.concatenate(counts), np.concatenate(numbers)
    scan = np.repeat(first * _BLOCK + np.arange(len(count)), count)
    azimuth = wrapped(360.0 * u[:, 0])
    beam = u[:, 0] if sensor.kind == "radar" else np.zeros(len(scan))
    time = sensor.period_s * (scan + beam - sensor.phase)
    reach = min(sensor.max_range_m, float(radio_horizon_m(sensor.alt_m) + radio_horizon_m(TOP_M)))
    distance = reach * np.sqrt(1.0 - u[:, 1])
    measured = {"azimuth_deg": azimuth}
    if sensor.kind == "radar":
        measured["range_m"] = distance
    if not np.isnan(sensor.sigma_elevation_deg):
        measured["elevation_deg"] = _elevation(sensor, distance, u[:, 2])
    if not np.isnan(sensor.sigma_range_rate_mps):
        measured["range_rate_mps"] = FASTEST_MPS * (2.0 * u[:, 3] - 1.0)
    silent = np.zeros(len(scan), dtype=np.bool_)
    made = Plots.of(time, np.full(len(scan), -1), silent, **measured)
    inside = np.flatnonzero((time >= start_s) & (time < end_s))
    return made.take(inside[np.argsort(time[inside], kind="stable")])


def _elevation(sensor: Sensor, range_m: FloatN, share: FloatN) -> FloatN:
    """Elevation of places at a slant range, evenly between the lowest visible height and `TOP_M`, degrees.

    By the law of cosines in the triangle of the Earth's centre, sensor and place, on the mean sphere.
    """
    low = np.maximum(lowest_visible_m(sensor.alt_m, range_m), sensor.alt_m - range_m)
    high = np.minimum(TOP_M, sensor.alt_m + range_m)
    height = low + np.maximum(high - low, 0.0) * share
    site, place = EARTH.mean_radius_m + sensor.alt_m, EARTH.mean_radius_m + height
    sine = (place * place - site * site - range_m * range_m) / (2.0 * range_m * site)
    made: FloatN = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
    return made
