"""The exercises that ship are right, notional where they say so, and as large as the documentation says."""

from pathlib import Path

import numpy as np
import pytest

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.messages import codec
from kizuna.messages.truth import Truth
from kizuna.scenario.model import Exercise
from kizuna.scenario.read import read
from kizuna.scenario.table import sensors_table
from kizuna.scenario.traffic import FlightsTraffic, IncomingTraffic, RecordedTraffic

EXERCISES = Path(__file__).parents[2] / "examples" / "exercises"
RECORDING = EXERCISES.parent / "data" / "switzerland-2018-08-01.parquet"


@pytest.fixture(scope="module")
def alps() -> Exercise:
    """The exercise with recorded flights."""
    return read(EXERCISES / "alps.yaml")


@pytest.fixture(scope="module")
def trilateral() -> Exercise:
    """The exercise in the Indo-Pacific."""
    return read(EXERCISES / "trilateral.yaml")


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_exercise_that_ships_is_right_and_says_what_is_notional(path: Path) -> None:
    exercise = read(path)
    assert exercise.exercise == path.stem
    assert "notional" in exercise.notional
    assert exercise.variants[0].share == "nothing"
    assert all(variant.share != "nothing" for variant in exercise.variants[1:])
    codec.to_arrow(sensors_table(exercise))


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_message_comes_later_than_a_node_waits(path: Path) -> None:
    exercise = read(path)
    window_s = min(variant.window_s for variant in exercise.variants if variant.share != "nothing")
    assert all(link.delay_s + link.jitter_s < window_s for link in exercise.links)


def test_the_recording_is_read_as_truth() -> None:
    truth = codec.read(Truth, RECORDING)
    assert len(truth) == 50_905
    assert len(set(truth.object.values())) == 408


def test_the_alps_last_as_long_as_the_recording(alps: Exercise) -> None:
    truth = codec.read(Truth, RECORDING)
    assert alps.start_s <= truth.time[0]
    assert truth.time[-1] <= alps.end_s
    assert isinstance(alps.traffic[0], RecordedTraffic)


def test_each_alpine_nation_reaches_a_part_and_together_they_reach_nearly_all(alps: Exercise) -> None:
    truth = codec.read(Truth, RECORDING)
    aircraft = geodetic_to_ecef(truth.lat_deg, truth.lon_deg, truth.alt_m)
    sensors = sensors_table(alps)
    sites = geodetic_to_ecef(sensors.lat_deg, sensors.lon_deg, sensors.alt_m)
    reached: dict[str | None, np.ndarray] = {}
    for site, range_m, nation in zip(sites, sensors.max_range_m, sensors.nation.values(), strict=True):
        within = np.linalg.norm(aircraft - site, axis=1) < range_m
        reached[nation] = reached.get(nation, np.zeros(len(truth), dtype=bool)) | within
    parts = [part.mean() for part in reached.values()]
    assert len(parts) == 3
    assert all(0.4 < part < 0.65 for part in parts)
    assert 0.95 < np.any(list(reached.values()), axis=0).mean() < 1.0


def test_the_trilateral_exercise_is_as_large_as_it_says(trilateral: Exercise) -> None:
    assert [node.node for node in trilateral.nodes] == ["JPN", "USA", "AUS", "GBR"]
    assert len(trilateral.sensors) == 30
    assert sum(traffic.count for traffic in trilateral.traffic if isinstance(traffic, FlightsTraffic)) == 300
    incoming = [traffic for traffic in trilateral.traffic if isinstance(traffic, IncomingTraffic)]
    assert sum(traffic.count for traffic in incoming if traffic.kind == "cruise") == 12
    assert not any(traffic.identity for traffic in incoming)


def test_the_opponent_is_fictional_and_said_to_be(trilateral: Exercise) -> None:
    nations = {traffic.nation for traffic in trilateral.traffic if isinstance(traffic, IncomingTraffic)}
    assert nations == {"Kestria"}
    assert "Kestria, does not exist" in trilateral.notional
