"""First tracks, switches of the carrying track, and what nodes have in common, worked out by hand."""

import math

import numpy as np
import pytest
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
    tracks_of,
    truth_of,
)

from kizuna.review.score import Scores, score

A: Place = (0.0, 0.0, 0.0)
B: Place = (9_000.0, 0.0, 0.0)


def scored(truth: list[TruthRow], rows: list[TrackRow], *nodes: str, pictures: int = 20) -> Scores:
    """All scores of a scene."""
    return score(truth_of(truth), tracks_of(rows), CUTOFF_M, nodes, clock(pictures))


def switches(rows: list[TrackRow], truth: list[TruthRow] | None = None) -> float:
    """How often another track took over, of one object that stays unless told otherwise."""
    truth = at("a", A, range(20)) if truth is None else truth
    return measured(truth_of(truth), tracks_of(rows), clock(20))["id_switches"]


def test_the_delay_runs_from_the_objects_beginning():
    first = scored(at("a", A, range(5, 20)), held(1, A, range(9, 20)), "N").nodes[0].first_tracks
    assert first.object.values() == ["a"]
    assert first.delay_s.tolist() == [4.0]


def test_nobody_is_blamed_for_the_time_before_the_first_picture():
    first = scored(at("a", A, range(-30, 20)), held(1, A, range(3, 20)), "N").nodes[0].first_tracks
    assert first.delay_s.tolist() == [3.0]


def test_a_beginning_between_two_pictures_counts_from_there():
    first = scored(at("a", A, [4.25, 19.0]), held(1, A, range(6, 20)), "N").nodes[0].first_tracks
    assert first.delay_s.tolist() == [1.75]


def test_an_object_without_a_track_is_counted_not_averaged():
    truth = [*at("a", A, range(20)), *at("b", B, range(20))]
    got = scored(truth, held(1, A, range(6, 20)), "N").nodes[0].measures
    assert got["time_to_first_track_s"] == 6.0
    assert got["never_tracked"] == 1.0


def test_when_nothing_was_held_there_is_no_time():
    got = scored(at("a", A, range(20)), [], "N").nodes[0].measures
    assert math.isnan(got["time_to_first_track_s"])
    assert math.isnan(got["time_to_first_track_p95_s"])
    assert got["never_tracked"] == 1.0


def test_tracks_that_are_not_confirmed_yet_are_not_first():
    rows = [*held(1, A, range(4), status="tentative"), *held(1, A, range(4, 20))]
    assert scored(at("a", A, range(20)), rows, "N").nodes[0].first_tracks.delay_s.tolist() == [4.0]


def test_an_object_that_comes_back_has_two_stays():
    late = range(200, 210)
    truth = [*at("a", A, range(10)), *at("a", A, late)]
    rows = [*held(1, A, range(2, 10)), *held(2, A, range(205, 210))]
    first = scored(truth, rows, "N", pictures=210).nodes[0].first_tracks
    assert first.object.values() == ["a", "a"]
    assert first.delay_s.tolist() == [2.0, 5.0]


def test_overall_the_stays_of_all_nodes_count_together():
    truth = [*at("a", A, range(20)), *at("b", B, range(20))]
    rows = [
        *held(1, A, range(2, 20), node="X"),
        *held(2, B, range(4, 20), node="X"),
        *held(1, A, range(12, 20), node="Y"),
    ]
    got = scored(truth, rows, "X", "Y")
    assert [node.measures["time_to_first_track_s"] for node in got.nodes] == [3.0, 12.0]
    assert got.overall["time_to_first_track_s"] == 4.0
    assert got.overall["time_to_first_track_p95_s"] == pytest.approx(np.quantile([2.0, 4.0, 12.0], 0.95))
    assert got.overall["never_tracked"] == 1.0


def test_missed_lists_each_moment_without_a_track():
    truth = [*at("a", A, range(4)), *at("b", B, range(2, 4))]
    node = scored(truth, held(1, A, range(1, 3)), "N", pictures=4).nodes[0]
    moments = zip((node.missed.time_s - BEGIN).tolist(), node.missed.object.values(), strict=True)
    assert sorted(moments) == [(0.0, "a"), (2.0, "b"), (3.0, "a"), (3.0, "b")]
    assert node.compared == 6


def test_one_track_all_along_is_no_switch():
    assert switches(held(1, A, range(20))) == 0.0


def test_another_track_is_a_switch_even_after_a_pause():
    assert switches([*held(1, A, range(5)), *held(2, A, range(12, 20))]) == 1.0


def test_coming_back_to_the_first_track_is_a_second_switch():
    rows = [*held(1, A, range(5)), *held(2, A, range(5, 9)), *held(1, A, range(9, 20))]
    assert switches(rows) == 2.0


def test_a_nearer_track_takes_nothing_over_while_the_old_one_holds():
    near: Place = (10.0, 0.0, 0.0)
    off: Place = (300.0, 0.0, 0.0)
    assert switches([*held(1, off, range(20)), *held(2, near, range(5, 20))]) == 0.0


def test_two_tracks_that_swap_their_objects_are_two_switches():
    truth = [*at("a", A, range(20)), *at("b", B, range(20))]
    rows = [
        *held(1, A, range(10)),
        *held(2, B, range(10)),
        *held(1, B, range(10, 20)),
        *held(2, A, range(10, 20)),
    ]
    assert switches(rows, truth) == 2.0


def test_switches_of_all_nodes_add_up():
    broken = [row for node in "XY" for row in (*held(1, A, range(5), node), *held(2, A, range(5, 20), node))]
    assert scored(at("a", A, range(20)), broken, "X", "Y").overall["id_switches"] == 2.0


def test_commonality_is_what_all_hold_of_what_any_holds():
    truth = [*at("a", A, range(20)), *at("b", B, range(20))]
    rows = [
        *held(1, A, range(20), node="X"),
        *held(2, B, range(20), node="X"),
        *held(1, A, range(20), node="Y"),
        *held(2, B, range(10, 20), node="Y"),
    ]
    assert scored(truth, rows, "X", "Y").overall["commonality"] == 30 / 40


def test_an_object_has_one_number_when_all_call_it_the_same():
    """Both nodes call one object 1; the other they call 2 and 3 for a while, and then both 3."""
    truth = [*at("a", A, range(20)), *at("b", B, range(20))]
    rows = [
        *held(1, A, range(20), node="X"),
        *held(2, B, range(10), node="X"),
        *held(3, B, range(10, 20), node="X"),
        *held(1, A, range(20), node="Y"),
        *held(3, B, range(20), node="Y"),
    ]
    overall = scored(truth, rows, "X", "Y").overall
    assert (overall["commonality"], overall["same_number"]) == (1.0, 30 / 40)


def test_objects_that_nobody_holds_are_no_matter_of_commonality():
    truth = [*at("a", A, range(20)), *at("b", B, range(20))]
    rows = [*held(1, A, range(20), node="X"), *held(7, A, range(20), node="Y")]
    assert scored(truth, rows, "X", "Y").overall["commonality"] == 1.0


def test_a_node_that_holds_nothing_has_nothing_in_common():
    assert scored(at("a", A, range(20)), held(1, A, range(20), "X"), "X", "Y").overall["commonality"] == 0.0


def test_a_single_node_has_nobody_to_agree_with():
    got = scored(at("a", A, range(20)), held(1, A, range(20)), "N")
    assert math.isnan(got.overall["commonality"])
    assert got.to_json()["commonality"] is None
