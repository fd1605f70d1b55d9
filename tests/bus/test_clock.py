"""The simulated clock goes forward and nowhere else."""

import math

import pytest

from kizuna.bus.clock import Clock, SimulatedClock


def test_it_stands_where_it_was_put():
    clock: Clock = SimulatedClock(1_533_099_600.0)
    assert clock.now_s() == 1_533_099_600.0


def test_it_advances_and_may_stay():
    clock = SimulatedClock(10.0)
    clock.advance(12.5)
    clock.advance(12.5)
    assert clock.now_s() == 12.5


@pytest.mark.parametrize("time_s", [9.999, math.nan])
def test_it_never_goes_back(time_s):
    clock = SimulatedClock(10.0)
    with pytest.raises(ValueError, match="the clock stands at 10.0 s"):
        clock.advance(time_s)
    assert clock.now_s() == 10.0
