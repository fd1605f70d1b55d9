"""Detections that come late take their place in order of time, and what comes too late is counted."""

from itertools import pairwise

import numpy as np
import pytest
from tests.tracking.follow import match
from tests.tracking.sky import START_S, Sky, places, radars, watch

from kizuna.tracking.tracker import Tracker

LATE_S = 60.0
MILLIMETRE = 1e-3
TIMES_S = np.arange(5.0, 121.0, 5.0)


def arrive(detections, late_s):
    """Detections by tick of one second in which they arrive: lists of (tick, detections as they come)."""
    when = detections.time - START_S + late_s
    order = np.argsort(when, kind="stable")
    edges = np.searchsorted(when[order], np.arange(0.0, when.max() + 2.0))
    return [detections.take(order[first:last]) for first, last in pairwise(edges)]


def live(sensors, arrivals, times_s, late_s, associator="gnn"):
    """Pictures at times, when each tick's arrivals were taken in."""
    tracker, made, tick = Tracker(sensors, late_s=late_s, associator=associator), [], 0
    for time_s in times_s:
        while tick < min(time_s, len(arrivals)):
            tracker.process(arrivals[tick])
            tick += 1
        made.append(tracker.picture(START_S + time_s, "here"))
    for rest in arrivals[tick:]:
        tracker.process(rest)
    return tracker, made


@pytest.fixture(scope="module")
def scene():
    sky, sensors = Sky.of(40, 3), radars(clutter_per_scan=20.0)
    return sky, sensors, watch(sky, sensors, 121.0, 3)


@pytest.mark.parametrize(
    ("most_s", "allowed_s", "associator"),
    [(3.0, 5.0, "gnn"), (3.0, 60.0, "gnn"), (30.0, 60.0, "gnn"), (59.0, 60.0, "gnn"), (30.0, 60.0, "mht")],
)
def test_late_detections_give_the_same_tracks(scene, most_s, allowed_s, associator):
    """When all have arrived, the tracks are those of detections in order, and the same pictures are taken."""
    _, sensors, detections = scene
    random = np.random.default_rng(1)
    late_s = np.where(random.random(len(detections)) < 0.3, most_s * random.random(len(detections)), 0.0)
    ordered, _ = live(sensors, arrive(detections, np.zeros(len(detections))), TIMES_S, allowed_s, associator)
    tracker, pictures = live(sensors, arrive(detections, late_s), TIMES_S, allowed_s, associator)
    assert tracker.too_late == 0
    last_s = START_S + 121.0
    expected, found = ordered.picture(last_s, "here"), tracker.picture(last_s, "here")
    assert len(found) == len(expected)
    apart = np.linalg.norm(places(found)[:, None] - places(expected)[None], axis=2)
    assert len(np.unique(apart.argmin(axis=1))) == len(expected)
    assert apart.min(axis=1).max() < MILLIMETRE
    assert len(pictures) == len(TIMES_S)


@pytest.mark.parametrize("seed", range(6))
def test_after_a_pause_within_a_slice_too(seed):
    """Few plots, and a picture each second: slices are cut, and some hold nothing."""
    sky, sensors = Sky.of(3, seed), radars(2)
    detections = watch(sky, sensors, 60.0, seed)
    random = np.random.default_rng(seed)
    late_s = np.where(random.random(len(detections)) < 0.5, 1.5 * random.random(len(detections)), 0.0)
    times_s = np.arange(1.0, 61.0)
    ordered, _ = live(sensors, arrive(detections, np.zeros(len(detections))), times_s, 4.0)
    tracker, _ = live(sensors, arrive(detections, late_s), times_s, 4.0)
    expected, found = (each.picture(START_S + 62.0, "here") for each in (ordered, tracker))
    assert len(found) == len(expected) > 0
    apart = np.linalg.norm(places(found)[:, None] - places(expected)[None], axis=2)
    assert apart.min(axis=1).max() < MILLIMETRE


def test_in_order_nothing_changes(scene):
    _, sensors, detections = scene
    arrivals = arrive(detections, np.zeros(len(detections)))
    _, plain = live(sensors, arrivals, TIMES_S, 0.0)
    _, careful = live(sensors, arrivals, TIMES_S, LATE_S)
    for one, other in zip(plain, careful, strict=True):
        assert np.array_equal(one.track, other.track)
        assert np.array_equal(one.lat_deg, other.lat_deg)


def test_objects_keep_their_numbers_when_time_is_turned_back(scene):
    """A third of all plots, one radar's, comes 8 s late; numbers are those of the nearest aircraft."""
    sky, sensors, detections = scene
    slow = detections.sensor.codes == 0
    _, pictures = live(sensors, arrive(detections, np.where(slow, 8.0, 0.0)), TIMES_S, LATE_S)
    numbers = np.array(
        [match(sky, tracks, time_s).number for tracks, time_s in zip(pictures, TIMES_S, strict=True)]
    )
    assert len(np.unique(numbers[-1])) == 40
    for each in numbers.T:
        assert len(np.unique(each[each >= 0])) == 1
    for tracks in pictures:
        assert len(np.unique(tracks.track)) == len(tracks)


def test_the_first_detections_of_all_may_be_late(scene):
    """Pictures of an empty sky are taken before anything arrives."""
    _, sensors, detections = scene
    tracker, first = Tracker(sensors, late_s=LATE_S), detections.take(detections.time < START_S + 30.0)
    assert len(tracker.picture(START_S + 31.0, "here")) == 0
    tracker.process(first)
    assert len(tracker.picture(START_S + 32.0, "here")) == 40


def test_what_comes_too_late_is_counted(scene):
    _, sensors, detections = scene
    late_s = np.where(np.arange(len(detections)) % 10 == 0, 20.0, 0.0)
    tracker, _ = live(sensors, arrive(detections, late_s), TIMES_S, 10.0)
    counted = np.count_nonzero((late_s > 0.0) & (detections.time < START_S + TIMES_S[-1] - 20.0))
    assert counted <= tracker.too_late <= np.count_nonzero(late_s)


def test_memory_is_bounded(scene):
    """What is kept of the past doesn't grow with the length of the run."""
    _, sensors, detections = scene
    tracker, sizes = Tracker(sensors, late_s=10.0), []
    for tick, part in enumerate(arrive(detections, np.zeros(len(detections)))):
        tracker.process(part)
        tracker.picture(START_S + tick + 1.0, "here")
        sizes.append(tracker.kept)
    assert max(sizes[60:]) < 1.5 * max(sizes[20:60])
    assert max(sizes) < 0.3 * len(detections)
