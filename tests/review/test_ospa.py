"""OSPA and OSPA(2) of scenes worked out by hand, and what must hold for every scene."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.scene import (
    BEGIN,
    CUTOFF_M,
    Place,
    TrackRow,
    TruthRow,
    at,
    clock,
    held,
    measured,
    random_rows,
    tracks_of,
    truth_of,
)

from kizuna.review.ospa import WINDOWS, Windows, ospa2_of
from kizuna.review.pairing import pair
from kizuna.review.pictures import paths_of

ROUNDING_M = 1e-4

A: Place = (0.0, 0.0, 0.0)
OFF: Place = (200.0, 0.0, 0.0)
FAR: Place = (0.0, 50_000.0, 0.0)


def windows(truth: list[TruthRow], rows: list[TrackRow], times: np.ndarray) -> Windows:
    """OSPA(2) of the node N, window by window."""
    return ospa2_of(pair(paths_of(truth_of(truth)), tracks_of(rows), times, ["N"], CUTOFF_M)[0], CUTOFF_M)


def ospa2(truth: list[TruthRow], rows: list[TrackRow], pictures: int) -> float:
    """OSPA(2) of a run that is one window."""
    found = windows(truth, rows, clock(pictures))
    assert len(found.ospa2_m) == 1
    return float(found.ospa2_m[0])


def test_ospa_is_the_mean_square_over_the_larger_set():
    # Two objects, one held 300 m off; two tracks, one of them at nothing: (300² + c²)/2.
    truth = truth_of([*at("a", A, [0.0]), *at("b", (5_000.0, 0.0, 0.0), [0.0])])
    tracks = tracks_of([*held(1, (300.0, 0.0, 0.0), [0.0]), *held(2, FAR, [0.0])])
    got = measured(truth, tracks, clock(1))
    assert got["ospa_m"] == pytest.approx(np.sqrt((300.0**2 + 1_000.0**2) / 2), abs=ROUNDING_M)


def test_ospa_of_nothing_is_none():
    assert measured(truth_of([]), tracks_of([]), clock(1))["ospa_m"] == 0.0


@given(st.integers(0, 10_000), st.integers(0, 4), st.integers(0, 4))
def test_ospa_stays_between_zero_and_the_cutoff(seed, objects, tracks):
    truth, rows = random_rows(seed, objects, tracks, 4)
    got = measured(truth_of(truth), tracks_of(rows), clock(4))
    assert 0.0 <= got["ospa_m"] <= CUTOFF_M
    assert 0.0 <= got["ospa2_m"] <= CUTOFF_M


def test_one_faithful_track_costs_its_error():
    seconds = range(20)
    assert ospa2(at("a", A, seconds), held(1, OFF, seconds), 20) == pytest.approx(200.0, abs=ROUNDING_M)


def test_a_broken_track_costs_more_than_its_error():
    # Each half is (10 x 200 + 10 x 1000)/20 = 600 m from the object; one of them stays alone at 1000 m.
    halves = [*held(1, OFF, range(10)), *held(2, OFF, range(10, 20))]
    assert ospa2(at("a", A, range(20)), halves, 20) == pytest.approx((600 + 1_000) / 2, abs=ROUNDING_M)


def test_two_tracks_that_swap_their_objects_cost_what_their_absence_would():
    # Each track is half the time at one object and half at the other, 3 km away: (0 + 1000)/2.
    there: Place = (3_000.0, 0.0, 0.0)
    truth = [*at("a", A, range(20)), *at("b", there, range(20))]
    swapped = [
        *held(1, A, range(10)),
        *held(2, there, range(10)),
        *held(1, there, range(10, 20)),
        *held(2, A, range(10, 20)),
    ]
    assert ospa2(truth, swapped, 20) == pytest.approx(500.0, abs=ROUNDING_M)
    assert ospa2(truth, [*held(1, A, range(20)), *held(2, there, range(20))], 20) == pytest.approx(
        0.0, abs=ROUNDING_M
    )


def test_a_late_track_costs_the_cutoff_while_it_is_late():
    assert ospa2(at("a", A, range(20)), held(1, A, range(5, 20)), 20) == pytest.approx(250.0, abs=ROUNDING_M)


def test_only_pictures_in_which_either_exists_count():
    # Object and track are there for the last five of twenty pictures.
    assert ospa2(at("a", A, range(15, 20)), held(1, OFF, range(15, 20)), 20) == pytest.approx(
        200.0, abs=ROUNDING_M
    )


def test_windows_overlap_by_half_and_hold_every_picture():
    found = windows(at("a", A, range(200)), held(1, A, range(170)), clock(200))
    ends = found.time_s - BEGIN
    assert ends[0] == 59.0
    assert ends[-1] == 199.0
    assert (np.diff(ends) <= 30.0).all()
    # In the last window, of 60 s, the track is gone for the last 30 s; before second 170 nothing is wrong.
    assert found.ospa2_m[-1] == pytest.approx(500.0, abs=ROUNDING_M)
    assert (found.ospa2_m[ends < 170.0] < ROUNDING_M).all()


def test_slow_pictures_have_longer_windows():
    times = clock(31, step_s=10.0)
    found = windows(at("a", A, 10.0 * np.arange(31)), held(1, A, 10.0 * np.arange(31)), times)
    # Ten pictures of 10 s: the first window ends with the tenth picture.
    assert found.time_s[0] - BEGIN == 90.0
    assert (np.diff(found.time_s) <= 50.0).all()


def test_a_long_run_has_a_bounded_number_of_windows():
    times = clock(2_000, step_s=10.0)
    found = windows(at("a", A, 10.0 * np.arange(2_000)), held(1, OFF, 10.0 * np.arange(2_000)), times)
    assert len(found.time_s) == WINDOWS
    assert found.time_s[-1] == times[-1]
    assert found.ospa2_m == pytest.approx(np.full(WINDOWS, 200.0), abs=ROUNDING_M)


def test_a_window_without_anything_costs_nothing():
    assert windows([], [], clock(5)).ospa2_m.tolist() == [0.0]


def test_one_picture_is_one_window():
    found = windows(at("a", A, [0.0]), held(1, OFF, [0.0]), clock(1))
    assert found.time_s.tolist() == [BEGIN]
    assert found.ospa2_m == pytest.approx([200.0], abs=ROUNDING_M)
