"""The same detections give the same bytes, however they come and whatever works them off."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow
from tests.tracking.sky import START_S, Sky, cut, hear, places, radars, receiver, together, watch

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.tracking.tracker import Tracker

TIMES_S = [20.0, 40.0, 59.0]
ONE_METRE = 1.0


def scene(seed=1):
    """Radars of every kind and a receiver over forty aircraft."""
    sky = Sky.of(40, seed)
    rotating = radars(sigma_elevation_deg=np.array([0.1, np.nan, 0.1]), clutter_per_scan=20.0)
    listening = receiver()
    names = [f"{k:06x}" for k in range(40)]
    detections = together(watch(sky, rotating, 60.0, seed), hear(sky, listening, 60.0, seed, names))
    return Sensors.join([rotating, listening]), detections


@pytest.fixture(scope="module")
def whole(associator):
    sensors, detections = scene()
    return sensors, detections, as_bytes(follow(sensors, detections, TIMES_S, associator=associator))


def test_a_second_run(whole, associator):
    sensors, detections, expected = whole
    assert as_bytes(follow(sensors, detections, TIMES_S, associator=associator)) == expected


@pytest.mark.parametrize("pieces", [2, 17, 400])
def test_any_split_of_the_stream(whole, pieces, associator):
    """Batches cut anywhere, also within a slice of time and at equal times."""
    sensors, detections, expected = whole
    random = np.random.default_rng(pieces)
    tracker, pictures = Tracker(sensors, associator=associator), []
    *parts, _ = cut(detections, np.array(TIMES_S) + START_S)
    for part, time_s in zip(parts, TIMES_S, strict=True):
        edges = np.sort(random.integers(0, len(part) + 1, pieces))
        for first, last in zip([0, *edges], [*edges, len(part)], strict=True):
            tracker.process(part.take(slice(int(first), int(last))))
        pictures.append(tracker.picture(START_S + time_s, "here"))
    assert as_bytes(pictures) == expected


def test_one_detection_at_a_time(whole, associator):
    sensors, detections, _ = whole
    first = detections.take(slice(0, 700))
    time_s = float(first.time[-1])
    one, many = (Tracker(sensors, associator=associator) for _ in range(2))
    many.process(first)
    for row in range(len(first)):
        one.process(first.take(slice(row, row + 1)))
    assert as_bytes([one.picture(time_s, "here")]) == as_bytes([many.picture(time_s, "here")])


def test_the_column_object_is_never_read(whole, associator):
    """Permuted, and then nothing but nulls."""
    sensors, detections, expected = whole
    order = np.random.default_rng(3).permutation(len(detections))
    permuted = replace(detections, object=detections.object.take(order))
    assert permuted.object.values() != detections.object.values()
    assert as_bytes(follow(sensors, permuted, TIMES_S, associator=associator)) == expected
    nothing = replace(detections, object=Labels.constant(None, len(detections)))
    assert as_bytes(follow(sensors, nothing, TIMES_S, associator=associator)) == expected


THREADS = """
import hashlib
from tests.tracking.follow import as_bytes, follow
from tests.tracking.test_same_bytes import TIMES_S, scene
pictures = follow(*scene(), TIMES_S, associator="{associator}")
print(hashlib.sha256(as_bytes(pictures)).hexdigest())
"""


@pytest.mark.parametrize("threads", ["1", "4"])
def test_any_number_of_threads(whole, threads, associator):
    """Another process, with that many threads for whatever would use them."""
    names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    done = subprocess.run(
        [sys.executable, "-c", THREADS.format(associator=associator)],
        env=os.environ | dict.fromkeys(names, threads),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == hashlib.sha256(whole[2]).hexdigest(), done.stderr


def test_the_order_of_sensors_changes_no_track(whole, associator):
    sensors, detections, _ = whole
    before = follow(sensors, detections, TIMES_S, associator=associator)[-1]
    after = follow(sensors.take(np.array([2, 0, 3, 1])), detections, TIMES_S, associator=associator)[-1]
    assert (after.track == before.track).all()
    assert np.abs(places(after) - places(before)).max() < ONE_METRE


def test_the_order_of_rows_at_equal_times_matters_little():
    """All times cut to whole seconds: the same tracks, up to their numbers."""
    sensors, detections = scene(2)
    detections = replace(detections, time=np.floor(detections.time))
    random = np.random.default_rng(4).random(len(detections))
    shuffled = detections.take(np.lexsort((random, detections.time)))
    first, second = (follow(sensors, each, [59.0])[0] for each in (detections, shuffled))
    assert len(first) == len(second)
    apart = np.linalg.norm(places(first)[:, None] - places(second)[None], axis=2)
    sigma = np.sqrt(first.cov[:, [0, 6, 11]].sum(axis=1))
    assert len(np.unique(apart.argmin(axis=1))) == len(first)
    assert (apart.min(axis=1) < 0.5 * sigma).all()


def test_nothing_in_nothing_out():
    tracker = Tracker(radars())
    tracker.process(Detections.empty())
    tracks = tracker.picture(START_S, "here")
    assert len(tracks) == 0
    assert isinstance(tracks, Tracks)
    assert as_bytes([tracks])
    assert tracker.remarks() == []


def test_no_sensors_and_no_detections():
    assert len(Tracker(Sensors.empty()).picture(START_S, "here")) == 0
