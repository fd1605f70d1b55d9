"""Kalman recursions for six-state tracks in ECEF whose motion follows one of a few models at a time.

A state is x y z vx vy vz (m, m/s). Its covariance is packed as 21 numbers: the position block's upper
triangle xx xy xz yy yz zz, the 3x3 cross block of position (rows) and velocity (columns), the velocity
block's upper triangle.

Every model is nearly constant velocity with white acceleration noise of its own power along the level and
along the vertical. A track holds one state for each model and the models' probabilities: the interacting
multiple model estimator (Blom and Bar-Shalom 1988, IEEE Trans. AC 33(8) 780-783; Bar-Shalom, Li, Kirubarajan
2001, "Estimation with Applications to Tracking and Navigation", 11.6.6). An object forgets its model at a
constant rate and draws a new one by the models' shares, so that the probability of model j after a time is
share[j] (1 - e) + probability[j] e with e = exp(-rate time). For two models that is the general Markov chain;
for any number, mixing the states needs no more than the track's overall mean and covariance.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN

_ROW = np.array([0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5])
_COLUMN = np.array([0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5, 4, 5, 5])
"""Of the state, for each packed number."""
_LOG_2PI_3 = 3.0 * math.log(2.0 * math.pi)


@njit(cache=True, error_model="numpy", inline="always")
def predict(state: Float, cov: Float, t: int, m: int, dt_s: float, level_q: float, vertical_q: float) -> None:
    """Move one model's state of one track by a time, in place.

    Q = q [dt³/3, dt²/2; dt²/2, dt] with power q in m²/s³: `vertical_q` along the geocentric up direction,
    `level_q` across it.

    Parameters
    ----------
    state, cov
        (T, M, 6) and (T, M, 21) packed; row t, m is written.
    t, m
        The track and the model.
    dt_s, level_q, vertical_q
        Time in s, powers in m²/s³.
    """
    r = (state[t, m, 0], state[t, m, 1], state[t, m, 2])
    excess = (vertical_q - level_q) / (r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
    q3, q2, dt2 = dt_s * dt_s * dt_s / 3.0, dt_s * dt_s / 2.0, dt_s * dt_s
    k = 0
    for i in range(3):
        state[t, m, i] += dt_s * state[t, m, 3 + i]
        for j in range(i, 3):
            crossed = cov[t, m, 6 + 3 * i + j] + cov[t, m, 6 + 3 * j + i]
            q = excess * r[i] * r[j] + (level_q if i == j else 0.0)
            cov[t, m, k] += dt_s * crossed + dt2 * cov[t, m, 15 + k] + q3 * q
            k += 1
    k = 0
    for i in range(3):
        for j in range(i, 3):
            q = excess * r[i] * r[j] + (level_q if i == j else 0.0)
            more = dt_s * cov[t, m, 15 + k] + q2 * q
            cov[t, m, 6 + 3 * i + j] += more
            if i != j:
                cov[t, m, 6 + 3 * j + i] += more
            cov[t, m, 15 + k] += dt_s * q
            k += 1


@njit(cache=True, error_model="numpy")
def _decorrelate(
    x0: float, x1: float, x2: float, l1: float, l2: float, l3: float
) -> tuple[float, float, float]:
    """L⁻¹ x for the unit lower triangle L with l1 in its second row, l2 and l3 in its third."""
    y1 = x1 - l1 * x0
    return x0, y1, x2 - l2 * x0 - l3 * y1


@njit(cache=True, error_model="numpy", inline="always")
def update(
    state: Float, cov: Float, t: int, m: int, position_m: FloatNx3, noise_m2: FloatNx6, row: int
) -> tuple[float, float]:
    """Update one model's state of one track with a measured position, in place.

    For H = [I 0], S = A + R = L D Lᵀ and W = L⁻¹ [A B]: P' = P - Wᵀ D⁻¹ W and x' = x + Wᵀ D⁻¹ L⁻¹ (z - H x),
    with the blocks A and B of the covariance P: one scalar update after the other, of measurements whose
    errors are decorrelated (Bierman 1977, "Factorization Methods for Discrete Sequential Estimation", V.3).
    The inverse by cofactors costs as much and is lost where the noise is 10,000 times wider along one axis.

    Parameters
    ----------
    state, cov
        (T, M, 6) and (T, M, 21) packed; row t, m is written.
    t, m
        The track and the model.
    position_m, noise_m2
        (N, 3) measured ECEF positions in m, (N, 6) packed covariances in m².
    row
        The measurement.

    Returns
    -------
    tuple
        Squared Mahalanobis distance of the measurement, and the determinant of S in m⁶.
    """
    p0, p1, p2 = cov[t, m, 0], cov[t, m, 1], cov[t, m, 2]
    p3, p4, p5 = cov[t, m, 3], cov[t, m, 4], cov[t, m, 5]
    s0, s1, s2 = p0 + noise_m2[row, 0], p1 + noise_m2[row, 1], p2 + noise_m2[row, 2]
    r0 = 1.0 / s0
    l1, l2 = s1 * r0, s2 * r0
    s3, s4 = p3 + noise_m2[row, 3] - s1 * l1, p4 + noise_m2[row, 4] - s1 * l2
    r1 = 1.0 / s3
    l3 = s4 * r1
    s5 = p5 + noise_m2[row, 5] - s2 * l2 - s4 * l3
    r2 = 1.0 / s5
    d0, d1, d2 = (
        position_m[row, 0] - state[t, m, 0],
        position_m[row, 1] - state[t, m, 1],
        position_m[row, 2] - state[t, m, 2],
    )
    d0, d1, d2 = _decorrelate(d0, d1, d2, l1, l2, l3)
    e0, e1, e2 = d0 * r0, d1 * r1, d2 * r2
    # Columns of W: those of the position, those of the velocity.
    w = (
        _decorrelate(p0, p1, p2, l1, l2, l3),
        _decorrelate(p1, p3, p4, l1, l2, l3),
        _decorrelate(p2, p4, p5, l1, l2, l3),
    )
    v = (
        _decorrelate(cov[t, m, 6], cov[t, m, 9], cov[t, m, 12], l1, l2, l3),
        _decorrelate(cov[t, m, 7], cov[t, m, 10], cov[t, m, 13], l1, l2, l3),
        _decorrelate(cov[t, m, 8], cov[t, m, 11], cov[t, m, 14], l1, l2, l3),
    )
    k = 0
    for i in range(3):
        state[t, m, i] += w[i][0] * e0 + w[i][1] * e1 + w[i][2] * e2
        state[t, m, 3 + i] += v[i][0] * e0 + v[i][1] * e1 + v[i][2] * e2
        f0, f1, f2 = w[i][0] * r0, w[i][1] * r1, w[i][2] * r2
        g0, g1, g2 = v[i][0] * r0, v[i][1] * r1, v[i][2] * r2
        for j in range(3):
            cov[t, m, 6 + 3 * i + j] -= f0 * v[j][0] + f1 * v[j][1] + f2 * v[j][2]
        for j in range(i, 3):
            cov[t, m, k] -= f0 * w[j][0] + f1 * w[j][1] + f2 * w[j][2]
            cov[t, m, 15 + k] -= g0 * v[j][0] + g1 * v[j][1] + g2 * v[j][2]
            k += 1
    return d0 * e0 + d1 * e1 + d2 * e2, s0 * s3 * s5


@njit(cache=True, error_model="numpy", inline="always")
def update_rate(
    state: Float, cov: Float, t: int, m: int, site_m: FloatN, rate_mps: float, sigma_mps: float, cross: Float
) -> tuple[float, float]:
    """Update one model's state of one track with a measured range rate, in place.

    With d = p - site and u = d/|d|, the range rate of a state is u v; its gradient is (v - (u v) u)/|d| for
    the position and u for the velocity (Bar-Shalom, Li, Kirubarajan 2001, 10.3: the extended Kalman filter).

    Parameters
    ----------
    state, cov
        (T, M, 6) and (T, M, 21) packed; row t, m is written.
    t, m
        The track and the model.
    site_m
        (3,) the sensor's ECEF position in m.
    rate_mps, sigma_mps
        The range rate and its standard deviation, m/s.
    cross
        (6,) scratch.

    Returns
    -------
    tuple
        Squared Mahalanobis distance of the range rate, and its variance in m²/s².
    """
    d0, d1, d2 = state[t, m, 0] - site_m[0], state[t, m, 1] - site_m[1], state[t, m, 2] - site_m[2]
    v0, v1, v2 = state[t, m, 3], state[t, m, 4], state[t, m, 5]
    inverse = 1.0 / math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
    u = (d0 * inverse, d1 * inverse, d2 * inverse)
    expected = u[0] * v0 + u[1] * v1 + u[2] * v2
    g = ((v0 - expected * u[0]) * inverse, (v1 - expected * u[1]) * inverse, (v2 - expected * u[2]) * inverse)
    gradient = (*g, *u)
    cross[:] = 0.0
    for e in range(21):
        i, j = _ROW[e], _COLUMN[e]
        cross[i] += cov[t, m, e] * gradient[j]
        if i != j:
            cross[j] += cov[t, m, e] * gradient[i]
    variance = sigma_mps * sigma_mps
    for i in range(6):
        variance += gradient[i] * cross[i]
    surprise = (rate_mps - expected) / variance
    for i in range(6):
        state[t, m, i] += cross[i] * surprise
    for e in range(21):
        cov[t, m, e] -= cross[_ROW[e]] * cross[_COLUMN[e]] / variance
    return surprise * surprise * variance, variance


@njit(cache=True, error_model="numpy", inline="always")
def _merge(state: Float, cov: Float, mode: Float, t: int, mean: Float, whole: Float, spread: Float) -> None:
    """Write the mean (6,) and the covariance (21,) of one track's mixture, and the models' spread (M, 21)."""
    for i in range(6):
        total = 0.0
        for m in range(mode.shape[1]):
            total += mode[t, m] * state[t, m, i]
        mean[i] = total
    whole[:] = 0.0
    for m in range(mode.shape[1]):
        d = (state[t, m, 0] - mean[0], state[t, m, 1] - mean[1], state[t, m, 2] - mean[2])
        e = (state[t, m, 3] - mean[3], state[t, m, 4] - mean[4], state[t, m, 5] - mean[5])
        k = 0
        for i in range(3):
            for j in range(3):
                spread[m, 6 + 3 * i + j] = d[i] * e[j]
            for j in range(i, 3):
                spread[m, k], spread[m, 15 + k] = d[i] * d[j], e[i] * e[j]
                k += 1
        probability = mode[t, m]
        for k in range(21):
            whole[k] += probability * (cov[t, m, k] + spread[m, k])


@njit(cache=True, error_model="numpy", inline="always")
def _mix(
    state: Float,
    cov: Float,
    mode: Float,
    t: int,
    models: FloatNx3,
    kept: float,
    mean: Float,
    whole: Float,
    spread: Float,
) -> None:
    """Let the models of one track interact before a prediction, in place.

    Of model j's probability share[j] (1 - kept) + mode[j] kept, the first part comes from the track as a
    whole and the second from the model itself; its state becomes the mean of the two, its covariance includes
    their spread. `mean`, `whole`, `spread` are scratch of shapes (6,), (21,), (M, 21).
    """
    _merge(state, cov, mode, t, mean, whole, spread)
    for m in range(mode.shape[1]):
        probability = models[m, 2] * (1.0 - kept) + mode[t, m] * kept
        new = models[m, 2] * (1.0 - kept) / probability
        old, both = 1.0 - new, new * (1.0 - new)
        for k in range(21):
            cov[t, m, k] = new * whole[k] + old * cov[t, m, k] + both * spread[m, k]
        for i in range(6):
            state[t, m, i] += new * (mean[i] - state[t, m, i])
        mode[t, m] = probability


@njit(cache=True, error_model="numpy", inline="always")
def _doubt(
    state: Float, cov: Float, t: int, m: int, trust: float, before: FloatNx6, before_cov: FloatNx21
) -> None:
    """Take back a part of the last update of one model, which may have been by another object's detection.

    What remains is the mean and the covariance of the mixture of what was before, (M, 6) and (M, 21), and
    what is after, with the probability `trust` of the latter: probabilistic data association (Bar-Shalom, Li,
    Kirubarajan 2001, 1.5.3 and 3.4.3).
    """
    other = 1.0 - trust
    for e in range(21):
        i, j = _ROW[e], _COLUMN[e]
        spread = other * (state[t, m, i] - before[m, i]) * (state[t, m, j] - before[m, j])
        cov[t, m, e] = trust * (cov[t, m, e] + spread) + other * before_cov[m, e]
    for i in range(6):
        state[t, m, i] = trust * state[t, m, i] + other * before[m, i]


@njit(cache=True, error_model="numpy", nogil=True)
def update_each(
    rows: IntN,
    track: IntN,
    time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    rate_mps: FloatN,
    sensor: IntN,
    trust: FloatN,
    site_m: FloatNx3,
    sigma_rate_mps: FloatN,
    usual_mps: float,
    models: FloatNx3,
    forget_hz: float,
    state: Float,
    cov: Float,
    mode: Float,
    state_time_s: FloatN,
    log_likelihood: FloatN,
) -> None:
    """Predict tracks to their detections' times and update them, one detection after the other, in place.

    Parameters
    ----------
    rows
        (K,) rows of the detections' arrays, in order of time.
    track
        (N,) row of the track that each detection updates.
    time_s, position_m, noise_m2
        (N,) s, (N, 3) ECEF m, (N, 6) packed m²: the detections; none earlier than its track's state.
    rate_mps, sensor
        (N,) range rate in m/s, NaN for none; (N,) sensor.
    trust
        (N,) probability that the detection is of the track's object at all.
    site_m, sigma_rate_mps
        (S, 3) the sensors' ECEF positions in m, (S,) standard deviations of their range rates in m/s.
    usual_mps
        Standard deviation of the range rate of just anything, m/s: the likelihood of a range rate counts in
        units of its density.
    models
        (M, 3) the models of motion: noise power along the level and the vertical in m²/s³, share of the time.
    forget_hz
        Rate in 1/s at which an object draws its model anew.
    state, cov, mode, state_time_s
        (T, M, 6), (T, M, 21), (T, M) probability, (T,) s: the tracks; written.
    log_likelihood
        (N,) log-density in 1/m³ of each detection under its track; written.
    """
    count = len(models)
    mean, whole, spread, cross = np.empty(6), np.empty(21), np.empty((count, 21)), np.empty(6)
    distance, likelihood = np.empty(count), np.empty(count)
    before, before_cov = np.empty((count, 6)), np.empty((count, 21))
    for row in rows:
        t, s = track[row], sensor[row]
        dt = time_s[row] - state_time_s[t]
        if count > 1:
            _mix(state, cov, mode, t, models, math.exp(-forget_hz * dt), mean, whole, spread)
        nearest = math.inf
        for m in range(count):
            predict(state, cov, t, m, dt, models[m, 0], models[m, 1])
            if trust[row] < 1.0:
                before[m], before_cov[m] = state[t, m], cov[t, m]
            distance[m], determinant = update(state, cov, t, m, position_m, noise_m2, row)
            likelihood[m] = mode[t, m] / math.sqrt(determinant)
            if not math.isnan(rate_mps[row]):
                more, variance = update_rate(
                    state, cov, t, m, site_m[s], rate_mps[row], sigma_rate_mps[s], cross
                )
                distance[m] += more - (rate_mps[row] / usual_mps) ** 2
                likelihood[m] *= usual_mps / math.sqrt(variance)
            nearest = min(nearest, distance[m])
        total = 0.0
        for m in range(count):
            likelihood[m] *= math.exp(0.5 * (nearest - distance[m]))
            total += likelihood[m]
        for m in range(count):
            told = trust[row] * likelihood[m] / total
            mode[t, m] = told + (1.0 - trust[row]) * mode[t, m]
            if trust[row] < 1.0:
                _doubt(state, cov, t, m, told / mode[t, m], before, before_cov)
        log_likelihood[row] = math.log(total) - 0.5 * (nearest + _LOG_2PI_3)
        state_time_s[t] = time_s[row]


@njit(cache=True, error_model="numpy", nogil=True)
def predict_each(
    rows: IntN,
    time_s: float,
    models: FloatNx3,
    forget_hz: float,
    state: Float,
    cov: Float,
    mode: Float,
    state_time_s: FloatN,
) -> tuple[FloatNx6, FloatNx21]:
    """Means and covariances of tracks at one time; the tracks themselves stay as they are.

    Mixing changes neither a track's overall mean nor its covariance, and all models move alike: so the mean
    noise power, at the models' probabilities of that time, predicts the whole at once.

    Parameters
    ----------
    rows
        (K,) rows of the tracks.
    time_s
        The time to predict to, s.
    models, forget_hz
        (M, 3) and 1/s as in `update_each`.
    state, cov, mode, state_time_s
        (T, M, 6), (T, M, 21), (T, M) probability, (T,) s: the tracks.

    Returns
    -------
    tuple
        (K, 6) ECEF states in m and m/s, (K, 21) packed covariances.
    """
    out_state, out_cov = np.empty((len(rows), 1, 6)), np.empty((len(rows), 1, 21))
    spread = np.empty((len(models), 21))
    for i, t in enumerate(rows):
        dt = time_s - state_time_s[t]
        kept = math.exp(-forget_hz * dt)
        level_q, vertical_q = 0.0, 0.0
        for m in range(len(models)):
            probability = models[m, 2] * (1.0 - kept) + mode[t, m] * kept
            level_q += probability * models[m, 0]
            vertical_q += probability * models[m, 1]
        _merge(state, cov, mode, t, out_state[i, 0], out_cov[i, 0], spread)
        predict(out_state, out_cov, i, 0, dt, level_q, vertical_q)
    return out_state[:, 0], out_cov[:, 0]
