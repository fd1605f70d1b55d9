"""Kalman recursions for six-state tracks in ECEF, with a process noise that follows manoeuvres.

A state is x y z vx vy vz (m, m/s). Its covariance is packed as 21 numbers: the position block's upper triangle
xx xy xz yy yz zz, the 3x3 cross block of position (rows) and velocity (columns), the velocity block's upper triangle.

Each track carries the probability that it manoeuvres. Both hypotheses, calm and manoeuvring, are nearly constant
velocity with white acceleration noise of their own power along the level and along the vertical; their likelihoods
move the probability, and the noise of the update is the mean of both (Bar-Shalom, Li, Kirubarajan 2001, "Estimation
with Applications to Tracking and Navigation", 6.2 for the noise, 11.2.2 for its adjustment, 11.6.4 for the GPB1 rule).
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN

_LOG_2PI_3 = 3.0 * math.log(2.0 * math.pi)
_PACKED = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])
"""Where the entries of a symmetric 3x3 stand in its packed upper triangle."""


@njit(cache=True)
def manoeuvre_prior(probability: float, dt_s: float, enter_hz: float, leave_hz: float) -> float:
    """Probability of a manoeuvre after a time: a two-state Markov chain in continuous time, rates in 1/s."""
    total = enter_hz + leave_hz
    limit = enter_hz / total
    return limit + (probability - limit) * math.exp(-total * dt_s)


@njit(cache=True)
def predict(state: Float, cov: Float, dt_s: float, level_q: float, vertical_q: float) -> None:
    """Move one state (6,) and its packed covariance (21,) by a time, in place.

    Q = q [dt³/3, dt²/2; dt²/2, dt] with power q in m²/s³: `vertical_q` along the geocentric up direction, `level_q`
    across it.
    """
    x, y, z = state[0], state[1], state[2]
    norm = math.sqrt(x * x + y * y + z * z) + 1e-9
    up = (x / norm, y / norm, z / norm)
    q3, q2 = dt_s * dt_s * dt_s / 3.0, dt_s * dt_s / 2.0
    state[0] += dt_s * state[3]
    state[1] += dt_s * state[4]
    state[2] += dt_s * state[5]
    excess = vertical_q - level_q
    k = 0
    for i in range(3):
        for j in range(i, 3):
            q = excess * up[i] * up[j] + (level_q if i == j else 0.0)
            speed = cov[15 + k]
            cov[k] += dt_s * (cov[6 + 3 * i + j] + cov[6 + 3 * j + i]) + dt_s * dt_s * speed + q3 * q
            k += 1
    k = 0
    for i in range(3):
        for j in range(i, 3):
            q = excess * up[i] * up[j] + (level_q if i == j else 0.0)
            cov[6 + 3 * i + j] += dt_s * cov[15 + k] + q2 * q
            if i != j:
                cov[6 + 3 * j + i] += dt_s * cov[15 + k] + q2 * q
            cov[15 + k] += dt_s * q
            k += 1


@njit(cache=True)
def fit(
    dt_s: float,
    prior: float,
    motion: FloatN,
    state: FloatN,
    cov: FloatN,
    position_m: FloatN,
    noise_m2: FloatN,
) -> tuple[float, float, float]:
    """How well a measured position fits a track under both hypotheses of its motion.

    Parameters
    ----------
    dt_s, prior
        Time since the track's state in s; probability that the object manoeuvres.
    motion
        (6,) as in `update_each`.
    state, cov, position_m, noise_m2
        (6,) ECEF m and m/s, (21,) packed, (3,) ECEF m, (6,) packed m².

    Returns
    -------
    tuple
        Log-density of the measurement in 1/m³, both hypotheses mixed; probability of a manoeuvre after it; the smaller
        one of the squared Mahalanobis distances.
    """
    norm_2 = state[0] * state[0] + state[1] * state[1] + state[2] * state[2] + 1e-9
    dt2 = dt_s * dt_s
    q3 = abs(dt2 * dt_s) / 3.0
    d0 = position_m[0] - state[0] - dt_s * state[3]
    d1 = position_m[1] - state[1] - dt_s * state[4]
    d2 = position_m[2] - state[2] - dt_s * state[5]
    s0 = cov[0] + noise_m2[0] + 2.0 * dt_s * cov[6] + dt2 * cov[15]
    s1 = cov[1] + noise_m2[1] + dt_s * (cov[7] + cov[9]) + dt2 * cov[16]
    s2 = cov[2] + noise_m2[2] + dt_s * (cov[8] + cov[12]) + dt2 * cov[17]
    s3 = cov[3] + noise_m2[3] + 2.0 * dt_s * cov[10] + dt2 * cov[18]
    s4 = cov[4] + noise_m2[4] + dt_s * (cov[11] + cov[13]) + dt2 * cov[19]
    s5 = cov[5] + noise_m2[5] + 2.0 * dt_s * cov[14] + dt2 * cov[20]
    log_calm, log_hard, nearest = 0.0, 0.0, math.inf
    for model in range(2):
        level = q3 * motion[2 * model]
        excess = q3 * (motion[2 * model + 1] - motion[2 * model]) / norm_2
        a0, a3 = s0 + level + excess * state[0] * state[0], s3 + level + excess * state[1] * state[1]
        a5, a1 = s5 + level + excess * state[2] * state[2], s1 + excess * state[0] * state[1]
        a2, a4 = s2 + excess * state[0] * state[2], s4 + excess * state[1] * state[2]
        m0, m1, m2 = a3 * a5 - a4 * a4, a2 * a4 - a1 * a5, a1 * a4 - a2 * a3
        m3, m4, m5 = a0 * a5 - a2 * a2, a1 * a2 - a0 * a4, a0 * a3 - a1 * a1
        determinant = a0 * m0 + a1 * m1 + a2 * m2
        distance = (
            m0 * d0 * d0 + m3 * d1 * d1 + m5 * d2 * d2 + 2.0 * (m1 * d0 * d1 + m2 * d0 * d2 + m4 * d1 * d2)
        )
        distance /= determinant
        nearest = min(nearest, distance)
        if model == 0:
            log_calm = -0.5 * (distance + math.log(determinant) + _LOG_2PI_3)
        else:
            log_hard = -0.5 * (distance + math.log(determinant) + _LOG_2PI_3)
    top = max(log_calm, log_hard)
    calm = (1.0 - prior) * math.exp(log_calm - top)
    hard = prior * math.exp(log_hard - top)
    return top + math.log(calm + hard), hard / (calm + hard), nearest


@njit(cache=True)
def update(state: Float, cov: Float, position_m: Float, noise_m2: Float, cross: Float) -> None:
    """Update one state (6,) and packed covariance (21,) with a measured position, in place.

    For H = [I 0], S = A + R: A' = A - A S⁻¹ A, B' = B - A S⁻¹ B, C' = C - Bᵀ S⁻¹ B, with the blocks A, B, C of the
    covariance.

    Parameters
    ----------
    state, cov
        (6,) ECEF state in m and m/s, (21,) packed covariance.
    position_m, noise_m2
        (3,) measured ECEF position in m, (6,) packed covariance in m².
    cross
        (6, 3) scratch.
    """
    a0, a1, a2 = cov[0] + noise_m2[0], cov[1] + noise_m2[1], cov[2] + noise_m2[2]
    a3, a4, a5 = cov[3] + noise_m2[3], cov[4] + noise_m2[4], cov[5] + noise_m2[5]
    i0, i1, i2 = a3 * a5 - a4 * a4, a2 * a4 - a1 * a5, a1 * a4 - a2 * a3
    i3, i4, i5 = a0 * a5 - a2 * a2, a1 * a2 - a0 * a4, a0 * a3 - a1 * a1
    scale = 1.0 / (a0 * i0 + a1 * i1 + a2 * i2)
    i0, i1, i2, i3, i4, i5 = i0 * scale, i1 * scale, i2 * scale, i3 * scale, i4 * scale, i5 * scale
    d0, d1, d2 = position_m[0] - state[0], position_m[1] - state[1], position_m[2] - state[2]
    w0 = i0 * d0 + i1 * d1 + i2 * d2
    w1 = i1 * d0 + i3 * d1 + i4 * d2
    w2 = i2 * d0 + i4 * d1 + i5 * d2
    # The covariance of the whole state with the position.
    cross[0, 0], cross[0, 1], cross[0, 2] = cov[0], cov[1], cov[2]
    cross[1, 0], cross[1, 1], cross[1, 2] = cov[1], cov[3], cov[4]
    cross[2, 0], cross[2, 1], cross[2, 2] = cov[2], cov[4], cov[5]
    for i in range(3):
        for j in range(3):
            cross[3 + j, i] = cov[6 + 3 * i + j]
    for i in range(6):
        c0, c1, c2 = cross[i, 0], cross[i, 1], cross[i, 2]
        state[i] += c0 * w0 + c1 * w1 + c2 * w2
        g0 = c0 * i0 + c1 * i1 + c2 * i2
        g1 = c0 * i1 + c1 * i3 + c2 * i4
        g2 = c0 * i2 + c1 * i4 + c2 * i5
        for j in range(max(i, 3), 6):
            drop = g0 * cross[j, 0] + g1 * cross[j, 1] + g2 * cross[j, 2]
            if i < 3:
                cov[6 + 3 * i + j - 3] -= drop
            else:
                cov[15 + _PACKED[i - 3, j - 3]] -= drop
        for j in range(i, 3):
            cov[_PACKED[i, j]] -= g0 * cross[j, 0] + g1 * cross[j, 1] + g2 * cross[j, 2]


@njit(cache=True)
def update_each(
    rows: IntN,
    track: IntN,
    time_s: FloatN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    motion: FloatN,
    state: FloatNx6,
    cov: FloatNx21,
    state_time_s: FloatN,
    manoeuvre: FloatN,
    log_likelihood: FloatN,
) -> None:
    """Predict tracks to their detections' times and update them, one detection after the other, in place.

    Parameters
    ----------
    rows
        (M,) rows of the detections' arrays, in order of time.
    track
        (N,) row of the track that each detection updates.
    time_s, position_m, noise_m2
        (N,) s, (N, 3) ECEF m, (N, 6) packed m²: the detections.
    motion
        (6,) noise powers m²/s³: calm level, calm vertical, manoeuvring level, manoeuvring vertical; rates in 1/s at
        which manoeuvres begin and end.
    state, cov, state_time_s, manoeuvre
        (T, 6), (T, 21), (T,) s, (T,) probability: the tracks; written.
    log_likelihood
        (N,) log-density in 1/m³ of each detection under its track; written.
    """
    cross = np.empty((6, 3))
    for row in rows:
        t = track[row]
        dt = time_s[row] - state_time_s[t]
        prior = manoeuvre_prior(manoeuvre[t], max(dt, 0.0), motion[4], motion[5])
        log_likelihood[row], posterior, _ = fit(
            dt, prior, motion, state[t], cov[t], position_m[row], noise_m2[row]
        )
        manoeuvre[t] = posterior
        level = motion[0] + posterior * (motion[2] - motion[0])
        vertical = motion[1] + posterior * (motion[3] - motion[1])
        predict(state[t], cov[t], dt, level, vertical)
        update(state[t], cov[t], position_m[row], noise_m2[row], cross)
        state_time_s[t] = time_s[row]


@njit(cache=True)
def weigh_each(
    start: IntN,
    track: IntN,
    gate: float,
    motion: FloatN,
    same_scan: float,
    time_s: FloatN,
    sensor: IntN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    identity: IntN,
    channel: IntN,
    log_surplus: FloatN,
    period_s: FloatN,
    identity_weights: FloatN,
    state: FloatNx6,
    cov: FloatNx21,
    state_time_s: FloatN,
    manoeuvre: FloatN,
    score: FloatN,
    track_identity: IntN,
    seen_s: Float,
) -> tuple[IntN, IntN, FloatN]:
    """The pairs of detections and tracks that fit, each with its cost.

    The cost is the negative logarithm of how much more likely the track is as the cause of the detection than clutter
    or a new object: -(log density + log surplus + log existence + what the identities say). Pairs with a cost of zero
    or more are left out: the detection is then better explained without the track.

    Parameters
    ----------
    start, track
        (N+1,) and (E,): candidate tracks of each detection, `kizuna.kernels.gating.candidates`.
    gate
        Largest squared Mahalanobis distance of a pair.
    motion
        (6,) as in `update_each`.
    same_scan
        Share of a sensor's period within which a second detection of the same track is not believed.
    time_s, sensor, position_m, noise_m2, identity, channel
        (N,) s, (N,), (N, 3) ECEF m, (N, 6) packed m², (N,) codes or -1, (N,) 0 or 1: the kind of identity.
    log_surplus, period_s
        (S,) logarithm of detection probability over clutter density (m³), (S,) scan period in s, per sensor.
    identity_weights
        (2,) what equal and unequal identities add to the logarithm of the likelihood.
    state, cov, state_time_s, manoeuvre, score, track_identity, seen_s
        (T, 6), (T, 21), (T,) s, (T,), (T,) log-odds of existence, (T, 2) codes, (T, S) s: the tracks.

    Returns
    -------
    tuple
        (N+1,) first pair of each detection, (F,) track, (F,) cost.
    """
    kept_start = np.zeros_like(start)
    kept_track = np.empty_like(track)
    cost = np.empty(len(track))
    pairs = 0
    for row in range(len(time_s)):
        s = sensor[row]
        for candidate in range(start[row], start[row + 1]):
            t = track[candidate]
            if time_s[row] - seen_s[t, s] < same_scan * period_s[s]:
                continue
            dt = time_s[row] - state_time_s[t]
            prior = manoeuvre_prior(manoeuvre[t], max(dt, 0.0), motion[4], motion[5])
            merit, _, distance = fit(dt, prior, motion, state[t], cov[t], position_m[row], noise_m2[row])
            known = track_identity[t, channel[row]]
            if identity[row] >= 0 and known >= 0:
                merit += identity_weights[0] if known == identity[row] else identity_weights[1]
            # The logarithm of the probability of existence.
            merit += log_surplus[s] - math.log1p(math.exp(-score[t]))
            if distance <= gate and merit > 0.0:
                kept_track[pairs] = t
                cost[pairs] = -merit
                pairs += 1
        kept_start[row + 1] = pairs
    return kept_start, kept_track[:pairs], cost[:pairs]


@njit(cache=True)
def predict_each(
    time_s: float,
    motion: FloatN,
    state: FloatNx6,
    cov: FloatNx21,
    state_time_s: FloatN,
    manoeuvre: FloatN,
) -> tuple[FloatNx6, FloatNx21]:
    """States and covariances of tracks at one time; the tracks themselves stay as they are.

    Parameters
    ----------
    time_s
        The time to predict to, s.
    motion
        As in `update_each`.
    state, cov, state_time_s, manoeuvre
        (T, 6), (T, 21), (T,) s, (T,) probability: the tracks.

    Returns
    -------
    tuple
        (T, 6) ECEF states in m and m/s, (T, 21) packed covariances.
    """
    out_state, out_cov = state.copy(), cov.copy()
    for t in range(len(state)):
        dt = time_s - state_time_s[t]
        prior = manoeuvre_prior(manoeuvre[t], max(dt, 0.0), motion[4], motion[5])
        level = motion[0] + prior * (motion[2] - motion[0])
        vertical = motion[1] + prior * (motion[3] - motion[1])
        predict(out_state[t], out_cov[t], dt, level, vertical)
    return out_state, out_cov
