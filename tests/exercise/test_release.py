"""Rules of release in an exercise: each nation decides by its file, nodes outside hear words, all is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from kizuna.bus.journal import read_events
from kizuna.errors import InputError
from kizuna.exercise.live import session_of
from kizuna.exercise.run import run
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.scenario.read import read

EXERCISE = """
exercise: three
title: Two allies and one outside
notional: Everything in it is notional.
start: 2030-01-01T00:00:00Z
duration_s: 120
seed: 4
airports:
  West: {lat_deg: 35.0, lon_deg: 138.0, alt_m: 10}
  East: {lat_deg: 35.0, lon_deg: 141.0, alt_m: 10}
traffic:
  - {source: flights, name: civil, count: 12, between: [West, East], cruise_alt_m: [9000, 11000]}
sensor_types:
  radar: {kind: radar, sigma_range_m: 60, sigma_azimuth_deg: 0.08, sigma_elevation_deg: 0.1,
          max_range_m: 300000, period_s: 4, pd: 0.9, clutter_per_scan: 1}
sensors:
  - {sensor: west, nation: ABC, type: radar, airport: West, mast_m: 20}
  - {sensor: east, nation: XYZ, type: radar, airport: East, mast_m: 20}
nodes:
  - {node: ABC, nation: ABC, marking: OPEN}
  - {node: XYZ, nation: XYZ}
  - {node: OUT, nation: OUT, outside: true}
links:
  - {from: ABC, to: XYZ, delay_s: 0.2, both_ways: true}
  - {from: XYZ, to: OUT, delay_s: 0.2, both_ways: true}
areas: {sea: {lat_deg: [30, 40], lon_deg: [139, 150]}}
phases: [{phase: calm, from_s: 0}, {phase: tense, from_s: 60}]
release: {ABC: rules/abc.cedar}
notices:
  - {from: ABC, to: [OUT, XYZ], at_s: 10, text: Passed on., area: sea}
  - {from: ABC, to: [OUT, XYZ], at_s: 20, text: Not released.}
  - {from: ABC, to: [XYZ], at_s: 30, text: Not addressed to others., area: sea}
variants:
  - {variant: free, share: tracks, rules: false}
  - {variant: ruled, share: tracks}
"""
RULES = """
@id("tense") permit (principal, action, resource)
when { resource.kind == "tracks" && resource.marking == "OPEN" && context.phase == "tense" };
@id("words") permit (principal, action, resource)
when { resource.kind == "notices" && resource.areas.contains("sea") };
"""


def silent(what: str, share: float) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What came of it."""
    folder = tmp_path_factory.mktemp("three")
    (folder / "rules").mkdir()
    (folder / "rules" / "abc.cedar").write_text(RULES)
    (folder / "three.yaml").write_text(EXERCISE)
    run(folder / "three.yaml", folder / "out", None, (), "kizuna run three.yaml", silent)
    return folder / "out"


def heard(out: Path, variant: str) -> list[tuple[str, str]]:
    """Which node other than its sender has heard which notice."""
    events = [event for event in read_events(out / variant) if event["kind"] == "notice"]
    return [(event["node"], event["text"]) for event in events if event["node"] != event["originator"]]


def told(out: Path, variant: str, node: str, before_s: float, after_s: float = 0.0) -> bool:
    """Whether a node's picture holds the other's tracks at some time of the exercise."""
    tracks = codec.read(Tracks, out / variant / "tracks.parquet")
    since = tracks.time - tracks.time[0]
    rows = tracks.node.equal(node) & (since < before_s) & (since >= after_s)
    other = "ABC" if node == "XYZ" else "XYZ"
    return any(other in (text or "").split(" ") for text in tracks.take(rows).originator.values())


def test_rules_decide_who_sees_what_and_when(out: Path) -> None:
    """ABC tells from the second minute on; XYZ, which has no rules, tells nothing."""
    assert told(out, "free", "XYZ", 60.0)
    assert told(out, "free", "ABC", 60.0)
    assert not told(out, "ruled", "XYZ", 60.0)
    assert told(out, "ruled", "XYZ", 130.0, after_s=70.0)
    assert not told(out, "ruled", "ABC", 130.0)


def test_words_go_to_whom_they_are_addressed_if_they_are_released(out: Path) -> None:
    """Also over a relay; and without rules, by their address alone."""
    passed_on, private = "Passed on.", "Not addressed to others."
    assert heard(out, "ruled") == [("XYZ", passed_on), ("OUT", passed_on), ("XYZ", private)]
    assert set(heard(out, "free")) == {
        *heard(out, "ruled"),
        ("XYZ", "Not released."),
        ("OUT", "Not released."),
    }


def test_a_node_outside_has_no_picture_and_is_not_measured(out: Path) -> None:
    """In both variants; what its peer would have sent is counted."""
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())["variants"]
    for variant in ("free", "ruled"):
        assert "OUT" not in set(codec.read(Tracks, out / variant / "tracks.parquet").node.values())
        assert set(summary[variant]["nodes"]) == {"ABC", "XYZ"}
        stopped = [entry for entry in summary[variant]["released"]["XYZ"] if entry["to"] == "OUT"]
        assert all(entry["kind"] == "notices" or not entry["released"] for entry in stopped)
        assert any(entry["rule"] == "(outside the alliance)" for entry in stopped)


def test_the_run_counts_by_rule(out: Path) -> None:
    """In the summary, and in the journal at the end."""
    summary = json.loads((out / "summary.json").read_text())["variants"]["ruled"]["released"]["ABC"]
    rules = {(entry["to"], entry["rule"], entry["released"]): entry["records"] for entry in summary}
    assert rules["XYZ", "tense", True] > 0
    assert rules["XYZ", "(no rule permits it)", False] > 0
    assert rules["XYZ", "words", True] == 2
    last = [event for event in read_events(out / "ruled") if event["kind"] == "release"]
    assert last[0]["decisions"] == summary


def test_bad_rules_are_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "abc.cedar").write_text("permit (principal);")
    (tmp_path / "three.yaml").write_text(EXERCISE)
    with pytest.raises(InputError, match=r"abc\.cedar: line 1: the policy that begins here is not Cedar"):
        run(tmp_path / "three.yaml", tmp_path / "out", None, (), "kizuna run three.yaml", silent)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("variant", "same"), [("ruled", False), ("free", True)])
def test_what_a_live_node_has_kept_is_dropped_when_rules_have_changed(
    tmp_path: Path, variant: str, same: bool
) -> None:
    """Its outbox belongs to a session; where all is released, rules make no difference to that."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "abc.cedar").write_text(RULES)
    (tmp_path / "three.yaml").write_text(EXERCISE)
    exercise = read(tmp_path / "three.yaml")
    [asked] = [each for each in exercise.variants if each.variant == variant]
    sessions = []
    for rules in (RULES, RULES, RULES.replace("OPEN", "CLOSED")):
        (tmp_path / "rules" / "abc.cedar").write_text(rules)
        sessions.append(session_of(exercise, asked, tmp_path, 1.0, 0.0))
    assert sessions[0] == sessions[1]
    assert (sessions[1] == sessions[2]) == same
    other = exercise.model_copy(update={"seed": 5})
    assert session_of(other, asked, tmp_path, 1.0, 0.0) != sessions[2]
