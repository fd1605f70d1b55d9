"""Lines of dialogue in an exercise: calls are acknowledged, and the run says when a line broke and why."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.exercise.test_release import EXERCISE, RULES
from tests.exercise.test_run import silent
from tests.gateways.test_cap import SCHEMA

from kizuna.errors import InputError
from kizuna.exercise.run import run
from kizuna.review.dialogue import NOT_ANSWERED, NOT_HEARD, NOT_RETURNED

CHANGES = (
    ("{from: ABC, to: XYZ, delay_s: 0.2, both_ways: true}",
     "{from: ABC, to: XYZ, delay_s: 0.2, both_ways: true, outages: [{from_s: 50, to_s: 75}]}"),
    ("{node: XYZ, nation: XYZ}",
     "{node: XYZ, nation: XYZ, answers_s: 2, unmanned: [{from_s: 90, to_s: 112}]}"),
    ("{node: OUT, nation: OUT, outside: true}", "{node: OUT, nation: OUT, outside: true, answers_s: 1}"),
    ("text: Passed on., area: sea}",
     "text: Passed on., area: sea, kind: reservation, answer_within_s: 30}"),
    ("variants:\n",
     "dialogue:\n  - {from: ABC, to: XYZ, every_s: 20, answer_within_s: 8, area: sea}\nvariants:\n"),
)  # fmt: skip


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The exercise of three nations, with a line of dialogue, and pieces of text changed."""
    text = EXERCISE
    for was, becomes in (*CHANGES, *changes):
        assert was in text, was
        text = text.replace(was, becomes)
    (folder / "rules").mkdir()
    (folder / "rules" / "abc.cedar").write_text(RULES)
    (folder / "three.yaml").write_text(text)
    return folder / "three.yaml"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What came of it."""
    folder = tmp_path_factory.mktemp("three")
    run(written(folder), folder / "out", None, (), "kizuna run three.yaml", silent)
    return folder / "out"


def lines(out: Path, variant: str) -> dict[tuple[str, str], Any]:
    """What the summary says of each line."""
    held = json.loads((out / "summary.json").read_text())["variants"][variant]["dialogue"]
    return {(each["node"], each["nation"]): each for each in held}


def test_a_line_breaks_with_its_link_and_when_nobody_is_there(out: Path) -> None:
    line = lines(out, "free")["ABC", "XYZ"]
    assert (line["calls"], line["heard"], line["in_time"]) == (6, 5, 4)
    one, other = line["breaks"]
    assert (one["from_s"], one["why"]) == (60.0, NOT_HEARD)
    assert 80.0 < one["to_s"] < 88.0
    assert (other["from_s"], other["why"]) == (100.0, NOT_ANSWERED)
    assert 112.0 < other["to_s"] <= 120.0


def test_who_is_behind_a_relay_answers_too(out: Path) -> None:
    line = lines(out, "free")["ABC", "OUT"]
    assert (line["calls"], line["in_time"], line["breaks"]) == (1, 1, [])


def test_an_answer_that_is_not_released_does_not_arrive(out: Path) -> None:
    """XYZ has no rules, and so releases nothing of its own."""
    line = lines(out, "ruled")["ABC", "XYZ"]
    assert (line["in_time"], line["wait_s"]) == (0, [])
    assert line["breaks"] == [{"from_s": 10.0, "to_s": 120.0, "why": NOT_RETURNED}]


def test_notices_and_their_acknowledgements_are_valid_cap(out: Path) -> None:
    files = {path.name: SCHEMA.to_dict(str(path)) for path in (out / "free" / "notices").glob("*.xml")}
    first = files["ABC-1.xml"]
    assert (first["status"], first["scope"], first["addresses"]) == ("Exercise", "Private", "OUT XYZ")
    assert first["info"][0]["event"] == "Airspace reservation"
    assert first["info"][0]["area"][0]["polygon"][0].startswith("30.00000,139.00000 30.00000,150.00000 40")
    received = files["ABC-1-XYZ.xml"]
    assert (received["msgType"], received["addresses"]) == ("Ack", "ABC OUT")
    assert received["references"] == f"ABC,ABC-1,{first['sent']}"
    # Tests of the line say nothing that is worth a file.
    assert set(files) == {"ABC-1.xml", "ABC-1-XYZ.xml", "ABC-1-OUT.xml", "ABC-2.xml", "ABC-4.xml"}


def test_the_report_says_when_it_broke(out: Path) -> None:
    page = (out / "report.html").read_text()
    assert 'id="dialogue"' in page
    assert f"00:01:00 for 2{page.split('00:01:00 for 2')[1][0]} s: {NOT_HEARD}" in page


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("from: ABC, to: XYZ, every_s", "from: ABD, to: XYZ, every_s", "no node is called 'ABD'"),
        ("to: XYZ, every_s", "to: XYY, every_s", "no node serves the nation 'XYY'"),
        ("to: XYZ, every_s", "to: ABC, every_s", "'ABC' would call its own nation"),
        ("8, area: sea", "8, area: see", "no area is called 'see'"),
    ],
)
def test_lines_that_lead_nowhere_are_told(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        run(written(tmp_path, (was, becomes)), tmp_path / "out", None, (), "kizuna run", silent)
    assert says in str(caught.value)
    assert "dialogue[0]" in str(caught.value)
