"""Sampling: where objects are at given times, from the knots of their paths, ordered by time."""

import numpy as np
from numba import njit

from kizuna.shapes import FloatN, FloatNx3, IntN


@njit(cache=True)
def sample_paths(
    knot_start: IntN,
    knot_time: FloatN,
    knot_position: FloatNx3,
    knot_velocity: FloatNx3,
    times: FloatN,
    slack_s: float,
) -> tuple[IntN, IntN, FloatNx3, FloatNx3]:
    """Positions and velocities of every path at every time at which it exists.

    A path exists from its first to its last knot. Between knots p₀, p₁ at distance h in time, with s = (t -
    t₀)/h:

        p(t) = (2s³ - 3s² + 1) p₀ + (s³ - 2s² + s) h v₀ + (3s² - 2s³) p₁ + (s³ - s²) h v₁     (cubic Hermite)

    and its derivative; where v₀ or v₁ is NaN, the chord p₀ + s (p₁ - p₀) and its slope.

    Source: de Boor, A practical guide to splines (1978), chapter IV.

    Parameters
    ----------
    knot_start
        (P + 1,) path p owns the knots knot_start[p] to knot_start[p + 1] - 1.
    knot_time
        (K,) s, never falling within a path.
    knot_position
        (K, 3) m, in any Cartesian frame.
    knot_velocity
        (K, 3) m/s in the same frame; NaN where unknown.
    times
        (T,) s, ascending.
    slack_s
        By how much a time may lie before the first or after the last knot and still count as there.

    Returns
    -------
    tuple
        start (T + 1,): time t owns the rows start[t] to start[t + 1] - 1; path (M,), ascending within a time;
        position (M, 3) m; velocity (M, 3) m/s, NaN where unknown.
    """
    paths = knot_start.shape[0] - 1
    first = np.empty(paths, dtype=np.int64)
    last = np.empty(paths, dtype=np.int64)
    start = np.zeros(times.shape[0] + 1, dtype=np.int64)
    for path in range(paths):
        begin = knot_time[knot_start[path]] - slack_s
        end = knot_time[knot_start[path + 1] - 1] + slack_s
        first[path] = np.searchsorted(times, begin)
        last[path] = np.searchsorted(times, end, side="right")
        for at in range(first[path], last[path]):
            start[at + 1] += 1
    start = np.cumsum(start)
    cursor = start.copy()
    owner = np.empty(start[-1], dtype=np.int64)
    position = np.empty((start[-1], 3))
    velocity = np.empty((start[-1], 3))
    for path in range(paths):
        knot = knot_start[path]
        end_knot = knot_start[path + 1]
        for at in range(first[path], last[path]):
            while knot + 1 < end_knot and knot_time[knot + 1] <= times[at]:
                knot += 1
            row = cursor[at]
            cursor[at] += 1
            owner[row] = path
            if knot + 1 == end_knot:
                position[row] = knot_position[knot]
                velocity[row] = knot_velocity[knot]
                _use_last_chord(knot, knot_start[path], knot_time, knot_position, velocity[row])
            else:
                step = knot_time[knot + 1] - knot_time[knot]
                share = max(times[at] - knot_time[knot], 0.0) / step
                _between(
                    knot_position[knot : knot + 2],
                    knot_velocity[knot : knot + 2],
                    step,
                    share,
                    position[row],
                    velocity[row],
                )
    return start, owner, position, velocity


@njit(cache=True)
def _between(ends, speeds, step, share, position, velocity):  # type: ignore[no-untyped-def]
    """Write position and velocity at `share` (0 to 1) of a step, which takes `step` seconds."""
    straight = not np.all(np.isfinite(speeds))
    square = share * share
    cube = square * share
    for axis in range(3):
        chord = ends[1, axis] - ends[0, axis]
        if straight:
            position[axis] = ends[0, axis] + share * chord
            velocity[axis] = chord / step
        else:
            before = step * speeds[0, axis]
            after = step * speeds[1, axis]
            position[axis] = (
                ends[0, axis]
                + (3.0 * square - 2.0 * cube) * chord
                + (cube - 2.0 * square + share) * before
                + (cube - square) * after
            )
            velocity[axis] = (
                6.0 * (share - square) * chord
                + (3.0 * square - 4.0 * share + 1.0) * before
                + (3.0 * square - 2.0 * share) * after
            ) / step


@njit(cache=True)
def _use_last_chord(knot, first_knot, knot_time, knot_position, velocity):  # type: ignore[no-untyped-def]
    """Fill an unknown velocity at the last knot with the slope of the chord that leads to it."""
    if np.all(np.isfinite(velocity)) or knot == first_knot or knot_time[knot] <= knot_time[knot - 1]:
        return
    for axis in range(3):
        chord = knot_position[knot, axis] - knot_position[knot - 1, axis]
        velocity[axis] = chord / (knot_time[knot] - knot_time[knot - 1])
