"""When pictures are compared, where the truth is at those times, and what is refused."""

import numpy as np
import pytest
from tests.review.scene import (
    BEGIN,
    CUTOFF_M,
    Place,
    at,
    clock,
    geodetic,
    held,
    measured,
    tracks_of,
    truth_of,
)

from kizuna.errors import InputError
from kizuna.messages.truth import Truth
from kizuna.review.pictures import paths_of, picture_times, rows_at
from kizuna.review.score import score

ROUNDING_M = 1e-4
ROUNDING_S = 1e-6

A: Place = (0.0, 0.0, 0.0)


def times_of(track_times: list[float], truth_times: list[float]) -> list[float]:
    """Picture times in seconds of the scene."""
    truth, tracks = truth_of(at("a", A, truth_times)), tracks_of(held(1, A, track_times))
    return (picture_times(truth, tracks, "truth", "tracks") - BEGIN).tolist()


def test_the_times_of_the_tracks_are_the_pictures():
    assert times_of([0.5, 2.0, 7.25], [0.0, 10.0]) == [0.5, 2.0, 7.25]


def test_tentative_tracks_tell_when_pictures_were_taken():
    truth = truth_of(at("a", A, range(10)))
    tracks = tracks_of([*held(1, A, [0.0, 1.0], status="tentative"), *held(1, A, [2.0, 3.0])])
    assert score(truth, tracks, CUTOFF_M).overall["completeness"] == 2 / 4


def test_a_picture_that_held_nothing_is_filled_in():
    assert times_of([0.0, 2.0, 4.0, 8.0, 10.0], [0.0, 20.0]) == pytest.approx(
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0], abs=ROUNDING_S
    )


def test_pictures_without_a_rhythm_stay_as_they_are():
    uneven = [0.0, 1.0, 2.75, 3.0, 9.0]
    assert times_of(uneven, [0.0, 20.0]) == uneven


def test_pictures_beyond_the_truth_are_left_out():
    assert times_of([0.0, 5.0, 10.0, 15.0, 20.0], [4.0, 16.0]) == [5.0, 10.0, 15.0]


def test_the_truth_is_interpolated_between_its_samples():
    truth = truth_of([(0.0, "a", A), (10.0, "a", (1_000.0, 0.0, 0.0))])
    got = measured(truth, tracks_of(held(1, (300.0, 40.0, 0.0), [3.0])), BEGIN + np.array([3.0]))
    # The chord sinks by millimetres below the level.
    assert got["gospa_m"] == pytest.approx(40.0, abs=0.01)


def test_known_velocities_bend_the_path_between_samples():
    # Ten seconds of 2 g to the north: 245 m off the chord in the middle.
    flown = [(0.0, 0.0), (10.0, 981.0)]
    truth = Truth.of(
        time=BEGIN + np.array([0.0, 10.0]),
        object=["a", "a"],
        **geodetic([(0.0, north, 0.0) for _, north in flown]),
        ve_mps=[0.0, 0.0],
        vn_mps=[0.0, 196.2],
        vu_mps=[0.0, 0.0],
    )
    where: Place = (0.0, 0.5 * 19.62 * 5.0**2, 0.0)
    got = measured(truth, tracks_of(held(1, where, [5.0])), BEGIN + np.array([5.0]))
    a_decimetre = 0.1
    assert got["gospa_m"] == pytest.approx(0.0, abs=a_decimetre)


def test_objects_are_there_from_their_first_to_their_last_sample():
    truth = truth_of([*at("a", A, [0.0, 19.0]), *at("b", (9_000.0, 0.0, 0.0), [4.5, 9.5])])
    got = measured(truth, tracks_of([]), clock(20))
    assert got["objects"] == (20 + 5) / 20


@pytest.mark.parametrize(("gap_s", "stays"), [(29.0, 1), (31.0, 2)])
def test_a_gap_in_quick_samples_is_bridged_up_to_half_a_minute(gap_s, stays):
    truth = truth_of(at("a", A, [0.0, 1.0, 2.0, 2.0 + gap_s, 3.0 + gap_s, 4.0 + gap_s]))
    assert paths_of(truth).names == ("a",) * stays


@pytest.mark.parametrize(("gap_s", "stays"), [(179.0, 1), (181.0, 2)])
def test_a_gap_in_slow_samples_is_bridged_up_to_three_spacings(gap_s, stays):
    truth = truth_of(at("a", A, [0.0, 60.0, 120.0, 120.0 + gap_s, 180.0 + gap_s]))
    assert paths_of(truth).names == ("a",) * stays


def test_each_object_has_its_own_spacing():
    quick = at("quick", A, [0.0, 1.0, 2.0, 102.0])
    slow = at("slow", A, [0.0, 50.0, 100.0, 200.0])
    assert sorted(paths_of(truth_of([*quick, *slow])).names) == ["quick", "quick", "slow"]


def test_of_two_samples_at_one_time_the_later_counts():
    truth = truth_of([(0.0, "a", A), (0.0, "a", (500.0, 0.0, 0.0)), (1.0, "a", (500.0, 0.0, 0.0))])
    got = measured(truth, tracks_of(held(1, (500.0, 0.0, 0.0), [0.0])), clock(1))
    assert got["gospa_m"] == pytest.approx(0.0, abs=ROUNDING_M)


def test_rows_belong_to_the_picture_at_their_time():
    rows = np.array([0.0, 0.0005, 0.5, 1.0, 2.9995, 3.5])
    assert rows_at(np.array([0.0, 1.0, 3.0]), rows).tolist() == [0, 0, -1, 1, 2, -1]
    assert rows_at(np.zeros(0), rows).tolist() == [-1] * 6


def test_no_truth_is_refused():
    with pytest.raises(InputError) as refused:
        score(Truth.empty(), tracks_of(held(1, A, [0.0])), CUTOFF_M, files=("t.parquet", "r.parquet"))
    assert "t.parquet" in str(refused.value)
    assert "holds no objects" in str(refused.value)


def test_no_tracks_are_refused_unless_the_times_are_known():
    truth = truth_of(at("a", A, range(3)))
    with pytest.raises(InputError) as refused:
        score(truth, tracks_of([]), CUTOFF_M, files=("t.parquet", "r.parquet"))
    assert "r.parquet" in str(refused.value)
    assert "holds no tracks" in str(refused.value)
    assert measured(truth, tracks_of([]), clock(3))["completeness"] == 0.0


def test_tracks_of_another_day_are_refused():
    truth = truth_of(at("a", A, range(3)))
    with pytest.raises(InputError) as refused:
        score(truth, tracks_of(held(1, A, [86_400.0])), CUTOFF_M)
    assert "tracks and truth of the same time" in str(refused.value)


def test_nodes_that_take_pictures_in_turn_are_refused():
    truth = truth_of(at("a", A, range(9)))
    rows = [*held(1, A, [0.0, 2.0, 4.0], node="X"), *held(1, A, [1.0, 3.0, 5.0], node="Y")]
    with pytest.raises(InputError) as refused:
        score(truth, tracks_of(rows), CUTOFF_M)
    assert "nodes X and Y never take a picture at the same time" in str(refused.value)


def test_a_node_may_join_later():
    truth = truth_of(at("a", A, range(9)))
    rows = [*held(1, A, [0.0, 1.0, 2.0], node="X"), *held(1, A, [5.0, 6.0], node="Y")]
    assert len(score(truth, tracks_of(rows), CUTOFF_M).times) == 7
