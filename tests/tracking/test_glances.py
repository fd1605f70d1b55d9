"""Sensors that see an object several times in one slice of time."""

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import Sky, radars, watch

from kizuna.tracking.associate import glances
from kizuna.tracking.filter import Filter, Sources
from kizuna.tracking.tracker import Tracker

SLICE_S = 2.0
FEW_LEFT_OVER = 0.02
"""Share of plots that the gate leaves out, or that come before the second one of an object."""


def test_a_quick_sensor_glances_several_times_in_a_slice_and_a_slow_one_once():
    sky, sensors = Sky.of(30, 1), radars(2, period_s=[1.0, 5.0], clutter_per_scan=0.0)
    sources = Sources.of(sensors)
    plots = Filter(sources).measure(watch(sky, sensors, SLICE_S, 1))
    number = glances(plots, sources.glance_s(SLICE_S), SLICE_S)
    quick = plots.sensor == 0
    turn = np.floor(np.mod(plots.time_s, SLICE_S) / 0.8)
    assert number[quick].tolist() == (2 * turn[quick]).tolist()
    assert set(turn[quick]) == {0.0, 1.0, 2.0}
    assert set(number[~quick]) == {1}


@pytest.mark.parametrize("associator", ["gnn", "bp", "mht"])
def test_a_track_takes_every_plot_of_a_quick_sensor(associator):
    sky = Sky.of(20, 2, width_m=100e3)
    sensors = radars(2, period_s=[1.0, 4.0], pd=0.98, clutter_per_scan=0.0)
    tracker = Tracker(sensors, associator=associator, keep_pairs=True)
    plots = watch(sky, sensors, 61.0, 2)
    found = match(sky, follow(sensors, plots, 60.0, tracker)[0], 60.0)
    assert len(np.unique(found.number)) == 20
    assert found.false == 0
    number, _ = tracker.take_pairs()
    # Until a track is confirmed, its plots are not kept.
    assert len(number) > (1.0 - FEW_LEFT_OVER) * np.count_nonzero(plots.time > plots.time[0] + 6.0)
