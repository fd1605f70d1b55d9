"""A small exercise that is right, and a way to spoil it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kizuna.errors import InputError
from kizuna.scenario.read import read

RIGHT = """\
exercise: two
title: Two nations
notional: All of it.
start: 2018-08-01T05:00:00Z
duration_s: 600
seed: 1
airports:
  GVA: {lat_deg: 46.24, lon_deg: 6.11, alt_m: 430}
  ZRH: {lat_deg: 47.46, lon_deg: 8.55, alt_m: 432}
sensor_types:
  en_route:
    kind: radar
    period_s: 4
    sigma_range_m: 50
    sigma_azimuth_deg: 0.1
    max_range_m: 150000
traffic:
  - source: flights
    name: civil
    count: 3
    between: [ZRH, GVA]
    cruise_alt_m: [9000, 12000]
sensors:
  - sensor: west
    nation: CHE
    type: en_route
    airport: GVA
    mast_m: 20
  - sensor: east
    nation: FRA
    kind: position
    lat_deg: 47.5
    lon_deg: 7.5
    alt_m: 270
    sigma_position_m: 30
    period_s: 1
nodes:
  - {node: CHE, nation: CHE}
  - {node: FRA, nation: FRA}
links:
  - {from: CHE, to: FRA, delay_s: 0.1, both_ways: true}
variants:
  - {variant: national, share: nothing}
  - {variant: shared, share: detections}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write an exercise file."""

    def writer(text: str) -> Path:
        path = tmp_path / "two.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return writer


@pytest.fixture
def right(write: Callable[[str], Path]) -> Path:
    """An exercise file in which all is right."""
    return write(RIGHT)


@pytest.fixture
def refusal(write: Callable[[str], Path]) -> Callable[[str, str], str]:
    """What is said about the right exercise with one piece of text changed, without the file's name."""

    def spoil(old: str, new: str) -> str:
        assert RIGHT.count(old), old
        path = write(RIGHT.replace(old, new, 1))
        with pytest.raises(InputError) as caught:
            read(path)
        sentence = str(caught.value)
        assert sentence.startswith(f"{path}: ")
        assert "\n" not in sentence
        return sentence.removeprefix(f"{path}: ")

    return spoil


@pytest.fixture(scope="session")
def exercise_text() -> str:
    """Text of an exercise in which all is right."""
    return RIGHT
