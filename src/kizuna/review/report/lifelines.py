"""The report's timeline: a row for each object, with what happened to it when, as a chart and as a table."""

from typing import Any, Final

from kizuna.review.lifelines import STAGES, Lifeline
from kizuna.review.report import style
from kizuna.review.report.figure import Figure, plain
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import number
from kizuna.review.report.tables import Table

_ROW_PX: Final = 18
_MOST_ROWS: Final = 60

MARKS: Final = (
    ("detection", "circle", "#8f979e"),
    ("track", "square", style.SKY),
    ("shared track", "diamond", style.BLUE),
    ("identity", "triangle-up", style.ORANGE),
    ("decision", "star", style.VERMILLION),
    ("acknowledgement", "circle", style.GREEN),
)
"""Name, mark and colour of each stage, in the order of `STAGES`; then reaching the area, a cross."""

ARRIVAL: Final = ("reaches its area", "x", style.INK)


def lifelines_figure(material: ReportMaterial, variant: str) -> Figure | None:
    """One row for each object of a variant; None when it has none that anything happened to."""
    rows = _rows(material, variant)[:_MOST_ROWS]
    if not rows:
        return None
    traces: list[dict[str, Any]] = [_lines(rows)]
    for stage, (name, mark, colour) in zip((*STAGES, "arrives_s"), (*MARKS, ARRIVAL), strict=True):
        known = [(each.object, getattr(each, stage)) for each in rows if getattr(each, stage) is not None]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [time_s / 60.0 for _, time_s in known],
                "y": [plain(object_) for object_, _ in known],
                "text": [number(time_s, 0) for _, time_s in known],
                "marker": {"symbol": mark, "size": 8, "color": colour},
                "hovertemplate": f"%{{y}}: {name} after %{{text}} s<extra></extra>",
            }
        )
    layout = style.layout(
        height=60 + _ROW_PX * len(rows),
        hovermode="closest",
        xaxis=style.axis("minutes since it appeared", rangemode="tozero"),
        yaxis=style.axis(type="category", range=[len(rows) - 0.5, -0.5], gridcolor="rgba(0,0,0,0)"),
    )
    decided = sum(each.decision is not None for each in rows)
    return Figure(traces, layout, f"Timeline of {len(rows)} objects in {variant}; {decided} were answered.")


def lifelines_table(material: ReportMaterial) -> Table:
    """The same in numbers, for every variant."""
    made = []
    for variant in material.variants:
        for each in _rows(material, variant.name):
            times = [getattr(each, stage) for stage in (*STAGES, "arrives_s")]
            made.append(
                (
                    variant.name,
                    each.object,
                    number(each.appeared_s, 0),
                    *("–" if time_s is None else number(time_s, 0) for time_s in times),
                )
            )
    headings = (*(name for name, *_ in MARKS), ARRIVAL[0])
    return Table(("variant", "object", "appears, s", *headings), tuple(made), names=2)


def _rows(material: ReportMaterial, variant: str) -> list[Lifeline]:
    """The objects that reach an area or were decided about."""
    (found,) = [each.lifelines for each in material.variants if each.name == variant]
    return [each for each in found if each.arrives_s is not None or each.identity is not None]


def _lines(rows: list[Lifeline]) -> dict[str, Any]:
    """From the first to the last of each row."""
    x: list[float | None] = []
    y: list[str | None] = []
    for each in rows:
        times = [getattr(each, stage) for stage in (*STAGES, "arrives_s")]
        known = [time_s / 60.0 for time_s in times if time_s is not None]
        x += [min(known), max(known), None] if known else []
        y += [plain(each.object), plain(each.object), None] if known else []
    line = {"color": style.HAIRLINE, "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}
