"""Free flight and thrust: transitions against finite differences, the air against a table, there and back."""

import numpy as np
import pytest
from tests.kernels.falls import body

from kizuna.geo.frames import ecef_to_geodetic, geodetic_to_ecef
from kizuna.kernels import ballistic
from kizuna.models.ballistic import PATH, Ballistic

ONE_METRE = 1.0
ONE_PER_CENT, FOUR_PER_CENT = 0.01, 0.04
ROW, COLUMN = ballistic._ROW, ballistic._COLUMN
SCALE = np.array([100.0] * 3 + [1.0] * 3 + [0.05])
"""Standard deviations over which all is nearly linear."""
STATES = {
    "above the air": body(),
    "re-entry": body(elevation_deg=-50.0, alt_m=35e3),
    "low and slow": body(speed_mps=300.0, elevation_deg=-70.0, alt_m=4e3, kg_per_m2=500.0),
    "far south": body(speed_mps=6_000.0, lat_deg=-70.0, alt_m=300e3),
}


def pack(full):
    return full[ROW, COLUMN]


def unpack(packed):
    full = np.empty((7, 7))
    full[ROW, COLUMN] = full[COLUMN, ROW] = packed
    return full


def advanced(state, cov, dt_s, parameters, step=ballistic.advance):
    """One track among three, by its second model."""
    states, covs = np.zeros((3, 2, 7)), np.zeros((3, 2, 28))
    states[1, 1], covs[1, 1] = state, pack(cov)
    step(np.array([1]), np.full(3, dt_s), 1, parameters, states, covs)
    assert not states[[0, 2]].any()
    assert not states[:, 0].any()
    return states[1, 1], unpack(covs[1, 1])


def off(ours, theirs):
    """The greatest difference of two covariances, in units of their standard deviations."""
    size = np.sqrt(np.diag(theirs))
    return np.abs((ours - theirs) / np.outer(size, size)).max()


def transition(state, dt_s, thrust):
    """By central differences of the path."""
    columns = []
    for i in range(7):
        ends = np.stack([state, state])
        ends[:, i] += [0.1 * SCALE[i], -0.1 * SCALE[i]]
        ballistic.move(ends, np.full(2, dt_s), thrust, PATH)
        columns.append((ends[0] - ends[1]) / (0.2 * SCALE[i]))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("dt_s", [4.0, -2.0, 12.0])
@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_the_covariance_follows_the_derivatives_of_the_path(state, dt_s):
    root = np.random.Generator(np.random.PCG64(1)).normal(size=(7, 7)) * SCALE[:, None]
    cov = root @ root.T
    _, ours = advanced(state, cov, dt_s, Ballistic(noise_q=0.0, rough_q=0.0, drift=0.0).parameters)
    step = transition(state, dt_s, thrust=False)
    assert off(ours, step @ cov @ step.T) < FOUR_PER_CENT


def test_over_ten_minutes_above_the_air():
    """Long enough for the Earth to turn by 2.5° under it."""
    state, cov = body(speed_mps=5_000.0, alt_m=200e3), np.diag(SCALE**2)
    _, ours = advanced(state, cov, 600.0, Ballistic(noise_q=0.0).parameters)
    step = transition(state, 600.0, thrust=False)
    assert off(ours, step @ cov @ step.T) < ONE_PER_CENT


def test_under_thrust_too():
    state = body(speed_mps=800.0, alt_m=20e3)
    state[6] = 40.0
    cov = np.diag(SCALE**2)
    parameters = Ballistic(boost_noise_q=0.0, jerk_q=0.0).boost_parameters
    _, ours = advanced(state, cov, 3.0, parameters, ballistic.advance_boost)
    step = transition(state, 3.0, thrust=True)
    assert off(ours, step @ cov @ step.T) < FOUR_PER_CENT


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_coarser_steps_are_near_enough_to_track_by(state):
    exact = state[None].copy()
    ballistic.move(exact, np.array([10.0]), False, PATH)
    moved, _ = advanced(state, np.zeros((7, 7)), 10.0, Ballistic().parameters)
    assert np.linalg.norm(moved[:3] - exact[0, :3]) < ONE_METRE


def test_noise_adds_up():
    """In two steps as in one; above the air only the base, and none of the drag's."""
    state, model = body(alt_m=200e3), Ballistic(noise_q=3.0)
    none = np.zeros((7, 7))
    _, once = advanced(state, none, 8.0, model.parameters)
    half, cov = advanced(state, none, 4.0, model.parameters)
    _, twice = advanced(half, cov, 4.0, model.parameters)
    assert off(once[:6, :6], twice[:6, :6]) < FOUR_PER_CENT
    assert np.diag(once)[:3] == pytest.approx(3.0 * 8.0**3 / 3.0, rel=1e-3)
    assert np.diag(once)[3:6] == pytest.approx(3.0 * 8.0, rel=1e-3)
    assert once[6, 6] < 1e-6


def test_in_the_air_noise_grows_with_drag():
    model = Ballistic()
    state = STATES["re-entry"]
    after, cov = advanced(state, np.zeros((7, 7)), 4.0, model.parameters)
    without = np.append(state[:6], -50.0)
    ballistic.move(without[None], np.array([4.0]), False, PATH)
    speed, full_speed = np.linalg.norm(after[3:6]), np.linalg.norm(without[3:6])
    lost, drag = np.log(full_speed / speed), (full_speed - speed) / 4.0
    assert cov[6, 6] == pytest.approx(model.drift * lost, rel=0.1)
    assert np.linalg.eigvalsh(cov)[0] > 0.0
    across = np.cross(state[3:6], [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    wander = across @ cov[3:6, 3:6] @ across
    assert wander == pytest.approx((model.noise_q + model.rough_q * drag**2) * 4.0, rel=0.5)


@pytest.mark.parametrize(
    ("height_m", "kg_per_m3"),
    [(0.0, 1.225), (5e3, 0.73643), (10e3, 0.41351), (20e3, 0.08891), (30e3, 0.018410), (50e3, 0.0010269)],
)
def test_the_air_is_that_of_the_standard_atmosphere(height_m, kg_per_m3):
    """U.S. Standard Atmosphere 1976, table I."""
    assert ballistic._air(height_m, PATH)[0] == pytest.approx(kg_per_m3, rel=0.15)


def test_heights_are_geodetic():
    lat = np.linspace(-90.0, 90.0, 37)
    for alt_m, near_m in ((0.0, 1e-6), (30e3, 0.003), (100e3, 0.02)):
        places = geodetic_to_ecef(lat, 20.0, alt_m)
        found = np.array([ballistic._height((*place, 0.0, 0.0, 0.0), PATH) for place in places])
        assert found == pytest.approx(alt_m, abs=near_m)


def test_to_the_ground_and_back():
    states = np.stack([body(course_deg=course, alt_m=120e3) for course in (0.0, 120.0, 240.0)])
    states[:, 6] = -np.log(1e6)
    began, ground_m = states.copy(), np.array([0.0, 500.0, 2_000.0])
    time_s = ballistic.fall(states, False, ground_m, 3_600.0, PATH)
    assert ecef_to_geodetic(states[:, :3])[2] == pytest.approx(ground_m, abs=0.01)
    ballistic.move(states, -time_s, False, PATH)
    assert states[:, :3] == pytest.approx(began[:, :3], abs=ONE_METRE)
    back_s = ballistic.fall(states, True, ground_m, 3_600.0, PATH)
    assert (back_s < 0.0).all()
    assert ecef_to_geodetic(states[:, :3])[2] == pytest.approx(ground_m, abs=0.01)


def test_uncertain_drag_is_not_linear():
    """A factor of two either way, in the air: mean and covariance as of 4,000 bodies."""
    state = body(elevation_deg=-50.0, alt_m=30e3)
    cov = np.diag([100.0] * 3 + [10.0] * 3 + [0.7]) ** 2
    moved, ours = advanced(state, cov, 6.0, Ballistic(noise_q=0.0, rough_q=0.0, drift=0.0).parameters)
    random = np.random.Generator(np.random.PCG64(3))
    bodies = state + random.normal(size=(4_000, 7)) * np.sqrt(np.diag(cov))
    ballistic.move(bodies, np.full(len(bodies), 6.0), False, PATH)
    size = np.sqrt(np.diag(np.cov(bodies.T)))
    assert (moved - bodies.mean(axis=0)) / size == pytest.approx(0.0, abs=0.05)
    assert off(ours, np.cov(bodies.T)) < 0.15


def test_what_never_comes_down_has_no_time():
    orbit = body(speed_mps=8_200.0, elevation_deg=0.0, alt_m=400e3)
    assert np.isnan(ballistic.fall(orbit[None], False, np.zeros(1), 3_600.0, PATH)).all()


def test_what_is_below_the_ground_was_on_it_before():
    state = body(speed_mps=1_000.0, elevation_deg=-30.0, alt_m=-100.0)[None]
    assert ballistic.fall(state, False, np.zeros(1), 60.0, PATH) == pytest.approx(-0.2, rel=FOUR_PER_CENT)
    assert ecef_to_geodetic(state[:, :3])[2] == pytest.approx(0.0, abs=ONE_METRE)


def test_absurd_beliefs_end_in_time():
    """A filter that lost its way may ask for anything."""
    for state in (body(speed_mps=1e6), body(kg_per_m2=1e-9, alt_m=0.0), body(speed_mps=0.0, alt_m=0.0)):
        cov = np.eye(7)
        moved, _ = advanced(state, cov, 10.0, Ballistic().parameters)
        assert np.isfinite(moved).all()
    assert np.isnan(advanced(np.full(7, np.nan), np.eye(7), 10.0, PATH)[0][:6]).all()
