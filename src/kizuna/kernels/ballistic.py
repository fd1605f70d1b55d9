"""Bodies that fall freely around a rotating Earth, or rise under thrust: where they go, and how sure that is.

A state is x y z vx vy vz (ECEF, m and m/s) and a seventh number that the model has to find out. In free
flight it is the logarithm of the body's drag area over its mass, Cd A / m in m²/kg; under thrust, the
acceleration along the velocity, net of drag, in m/s². Its covariance is packed as 28 numbers: 21 as in
`kizuna.kernels.kalman`, then the covariances of the seventh with the six, then its variance.

The forces are gravity with the Earth's flattening (J2), what the rotation of the frame adds (Coriolis and
centrifugal), and drag in air that turns with the Earth and thins exponentially in two layers
(`kizuna.models.ballistic` names the numbers and their sources). The body is a point: no lift, no wind.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN, IntN

Six = tuple[float, float, float, float, float, float]
"""Place and velocity, or what changes them."""
_GM, _A, _STRETCH, _J2, _SPIN, _SPLIT, _LOW, _LOW_RATE, _HIGH, _HIGH_RATE, _TOP = range(11)
_SHARE, _NOISE, _ROUGH, _DRIFT = range(11, 15)
"""Places in the parameters, see `advance`."""
_ROW = np.array([0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 0, 1, 2, 3, 4, 5, 6])
_COLUMN = np.array([0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5, 4, 5, 5, 6, 6, 6, 6, 6, 6, 6])
"""Of the state, for each packed number."""
_LONGEST_STEP_S, _SHORTEST_STEP_S = 10.0, 1e-3
_SHARE_OF_GRIP = 0.1
"""In one step in air, drag takes no more than about this share of the speed."""
_SHARE_OF_SPEED = 0.1
"""In one step under thrust, the speed changes by no more than this share: the course turns as 1/speed."""
_SLOW_MPS = 10.0
"""A speed that is no speed: below it, thrust has hardly a direction."""
_TRIES = 5
"""Newton's steps to the ground, from no farther away than a step."""


@njit(cache=True, error_model="numpy")
def _six(x: FloatN) -> Six:
    """Place and velocity of a state."""
    return x[0], x[1], x[2], x[3], x[4], x[5]


@njit(cache=True, error_model="numpy")
def _height(s: Six, p: FloatN) -> float:
    """Height above the ellipsoid, m.

    The height along the direction to the Earth's centre, which leans from the vertical by f sin 2φ. Exact on
    the ellipsoid, wrong by 1 cm at 100 km.
    """
    off, axial = s[0] * s[0] + s[1] * s[1], s[2] * s[2]
    tilt = axial / (off + axial)
    above = math.sqrt(off + axial) - p[_A] / math.sqrt(1.0 + p[_STRETCH] * tilt)
    return float(above * (1.0 - 0.5 * p[_STRETCH] * p[_STRETCH] * tilt * (1.0 - tilt)))


@njit(cache=True, error_model="numpy")
def _air(height_m: float, p: FloatN) -> tuple[float, float]:
    """Density in kg/m³ at a height, and its rate of thinning in 1/m."""
    if height_m < p[_SPLIT]:
        return p[_LOW] * math.exp(-p[_LOW_RATE] * height_m), p[_LOW_RATE]
    return p[_HIGH] * math.exp(-p[_HIGH_RATE] * height_m), p[_HIGH_RATE]


@njit(cache=True, error_model="numpy")
def _grip(s: Six, seventh: float, p: FloatN) -> float:
    """Share of its speed that drag takes from a body in a second, 1/s: ρ/2 (Cd A/m) |v|.

    No body has more than 1 m²/kg (a parachute has some 0.1), whatever a filter may have come to believe.
    """
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    return 0.5 * _air(_height(s, p), p)[0] * math.exp(min(seventh, 0.0)) * speed


@njit(cache=True, error_model="numpy")
def _flow(s: Six, seventh: float, thrust: bool, p: FloatN) -> Six:
    """Velocity and acceleration of a body, m/s and m/s².

    Gravity: -GM x/r³ [1 + 3/2 J2 (a/r)² (c - 5 z²/r²)], c = 1 along x and y and 3 along z (Vallado 2013,
    "Fundamentals of Astrodynamics and Applications", 8.7.1). Rotation: -2 ω × v - ω × (ω × x). Drag: -ρ/2
    (Cd A/m) |v| v.
    """
    x, y, z, u, v, w = s
    r2 = x * x + y * y + z * z
    central = p[_GM] / (r2 * math.sqrt(r2))
    flat = 1.5 * p[_J2] * p[_A] * p[_A] / r2
    level = 1.0 - 5.0 * z * z / r2
    if thrust:
        along = seventh / max(math.sqrt(u * u + v * v + w * w), _SLOW_MPS)
    else:
        along = -_grip(s, seventh, p)
    spin = p[_SPIN]
    inward = spin * spin - central * (1.0 + flat * level)
    return (
        u,
        v,
        w,
        inward * x + 2.0 * spin * v + along * u,
        inward * y - 2.0 * spin * u + along * v,
        -central * (1.0 + flat * (level + 2.0)) * z + along * w,
    )


@njit(cache=True, error_model="numpy")
def _on(s: Six, d: Six, h: float) -> Six:
    """The state s + h d."""
    x, y, z = s[0] + h * d[0], s[1] + h * d[1], s[2] + h * d[2]
    return x, y, z, s[3] + h * d[3], s[4] + h * d[4], s[5] + h * d[5]


@njit(cache=True, error_model="numpy")
def _step(s: Six, seventh: float, thrust: bool, h: float, p: FloatN) -> Six:
    """One step of Runge and Kutta's fourth order over h seconds, which may be negative."""
    k1 = _flow(s, seventh, thrust, p)
    k2 = _flow(_on(s, k1, 0.5 * h), seventh, thrust, p)
    k3 = _flow(_on(s, k2, 0.5 * h), seventh, thrust, p)
    k4 = _flow(_on(s, k3, h), seventh, thrust, p)
    return _on(_on(_on(_on(s, k1, h / 6.0), k2, h / 3.0), k3, h / 3.0), k4, h / 6.0)


@njit(cache=True, error_model="numpy")
def _longest(s: Six, seventh: float, thrust: bool, p: FloatN) -> float:
    """How long a step may be from here, s: short where forces change quickly, and never without end."""
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    if thrust:
        longest = _SHARE_OF_SPEED * max(speed, _SLOW_MPS) / max(abs(seventh), 1.0)
    else:
        way = max(p[_SHARE] / p[_HIGH_RATE], 0.5 * (_height(s, p) - p[_TOP]))
        longest = min(way / max(speed, 1.0), _SHARE_OF_GRIP / _grip(s, seventh, p))
    return max(_SHORTEST_STEP_S, min(_LONGEST_STEP_S, longest))


@njit(cache=True, error_model="numpy")
def _gradient(s: Six, seventh: float, thrust: bool, p: FloatN, a: Float) -> None:
    """Derivatives of the acceleration by the seven numbers, written into `a` (3, 7).

    Of gravity's, those of the flattening are left out, a thousandth of the rest.
    """
    r2 = s[0] * s[0] + s[1] * s[1] + s[2] * s[2]
    central = p[_GM] / (r2 * math.sqrt(r2))
    speed = max(math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5]), _SLOW_MPS)
    grip = 0.0 if thrust else _grip(s, seventh, p)
    thin = grip * _air(_height(s, p), p)[1] / math.sqrt(r2)
    along = seventh / speed if thrust else -grip
    for i in range(3):
        a[i, 6] = s[3 + i] / speed if thrust else -grip * s[3 + i]
        for j in range(3):
            a[i, j] = 3.0 * central * s[i] * s[j] / r2 + thin * s[3 + i] * s[j]
            turned = s[3 + i] * s[3 + j] / (speed * speed)
            a[i, 3 + j] = -turned * along if thrust else turned * along
        a[i, i] -= central
        a[i, 3 + i] += along
    a[0, 4] += 2.0 * p[_SPIN]
    a[1, 3] -= 2.0 * p[_SPIN]


@njit(cache=True, error_model="numpy")
def _transition(a: Float, h: float, f: Float) -> None:
    """The transition over h seconds for the gradient `a` (3, 7) in its middle, written into `f` (7, 7).

    exp(A h) to the second order: I + A h + A² h²/2 with A = [0 I 0; a; 0].
    """
    f[:] = 0.0
    half = 0.5 * h * h
    for i in range(3):
        for j in range(7):
            turned = 0.0
            for k in range(3):
                turned += a[i, 3 + k] * a[k, j]
            f[i, j] = half * a[i, j]
            f[3 + i, j] = h * a[i, j] + half * turned
        for j in range(3):
            f[3 + i, 3 + j] += half * a[i, j]
        f[i, i] += 1.0
        f[i, 3 + i] += h
        f[3 + i, 3 + i] += 1.0
    f[6, 6] = 1.0


@njit(cache=True, error_model="numpy")
def _carry(full: Float, f: Float, half: Float, h: float, q: float, drift: float) -> None:
    """Turn `full` into f full fᵀ and the noise of h seconds, in place; all (7, 7), `half` is scratch.

    The powers are q, of acceleration along each axis, and `drift`, of the seventh number.
    """
    for i in range(7):
        for j in range(7):
            total = 0.0
            for k in range(7):
                total += f[i, k] * full[k, j]
            half[i, j] = total
    for i in range(7):
        for j in range(i, 7):
            total = 0.0
            for k in range(7):
                total += half[i, k] * f[j, k]
            full[i, j] = full[j, i] = total
    h = abs(h)
    for i in range(3):
        full[i, i] += q * h * h * h / 3.0
        full[i, 3 + i] += 0.5 * q * h * h
        full[3 + i, i] += 0.5 * q * h * h
        full[3 + i, 3 + i] += q * h
    full[6, 6] += drift * h


@njit(cache=True, error_model="numpy")
def _advance(rows: IntN, dt_s: FloatN, m: int, thrust: bool, p: FloatN, state: Float, cov: Float) -> None:
    """`advance`, or `advance_boost` under thrust."""
    a, f, half, full = np.empty((3, 7)), np.empty((7, 7)), np.empty((7, 7)), np.empty((7, 7))
    odd, even = np.empty(7), np.empty(7)
    for t in rows:
        x = state[t, m]
        s, seventh, left = _six(x), x[6], dt_s[t]
        for e in range(28):
            full[_ROW[e], _COLUMN[e]] = full[_COLUMN[e], _ROW[e]] = cov[t, m, e]
        speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
        asked = not thrust and full[6, 6] > 0.0 and _height(s, p) - abs(left) * speed < p[_TOP]
        if asked:
            _ask(x, full, left, p, odd, even)
        while abs(left) > 0.0:
            h = math.copysign(min(abs(left), _longest(s, seventh, thrust, p)), left)
            left -= h
            middle = _on(s, _flow(s, seventh, thrust, p), 0.5 * h)
            _gradient(middle, seventh, thrust, p, a)
            _transition(a, h, f)
            grip = 0.0 if thrust else _grip(middle, seventh, p)
            drag2 = grip * grip * (middle[3] * middle[3] + middle[4] * middle[4] + middle[5] * middle[5])
            drift = p[_DRIFT] * (1.0 if thrust else grip)
            _carry(full, f, half, h, p[_NOISE] + p[_ROUGH] * drag2, drift)
            s = _step(s, seventh, thrust, h, p)
        x[0], x[1], x[2], x[3], x[4], x[5] = s
        if asked:
            for i in range(6):
                even[i] -= 2.0 * x[i]
                x[i] += even[i] / 6.0
        for e in range(28):
            i, j = _ROW[e], _COLUMN[e]
            asked_for = odd[i] * odd[j] / 12.0 + even[i] * even[j] / 18.0 if asked else 0.0
            cov[t, m, e] = full[i, j] + asked_for


@njit(cache=True, error_model="numpy")
def _ask(x: FloatN, full: Float, dt_s: float, p: FloatN, odd: FloatN, even: FloatN) -> None:
    """Try the seventh number, and what goes with it, at √3 standard deviations to both sides of a state (7,).

    Writes difference and sum, (7,), of the two states after a time, and takes this part of the uncertainty
    out of `full` (7, 7). With the state after that time of x alone, x', the mean is x' + (sum - 2 x')/6 and
    the part is difference²/12 + (sum - 2 x')²/18 (Nørgaard, Poulsen, Ravn 2000, Automatica 36(11)).
    """
    scale = math.sqrt(3.0 / full[6, 6])
    for i in range(7):
        odd[i] = scale * full[i, 6]
    aside = (odd[0], odd[1], odd[2], odd[3], odd[4], odd[5])
    plus = _run(_on(_six(x), aside, 1.0), x[6] + odd[6], False, dt_s, p)
    minus = _run(_on(_six(x), aside, -1.0), x[6] - odd[6], False, dt_s, p)
    for i in range(7):
        for j in range(7):
            full[i, j] -= odd[i] * odd[j] / 3.0
    odd[6], even[6] = 2.0 * odd[6], 0.0
    odd[0], odd[1], odd[2], odd[3], odd[4], odd[5] = _on(plus, minus, -1.0)
    even[0], even[1], even[2], even[3], even[4], even[5] = _on(plus, minus, 1.0)


@njit(cache=True, error_model="numpy")
def _run(s: Six, seventh: float, thrust: bool, dt_s: float, p: FloatN) -> Six:
    """The state after a time."""
    while abs(dt_s) > 0.0:
        h = math.copysign(min(abs(dt_s), _longest(s, seventh, thrust, p)), dt_s)
        s = _step(s, seventh, thrust, h, p)
        dt_s -= h
    return s


@njit(cache=True, error_model="numpy")
def advance(rows: IntN, dt_s: FloatN, m: int, parameters: FloatN, state: Float, cov: Float) -> None:
    """Move one model's states of tracks in free flight, in place: the extended Kalman filter's prediction.

    The state is integrated (Runge and Kutta's fourth order). The covariance goes along with the second-order
    transition at the middle of each step, and takes up white noise of acceleration along each axis, [h³/3,
    h²/2; h²/2, h], and of the seventh number, h. In the air, where drag is exponential in the seventh number,
    that one is tried at two values and not linearised (`_ask`).

    Parameters
    ----------
    rows
        (K,) rows of the tracks.
    dt_s
        (T,) time by which to move each track, s; may be negative, and the noise grows then too.
    m
        The model.
    parameters
        (15,): GM in m³/s², semi-major axis in m, second eccentricity squared, J2, the Earth's rotation in
        rad/s; the height in m between two layers of air, density in kg/m³ at height 0 and rate of thinning in
        1/m of the lower and of the upper; the height in m above which steps needn't mind the air, and the
        share of 1/rate that one step in it may fall through; powers of noise: of the acceleration, in m²/s³,
        what it gains with the square of the drag, in s, and of the seventh number: what it gains when drag
        has slowed the body by e.
        state, cov
        (T, M, 7) and (T, M, 28) packed; the rows of model m are written.
    """
    _advance(rows, dt_s, m, False, parameters, state, cov)


@njit(cache=True, error_model="numpy")
def advance_boost(rows: IntN, dt_s: FloatN, m: int, parameters: FloatN, state: Float, cov: Float) -> None:
    """Move one model's states of tracks under thrust along their velocity, in place.

    Parameters
    ----------
    rows, dt_s, m, parameters, state, cov
        As in `advance`: (K,), (T,) s, a number, (15,), (T, M, 7) and (T, M, 28). The seventh number is the
        acceleration along the velocity, net of drag, in m/s², and its power of noise is in (m/s²)²/s.
    """
    _advance(rows, dt_s, m, True, parameters, state, cov)


@njit(cache=True, error_model="numpy")
def move(state: Float, dt_s: FloatN, thrust: bool, parameters: FloatN) -> None:
    """Move bodies by a time, in place, without noise.

    Parameters
    ----------
    state
        (K, 7), written; the seventh number stays.
    dt_s
        (K,) s, negative for back in time.
    thrust
        Whether the bodies are under thrust, or fall freely.
    parameters
        (15,) as in `advance`.
    """
    for k in range(len(state)):
        x = state[k]
        x[0], x[1], x[2], x[3], x[4], x[5] = _run(_six(x), x[6], thrust, dt_s[k], parameters)


@njit(cache=True, error_model="numpy")
def fall(state: Float, back: bool, ground_m: FloatN, longest_s: float, parameters: FloatN) -> FloatN:
    """Move freely falling bodies to where they cross the ground, in place.

    Parameters
    ----------
    state
        (K, 7), written: at the crossing, or wherever the longest time has led.
    back
        Whether to go back in time, to where a body in free flight would have come from.
    ground_m
        (K,) height of the ground above the ellipsoid, m. What is below it already has crossed it before.
    longest_s
        How long to go on at most, s.
    parameters
        (15,) as in `advance`.

    Returns
    -------
    FloatN
        (K,) time until the crossing, s, negative for back in time; NaN where there was none.
    """
    sign, out = -1.0 if back else 1.0, np.full(len(state), np.nan)
    p = parameters
    for k in range(len(state)):
        x = state[k]
        s, seventh, time = _six(x), x[6], 0.0
        h, new = 0.0, s
        while _height(new, p) > ground_m[k] and abs(time) < longest_s:
            s, time = new, time + h
            h = sign * _longest(s, seventh, False, p)
            new = _step(s, seventh, False, h, p)
        if _height(new, p) <= ground_m[k]:
            for _ in range(_TRIES):
                r = math.sqrt(new[0] * new[0] + new[1] * new[1] + new[2] * new[2])
                climb = (new[0] * new[3] + new[1] * new[4] + new[2] * new[5]) / r
                h -= (_height(new, p) - ground_m[k]) / climb
                new = _step(s, seventh, False, h, p)
            out[k] = time + h
        x[0], x[1], x[2], x[3], x[4], x[5] = new
    return out
