"""Two tracks of one object become one; two aircraft that are told apart stay two."""

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import START_S, Sky, radars, watch

from kizuna.models.sets import civil
from kizuna.tracking import course
from kizuna.tracking.associate import hashed
from kizuna.tracking.filter import Sources
from kizuna.tracking.register import Register
from kizuna.tracking.twins import twins

MOTION = civil()


def pair(**changed):
    """Two tracks 50 m apart that fly alike, 100 m and 5 m/s uncertain; changes apply to the second one."""
    tracks = Register.of(sensors=2, models=2)
    tracks.state[:2] = [4.2e6, 6.6e5, 4.75e6, 100.0, 150.0, -50.0]
    tracks.cov[:2, :, [0, 3, 5]], tracks.cov[:2, :, [15, 18, 20]] = 1e4, 25.0
    tracks.mode[:2] = [0.9, 0.1]
    tracks.time_s[:2] = START_S
    tracks.confirmed[:2] = True
    tracks.born_s[:2] = [START_S - 100.0, START_S - 50.0]
    tracks.state[1, :, 0] += 50.0
    for name, value in changed.items():
        getattr(tracks, name)[1] = value
    tracks.count = 2
    return tracks


def gone(tracks, apart=()):
    where = hashed(tracks, MOTION.models, START_S, 0.0)
    return twins(
        tracks, Sources.of(radars(2)), MOTION, where, START_S, np.array(apart, dtype=np.int64)
    ).tolist()


def test_the_younger_goes():
    assert gone(pair()) == [1]
    assert gone(pair(born_s=START_S - 200.0)) == [0]


def test_two_that_are_known_to_be_two_stay():
    assert gone(pair(), apart=[[0, 1]]) == []


def test_the_unconfirmed_goes_even_if_older():
    assert gone(pair(born_s=START_S - 200.0, confirmed=False)) == [1]


def test_unlike_identities_tell_them_apart():
    tracks = pair()
    tracks.identity[:2, 0] = [3, 4]
    assert gone(tracks) == []
    tracks.identity[:2, 0] = [3, 3]
    assert gone(tracks) == [1]


def test_a_sensor_that_saw_both_in_one_scan_tells_them_apart():
    tracks = pair()
    tracks.seen_by[:2, 0] = 0
    tracks.seen_s[:2, 0] = START_S - 1.0
    assert gone(tracks) == []
    tracks.seen_s[0, 0] = START_S - 5.0
    assert gone(tracks) == [1]


@pytest.mark.parametrize(("component", "change"), [(0, 1_000.0), (3, 60.0)])
def test_place_or_velocity_tells_them_apart(component, change):
    tracks = pair()
    tracks.state[1, :, component] += change
    assert gone(tracks) == []


def test_far_tracks_are_no_twins():
    tracks = pair()
    tracks.state[1, :, :3] *= 1.1
    assert gone(tracks) == []


def test_no_tracks():
    assert gone(Register.of(sensors=2, models=2)) == []


def test_double_tracks_end(monkeypatch):
    """Coarse 2-D radars that don't know heights begin two tracks of some aircraft; most of those end."""
    sky, sensors = Sky.of(60, 1), radars(sigma_elevation_deg=np.nan, sigma_azimuth_deg=1.0)
    detections, times_s = watch(sky, sensors, 125.0, 1), np.arange(40.0, 125.0, 20.0)

    def false():
        pictures = follow(sensors, detections, times_s)
        return sum(match(sky, *each).false for each in zip(pictures, times_s, strict=True))

    looked = false()
    monkeypatch.setattr(course, "twins", lambda *_: np.empty(0, dtype=np.int64))
    assert looked < 0.5 * false()


def test_two_aircraft_300_m_apart_in_height_stay_two():
    """One above the other, with Mode C: nothing but the height tells them apart."""
    lat, lon, alt = np.array([48.0, 48.0]), np.array([9.0, 9.0]), np.array([9_000.0, 9_300.0])
    sky = Sky(lat, lon, alt, np.array([40.0, 40.0]), np.array([200.0, 200.0]))
    sensors = radars(sigma_elevation_deg=np.nan, sigma_altitude_m=25.0)
    times_s = [40.0, 80.0, 120.0]
    for tracks in follow(sensors, watch(sky, sensors, 125.0, 2), times_s):
        assert sorted(np.round(tracks.alt_m, -2).tolist()) == pytest.approx([9_000.0, 9_300.0], abs=100.0)
