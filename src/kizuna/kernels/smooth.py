"""Smoothing: what all detections of a track, the later ones too, tell of where it was.

The filter's states at its updates are gone through backwards. A state under model i, x of covariance P, and
the smoothed state after the next update under model j, y of covariance Y, are joined as Rauch, Tung and
Striebel do (1965, "Maximum likelihood estimates of linear dynamic systems", AIAA Journal 3(8) 1445-1450):
with F, Q the motion of model j, S = F P Fᵀ + Q and G = P Fᵀ S⁻¹, it becomes x + G (y - F x), of covariance
(I - G F) P (I - G F)ᵀ + G (Y + Q) Gᵀ. The pair has the smoothed probability of j, times that of i under j: in
proportion to i's own, to the probability of the change from i to j, and to the density of y under F x and S.
All j of one i are then joined to one mean and covariance (Koch 2000, "Fixed-interval retrodiction approach to
Bayesian IMM-MHT for maneuvering multiple targets", IEEE Trans. AES 36(1) 2-14). With one model that is the
Kalman smoother.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN


@njit(cache=True, error_model="numpy")
def _unpack(packed: Float, full: Float) -> None:
    """Packed (21,) covariance, see `kizuna.kernels.kalman`, to (6, 6), which is written."""
    k = 0
    for i in range(3):
        for j in range(3):
            full[i, 3 + j] = full[3 + j, i] = packed[6 + 3 * i + j]
        for j in range(i, 3):
            full[i, j] = full[j, i] = packed[k]
            full[3 + i, 3 + j] = full[3 + j, 3 + i] = packed[15 + k]
            k += 1


@njit(cache=True, error_model="numpy")
def _pack(full: Float, packed: Float) -> None:
    """The way back from `_unpack`; `packed` (21,) is written."""
    k = 0
    for i in range(3):
        for j in range(3):
            packed[6 + 3 * i + j] = full[i, 3 + j]
        for j in range(i, 3):
            packed[k], packed[15 + k] = full[i, j], full[3 + i, 3 + j]
            k += 1


@njit(cache=True, error_model="numpy")
def _noise(state: FloatN, dt_s: float, level_q: float, vertical_q: float, out: Float) -> None:
    """Write the noise (6, 6) that a motion adds, as `kizuna.kernels.kalman.predict` does."""
    q3, q2 = dt_s * dt_s * dt_s / 3.0, dt_s * dt_s / 2.0
    excess = (vertical_q - level_q) / (state[0] ** 2 + state[1] ** 2 + state[2] ** 2)
    for i in range(3):
        for j in range(3):
            q = excess * state[i] * state[j] + (level_q if i == j else 0.0)
            out[i, j], out[3 + i, 3 + j] = q3 * q, dt_s * q
            out[i, 3 + j] = out[3 + i, j] = q2 * q


@njit(cache=True, error_model="numpy")
def _merge(weight: FloatN, state: Float, cov: Float, mean: Float, whole: Float) -> float:
    """Write the mean (6,) and the covariance (6, 6) of a mixture of M; its weights' sum comes back."""
    total = weight.sum()
    mean[:] = 0.0
    whole[:] = 0.0
    for m in range(len(weight)):
        mean += weight[m] / total * state[m]
    for m in range(len(weight)):
        if weight[m] > 0.0:
            apart = state[m] - mean
            whole += weight[m] / total * (cov[m] + np.outer(apart, apart))
    return float(total)


@njit(cache=True, error_model="numpy")
def _predict(
    state: FloatNx6, cov: Float, mode: FloatN, dt_s: float, models: FloatNx3, forget_hz: float
) -> tuple[FloatNx6, Float, FloatN]:
    """States (M, 6), covariances (M, 6, 6) and probabilities (M,) a time later, as the filter has them."""
    count = len(mode)
    kept = math.exp(-forget_hz * dt_s)
    mean, whole, noise = np.empty(6), np.empty((6, 6)), np.empty((6, 6))
    later, later_cov, later_mode = np.empty((count, 6)), np.empty((count, 6, 6)), np.empty(count)
    step = np.eye(6)
    for i in range(3):
        step[i, 3 + i] = dt_s
    weight = np.empty(count)
    for j in range(count):
        for i in range(count):
            weight[i] = mode[i] * (models[j, 2] * (1.0 - kept) + (kept if i == j else 0.0))
        later_mode[j] = _merge(weight, state, cov, mean, whole)
        _noise(mean, dt_s, models[j, 0], models[j, 1], noise)
        later[j] = step @ mean
        later_cov[j] = step @ whole @ step.T + noise
    return later, later_cov, later_mode


@njit(cache=True, error_model="numpy")
def _back(
    state: FloatNx6,
    cov: Float,
    mode: FloatN,
    dt_s: float,
    models: FloatNx3,
    forget_hz: float,
    after: FloatNx6,
    after_cov: Float,
    after_mode: FloatN,
) -> tuple[FloatNx6, Float, FloatN]:
    """Filtered states, joined with the smoothed ones `dt_s` later: states, covariances, probabilities."""
    count = len(mode)
    kept = math.exp(-forget_hz * dt_s)
    weight = np.empty((count, count))
    made, made_cov = np.empty((count, count, 6)), np.empty((count, count, 6, 6))
    step, noise = np.eye(6), np.empty((6, 6))
    for i in range(3):
        step[i, 3 + i] = dt_s
    for j in range(count):
        for i in range(count):
            _noise(state[i], dt_s, models[j, 0], models[j, 1], noise)
            forth = step @ cov[i]
            spread = forth @ step.T + noise
            gain = np.linalg.solve(spread, forth).T
            away = after[j] - step @ state[i]
            rest = np.eye(6) - gain @ step
            made[i, j] = state[i] + gain @ away
            made_cov[i, j] = rest @ cov[i] @ rest.T + gain @ (after_cov[j] + noise) @ gain.T
            change = models[j, 2] * (1.0 - kept) + (kept if i == j else 0.0)
            distance = np.dot(away, np.linalg.solve(spread, away))
            log_root = 0.5 * math.log(np.linalg.det(spread))
            weight[i, j] = math.log(max(mode[i] * change, 1e-300)) - 0.5 * distance - log_root
        weight[:, j] = np.exp(weight[:, j] - weight[:, j].max())
        weight[:, j] *= after_mode[j] / weight[:, j].sum()
    joined, joined_cov, joined_mode = np.empty((count, 6)), np.empty((count, 6, 6)), np.empty(count)
    for i in range(count):
        joined_mode[i] = _merge(weight[i], made[i], made_cov[i], joined[i], joined_cov[i])
    return joined, joined_cov, joined_mode


@njit(cache=True, error_model="numpy")
def smooth_each(
    start: IntN,
    time_s: FloatN,
    state: Float,
    cov: Float,
    mode: Float,
    wanted: IntN,
    wanted_s: FloatN,
    models: FloatNx3,
    forget_hz: float,
) -> tuple[FloatNx6, FloatNx21]:
    """Smoothed states of tracks at given times.

    A time between two updates takes part in nothing but its own result, so that what comes out at a time
    doesn't depend on the other times. After a track's last update there is nothing to smooth by: a
    prediction.

    Parameters
    ----------
    start
        (K+1,) the beginning of each track among the rows below.
    time_s, state, cov, mode
        (N,) s, (N, M, 6) ECEF m and m/s, (N, M, 21) packed, (N, M): the filter at the beginning of each
        track and after each update, in order of time.
    wanted, wanted_s
        (K+1,) first wanted time of each track; (P,) times in s, ascending, none before the track's beginning.
    models, forget_hz
        (M, 3) and 1/s as in `kizuna.kernels.kalman.update_each`.

    Returns
    -------
    tuple
        (P, 6) ECEF states in m and m/s, (P, 21) packed covariances.
    """
    count = state.shape[1]
    out, out_cov = np.empty((len(wanted_s), 6)), np.empty((len(wanted_s), 21))
    mean, whole, here_cov = np.empty(6), np.empty((6, 6)), np.empty((count, 6, 6))
    for k in range(len(start) - 1):
        left = wanted[k + 1] - 1
        after, after_cov, after_mode = np.empty((count, 6)), np.empty((count, 6, 6)), np.empty(count)
        for n in range(start[k + 1] - 1, start[k] - 1, -1):
            last = n == start[k + 1] - 1
            for m in range(count):
                _unpack(cov[n, m], here_cov[m])
            while left >= wanted[k] and wanted_s[left] >= time_s[n]:
                now, now_cov, now_mode = _predict(
                    state[n], here_cov, mode[n], wanted_s[left] - time_s[n], models, forget_hz
                )
                if not last:
                    now, now_cov, now_mode = _back(
                        now,
                        now_cov,
                        now_mode,
                        time_s[n + 1] - wanted_s[left],
                        models,
                        forget_hz,
                        after,
                        after_cov,
                        after_mode,
                    )
                _merge(now_mode, now, now_cov, mean, whole)
                out[left] = mean
                _pack(whole, out_cov[left])
                left -= 1
            if last:
                after[:], after_cov[:], after_mode[:] = state[n], here_cov, mode[n]
            else:
                after, after_cov, after_mode = _back(
                    state[n],
                    here_cov,
                    mode[n],
                    time_s[n + 1] - time_s[n],
                    models,
                    forget_hz,
                    after,
                    after_cov,
                    after_mode,
                )
    return out, out_cov
