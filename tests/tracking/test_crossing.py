"""Aircraft that meet at one height and one time keep their numbers."""

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import Sky, radars, watch

from kizuna.geo.geodesic import destination

MEET_S = 100.0
SPEED_MPS = 220.0


def meeting(angle_deg, beside_m=0.0):
    """Eight pairs of aircraft; each pair is at one place at one time, or passes at a distance."""
    rows = []
    for k in range(8):
        place = destination(48.0, 9.0, 45.0 * k, 60e3)
        for course_deg, offset_m in ((10.0 * k, 0.0), (10.0 * k + angle_deg, beside_m)):
            there = destination(*place, 10.0 * k + 90.0, offset_m)
            lat, lon = destination(*there, course_deg + 180.0, SPEED_MPS * MEET_S)
            rows.append((float(lat), float(lon), 10_000.0, course_deg, SPEED_MPS))
    return Sky(*np.array(rows).T)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("angle_deg", [15.0, 30.0, 60.0, 90.0, 180.0])
def test_crossing_flights_keep_their_numbers(angle_deg, seed, associator):
    sky, sensors = meeting(angle_deg), radars()
    pictures = follow(sensors, watch(sky, sensors, 185.0, seed), [60.0, 180.0], associator=associator)
    before, after = (match(sky, *each) for each in zip(pictures, [60.0, 180.0], strict=True))
    assert len(np.unique(before.number)) == 16
    assert (before.number == after.number).all()
    assert after.false == 0


@pytest.mark.parametrize("beside_m", [1_500.0, 3_000.0])
def test_aircraft_side_by_side_stay_two(beside_m, associator):
    """The radars' errors are 140 m across: 1,500 m apart is enough for a number each, all the way."""
    sky, sensors = meeting(0.0, beside_m), radars()
    times_s = [40.0, 100.0, 180.0]
    numbers = []
    pictures = follow(sensors, watch(sky, sensors, 185.0, 3), times_s, associator=associator)
    for tracks, time_s in zip(pictures, times_s, strict=True):
        numbers.append(match(sky, tracks, time_s).number)
        assert len(tracks) == 16
        assert len(np.unique(numbers[-1])) == 16
    assert (np.array(numbers) == numbers[0]).all()
