"""Tracks are confirmed, coast, and end."""

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import START_S, Sky, radars, watch

from kizuna.tracking.tracker import Tracker

LAST_S = 100.0


def lost(count, seed, clutter=5.0):
    """A sky whose aircraft no radar sees from `LAST_S` on; the detections go on if there is clutter."""
    sky, sensors = Sky.of(count, seed), radars(clutter_per_scan=clutter)
    detections = watch(sky, sensors, 300.0, seed, until_s=np.full(count, LAST_S))
    return sky, sensors, detections


def test_one_plot_is_not_a_track():
    sky, sensors = Sky.of(1, 1), radars(1, clutter_per_scan=0.0, pd=1.0)
    detections = watch(sky, sensors, 30.0, 1)
    first_s = float(detections.time[0]) - START_S
    tracker = Tracker(sensors)
    alone, later = follow(sensors, detections, [first_s + 0.1, 25.0], tracker)
    assert len(alone) == 0
    assert len(later) == 1


@pytest.mark.parametrize("seed", [2, 3])
def test_confirmed_within_three_scans(seed):
    """Of a steady sky, all but a few within 15 s, three scans of most radars."""
    sky, sensors = Sky.of(60, seed), radars()
    found = match(sky, follow(sensors, watch(sky, sensors, 20.0, seed), 15.0)[0], 15.0)
    assert (found.row >= 0).sum() >= 57


def test_unseen_aircraft_coast_and_are_deleted():
    sky, sensors, detections = lost(30, 4)
    times_s = [LAST_S - 2.0, LAST_S + 10.0, LAST_S + 70.0]
    seen, coasting, gone = follow(sensors, detections, times_s)
    assert seen.status.equal("confirmed").all()
    assert coasting.status.equal("coasted").all()
    there = match(sky, coasting, times_s[1])
    before = match(sky, seen, times_s[0])
    assert (there.number == before.number).all()
    assert len(gone) == 0


def test_coasting_tracks_become_uncertain():
    _, sensors, detections = lost(30, 5)
    soon, late = follow(sensors, detections, [LAST_S + 4.0, LAST_S + 10.0])
    both = np.isin(soon.track, late.track)
    assert (late.cov[:, [0, 6, 11]] > soon.cov[both][:, [0, 6, 11]]).all()


@pytest.mark.parametrize("silence_s", [120.0, 3_600.0])
def test_when_all_sensors_fall_silent_the_tracks_end_too(silence_s):
    """Not one detection comes, not even clutter."""
    _, sensors, detections = lost(30, 6, clutter=0.0)
    seen, gone = follow(sensors, detections, [LAST_S, LAST_S + silence_s])
    assert len(seen) == 30
    assert len(gone) == 0


def test_after_a_silence_tracks_begin_anew():
    """Nothing for ten minutes, then the same sky: no old track drags along, no number comes again."""
    sky, sensors = Sky.of(30, 7, width_m=100e3), radars(clutter_per_scan=0.0)
    detections = watch(sky, sensors, 130.0 + 600.0, 7)
    since = detections.time - START_S
    detections = detections.take((since < 60.0) | (since > 660.0))
    times_s = [60.0, 725.0]
    before, after = follow(sensors, detections, times_s)
    found = match(sky, after, times_s[1])
    assert len(before) == 30
    assert (found.row >= 0).sum() >= 28
    assert found.false == 0
    assert not np.isin(after.track, before.track).any()


def test_a_lost_aircraft_that_returns_soon_keeps_its_number():
    sky, sensors = Sky.of(30, 8), radars()
    detections = watch(sky, sensors, 150.0, 8)
    since = detections.time - START_S
    detections = detections.take((since < 100.0) | (since > 107.0))
    times_s = [100.0, 140.0]
    before, after = (
        match(sky, *each) for each in zip(follow(sensors, detections, times_s), times_s, strict=True)
    )
    assert (before.number == after.number).all()


def test_the_register_grows_and_shrinks():
    """More aircraft than the register's first columns hold, and none left in the end."""
    _, sensors, detections = lost(400, 9)
    tracker = Tracker(sensors)
    full, empty = follow(sensors, detections, [90.0, 290.0], tracker)
    assert len(full) >= 395
    assert len(empty) == 0
    assert tracker.count < 40
