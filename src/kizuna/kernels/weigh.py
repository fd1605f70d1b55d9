"""How well detections and tracks fit: pairs with their merits, ready to be assigned or shared."""

import math
from typing import TypeAlias

import numpy as np
from numba import njit

from kizuna.shapes import CodeN, Float, FloatN, FloatNx3, FloatNx6, IntN

Heard: TypeAlias = tuple[FloatNx3, FloatN, float]
"""What range rates need: (S, 3) the sensors' ECEF places in m, (S,) standard deviations of their range rates
in m/s, and the standard deviation of the range rate of just anything in m/s."""

Seen: TypeAlias = tuple[CodeN, Float]
"""(T, K) the sensors that saw each track, -1 behind them, and (T, K) when they last did, s."""

_LOG_2PI_3 = 3.0 * math.log(2.0 * math.pi)


@njit(cache=True, error_model="numpy", inline="always")
def fit(
    dt_s: float,
    level_q: float,
    vertical_q: float,
    state: Float,
    cov: Float,
    t: int,
    m: int,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    plot: int,
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
    position_m, noise_m2, plot
        (E, 3) ECEF m, (E, 6) packed m², and the row of the measurement in them.

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
    d0 = position_m[plot, 0] - x - dt_s * state[t, m, 3]
    d1 = position_m[plot, 1] - y - dt_s * state[t, m, 4]
    d2 = position_m[plot, 2] - z - dt_s * state[t, m, 5]
    a0 = cov[t, m, 0] + 2.0 * dt_s * cov[t, m, 6] + dt2 * cov[t, m, 15]
    a1 = cov[t, m, 1] + dt_s * (cov[t, m, 7] + cov[t, m, 9]) + dt2 * cov[t, m, 16]
    a2 = cov[t, m, 2] + dt_s * (cov[t, m, 8] + cov[t, m, 12]) + dt2 * cov[t, m, 17]
    a3 = cov[t, m, 3] + 2.0 * dt_s * cov[t, m, 10] + dt2 * cov[t, m, 18]
    a4 = cov[t, m, 4] + dt_s * (cov[t, m, 11] + cov[t, m, 13]) + dt2 * cov[t, m, 19]
    a5 = cov[t, m, 5] + 2.0 * dt_s * cov[t, m, 14] + dt2 * cov[t, m, 20]
    a0 += noise_m2[plot, 0] + level + excess * x * x
    a1 += noise_m2[plot, 1] + excess * x * y
    a2 += noise_m2[plot, 2] + excess * x * z
    a3 += noise_m2[plot, 3] + level + excess * y * y
    a4 += noise_m2[plot, 4] + excess * y * z
    a5 += noise_m2[plot, 5] + level + excess * z * z
    # Elimination without fractions (Bareiss 1968), which stays exact where the noise is far wider along one
    # axis than along the others; cofactors don't. After it, a0 times the rest of the matrix and of d.
    b3, b4, b5 = a0 * a3 - a1 * a1, a0 * a4 - a1 * a2, a0 * a5 - a2 * a2
    e1, e2 = a0 * d1 - a1 * d0, a0 * d2 - a2 * d0
    rest = b3 * b5 - b4 * b4
    distance = d0 * d0 + (b5 * e1 * e1 + b3 * e2 * e2 - 2.0 * b4 * e1 * e2) / rest
    return distance / a0, rest / a0


@njit(cache=True, error_model="numpy", inline="always")
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


@njit(cache=True, error_model="numpy", inline="always")
def _log_density(
    dt_s: float,
    gate: float,
    models: FloatNx3,
    forget_hz: float,
    state: Float,
    cov: Float,
    mode: Float,
    t: int,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    plot: int,
    rate_mps: float,
    s: int,
    heard: Heard,
) -> float:
    """Logarithm of a detection's density under a track, of all models within the gate together, in 1/m³."""
    kept = math.exp(-forget_hz * max(dt_s, 0.0)) if len(models) > 1 else 1.0
    # In units of the density at the distance of the nearest model, so that it alone costs no exponential.
    density, nearest = 0.0, 0.0
    for m in range(len(models)):
        level_q, vertical_q, share = models[m, 0], models[m, 1], models[m, 2]
        distance, determinant = fit(dt_s, level_q, vertical_q, state, cov, t, m, position_m, noise_m2, plot)
        if distance > gate:
            continue
        scale = (share * (1.0 - kept) + mode[t, m] * kept) / math.sqrt(determinant)
        if not math.isnan(rate_mps):
            site_m, sigma_mps, usual_mps = heard
            more, variance = rate_fit(state, cov, t, m, site_m, s, rate_mps, sigma_mps[s])
            if more > gate:
                continue
            distance += more - (rate_mps / usual_mps) ** 2
            scale *= usual_mps / math.sqrt(variance)
        if density == 0.0:
            density, nearest = scale, distance
        elif distance < nearest:
            density, nearest = scale + density * math.exp(0.5 * (distance - nearest)), distance
        else:
            density += scale * math.exp(0.5 * (nearest - distance))
    return math.log(density) - 0.5 * (nearest + _LOG_2PI_3) if density > 0.0 else -math.inf


@njit(cache=True, inline="always")
def _last_seen(seen: Seen, t: int, s: int) -> float:
    """When a sensor last saw a track, s."""
    by, when_s = seen
    for k in range(by.shape[1]):
        if by[t, k] == s:
            return float(when_s[t, k])
        if by[t, k] < 0:
            break
    return -math.inf


@njit(cache=True, error_model="numpy", nogil=True)
def weigh_each(
    start: IntN,
    track: IntN,
    gate: float,
    least_merit: float,
    models: FloatNx3,
    forget_hz: float,
    same_scan: float,
    time_s: FloatN,
    sensor: IntN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    plot: IntN,
    rate_mps: FloatN,
    identity: IntN,
    channel: IntN,
    heard: Heard,
    log_surplus: FloatN,
    period_s: FloatN,
    identity_weights: FloatN,
    state: Float,
    cov: Float,
    mode: Float,
    state_time_s: FloatN,
    score: FloatN,
    track_identity: IntN,
    seen: Seen,
) -> tuple[IntN, IntN, FloatN, FloatN, IntN]:
    """The pairs of detections and tracks that fit, each with its merit.

    The merit is the logarithm of how much more likely the track is as the cause of the detection than clutter
    or a new object: log density + log surplus + log existence + what the identities say. Where it is not
    above zero, the detection is better explained without the track.

    Parameters
    ----------
    start, track
        (N+1,) and (E,): candidate tracks of each detection, `kizuna.kernels.gating.candidates`.
    gate
        Largest squared Mahalanobis distance of a pair.
    least_merit
        Pairs with a merit up to this are left out.
    models, forget_hz
        (M, 3) and 1/s as in `kizuna.kernels.kalman.update_each`.
    same_scan
        Share of a sensor's period within which a second detection of the same track is not believed.
    time_s, sensor, rate_mps, identity, channel
        (N,) s, (N,), (N,) range rate in m/s (NaN for none), (N,) codes or -1, (N,) 0 or 1 (the kind of
        identity): the detections.
    position_m, noise_m2, plot
        (P, 3) ECEF m and (P, 6) packed m²: places; (E,) which of them each candidate pair is to be judged by.
    heard
        `Heard`, a tuple of (S, 3) m, (S,) m/s and m/s.
    log_surplus, period_s
        (N,) logarithm of detection probability over density of clutter and new objects (m³) for each
        detection, (S,) scan period in s of each sensor.
    identity_weights
        (2,) what equal and unequal identities add to the logarithm of the likelihood.
    state, cov, mode, state_time_s, score, track_identity, seen
        (T, M, 6), (T, M, 21), (T, M), (T,) s, (T,) log-odds of existence, (T, 2) codes, `Seen`: the tracks.

    Returns
    -------
    tuple
        (N+1,) first pair of each detection; of each pair: (F,) track, (F,) merit, (F,) log-density of the
        detection under the track in 1/m³, and (F,) row of the place by which it was judged.
    """
    kept_start, kept_track, kept_plot = np.zeros_like(start), np.empty_like(track), np.empty_like(track)
    kept_merit, log_density = np.empty(len(track)), np.empty(len(track))
    pairs = 0
    for row in range(len(time_s)):
        s, rate = sensor[row], rate_mps[row]
        for pair in range(start[row], start[row + 1]):
            t, p = track[pair], plot[pair]
            if time_s[row] - _last_seen(seen, t, s) < same_scan * period_s[s]:
                continue
            dt = time_s[row] - state_time_s[t]
            log_density[pairs] = _log_density(
                dt, gate, models, forget_hz, state, cov, mode, t, position_m, noise_m2, p, rate, s, heard
            )
            if log_density[pairs] > -math.inf:
                merit = log_density[pairs] + log_surplus[row] - math.log1p(math.exp(-score[t]))
                known = track_identity[t, channel[row]]
                if identity[row] >= 0 and known >= 0:
                    merit += identity_weights[0] if known == identity[row] else identity_weights[1]
                if merit > least_merit:
                    kept_track[pairs], kept_plot[pairs] = t, p
                    kept_merit[pairs] = merit
                    pairs += 1
        kept_start[row + 1] = pairs
    return kept_start, kept_track[:pairs], kept_merit[:pairs], log_density[:pairs], kept_plot[:pairs]


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
