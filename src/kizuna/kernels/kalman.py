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

_LOG_2PI_3 = 3.0 * math.log(2.0 * math.pi)


@njit(cache=True, error_model="numpy")
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
    x, y, z = state[t, m, 0], state[t, m, 1], state[t, m, 2]
    excess = (vertical_q - level_q) / (x * x + y * y + z * z)
    q3, q2, dt2 = dt_s * dt_s * dt_s / 3.0, dt_s * dt_s / 2.0, dt_s * dt_s
    n0, n1, n2 = level_q + excess * x * x, excess * x * y, excess * x * z
    n3, n4, n5 = level_q + excess * y * y, excess * y * z, level_q + excess * z * z
    v0, v1, v2, v3, v4, v5 = (
        cov[t, m, 15],
        cov[t, m, 16],
        cov[t, m, 17],
        cov[t, m, 18],
        cov[t, m, 19],
        cov[t, m, 20],
    )
    for i in range(3):
        state[t, m, i] += dt_s * state[t, m, 3 + i]
    cov[t, m, 0] += 2.0 * dt_s * cov[t, m, 6] + dt2 * v0 + q3 * n0
    cov[t, m, 1] += dt_s * (cov[t, m, 7] + cov[t, m, 9]) + dt2 * v1 + q3 * n1
    cov[t, m, 2] += dt_s * (cov[t, m, 8] + cov[t, m, 12]) + dt2 * v2 + q3 * n2
    cov[t, m, 3] += 2.0 * dt_s * cov[t, m, 10] + dt2 * v3 + q3 * n3
    cov[t, m, 4] += dt_s * (cov[t, m, 11] + cov[t, m, 13]) + dt2 * v4 + q3 * n4
    cov[t, m, 5] += 2.0 * dt_s * cov[t, m, 14] + dt2 * v5 + q3 * n5
    cov[t, m, 6] += dt_s * v0 + q2 * n0
    cov[t, m, 7] += dt_s * v1 + q2 * n1
    cov[t, m, 8] += dt_s * v2 + q2 * n2
    cov[t, m, 9] += dt_s * v1 + q2 * n1
    cov[t, m, 10] += dt_s * v3 + q2 * n3
    cov[t, m, 11] += dt_s * v4 + q2 * n4
    cov[t, m, 12] += dt_s * v2 + q2 * n2
    cov[t, m, 13] += dt_s * v4 + q2 * n4
    cov[t, m, 14] += dt_s * v5 + q2 * n5
    cov[t, m, 15] = v0 + dt_s * n0
    cov[t, m, 16] = v1 + dt_s * n1
    cov[t, m, 17] = v2 + dt_s * n2
    cov[t, m, 18] = v3 + dt_s * n3
    cov[t, m, 19] = v4 + dt_s * n4
    cov[t, m, 20] = v5 + dt_s * n5


@njit(cache=True, error_model="numpy")
def update(
    state: Float, cov: Float, t: int, m: int, position_m: FloatNx3, noise_m2: FloatNx6, row: int
) -> tuple[float, float]:
    """Update one model's state of one track with a measured position, in place.

    For H = [I 0], S = A + R and G = S⁻¹ B: A' = A - A S⁻¹ A, B' = B - A G, C' = C - Bᵀ G, with the blocks A,
    B, C of the covariance.

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
    a0, a1, a2 = p0 + noise_m2[row, 0], p1 + noise_m2[row, 1], p2 + noise_m2[row, 2]
    a3, a4, a5 = p3 + noise_m2[row, 3], p4 + noise_m2[row, 4], p5 + noise_m2[row, 5]
    i0, i1, i2 = a3 * a5 - a4 * a4, a2 * a4 - a1 * a5, a1 * a4 - a2 * a3
    i3, i4, i5 = a0 * a5 - a2 * a2, a1 * a2 - a0 * a4, a0 * a3 - a1 * a1
    determinant = a0 * i0 + a1 * i1 + a2 * i2
    scale = 1.0 / determinant
    i0, i1, i2, i3, i4, i5 = i0 * scale, i1 * scale, i2 * scale, i3 * scale, i4 * scale, i5 * scale
    d0 = position_m[row, 0] - state[t, m, 0]
    d1 = position_m[row, 1] - state[t, m, 1]
    d2 = position_m[row, 2] - state[t, m, 2]
    w0, w1, w2 = i0 * d0 + i1 * d1 + i2 * d2, i1 * d0 + i3 * d1 + i4 * d2, i2 * d0 + i4 * d1 + i5 * d2
    state[t, m, 0] += p0 * w0 + p1 * w1 + p2 * w2
    state[t, m, 1] += p1 * w0 + p3 * w1 + p4 * w2
    state[t, m, 2] += p2 * w0 + p4 * w1 + p5 * w2
    # Column j of B, and of G.
    b = (
        (cov[t, m, 6], cov[t, m, 9], cov[t, m, 12]),
        (cov[t, m, 7], cov[t, m, 10], cov[t, m, 13]),
        (cov[t, m, 8], cov[t, m, 11], cov[t, m, 14]),
    )
    k = 15
    for j in range(3):
        b0, b1, b2 = b[j]
        g0, g1, g2 = i0 * b0 + i1 * b1 + i2 * b2, i1 * b0 + i3 * b1 + i4 * b2, i2 * b0 + i4 * b1 + i5 * b2
        state[t, m, 3 + j] += b0 * w0 + b1 * w1 + b2 * w2
        cov[t, m, 6 + j] = b0 - (p0 * g0 + p1 * g1 + p2 * g2)
        cov[t, m, 9 + j] = b1 - (p1 * g0 + p3 * g1 + p4 * g2)
        cov[t, m, 12 + j] = b2 - (p2 * g0 + p4 * g1 + p5 * g2)
        for i in range(j, 3):
            c0, c1, c2 = b[i]
            cov[t, m, k] -= g0 * c0 + g1 * c1 + g2 * c2
            k += 1
    g0, g1, g2 = p0 * i0 + p1 * i1 + p2 * i2, p0 * i1 + p1 * i3 + p2 * i4, p0 * i2 + p1 * i4 + p2 * i5
    cov[t, m, 0] = p0 - (g0 * p0 + g1 * p1 + g2 * p2)
    cov[t, m, 1] = p1 - (g0 * p1 + g1 * p3 + g2 * p4)
    cov[t, m, 2] = p2 - (g0 * p2 + g1 * p4 + g2 * p5)
    g0, g1, g2 = p1 * i0 + p3 * i1 + p4 * i2, p1 * i1 + p3 * i3 + p4 * i4, p1 * i2 + p3 * i4 + p4 * i5
    cov[t, m, 3] = p3 - (g0 * p1 + g1 * p3 + g2 * p4)
    cov[t, m, 4] = p4 - (g0 * p2 + g1 * p4 + g2 * p5)
    g0, g1, g2 = p2 * i0 + p4 * i1 + p5 * i2, p2 * i1 + p4 * i3 + p5 * i4, p2 * i2 + p4 * i4 + p5 * i5
    cov[t, m, 5] = p5 - (g0 * p2 + g1 * p4 + g2 * p5)
    return d0 * w0 + d1 * w1 + d2 * w2, determinant


@njit(cache=True, error_model="numpy")
def merge(state: Float, cov: Float, mode: Float, t: int, mean: Float, whole: Float, spread: Float) -> None:
    """Write the mean and the covariance of one track's mixture.

    Parameters
    ----------
    state, cov, mode
        (T, M, 6), (T, M, 21) packed, (T, M): states, covariances and probabilities of the models.
    t
        The track.
    mean, whole
        (6,) and (21,) packed; written.
    spread
        (M, 21) packed outer products of the models' distances from the mean; written.
    """
    for i in range(6):
        total = 0.0
        for m in range(mode.shape[1]):
            total += mode[t, m] * state[t, m, i]
        mean[i] = total
    whole[:] = 0.0
    for m in range(mode.shape[1]):
        d0, d1, d2 = state[t, m, 0] - mean[0], state[t, m, 1] - mean[1], state[t, m, 2] - mean[2]
        e0, e1, e2 = state[t, m, 3] - mean[3], state[t, m, 4] - mean[4], state[t, m, 5] - mean[5]
        spread[m, 0], spread[m, 1], spread[m, 2] = d0 * d0, d0 * d1, d0 * d2
        spread[m, 3], spread[m, 4], spread[m, 5] = d1 * d1, d1 * d2, d2 * d2
        spread[m, 6], spread[m, 7], spread[m, 8] = d0 * e0, d0 * e1, d0 * e2
        spread[m, 9], spread[m, 10], spread[m, 11] = d1 * e0, d1 * e1, d1 * e2
        spread[m, 12], spread[m, 13], spread[m, 14] = d2 * e0, d2 * e1, d2 * e2
        spread[m, 15], spread[m, 16], spread[m, 17] = e0 * e0, e0 * e1, e0 * e2
        spread[m, 18], spread[m, 19], spread[m, 20] = e1 * e1, e1 * e2, e2 * e2
        probability = mode[t, m]
        for k in range(21):
            whole[k] += probability * (cov[t, m, k] + spread[m, k])


@njit(cache=True, error_model="numpy")
def mix(
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
    their spread.

    Parameters
    ----------
    state, cov, mode
        (T, M, 6), (T, M, 21) packed, (T, M): states, covariances and probabilities of the models; row t is
        written.
    t
        The track.
    models
        (M, 3) as in `update_each`.
    kept
        Probability that the object has not drawn its model anew.
    mean, whole, spread
        (6,), (21,), (M, 21) scratch.
    """
    merge(state, cov, mode, t, mean, whole, spread)
    for m in range(mode.shape[1]):
        probability = models[m, 2] * (1.0 - kept) + mode[t, m] * kept
        new = models[m, 2] * (1.0 - kept) / probability
        old, both = 1.0 - new, new * (1.0 - new)
        for k in range(21):
            cov[t, m, k] = new * whole[k] + old * cov[t, m, k] + both * spread[m, k]
        for i in range(6):
            state[t, m, i] += new * (mean[i] - state[t, m, i])
        mode[t, m] = probability


@njit(cache=True, error_model="numpy")
def update_each(
    rows: IntN,
    track: IntN,
    time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
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
    mean, whole, spread = np.empty(6), np.empty(21), np.empty((count, 21))
    distance, likelihood = np.empty(count), np.empty(count)
    for row in rows:
        t = track[row]
        dt = time_s[row] - state_time_s[t]
        if count > 1:
            mix(state, cov, mode, t, models, math.exp(-forget_hz * dt), mean, whole, spread)
        nearest = math.inf
        for m in range(count):
            predict(state, cov, t, m, dt, models[m, 0], models[m, 1])
            distance[m], determinant = update(state, cov, t, m, position_m, noise_m2, row)
            likelihood[m] = mode[t, m] / math.sqrt(determinant)
            nearest = min(nearest, distance[m])
        total = 0.0
        for m in range(count):
            likelihood[m] *= math.exp(0.5 * (nearest - distance[m]))
            total += likelihood[m]
        for m in range(count):
            mode[t, m] = likelihood[m] / total
        log_likelihood[row] = math.log(total) - 0.5 * (nearest + _LOG_2PI_3)
        state_time_s[t] = time_s[row]


@njit(cache=True, error_model="numpy")
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
    count = len(models)
    out_state, out_cov = np.empty((len(rows), 6)), np.empty((len(rows), 21))
    moved, moved_cov, moved_mode = np.empty((1, count, 6)), np.empty((1, count, 21)), np.empty((1, count))
    mean, whole, spread = np.empty(6), np.empty(21), np.empty((count, 21))
    for i, t in enumerate(rows):
        dt = time_s - state_time_s[t]
        moved[0], moved_cov[0], moved_mode[0] = state[t], cov[t], mode[t]
        mix(moved, moved_cov, moved_mode, 0, models, math.exp(-forget_hz * dt), mean, whole, spread)
        for m in range(count):
            predict(moved, moved_cov, 0, m, dt, models[m, 0], models[m, 1])
        merge(moved, moved_cov, moved_mode, 0, out_state[i], out_cov[i], spread)
    return out_state, out_cov
