"""Straight flight at constant velocity, as a model among others of any kind.

A state is x y z vx vy vz (ECEF, m and m/s) and a seventh number that it doesn't use; covariances as in
`kizuna.kernels.turn`.
"""

from numba import njit

from kizuna.shapes import Float, FloatN, IntN


@njit(cache=True, error_model="numpy")
def advance(rows: IntN, dt_s: FloatN, m: int, parameters: FloatN, state: Float, cov: Float) -> None:
    """Move one model's state of some tracks by a time each, in place; see `kizuna.kernels.kalman.predict`.

    Parameters
    ----------
    rows
        (K,) the tracks.
    dt_s
        (T,) time for each track, s.
    m
        The model.
    parameters
        (2,) powers of the noise of acceleration along the level and the geocentric vertical, m²/s³.
    state, cov
        (T, M, 7), (T, M, 28) packed; row m of each track is written.
    """
    level_q, vertical_q = parameters[0], parameters[1]
    for t in rows:
        dt = dt_s[t]
        r = (state[t, m, 0], state[t, m, 1], state[t, m, 2])
        excess = (vertical_q - level_q) / (r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
        k = 0
        for i in range(3):
            state[t, m, i] += dt * state[t, m, 3 + i]
            for j in range(i, 3):
                q = excess * r[i] * r[j] + (level_q if i == j else 0.0)
                velocity_2 = cov[t, m, 15 + k]
                crossed = cov[t, m, 6 + 3 * i + j] + cov[t, m, 6 + 3 * j + i]
                cov[t, m, k] += dt * crossed + dt * dt * velocity_2 + dt**3 / 3.0 * q
                more = dt * velocity_2 + 0.5 * dt * dt * q
                cov[t, m, 6 + 3 * i + j] += more
                if i != j:
                    cov[t, m, 6 + 3 * j + i] += more
                cov[t, m, 15 + k] += dt * q
                k += 1
