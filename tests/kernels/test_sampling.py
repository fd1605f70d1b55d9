"""Sampled paths against polynomials that a cubic must follow exactly, and where paths begin and end."""

import numpy as np
import pytest

from kizuna.kernels.sampling import sample_paths
from kizuna.seeds import generator

ROUNDING_M = 1e-6
ROUNDING_MPS = 1e-6
SLACK_S = 1e-3


def sampled(knots, times):
    """Start, path, position, velocity of paths given as (times, positions, velocities)."""
    start = np.concatenate([[0], np.cumsum([len(each[0]) for each in knots])]).astype(np.int64)
    time, position, velocity = (
        np.concatenate([np.asarray(each[k], float) for each in knots]) for k in range(3)
    )
    return sample_paths(
        start, time, position.reshape(-1, 3), velocity.reshape(-1, 3), np.asarray(times, float), SLACK_S
    )


def straight(times, velocity=(np.nan, np.nan, np.nan)):
    """Knots along the first axis at 10 m/s."""
    times = np.asarray(times, float)
    return times, np.outer(10.0 * times, [1.0, 0.0, 0.0]), np.tile(velocity, (len(times), 1))


@pytest.mark.parametrize("seed", range(5))
def test_a_cubic_is_followed_exactly(seed):
    random = generator(seed, "cubic")
    factors = random.normal(size=(4, 3)) * np.array([1_000.0, 200.0, 3.0, 0.1])[:, None]
    knots = np.sort(random.uniform(0.0, 60.0, 7))
    times = np.sort(random.uniform(knots[0], knots[-1], 50))

    def position(t):
        return np.vander(t, 4, increasing=True) @ factors

    def velocity(t):
        return np.vander(t, 3, increasing=True) @ (factors[1:] * np.array([1.0, 2.0, 3.0])[:, None])

    start, path, places, speeds = sampled([(knots, position(knots), velocity(knots))], times)
    assert start.tolist() == list(range(51))
    assert not path.any()
    assert places == pytest.approx(position(times), abs=ROUNDING_M)
    assert speeds == pytest.approx(velocity(times), abs=ROUNDING_MPS)


def test_unknown_velocities_mean_chords():
    _, _, places, speeds = sampled([straight([0.0, 4.0, 10.0])], [0.0, 1.0, 4.0, 9.5, 10.0])
    assert places[:, 0] == pytest.approx([0.0, 10.0, 40.0, 95.0, 100.0], abs=ROUNDING_M)
    assert speeds == pytest.approx(np.tile([10.0, 0.0, 0.0], (5, 1)), abs=ROUNDING_MPS)


def test_one_unknown_velocity_makes_its_two_steps_straight():
    times = np.array([0.0, 2.0, 4.0])
    position = np.outer(times**2, [1.0, 0.0, 0.0])
    velocity = np.outer(2.0 * times, [1.0, 0.0, 0.0])
    velocity[2] = np.nan
    _, _, places, _ = sampled([(times, position, velocity)], [1.0, 3.0])
    assert places[:, 0] == pytest.approx([1.0, 10.0], abs=ROUNDING_M)


def test_a_path_is_there_from_its_first_to_its_last_knot_give_or_take_the_slack():
    times = [-0.01, -0.0005, 0.0, 5.0, 10.0005, 10.01]
    start, path, places, _ = sampled([straight([0.0, 10.0])], times)
    assert start.tolist() == [0, 0, 1, 2, 3, 4, 4]
    assert path.tolist() == [0, 0, 0, 0]
    # Within the slack, it is where it begins and ends.
    assert places[:, 0] == pytest.approx([0.0, 0.0, 50.0, 100.0], abs=ROUNDING_M)


def test_rows_are_ordered_by_time_then_path():
    start, path, places, _ = sampled([straight([0.0, 2.0]), straight([1.0, 3.0])], [0.0, 1.0, 2.0, 3.0])
    assert start.tolist() == [0, 1, 3, 5, 6]
    assert path.tolist() == [0, 0, 1, 0, 1, 1]
    assert places[:, 0] == pytest.approx([0.0, 10.0, 10.0, 20.0, 20.0, 30.0], abs=ROUNDING_M)


def test_a_path_of_one_knot_is_a_moment():
    start, _, places, speeds = sampled([straight([5.0])], [4.0, 5.0, 6.0])
    assert start.tolist() == [0, 0, 1, 1]
    assert places.tolist() == [[50.0, 0.0, 0.0]]
    assert np.isnan(speeds).all()


def test_no_paths_are_nowhere():
    start, path, places, speeds = sample_paths(
        np.zeros(1, dtype=np.int64), np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)), np.arange(3.0), SLACK_S
    )
    assert start.tolist() == [0, 0, 0, 0]
    assert (len(path), places.shape, speeds.shape) == (0, (0, 3), (0, 3))
