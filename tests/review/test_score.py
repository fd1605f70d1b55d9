"""What holds for the measures as a whole: a perfect picture, a false track, other names, several nodes."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.scene import (
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

from kizuna.messages.columns import Labels
from kizuna.review.score import Measures, score
from kizuna.seeds import generator

ROUNDING_M = 1e-4
"""Geodetic degrees and back."""

A: Place = (0.0, 0.0, 0.0)
FAR: Place = (0.0, 50_000.0, 0.0)

BEST = {
    "gospa_m": 0.0,
    "gospa_localisation_m": 0.0,
    "gospa_missed_m": 0.0,
    "gospa_false_m": 0.0,
    "missed": 0.0,
    "false": 0.0,
    "ospa_m": 0.0,
    "ospa2_m": 0.0,
    "completeness": 1.0,
    "ambiguity": 1.0,
    "spurious": 0.0,
    "position_error_m": 0.0,
    "rmse_m": 0.0,
    "continuity": 1.0,
    "track_changes_per_hour": 0.0,
    "id_switches": 0.0,
    "time_to_first_track_s": 0.0,
    "time_to_first_track_p95_s": 0.0,
    "never_tracked": 0.0,
}

seeds = st.integers(0, 10_000)
scenes = st.tuples(seeds, st.integers(0, 5), st.integers(0, 6), st.integers(1, 8))


def measured_rows(truth: list[TruthRow], rows: list[TrackRow], pictures: int) -> Measures:
    """Measures of the node N."""
    return measured(truth_of(truth), tracks_of(rows), clock(pictures))


def assert_same(one: Measures, other: Measures) -> None:
    """Equal up to the rounding of sums in another order; NaN where the other is NaN."""
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert value == pytest.approx(other[name], rel=1e-9, abs=ROUNDING_M, nan_ok=True), name


@given(seeds, st.integers(1, 5), st.integers(2, 8))
def test_a_perfect_picture_scores_perfect(seed, objects, pictures):
    truth, _ = random_rows(seed, objects, 0, pictures)
    # One object for all the time, so that there is some.
    truth += at("whole", FAR, range(pictures))
    number = {name: place for place, name in enumerate(sorted({row[1] for row in truth}))}
    rows = [(time, "N", number[name], place, "confirmed") for time, name, place in truth]
    got = measured_rows(truth, rows, pictures)
    assert {name: got[name] for name in BEST} == pytest.approx(BEST, abs=ROUNDING_M)
    assert got["objects"] == got["tracks"] == len(truth) / pictures
    assert got["pictures"] == pictures


@given(scenes)
def test_one_more_track_at_nothing_raises_false_by_one(scene):
    truth, rows = random_rows(*scene)
    pictures = scene[-1]
    before = measured_rows(truth, rows, pictures)
    after = measured_rows(truth, rows + held(999, FAR, range(pictures)), pictures)
    assert after["false"] == pytest.approx(before["false"] + 1.0)
    assert after["tracks"] == pytest.approx(before["tracks"] + 1.0)
    untouched = ("missed", "completeness", "ambiguity", "rmse_m", "position_error_m", "continuity")
    for name in (*untouched, "id_switches", "gospa_localisation_m", "gospa_missed_m"):
        assert after[name] == pytest.approx(before[name], nan_ok=True), name
    assert after["gospa_m"] > before["gospa_m"]


@given(scenes)
def test_one_more_object_that_nobody_sees_raises_missed_by_one(scene):
    truth, rows = random_rows(*scene)
    pictures = scene[-1]
    before = measured_rows(truth, rows, pictures)
    after = measured_rows(truth + at("unseen", FAR, range(pictures)), rows, pictures)
    assert after["missed"] == pytest.approx(before["missed"] + 1.0)
    assert after["false"] == before["false"]
    assert after["never_tracked"] == before["never_tracked"] + 1.0


@given(scenes)
def test_the_order_of_rows_of_one_time_does_not_matter(scene):
    truth, rows = random_rows(*scene)
    shuffle = generator(scene[0], "shuffle")
    mixed_truth = [truth[place] for place in shuffle.permutation(len(truth))]
    mixed_rows = [rows[place] for place in shuffle.permutation(len(rows))]
    assert_same(measured_rows(truth, rows, scene[-1]), measured_rows(mixed_truth, mixed_rows, scene[-1]))


@given(scenes)
def test_other_numbers_and_names_do_not_matter(scene):
    truth, rows = random_rows(*scene)
    named = [(time, f"another {name[::-1]}", place) for time, name, place in truth]
    numbered = [(time, node, 5_000_000 - 7 * track, *rest) for time, node, track, *rest in rows]
    assert_same(measured_rows(truth, rows, scene[-1]), measured_rows(named, numbered, scene[-1]))


@given(scenes)
def test_coasted_tracks_count_as_confirmed_and_tentative_ones_not_at_all(scene):
    truth, rows = random_rows(*scene)
    pictures = scene[-1]
    before = measured_rows(truth, rows, pictures)
    coasted = [(*row[:4], "coasted") for row in rows]
    assert_same(before, measured_rows(truth, coasted, pictures))
    doubts = [(time, "N", track + 100_000, place, "tentative") for time, _, track, place, _ in rows]
    assert_same(before, measured_rows(truth, rows + doubts, pictures))


@given(scenes)
def test_other_nodes_do_not_matter_to_a_node(scene):
    truth, rows = random_rows(*scene)
    times = clock(scene[-1])
    alone = measured_rows(truth, rows, scene[-1])
    others = [(time, "other", track, place, status) for time, _, track, place, status in rows[::2]]
    both = score(truth_of(truth), tracks_of(rows + others), CUTOFF_M, ["other", "N"], times)
    assert_same(alone, both.nodes[1].measures)


@given(scenes)
def test_a_node_twice_is_once_overall_but_for_what_is_counted(scene):
    truth, rows = random_rows(*scene)
    twin = [(time, "M", track, place, status) for time, _, track, place, status in rows]
    both = score(truth_of(truth), tracks_of(rows + twin), CUTOFF_M, ["M", "N"], clock(scene[-1]))
    one = both.nodes[0].measures
    counted = {name: 2.0 * one[name] for name in ("pictures", "id_switches", "never_tracked")}
    overall = dict(both.overall)
    commonality, same_number = overall.pop("commonality"), overall.pop("same_number")
    # A quantile between two delays lies elsewhere when each is there twice.
    counted["time_to_first_track_p95_s"] = overall["time_to_first_track_p95_s"]
    assert_same(overall, {**one, **counted})
    assert same_number == pytest.approx(commonality, nan_ok=True)
    assert commonality == (1.0 if one["completeness"] > 0.0 else pytest.approx(math.nan, nan_ok=True))


def test_a_crowd_is_measured_the_same_in_one_batch_and_in_many(monkeypatch):
    truth, rows = random_rows(3, 6, 9, 40)
    whole = measured_rows(truth, rows, 40)
    monkeypatch.setattr("kizuna.review.pictures._CHUNK_ROWS", 7)
    assert_same(whole, measured_rows(truth, rows, 40))


def test_ratios_overall_are_of_sums_not_means_of_the_nodes():
    truth = truth_of(at("a", A, range(10)))
    rows = tracks_of([*held(1, A, range(10), node="X"), *held(1, FAR, range(2), node="Y")])
    got = score(truth, rows, CUTOFF_M)
    assert [node.measures["spurious"] for node in got.nodes] == [0.0, 1.0]
    assert got.overall["spurious"] == 2 / 12
    assert got.overall["completeness"] == 10 / 20
    assert got.overall["pictures"] == 20.0


def test_curves_have_a_value_for_each_picture():
    truth = truth_of(at("a", A, range(2, 6)))
    node = score(truth, tracks_of(held(1, A, range(4, 6))), CUTOFF_M, ["N"], clock(6)).nodes[0]
    assert node.completeness == pytest.approx([np.nan, np.nan, 0.0, 0.0, 1.0, 1.0], nan_ok=True)
    assert node.gospa_m == pytest.approx(
        [0.0, 0.0, *[1_000.0 * math.sqrt(0.5)] * 2, 0.0, 0.0], abs=ROUNDING_M
    )
    assert node.errors_m == pytest.approx([0.0, 0.0], abs=ROUNDING_M)


@pytest.mark.parametrize("objects", [0, 1], ids=["no truth", "truth"])
@pytest.mark.parametrize("tracks", [0, 1], ids=["no tracks", "tracks"])
def test_what_cannot_be_measured_is_null(objects, tracks):
    truth = truth_of(at("a", A, range(5)) * objects)
    found = score(truth, tracks_of(held(1, A, range(5)) * tracks), CUTOFF_M, ["N"], clock(5)).to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["completeness"] == ([None, None], [0.0, 1.0])[objects][tracks]
    assert found["spurious"] == ([None, 1.0], [None, 0.0])[objects][tracks]
    assert found["rmse_m"] == (pytest.approx(0.0, abs=ROUNDING_M) if objects and tracks else None)
    assert found["gospa_m"] == pytest.approx(
        1_000.0 * math.sqrt(0.5) if objects != tracks else 0.0, abs=ROUNDING_M
    )


def test_progress_ends_at_the_whole():
    told: list[float] = []
    truth, tracks = truth_of(at("a", A, range(5))), tracks_of(held(1, A, range(5)))
    score(truth, tracks, CUTOFF_M, progress=told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_nodes_that_only_a_name_knows_are_not_measured():
    tracks = tracks_of(held(1, A, range(5)))
    named = dataclasses.replace(tracks, node=Labels(tracks.node.codes, (*tracks.node.names, "ghost")))
    got = score(truth_of(at("a", A, range(5))), named, CUTOFF_M)
    assert [node.node for node in got.nodes] == ["N"]
