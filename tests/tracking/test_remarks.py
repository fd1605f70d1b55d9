"""What the tracker remarks on: heights that are assumed, identities that several use."""

import numpy as np
from tests.tracking.follow import follow
from tests.tracking.sky import Sky, hear, radars, receiver, watch

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
