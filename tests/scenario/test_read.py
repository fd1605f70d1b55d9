"""An exercise that is right is read as it stands, with what its sensors take over from types and airports."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from kizuna.messages import codec
from kizuna.scenario.model import Exercise
from kizuna.scenario.read import read
from kizuna.scenario.table import sensors_table
from kizuna.scenario.traffic import FlightsTraffic, IncomingTraffic, RecordedTraffic

ALL_SOURCES = """\
traffic:
  - {source: recorded, file: flights.parquet}
  - source: incoming
    name: low
    count: 2
    kind: cruise
    from: {lat_deg: [20, 25], lon_deg: [170, -170]}
    towards: [ZRH]
    alt_m: [50, 100]
    speed_mps: [200, 250]
"""


def test_times_are_seconds_since_1970(right: Path) -> None:
    exercise = read(right)
    assert exercise.start_s == 1_533_099_600.0
    assert exercise.end_s - exercise.start_s == exercise.duration_s == 600.0


def test_a_sensor_takes_over_its_type_and_its_airport(right: Path) -> None:
    sensors = sensors_table(read(right))
    assert sensors.sensor.values() == ["west", "east"]
    assert sensors.kind.values() == ["radar", "position"]
    np.testing.assert_array_equal(sensors.period_s, [4.0, 1.0])
    np.testing.assert_array_equal(sensors.lat_deg, [46.24, 47.5])
    np.testing.assert_array_equal(sensors.alt_m, [450.0, 270.0])  # the airport's ground and the mast


def test_a_sensor_may_say_otherwise_than_its_type(right: Path, write: Callable[[str], Path]) -> None:
    text = right.read_text(encoding="utf-8").replace("mast_m: 20", "period_s: 5")
    assert read(write(text)).sensors[0].period_s == 5.0


def test_keys_may_also_be_merged_in_yaml(right: Path, write: Callable[[str], Path]) -> None:
    text = right.read_text(encoding="utf-8").replace("en_route:", "en_route: &en_route", 1)
    merged = write(text.replace("    type: en_route", "    <<: *en_route"))
    assert read(merged).sensors[0].period_s == 4.0


def test_defaults_are_filled_in(right: Path) -> None:
    sensors = sensors_table(read(right))
    np.testing.assert_array_equal(sensors.pd, [0.9, 0.9])
    np.testing.assert_array_equal(sensors.clutter_per_scan, [0.0, 0.0])
    np.testing.assert_array_equal(
        sensors.sigma_altitude_m, [np.nan, 25.0]
    )  # a radar has none unless it says so
    assert np.isnan(sensors.max_range_m[1])


def test_a_table_of_sensors_is_fit_to_be_written(right: Path, tmp_path: Path) -> None:
    codec.write(sensors_table(read(right)), tmp_path / "sensors.parquet")
    assert len(codec.read(type(sensors_table(read(right))), tmp_path / "sensors.parquet")) == 2


def test_a_node_hears_its_nations_sensors_unless_it_says_which(
    right: Path, write: Callable[[str], Path]
) -> None:
    exercise = read(right)
    assert [exercise.sensors_of(node) for node in exercise.nodes] == [("west",), ("east",)]
    text = right.read_text(encoding="utf-8").replace("nation: FRA}", "nation: FRA, sensors: [west, east]}")
    exercise = read(write(text))
    assert exercise.sensors_of(exercise.nodes[1]) == ("west", "east")


def test_a_link_both_ways_is_two_links(right: Path) -> None:
    there, back = read(right).directed_links()
    assert (there.from_, there.to, back.from_, back.to) == ("CHE", "FRA", "FRA", "CHE")
    assert there.delay_s == back.delay_s == 0.1


def test_all_sources_of_traffic(right: Path, write: Callable[[str], Path]) -> None:
    (right.parent / "flights.parquet").touch()
    exercise = read(write(right.read_text(encoding="utf-8").replace("traffic:\n", ALL_SOURCES)))
    recorded, incoming, flights = exercise.traffic
    assert isinstance(recorded, RecordedTraffic)
    assert isinstance(incoming, IncomingTraffic)
    assert isinstance(flights, FlightsTraffic)
    assert incoming.from_.lon_deg == (170.0, -170.0)
    assert not incoming.identity


def test_records_are_frozen(right: Path) -> None:
    exercise = read(right)
    with pytest.raises(ValidationError, match="frozen"):
        exercise.seed = 2  # type: ignore[misc]


def test_an_exercise_survives_its_own_json(right: Path) -> None:
    exercise = read(right)
    again = Exercise.model_validate(exercise.model_dump(by_alias=True))
    assert again == exercise


def test_line_ends_and_byte_order_marks_of_other_systems_are_read(right: Path, tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + right.read_bytes().replace(b"\n", b"\r\n"))
    assert read(path) == read(right)
