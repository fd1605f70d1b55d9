"""Random numbers that belong to one sensor, one object and one scan, whatever else is simulated."""

from typing import Final, cast

import numpy as np
from scipy.special import ndtri

from kizuna.seeds import generator
from kizuna.shapes import Float, FloatN, IntN

_LEAST: Final = 2.0**-54


def evens(
    seed: int, sensor: str, names: tuple[str, ...], objects: IntN, first: IntN, count: IntN, width: int
) -> Float:
    """Even numbers in [0, 1) for runs of scans: R runs -> (all scans, width).

    Every pair of sensor and object has a generator of its own, moved on to the scan by its number since 1970;
    so a scan's numbers are the same whichever window of time is asked for.

    Parameters
    ----------
    seed
        The seed of the exercise.
    sensor
        Name of the sensor.
    names
        Names of all objects.
    objects, first, count
        The object, the first scan and the number of scans of each run: (R,).
    width
        How many numbers each scan needs.
    """
    made = np.empty((int(count.sum()), width))
    begin = 0
    for number, scan, scans in zip(objects.tolist(), first.tolist(), count.tolist(), strict=True):
        pair = generator(seed, "detection", sensor, names[number])
        cast(np.random.PCG64, pair.bit_generator).advance(scan * width)
        pair.random(out=made[begin : begin + scans])
        begin += scans
    return made


def normal(even: FloatN) -> FloatN:
    """Standard normal numbers from even ones, by the inverse of the normal distribution."""
    made: FloatN = ndtri(np.maximum(even, _LEAST))
    return made


def runs(first: IntN, count: IntN) -> tuple[IntN, IntN]:
    """The run and the scan of each row of R runs that are laid end to end: (N,), (N,)."""
    run = np.repeat(np.arange(len(count)), count)
    return run, np.arange(len(run)) - np.repeat(np.cumsum(count) - count - first, count)


def frames(
    start_s: FloatN, end_s: FloatN, period_s: float, phase: FloatN
) -> tuple[IntN, IntN, IntN, IntN, FloatN]:
    """Regular moments (frame - phase) × period within R stretches of time, from start to before end.

    Returns first frame and number of frames of each stretch, both (R,), as `evens` takes them; and of each
    moment its stretch, its row in what `evens` returns, and its time, all (N,).
    """
    first = np.floor(start_s / period_s + phase).astype(np.int64)
    count = np.floor(end_s / period_s + phase).astype(np.int64) - first + 1
    run, frame = runs(first, count)
    time = period_s * (frame - phase[run])
    row = np.flatnonzero((time >= start_s[run]) & (time < end_s[run]))
    return first, count, run[row], row, time[row]
