"""What arcs of flights that several sensors saw tell of the sensors' biases: least squares of lines and
biases.

A sensor's plot at z of an aircraft at p with velocity v obeys z = p + u Δr + w Δα - v Δt + noise: Δr is its
range bias and u the line of sight, Δα its azimuth bias and w the way that the place goes with azimuth, Δt how
far its clock is ahead. An arc is short, so that p + τ v is a line. The line of each arc is eliminated (a
Schur complement), and what remains is added up over all arcs: the normal equations of the biases of all
sensors alone.
"""

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, Float, FloatN, FloatNx3, FloatNx6, IntN


@njit(cache=True, error_model="numpy")
def _weight(cov_m2: FloatNx6, row: int, out: Float) -> None:
    """Write the inverse (3, 3) of a packed covariance."""
    a, b, c = cov_m2[row, 0], cov_m2[row, 1], cov_m2[row, 2]
    d, e, f = cov_m2[row, 3], cov_m2[row, 4], cov_m2[row, 5]
    out[0, 0], out[1, 1], out[2, 2] = d * f - e * e, a * f - c * c, a * d - b * b
    out[0, 1] = out[1, 0] = c * e - b * f
    out[0, 2] = out[2, 0] = b * e - c * d
    out[1, 2] = out[2, 1] = b * c - a * e
    determinant = a * out[0, 0] + b * out[0, 1] + c * out[0, 2]
    out[:] /= determinant


@njit(cache=True, error_model="numpy")
def _directions(
    place_m: FloatNx3, row: int, site_m: FloatN, up: FloatN, velocity: FloatN, out: Float
) -> None:
    """Write the columns (3, 3) by which range, azimuth and clock biases move a plot: 1, m/rad, m/s."""
    d0, d1, d2 = place_m[row, 0] - site_m[0], place_m[row, 1] - site_m[1], place_m[row, 2] - site_m[2]
    norm = np.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
    out[0, 0], out[1, 0], out[2, 0] = d0 / norm, d1 / norm, d2 / norm
    # Azimuth grows from north to east: the line of sight crossed with up.
    out[0, 1] = d1 * up[2] - d2 * up[1]
    out[1, 1] = d2 * up[0] - d0 * up[2]
    out[2, 1] = d0 * up[1] - d1 * up[0]
    out[0, 2], out[1, 2], out[2, 2] = -velocity[0], -velocity[1], -velocity[2]


@njit(cache=True, error_model="numpy")
def _line(
    first: int, last: int, moved_m: FloatNx3, cov_m2: FloatNx6, time_s: FloatN, weight: Float
) -> tuple[Float, Float]:
    """Normal matrix (6, 6) and solution (6,) of a line through places: its place at time 0, its velocity."""
    normal, right = np.zeros((6, 6)), np.zeros(6)
    for row in range(first, last):
        _weight(cov_m2, row, weight)
        t = time_s[row]
        for i in range(3):
            for j in range(3):
                normal[i, j] += weight[i, j]
                normal[i, 3 + j] += t * weight[i, j]
                normal[3 + i, j] += t * weight[i, j]
                normal[3 + i, 3 + j] += t * t * weight[i, j]
                right[i] += weight[i, j] * moved_m[row, j]
                right[3 + i] += t * weight[i, j] * moved_m[row, j]
    solution = np.empty(6)
    solution[:] = np.linalg.solve(normal, right)
    return normal, solution


@njit(cache=True, error_model="numpy")
def lines(
    start: IntN,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
    time_s: FloatN,
    sensor: IntN,
    site_m: FloatNx3,
    up: FloatNx3,
    biased: BoolN,
    bias: FloatNx3,
) -> tuple[FloatNx6, FloatN]:
    """Lines through the plots of arcs, biases taken off.

    Parameters
    ----------
    start
        (A+1,) first plot of each arc; arcs have plots enough for a line.
    place_m, cov_m2, time_s, sensor
        (N, 3) ECEF m, (N, 6) packed m², (N,) s from the arc's middle, (N,): the plots.
    site_m, up, biased
        (S, 3) ECEF m, (S, 3) unit vectors, (S,) whether it may have biases: the sensors.
    bias
        (S, 3) range in m, azimuth in rad, clock in s.

    Returns
    -------
    tuple
        (A, 6) place in ECEF m at the arc's middle, and velocity in m/s; (A,) sum of the squared Mahalanobis
        distances of the plots.
    """
    arcs = len(start) - 1
    line, squares = np.empty((arcs, 6)), np.zeros(arcs)
    weight, way, moved = np.empty((3, 3)), np.empty((3, 3)), np.empty_like(place_m)
    for arc in range(arcs):
        first, last = start[arc], start[arc + 1]
        origin, velocity = place_m[first].copy(), np.zeros(3)
        # The first line tells the velocity, by which the clocks' biases are taken off the second.
        for _ in range(2):
            for row in range(first, last):
                s = sensor[row]
                moved[row] = place_m[row] - origin
                if biased[s]:
                    _directions(place_m, row, site_m[s], up[s], velocity, way)
                    moved[row] -= way @ bias[s]
            _, solution = _line(first, last, moved, cov_m2, time_s, weight)
            velocity = solution[3:]
        for row in range(first, last):
            _weight(cov_m2, row, weight)
            away = moved[row] - solution[:3] - time_s[row] * velocity
            squares[arc] += away @ weight @ away
        line[arc, :3], line[arc, 3:] = origin + solution[:3], velocity
    return line, squares


@njit(cache=True, error_model="numpy")
def gather(
    arcs: IntN,
    start: IntN,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
    time_s: FloatN,
    sensor: IntN,
    site_m: FloatNx3,
    up: FloatNx3,
    biased: BoolN,
    line: FloatNx6,
    information: Float,
    vector: FloatN,
) -> None:
    """Add what arcs tell of the biases to their normal equations: information times biases = vector.

    Parameters
    ----------
    arcs
        (K,) the arcs to use.
    start, place_m, cov_m2, time_s, sensor, site_m, up, biased
        As in `lines`.
    line
        (A, 6) lines of the arcs, `lines`, for their velocities.
    information, vector
        (3S, 3S) and (3S,): of the biases in m, rad and s, sensor after sensor; written.
    """
    sensors = len(site_m)
    weight, way = np.empty((3, 3)), np.empty((3, 3))
    here = np.zeros(sensors, dtype=np.int64)
    for arc in arcs:
        first, last = start[arc], start[arc + 1]
        origin = place_m[first].copy()
        moved = place_m[first:last] - origin
        normal, solution = _line(0, last - first, moved, cov_m2[first:last], time_s[first:last], weight)
        # The sensors of this arc, and how their biases and the line go together.
        count = 0
        here[:] = -1
        for row in range(first, last):
            if biased[sensor[row]] and here[sensor[row]] < 0:
                here[sensor[row]] = count
                count += 1
        across, own, right = np.zeros((6, 3 * count)), np.zeros((3 * count, 3 * count)), np.zeros(3 * count)
        for row in range(first, last):
            s, t = sensor[row], time_s[row]
            if not biased[s]:
                continue
            k = 3 * here[s]
            _weight(cov_m2, row, weight)
            _directions(place_m, row, site_m[s], up[s], line[arc, 3:], way)
            weighed = weight @ way
            away = moved[row - first] - solution[:3] - t * solution[3:]
            across[:3, k : k + 3] += weighed
            across[3:, k : k + 3] += t * weighed
            own[k : k + 3, k : k + 3] += way.T @ weighed
            right[k : k + 3] += weighed.T @ away
        own -= across.T @ np.linalg.solve(normal, across)
        for s in range(sensors):
            for other in range(sensors):
                if here[s] >= 0 and here[other] >= 0:
                    i, j = 3 * here[s], 3 * here[other]
                    information[3 * s : 3 * s + 3, 3 * other : 3 * other + 3] += own[i : i + 3, j : j + 3]
            if here[s] >= 0:
                vector[3 * s : 3 * s + 3] += right[3 * here[s] : 3 * here[s] + 3]
