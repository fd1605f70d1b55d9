"""Exercises share tracks over any topology: one picture, one number for each object, and fewer bytes."""

import json
from pathlib import Path
from typing import Any

import pytest

from kizuna.exercise.node import feeds
from kizuna.exercise.run import run
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.score import score
from kizuna.scenario.read import read

same_number_in_steady_state = 0.98
STEADY_S = 30.0
"""Until then all begin at once, and number the same objects before they have heard of one another."""
EXERCISE = """
exercise: four
title: Four neighbours in a row
notional: Everything in it is notional.
start: 2030-01-01T00:00:00Z
duration_s: 240
seed: 4
airports:
  A: {lat_deg: 35.0, lon_deg: 138.0, alt_m: 10}
  B: {lat_deg: 35.0, lon_deg: 140.0, alt_m: 10}
  C: {lat_deg: 35.0, lon_deg: 142.0, alt_m: 10}
  D: {lat_deg: 35.0, lon_deg: 144.0, alt_m: 10}
traffic:
  - {source: flights, name: civil, count: 25, between: [A, D], kind: aircraft,
     cruise_alt_m: [9000, 11000], cruise_mps: [220, 250], under_way: true}
sensor_types:
  radar: {kind: radar, sigma_range_m: 60, sigma_azimuth_deg: 0.08, sigma_elevation_deg: 0.1,
          max_range_m: 250000, period_s: 4, pd: 0.9, clutter_per_scan: 1}
sensors:
  - {sensor: a, nation: A, type: radar, airport: A, mast_m: 20}
  - {sensor: b, nation: B, type: radar, airport: B, mast_m: 20}
  - {sensor: c, nation: C, type: radar, airport: C, mast_m: 20}
  - {sensor: d, nation: D, type: radar, airport: D, mast_m: 20}
nodes: [{node: A, nation: A}, {node: B, nation: B}, {node: C, nation: C}, {node: D, nation: D}]
links:
  - {from: A, to: B, delay_s: 0.2, both_ways: true}
  - {from: A, to: C, delay_s: 0.2, both_ways: true}
  - {from: A, to: D, delay_s: 0.2, both_ways: true}
  - {from: B, to: C, delay_s: 0.2, both_ways: true}
  - {from: B, to: D, delay_s: 0.2, both_ways: true}
  - {from: C, to: D, delay_s: 0.2, both_ways: true}
variants:
  - {variant: national, share: nothing}
  - {variant: detections, share: detections}
  - {variant: mesh, share: tracks}
  - {variant: ring, share: tracks, topology: ring}
  - {variant: hub, share: tracks, topology: hub, hub: B}
"""


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The summary of each variant."""
    folder = tmp_path_factory.mktemp("four")
    (folder / "four.yaml").write_text(EXERCISE)
    run(folder / "four.yaml", folder / "out", None, (), "kizuna run four.yaml", lambda what, share: None)
    made: dict[str, Any] = json.loads((folder / "out" / "summary.json").read_text())["variants"]
    truth = codec.read(Truth, folder / "out" / "truth.parquet")
    for name, summary in made.items():
        tracks = codec.read(Tracks, folder / "out" / name / "tracks.parquet")
        steady = tracks.take(tracks.time >= truth.time[0] + STEADY_S)
        summary["steady"] = score(truth, steady, 2000.0).overall
    return made


def bytes_of(summary: dict[str, Any]) -> int:
    """What a variant has sent over all links."""
    return sum(link["bytes"] for link in summary["links"].values())


@pytest.mark.parametrize("variant", ["mesh", "ring", "hub"])
def test_all_nodes_hold_one_picture_under_one_set_of_numbers(variants: dict[str, Any], variant: str) -> None:
    """The picture is nearly as complete as that of shared detections, and far more than a nation's own."""
    shared, alone, whole = variants[variant], variants["national"], variants["detections"]
    assert shared["steady"]["same_number"] > same_number_in_steady_state
    assert shared["completeness"] > alone["completeness"] + 0.2
    assert shared["completeness"] > whole["completeness"] - 0.02
    assert shared["rmse_m"] < alone["rmse_m"]
    assert shared["spurious"] < whole["spurious"] + 0.02


def test_numbers_differ_where_nobody_agrees(variants: dict[str, Any]) -> None:
    """The measure can fail."""
    assert variants["national"]["steady"]["same_number"] < 0.1


def test_a_topology_uses_its_links_alone(variants: dict[str, Any]) -> None:
    """A ring of four has four links each way; a hub three."""
    counts = {name: len(summary["links"]) for name, summary in variants.items()}
    assert counts == {"national": 12, "detections": 12, "mesh": 12, "ring": 8, "hub": 6}
    assert 0 < bytes_of(variants["mesh"]) < bytes_of(variants["detections"])


def test_what_a_node_gets_to_know_of_comes_over_the_shortest_way(tmp_path: Path) -> None:
    """On the ring, C's tracks reach A by way of B or D: two links, and half a period of waiting."""
    (tmp_path / "four.yaml").write_text(EXERCISE)
    exercise = read(tmp_path / "four.yaml")
    heard = {
        variant.variant: {feed.sensor: feed.delay_s for feed in feeds(exercise, variant)["A"]}
        for variant in exercise.variants
    }
    assert heard["national"] == {"a": 0.0}
    assert heard["detections"] == {"a": 0.0, "b": 0.2, "c": 0.2, "d": 0.2}
    assert heard["ring"] == pytest.approx({"a": 0.0, "b": 2.7, "d": 2.7, "c": 2.9})
    assert heard["hub"] == pytest.approx({"a": 0.0, "b": 2.7, "c": 2.9, "d": 2.9})
