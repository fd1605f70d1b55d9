"""Coordinated turns against Stone Soup's models, in a plane, where both compute the same."""

import datetime as dt

import numpy as np
import pytest
from stonesoup.models.transition.linear import KnownTurnRate
from stonesoup.models.transition.nonlinear import ConstantTurn
from stonesoup.types.state import State

from kizuna.kernels import turn
from kizuna.seeds import generator

ROUNDING = 1e-9
AXES = np.eye(3)
"""East, north and up: x, y and z."""


def turned(velocity, rate, dt_s):
    """Displacement and velocity after a turn over a flat Earth."""
    moved = np.empty((2, 3))
    turn.turned(AXES[2], np.array(velocity, dtype=float), rate, 0.0, dt_s, moved)
    return moved


@pytest.mark.parametrize("seed", range(8))
def test_the_transition_is_that_of_a_known_turn_rate(seed):
    """Their matrix, state x vx y vy: our derivatives by place and velocity, and our step."""
    random = generator(seed, "known")
    rate, dt_s = random.uniform(-0.4, 0.4), random.uniform(0.1, 15.0)
    velocity = np.array([*random.uniform(-300.0, 300.0, 2), 0.0])
    theirs = KnownTurnRate(turn_noise_diff_coeffs=[0.0, 0.0], turn_rate=rate).matrix(
        time_interval=dt.timedelta(seconds=dt_s)
    )
    step = np.zeros((7, 7))
    exact_s = dt.timedelta(seconds=dt_s).total_seconds()
    turn.derivatives(AXES[2], velocity, rate, exact_s, step)
    order = [0, 3, 1, 4]
    assert step[np.ix_(order, order)] == pytest.approx(theirs, rel=ROUNDING, abs=ROUNDING)
    there = theirs @ np.array([0.0, velocity[0], 0.0, velocity[1]])
    ours = turned(velocity, rate, exact_s)
    assert ours[:, :2].T.ravel() == pytest.approx(there, rel=ROUNDING, abs=ROUNDING)
    assert ours[:, 2].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("seed", range(8))
def test_the_step_is_that_of_an_unknown_turn_rate(seed):
    """Their function of x vx y vy and the rate; and its Jacobian, which they take by differences, to 1e-5."""
    random = generator(seed, "unknown")
    rate, exact = random.choice([-1.0, 1.0]) * random.uniform(0.01, 0.4), dt.timedelta(seconds=6)
    velocity = np.array([*random.uniform(-300.0, 300.0, 2), 0.0])
    model = ConstantTurn(linear_noise_coeffs=[0.0, 0.0], turn_noise_coeff=0.0)
    state = State(np.array([[0.0], [velocity[0]], [0.0], [velocity[1]], [rate]]))
    there = np.asarray(model.function(state, time_interval=exact), dtype=float).ravel()
    assert turned(velocity, rate, 6.0)[:, :2].T.ravel() == pytest.approx(there[:4], rel=ROUNDING, abs=1e-7)
    step = np.zeros((7, 7))
    turn.derivatives(AXES[2], velocity, rate, 6.0, step)
    order = [0, 3, 1, 4, 6]
    theirs = np.asarray(model.jacobian(state, time_interval=exact), dtype=float)
    scale = np.abs(theirs).max(axis=1)[:, None]
    assert np.abs((step[np.ix_(order, order)] - theirs) / scale).max() < 1e-5
