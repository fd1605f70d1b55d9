"""The offset of another clock is known to within half of a quick round trip, until a clock is set."""

import numpy as np
import pytest

from kizuna.bus.offset import Offset
from kizuna.seeds import generator

AHEAD_S = 10.0


def trip(offset: Offset, now_s: float, there_s: float, back_s: float, ahead_s: float = AHEAD_S) -> None:
    """Make a round trip that takes so long each way; the peer thinks for 0.2 s."""
    came_s = now_s + there_s + ahead_s
    offset.learn(now_s, came_s, came_s + 0.2, now_s + there_s + 0.2 + back_s)


def test_it_is_within_its_bound_however_long_the_ways_take() -> None:
    """Source: the offset that the clocks were given. Both ways take exponential times, independently."""
    draw = generator(1, "offset")
    for _ in range(200):
        offset = Offset()
        for step in range(20):
            trip(offset, float(step), *draw.exponential((0.05, 0.5)))
            assert abs(offset.estimate_s - AHEAD_S) <= offset.within_s
        assert abs(offset.ahead_s - AHEAD_S) < 0.5
        assert offset.within_s < 0.5


def test_the_quickest_trip_counts() -> None:
    offset = Offset()
    for there_s, back_s in ((2.0, 0.1), (0.001, 0.001), (0.1, 3.0)):
        trip(offset, 0.0, there_s, back_s)
    assert offset.estimate_s == pytest.approx(AHEAD_S, abs=1e-9)
    assert offset.within_s == pytest.approx(0.001)


def test_what_does_not_matter_is_not_corrected() -> None:
    offset = Offset()
    assert not offset.known
    assert np.isnan(offset.estimate_s)
    trip(offset, 0.0, 0.001, 0.001, ahead_s=0.04)
    assert offset.known
    assert offset.ahead_s == 0.0
    assert offset.estimate_s == pytest.approx(0.04)


def test_a_correction_stays_until_it_is_surely_another() -> None:
    offset = Offset()
    trip(offset, 0.0, 0.01, 0.01)
    first_s = offset.ahead_s
    for step in range(1, 50):
        trip(offset, float(step), 0.005, 0.004)
    assert offset.ahead_s == first_s


def test_a_clock_that_is_set_is_noticed_at_once() -> None:
    offset = Offset()
    trip(offset, 0.0, 0.001, 0.001)
    trip(offset, 1.0, 0.05, 0.05, ahead_s=0.0)
    assert offset.ahead_s == 0.0
    assert abs(offset.estimate_s) <= offset.within_s


def test_a_trip_into_the_past_is_none() -> None:
    offset = Offset()
    offset.learn(10.0, 20.0, 25.0, 11.0)
    assert not offset.known
