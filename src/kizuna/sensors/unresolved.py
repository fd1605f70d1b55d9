"""Radars that can't tell near objects apart: two in one cell of resolution give one plot."""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kizuna.geo.frames import ecef_to_aer
from kizuna.models.detection import merged
from kizuna.sensors import radar
from kizuna.sensors.draws import evens
from kizuna.sensors.plots import Plots, Sensor, wrapped
from kizuna.sensors.reach import pieces, within
from kizuna.shapes import FloatN, FloatNx3, IntN
from kizuna.world.flights import Flights

_FAR: Final = 3.0
"""Cells between two objects beyond which they are always told apart; nearer, in all but 0.2 % of cases."""
_CHAIN: Final = 4.0
"""As many such distances a window of time is looked beyond, for the rest of groups across its edges."""


def limits(sensor: Sensor) -> bool:
    """Whether the resolution of a sensor is stated, so that it doesn't resolve everything."""
    return not np.isnan(sensor.resolution_range_m + sensor.resolution_azimuth_deg)


def observe(flights: Flights, sensor: Sensor, start_s: float, end_s: float, seed: int) -> Plots:
    """What a radar of limited resolution reports from one time to before another.

    Each two plots of one scan are of one echo with the probability of `kizuna.models.detection.merged`, by
    the true separation of their objects, and so are those that hang together by such pairs. Their one plot
    lies in the middle, with the errors of the first of them; its answers from transponders are garbled, so
    that it bears neither identity nor altitude.
    """
    # The beam tells azimuths apart by time.
    slack_s = _CHAIN * _FAR * sensor.resolution_azimuth_deg / 360.0 * sensor.period_s
    parts = pieces(flights, start_s - slack_s, end_s + slack_s)
    plots = radar.observe(flights, sensor, within(parts, sensor), seed)
    plots = _joined(flights, sensor, plots.take(np.lexsort((plots.object, plots.time))), seed)
    return plots.take((plots.time >= start_s) & (plots.time < end_s))


def _joined(flights: Flights, sensor: Sensor, plots: Plots, seed: int) -> Plots:
    """Plots in order of time, with one for each group that isn't resolved."""
    true = _true(flights, sensor, plots)
    one, other = _pairs(flights, sensor, plots, true[:, 0], seed)
    if not len(one):
        return plots
    count = len(plots)
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    groups, group = connected_components(graph, directed=False)
    first, size = np.full(groups, count), np.bincount(group)
    np.minimum.at(first, group, np.arange(count))

    def shift(values: FloatN) -> FloatN:
        """How far the middle of the group lies from the first, for each group."""
        made: FloatN = np.bincount(group, values - values[first][group]) / size
        return made

    made, alone = plots.take(first), size == 1
    azimuth = made.azimuth_deg + shift(360.0 / sensor.period_s * plots.time)
    return replace(
        made,
        time=made.time + shift(plots.time),
        identified=made.identified & alone,
        range_m=made.range_m + shift(true[:, 0]),
        azimuth_deg=np.where(alone, made.azimuth_deg, wrapped(azimuth)),
        elevation_deg=made.elevation_deg + shift(true[:, 1]),
        range_rate_mps=made.range_rate_mps + shift(true[:, 2]),
        alt_m=np.where(alone, made.alt_m, np.nan),
    )


def _true(flights: Flights, sensor: Sensor, plots: Plots) -> FloatNx3:
    """Range in m, elevation in degrees and range rate in m/s of the plots' objects, without errors."""
    place, velocity = flights.state(plots.object, plots.time)
    _, elevation, distance = ecef_to_aer(place, sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    return np.stack([distance, elevation, radar.range_rate(place, velocity, distance, sensor)], axis=1)


def _pairs(flights: Flights, sensor: Sensor, plots: Plots, range_m: FloatN, seed: int) -> tuple[IntN, IntN]:
    """Pairs of plots, in order of time, that are not resolved."""
    turn_s = _FAR * sensor.resolution_azimuth_deg / 360.0 * sensor.period_s
    rows = np.arange(len(plots))
    near = np.searchsorted(plots.time, plots.time + turn_s, side="right") - rows - 1
    one = np.repeat(rows, near)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(near) - near, near)
    cells = (range_m[other] - range_m[one]) / sensor.resolution_range_m
    turned = 360.0 / sensor.period_s * (plots.time[other] - plots.time[one]) / sensor.resolution_azimuth_deg
    near = (np.abs(cells) < _FAR) & (plots.object[one] != plots.object[other])
    one, other, chance = one[near], other[near], merged(cells[near], turned[near])
    names = flights.names
    both = tuple(
        f"{names[a]} and {names[b]}"
        for a, b in zip(plots.object[one].tolist(), plots.object[other].tolist(), strict=True)
    )
    scan = np.floor(plots.time[one] / sensor.period_s + sensor.phase).astype(np.int64)
    u = evens(seed, sensor.name, both, np.arange(len(one)), scan, np.ones_like(scan), 1)[:, 0]
    return one[u < chance], other[u < chance]
