"""Where a radar's false plots lie: squares of the ground about it, each with a count."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import CodeN, Float, FloatN, FloatNx3, FloatNx3x3, IntN


@njit(cache=True, inline="always")
def _square(
    x: float, y: float, z: float, s: int, site_m: FloatNx3, basis: FloatNx3x3, reach_m: FloatN, side: int
) -> int:
    """Which of the `side`² squares about sensor `s` a place in ECEF, m, lies over."""
    d0, d1, d2 = x - site_m[s, 0], y - site_m[s, 1], z - site_m[s, 2]
    east = basis[s, 0, 0] * d0 + basis[s, 0, 1] * d1 + basis[s, 0, 2] * d2
    north = basis[s, 1, 0] * d0 + basis[s, 1, 1] * d1 + basis[s, 1, 2] * d2
    scale = 0.5 * side / reach_m[s]
    column = min(max(math.floor(east * scale + 0.5 * side), 0), side - 1)
    row = min(max(math.floor(north * scale + 0.5 * side), 0), side - 1)
    return int(row * side + column)


@njit(cache=True)
def spread(
    sensor: IntN,
    place_m: FloatNx3,
    site_m: FloatNx3,
    basis: FloatNx3x3,
    reach_m: FloatN,
    side: int,
    slot: IntN,
    density: Float,
    usual: FloatN,
) -> FloatN:
    """False plots of a whole scan if all of the sensor's area had as many as where a plot is, (K,).

    Parameters
    ----------
    sensor, place_m
        (K,) and (K, 3) ECEF m: the plots.
    site_m, basis, reach_m
        (S, 3) ECEF m, (S, 3, 3) east, north, up as rows, (S,) m: the sensors.
    side
        How many squares lie side by side between one end of a sensor's reach and the other.
    slot
        (S,) row of the sensor's map, -1 for none.
    density
        (L, side²) the maps: what is returned for each square.
    usual
        (S,) what is returned where there is no map.
    """
    made = np.empty(len(sensor))
    for k in range(len(sensor)):
        s = sensor[k]
        if slot[s] < 0:
            made[k] = usual[s]
        else:
            x, y, z = place_m[k, 0], place_m[k, 1], place_m[k, 2]
            made[k] = density[slot[s], _square(x, y, z, s, site_m, basis, reach_m, side)]
    return made


@njit(cache=True)
def tally(
    place_m: FloatNx3,
    seen_by: CodeN,
    hits: IntN,
    site_m: FloatNx3,
    basis: FloatNx3x3,
    reach_m: FloatN,
    side: int,
    slot: IntN,
    count: Float,
) -> None:
    """Count the plots of tracks that were nothing, where they ended, for the sensors that saw them.

    Parameters
    ----------
    place_m, seen_by, hits
        (K, 3) ECEF m, (K, C) sensors, -1 behind them, and (K,) how many plots: the tracks. Each of its
        sensors is taken to have had as many of them.
    site_m, basis, reach_m, side, slot
        As in `spread`.
    count
        (L, side²) the counts; written.
    """
    for k in range(len(hits)):
        sensors = 0
        while sensors < seen_by.shape[1] and seen_by[k, sensors] >= 0:
            sensors += 1
        for i in range(sensors):
            s = seen_by[k, i]
            if slot[s] >= 0:
                x, y, z = place_m[k, 0], place_m[k, 1], place_m[k, 2]
                count[slot[s], _square(x, y, z, s, site_m, basis, reach_m, side)] += hits[k] / sensors
