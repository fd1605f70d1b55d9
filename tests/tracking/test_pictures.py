"""What a picture says: its time, its node, places and covariances in ENU."""

import numpy as np
import pytest
from tests.tracking.follow import as_bytes, follow, match, nees
from tests.tracking.sky import START_S, Sky, hear, places, radars, receiver, watch

from kizuna.geo.frames import enu_basis
from kizuna.tracking.tracker import Tracker

DIAGONAL = [0, 6, 11, 15, 18, 20]
"""The six variances e n u ve vn vu among the 21 numbers."""


@pytest.fixture(scope="module")
def seen():
    sky, sensors = Sky.of(60, 1), radars()
    return sky, sensors, watch(sky, sensors, 90.0, 1)


def test_columns(seen):
    _, sensors, detections = seen
    tracks = follow(sensors, detections, 80.0)[0]
    assert (tracks.time == START_S + 80.0).all()
    assert tracks.node.equal("here").all()
    assert tracks.originator.equal("here").all()
    assert (np.diff(tracks.track) > 0).all()
    assert tracks.releasable_to.missing().all()
    assert tracks.identity.missing().all()


@pytest.mark.parametrize("time_s", [50.0, 80.0])
def test_covariances_are_positive_definite(seen, time_s):
    sky, sensors, detections = seen
    tracks = follow(sensors, detections, time_s)[0]
    assert tracks.cov.shape == (60, 21)
    whole = match(sky, tracks, time_s).sigma_2()
    scale = np.sqrt(whole[:, range(6), range(6)])
    correlation = whole / scale[:, :, None] / scale[:, None, :]
    assert np.linalg.eigvalsh(correlation).min() > 1e-6


def test_covariances_are_in_east_north_up():
    """Reports 10 m good on the level and 200 m in height: so are the tracks, wherever they are."""
    for centre in ((0.0, 0.0), (0.0, 90.0), (60.0, -100.0)):
        sky = Sky.of(20, 2, centre=centre)
        sensors = receiver(sigma_position_m=10.0, sigma_altitude_m=200.0)
        tracks = follow(sensors, hear(sky, sensors, 65.0, 2), 60.0)[0]
        sigma = np.sqrt(tracks.cov[:, DIAGONAL])
        assert len(tracks) == 20
        assert (sigma[:, :2] < 12.0).all()
        assert (sigma[:, 2] > 25.0).all()
        upper = np.triu_indices(6)
        level_with_up = (upper[0] < 2) & (upper[1] == 2)
        assert np.abs(tracks.cov[:, level_with_up]).max() < 0.1 * 12.0 * sigma[:, 2].max()


def test_a_picture_between_detections_is_predicted_to_its_time(seen):
    """Pictures half a second apart of one tracker: the tracks have moved by their velocity."""
    _, sensors, detections = seen
    tracker = Tracker(sensors)
    tracker.process(detections)
    first, second = (tracker.picture(START_S + time_s, "here") for time_s in (90.0, 92.0))
    basis = enu_basis(first.lat_deg, first.lon_deg)
    velocity = np.column_stack([first.ve_mps, first.vn_mps, first.vu_mps])
    moved = places(first) + 2.0 * np.einsum("nij,ni->nj", basis, velocity)
    one_millimetre = 1e-3
    assert np.abs(moved - places(second)).max() < one_millimetre
    assert (second.time == START_S + 92.0).all()


def test_looking_twice_changes_nothing(seen):
    _, sensors, detections = seen
    tracker = Tracker(sensors)
    tracker.process(detections)
    assert as_bytes([tracker.picture(START_S + 90.0, "here")]) == as_bytes(
        [tracker.picture(START_S + 90.0, "here")]
    )


def test_a_detection_at_the_picture_time_is_in_it(seen):
    """The picture at the time of a detection differs from that of the moment before."""
    _, sensors, detections = seen
    row = int(np.searchsorted(detections.time, START_S + 70.0))
    row += int(np.argmax(detections.object.codes[row:] >= 0))
    before = detections.take(slice(0, row))
    time_s = float(detections.time[row]) - START_S
    with_it = follow(sensors, detections, time_s)[0]
    without = follow(sensors, before, time_s)[0]
    changed = (with_it.cov != without.cov).any(axis=1)
    assert changed.sum() == 1


@pytest.mark.parametrize("seed", [3, 4])
def test_few_pictures_or_many_show_the_same_sky(seed):
    """Pictures every second and one at the end: each aircraft's track within half its deviation."""
    sky, sensors = Sky.of(40, seed), radars()
    detections = watch(sky, sensors, 60.0, seed)
    last = follow(sensors, detections, 59.0)[0]
    every = follow(sensors, detections, np.arange(1.0, 60.0))[-1]
    one, other = match(sky, last, 59.0), match(sky, every, 59.0)
    assert one.false == other.false == 0
    assert nees(one).mean() == pytest.approx(nees(other).mean(), rel=0.2)
    sigma = np.sqrt(last.cov[:, [0, 6, 11]].sum(axis=1))[one.row]
    assert (
        np.linalg.norm(places(last)[one.row] - places(every)[other.row], axis=1) < 0.5 * sigma
    ).mean() > 0.9
