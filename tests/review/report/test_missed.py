"""Each reason for a miss is found where the geometry and the detections make it the only one."""

from dataclasses import replace

import numpy as np
import pytest

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.truth import Truth
from kizuna.review.report.material import Feed, NodeResult, ReportMaterial
from kizuna.review.report.missed import (
    BELOW,
    DELAYED,
    FORMING,
    MEANINGS,
    MOST_SAMPLES,
    OUTSIDE,
    REASONS,
    UNDETECTED,
    classify,
    missed,
)
from kizuna.review.report.paths import Paths, Sightings

NEAR, LOW, FAR, AWAY = range(4)
OBJECTS = ("near", "low", "far", "away")
LAT = np.array([1.0, 2.0, 6.0, 1.0])
ALT = np.array([9000.0, 50.0, 9000.0, 9000.0])
LON = np.array([0.0, 0.0, 0.0, 90.0])


def radars() -> Sensors:
    """One at 0° 0° and one at 1° 90°: 300 km of range, a scan in 10 s."""
    return Sensors.of(
        sensor=["own", "ally"],
        nation=["A", "B"],
        kind=["radar", "radar"],
        lat_deg=[0.0, 1.0],
        lon_deg=[0.0, 90.0],
        alt_m=[30.0, 30.0],
        sigma_range_m=[50.0, 50.0],
        sigma_azimuth_deg=[0.1, 0.1],
        max_range_m=[300_000.0, 300_000.0],
        period_s=[10.0, 10.0],
    )


def seen(*rows: tuple[float, str, str], kind: str = "radar") -> Sightings:
    """Detections of (time, sensor, object)."""
    ordered = sorted(rows)
    table = Detections.of(
        time=[row[0] for row in ordered],
        sensor=[row[1] for row in ordered],
        kind=[kind] * len(ordered),
        object=[row[2] for row in ordered],
    )
    return Sightings.of(table, OBJECTS)


def reasons(
    times: list[float],
    sightings: Sightings,
    feeds: tuple[Feed, ...] = (Feed("own"),),
    sensors: Sensors | None = None,
) -> list[int]:
    """Why each of the four objects was missed at each time."""
    objects = np.arange(4) if len(times) == 4 else np.zeros(len(times), dtype=np.int64)
    place = (LAT[objects], LON[objects], ALT[objects])
    return classify(np.array(times), objects, place, feeds, sensors or radars(), sightings).tolist()


def test_without_detections_geometry_decides() -> None:
    found = reasons([100.0] * 4, seen((100.0, "ally", "away")))
    assert found == [UNDETECTED, BELOW, OUTSIDE, OUTSIDE]


def test_another_sensor_of_the_node_opens_its_own_coverage() -> None:
    feeds = (Feed("own"), Feed("ally", 2.0))
    assert reasons([100.0] * 4, seen((0.0, "ally", "away")), feeds)[AWAY] == UNDETECTED


def test_a_recent_detection_means_that_a_track_is_forming_until_three_scans_have_passed() -> None:
    sightings = seen((100.0, "own", "near"))
    assert reasons([99.9, 100.0, 129.9, 130.0, 131.0], sightings) == [
        UNDETECTED,
        FORMING,
        FORMING,
        UNDETECTED,
        UNDETECTED,
    ]


def test_a_detection_is_delayed_while_it_is_on_the_link() -> None:
    feeds = (Feed("ally", 4.0),)
    place = (LAT[[AWAY] * 3], LON[[AWAY] * 3], ALT[[AWAY] * 3])
    times = np.array([100.5, 103.9, 104.0])
    sightings = seen((100.0, "ally", "away"))
    found = classify(times, np.full(3, AWAY), place, feeds, radars(), sightings)
    assert found.tolist() == [DELAYED, DELAYED, FORMING]


def test_an_earlier_detection_that_has_arrived_goes_before_one_under_way() -> None:
    place = (LAT[[AWAY]], LON[[AWAY]], ALT[[AWAY]])
    sightings = seen((90.0, "ally", "away"), (100.0, "ally", "away"))
    found = classify(np.array([101.0]), np.array([AWAY]), place, (Feed("ally", 4.0),), radars(), sightings)
    assert found.tolist() == [FORMING]


def test_an_own_detection_goes_before_an_allys_delay() -> None:
    feeds = (Feed("ally", 60.0), Feed("own"))
    assert reasons([100.0], seen((99.0, "own", "near"), (99.5, "ally", "near")), feeds) == [FORMING]


def test_a_position_receiver_reaches_only_objects_that_report_their_position() -> None:
    receiver = Sensors.of(
        sensor=["own"], nation=["A"], kind=["position"], sigma_position_m=[30.0], period_s=[1.0]
    )
    sightings = seen((0.0, "own", "away"), kind="position")
    assert reasons([100.0] * 4, sightings, sensors=receiver) == [OUTSIDE, OUTSIDE, OUTSIDE, UNDETECTED]


def test_unknown_detections_leave_geometry_alone() -> None:
    nothing = Sightings.of(Detections.empty(), OBJECTS)
    assert reasons([100.0] * 4, nothing) == [UNDETECTED, BELOW, OUTSIDE, OUTSIDE]


def test_a_node_without_sensors_has_no_coverage() -> None:
    assert reasons([100.0] * 4, seen((100.0, "own", "near")), feeds=()) == [OUTSIDE] * 4


def test_a_feed_without_its_sensor_is_refused() -> None:
    with pytest.raises(ValueError, match="feed 'ghost' is not among the sensors"):
        reasons([0.0], seen((0.0, "own", "near")), (Feed("ghost"),))


def made_result(count: int, compared: int) -> tuple[NodeResult, Paths, Sightings]:
    """A node that missed `low` and `near` in turn, `count` times."""
    times = np.arange(float(count))
    truth = Truth.of(
        time=np.repeat([0.0, float(count)], 4),
        object=list(OBJECTS) * 2,
        lat_deg=np.tile(LAT, 2),
        lon_deg=np.tile(LON, 2),
        alt_m=np.tile(ALT, 2),
    )
    objects = Labels.of([OBJECTS[number % 2] for number in range(count)])
    result = NodeResult(
        "A", {}, feeds=(Feed("own"),), missed_time_s=times, missed_object=objects, compared=compared
    )
    return result, Paths.of(truth), Sightings.of(Detections.empty(), OBJECTS)


def test_shares_are_of_all_that_was_compared() -> None:
    result, paths, sightings = made_result(count=10, compared=40)
    found = missed(result, "national", 1, radars(), paths, sightings)
    assert found.share.tolist() == [0.0, 0.125, 0.125, 0.0, 0.0]
    assert found.lat_deg == pytest.approx(np.tile([1.0, 2.0], 5), abs=1e-9)


def test_a_large_run_is_sampled_fairly_and_the_same_each_time() -> None:
    """One percent is three standard deviations of a share of a half in 8,000 samples, and some more."""
    result, paths, sightings = made_result(count=5 * MOST_SAMPLES, compared=10 * MOST_SAMPLES)
    found = missed(result, "national", 1, radars(), paths, sightings)
    again = missed(result, "national", 1, radars(), paths, sightings)
    assert len(found.reason) == MOST_SAMPLES
    assert np.array_equal(found.reason, again.reason)
    assert found.share.sum() == pytest.approx(0.5)
    assert found.share[BELOW] == pytest.approx(0.25, abs=0.01)


def test_a_missed_object_that_the_truth_does_not_have_is_refused() -> None:
    result, paths, sightings = made_result(count=2, compared=2)
    strange = replace(result, missed_object=Labels.of(["near", "ghost"]))
    with pytest.raises(ValueError, match="object 'ghost' was missed"):
        missed(strange, "national", 1, radars(), paths, sightings)


def test_each_reason_has_a_name_and_a_meaning() -> None:
    assert len(REASONS) == len(MEANINGS) == FORMING + 1


def test_the_made_up_exercise_shows_why_low_flyers_are_missed(material: ReportMaterial) -> None:
    paths = Paths.of(material.truth)
    sightings = Sightings.of(material.detections, paths.names)
    result = material.variants[1].nodes[0]
    found = missed(result, "shared", 7, material.sensors, paths, sightings)
    assert found.share.sum() == pytest.approx(1.0 - result.measures["completeness"])
    assert (found.share[[OUTSIDE, BELOW, FORMING]] > 0.0).all()
