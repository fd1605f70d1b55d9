"""What the tracker remarks on: heights that are assumed, identities that several use."""

from dataclasses import replace

import numpy as np
from tests.tracking.follow import follow, match
from tests.tracking.sky import START_S, Sky, hear, radars, receiver, watch

from kizuna.messages.columns import Labels
from kizuna.tracking.tracker import Tracker


def remarks(sensors, detections, until_s=90.0):
    tracker = Tracker(sensors)
    follow(sensors, detections, until_s, tracker)
    return tracker.remarks()


def test_ordinary_input_needs_no_remark():
    sky, sensors = Sky.of(20, 1), receiver()
    assert remarks(sensors, hear(sky, sensors, 90.0, 1, [f"{k:06x}" for k in range(20)])) == []


def test_a_2d_radar_without_heights_is_named():
    sensors = radars(sigma_elevation_deg=np.array([0.1, np.nan, 0.1]))
    assert remarks(sensors, watch(Sky.of(20, 2), sensors, 60.0, 2)) == [
        "sensor 'radar1': 2-D plots without heights; heights are assumed 6,000 ± 3,464 m"
    ]


def test_mode_c_needs_no_remark():
    sensors = radars(sigma_elevation_deg=np.nan, sigma_altitude_m=30.0, clutter_per_scan=1.0)
    assert remarks(sensors, watch(Sky.of(20, 3), sensors, 60.0, 3)) == []


def test_an_identity_that_two_aircraft_use():
    """Aircraft 3 and 4 say the same, 100 km apart."""
    sky, sensors = Sky.of(20, 4, width_m=400e3), receiver()
    names = [f"{k:06x}" for k in range(20)]
    names[4] = names[3]
    tracker = Tracker(sensors)
    tracks = follow(sensors, hear(sky, sensors, 90.0, 4, names), 90.0, tracker)[0]
    numbers = tracks.track[tracks.identity.equal(names[3])]
    assert len(tracks) == 20
    assert len(numbers) == 2
    assert tracker.remarks() == [
        f"identity {names[3]} is used by 2 objects at once (tracks {numbers[0]} and {numbers[1]})"
    ]


def changing(detections, row_said, identity):
    """The detections with another identity in some rows."""
    said = np.array(detections.identity.values(), dtype=object)
    said[row_said] = identity
    return replace(detections, identity=Labels.of(said.tolist()))


def test_an_aircraft_that_changes_its_identity_keeps_its_track():
    """Aircraft 3 says another address after half of the time, and never its own again."""
    sky, sensors = Sky.of(20, 5), receiver()
    heard = hear(sky, sensors, 120.0, 5, [f"{k:06x}" for k in range(20)])
    its, late = heard.object.equal("object3"), heard.time > START_S + 60.0
    tracker = Tracker(sensors)
    before, after = follow(sensors, changing(heard, its & late, "abcdef"), [55.0, 119.0], tracker)
    assert match(sky, after, 119.0).number[3] == match(sky, before, 55.0).number[3]
    number = int(match(sky, after, 119.0).number[3])
    assert tracker.remarks() == [f"track {number} changed its identity: 000003, then abcdef"]
    assert tracker.identity_conflicts()["changed"] == [{"track": number, "identities": ["000003", "abcdef"]}]


def test_an_identity_that_jumps_is_two_objects_and_leaves_the_first_alone():
    """After a while somebody far away tells aircraft 3's address half of the time: both keep their tracks."""
    sky, sensors = Sky.of(20, 6, width_m=400e3), receiver()
    names = [f"{k:06x}" for k in range(20)]
    honest = hear(sky, sensors, 120.0, 6, names)
    rows = np.flatnonzero(honest.object.equal("object4") & (honest.time > START_S + 20.0))
    rows = rows[np.random.default_rng(6).random(len(rows)) < 0.5]
    tracker = Tracker(sensors)
    times = [30.0, 60.0, 90.0, 119.0]
    pictures = follow(sensors, changing(honest, rows, names[3]), times, tracker)
    numbers = [
        match(sky, tracks, t).number[[3, 4]].tolist() for tracks, t in zip(pictures, times, strict=True)
    ]
    assert numbers == [numbers[0]] * 4
    assert numbers[0][0] != numbers[0][1]
    assert [len(tracks) for tracks in pictures] == [20] * 4
    assert tracker.identity_conflicts()["shared"] == [{"identity": names[3], "tracks": sorted(numbers[0])}]


def test_a_code_in_place_of_an_address_is_no_change():
    sky, sensors = Sky.of(5, 7), receiver()
    heard = hear(sky, sensors, 90.0, 7, [f"{k:06x}" for k in range(5)])
    late = heard.object.equal("object3") & (heard.time > START_S + 40.0)
    assert remarks(sensors, changing(heard, late, "2000")) == []
