"""Write the report: one HTML file that needs nothing but a browser."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from kizuna.files import write_text
from kizuna.geo.time import format_utc
from kizuna.review.report import bars, curves, tables
from kizuna.review.report.answer import answer
from kizuna.review.report.assigned import assigned_table, causes_table
from kizuna.review.report.command import (
    actions_of,
    command_answers,
    decisions_table,
    load_table,
    posts_table,
    words,
)
from kizuna.review.report.coverage import HEIGHTS_M
from kizuna.review.report.dialogue import dialogue_table
from kizuna.review.report.figure import Figure, page_json
from kizuna.review.report.gains import gains
from kizuna.review.report.lifelines import ARRIVAL, MARKS, lifelines_figure, lifelines_table
from kizuna.review.report.map import kinds_by_number, map_payload, nation_marks
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import in_order
from kizuna.review.report.missed import MEANINGS, REASONS, Missed, missed
from kizuna.review.report.paths import Paths, Sightings
from kizuna.review.report.posts import posts_figure
from kizuna.review.report.price import price
from kizuna.review.report.style import REASONS as REASON_COLOURS
from kizuna.review.report.style import TRUTH, VARIANT_DASHES, VARIANT_MARKS, variant_colour
from kizuna.review.report.warnings import warnings_sentence, warnings_table


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A chart with its heading; `name` finds its numbers in the page's data."""

    name: str
    heading: str
    figure: Figure


_SCRIPTS: Final = ("page.js", "map.js")

_SVG_DASHES: Final = {
    "solid": "",
    "dot": "2 3",
    "dash": "6 4",
    "longdash": "9 4",
    "dashdot": "6 3 2 3",
    "longdashdot": "9 3 2 3",
}


def write_report(path: Path | str, material: ReportMaterial) -> None:
    """Write `material` as one self-contained page; an old file at this place stays whole until the new one
    is.

    Parameters
    ----------
    path
        The HTML file to make.
    material
        What to show.

    Raises
    ------
    ValueError
        When the material contradicts itself: a missed object that the truth doesn't have, a feed without its
        sensor.
    WorkError
        When the file can't be written.
    """
    write_text(path, render(material))


def render(material: ReportMaterial) -> str:
    """The page as text."""
    misses = _misses(material)
    panels = _panels(material, misses)
    data: dict[str, Any] = {
        "charts": {
            panel.name: {"data": panel.figure.traces, "layout": panel.figure.layout}
            for group in panels.values()
            for panel in group
        },
        "map": map_payload(material, misses),
    }
    page = _template().render(
        material=material,
        facts=_facts(material),
        answer=answer(material),
        command=command_answers(material),
        stages=[*MARKS, ARRIVAL],
        warnings=warnings_sentence(material),
        panels=panels,
        tables=_tables(material, misses),
        variants=_variant_keys(material),
        reasons=list(zip(REASONS, REASON_COLOURS, MEANINGS, strict=True)),
        kinds=list(zip(kinds_by_number(material.truth), (*TRUTH, *([TRUTH[-1]] * 99)), strict=False)),
        nations=nation_marks(material),
        heights=[f"{height:,.0f}" for height in HEIGHTS_M],
        measures=_measures(material),
        # These four are made here or bundled; all other text is escaped.
        styles=Markup(_page_file("style.css")),  # noqa: S704
        plotly=Markup(get_plotlyjs()),  # noqa: S704
        data=Markup(page_json(data)),  # noqa: S704
        scripts=[Markup(_page_file(name)) for name in _SCRIPTS],  # noqa: S704
    )
    return str(page)


def _misses(material: ReportMaterial) -> dict[tuple[str, str], Missed]:
    """What each node missed in each variant, by names of variant and node."""
    paths = Paths.of(material.truth)
    sightings = Sightings.of(material.detections, paths.names)
    return {
        (variant.name, result.node): missed(
            result, variant.name, material.seed, material.sensors, paths, sightings
        )
        for variant in material.variants
        for result in variant.nodes
        if result.compared
    }


def _panels(material: ReportMaterial, misses: dict[tuple[str, str], Missed]) -> dict[str, list[Panel]]:
    """The charts of each section, without those that have nothing to show."""
    nodes = [result.node for result in material.variants[0].nodes] if material.variants else []
    kind_of = _kind_of(material)
    made: dict[str, list[tuple[str, Figure | None]]] = {
        "gains": [("", gains(material))],
        "time": [(node, curves.over_time(material, node)) for node in nodes],
        "missed": [("", bars.missed_and_why(material, misses))],
        "errors": [(node, curves.errors(material, node)) for node in nodes],
        "first": [
            (kind, curves.first_tracks(material, kind, kind_of)) for kind in kinds_by_number(material.truth)
        ],
        "traffic": [("", bars.traffic(material)), ("Accuracy against bytes", price(material))],
    }
    made["lifelines"] = [
        (variant.name, lifelines_figure(material, variant.name)) for variant in material.variants
    ]
    made["posts"] = [("", posts_figure(material))]
    made["decided"] = [(words(action), curves.decided(material, action)) for action in actions_of(material)]
    return {
        section: [
            Panel(f"{section}-{place}", heading, figure)
            for place, (heading, figure) in enumerate(group)
            if figure is not None
        ]
        for section, group in made.items()
    }


def _tables(material: ReportMaterial, misses: dict[tuple[str, str], Missed]) -> dict[str, tables.Table]:
    kinds = kinds_by_number(material.truth)
    return {
        "completeness": tables.completeness_table(material),
        "missed": tables.missed_table(material, misses),
        "errors": tables.errors_table(material),
        "first": tables.first_track_table(material, kinds, _kind_of(material)),
        "links": tables.links_table(material),
        "decisions": decisions_table(material),
        "load": load_table(material),
        "assigned": assigned_table(material),
        "causes": causes_table(material),
        "posts": posts_table(material),
        "lifelines": lifelines_table(material),
        "warnings": warnings_table(material),
        "dialogue": dialogue_table(material),
        "sensors": tables.sensors_table(material.sensors),
        "measures": tables.measures_table(material),
    }


def _kind_of(material: ReportMaterial) -> dict[str, str]:
    """Kind of each object by its name, `object` where the truth doesn't say."""
    truth = material.truth
    _, first = np.unique(truth.object.codes, return_index=True)
    rows = truth.take(first)
    return {
        name or "": kind or "object"
        for name, kind in zip(rows.object.values(), rows.kind.values(), strict=True)
    }


def _measures(material: ReportMaterial) -> list[Any]:
    """The measures that the material has, in order."""
    keys = {key for variant in material.variants for result in variant.nodes for key in result.measures}
    return in_order(keys | {key for variant in material.variants for key in variant.overall})


def _variant_keys(material: ReportMaterial) -> list[dict[str, Any]]:
    """Name, colour, dash and mark of each variant, and whether it sends anything, for the page's legends."""
    return [
        {
            "name": variant.name,
            "colour": variant_colour(place),
            "dash": _SVG_DASHES[VARIANT_DASHES[place % len(VARIANT_DASHES)]],
            "mark": VARIANT_MARKS[place % len(VARIANT_MARKS)],
            "sends": any(item.bytes for item in variant.traffic),
        }
        for place, variant in enumerate(material.variants)
    ]


def _facts(material: ReportMaterial) -> list[str]:
    """The line above the answer: when, how long, how many."""
    start, end = (
        format_utc(float(round(time))) for time in (material.start_s, material.start_s + material.duration_s)
    )
    same_day = start[:10] == end[:10]
    when = f"{start[:10]} {start[11:16]} to {end[11:16] if same_day else f'{end[:10]} {end[11:16]}'} UTC"
    objects = len(np.unique(material.truth.object.codes))
    return [
        when,
        _counted(len(material.nodes), "node"),
        _counted(len(material.sensors), "sensor"),
        _counted(objects, "object"),
    ]


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _page_file(name: str) -> str:
    return files("kizuna.review.report").joinpath("page", name).read_text(encoding="utf-8")


def _template() -> Any:
    """The page's template; every value that it prints is escaped."""
    loader = FunctionLoader(_page_file)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("template.html.j2")
