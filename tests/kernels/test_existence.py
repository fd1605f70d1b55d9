"""Scores: what a track loses unseen, gains when seen, and what follows."""

import numpy as np
import pytest

from kizuna.constants import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR, WGS84_A_M, WGS84_F
from kizuna.geo.frames import geodetic_to_ecef
from kizuna.kernels import existence
from kizuna.models import detection

EARTH = np.array([WGS84_A_M, WGS84_F, EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M])
BOUNDS_HZ = np.array([1e-9, 1e9])


def test_detection_is_as_likely_as_the_simulator_has_it():
    ranges_m = np.concatenate([np.linspace(1.0, 3.2e5, 500), [2.25e5, 3e5]])
    for pd in (0.5, 0.9, 1.0):
        mine = [existence.detection_probability(each, pd, 3e5) for each in ranges_m]
        assert mine == pytest.approx(detection.probability(ranges_m, pd, 3e5).tolist(), abs=1e-12)


AS_STATED = np.full(3, -1), np.empty((0, 4))


def rates(lat, lon, alt, bounds_hz=BOUNDS_HZ, reports=True, kinds=(False, False, True), learned=AS_STATED):
    """Loss of one track at a place, seen by two radars and a receiver of position reports."""
    site_lat, site_lon = np.array([47.5, 47.5, 48.0]), np.array([8.5, 11.5, 9.0])
    site_alt = np.array([500.0, 500.0, np.nan])
    place = geodetic_to_ecef(site_lat, site_lon, site_alt)
    rate = np.full(2, -1.0)
    existence.miss_rates(
        np.array([1]),
        np.tile(np.append(geodetic_to_ecef(lat, lon, alt), [0.0] * 3), (2, 1)),
        np.array([reports, reports]),
        place,
        site_alt,
        ~np.isnan(site_alt),
        np.array(kinds),
        np.array([2e5, 2e5, 1e7]),
        np.array([5.0, 10.0, 1.0]),
        np.array([0.9, 0.8, 0.95]),
        learned,
        EARTH,
        bounds_hz,
        rate,
    )
    assert rate[0] == -1.0
    return rate[1]


def test_a_track_loses_by_those_who_should_see_it():
    """Sum of -ln(1 - pd)/period, by the model of detection, with horizon and range."""
    for lat, lon, alt in ((47.6, 8.7, 1e4), (47.5, 10.0, 1e4), (47.5, 9.3, 300.0), (49.0, 8.5, 500.0)):
        seen = detection.coverage(
            np.array([47.5, 47.5]),
            np.array([8.5, 11.5]),
            500.0,
            np.array([0.9, 0.8]),
            2e5,
            lat,
            lon,
            alt,
        )
        expected = (-np.log1p(-seen) / np.array([5.0, 10.0])).sum()
        report = -np.log(0.05)
        assert rates(lat, lon, alt, reports=False) == pytest.approx(max(expected, 1e-9), rel=0.01)
        assert rates(lat, lon, alt) == pytest.approx(expected + report, rel=0.01)


def test_what_was_learned_stands_for_what_was_stated():
    """At 120 km, the third of four rings of a reach of 200 km, the second radar was seen to have 0.3."""
    stated = rates(47.5, 9.9, 1e4, reports=False)
    learned = np.array([-1, 0, -1]), np.array([[0.7, 0.7, 0.3, 0.7]])
    change = rates(47.5, 9.9, 1e4, reports=False, learned=learned) - stated
    assert change == pytest.approx((np.log(1.0 - 0.8) - np.log(1.0 - 0.3)) / 10.0, rel=0.01)


def test_the_loss_has_bounds():
    bounds_hz = np.array([0.2, 0.8])
    assert rates(0.0, -100.0, 1e4, bounds_hz, reports=False) == 0.2
    assert rates(47.6, 8.7, 1e4, bounds_hz) == 0.8


def nobody(tracks, kept):
    """Tracks that no sensor has seen."""
    return np.full((tracks, kept), -1, dtype=np.int32), np.zeros((tracks, kept))


def test_credit_adds_in_order_and_stops_at_the_ceiling():
    score, at, hit = np.array([1.0, 4.0]), np.zeros(2), np.zeros(2)
    seen, said, hits = nobody(2, 2), np.full((2, 2), -1), np.array([1, 0])
    existence.credit(
        np.array([0, 1, 2]),
        np.array([0, 1, 0]),
        np.array([4.0, 8.0, 6.0]),
        np.array([1.0, 1.0, 0.5]),
        np.array([0, 1, 0]),
        np.array([2.0, 3.0, 5.0]),
        np.array([-1, 6, 7]),
        np.array([1, 0, 1]),
        10.0,
        np.array([0.5, 0.1]),
        score,
        at,
        hit,
        hits,
        seen,
        said,
    )
    # 1 - 0.5*2 + 4, then - 0.5*3 + 6; 4 - 0.1*3 + 8 is over the ceiling.
    assert score == pytest.approx([8.5, 10.0])
    assert at.tolist() == hit.tolist() == [5.0, 3.0]
    assert hits.tolist() == [3, 1]
    assert seen[0].tolist() == [[0, -1], [1, -1]]
    assert seen[1][:, 0].tolist() == [5.0, 3.0]
    assert said.tolist() == [[-1, 7], [6, -1]]


def test_what_is_probably_of_another_object_is_not_seen():
    score, at, hit = np.zeros(1), np.zeros(1), np.zeros(1)
    seen, said = nobody(1, 1), np.full((1, 2), -1)
    rows, sensor = np.array([0]), np.array([0])
    time_s, identity = np.array([2.0]), np.array([7])
    rate_hz = np.array([0.5])
    arguments = (sensor, time_s, identity, np.array([1]), 10.0, rate_hz, score, at, hit, rows, seen, said)
    existence.credit(rows, np.array([0]), np.array([3.0]), np.array([0.49]), *arguments)
    assert (score[0], at[0], hit[0], seen[0][0, 0], said.max()) == (2.0, 2.0, 0.0, -1, -1)


def test_a_track_knows_the_sensors_that_saw_it_last():
    """Room for three: the fourth takes the place of the one that was heard the longest ago."""
    seen, said, scratch = nobody(1, 3), np.full((1, 2), -1), np.zeros((4, 1))
    sensor, time_s = np.array([7, 2, 9, 7, 4]), np.arange(5.0)
    nothing, always = np.zeros(5, dtype=np.int64), np.ones(5)
    heard = (sensor, time_s, nothing - 1, nothing)
    books = (*scratch, nothing[:1].copy(), seen, said)
    existence.credit(np.arange(5), nothing, always, always, *heard, 9.0, *books)
    assert dict(zip(seen[0][0].tolist(), seen[1][0].tolist(), strict=True)) == {7: 3.0, 4: 4.0, 9: 2.0}


def test_how_many_sensors_of_late_and_the_quickest():
    seen = (np.array([[2, 0, 1], [1, -1, -1], [0, 2, -1]], dtype=np.int32), np.zeros((3, 3)))
    seen[1][:] = [[100.0, 39.0, 40.0], [39.9, 90.0, 90.0], [100.0, 95.0, 90.0]]
    rows, period_s = np.array([0, 1, 2]), np.array([5.0, 8.0, 12.0])
    count, quickest_s = existence.recency(rows, 100.0, 60.0, period_s, seen)
    assert count.tolist() == [2, 0, 2]
    assert quickest_s.tolist() == [8.0, np.inf, 5.0]


def test_judge_confirms_and_drops():
    confirmed = np.array([False, False, True, True, False])
    least = np.array([-9.0, -9.0, 0.0, 0.0, -9.0])
    fresh, drop = existence.judge(
        10.0,
        6.9,
        0.0,
        np.full(5, 0.5),
        np.array([7.0, 6.8, 5.1, 4.9, -4.1]),
        np.zeros(5),
        least,
        confirmed,
    )
    assert fresh.tolist() == [0]
    assert drop.tolist() == [3, 4]
    assert confirmed.tolist() == [True, False, True, True, False]
    assert least[0] == 0.0


def test_new_books_are_blank_but_for_the_first_detection():
    books = {
        "score": np.ones(3),
        "score_time_s": np.ones(3),
        "least": np.ones(3),
        "born_s": np.ones(3),
        "last_hit_s": np.ones(3),
        "hits": np.full(3, 9),
        "seen": (np.ones((3, 2), dtype=np.int32), np.ones((3, 2))),
        "track_identity": np.ones((3, 2), dtype=np.int64),
        "confirmed": np.ones(3, dtype=bool),
        "number": np.ones(3, dtype=np.int64),
    }
    existence.enlist(
        2,
        np.array([1]),
        np.array([0, 1]),
        np.array([5.0, 6.0]),
        np.array([-1, 42]),
        np.array([1, 1]),
        np.array([-2.0]),
        4.6,
        *books.values(),
    )
    seen_by, seen_s = books.pop("seen")
    assert seen_by[2].tolist() == [1, -1]
    assert seen_s[2, 0] == 6.0
    assert {name: column[2].tolist() for name, column in books.items()} == {
        "score": -2.0,
        "score_time_s": 6.0,
        "least": -6.6,
        "born_s": 6.0,
        "last_hit_s": 6.0,
        "hits": 1,
        "track_identity": [-1, 42],
        "confirmed": False,
        "number": 0,
    }
    assert (books["score"][:2] == 1.0).all()
