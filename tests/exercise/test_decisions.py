"""In a variant with an organisation people decide what its pictures show, and its ledgers hold all of it."""

import json
from pathlib import Path

import pytest
from tests.exercise.test_run import EXERCISE, silent

from kizuna.command.verify import verify_all
from kizuna.errors import InputError
from kizuna.exercise.run import run

COVERAGE = """
coverage: west
notional: Made up.
lead_s: 10
plan_every_s: 6
areas:
  - {area: West, nation: ABC, lat_deg: 35.0, lon_deg: 138.0, radius_m: 20000, value: 5}
defenders:
  - {defender: near, nation: ABC, lat_deg: 35, lon_deg: 138, radius_m: 1.5e5, needs_s: 30, capacity: 3,
     probability: 0.5}
"""
ORGANISATION = """
organisation: two
title: Two people
notional: Made up.
nations: [ABC, XYZ]
headquarters:
  - {headquarters: west, nation: ABC, node: ABC}
  - {headquarters: east, nation: XYZ, node: XYZ}
posts:
  - {post: head, nation: ABC, headquarters: west, decides_s: 4}
  - {post: aide, nation: ABC, headquarters: west, decides_s: 4}
  - {post: guest, nation: XYZ, headquarters: east, decides_s: 4}
links: [[ABC, XYZ]]
actions:
  declare_identity: {consent: {of: [ABC, XYZ], at_least: 2}}
  warn_public: {people: 2, after: [declare_identity]}
  assign_defender: {people: 2, after: [declare_identity]}
authority:
  declare_identity: {head: decide, aide: propose, guest: consent}
  warn_public: {head: decide, aide: consent}
  assign_defender: {head: decide, aide: consent}
"""
UNKNOWN = """  - {source: incoming, name: low, count: 3, kind: cruise, towards: [West],
     from: {lat_deg: [34.6, 35.4], lon_deg: [138.9, 139.2]}, alt_m: [3000, 4000], speed_mps: [200, 250]}
sensor_types:"""


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The exercise with three unknown objects, people in its second variant, and pieces of text changed."""
    texts = {
        "small.yaml": EXERCISE.replace("sensor_types:", UNKNOWN).replace(
            "variants:\n  - {variant: national, share: nothing}\n  - {variant: shared, share: detections}",
            "coverage: west.yaml\nvariants:\n  - {variant: alone, share: nothing, organisation: two.yaml}\n"
            "  - {variant: linked, share: detections, organisation: two.yaml}",
        ),
        "west.yaml": COVERAGE,
        "two.yaml": ORGANISATION,
    }
    for was, becomes in changes:
        assert any(was in text for text in texts.values()), was
        texts = {name: text.replace(was, becomes) for name, text in texts.items()}
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder / "small.yaml"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("decided")
    run(written(folder), folder / "out", None, (), "kizuna run small.yaml", silent)
    return folder


def test_people_decide_what_the_picture_shows(done: Path) -> None:
    told = json.loads((done / "out" / "summary.json").read_text())["variants"]["linked"]["decisions"]
    identity = told["actions"]["declare_identity"]
    assert told["organisation"] == "two"
    assert 3 <= identity["orders"] <= 12
    assert identity["issued"] >= 3
    assert 10.0 < identity["median_s"] < 120.0
    assert told["actions"]["warn_public"]["issued"] >= 2
    # The guest sits at the other node: word goes there and back.
    assert told["messages"] >= 2 * identity["issued"]
    assert told["load"]["guest"]["tasks"] >= 3


def test_each_decision_stands_in_ledgers_that_prove_each_other(done: Path) -> None:
    folder = done / "out" / "linked"
    held = verify_all(sorted((folder / "ledgers").glob("*.ledger")))
    assert [each.node for each in held] == ["ABC", "XYZ"]
    orders = json.loads((folder / "decisions.json").read_text())["orders"]
    steps = {(order["order"], step, post) for order in orders for _, step, post in order["steps"]}
    recorded = {
        (entry.body["order"], entry.body["step"], entry.post)
        for each in held
        for entry in each.entries
        if entry.kind == "order" and entry.body["became"] == "applied"
    }
    expired = {each for each in steps if each[1] == "expire"}
    assert steps - expired <= recorded
    assert len(steps) > 20


def test_the_report_says_who_decides(done: Path) -> None:
    page = (done / "out" / "report.html").read_text()
    assert (
        "<strong>How much sooner?</strong> Under linked instead of alone, in the median declare identity"
        in page
    )
    assert 'id="command"' in page
    assert "<strong>How much surer?</strong> Declare identity in time for" in page
    assert "<strong>At what cost?</strong>" in page
    assert "Load of each post" in page
    assert "Waiting for whom" in page


def test_each_object_has_a_row_of_what_happened_to_it(done: Path) -> None:
    rows = {row["object"]: row for row in json.loads((done / "out/linked/timeline.json").read_text())}
    assert list(rows) == ["low-1", "low-2", "low-3"]
    for row in rows.values():
        assert 0.0 <= row["detection"] < row["track"] <= row["shared_track"] < 60.0
        assert row["shared_track"] < row["identity"]
    answered = [row for row in rows.values() if row["decision"] is not None]
    assert answered
    assert all(row["identity"] < row["decision"] < row["acknowledgement"] for row in answered)
    alone = json.loads((done / "out/alone/timeline.json").read_text())
    assert [row["shared_track"] for row in alone] == [None] * 3
    assert 'id="timeline"' in (done / "out" / "report.html").read_text()


def test_the_same_seed_decides_alike(done: Path, tmp_path: Path) -> None:
    run(written(tmp_path), tmp_path / "out", None, ("linked",), "kizuna run small.yaml", silent)
    for name in ("decisions.json", "ledgers/ABC.ledger"):
        one, other = ((folder / "out" / "linked" / name).read_bytes() for folder in (done, tmp_path))
        assert one == other, name


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (
            "coverage: west.yaml\n",
            "",
            "two.yaml: needs the areas that are protected; expected the key coverage in the exercise",
        ),
        (
            "node: XYZ}\nposts",
            "node: XYZ}\n  - {headquarters: far, node: KES}\nposts",
            "two.yaml: the headquarters 'far' is at a node 'KES' that the exercise doesn't have",
        ),
        (
            "area: West, nation: ABC",
            "area: West",
            "west.yaml: the area 'West' has no nation of the organisation 'two'; expected nation",
        ),
        (
            "warn_public: {people: 2, after: [declare_identity]}",
            "warn_public: {people: 2, when: [inside_zone]}",
            "two.yaml: key actions.warn_public.when: warn_public asks for inside_zone, and exercises",
        ),
        ("organisation: two.yaml", "organisation: no.yaml", "no.yaml: is not there"),
    ],
)
def test_what_does_not_fit_is_told_before_any_work(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    path = written(tmp_path, (was, becomes))
    with pytest.raises(InputError) as caught:
        run(path, tmp_path / "out", None, (), "kizuna run small.yaml", silent)
    assert str(caught.value).startswith(f"{tmp_path}/{says}")
    assert not (tmp_path / "out").exists()


def test_who_is_sent_is_judged_by_the_truth(done: Path) -> None:
    told = json.loads((done / "out" / "summary.json").read_text())["variants"]["linked"]["coordination"]
    assert told["covered"] + sum(told["missed"].values()) == told["threats"]
    assert 1 <= told["useful"] == told["covered"] <= told["threats"] <= 3
    assert told["achieved"] == pytest.approx(0.5 * 5.0 * told["covered"])
    assert told["expected"] >= told["achieved"]
    parts = (told[name] for name in ("useful", "late", "relieved", "under_way"))
    assert sum(parts) + sum(told["wasted"].values()) == told["orders"]
    assert "false track" not in told["wasted"]
    assert "Who was sent against what" in (done / "out" / "report.html").read_text()


def test_a_false_track_is_a_counted_assignment_for_nothing(tmp_path: Path) -> None:
    # The radar says everything ten kilometres too far away: its tracks are where nothing is.
    path = written(tmp_path, ("nation: ABC, type: radar", "nation: ABC, type: radar, bias_range_m: 10000"))
    run(path, tmp_path / "out", None, ("alone",), "kizuna run small.yaml", silent)
    told = json.loads((tmp_path / "out" / "summary.json").read_text())["variants"]["alone"]["coordination"]
    assert told["wasted"]["false track"] >= 1
    assert told["by_picture"] >= told["wasted"]["false track"]
    assert told["expected"] > 0.0 == told["achieved"]
