"""How well detections and tracks fit: pairs with their costs, ready to be assigned."""

import math
from typing import TypeAlias

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, IntN

Plots: TypeAlias = tuple[FloatNx3, FloatNx6, FloatNx3, FloatN]
"""Of N detections: ECEF places in m, packed covariances in m², how the places move with one standard
deviation of an assumed height in m (zero where none is assumed), range rates in m/s (NaN for none)."""

Sensors: TypeAlias = tuple[FloatNx3, FloatNx3, FloatN, float]
"""Of S sensors: ECEF places in m, up directions, standard deviations of range rates in m/s; then the standard
deviation of the range rate of just anything in m/s."""

Tracks: TypeAlias = tuple[Float, Float, Float]
"""Of T tracks: (T, M, 6) ECEF states in m and m/s, (T, M, 21) packed, (T, M) probabilities of the models."""

_ROOT_2PI_3 = (2.0 * math.pi) ** 1.5
_STEEP = 0.97
"""Sine of the elevation above which a height tells no direction, as in `kizuna.kernels.measure`."""


@njit(cache=True, error_model="numpy")
def fit(
    dt_s: float,
    level_q: float,
    vertical_q: float,
    state: Float,
    cov: Float,
    t: int,
    m: int,
    position_m: FloatN,
    noise_m2: FloatN,
) -> tuple[float, float]:
    """How far a measured position is from where one model of a track expects it.

    Parameters
    ----------
    dt_s, level_q, vertical_q
        Time since the track's state in s; noise powers of the model in m²/s³, see
        `kizuna.kernels.kalman.predict`.
    state, cov
        (T, M, 6) ECEF m and m/s, (T, M, 21) packed.
    t, m
        The track and the model.
    position_m, noise_m2
        (3,) ECEF m, (6,) packed m².

    Returns
    -------
    tuple
        Squared Mahalanobis distance, and the determinant of the innovation's covariance in m⁶.
    """
    x, y, z = state[t, m, 0], state[t, m, 1], state[t, m, 2]
    dt2 = dt_s * dt_s
    q3 = dt2 * abs(dt_s) / 3.0
    level = q3 * level_q
    excess = q3 * (vertical_q - level_q) / (x * x + y * y + z * z)
    d0 = position_m[0] - x - dt_s * state[t, m, 3]
    d1 = position_m[1] - y - dt_s * state[t, m, 4]
    d2 = position_m[2] - z - dt_s * state[t, m, 5]
    a0 = cov[t, m, 0] + 2.0 * dt_s * cov[t, m, 6] + dt2 * cov[t, m, 15]
    a1 = cov[t, m, 1] + dt_s * (cov[t, m, 7] + cov[t, m, 9]) + dt2 * cov[t, m, 16]
    a2 = cov[t, m, 2] + dt_s * (cov[t, m, 8] + cov[t, m, 12]) + dt2 * cov[t, m, 17]
    a3 = cov[t, m, 3] + 2.0 * dt_s * cov[t, m, 10] + dt2 * cov[t, m, 18]
    a4 = cov[t, m, 4] + dt_s * (cov[t, m, 11] + cov[t, m, 13]) + dt2 * cov[t, m, 19]
    a5 = cov[t, m, 5] + 2.0 * dt_s * cov[t, m, 14] + dt2 * cov[t, m, 20]
    a0 += noise_m2[0] + level + excess * x * x
    a1 += noise_m2[1] + excess * x * y
    a2 += noise_m2[2] + excess * x * z
    a3 += noise_m2[3] + level + excess * y * y
    a4 += noise_m2[4] + excess * y * z
    a5 += noise_m2[5] + level + excess * z * z
    m0, m1, m2 = a3 * a5 - a4 * a4, a2 * a4 - a1 * a5, a1 * a4 - a2 * a3
    m3, m4, m5 = a0 * a5 - a2 * a2, a1 * a2 - a0 * a4, a0 * a3 - a1 * a1
    determinant = a0 * m0 + a1 * m1 + a2 * m2
    distance = m0 * d0 * d0 + m3 * d1 * d1 + m5 * d2 * d2
    distance += 2.0 * (m1 * d0 * d1 + m2 * d0 * d2 + m4 * d1 * d2)
    return distance / determinant, determinant


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
    place: Float,
    noise: Float,
) -> None:
    """Lay a plot of assumed height where a track's height is: write its place (3,) and covariance (6,).

    As in `kizuna.kernels.kalman`.
    """
    d = position_m[row] - site_m[s]
    rise = d[0] * up[s, 0] + d[1] * up[s, 1] + d[2] * up[s, 2]
    range_2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    level = math.sqrt(range_2 - rise * rise)
    limit = _STEEP * math.sqrt(range_2)
    height_m = min(max(height_m, -limit), limit)
    new_level = math.sqrt(range_2 - height_m * height_m)
    sigma = lift_m[row, 0] * up[s, 0] + lift_m[row, 1] * up[s, 1] + lift_m[row, 2] * up[s, 2]
    lift = np.empty(3)
    for i in range(3):
        outward = (d[i] - rise * up[s, i]) / level
        place[i] = site_m[s, i] + height_m * up[s, i] + new_level * outward
        lift[i] = sigma * (up[s, i] - height_m / new_level * outward)
    k = 0
    for i in range(3):
        for j in range(i, 3):
            noise[k] = noise_m2[row, k] - lift_m[row, i] * lift_m[row, j] + lift[i] * lift[j]
            k += 1


@njit(cache=True, error_model="numpy")
def rate_fit(
    state: Float, cov: Float, t: int, m: int, site_m: FloatNx3, s: int, rate_mps: float, sigma_mps: float
) -> tuple[float, float]:
    """How far a measured range rate is from where one model of a track expects it.

    Parameters
    ----------
    state, cov
        (T, M, 6) ECEF m and m/s, (T, M, 21) packed.
    t, m, s
        The track, the model and the sensor.
    site_m
        (S, 3) the sensors' ECEF positions in m.
    rate_mps, sigma_mps
        Range rate and its standard deviation, m/s.

    Returns
    -------
    tuple
        Squared Mahalanobis distance, and variance in m²/s²; by the velocity alone, whose spread outweighs
        that of the direction.
    """
    d0, d1, d2 = state[t, m, 0] - site_m[s, 0], state[t, m, 1] - site_m[s, 1], state[t, m, 2] - site_m[s, 2]
    norm_2 = d0 * d0 + d1 * d1 + d2 * d2
    variance = cov[t, m, 15] * d0 * d0 + cov[t, m, 18] * d1 * d1 + cov[t, m, 20] * d2 * d2
    variance += 2.0 * (cov[t, m, 16] * d0 * d1 + cov[t, m, 17] * d0 * d2 + cov[t, m, 19] * d1 * d2)
    variance = variance / norm_2 + sigma_mps * sigma_mps
    expected = (d0 * state[t, m, 3] + d1 * state[t, m, 4] + d2 * state[t, m, 5]) / math.sqrt(norm_2)
    return (rate_mps - expected) ** 2 / variance, variance


@njit(cache=True, error_model="numpy")
def _density(
    dt_s: float,
    gate: float,
    models: FloatNx3,
    forget_hz: float,
    plots: Plots,
    row: int,
    sensors: Sensors,
    s: int,
    tracks: Tracks,
    t: int,
    place: FloatN,
    noise: FloatN,
) -> float:
    """Density of a detection under a track, all models within the gate together, 1/m³; (3,), (6,) scratch."""
    position_m, noise_m2, lift_m, rate_mps = plots
    site_m, up, sigma_rate_mps, usual_mps = sensors
    state, cov, mode = tracks
    kept = math.exp(-forget_hz * max(dt_s, 0.0))
    place[:], noise[:] = position_m[row], noise_m2[row]
    if lift_m[row, 0] != 0.0:
        height_m = 0.0
        for i in range(3):
            height_m += up[s, i] * (state[t, 0, i] + dt_s * state[t, 0, 3 + i] - site_m[s, i])
        _lay(position_m, noise_m2, lift_m, row, site_m, up, s, height_m, place, noise)
    density = 0.0
    for m in range(len(models)):
        level_q, vertical_q, share = models[m, 0], models[m, 1], models[m, 2]
        distance, determinant = fit(dt_s, level_q, vertical_q, state, cov, t, m, place, noise)
        if distance > gate:
            continue
        scale = (share * (1.0 - kept) + mode[t, m] * kept) / math.sqrt(determinant)
        if not math.isnan(rate_mps[row]):
            more, variance = rate_fit(state, cov, t, m, site_m, s, rate_mps[row], sigma_rate_mps[s])
            if more > gate:
                continue
            distance += more - (rate_mps[row] / usual_mps) ** 2
            scale *= usual_mps / math.sqrt(variance)
        density += scale * math.exp(-0.5 * distance)
    return float(density / _ROOT_2PI_3)


@njit(cache=True, error_model="numpy")
def weigh_each(
    start: IntN,
    track: IntN,
    gate: float,
    models: FloatNx3,
    forget_hz: float,
    same_scan: float,
    time_s: FloatN,
    sensor: IntN,
    plots: Plots,
    identity: IntN,
    channel: IntN,
    sensors: Sensors,
    log_surplus: FloatN,
    period_s: FloatN,
    identity_weights: FloatN,
    tracks: Tracks,
    state_time_s: FloatN,
    score: FloatN,
    track_identity: IntN,
    seen_s: Float,
) -> tuple[IntN, IntN, FloatN]:
    """The pairs of detections and tracks that fit, each with its cost.

    The cost is the negative logarithm of how much more likely the track is as the cause of the detection than
    clutter or a new object: -(log density + log surplus + log existence + what the identities say). Pairs
    with a cost of zero or more are left out: the detection is then better explained without the track.

    Parameters
    ----------
    start, track
        (N+1,) and (E,): candidate tracks of each detection, `kizuna.kernels.gating.candidates`.
    gate
        Largest squared Mahalanobis distance of a pair.
    models, forget_hz
        (M, 3) and 1/s as in `kizuna.kernels.kalman.update_each`.
    same_scan
        Share of a sensor's period within which a second detection of the same track is not believed.
    time_s, sensor, plots, identity, channel
        (N,) s, (N,), `Plots`, (N,) codes or -1, (N,) 0 or 1 (the kind of identity): the detections.
    sensors, log_surplus, period_s
        `Sensors`, (S,) logarithm of detection probability over density of clutter and new objects (m³), (S,)
        scan period in s.
    identity_weights
        (2,) what equal and unequal identities add to the logarithm of the likelihood.
    tracks, state_time_s, score, track_identity, seen_s
        `Tracks`, (T,) s, (T,) log-odds of existence, (T, 2) codes, (T, S) s: the tracks.

    Returns
    -------
    tuple
        (N+1,) first pair of each detection, (F,) track, (F,) cost.
    """
    kept_start = np.zeros_like(start)
    kept_track = np.empty_like(track)
    cost = np.empty(len(track))
    place, noise = np.empty(3), np.empty(6)
    pairs = 0
    for row in range(len(time_s)):
        s = sensor[row]
        for candidate in range(start[row], start[row + 1]):
            t = track[candidate]
            if time_s[row] - seen_s[t, s] < same_scan * period_s[s]:
                continue
            dt = time_s[row] - state_time_s[t]
            density = _density(dt, gate, models, forget_hz, plots, row, sensors, s, tracks, t, place, noise)
            if density == 0.0:
                continue
            merit = math.log(density) + log_surplus[s]
            known = track_identity[t, channel[row]]
            if identity[row] >= 0 and known >= 0:
                merit += identity_weights[0] if known == identity[row] else identity_weights[1]
            # The logarithm of the probability of existence.
            merit -= math.log1p(math.exp(-score[t]))
            if merit > 0.0:
                kept_track[pairs] = t
                cost[pairs] = -merit
                pairs += 1
        kept_start[row + 1] = pairs
    return kept_start, kept_track[:pairs], cost[:pairs]


@njit(cache=True)
def columns(start: IntN, track: IntN, sensor: IntN) -> tuple[IntN, IntN]:
    """Number the tracks as each sensor sees them: columns of an assignment where each sensor is alone.

    Parameters
    ----------
    start, track
        (N+1,) and (F,): pairs as from `weigh_each`.
    sensor
        (N,) sensor of each detection.

    Returns
    -------
    tuple
        (F,) column of each pair, (C,) track of each column.
    """
    pairs = len(track)
    size = 16
    while size < 2 * pairs:
        size *= 2
    slots = np.full(size, -1, dtype=np.int64)
    column = np.empty(pairs, dtype=np.int64)
    seen_track, seen_by = np.empty(pairs, dtype=np.int64), np.empty(pairs, dtype=np.int64)
    count = 0
    for row in range(len(sensor)):
        for pair in range(start[row], start[row + 1]):
            slot = (track[pair] * 31 + sensor[row]) & (size - 1)
            while slots[slot] >= 0 and (
                seen_track[slots[slot]] != track[pair] or seen_by[slots[slot]] != sensor[row]
            ):
                slot = (slot + 1) & (size - 1)
            if slots[slot] < 0:
                slots[slot] = count
                seen_track[count], seen_by[count] = track[pair], sensor[row]
                count += 1
            column[pair] = slots[slot]
    return column, seen_track[:count]
