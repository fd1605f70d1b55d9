"""How often sensors see what is there, by range: plots that were to be expected, and plots that came."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, IntN


@njit(cache=True)
def ring(place_m: FloatNx3, sensor: IntN, site_m: FloatNx3, reach_m: FloatN, rings: int) -> IntN:
    """In which ring of range about its sensor each place lies, (K,), from 0 to `rings` - 1.

    Parameters
    ----------
    place_m, sensor
        (K, 3) ECEF m and (K,).
    site_m, reach_m
        (S, 3) ECEF m and (S,) m: the sensors.
    rings
        How many rings of equal width a sensor's reach has.
    """
    made = np.empty(len(sensor), dtype=np.int64)
    for k in range(len(sensor)):
        s, square = sensor[k], 0.0
        for i in range(3):
            square += (place_m[k, i] - site_m[s, i]) ** 2
        made[k] = min(int(math.sqrt(square) / reach_m[s] * rings), rings - 1)
    return made


@njit(cache=True)
def expect(
    place_m: FloatNx3,
    during_s: float,
    site_m: FloatNx3,
    alt_m: FloatN,
    reach_m: FloatN,
    period_s: FloatN,
    slot: IntN,
    earth: FloatN,
    expected: Float,
) -> None:
    """Count the scans in which sensors might have seen objects, by ring of range.

    Parameters
    ----------
    place_m, during_s
        (K, 3) ECEF m, and for how long the objects were about there, s.
    site_m, alt_m, reach_m, period_s, slot
        (S, 3) ECEF m, (S,) m, (S,) m, (S,) s, and (S,) the sensor's row below, -1 for none: the sensors.
    earth
        As in `kizuna.kernels.existence.miss_rates`.
    expected
        (L, rings) scans so far; written.
    """
    rings = expected.shape[1]
    for k in range(len(place_m)):
        x, y, z = place_m[k, 0], place_m[k, 1], place_m[k, 2]
        norm = math.sqrt(x * x + y * y + z * z)
        height = max(norm - earth[0] * (1.0 - earth[1] * (z / norm) ** 2), 0.0)
        horizon = math.sqrt(2.0 * earth[2] * height)
        for s in range(len(slot)):
            if slot[s] < 0:
                continue
            distance = math.sqrt((x - site_m[s, 0]) ** 2 + (y - site_m[s, 1]) ** 2 + (z - site_m[s, 2]) ** 2)
            seen_to = horizon + math.sqrt(2.0 * earth[2] * max(alt_m[s], 0.0))
            if distance < min(reach_m[s], seen_to):
                expected[slot[s], int(distance / reach_m[s] * rings)] += during_s / period_s[s]
