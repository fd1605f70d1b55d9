"""SIAP attributes of scenes worked out by hand, and the least cover of an object by tracks."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.scene import Place, at, clock, held, measured, tracks_of, truth_of

from kizuna.review.score import Measures

ROUNDING_M = 1e-4
ROUNDING_MPS = 1e-6

A: Place = (0.0, 0.0, 0.0)
B: Place = (9_000.0, 0.0, 0.0)
FAR: Place = (0.0, 50_000.0, 0.0)

Segment = tuple[int, int, int]
"""Track, first and last picture."""


def followed(segments: list[Segment], pictures: int = 10) -> Measures:
    """Measures of one object that these tracks follow, each within its pictures."""
    rows = [row for track, first, last in segments for row in held(track, A, range(first, last + 1))]
    return measured(truth_of(at("a", A, range(pictures))), tracks_of(rows), clock(pictures))


def test_the_attributes_are_ratios_of_sums_over_all_pictures():
    # Track 1 follows a, 100 m off; track 2 too, 200 m off, for half the time; track 3 is at nothing.
    truth = truth_of([*at("a", A, range(10)), *at("b", B, range(10))])
    tracks = tracks_of(
        [
            *held(1, (100.0, 0.0, 0.0), range(10)),
            *held(2, (0.0, 200.0, 0.0), range(5)),
            *held(3, FAR, range(5)),
        ]
    )
    got = measured(truth, tracks, clock(10))
    assert got["completeness"] == 10 / 20
    assert got["ambiguity"] == 15 / 10
    assert got["spurious"] == 5 / 20
    assert got["position_error_m"] == pytest.approx((10 * 100.0 + 5 * 200.0) / 15, abs=ROUNDING_M)
    # A redundant track is false, and no error of a pair.
    assert got["rmse_m"] == pytest.approx(100.0, abs=ROUNDING_M)
    assert got["missed"] == 1.0
    assert got["false"] == 10 / 10
    assert got["objects"] == 2.0
    assert got["tracks"] == 2.0
    # b is there for 9 s too, and nobody follows it.
    assert got["continuity"] == 9 / 18


def test_pictures_without_objects_count_for_spurious_tracks_alone():
    truth = truth_of(at("a", A, range(5)))
    got = measured(truth, tracks_of(held(1, A, range(10))), clock(10))
    assert got["completeness"] == 1.0
    assert got["spurious"] == 5 / 10
    assert got["false"] == 0.5


def test_velocities_are_compared_where_both_are_known():
    # Two still pictures, with velocities that were given: 3 east and 4 up too fast, then unknown.
    truth = truth_of(at("a", A, range(2)), ve_mps=[10.0] * 2, vn_mps=[20.0] * 2, vu_mps=[0.0] * 2)
    unknown = math.nan
    tracks = tracks_of(
        held(1, A, range(2)), ve_mps=[13.0, unknown], vn_mps=[20.0, unknown], vu_mps=[4.0, unknown]
    )
    assert measured(truth, tracks, clock(2))["velocity_error_mps"] == pytest.approx(5.0, abs=ROUNDING_MPS)


def test_an_object_without_velocities_moves_along_its_chords():
    truth = truth_of([(float(t), "a", (100.0 * t, 0.0, 0.0)) for t in range(5)])
    rows = [(float(t), "N", 1, (100.0 * t, 0.0, 0.0), "confirmed") for t in range(5)]
    tracks = tracks_of(rows, ve_mps=[103.0] * 5, vn_mps=[0.0] * 5, vu_mps=[0.0] * 5)
    a_millimetre_a_second = 1e-3
    got = measured(truth, tracks, clock(5))
    # East turns by 0.01 mrad over the 400 m.
    assert got["velocity_error_mps"] == pytest.approx(3.0, abs=5 * a_millimetre_a_second)


def test_tracks_without_velocities_have_no_error_of_velocity():
    got = measured(truth_of(at("a", A, range(2))), tracks_of(held(1, A, range(2))), clock(2))
    assert math.isnan(got["velocity_error_mps"])


def test_a_hand_over_is_one_change():
    got = followed([(1, 0, 4), (2, 5, 9)])
    # Nobody stays with the object from second 4 to second 5.
    assert got["track_changes_per_hour"] == pytest.approx(3600 * 1 / 8)
    assert got["continuity"] == 4 / 9
    assert got["id_switches"] == 1.0


def test_an_overlapping_hand_over_is_one_change_too():
    got = followed([(1, 0, 5), (2, 3, 9)])
    assert got["track_changes_per_hour"] == pytest.approx(3600 * 1 / 9)
    assert got["continuity"] == 6 / 9


def test_a_track_that_the_others_cover_is_no_change():
    got = followed([(1, 0, 2), (2, 1, 3), (3, 3, 9)])
    assert got["track_changes_per_hour"] == pytest.approx(3600 * 1 / 9)


def test_a_redundant_track_is_ambiguous_but_no_change():
    got = followed([(1, 0, 9), (2, 2, 6)])
    assert got["track_changes_per_hour"] == 0.0
    assert got["continuity"] == 1.0
    assert got["ambiguity"] == 15 / 10


def test_a_track_with_a_hole_is_two_segments():
    got = followed([(1, 0, 3), (1, 6, 9)])
    assert got["track_changes_per_hour"] == pytest.approx(3600 * 1 / 6)
    assert got["continuity"] == 3 / 9
    # The same number came back.
    assert got["id_switches"] == 0.0


def test_an_object_never_followed_changes_nothing():
    got = followed([])
    assert math.isnan(got["track_changes_per_hour"])
    assert got["continuity"] == 0.0


def test_objects_add_up():
    truth = truth_of([*at("a", A, range(10)), *at("b", B, range(10))])
    rows = [*held(1, A, range(5)), *held(2, A, range(5, 10)), *held(3, B, range(10))]
    got = measured(truth, tracks_of(rows), clock(10))
    assert got["track_changes_per_hour"] == pytest.approx(3600 * 1 / (4 + 4 + 9))
    assert got["continuity"] == (4 + 9) / (9 + 9)


spans = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted), min_size=1, max_size=5).map(
    lambda pairs: [(track, first, last) for track, (first, last) in enumerate(pairs)]
)


@given(spans)
def test_the_cover_is_the_smallest(segments):
    pictures = [set(range(first, last + 1)) for _, first, last in segments]
    whole = set().union(*pictures)
    needed = next(
        size
        for size in range(1, len(pictures) + 1)
        if any(set().union(*some) == whole for some in itertools.combinations(pictures, size))
    )
    steps = set().union(*(range(first, last) for _, first, last in segments))
    got = followed(segments)
    if steps:
        assert got["track_changes_per_hour"] == pytest.approx(3600 * (needed - 1) / len(steps))
    else:
        # No track lasts longer than one picture, so that there is no time to divide by.
        assert math.isnan(got["track_changes_per_hour"])
    assert got["continuity"] == pytest.approx(max(last - first for _, first, last in segments) / 9)
