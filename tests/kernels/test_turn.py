"""Level turns over a curved Earth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.test_kalman import ORDER as SIX

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.geo.frames import ecef_to_geodetic, enu_basis, geodetic_to_ecef
from kizuna.kernels import turn
from kizuna.seeds import generator

ORDER = [*SIX, *((i, 6) for i in range(7))]
"""Row and column in the 7x7 covariance of each packed number."""
ONE_CENTIMETRE = 0.01
ONE_METRE = 1.0
EARTH = (WGS84_A_M, WGS84_E2)


def pack(cov):
    return np.array([cov[i, j] for i, j in ORDER])


def unpack(packed):
    cov = np.zeros((7, 7))
    for value, (i, j) in zip(packed, ORDER, strict=True):
        cov[i, j] = cov[j, i] = value
    return cov


def flying(lat_deg, lon_deg, alt_m, course_deg, speed_mps, climb_mps, rate):
    """A state (7,)."""
    course = np.radians(course_deg)
    local = np.array([speed_mps * np.sin(course), speed_mps * np.cos(course), climb_mps])
    velocity = local @ enu_basis(lat_deg, lon_deg)
    return np.array([*geodetic_to_ecef(lat_deg, lon_deg, alt_m), *velocity, rate])


def advance(state, cov, dt_s, noise=(0.0, 0.0, 0.0)):
    """One call of the kernel for one track of one model: state (7,) and covariance (7, 7)."""
    x, p = state[None, None].copy(), pack(cov)[None, None]
    turn.advance(np.array([0]), np.array([dt_s]), 0, np.array([*noise, *EARTH]), x, p)
    return x[0, 0], unpack(p[0, 0])


def local(state):
    """Height, and east, north, up of the velocity."""
    lat, lon, alt = ecef_to_geodetic(state[:3])
    return alt, enu_basis(lat, lon) @ state[3:6]


@pytest.mark.parametrize("lat_deg", [0.0, 35.0, -60.0, 89.9])
@pytest.mark.parametrize("rate_dps", [3.0, -10.0, 0.5])
@pytest.mark.parametrize("climb_mps", [0.0, 12.0])
def test_a_full_circle_keeps_height_and_speed_and_closes(lat_deg, rate_dps, climb_mps):
    """At 250 m/s, in steps of 5 s and a last one: to 3 cm, and 1 cm/s of climb."""
    state = flying(lat_deg, 20.0, 9_000.0, 70.0, 250.0, climb_mps, np.radians(rate_dps))
    whole_s = 360.0 / abs(rate_dps)
    start, left_s = state.copy(), whole_s
    while left_s > 0.0:
        state, _ = advance(state, np.eye(7), min(5.0, left_s))
        left_s -= 5.0
    height, velocity = local(state)
    assert height == pytest.approx(9_000.0 + climb_mps * whole_s, abs=3.0 * ONE_CENTIMETRE)
    assert velocity[2] == pytest.approx(climb_mps, abs=ONE_CENTIMETRE)
    assert np.hypot(*velocity[:2]) == pytest.approx(250.0, abs=ONE_CENTIMETRE)
    if climb_mps == 0.0:
        # The turn about the axis of a small circle is quicker than about the vertical, by (v/(R rate))²/2.
        over_m = np.pi * 250.0**3 / (6.37e6**2 * abs(state[6]) ** 3)
        gap_m = np.linalg.norm(state[:3] - start[:3])
        assert gap_m == pytest.approx(over_m, rel=0.1, abs=ONE_CENTIMETRE)


def test_straight_and_level_is_a_geodesic():
    """An hour at 250 m/s in steps of 10 s goes where the geodesic goes, 900 km on, and stays level."""
    pyproj = pytest.importorskip("pyproj")
    state = flying(35.0, 139.0, 11_000.0, 40.0, 250.0, 0.0, 0.0)
    for _ in range(360):
        state, _ = advance(state, np.eye(7), 10.0)
    # The ground below passes more slowly, by height over radius.
    lat, lon, alt = ecef_to_geodetic(state[:3])
    course, _, ground_m = pyproj.Geod(ellps="WGS84").inv(139.0, 35.0, lon, lat)
    assert alt == pytest.approx(11_000.0, abs=ONE_METRE)
    assert course == pytest.approx(40.0, abs=1e-3)
    assert ground_m * (1.0 + 11_000.0 / 6.37e6) == pytest.approx(900e3, rel=1e-5)


@pytest.mark.parametrize("seed", range(8))
def test_the_path_solves_its_equation(seed):
    """v' = (rate up + up x up') x v with the true normal of the ellipsoid, by SciPy's DOP853, for 10 s."""
    from scipy.integrate import solve_ivp

    random = generator(seed, "path")
    state = flying(
        random.uniform(-80, 80), random.uniform(-180, 180), random.uniform(0, 2e4), random.uniform(0, 360),
        random.uniform(50, 600), random.uniform(-30, 30), random.uniform(-0.2, 0.2),
    )  # fmt: skip

    def normal(place):
        lat, lon, _ = ecef_to_geodetic(place)
        return enu_basis(lat, lon)[2]

    def flow(_, y):
        place, velocity = y[:3], y[3:]
        up = normal(place)
        turning = (normal(place + velocity * 0.5) - normal(place - velocity * 0.5)) / 1.0
        return np.concatenate([velocity, np.cross(state[6] * up + np.cross(up, turning), velocity)])

    exact = solve_ivp(flow, (0.0, 10.0), state[:6], method="DOP853", rtol=1e-11, atol=1e-8).y[:, -1]
    there, _ = advance(state, np.eye(7), 10.0)
    assert np.linalg.norm(there[:3] - exact[:3]) < 3.0 * ONE_CENTIMETRE
    assert np.linalg.norm(there[3:6] - exact[3:]) < ONE_CENTIMETRE


@pytest.mark.parametrize("rate", [0.0, 1e-6, 5e-4, -0.1, 0.3])
@pytest.mark.parametrize("dt_s", [0.5, 8.0])
def test_derivatives_are_those_of_the_step(rate, dt_s):
    """By differences of the step over a flat Earth, and within 0.1 % over the curved one."""
    state = flying(48.0, 9.0, 8_000.0, 120.0, 220.0, 8.0, rate)
    up = np.empty(3)
    turn.vertical(state, 0.0, *EARTH, up)

    def flat(whole):
        moved = np.empty((2, 3))
        turn.turned(up, np.ascontiguousarray(whole[3:6]), whole[6], 0.0, dt_s, moved)
        return np.concatenate([whole[:3] + moved[0], moved[1], whole[6:]])

    def curved(whole):
        return advance(whole, np.eye(7), dt_s)[0]

    step = np.zeros((7, 7))
    turn.derivatives(up, state[3:6].copy(), rate, dt_s, step)
    size = np.array([100.0] * 3 + [1.0] * 3 + [1e-4])
    unit = np.outer(1.0 / np.array([1.0] * 3 + [1.0] * 3 + [1.0]), size)
    for way, share in ((flat, 1e-6), (curved, 1e-3)):
        slope = np.column_stack([(way(state + d) - way(state - d)) / (2.0 * d.sum()) for d in np.diag(size)])
        assert np.abs((step - slope) * unit).max() < share * np.abs(step * unit).max()


def test_noise_is_what_many_small_steps_add_up_to():
    """One step of 4 s against 400 of 10 ms, straight on: white acceleration and a wandering rate."""
    state = flying(10.0, 20.0, 5_000.0, 90.0, 200.0, 0.0, 0.0)
    noise = (3.0, 0.2, 1e-4)
    _, once = advance(state, np.zeros((7, 7)), 4.0, noise)
    there, many = state, np.zeros((7, 7))
    for _ in range(400):
        there, many = advance(there, many, 0.01, noise)
    scale = np.sqrt(np.diag(once))
    assert np.abs((once - many) / np.outer(scale, scale)).max() < 0.01


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    rate=st.floats(-0.5, 0.5),
    dt_s=st.floats(0.0, 60.0),
    noise=st.tuples(st.floats(0.0, 400.0), st.floats(0.0, 10.0), st.floats(0.0, 1e-3)),
)
def test_covariances_stay_positive(seed, rate, dt_s, noise):
    random = generator(seed, "positive")
    state = flying(random.uniform(-90, 90), 0.0, 1e4, random.uniform(0, 360), 200.0, 5.0, rate)
    root = random.normal(size=(7, 7)) * np.array([100.0] * 3 + [10.0] * 3 + [0.05])[:, None]
    there, cov = advance(state, root @ root.T, dt_s, noise)
    assert np.isfinite(there).all()
    scale = np.sqrt(np.diag(cov))
    assert np.linalg.eigvalsh(cov / np.outer(scale, scale)).min() > -1e-9


def test_nothing_moves_in_no_time():
    state = flying(-33.0, 151.0, 3_000.0, 10.0, 100.0, 0.0, 0.1)
    root = generator(1, "still").normal(size=(7, 7))
    there, cov = advance(state, root @ root.T, 0.0, (1.0, 1.0, 1.0))
    assert there == pytest.approx(state, rel=1e-15)
    assert cov == pytest.approx(root @ root.T, rel=1e-9, abs=1e-12)
