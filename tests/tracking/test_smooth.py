"""After the action, tracks are where all their detections say, from the first one on, and honest about it."""

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow, match, nees
from tests.tracking.sky import START_S, Sky, radars, receiver, watch
from tests.tracking.test_consistency import CALM_SHARE, bounds, flown, heard, motion_of, six_squares

from kizuna.geo.frames import enu_basis
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks
from kizuna.tracking.tracker import Tracker

TIMES_S = np.arange(5.0, 141.0, 5.0)
HUNDRED_METRES = 100.0
"""Tracks of 40 s and more are nearer than this to the aircraft, smoothed or not."""


def shown(sensors, detections, times_s, associator="gnn"):
    """Pictures as they were, and smoothed."""
    tracker = Tracker(sensors, associator=associator, keep_history=True)
    pictures = Tracks.join(follow(sensors, detections, times_s, tracker))
    return pictures, tracker.smoothed(pictures, START_S + np.atleast_1d(times_s))


@pytest.fixture(scope="module", params=["gnn", "bp"])
def straight(request):
    """Sixty aircraft under three radars."""
    sky, sensors = Sky.of(60, 1), radars()
    return sky, *shown(sensors, watch(sky, sensors, 145.0, 1), TIMES_S, request.param)


def test_what_is_decided_later_is_not_smoothed():
    with pytest.raises(ValueError, match="mht"):
        Tracker(radars(), associator="mht", keep_history=True)


def at(tracks, time_s):
    return tracks.take(tracks.time == START_S + time_s)


def velocity_errors(sky, found, time_s):
    """(N, 3) east, north, up, m/s."""
    tracks = found.tracks
    moved = sky.places(START_S + time_s + 0.5) - sky.places(START_S + time_s - 0.5)
    mine = np.column_stack([tracks.ve_mps, tracks.vn_mps, tracks.vu_mps])
    basis = enu_basis(tracks.lat_deg, tracks.lon_deg)
    return (mine[found.row] - np.einsum("nij,nj->ni", basis[found.row], moved))[found.row >= 0]


def rms(errors):
    return float(np.sqrt((np.concatenate(errors) ** 2).sum(axis=1).mean()))


def test_half_of_the_error_goes(straight):
    """Of the place, and more of the velocity; what is smoothed at the end of the data is what it was."""
    sky, before, after = straight
    place, speed = {}, {}
    for name, tracks in (("before", before), ("after", after)):
        found = [
            (time_s, match(sky, at(tracks, time_s), time_s)) for time_s in TIMES_S if 40 <= time_s <= 100
        ]
        place[name] = rms([each.error_m for _, each in found])
        speed[name] = rms([velocity_errors(sky, each, time_s) for time_s, each in found])
    assert place["before"] < HUNDRED_METRES
    assert place["after"] < 0.65 * place["before"]
    assert speed["after"] < 0.5 * speed["before"]


def test_it_is_as_good_as_it_says(straight):
    sky, _, after = straight
    found = np.concatenate([nees(match(sky, at(after, time_s), time_s)) for time_s in (40.0, 70.0, 100.0)])
    low, high = bounds(len(found), 3)
    assert CALM_SHARE * low < found.mean() < high


def test_tracks_reach_back_to_their_first_detections(straight):
    sky, before, after = straight
    for time_s, least in ((5.0, 0.9), (10.0, 0.98)):
        found = match(sky, at(after, time_s), time_s)
        assert (found.row >= 0).mean() > least
        assert np.sqrt(np.nanmean((found.error_m**2).sum(axis=1))) < HUNDRED_METRES
    assert len(at(before, 5.0)) < len(at(after, 5.0))


def test_what_was_shown_is_there_with_number_and_pedigree(straight):
    _, before, after = straight
    rows = {key: row for row, key in enumerate(zip(after.time, after.track, strict=True))}
    there = np.array([rows.pop(key) for key in zip(before.time, before.track, strict=True)])
    same, more = after.take(there), after.take(np.array(list(rows.values())))
    for name in ("status", "identity", "node", "originator"):
        assert getattr(same, name).values() == getattr(before, name).values(), name
    assert np.array_equal(same.sensors, before.sensors)
    assert set(more.status.values()) == {"confirmed"}
    assert set(more.sensors) <= {1, 2, 3}
    assert (np.lexsort((after.track, after.time)) == np.arange(len(after))).all()


def test_what_comes_out_at_a_time_does_not_depend_on_the_times_of_other_pictures():
    sky, sensors = Sky.of(20, 2), radars()
    detections, times_s = watch(sky, sensors, 95.0, 2), np.arange(10.0, 91.0, 10.0)
    many, few = (shown(sensors, detections, each)[1] for each in (times_s, times_s[4::4]))
    for time_s in times_s[4::4]:
        assert as_bytes([at(many, time_s)]) == as_bytes([at(few, time_s)])


def test_no_tracks_stay_none():
    before, after = shown(radars(), Detections.empty(), TIMES_S)
    assert len(before) == len(after) == 0


@pytest.mark.parametrize("share", [0.0, 0.12], ids=["calm", "manoeuvring"])
def test_aircraft_that_fly_as_the_models_say(share):
    """All six components by chi-square: with one model the smoother is exact, with two close to the best."""
    motion = motion_of(share)
    states = flown(200, 101, 5, motion)
    tracker = Tracker(receiver(sigma_m=30.0, pd=0.98), motion, keep_history=True)
    pictures = Tracks.join(list(heard(tracker, states)))
    after = tracker.smoothed(pictures, START_S + np.arange(len(states)))
    squares = [six_squares(at(after, step), states[step]) for step in (0, 1, 30, 50, 70, 90)]
    low, high = bounds(sum(map(len, squares)), 6)
    assert low < np.concatenate(squares).mean() < high
