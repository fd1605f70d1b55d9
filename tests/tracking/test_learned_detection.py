"""How probably a radar detects, by range, is learned: tracks then live as long as its misses deserve."""

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow, match
from tests.tracking.sky import START_S, Sky, cut, radars, watch, worn

from kizuna.tracking.filter import Filter, Sources
from kizuna.tracking.reach import Reach
from kizuna.tracking.tracker import Tracker

TIMES_S = np.arange(10.0, 310.0, 10.0)
NEAR_M = 120e3
SHARE = 0.45


@pytest.fixture(scope="module")
def scene():
    """A radar that is said to have 0.9, and beyond 120 km has half of it."""
    sky, sensors = Sky.of(30, 1, width_m=400e3), radars(1, apart_m=1.0)
    return sky, sensors, worn(watch(sky, sensors, 310.0, 1), NEAR_M, SHARE, 1)


def numbers(pictures):
    return len({int(number) for tracks in pictures for number in tracks.track})


def test_tracks_keep_their_numbers_where_a_radar_sees_little(scene, associator):
    sky, sensors, plots = scene
    tracker = Tracker(sensors, associator=associator, learn_detection=True)
    pictures = follow(sensors, plots, TIMES_S, tracker)
    told = follow(sensors, plots, TIMES_S, associator="gnn")
    last = match(sky, pictures[-1], TIMES_S[-1])
    assert numbers(told) > 50
    assert numbers(pictures) <= 36
    assert (last.row >= 0).sum() >= 29
    assert last.false <= 1


def test_a_track_whose_object_is_gone_ends(scene):
    """Near the radar, where it sees well, five misses still end a track; far away it takes longer."""
    sky, sensors, plots = scene
    gone = plots.take(plots.time < START_S + 200.0)
    tracker = Tracker(sensors, learn_detection=True)
    before, *after = follow(sensors, gone, [199.0, 225.0, 300.0], tracker)
    near = match(sky, before, 199.0).row >= 0
    site = sensors.lat_deg[0], sensors.lon_deg[0]
    left = np.hypot(after[0].lat_deg - site[0], (after[0].lon_deg - site[1]) * np.cos(np.radians(48.0)))
    assert near.sum() > 25
    assert (left * 111e3 > NEAR_M - 10e3).all()
    assert len(after[1]) == 0


def test_the_same_bytes_however_the_stream_is_cut(scene):
    _, sensors, plots = scene
    expected = as_bytes(follow(sensors, plots, TIMES_S[:9], Tracker(sensors, learn_detection=True)))
    tracker, pictures = Tracker(sensors, learn_detection=True), []
    for part, time_s in zip(cut(plots, TIMES_S[:9] + START_S), TIMES_S[:9], strict=False):
        for first in range(0, len(part), 13):
            tracker.process(part.take(slice(first, first + 13)))
        pictures.append(tracker.picture(START_S + time_s, "here"))
    assert as_bytes(pictures) == expected


def test_the_share_of_hits_is_what_is_learned(scene):
    """A thousand scans of one object at one range, of which 300 had a plot; a copy learns alone."""
    _, sensors, plots = scene
    sources = Sources.of(sensors, learn_detection=True)
    reach, place = Reach(sources), Filter(sources).measure(plots.take(slice(0, 1)))
    reach.learn(START_S)
    waiting, stated = reach.copy(), reach.table.copy()
    for k in range(1, 101):
        for hit in range(3):
            reach.hit(place, np.array([hit < 3]))
        reach.expect(place.place_m, START_S + 10.0 * k * sensors.period_s[0])
        reach.learn(START_S + 10.0 * k * sensors.period_s[0])
    ring = int(plots.range_m[0] / sensors.max_range_m[0] * 20)
    assert reach.table[0, ring] == pytest.approx(0.3, abs=0.03)
    assert np.delete(reach.table[0], ring) == pytest.approx(np.delete(stated[0], ring))
    assert reach.bonus(place)[0] == pytest.approx(-np.log1p(-reach.table[0, ring]))
    assert (waiting.scans == 0.0).all()
    assert (waiting.hits == 0.0).all()
