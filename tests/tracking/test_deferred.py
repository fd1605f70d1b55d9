"""Deciding later finds the best of all histories, and keeps the numbers of aircraft in formation."""

from itertools import pairwise, product

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow, match
from tests.tracking.sky import START_S, Sky, radars, watch
from tests.tracking.test_crossing import meeting
from tests.tracking.test_same_bytes import TIMES_S, scene

from kizuna.geo.geodesic import destination
from kizuna.kernels import forest as kernels
from kizuna.tracking import course as course_module
from kizuna.tracking.course import Course
from kizuna.tracking.existence import Existence
from kizuna.tracking.forest import Deferral
from kizuna.tracking.tracker import Tracker

AT_ONCE = Deferral(defer_s=0.0)
NEVER = Deferral(1e9, 1e9, favour=0.0, most_leaves=10_000, most_children=10_000, most_nodes=1_000_000)
ROUNDING = 1e-9
MEET_S = 60.0


def formation(seed, beside_m, groups=6):
    """Groups of four aircraft, one beside and behind the other."""
    random = np.random.default_rng(seed)
    rows = []
    for k in range(groups):
        lead, course_deg = destination(48.0, 9.0, 360.0 * k / groups, 40e3), random.uniform(0.0, 360.0)
        for place in range(4):
            there = destination(*lead, course_deg + 135.0, np.sqrt(2.0) * beside_m * place)
            lat, lon = destination(*there, course_deg + 180.0, 220.0 * 90.0)
            rows.append((float(lat), float(lon), 9_000.0, course_deg, 220.0))
    return Sky(*np.array(rows).T)


def swapped(sky, sensors, detections, associator):
    """How many aircraft have another number at the end than at first."""
    pictures = follow(sensors, detections, [40.0, 176.0], associator=associator)
    before, after = (match(sky, *each).number for each in zip(pictures, [40.0, 176.0], strict=True))
    return np.count_nonzero(before != after)


def test_fewer_numbers_change_in_formation():
    """Aircraft 210 m apart, where the radars' errors are 140 m across: three minutes, 96 aircraft."""
    changed = dict.fromkeys(("gnn", "bp", "mht"), 0)
    for seed in range(4):
        sky, sensors = formation(seed, 150.0), radars()
        detections = watch(sky, sensors, 180.0, seed)
        for associator in changed:
            changed[associator] += swapped(sky, sensors, detections, associator)
    assert changed["mht"] < 0.7 * changed["gnn"]
    assert changed["mht"] < changed["bp"]


def test_decided_at_once_it_is_global_nearest_neighbour():
    clutter = radars(clutter_per_scan=200.0)
    for sensors, detections in [
        scene(),
        (clutter, watch(Sky.of(60, 2), clutter, 60.0, 2)),
        (radars(), watch(meeting(15.0), radars(), 130.0, 1)),
    ]:
        tracker = Tracker(sensors, associator="mht", deferral=AT_ONCE)
        decided = follow(sensors, detections, [*TIMES_S, 120.0], tracker)
        assert as_bytes(decided) == as_bytes(follow(sensors, detections, [*TIMES_S, 120.0]))


def test_no_tree_has_more_leaves_than_allowed(monkeypatch):
    """Aircraft 150 m apart, of which nobody can tell which is which."""
    sky, sensors = formation(1, 150.0), radars()
    most, prune = [], kernels.prune

    def count(tree, *rest):
        made = prune(tree, *rest)
        most.append(np.bincount(tree[made[0]]).max(initial=0))
        return made

    monkeypatch.setattr(kernels, "prune", count)
    tracker = Tracker(sensors, associator="mht", deferral=Deferral(most_leaves=8))
    follow(sensors, watch(sky, sensors, 60.0, 1), 60.0, tracker)
    assert max(most) == 8


def converge(aircraft, seed):
    """Aircraft that come from all sides and meet nearly at one point, and one radar."""
    random = np.random.default_rng(seed)
    rows = []
    for k in range(aircraft):
        course_deg = 25.0 * k + random.uniform(0.0, 10.0)
        there = destination(48.4, 9.2, random.uniform(0.0, 360.0), random.uniform(0.0, 150.0))
        lat, lon = destination(*there, course_deg + 180.0, 220.0 * MEET_S)
        rows.append((float(lat), float(lon), 9_000.0, course_deg, 220.0))
    return Sky(*np.array(rows).T), radars(1, clutter_per_scan=0.0, pd=0.95, sigma_azimuth_deg=0.2)


def until_they_meet(sky, sensors, scans, seed):
    """Courses of both kinds just before the aircraft meet, and the scans that come then.

    Nothing is learnt, begun or ended from now on, so that histories differ in their pairs alone.
    """
    detections = watch(sky, sensors, MEET_S + 20.0, seed)
    courses = []
    for associator in ("gnn", "mht"):
        tracker = Tracker(sensors, associator=associator, deferral=AT_ONCE)
        before = detections.time < START_S + MEET_S - 2.0 * scans
        tracker.process(detections.take(before))
        tracker.picture(float(detections.time[before][-1]), "here")
        courses.append(tracker._course)
    after = tracker._filter.measure(detections.take(~before))
    scan = np.floor((after.time_s - after.time_s[0] + 1.0) / 4.0)
    edges = np.searchsorted(scan, np.arange(scans + 1))
    for course in courses:
        course._looked_s = np.inf
    courses[1].forest._deferral = NEVER
    return *courses, [after.take(slice(first, last)) for first, last in pairwise(edges)]


def matchings(found, sensor):
    """All ways to give detections to tracks: rows (N,) of tracks, -1 for none; the sum of their merits."""
    choices = [
        [(-1, 0.0), *zip(found.track[a:b].tolist(), found.merit[a:b].tolist(), strict=True)]
        for a, b in pairwise(found.start)
    ]
    for picked in product(*choices):
        taken = [(track, s) for (track, _), s in zip(picked, sensor, strict=True) if track >= 0]
        if len(set(taken)) == len(taken):
            yield np.array([track for track, _ in picked]), sum(merit for _, merit in picked)


def best_history(course, scans, monkeypatch):
    """Of all histories, the greatest sum of merits, and the tracks that it ends with: a course for each."""
    if not scans:
        return 0.0, course.tracks
    seen = []

    def look(found):
        seen.append(found)
        return np.full(len(found.start) - 1, -1)

    monkeypatch.setattr(course_module, "nearest", look)
    course.copy().work(scans[0])
    best = (-np.inf, None)
    for track, merit in matchings(seen[0], scans[0].sensor):
        branch = course.copy()
        monkeypatch.setattr(course_module, "nearest", lambda _, track=track: track)
        branch.work(scans[0])
        more, tracks = best_history(branch, scans[1:], monkeypatch)
        if merit + more > best[0]:
            best = (merit + more, tracks)
    return best


@pytest.mark.parametrize(("aircraft", "scans"), [(2, 4), (3, 2), (4, 1)])
def test_the_best_hypothesis_is_the_best_of_all_histories(aircraft, scans, monkeypatch):
    """Aircraft that meet, and every history gone through; in some scenes deciding at once takes another."""
    nearest, differ = course_module.nearest, 0
    prepared = [until_they_meet(*converge(aircraft, seed), scans, seed) for seed in range(4)]
    for name in ("_begin", "_judge"):
        monkeypatch.setattr(Course, name, lambda *_: None)
    monkeypatch.setattr(Existence, "learn", lambda *_: None)
    for at_once, later, slices in prepared:
        _, best = best_history(at_once, slices, monkeypatch)
        monkeypatch.setattr(course_module, "nearest", nearest)
        for each in slices:
            later.work(each)
            at_once.work(each)
        expected, found, other = (tracks.live("state") for tracks in (best, later.tracks, at_once.tracks))
        assert expected.shape[0] == aircraft
        assert np.abs(found - expected).max() < ROUNDING
        differ += not np.array_equal(other, expected)
    assert differ or scans == 1
