"""The page parses, needs nothing from outside, escapes what it is given, and shows the material's numbers."""

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.review.report.made import make_material

from kizuna.errors import WorkError
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.report.answer import answer
from kizuna.review.report.figure import page_json
from kizuna.review.report.material import Node, ReportMaterial
from kizuna.review.report.tables import sensors_table
from kizuna.review.report.write import render, write_report

LARGEST_PAGE_BYTES = 10_000_000
VOID = {"meta", "link", "br", "input", "img", "path", "circle", "rect"}
NASTY = "<script>alert(1)</script>&\"'{{7*7}}%{x}"


class Page(HTMLParser):
    """What a test wants to know of a page: tags that match, attributes, words, and the scripts' texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append((self.tags[-1][1], data))
        elif not (self.open and self.open[-1] == "style"):
            self.words.append(data)

    def text(self) -> str:
        """All words on one line."""
        return " ".join(" ".join(self.words).split())

    def data(self) -> Any:
        """What the page's scripts draw."""
        return json.loads(next(text for marks, text in self.scripts if marks.get("id") == "data"))


@pytest.fixture(scope="module")
def parsed(page: str) -> Page:
    return Page(page)


def test_the_page_parses_and_closes_every_element(parsed: Page) -> None:
    assert parsed.open == []
    assert [tag for tag, _ in parsed.tags].count("h1") == 1
    ids = [marks["id"] for _, marks in parsed.tags if "id" in marks]
    assert len(ids) == len(set(ids))


def test_nothing_is_fetched_from_outside(parsed: Page) -> None:
    for tag, marks in parsed.tags:
        for name in ("src", "srcset", "data", "poster", "action"):
            assert not marks.get(name), f"{tag} {name}"
        if "href" in marks:
            assert re.match(r"#|data:", marks["href"] or ""), f"{tag} href"
    policy = next(marks["content"] for tag, marks in parsed.tags if "http-equiv" in marks)
    assert policy is not None
    assert policy.startswith("default-src 'none'"), "the browser refuses what slips through"
    assert "http" not in policy


def test_no_style_fetches_from_outside(page: str) -> None:
    assert not re.search(r"@import|url\(", page.partition("</style>")[0])


def test_the_first_screen_is_the_answer(parsed: Page, material: ReportMaterial) -> None:
    said = answer(material)
    text = parsed.text()
    for words in (said.sentence, said.better, said.worse, "3 nodes", "13 sensors", "48 objects"):
        assert words in text
    assert text.index(said.sentence) < text.index("What changed") < text.index("What each node sees")


def test_the_notional_mark_stands_at_both_ends(parsed: Page, material: ReportMaterial) -> None:
    text = parsed.text()
    places = [match.start() for match in re.finditer(re.escape(material.notional), text)]
    assert len(places) == 2
    assert places[0] < text.index(material.title, text.index("report") + 1)
    assert places[1] > text.index("How this was measured")


def test_the_run_can_be_repeated_from_the_page(parsed: Page, material: ReportMaterial) -> None:
    for words in (material.command, f"seed {material.seed}", f"Kizuna {material.version}"):
        assert words in parsed.text()


def test_every_chart_is_spoken_and_has_its_numbers(parsed: Page) -> None:
    charts = parsed.data()["charts"]
    places = [marks for _, marks in parsed.tags if "data-chart" in marks]
    assert {marks["data-chart"] for marks in places} == set(charts)
    assert all(marks["role"] == "img" and len(marks["aria-label"] or "") > 30 for marks in places)
    assert {name.split("-")[0] for name in charts} == {
        "gains",
        "time",
        "missed",
        "errors",
        "first",
        "traffic",
    }


def test_the_tables_hold_every_sensor_node_and_link(parsed: Page, material: ReportMaterial) -> None:
    text = parsed.text()
    for sensor in material.sensors.sensor.names:
        assert f"{sensor} " in text
    assert "JPN → AUS shared 0.30 0.05 1.0 3,600 1.4 MB 3.1 36" in text
    assert "2-D radar with Mode C" in text


def test_the_map_has_a_picture_for_each_node_and_variant(parsed: Page, material: ReportMaterial) -> None:
    drawn = parsed.data()["map"]
    pictures = {(picture["node"], picture["variant"]): picture for picture in drawn["pictures"]}
    assert len(pictures) == 6
    own, shared = pictures["JPN", "national"], pictures["JPN", "shared"]
    assert own["sensors"] == [0, 1, 2, 3, 4]
    assert shared["sensors"] == list(range(13))
    assert 0 < own["tracks"]["count"] < shared["tracks"]["count"] <= 48
    assert own["says"].startswith("JPN, national: 5 of 13 sensors, completeness 0.")
    rings = drawn["rings"]
    assert len(unpacked(rings["heights"][0]["x"])) == rings["corners"] * rings["sensors"]


def unpacked(numbers: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(numbers["bdata"]), dtype=f"<{numbers['dtype']}")


def test_the_bars_of_missed_time_add_up_to_what_is_missing(parsed: Page, material: ReportMaterial) -> None:
    bars = [trace for trace in parsed.data()["charts"]["missed-0"]["data"] if trace["type"] == "bar"]
    totals = np.sum([trace["x"] for trace in bars], axis=0)
    wanted = [
        100.0 * (1.0 - variant.nodes[place].measures["completeness"])
        for place in range(3)
        for variant in material.variants
    ]
    assert totals == pytest.approx(wanted)


def test_the_curves_are_the_materials(parsed: Page, material: ReportMaterial) -> None:
    shared = parsed.data()["charts"]["time-0"]["data"][0]
    curve = material.variants[1].nodes[0].curve_completeness
    assert np.mean(unpacked(shared["y"])) == pytest.approx(curve.mean(), abs=1e-3)
    found = parsed.data()["charts"]["first-0"]["data"][-1]
    national = np.concatenate([result.first_track_s[:40] for result in material.variants[0].nodes])
    assert unpacked(found["y"])[-1] == pytest.approx(100.0 * np.isfinite(national).mean())


def test_names_are_escaped_wherever_they_stand(material: ReportMaterial) -> None:
    first = material.variants[0]
    nasty = replace(
        material,
        title=NASTY,
        exercise=NASTY,
        notional=NASTY,
        command=NASTY,
        nodes=(Node(NASTY, NASTY), *material.nodes[1:]),
        sensors=replace(material.sensors, nation=Labels.constant(NASTY, len(material.sensors))),
        truth=replace(material.truth, kind=Labels.constant(NASTY, len(material.truth))),
        variants=(
            replace(first, name=NASTY, nodes=(replace(first.nodes[0], node=NASTY), *first.nodes[1:])),
            *material.variants[1:],
        ),
    )
    text = render(nasty)
    assert "<script>alert" not in text
    parsed = Page(text)
    assert parsed.open == []
    assert NASTY in parsed.text()
    assert "49" not in re.findall(r"\{\{7\*7\}\}|49", parsed.words[parsed.words.index(NASTY)])
    for chart in parsed.data()["charts"].values():
        shown = json.dumps([chart["layout"], [trace.get("hovertemplate", "") for trace in chart["data"]]])
        assert "<script>" not in shown


def test_an_exercise_that_measured_nothing_has_a_page_too(material: ReportMaterial) -> None:
    bare = replace(
        material,
        variants=(),
        nodes=(),
        links=(),
        sensors=Sensors.empty(),
        truth=Truth.empty(),
        detections=Detections.empty(),
    )
    parsed = Page(render(bare))
    assert "No picture was scored." in parsed.text()
    assert "No variant sent anything over a link." in parsed.text()


def test_one_variant_without_tracks_or_network_has_a_page_too(material: ReportMaterial) -> None:
    only = replace(material.variants[0], tracks=Tracks.empty())
    parsed = Page(render(replace(material, variants=(only,), links=(), detections=Detections.empty())))
    assert "there is nothing to compare" in parsed.text()
    assert parsed.data()["map"]["pictures"][0]["tracks"]["count"] == 0


def test_the_same_material_makes_the_same_bytes(page: str) -> None:
    assert render(make_material()) == page


def test_the_page_is_written_whole_and_stays_small(
    tmp_path: Path, material: ReportMaterial, page: str
) -> None:
    path = tmp_path / "run" / "report.html"
    write_report(path, material)
    assert path.read_text(encoding="utf-8") == page
    assert path.stat().st_size < LARGEST_PAGE_BYTES
    assert [item.name for item in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, material: ReportMaterial) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(WorkError, match="taken"):
        write_report(tmp_path / "taken" / "report.html", material)


def test_json_in_a_page_can_end_no_element_and_holds_no_nan() -> None:
    text = page_json(
        {"a": [np.float64(np.nan), np.inf, 1.5], "b": "</script><!--", "c": np.int64(3), "d": np.ones(2)}
    )
    assert not set(text) & set("<>&")
    assert json.loads(text) == {"a": [None, None, 1.5], "b": "</script><!--", "c": 3, "d": [1.0, 1.0]}


def test_a_sensor_s_reach_stands_in_one_column_for_each_height(material: ReportMaterial) -> None:
    table = sensors_table(material.sensors)
    assert table.headings[-3:] == ("at 100 m, km", "at 1,000 m, km", "at 10,000 m, km")
    reach = [float(cell.replace(",", "")) for cell in table.rows[0][-3:]]
    assert reach == sorted(reach)
