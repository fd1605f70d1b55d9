"""GOSPA of scenes worked out by hand, and what must hold for every scene."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.scene import (
    BEGIN,
    CUTOFF_M,
    Place,
    at,
    clock,
    held,
    least_gospa_squared,
    measured,
    random_rows,
    tracks_of,
    truth_of,
)

from kizuna.review.score import Measures, score

ROUNDING_M = 1e-4
"""Geodetic degrees and back, over a cutoff of a kilometre."""

A_CENTIMETRE = 0.01

A: Place = (0.0, 0.0, 0.0)
B: Place = (5_000.0, 0.0, 0.0)


def picture(objects: list[Place], tracks: list[Place], cutoff_m: float = CUTOFF_M) -> Measures:
    """Measures of a single picture."""
    truth = truth_of([row for n, place in enumerate(objects) for row in at(f"o{n}", place, [0.0])])
    rows = tracks_of([row for n, place in enumerate(tracks) for row in held(n, place, [0.0])])
    return measured(truth, rows, clock(1), cutoff_m)


def test_error_missed_and_false_add_up_in_squares():
    # One track 300 m off, one object without a track, one track at nothing.
    got = picture([A, B], [(300.0, 0.0, 0.0), (0.0, 50_000.0, 0.0)])
    assert got["gospa_localisation_m"] == pytest.approx(300.0, abs=ROUNDING_M)
    assert got["gospa_missed_m"] == pytest.approx(1_000.0 * math.sqrt(1 / 2))
    assert got["gospa_false_m"] == pytest.approx(1_000.0 * math.sqrt(1 / 2))
    assert got["gospa_m"] == pytest.approx(math.sqrt(300.0**2 + 2 * 1_000.0**2 / 2), abs=ROUNDING_M)
    assert (got["missed"], got["false"]) == (1.0, 1.0)
    assert got["rmse_m"] == pytest.approx(300.0, abs=ROUNDING_M)


def test_the_distance_is_in_space_not_on_the_map():
    assert picture([A], [(0.0, 300.0, 400.0)])["gospa_m"] == pytest.approx(500.0, abs=ROUNDING_M)


def test_the_whole_counts_not_the_nearest_pair():
    # Track 1 is 100 m from object 1, but then track 2 has to take object 0, 900 m away.
    got = picture([A, (500.0, 0.0, 0.0)], [(400.0, 0.0, 0.0), (900.0, 0.0, 0.0)])
    assert got["gospa_m"] == pytest.approx(math.sqrt(400.0**2 + 400.0**2), abs=ROUNDING_M)
    assert got["completeness"] == 1.0


def test_a_smaller_cutoff_leaves_alone_what_is_too_far():
    got = picture([A, (500.0, 0.0, 0.0)], [(400.0, 0.0, 0.0), (900.0, 0.0, 0.0)], cutoff_m=300.0)
    assert got["gospa_m"] == pytest.approx(math.sqrt(100.0**2 + 2 * 300.0**2 / 2), abs=ROUNDING_M)
    assert (got["missed"], got["false"], got["completeness"]) == (1.0, 1.0, 0.5)


@pytest.mark.parametrize(("distance_m", "missed"), [(999.99, 0.0), (1_000.01, 1.0)])
def test_the_cutoff_is_where_a_track_stops_holding(distance_m, missed):
    got = picture([A], [(distance_m, 0.0, 0.0)])
    assert (got["missed"], got["false"]) == (missed, missed)
    # The metric itself has no step there: two ends left alone cost as much as a pair at the cutoff.
    assert got["gospa_m"] == pytest.approx(1_000.0, abs=2 * A_CENTIMETRE)


def test_pictures_are_averaged_not_their_squares():
    truth = truth_of(at("a", A, [0.0, 1.0]))
    tracks = tracks_of([*held(1, (100.0, 0.0, 0.0), [0.0]), *held(1, (300.0, 0.0, 0.0), [1.0])])
    got = measured(truth, tracks, clock(2))
    assert got["gospa_m"] == pytest.approx(200.0, abs=ROUNDING_M)
    assert got["rmse_m"] == pytest.approx(math.sqrt((100.0**2 + 300.0**2) / 2), abs=ROUNDING_M)


@pytest.mark.parametrize(
    ("objects", "tracks", "gospa_m"),
    [([], [], 0.0), ([A, B], [], 1_000.0), ([], [A, B], 1_000.0), ([A], [A], 0.0)],
    ids=["nothing", "all missed", "all false", "all held"],
)
def test_the_ends_of_the_scale(objects, tracks, gospa_m):
    assert picture(objects, tracks)["gospa_m"] == pytest.approx(gospa_m, abs=ROUNDING_M)


scenes = st.tuples(st.integers(0, 10_000), st.integers(0, 4), st.integers(0, 4), st.integers(1, 5))


@given(scenes, st.sampled_from([300.0, 1_000.0, 3_000.0]))
def test_it_is_the_least_over_all_sets_of_pairs(scene, cutoff_m):
    truth, rows = random_rows(*scene)
    got = score(truth_of(truth), tracks_of(rows), cutoff_m, ["N"], clock(scene[-1])).nodes[0]
    for t, gospa_m in enumerate(got.gospa_m):
        objects = np.array([row[2] for row in truth if row[0] == t]).reshape(-1, 3)
        tracks = np.array([row[3] for row in rows if row[0] == t]).reshape(-1, 3)
        expected = math.sqrt(least_gospa_squared(objects, tracks, cutoff_m))
        assert gospa_m == pytest.approx(expected, abs=ROUNDING_M)


@given(scenes)
def test_a_single_picture_is_the_sum_of_its_parts_in_squares(scene):
    truth, rows = random_rows(*scene[:3], 1)
    got = measured(truth_of(truth), tracks_of(rows), clock(1))
    parts = got["gospa_localisation_m"] ** 2 + got["gospa_missed_m"] ** 2 + got["gospa_false_m"] ** 2
    assert got["gospa_m"] ** 2 == pytest.approx(parts)
    assert got["gospa_missed_m"] ** 2 == pytest.approx(CUTOFF_M**2 / 2 * got["missed"])
    assert got["gospa_false_m"] ** 2 == pytest.approx(CUTOFF_M**2 / 2 * got["false"])


@given(scenes)
def test_objects_and_tracks_may_change_places(scene):
    truth, rows = random_rows(*scene, whole=True)
    times = clock(scene[-1])
    there = measured(truth_of(truth), tracks_of(rows), times)
    turned_truth = [(time, f"t{number}", place) for time, _, number, place, _ in rows]
    turned_rows = [(time, "N", int(name[1:]), place, "confirmed") for time, name, place in truth]
    back = measured(truth_of(turned_truth), tracks_of(turned_rows), times)
    for name in ("gospa_m", "gospa_localisation_m", "ospa_m", "ospa2_m"):
        assert there[name] == pytest.approx(back[name], abs=ROUNDING_M)
    assert there["missed"] == back["false"]
    assert there["false"] == back["missed"]


@given(st.integers(0, 10_000), st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_a_detour_is_never_shorter(seed, counts):
    sets: list[list[Place]] = [
        [place for _, _, place in random_rows(seed + n, count, 0, 1)[0]] for n, count in enumerate(counts)
    ]
    direct = picture(sets[0], sets[2])["gospa_m"]
    detour = picture(sets[0], sets[1])["gospa_m"] + picture(sets[1], sets[2])["gospa_m"]
    assert direct <= detour + ROUNDING_M


@given(scenes)
def test_a_wider_cutoff_never_loses_a_pair(scene):
    truth, rows = random_rows(*scene)
    tables = truth_of(truth), tracks_of(rows), clock(scene[-1])
    missed = [measured(*tables, cutoff_m)["missed"] for cutoff_m in (100.0, 400.0, 1_000.0, 4_000.0)]
    assert missed == sorted(missed, reverse=True)


def test_the_scene_begins_when_it_says():
    assert truth_of(at("a", A, [2.0])).time.tolist() == [BEGIN + 2.0]
