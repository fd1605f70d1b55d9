"""Trails keep their ends and their shape, and are broken where nothing is known."""

import numpy as np
import pytest

from kizuna.review.report import trails as room
from kizuna.review.report.canvas import Canvas
from kizuna.review.report.projection import Projection
from kizuna.review.report.trails import trails

CANVAS = Canvas(Projection(0.0, 0.0), (-500.0, 500.0, -500.0, 500.0), (-600.0, 600.0, -600.0, 600.0), 0.5)


def test_straight_trails_are_their_two_ends() -> None:
    times = np.tile(np.arange(0.0, 600.0, 10.0), 2)
    owner = np.repeat([7, 3], 60)
    lon = np.where(owner == 7, 0.001 * times, -0.001 * times)
    made = trails(owner, times, np.zeros(120), lon, CANVAS)
    assert made.owner.tolist() == [3, 7]
    assert len(made.xy_km) == 2 + 1 + 2
    assert made.last_xy_km[:, 0] == pytest.approx([-65.6, 65.6], abs=0.1)


def test_rows_may_come_in_any_order() -> None:
    times = np.arange(0.0, 100.0, 10.0)
    lat = np.where(times > 40.0, 0.5, 0.0)
    in_order = trails(np.zeros(10, dtype=np.int64), times, lat, 0.01 * times, CANVAS)
    back = trails(np.zeros(10, dtype=np.int64), times[::-1], lat[::-1], 0.01 * times[::-1], CANVAS)
    assert np.array_equal(in_order.xy_km, back.xy_km)


def test_a_long_silence_breaks_a_trail() -> None:
    times = np.array([0.0, 10.0, 20.0, 500.0, 510.0])
    made = trails(np.zeros(5, dtype=np.int64), times, np.zeros(5), 0.01 * times / 10.0, CANVAS)
    assert np.isnan(made.xy_km).all(axis=1).tolist() == [False, False, True, False, False]


def test_many_samples_are_thinned_before_they_are_projected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_POINTS", 100)
    times = np.tile(np.arange(1000.0), 3)
    owner = np.repeat([0, 1, 2], 1000)
    made = trails(owner, times, 0.5 * np.sin(times / 100.0), 0.001 * times + owner, CANVAS)
    assert made.owner.tolist() == [0, 1, 2]
    assert made.last_xy_km[0, 0] == pytest.approx(0.999 * 111.2, rel=1e-2), "the last place is exact"
    assert 20 < len(made.xy_km) < 110


def test_no_samples_give_no_trails() -> None:
    nothing = np.empty(0)
    made = trails(np.empty(0, dtype=np.int64), nothing, nothing, nothing, CANVAS)
    assert len(made.xy_km) == len(made.owner) == 0
