"""Where plots are false is learned, and tracks there cost more proof."""

from dataclasses import replace

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow, match
from tests.tracking.sky import START_S, Sky, cut, patch, radars, together, watch

from kizuna.tracking.clutter import Clutter
from kizuna.tracking.filter import Filter, Sources
from kizuna.tracking.tracker import Tracker

TIMES_S = np.arange(5.0, 125.0, 5.0)
PATCH = (48.4, 9.3), 30e3


def scene(seed=1, mean=60.0):
    """Twenty aircraft, and a patch of ground with a hundred times the clutter of elsewhere."""
    sky, sensors = Sky.of(20, seed), radars(clutter_per_scan=mean)
    return sky, sensors, together(watch(sky, sensors, 125.0, seed), patch(sensors, *PATCH, 99.0, 125.0, seed))


def untold(sensors):
    """The sensors of which nobody knows the clutter."""
    return replace(sensors, clutter_per_scan=np.full(len(sensors), np.nan))


def counts(sky, pictures):
    """False tracks and missed aircraft in the pictures of the last minute, on average."""
    seen = [match(sky, tracks, t) for tracks, t in zip(pictures, TIMES_S, strict=True) if t > 60.0]
    found = np.mean([len(np.unique(each.number[each.row >= 0])) for each in seen])
    return np.mean([each.false for each in seen]), len(sky.lat_deg) - found


@pytest.fixture(scope="module")
def told():
    """What comes of it when the patch is believed to be as the rest."""
    sky, sensors, plots = scene()
    return counts(sky, follow(sensors, plots, TIMES_S))


@pytest.mark.parametrize("stated", [True, False])
def test_a_patch_of_clutter_makes_few_tracks_once_it_is_known(associator, told, stated):
    sky, sensors, plots = scene()
    tracker = Tracker(sensors if stated else untold(sensors), associator=associator, learn_clutter=stated)
    false, missed = counts(sky, follow(sensors, plots, TIMES_S, tracker))
    assert told[0] > 1.0
    assert false < 0.25 * told[0]
    assert missed <= told[1] + 0.1


def test_a_clean_sky_loses_nothing():
    """Of a radar without clutter nothing need be told."""
    sky, sensors = Sky.of(30, 2), radars(clutter_per_scan=0.0)
    plots = watch(sky, sensors, 125.0, 2)
    expected = counts(sky, follow(sensors, plots, TIMES_S))
    assert counts(sky, follow(sensors, plots, TIMES_S, Tracker(untold(sensors)))) == expected


def test_the_same_bytes_however_the_stream_is_cut(associator):
    _, sensors, plots = scene(3)
    sensors = untold(sensors)
    expected = as_bytes(follow(sensors, plots, TIMES_S[:8], associator=associator))
    tracker, pictures = Tracker(sensors, associator=associator), []
    for part, time_s in zip(cut(plots, TIMES_S[:8] + START_S), TIMES_S[:8], strict=False):
        for first in range(0, len(part), 37):
            tracker.process(part.take(slice(first, first + 37)))
        pictures.append(tracker.picture(START_S + time_s, "here"))
    assert as_bytes(pictures) == expected


def learned(clutter, place, plots, until_s):
    """Let a radar that turns in 4 s learn of so many false plots in one place each 5 s."""
    for time_s in np.arange(5.0, until_s, 5.0):
        clutter.end(place.place_m[:1], np.array([[0, -1]], dtype=np.int32), np.array([plots]))
        clutter.learn(START_S + time_s)
    return clutter


@pytest.fixture(scope="module")
def begun():
    """Nothing learned yet, and two places far apart."""
    sources = Sources.of(untold(radars(1, period_s=4.0)))
    plots = scene(5)[2]
    place = Filter(sources).measure(plots.take(np.flatnonzero(plots.sensor.equal("radar0"))[:2]))
    clutter = Clutter(sources)
    clutter.learn(START_S)
    return clutter, place


def test_one_square_has_all_the_clutter(begun):
    """Ten false plots in 5 s are eight in a scan of 4 s; one square is (2/40)²/π of the radar's area."""
    clutter, place = learned(begun[0].copy(), begun[1], 10, 3_600.0), begun[1]
    there, elsewhere = clutter.here(place) * (2.0 / 40.0) ** 2 / np.pi
    assert clutter.of_scan[0] == pytest.approx(8.0, rel=0.05)
    assert 4.0 < there < 8.0
    assert elsewhere < 0.01


def test_a_copy_learns_alone(begun):
    """So that time can be turned back."""
    clutter, place = begun
    before, waiting = clutter.here(place), clutter.copy()
    clutter.copy().end(place.place_m[:1], np.array([[0, -1]], dtype=np.int32), np.array([9]))
    assert learned(clutter.copy(), place, 10, 100.0).here(place)[0] > 5.0 * before[0]
    assert (clutter.here(place) == before).all()
    waiting.learn(START_S + 5.0)
    assert waiting.of_scan[0] < 0.3
