"""Models of motion of any kind that interact: what of a cycle does not depend on how they move.

A track holds a state of seven numbers for each model: x y z vx vy vz (ECEF, m and m/s) and one that has its
own meaning in each model, such as a turn rate; its covariance is packed as in `kizuna.kernels.turn`. What is
said of the models' probabilities in `kizuna.kernels.kalman`, the fast way for straight flight alone, holds
here too. The models themselves move the states between `mix_each` and `update_each`.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN

_ROW = np.array([0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 0, 1, 2, 3, 4, 5, 6])
_COLUMN = np.array([0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5, 4, 5, 5, 6, 6, 6, 6, 6, 6, 6])
"""Of the state, for each packed number."""
_LOG_2PI_3 = 3.0 * math.log(2.0 * math.pi)


@njit(cache=True, error_model="numpy")
def mix_each(
    rows: IntN,
    dt_s: FloatN,
    share: FloatN,
    forget_hz: float,
    prior: Float,
    state: Float,
    cov: Float,
    mode: Float,
) -> None:
    """Let the models of some tracks interact before a prediction, in place.

    Of model j's probability share[j] (1 - e) + probability[j] e, with e = exp(-forget_hz dt), the first part
    comes from all models and the second from j itself (Bar-Shalom, Li, Kirubarajan 2001, 11.6.6). What comes
    from another model knows nothing of the seventh number: there it is as the model expects it beforehand.

    Parameters
    ----------
    rows
        (K,) the tracks.
    dt_s
        (T,) time that each track is going to be predicted by, s.
    share, forget_hz
        (M,) the models' shares of the time; rate at which an object draws its model anew, 1/s.
    prior
        (M, 2) mean and variance of the seventh number.
    state, cov, mode
        (T, M, 7), (T, M, 28) packed, (T, M): the tracks; written.
    """
    count = len(share)
    mean, whole, spread = np.empty(6), np.empty(21), np.empty((count, 21))
    for t in rows:
        kept = math.exp(-forget_hz * dt_s[t])
        if kept == 1.0 or count == 1:
            continue
        _merge(state, cov, mode, t, mean, whole, spread)
        for m in range(count):
            chance = mode[t, m]
            mode[t, m] = share[m] * (1.0 - kept) + chance * kept
            new = share[m] * (1.0 - kept) / mode[t, m]
            old, both = 1.0 - new, new * (1.0 - new)
            # What of it was this model's before; for the rest, the seventh is what it was expected to be.
            own = new * chance + old
            news = state[t, m, 6] - prior[m, 0]
            for i in range(6):
                away = new * (state[t, m, i] - mean[i])
                cov[t, m, 21 + i] = own * (cov[t, m, 21 + i] + news * away)
                state[t, m, i] -= away
            cov[t, m, 27] = own * cov[t, m, 27] + (1.0 - own) * (prior[m, 1] + own * news * news)
            state[t, m, 6] = prior[m, 0] + own * news
            for k in range(21):
                cov[t, m, k] = new * whole[k] + old * cov[t, m, k] + both * spread[m, k]


@njit(cache=True, error_model="numpy")
def _merge(state: Float, cov: Float, mode: Float, t: int, mean: Float, whole: Float, spread: Float) -> None:
    """Write mean (6,) and covariance (21,) of place and velocity of all models of one track.

    The spread (M, 21) is the square of how far each model's state is from the mean; it is written too.
    """
    mean[:] = 0.0
    whole[:] = 0.0
    for m in range(mode.shape[1]):
        for i in range(6):
            mean[i] += mode[t, m] * state[t, m, i]
    for m in range(mode.shape[1]):
        for e in range(21):
            i, j = _ROW[e], _COLUMN[e]
            spread[m, e] = (state[t, m, i] - mean[i]) * (state[t, m, j] - mean[j])
            whole[e] += mode[t, m] * (cov[t, m, e] + spread[m, e])


@njit(cache=True, error_model="numpy")
def _learn(
    x: Float, p: Float, gradient: FloatN, surprise: float, noise_2: float, cross: Float
) -> tuple[float, float]:
    """Update a state (7,) and its covariance (7, 7) with one measured number, in place.

    Returns the squared Mahalanobis distance of the surprise, and its variance; `cross` (7,) is scratch.
    """
    variance = noise_2
    for i in range(7):
        cross[i] = 0.0
        for j in range(6):
            cross[i] += p[i, j] * gradient[j]
        if i < 6:
            variance += gradient[i] * cross[i]
    inverse = 1.0 / variance
    for i in range(7):
        gain = cross[i] * inverse
        x[i] += gain * surprise
        for j in range(7):
            p[i, j] -= gain * cross[j]
    return surprise * surprise * inverse, variance


@njit(cache=True, error_model="numpy")
def _learn_place(
    x: Float, p: Float, place_m: FloatN, noise_m2: FloatN, gradient: Float, cross: Float
) -> tuple[float, float]:
    """Update with a measured place, one decorrelated number after the other.

    The noise is L D Lᵀ with a unit lower triangle L (Bierman 1977, "Factorization Methods for Discrete
    Sequential Estimation", V.3). Returns the squared distance, and the determinant of its covariance in m⁶.
    """
    l1, l2 = noise_m2[1] / noise_m2[0], noise_m2[2] / noise_m2[0]
    r1 = noise_m2[3] - l1 * noise_m2[1]
    l3 = (noise_m2[4] - l1 * noise_m2[2]) / r1
    r2 = noise_m2[5] - l2 * noise_m2[2] - l3 * l3 * r1
    # Seen from where the state is first: coordinates in ECEF have digits to lose.
    x0, x1, x2 = x[0], x[1], x[2]
    d0 = place_m[0] - x0
    d1 = place_m[1] - x1 - l1 * d0
    d2 = place_m[2] - x2 - l2 * d0 - l3 * d1
    gradient[:] = 0.0
    gradient[0] = 1.0
    distance, determinant = _learn(x, p, gradient, d0, noise_m2[0], cross)
    gradient[0], gradient[1] = -l1, 1.0
    more, variance = _learn(x, p, gradient, d1 + l1 * (x[0] - x0) - (x[1] - x1), r1, cross)
    distance, determinant = distance + more, determinant * variance
    gradient[0], gradient[1], gradient[2] = l1 * l3 - l2, -l3, 1.0
    d2 -= gradient[0] * (x[0] - x0) + gradient[1] * (x[1] - x1) + x[2] - x2
    more, variance = _learn(x, p, gradient, d2, r2, cross)
    return distance + more, determinant * variance


@njit(cache=True, error_model="numpy")
def _learn_rate(
    x: Float,
    p: Float,
    site_m: FloatN,
    rate_mps: float,
    sigma_mps: float,
    gradient: Float,
    cross: Float,
) -> tuple[float, float]:
    """Update with a measured range rate, see `kizuna.kernels.kalman.update_rate`."""
    d0, d1, d2 = x[0] - site_m[0], x[1] - site_m[1], x[2] - site_m[2]
    inverse = 1.0 / math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
    gradient[3], gradient[4], gradient[5] = d0 * inverse, d1 * inverse, d2 * inverse
    expected = gradient[3] * x[3] + gradient[4] * x[4] + gradient[5] * x[5]
    for i in range(3):
        gradient[i] = (x[3 + i] - expected * gradient[3 + i]) * inverse
    return _learn(x, p, gradient, rate_mps - expected, sigma_mps * sigma_mps, cross)


@njit(cache=True, error_model="numpy")
def update_each(
    rows: IntN,
    track: IntN,
    position_m: FloatNx3,
    noise_m2: FloatNx6,
    rate_mps: FloatN,
    sensor: IntN,
    trust: FloatN,
    site_m: FloatNx3,
    sigma_rate_mps: FloatN,
    usual_mps: float,
    state: Float,
    cov: Float,
    mode: Float,
    log_likelihood: FloatN,
) -> None:
    """Update tracks that have been moved to their detections' times, in place.

    Parameters
    ----------
    rows, track, position_m, noise_m2, rate_mps, sensor, trust, site_m, sigma_rate_mps, usual_mps
        As in `kizuna.kernels.kalman.update_each`.
    state, cov, mode
        (T, M, 7), (T, M, 28) packed, (T, M): the tracks at the times of the detections; written.
    log_likelihood
        (N,) log-density in 1/m³ of each detection under its track; written.
    """
    count = mode.shape[1]
    distance, likelihood, gradient, cross = np.empty(count), np.empty(count), np.empty(7), np.empty(7)
    x, p = np.empty((count, 7)), np.empty((count, 7, 7))
    for row in rows:
        t, s = track[row], sensor[row]
        nearest = math.inf
        for m in range(count):
            x[m] = state[t, m]
            for e in range(28):
                p[m, _ROW[e], _COLUMN[e]] = p[m, _COLUMN[e], _ROW[e]] = cov[t, m, e]
            distance[m], determinant = _learn_place(
                x[m], p[m], position_m[row], noise_m2[row], gradient, cross
            )
            likelihood[m] = mode[t, m] / math.sqrt(determinant)
            if not math.isnan(rate_mps[row]):
                more, variance = _learn_rate(
                    x[m], p[m], site_m[s], rate_mps[row], sigma_rate_mps[s], gradient, cross
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
            share = 1.0
            if trust[row] < 1.0:
                share = told / mode[t, m] if mode[t, m] > 0.0 else 0.0
            _believe(state, cov, t, m, share, x[m], p[m])
        log_likelihood[row] = math.log(total) - 0.5 * (nearest + _LOG_2PI_3)


@njit(cache=True, error_model="numpy")
def _believe(state: Float, cov: Float, t: int, m: int, trust: float, x: FloatN, p: Float) -> None:
    """Write what an update (7,), (7, 7) makes of one model, believed with a probability.

    Mean and covariance of the mixture with what was before (Bar-Shalom, Li, Kirubarajan 2001, 1.5.3, 3.4.3).
    """
    other = 1.0 - trust
    for e in range(28):
        i, j = _ROW[e], _COLUMN[e]
        spread = other * (x[i] - state[t, m, i]) * (x[j] - state[t, m, j])
        cov[t, m, e] = trust * (p[i, j] + spread) + other * cov[t, m, e]
    for i in range(7):
        state[t, m, i] = trust * x[i] + other * state[t, m, i]


@njit(cache=True, error_model="numpy")
def merge_each(rows: IntN, state: Float, cov: Float, mode: Float) -> tuple[FloatNx6, FloatNx21]:
    """Means (K, 6) and packed covariances (K, 21) of place and velocity of some tracks, all models together.

    Parameters
    ----------
    rows
        (K,) the tracks.
    state, cov, mode
        (T, M, 7), (T, M, 28) packed, (T, M): the tracks.
    """
    mean, whole = np.empty((len(rows), 6)), np.empty((len(rows), 21))
    spread = np.empty((mode.shape[1], 21))
    for k, t in enumerate(rows):
        _merge(state, cov, mode, t, mean[k], whole[k], spread)
    return mean, whole
