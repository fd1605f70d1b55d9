"""Positions between samples lie on the way, and the last sighting is the last one."""

import numpy as np
import pytest

from kizuna.geo.geodesic import along
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.truth import Truth
from kizuna.review.report.paths import Moments, Paths, Sightings, codes_of
from kizuna.seeds import generator

CHORD_M = 1.0
"""How far the chord between two samples 2.5 km apart may cut below the arc."""


def two_objects() -> Truth:
    """`b` flies north for 100 s, `a` stands at 170° W for 50 s."""
    lat, lon = along(10.0, 179.9, 10.2, -179.9, np.linspace(0.0, 1.0, 11))
    return Truth.of(
        time=[*np.arange(0.0, 101.0, 10.0), *np.full(2, 100.0)],
        object=["b"] * 11 + ["a"] * 2,
        lat_deg=[*lat, 0.0, 0.0],
        lon_deg=[*lon, -170.0, -170.0],
        alt_m=[5000.0] * 11 + [100.0] * 2,
    )


def test_between_samples_an_object_is_on_its_way_also_across_the_date_line() -> None:
    paths = Paths.of(two_objects())
    assert paths.names == ("b", "a")
    lat, lon, alt = paths.at(np.zeros(3, dtype=np.int64), np.array([5.0, 52.5, 95.0]))
    wanted = along(10.0, 179.9, 10.2, -179.9, np.array([0.05, 0.525, 0.95]))
    assert lat == pytest.approx(wanted[0], abs=1e-5)
    assert (lon - wanted[1] + 180.0) % 360.0 - 180.0 == pytest.approx(np.zeros(3), abs=1e-5)
    assert alt == pytest.approx(np.full(3, 5000.0), abs=CHORD_M)


def test_before_its_first_and_after_its_last_sample_an_object_stays() -> None:
    lat, lon, _ = Paths.of(two_objects()).at(np.array([0, 0, 1, 1]), np.array([-50.0, 500.0, 0.0, 200.0]))
    assert lat == pytest.approx([10.0, 10.2, 0.0, 0.0])
    assert lon == pytest.approx([179.9, -179.9, -170.0, -170.0])


def test_names_without_samples_are_left_out() -> None:
    truth = two_objects().take(slice(11, 13))
    assert Paths.of(truth).names == ("a",)


def test_the_last_moment_is_that_of_a_plain_search() -> None:
    dice = generator(1, "moments")
    codes, times = dice.integers(0, 6, 300), np.round(dice.uniform(0.0, 50.0, 300), 1)
    moments = Moments.of(codes, times)
    asked_codes, asked_times = dice.integers(0, 8, 200), np.round(dice.uniform(-5.0, 60.0, 200), 1)
    place = moments.last(asked_codes, asked_times)
    for code, time, found in zip(asked_codes, asked_times, place, strict=True):
        before = times[(codes == code) & (times <= time)]
        assert (found >= 0) == bool(len(before))
        if len(before):
            row = moments.order[found]
            assert (codes[row], times[row]) == (code, before.max())


def test_clutter_is_no_sighting() -> None:
    detections = Detections.of(time=[1.0, 2.0], sensor=["s", "s"], kind=["radar"] * 2, object=["a", None])
    sightings = Sightings.of(detections, ("a",))
    assert sightings.last_s("s", np.array([0, 0]), np.array([0.5, 9.0])).tolist() == [-np.inf, 1.0]
    assert sightings.last_s("unheard", np.array([0]), np.array([9.0])).tolist() == [-np.inf]


def test_a_stranger_is_named() -> None:
    with pytest.raises(ValueError, match="object 'x'"):
        codes_of(Labels.of(["a", "x"]), ("a", "b"))
