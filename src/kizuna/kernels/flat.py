"""Plots without a height, laid where the track is that they belong to."""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, IntN

_STEEP = 0.97
"""Sine of the elevation above which a height tells no direction, as in `kizuna.kernels.measure`."""


@njit(cache=True, error_model="numpy")
def lay_each(
    rows: IntN,
    track: IntN,
    time_s: FloatN,
    sensor: IntN,
    lift_m: FloatNx3,
    site_m: FloatNx3,
    up: FloatNx3,
    alike: float,
    state: Float,
    state_time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
) -> None:
    """Lay the plots whose height is assumed at the predicted heights of their tracks, in place.

    Range and azimuth are measured, so that the plot lies on an arc about the sensor; it is moved along the
    arc to where the track is, and its covariance becomes loose along the arc there: an extended Kalman update
    of range and azimuth. Only so can two radars tell the height that neither measures.

    Parameters
    ----------
    rows, track
        (K,) rows of detections whose height is assumed; (N,) row of the track of each.
    time_s, sensor, lift_m
        (N,) s, (N,), (N, 3) m: the detections. `lift_m` is how a place moves with one standard deviation of
        an assumed height, zero where none is assumed; those rows stay as they are.
    site_m, up
        (S, 3) the sensors' ECEF positions in m, (S, 3) the up direction there.
    alike
        How many plots of assumed height tell as much as one, because the assumption errs alike in all.
    state, state_time_s
        (T, M, 6) ECEF m and m/s, (T,) s: the tracks.
    position_m, noise_m2
        (N, 3) ECEF m, (N, 6) packed m²: places and covariances of the detections; written.
    """
    place, noise = np.empty(3), np.empty(6)
    for row in rows:
        s, t = sensor[row], track[row]
        dt = time_s[row] - state_time_s[t]
        height_m = 0.0
        for i in range(3):
            height_m += up[s, i] * (state[t, 0, i] + dt * state[t, 0, 3 + i] - site_m[s, i])
        _lay(position_m, noise_m2, lift_m, row, site_m, up, s, height_m, alike, place, noise)
        position_m[row], noise_m2[row] = place, noise


@njit(cache=True, error_model="numpy")
def _lay(
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    lift_m: FloatNx3,
    row: int,
    site_m: FloatNx3,
    up: FloatNx3,
    s: int,
    height_m: float,
    alike: float,
    place: Float,
    noise: Float,
) -> None:
    """Lay a plot of assumed height where a track's height is: write its place (3,) and covariance (6,).

    Range and azimuth stay. `height_m` is the track's height over the sensor's horizontal plane, `alike`
    multiplies the variance of the assumption.
    """
    d = position_m[row] - site_m[s]
    rise = d[0] * up[s, 0] + d[1] * up[s, 1] + d[2] * up[s, 2]
    range_2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    level = math.sqrt(range_2 - rise * rise)
    limit = _STEEP * math.sqrt(range_2)
    height_m = min(max(height_m, -limit), limit)
    new_level = math.sqrt(range_2 - height_m * height_m)
    sigma = lift_m[row, 0] * up[s, 0] + lift_m[row, 1] * up[s, 1] + lift_m[row, 2] * up[s, 2]
    # What `kizuna.kernels.measure.polar` added for the arc, σ²/(2 r cos³ e) with cos e = σ/|lift|; the plot
    # leaves it behind. The place is stretched, so that this r is too long: it never takes away too much.
    steep = math.sqrt(lift_m[row, 0] ** 2 + lift_m[row, 1] ** 2 + lift_m[row, 2] ** 2)
    bend = 0.5 * steep**3 / (sigma * math.sqrt(range_2))
    sigma *= math.sqrt(alike)
    lift, outward = np.empty(3), np.empty(3)
    for i in range(3):
        outward[i] = (d[i] - rise * up[s, i]) / level
        place[i] = site_m[s, i] + height_m * up[s, i] + new_level * outward[i]
        lift[i] = sigma * (up[s, i] - height_m / new_level * outward[i])
    k = 0
    for i in range(3):
        for j in range(i, 3):
            before = lift_m[row, i] * lift_m[row, j] + 3.0 * bend * bend * outward[i] * outward[j]
            noise[k] = noise_m2[row, k] - before + lift[i] * lift[j]
            k += 1
