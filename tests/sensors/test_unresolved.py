"""Radars of limited resolution: two near objects give one plot, as often as the law says."""

from itertools import pairwise

import numpy as np
import pytest
from tests.sensors.made import RADAR_2D, RADAR_3D, START_S, hovering, same, seen_from, sensors

from kizuna.messages.detection import Detections
from kizuna.sensors.observe import observe

LIMITED = {**RADAR_3D, "pd": 1.0, "resolution_range_m": 200.0, "resolution_azimuth_deg": 1.5}
SCANS = 2_000
DURATION_S = 10.0 * SCANS


def seen(radar, range_m, azimuth_deg, seed=3, end_s=DURATION_S):
    """What a radar sees of objects that stand still."""
    places = seen_from(radar, np.array(azimuth_deg), np.full(len(range_m), 4.0), np.array(range_m))
    return observe(hovering(places, DURATION_S), sensors(radar), START_S, START_S + end_s, seed)


@pytest.mark.parametrize(
    ("apart_m", "apart_deg"), [(50.0, 0.0), (200.0, 0.0), (0.0, 1.5), (200.0, 1.5), (300.0, 0.5)]
)
def test_two_give_one_plot_as_often_as_koch_and_van_keuk_say(apart_m, apart_deg):
    plots = seen(LIMITED, [60e3, 60e3 + apart_m], [90.0, 90.0 + apart_deg])
    one = 2 * SCANS - len(plots)
    chance = 0.5 ** ((apart_m / 200.0) ** 2 + (apart_deg / 1.5) ** 2)
    assert abs(one - SCANS * chance) < 4.0 * np.sqrt(SCANS * chance * (1.0 - chance)) + 1.0


def test_the_plot_lies_in_the_middle_and_says_nothing_of_itself():
    radar = {**RADAR_2D, "pd": 1.0, "resolution_range_m": 500.0, "resolution_azimuth_deg": 2.0}
    plots = seen(radar, [60e3, 60.1e3], [359.7, 0.1])
    garbled = plots.take(plots.identity.missing())
    assert len(garbled) > 0.9 * len(plots) / 2
    assert np.isnan(garbled.alt_m).all()
    sigma = np.sqrt(len(garbled))
    assert abs(garbled.range_m.mean() - 60_050.0) < 4.0 * 60.0 / sigma
    off_deg = (garbled.azimuth_deg + 180.0) % 360.0 - 180.0
    assert abs(off_deg.mean() + 0.1) < 4.0 * 0.08 / sigma
    assert garbled.range_m.std() == pytest.approx(60.0, rel=0.1)


def test_windows_one_after_the_other_give_what_one_gives():
    def look(start_s, end_s):
        places = seen_from(LIMITED, np.array([90.0, 90.8, 91.5]), np.full(3, 4.0), np.full(3, 60e3))
        return observe(hovering(places, 600.0), sensors(LIMITED), START_S + start_s, START_S + end_s, 3)

    whole = look(0.0, 600.0)
    # Windows that end amid the three.
    edges = [0.0, *(whole.time[5:60:9] - START_S + 0.005), 600.0]
    parts = [look(start, end) for start, end in pairwise(edges)]
    assert same(Detections.join(parts), whole)


def test_a_radar_that_states_half_of_it_or_nothing_resolves_all():
    half = {name: value for name, value in LIMITED.items() if name != "resolution_azimuth_deg"}
    nothing = {name: value for name, value in half.items() if name != "resolution_range_m"}
    one, other = (seen(radar, [60e3, 60e3], [90.0, 90.1], end_s=1e3) for radar in (half, nothing))
    assert same(one, other)
    assert len(one) == 200
