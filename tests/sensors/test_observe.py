"""All sensors together: sorted, and the same whatever else is simulated."""

from itertools import pairwise

import numpy as np
import pytest
from tests.sensors.made import PASSIVE, RADAR_2D, RADAR_3D, RECEIVER, same, sensors
from tests.world.made import AIRPORTS, exercise, flights, incoming

from kizuna.messages.check import check
from kizuna.messages.detection import Detections
from kizuna.sensors import observe as module
from kizuna.sensors.observe import observe
from kizuna.sensors.plots import Sensor
from kizuna.sensors.reach import Pieces, Stretches
from kizuna.world.flights import Flights
from kizuna.world.traffic import build

SEED = 3
ASKED = exercise(flights(60), incoming(4), duration_s=900.0)
WINDOW = ASKED.start_s, ASKED.end_s
TOKYO = {**RADAR_3D, **AIRPORTS["RJTT"], "sensor": "tokyo", "clutter_per_scan": 3.0}
GUAM = {**RADAR_2D, **AIRPORTS["PGUM"], "sensor": "guam", "clutter_per_scan": 2.0}
DARWIN = {**RECEIVER, **AIRPORTS["YPDN"], "sensor": "darwin"}
SYDNEY = {**PASSIVE, **AIRPORTS["YSSY"], "sensor": "sydney", "clutter_per_scan": 1.0}
EVERYWHERE = (TOKYO, GUAM, DARWIN, SYDNEY)


@pytest.fixture(scope="module")
def world() -> Flights:
    return build(ASKED, ".")


@pytest.fixture(scope="module")
def whole(world: Flights) -> Detections:
    return observe(world, sensors(*EVERYWHERE), *WINDOW, SEED)


def test_the_table_is_sound(whole: Detections) -> None:
    check(whole, "detections")
    assert set(whole.sensor.values()) == {"tokyo", "guam", "darwin", "sydney"}
    assert whole.time.min() >= WINDOW[0]
    assert whole.time.max() < WINDOW[1]


def test_the_same_seed_gives_the_same_and_another_does_not(world: Flights, whole: Detections) -> None:
    assert same(whole, observe(world, sensors(*EVERYWHERE), *WINDOW, SEED))
    assert not same(whole, observe(world, sensors(*EVERYWHERE), *WINDOW, SEED + 1))


@pytest.mark.parametrize("row", EVERYWHERE, ids=[row["sensor"] for row in EVERYWHERE])
def test_another_sensor_changes_nothing(row: dict[str, float], world: Flights, whole: Detections) -> None:
    alone = observe(world, sensors(row), *WINDOW, SEED)
    assert len(alone) > 100
    assert same(alone, whole.take(whole.sensor.equal(str(row["sensor"]))))


def test_another_object_changes_nothing(whole: Detections) -> None:
    more = build(exercise(flights(90), incoming(9), duration_s=900.0), ".")
    seen = observe(more, sensors(*EVERYWHERE), *WINDOW, SEED)
    known = {*build(ASKED, ".").names, None}
    rows = np.array([name in known for name in seen.object.values()])
    assert not rows.all()
    assert same(whole, seen.take(rows))


def test_the_window_changes_nothing(world: Flights, whole: Detections) -> None:
    table = sensors(*EVERYWHERE)
    edges = [WINDOW[0], WINDOW[0] + 1.0, WINDOW[0] + 333.3, WINDOW[0] + 700.0, WINDOW[1]]
    parts = [observe(world, table, a, b, SEED) for a, b in pairwise(edges)]
    assert same(whole, Detections.join(parts))


def test_the_coarse_look_changes_nothing(
    world: Flights, whole: Detections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, every object is worked out for every sensor all the time, with the same result."""

    def everything(parts: Pieces, sensor: Sensor) -> Stretches:
        return Stretches(parts.object, parts.start_s, parts.end_s)

    monkeypatch.setattr(module, "within", everything)
    assert same(whole, observe(world, sensors(*EVERYWHERE), *WINDOW, SEED))


def test_nobody_and_nothing(world: Flights) -> None:
    assert len(observe(world, sensors(TOKYO).take(np.zeros(0, dtype=np.int64)), *WINDOW, SEED)) == 0
    quiet = sensors(*({**row, "clutter_per_scan": 0.0} for row in EVERYWHERE))
    assert len(observe(Flights.join([]), quiet, *WINDOW, SEED)) == 0
    assert len(observe(world, quiet, WINDOW[0] - 1e7, WINDOW[0] - 1e7 + 60.0, SEED)) == 0
