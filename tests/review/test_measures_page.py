"""The page of the measures lists every number that is printed, and no other."""

import json
import re
from pathlib import Path

import pytest
from tests.exercise.test_run import EXERCISE
from tests.house.source import ROOT
from tests.review.scene import CUTOFF_M, Place, at, held, tracks_of, truth_of

from kizuna.exercise.run import run
from kizuna.review.report.measures import KNOWN
from kizuna.review.score import score

A: Place = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def page() -> str:
    """The page, as readers get it."""
    return (ROOT / "docs" / "reference" / "measures.md").read_text(encoding="utf-8")


def listed(text: str) -> dict[str, str]:
    """Unit of each name in the tables of a piece of the page."""
    found: dict[str, str] = {}
    for names, unit in re.findall(r"^\| (`[^|]+`) \|([^|]*)\|", text, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", names):
            assert name not in found, f"{name} is there twice"
            found[name] = unit.strip()
    return found


def test_every_measure_is_on_the_page_with_the_unit_of_its_name(page: str) -> None:
    """What one node has in common with itself is null, but it is printed."""
    printed = score(truth_of(at("a", A, range(3))), tracks_of(held(1, A, range(3))), CUTOFF_M).to_json()
    nodes = printed.pop("nodes")
    assert nodes["N"].keys() == printed.keys() - {"commonality", "same_number"}
    measures = listed(page.split("\n## In summary.json\n", maxsplit=1)[0])
    assert measures.keys() == printed.keys()
    for name, unit in measures.items():
        ending = {"m": "_m", "s": "_s", "m/s": "_mps", "1/h": "_per_hour"}.get(unit, "")
        assert name.endswith(ending), name
        assert unit or not name.endswith(("_m", "_s", "_mps", "_per_hour")), name


def test_the_report_explains_no_measure_that_the_page_lacks(page: str) -> None:
    """Report and page speak of the same numbers."""
    assert {measure.key for measure in KNOWN} <= listed(page).keys()


def test_everything_in_the_summary_of_a_run_is_on_the_page(page: str, tmp_path: Path) -> None:
    """A short run of two nodes and two variants."""
    (tmp_path / "small.yaml").write_text(EXERCISE.replace("duration_s: 240", "duration_s: 20"))
    run(
        tmp_path / "small.yaml", tmp_path / "out", None, (), "kizuna run small.yaml", lambda what, share: None
    )
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    written = set(summary)
    for variant in summary["variants"].values():
        written |= set(variant)
        written |= {name for node in variant["nodes"].values() for name in node}
        written |= {name for link in variant["links"].values() for name in link}
    assert written == listed(page).keys()


@pytest.mark.parametrize("source", range(1, 6))
def test_every_source_is_cited(page: str, source: int) -> None:
    """A definition without a source can't be checked."""
    assert f"[{source}]" in page
    assert re.search(rf"^{source}\. ", page, re.MULTILINE)
