"""The tracker with sets of models that don't all fly straight."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import chi2
from tests.tracking.follow import as_bytes, follow, match, nees
from tests.tracking.sky import START_S, Sky, cut, places, radars, watch

from kizuna.geo.geodesic import destination
from kizuna.models.motion import Motion, turning
from kizuna.models.sets import agile, civil
from kizuna.tracking.course import Course
from kizuna.tracking.existence import Belief
from kizuna.tracking.filter import Filter, Sources
from kizuna.tracking.forest import Deferral
from kizuna.tracking.moving import guess
from kizuna.tracking.register import Register
from kizuna.tracking.remarks import Remarks
from kizuna.tracking.tracker import Tracker

CHANCE = 1e-4
G_MPS2 = 9.80665
MILLIMETRE = 1e-3
ONE_CENTIMETRE = 0.01
TIMES_S = np.arange(20.0, 101.0, 8.0)


@dataclass(frozen=True)
class Circling(Sky):
    """Aircraft that fly level circles at 3 g, half of them to each side."""

    def geodetic(self, objects, since_start_s):
        """On circles about their first places."""
        radius_m = self.speed_mps[objects] ** 2 / (3.0 * G_MPS2)
        turned_deg = np.degrees(self.speed_mps[objects] * since_start_s / radius_m)
        side = np.where(objects % 2 == 0, 1.0, -1.0)
        lat, lon = destination(
            self.lat_deg[objects],
            self.lon_deg[objects],
            self.course_deg[objects] + side * turned_deg,
            radius_m,
        )
        return lat, lon, self.alt_m[objects]


@pytest.fixture(scope="module")
def circling():
    sky = Circling.of(30, 1)
    sensors = radars()
    return sky, sensors, watch(sky, sensors, 102.0, 1)


def errors(scene, motion, associator):
    """Root of the mean square of the places' errors in m, their squares, and how many have a track."""
    sky, sensors, detections = scene
    tracker = Tracker(sensors, motion, associator=associator)
    found, squares = [], []
    for tracks, time_s in zip(follow(sensors, detections, TIMES_S, tracker), TIMES_S, strict=True):
        found.append(match(sky, tracks, time_s))
        squares.append(nees(found[-1]))
    error_2 = np.concatenate([(each.error_m**2).sum(axis=1) for each in found])
    return np.sqrt(np.nanmean(error_2)), np.concatenate(squares), np.isfinite(error_2).mean()


def test_turns_at_3_g_are_followed_and_tracks_say_how_well(circling, associator):
    usual_m, usual, _ = errors(circling, civil(), associator)
    error_m, squares, seen = errors(circling, agile(), associator)
    assert seen > 0.99
    assert error_m < 0.6 * usual_m
    # Turns without end are not all that the set must be ready for, so that the errors may be smaller.
    assert 0.6 * 3.0 < squares.mean() < chi2.ppf(1.0 - CHANCE, 3 * len(squares)) / len(squares)
    assert usual.mean() > 4.0


def test_a_model_that_is_never_drawn_changes_nothing(associator):
    """Straight models among others are what they are alone: the general way equals the fast one."""
    sky, sensors = Sky.of(40, 2), radars()
    detections = watch(sky, sensors, 60.0, 2)
    usual = civil()
    never = Motion((*usual.chosen, turning(1.0, 1.0, 1e-12, 3.0, 1.0, 0.1)), usual.forget_hz)
    pictures = [
        follow(sensors, detections, [30.0, 59.0], Tracker(sensors, motion, associator=associator))
        for motion in (usual, never)
    ]
    for fast, general in zip(*pictures, strict=True):
        assert len(general) > 35
        assert general.track.tolist() == fast.track.tolist()
        assert general.alt_m == pytest.approx(fast.alt_m, abs=ONE_CENTIMETRE)
        assert general.lat_deg * 111e3 == pytest.approx(fast.lat_deg * 111e3, abs=ONE_CENTIMETRE)
        assert general.ve_mps == pytest.approx(fast.ve_mps, abs=ONE_CENTIMETRE)
        # The fast way moves all models' mean at once, with the vertical there.
        assert general.cov == pytest.approx(fast.cov, rel=1e-3, abs=0.1)


def in_pieces(scene, associator, late_s, arrange):
    """Pictures of detections taken in by and by, each picture's in pieces arranged so."""
    _, sensors, detections = scene
    times_s = [20.0, 40.0]
    tracker, pictures = Tracker(sensors, agile(), associator=associator, late_s=late_s), []
    *parts, _ = cut(detections, np.array(times_s) + START_S)
    for part, time_s in zip(parts, times_s, strict=True):
        for piece in arrange(np.array_split(np.arange(len(part)), 7)):
            tracker.process(part.take(piece))
        pictures.append(tracker.picture(START_S + time_s, "here"))
    return pictures


def test_any_split_gives_the_same_bytes(circling, associator):
    whole = in_pieces(circling, associator, 0.0, lambda pieces: [np.concatenate(pieces)])
    assert len(whole[-1]) >= 30
    assert as_bytes(in_pieces(circling, associator, 0.0, lambda pieces: pieces)) == as_bytes(whole)


def test_late_detections_give_the_same_tracks(circling, associator):
    in_order = in_pieces(circling, associator, 0.0, lambda pieces: pieces)
    late = in_pieces(circling, associator, 30.0, lambda pieces: pieces[::-1])
    for one, other in zip(in_order, late, strict=True):
        apart = np.linalg.norm(places(one)[:, None] - places(other)[None], axis=2)
        assert len(one) == len(other)
        assert apart.min(axis=1).max() < MILLIMETRE


def test_new_tracks_begin_with_what_the_models_expect(circling):
    """The rows of tracks that have gone are used again."""
    motion = agile()
    tracks = Register.of(2, len(motion.chosen), motion.numbers)
    tracks.state[:], tracks.cov[:] = 7.0, 7.0
    tracks.count = 5
    guess(tracks, motion, 3)
    assert (tracks.live("state")[:3] == 7.0).all()
    assert (tracks.live("state")[3:, :, 6] == motion.prior[:, 0]).all()
    assert (tracks.live("cov")[3:, :, 27] == motion.prior[:, 1]).all()
    _, sensors, detections = circling
    sources = Sources.of(sensors)
    course = Course(sources, motion, Belief(), "gnn", Deferral(), Remarks(), motion.longest_slice_s)
    course.work(Filter(sources).measure(detections.take(slice(0, 20))))
    assert course.tracks.count > 10
    assert (course.tracks.live("state")[:, :, 6] == motion.prior[:, 0]).all()
