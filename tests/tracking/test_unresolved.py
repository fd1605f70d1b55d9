"""Aircraft side by side under a radar that doesn't tell them apart keep their tracks and numbers."""

from dataclasses import replace

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow
from tests.tracking.formation import DURATION_S, PARTED_S, TOGETHER_S, formation, found, plots
from tests.tracking.sky import START_S, radars

from kizuna.messages.sensor import Sensors
from kizuna.tracking.tracker import Tracker

PAIRS = 6
WHEN_S = np.arange(30.0, DURATION_S + 1.0, 30.0)


def limited(count=1):
    return radars(count, apart_m=1.0, resolution_range_m=300.0, resolution_azimuth_deg=1.5)


def numbers(places, pictures):
    """(times, aircraft) track numbers."""
    return np.array([found(places, tracks, t) for tracks, t in zip(pictures, WHEN_S, strict=True)])


@pytest.fixture(scope="module")
def scene():
    places, flights = formation(PAIRS, 100.0, seed=2)
    return places, plots(flights, limited(), seed=2)


def of_pairs(row):
    """The numbers of each pair, in any order."""
    return np.sort(row.reshape(PAIRS, 2), axis=1).tolist()


def test_each_keeps_a_track_and_each_pair_its_numbers(scene):
    places, seen = scene
    told = numbers(places, follow(limited(), seen, WHEN_S))
    together = (WHEN_S > TOGETHER_S) & (WHEN_S < PARTED_S)
    assert (told[together] > 0).all()
    assert of_pairs(told[-1]) == of_pairs(told[1])


def test_without_being_told_half_of_them_are_lost(scene):
    places, seen = scene
    nothing = np.array([np.nan])
    sensors = replace(limited(), resolution_range_m=nothing, resolution_azimuth_deg=nothing)
    told = numbers(places, follow(sensors, seen, WHEN_S))
    together = (WHEN_S > TOGETHER_S + 60.0) & (WHEN_S < PARTED_S)
    assert (told[together] > 0).mean() < 0.6


def test_one_plot_at_a_time_or_all_at_once(scene):
    _, seen = scene
    early = seen.take(seen.time < START_S + 300.0)
    whole = Tracker(limited())
    whole.process(early)
    single = Tracker(limited())
    for row in range(len(early)):
        single.process(early.take(slice(row, row + 1)))
    end_s = START_S + 300.0
    assert as_bytes([whole.picture(end_s, "n")]) == as_bytes([single.picture(end_s, "n")])


def test_late_plots_take_their_place(scene):
    _, seen = scene
    early = seen.take(seen.time < START_S + 300.0)
    late = np.random.default_rng(1).random(len(early)) < 0.2
    arrival = np.argsort(early.time + 8.0 * late, kind="stable")
    ordered, disordered = Tracker(limited(), late_s=20.0), Tracker(limited(), late_s=20.0)
    ordered.process(early)
    for rows in np.array_split(arrival, 100):
        disordered.process(early.take(rows))
    end_s = START_S + 300.0
    assert as_bytes([ordered.picture(end_s, "n")]) == as_bytes([disordered.picture(end_s, "n")])


def test_radars_that_resolve_everything_share_nothing(scene):
    _, seen = scene
    far = replace(limited(), resolution_range_m=np.array([1e-3]), resolution_azimuth_deg=np.array([1e-6]))
    nothing = np.array([np.nan])
    never: Sensors = replace(far, resolution_range_m=nothing, resolution_azimuth_deg=nothing)
    assert as_bytes(follow(far, seen, WHEN_S)) == as_bytes(follow(never, seen, WHEN_S))


def test_a_copied_course_learns_on_its_own(scene):
    _, seen = scene
    tracker = Tracker(limited())
    tracker.process(seen.take(seen.time < START_S + 100.0))
    course = tracker._course
    early = course.copy()
    before = early.unresolved.apart(early.tracks).tolist()
    tracker.process(seen.take((seen.time >= START_S + 100.0) & (seen.time < START_S + 200.0)))
    assert len(course.unresolved.apart(course.tracks)) > len(before)
    assert early.unresolved.apart(early.tracks).tolist() == before
