"""Combine estimates of one object that came from several trackers: intersections, and tracklets.

A state is x y z vx vy vz (ECEF, m and m/s) with its full 6x6 covariance. All motion is nearly constant
velocity with white acceleration noise of one power along the vertical and one along the level.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, FloatNx6, FloatNx6x6, IntN

_N = 6
_SCALE = 4.0
_SCALES = 8


@njit(cache=True, error_model="numpy")
def _factor(a: Float, lower: Float) -> float:
    """Cholesky factor of `a`, written to `lower`; the log-determinant, or NaN when `a` isn't positive."""
    log_det = 0.0
    for j in range(_N):
        for i in range(j, _N):
            value = a[i, j]
            for k in range(j):
                value -= lower[i, k] * lower[j, k]
            if i == j:
                if not value > 0.0:
                    return math.nan
                lower[j, j] = math.sqrt(value)
                log_det += math.log(value)
            else:
                lower[i, j] = value / lower[j, j]
    return log_det


@njit(cache=True, error_model="numpy")
def _invert(a: Float, out: Float, lower: Float) -> float:
    """Inverse of a positive `a`, written to `out`; the log-determinant of `a`, NaN when it isn't positive."""
    log_det = _factor(a, lower)
    if math.isnan(log_det):
        return log_det
    # The inverse of the factor, in the upper triangle of `out`.
    for j in range(_N):
        out[j, j] = 1.0 / lower[j, j]
        for i in range(j + 1, _N):
            value = 0.0
            for k in range(j, i):
                value -= lower[i, k] * out[j, k]
            out[j, i] = value / lower[i, i]
    for i in range(_N):
        for j in range(i, _N):
            value = 0.0
            for k in range(j, _N):
                value += out[i, k] * out[j, k]
            lower[i, j] = value
    for i in range(_N):
        for j in range(i, _N):
            out[i, j] = out[j, i] = lower[i, j]
            if i != j:
                lower[i, j] = 0.0
    return log_det


@njit(cache=True, error_model="numpy")
def _predict(state: Float, cov: Float, dt: float, level_q: float, vertical_q: float) -> None:
    """Move one state (6,) and covariance (6, 6) by a time, in place; see `predict_rows`."""
    x, y, z = state[0], state[1], state[2]
    up = (x, y, z)
    excess = (vertical_q - level_q) / (x * x + y * y + z * z)
    for i in range(3):
        state[i] += dt * state[3 + i]
    for i in range(3):
        for j in range(3):
            cov[i, j] += dt * (cov[i, 3 + j] + cov[3 + i, j]) + dt * dt * cov[3 + i, 3 + j]
    for i in range(3):
        for j in range(3):
            q = excess * up[i] * up[j] + (level_q if i == j else 0.0)
            cov[i, j] += q * abs(dt) ** 3 / 3.0
            cov[i, 3 + j] += dt * cov[3 + i, 3 + j] + q * dt * abs(dt) / 2.0
            cov[3 + j, i] = cov[i, 3 + j]
    for i in range(3):
        for j in range(3):
            q = excess * up[i] * up[j] + (level_q if i == j else 0.0)
            cov[3 + i, 3 + j] += q * abs(dt)


@njit(cache=True, error_model="numpy")
def predict_rows(
    rows: IntN,
    time_s: float,
    level_q: float,
    vertical_q: float,
    state: FloatNx6,
    cov: FloatNx6x6,
    state_time_s: FloatN,
) -> tuple[FloatNx6, FloatNx6x6]:
    """States and covariances of some rows, moved to one time; what came in stays as it is.

    Q = q [dt³/3, dt²/2; dt²/2, dt] for each axis, with q in m²/s³ (Bar-Shalom, Li, Kirubarajan 2001, 6.2.2).

    Parameters
    ----------
    rows
        (K,) which.
    time_s
        To when, s; back in time too.
    level_q, vertical_q
        Noise powers, m²/s³.
    state, cov, state_time_s
        (T, 6) m and m/s, (T, 6, 6), (T,) s.

    Returns
    -------
    tuple
        (K, 6) and (K, 6, 6).
    """
    out_state, out_cov = state[rows], cov[rows]
    for k, row in enumerate(rows):
        _predict(out_state[k], out_cov[k], time_s - state_time_s[row], level_q, vertical_q)
    return out_state, out_cov


@njit(cache=True, error_model="numpy")
def distances(
    first: IntN, second: IntN, state: FloatNx6, cov: FloatNx6x6, bias_m: float, bias_mps: float
) -> tuple[FloatN, FloatN]:
    """Squared Mahalanobis distances of pairs of states, and the log-determinants of their covariances.

    Parameters
    ----------
    first, second
        (E,) rows of each pair.
    state, cov
        (T, 6) m and m/s, (T, 6, 6), all at one time.
    bias_m, bias_mps
        Standard deviation of a constant difference between two trackers, per axis, m and m/s.

    Returns
    -------
    tuple
        (E,) and (E,): d² = (a - b)ᵀ S⁻¹ (a - b) and log |S| with S = A + B + bias².
    """
    count = len(first)
    squared, log_det = np.empty(count), np.empty(count)
    total, lower, d = np.empty((_N, _N)), np.zeros((_N, _N)), np.empty(_N)
    for e in range(count):
        a, b = first[e], second[e]
        for i in range(_N):
            d[i] = state[a, i] - state[b, i]
            for j in range(_N):
                total[i, j] = cov[a, i, j] + cov[b, i, j]
            total[i, i] += (bias_m if i < 3 else bias_mps) ** 2
        log_det[e] = _factor(total, lower)
        value = 0.0
        for i in range(_N):
            for k in range(i):
                d[i] -= lower[i, k] * d[k]
            d[i] /= lower[i, i]
            value += d[i] * d[i]
        squared[e] = value
    return squared, log_det


@njit(cache=True, error_model="numpy")
def add_informations(
    start: IntN, state: FloatNx6, cov: FloatNx6x6, *, intersect: bool
) -> tuple[FloatNx6, FloatNx6x6]:
    """Fuse groups of estimates by adding their informations, weighted so that nothing counts twice, or not.

    P⁻¹ = Σ wᵢ Pᵢ⁻¹ and P⁻¹ x = Σ wᵢ Pᵢ⁻¹ xᵢ. With `intersect` the weights add up to 1: covariance
    intersection (Julier and Uhlmann 1997), which is consistent whatever the estimates have in common, with
    the weights of Fränken and Hüpper (2005, "Improved fast covariance intersection for distributed data
    fusion", FUSION): wᵢ ∝ |Σ Y| - |Σ Y - Yᵢ| + |Yᵢ|, Y = P⁻¹. Without, all weights are 1: right only for
    estimates that have nothing in common.

    Parameters
    ----------
    start
        (G + 1,) where each group begins.
    state, cov
        (K, 6) m and m/s, (K, 6, 6): the members, group after group, all of a group at one time.
    intersect
        Whether the weights add up to 1.

    Returns
    -------
    tuple
        (G, 6) and (G, 6, 6).
    """
    groups = len(start) - 1
    out_state, out_cov = np.empty((groups, _N)), np.empty((groups, _N, _N))
    lower, whole, rest = np.zeros((_N, _N)), np.empty((_N, _N)), np.empty((_N, _N))
    inverse = np.empty((len(state), _N, _N))
    weight, log_det = np.ones(len(state)), np.empty(len(state))
    for g in range(groups):
        first, last = start[g], start[g + 1]
        whole[:] = 0.0
        for k in range(first, last):
            log_det[k] = -_invert(cov[k], inverse[k], lower)
            whole += inverse[k]
        if intersect and last - first > 1:
            of_all = _factor(whole, lower)
            total = 0.0
            for k in range(first, last):
                rest[:] = whole - inverse[k]
                of_rest = _factor(rest, lower)
                weight[k] = 1.0 - math.exp(of_rest - of_all) + math.exp(log_det[k] - of_all)
                total += weight[k]
            weight[first:last] /= total
        whole[:] = 0.0
        vector = np.zeros(_N)
        for k in range(first, last):
            whole += weight[k] * inverse[k]
            # Relative to the first member, as the Earth's radius would cost seven digits.
            vector += weight[k] * (inverse[k] @ (state[k] - state[first]))
        _invert(whole, out_cov[g], lower)
        out_state[g] = state[first] + out_cov[g] @ vector
    return out_state, out_cov


@njit(cache=True, error_model="numpy")
def inverse_intersect(start: IntN, state: FloatNx6, cov: FloatNx6x6) -> tuple[FloatNx6, FloatNx6x6]:
    """Fuse groups of estimates by inverse covariance intersection, member after member.

    P⁻¹ = A⁻¹ + B⁻¹ - Γ⁻¹ and x = P ((A⁻¹ - ω Γ⁻¹) a + (B⁻¹ - (1 - ω) Γ⁻¹) b) with Γ = ω A + (1 - ω) B
    (Noack, Sijs, Reinhardt, Hanebeck 2017, "Decentralized data fusion with inverse covariance intersection",
    Automatica 79): tighter than covariance intersection, consistent where what two estimates have in common
    is information that both hold. ω is as in `add_informations`, for two.

    Parameters
    ----------
    start
        (G + 1,) where each group begins.
    state, cov
        (K, 6) m and m/s, (K, 6, 6): the members, group after group, all of a group at one time.

    Returns
    -------
    tuple
        (G, 6) and (G, 6, 6).
    """
    groups = len(start) - 1
    out_state, out_cov = np.empty((groups, _N)), np.empty((groups, _N, _N))
    lower = np.zeros((_N, _N))
    a_inverse, b_inverse = np.empty((_N, _N)), np.empty((_N, _N))
    whole, common = np.empty((_N, _N)), np.empty((_N, _N))
    for g in range(groups):
        out_state[g], out_cov[g] = state[start[g]], cov[start[g]]
        for k in range(start[g] + 1, start[g + 1]):
            log_a = -_invert(out_cov[g], a_inverse, lower)
            log_b = -_invert(cov[k], b_inverse, lower)
            whole[:] = a_inverse + b_inverse
            of_all = _factor(whole, lower)
            # The better estimate keeps all it has when Γ is the other one.
            gain_a = 1.0 - math.exp(log_b - of_all) + math.exp(log_a - of_all)
            gain_b = 1.0 - math.exp(log_a - of_all) + math.exp(log_b - of_all)
            omega = gain_b / (gain_a + gain_b)
            whole[:] = omega * out_cov[g] + (1.0 - omega) * cov[k]
            _invert(whole, common, lower)
            d = state[k] - out_state[g]
            vector = (b_inverse - (1.0 - omega) * common) @ d
            whole[:] = a_inverse + b_inverse - common
            _invert(whole, out_cov[g], lower)
            out_state[g] += out_cov[g] @ vector
    return out_state, out_cov


@njit(cache=True, error_model="numpy")
def _news(
    old_state: Float,
    old_cov: Float,
    state: Float,
    cov: Float,
    dt: float,
    level_q: float,
    vertical_q: float,
    news: Float,
    expected: Float,
) -> float:
    """What a tracker has learnt between two of its estimates: see `absorb`.

    Writes the information into `news` (6, 6) and P̄⁻¹ x̄ - P̄⁻¹ x into `expected` (6,), x the new estimate.
    Returns the factor on the noise powers under which nothing was lost, or NaN when there is none.
    """
    lower, held, prior = np.zeros((_N, _N)), np.empty((_N, _N)), np.empty((_N, _N))
    if math.isnan(_invert(cov, held, lower)):
        return math.nan
    factor = 1.0
    for _ in range(_SCALES):
        before, spread = old_state.copy(), old_cov.copy()
        _predict(before, spread, dt, factor * level_q, factor * vertical_q)
        if not math.isnan(_invert(spread, prior, lower)):
            news[:] = held - prior
            for i in range(_N):
                # Rounding must not look like a loss.
                spread[i] = news[i]
                spread[i, i] += 1e-6 * held[i, i]
            if not math.isnan(_factor(spread, lower)):
                expected[:] = prior @ (before - state)
                return factor
        factor *= _SCALE
    return math.nan


@njit(cache=True, error_model="numpy")
def absorb(
    label: IntN,
    group: IntN,
    new_state: FloatNx6,
    new_cov: FloatNx6x6,
    new_time_s: FloatN,
    level_q: float,
    vertical_q: float,
    state: FloatNx6,
    cov: FloatNx6x6,
    time_s: FloatN,
    fused_state: FloatNx6,
    fused_cov: FloatNx6x6,
    fused_time_s: FloatN,
    factor: FloatN,
) -> None:
    """Let fused estimates learn what other trackers have learnt since they were last heard, in place.

    A tracker's estimate (x, P) is what it held before, (x̄, P̄) predicted to the same time, and what it has
    learnt since: the equivalent measurement, or tracklet, with information I = P⁻¹ - P̄⁻¹ and vector
    i = P⁻¹ x - P̄⁻¹ x̄ (Frenkel 1995, "Multisensor tracking of ballistic targets", SPIE 2561; Chong, Mori,
    Barker, Chang 2000, "Architectures and algorithms for track association and fusion", IEEE AES Magazine
    15(1)). Only that is new to the fused estimate; so nothing counts twice. An older one than the fused
    estimate is moved forward without noise of its own. Where a tracker has lost certainty faster than the
    motion says (its object turned), the least power of 4 on the noise is taken that explains it, for the
    fused estimate too.

    Parameters
    ----------
    label, group
        (K,) rows of the tracker's estimate and of the fused one; in order of time.
    new_state, new_cov, new_time_s
        (K, 6) m and m/s, (K, 6, 6), (K,) s: the new estimates.
    level_q, vertical_q
        Noise powers, m²/s³.
    state, cov, time_s
        (T, 6), (T, 6, 6), (T,): the trackers' last estimates; written.
    fused_state, fused_cov, fused_time_s
        (G, 6), (G, 6, 6), (G,): the fused ones; written.
    factor
        (K,) the factor on the noise, NaN where none explains the loss and the fused estimate must begin
        anew; written.
    """
    news, moved, held = np.empty((_N, _N)), np.empty((_N, _N)), np.empty((_N, _N))
    lower, expected = np.zeros((_N, _N)), np.empty(_N)
    for k in range(len(label)):
        t, g = label[k], group[k]
        factor[k] = _news(
            state[t],
            cov[t],
            new_state[k],
            new_cov[k],
            new_time_s[k] - time_s[t],
            level_q,
            vertical_q,
            news,
            expected,
        )
        state[t], cov[t], time_s[t] = new_state[k], new_cov[k], new_time_s[k]
        if math.isnan(factor[k]):
            continue
        ahead = fused_time_s[g] - new_time_s[k]
        at = new_state[k].copy()
        if ahead < 0.0:
            _predict(fused_state[g], fused_cov[g], -ahead, factor[k] * level_q, factor[k] * vertical_q)
            fused_time_s[g] = new_time_s[k]
        elif ahead > 0.0:
            # With Φ the motion forward: Φ⁻ᵀ I Φ⁻¹, Φ⁻ᵀ i, and the new estimate moved along.
            at[:3] += ahead * at[3:]
            expected[3:] -= ahead * expected[:3]
            moved[:] = news
            for j in range(3):
                moved[:, 3 + j] -= ahead * news[:, j]
            news[:] = moved
            for i in range(3):
                news[3 + i] -= ahead * moved[i]
        _invert(fused_cov[g], held, lower)
        vector = held @ (fused_state[g] - at) - expected
        held += news
        _invert(held, fused_cov[g], lower)
        fused_state[g] = at + fused_cov[g] @ vector
