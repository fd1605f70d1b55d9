"""Biases are found as the tracker goes, and what comes next is corrected."""

import numpy as np
import pytest
from benchmarks.gospa import mean_gospa
from tests.tracking.follow import as_bytes, follow
from tests.tracking.sky import START_S, Sky, cut, hear, places, radars, receiver, together, watch
from tests.tracking.test_registration import BIASED, CUTOFF_M, expected, in_degrees, spoilt

from kizuna.messages.sensor import Sensors
from kizuna.tracking.tracker import Tracker

TIMES_S = np.arange(10.0, 241.0, 10.0)
SETTLED_S = 120.0
"""After two minutes, the corrections are in force and twins have gone."""


@pytest.fixture(scope="module")
def six():
    """Sixty aircraft under six radars, and what three biased ones make of them."""
    sky, sensors = Sky.of(60, 1, width_m=250e3), radars(6, clutter_per_scan=5.0)
    clean = watch(sky, sensors, 245.0, 1)
    return sky, sensors, clean, spoilt(clean, BIASED)


def score(sky, pictures):
    """Mean GOSPA of those that are settled, m."""
    late = [(float(t), each) for t, each in zip(TIMES_S, pictures, strict=True) if t > SETTLED_S]
    truth = {t: sky.places(START_S + t) for t, _ in late}
    return mean_gospa(truth, {t: places(each).reshape(-1, 3) for t, each in late}, CUTOFF_M).metric_m


def test_after_the_first_minutes_it_is_as_without_biases(six, associator):
    """300 m, 0.3° and 0.5 s in three of six radars: within a tenth; told, and named."""
    sky, sensors, clean, dirty = six
    tracker = Tracker(sensors, register=True, associator=associator)
    corrected = score(sky, follow(sensors, dirty, TIMES_S, tracker))
    assert corrected < 1.1 * score(sky, follow(sensors, clean, TIMES_S, associator=associator))
    away = in_degrees(tracker.biases.value) - expected(BIASED, 6)
    assert (np.abs(away) < [10.0, 0.02, 0.1]).all()
    assert (np.abs(away) < 4.5 * in_degrees(tracker.biases.sigma) + [0.0, 0.0, 0.02]).all()
    told = [each for each in tracker.remarks() if "is biased and corrected: range" in each]
    assert [each.split("'")[1] for each in told] == ["radar0", "radar2", "radar4"]


def test_without_biases_nothing_changes_by_a_bit(six):
    _, sensors, clean, _ = six
    tracker = Tracker(sensors, register=True)
    assert as_bytes(follow(sensors, clean, TIMES_S, tracker)) == as_bytes(follow(sensors, clean, TIMES_S))
    assert tracker.remarks() == []


def test_batches_make_no_difference(six):
    """What is learnt, and from when on it is used, doesn't depend on how the stream was cut."""
    _, sensors, _, dirty = six
    whole, pieces = Tracker(sensors, register=True), Tracker(sensors, register=True)
    whole.process(dirty)
    for part in cut(dirty, START_S + np.arange(7.0, 240.0, 7.0)):
        pieces.process(part)
    assert np.array_equal(whole.biases.value, pieces.biases.value)
    last_s = START_S + 246.0
    assert as_bytes([whole.picture(last_s, "here")]) == as_bytes([pieces.picture(last_s, "here")])


def test_a_bias_that_comes_later_is_found():
    """A radar that is knocked askew after two minutes: what was known is forgotten."""
    sky, sensors = Sky.of(60, 2), radars(4)
    clean = watch(sky, sensors, 425.0, 2)
    late = clean.time > START_S + 120.0
    detections = together(clean.take(~late), spoilt(clean.take(late), {1: (0.0, 0.5, 0.0)}))
    tracker = Tracker(sensors, register=True)
    tracker.process(detections)
    assert in_degrees(tracker.biases.value)[1, 1] > 0.2


def test_reports_are_the_reference(associator):
    """A radar alone, and its clock, told by what aircraft say of themselves."""
    sky, radar, listening = Sky.of(60, 3), radars(1), receiver()
    sensors = Sensors.join([radar, listening])
    plots = spoilt(watch(sky, radar, 155.0, 3), {0: (150.0, -0.2, 0.4)})
    tracker = Tracker(sensors, register=True, associator=associator)
    for part in cut(together(plots, hear(sky, listening, 155.0, 3)), START_S + np.arange(5.0, 155.0, 5.0)):
        tracker.process(part)
    assert (np.abs(in_degrees(tracker.biases.value)[0] - (150.0, -0.2, 0.4)) < (20.0, 0.03, 0.1)).all()


def test_late_detections_are_registered_too():
    """A node turns time back: what is worked off twice counts once, and the biases are found all the same."""
    sky, sensors = Sky.of(50, 4), radars(4)
    detections = spoilt(watch(sky, sensors, 125.0, 4), {1: (300.0, 0.3, 0.3)})
    random = np.random.default_rng(1)
    arrival = np.argsort(detections.time + 3.0 * random.random(len(detections)), kind="stable")
    tracker = Tracker(sensors, register=True, late_s=5.0)
    for first in range(0, len(arrival), 200):
        tracker.process(detections.take(np.sort(arrival[first : first + 200])))
        tracker.picture(float(detections.time[arrival[: first + 200]].max()), "here")
    away = in_degrees(tracker.biases.value)[1] - expected({1: (300.0, 0.3, 0.3)}, 4)[1]
    assert (np.abs(away) < [20.0, 0.03, 0.1]).all()
