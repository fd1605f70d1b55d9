"""Paths through knots: exact at the knots, smooth between them, and nowhere where the object wasn't."""

import numpy as np
import pytest

from kizuna.world.flights import Flights

ONE_MICROMETRE = 1e-6
ROUNDING_OF_TIME_MPS = 1e-3
"""Times near 1.7e9 s are floating-point numbers 0.24 µs apart."""
START_S = 1.7e9


def circle(count: int, names: tuple[str, ...], gap: int | None = None) -> Flights:
    """Objects that circle the Earth at different rates; knots unevenly spaced, not joined after `gap`."""
    rng = np.random.Generator(np.random.PCG64(1))
    parts = []
    for number, name in enumerate(names):
        time = np.cumsum(rng.uniform(1.0, 20.0, count))
        angle, rate = 1e-4 * (number + 1) * time, 1e-4 * (number + 1)
        radius = 6.4e6
        joined = np.arange(count) < count - 1
        if gap is not None:
            joined[gap] = False
        zero = np.zeros(count)
        parts.append(
            Flights(
                names=(name,),
                kinds=("aircraft",),
                nations=(None,),
                identities=(name,),
                first=np.array([0, count]),
                time_s=START_S + time,
                position_m=radius * np.stack([np.cos(angle), np.sin(angle), zero], axis=1),
                velocity_mps=radius * rate * np.stack([-np.sin(angle), np.cos(angle), zero], axis=1),
                joined=joined,
            )
        )
    return Flights.join(parts)


def test_the_path_goes_through_its_knots() -> None:
    flights = circle(50, ("a", "b", "c"))
    objects = np.repeat([0, 1, 2], 50)
    position, velocity = flights.state(objects, flights.time_s)
    assert np.abs(position - flights.position_m).max() < ONE_MICROMETRE
    assert np.abs(velocity - flights.velocity_mps).max() < ONE_MICROMETRE


def test_between_the_knots_it_is_the_circle() -> None:
    """The error of cubic Hermite interpolation is at most T⁴/384 times the fourth derivative."""
    flights = circle(50, ("a", "b"))
    times = np.linspace(flights.time_s[50] + 1.0, flights.time_s[-1] - 1.0, 500)
    position, _ = flights.state(np.ones(500, dtype=np.int64), times)
    bound_m = 20.0**4 / 384.0 * 6.4e6 * 2e-4**4
    assert np.abs(np.linalg.norm(position, axis=1) - 6.4e6).max() < bound_m + ONE_MICROMETRE


def test_velocity_is_the_derivative_of_position() -> None:
    flights = circle(20, ("a",))
    times = np.linspace(flights.time_s[0] + 1.0, flights.time_s[-1] - 1.0, 300)
    zero, half_s = np.zeros(300, dtype=np.int64), 0.125
    ahead, behind = flights.state(zero, times + half_s)[0], flights.state(zero, times - half_s)[0]
    _, velocity = flights.state(zero, times)
    assert np.abs((ahead - behind) / (2.0 * half_s) - velocity).max() < ROUNDING_OF_TIME_MPS


def test_the_order_of_the_questions_does_not_matter() -> None:
    flights = circle(30, ("a", "b", "c"))
    rng = np.random.Generator(np.random.PCG64(2))
    objects = rng.integers(0, 3, 20_000)
    start, end = flights.span(objects)
    times = start + (end - start) * rng.random(20_000)
    position, velocity = flights.state(objects, times)
    order = np.lexsort((times, objects))
    again, faster = flights.state(objects[order], times[order])
    assert np.array_equal(position[order], again)
    assert np.array_equal(velocity[order], faster)


def test_nowhere_before_after_and_in_a_gap() -> None:
    flights = circle(10, ("a", "b"), gap=4)
    for number, name in enumerate(flights.names):
        time = flights.time_s[10 * number : 10 * number + 10]
        away = np.array([time[0] - 1.0, 0.5 * (time[4] + time[5]), time[9] + 1.0])
        there = np.array([time[0], time[4], time[5], time[9]])
        objects = np.full(4, number)
        assert np.isnan(flights.state(objects[:3], away)[0]).all(), name
        assert np.isfinite(flights.state(objects, there)[0]).all(), name


def test_beyond_its_ends_the_path_goes_on_straight() -> None:
    flights = circle(10, ("a",), gap=4)
    zero, ten_s = np.zeros(1, dtype=np.int64), 10.0
    time, place, velocity = flights.time_s, flights.position_m, flights.velocity_mps
    for end, off in ((0, -ten_s), (9, ten_s), (4, 0.1), (5, -0.1)):
        position, same = flights.extended(zero, time[end : end + 1] + off)
        since = time[end] + off - time[end]
        assert position[0] == pytest.approx(place[end] + since * velocity[end], abs=ONE_MICROMETRE)
        assert same[0] == pytest.approx(velocity[end], abs=ONE_MICROMETRE)


def test_spans() -> None:
    flights = circle(10, ("a", "b"), gap=4)
    objects, start, end = flights.spans()
    assert objects.tolist() == [0, 0, 1, 1]
    assert start.tolist() == flights.time_s[[0, 5, 10, 15]].tolist()
    assert end.tolist() == flights.time_s[[4, 9, 14, 19]].tolist()


def test_nothing_flies() -> None:
    flights = Flights.join([])
    nobody = np.zeros(0, dtype=np.int64)
    assert len(flights) == 0
    assert len(flights.spans()[0]) == 0
    assert flights.state(nobody, np.zeros(0))[0].shape == (0, 3)
