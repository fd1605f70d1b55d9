"""The charts of bars: what was missed and why, and what the links carried."""

from typing import Any, Final

import numpy as np

from kizuna.review.report import style
from kizuna.review.report.figure import Figure, plain
from kizuna.review.report.material import ReportMaterial, Traffic, VariantResult
from kizuna.review.report.measures import number
from kizuna.review.report.missed import REASONS, Missed

_ROW_PX: Final = 24
_GAP: Final = 0.6
"""Space between two groups of rows, in rows."""

_UNITS: Final = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "bytes"))


def missed_and_why(material: ReportMaterial, misses: dict[tuple[str, str], Missed]) -> Figure | None:
    """Share of the objects' time that each node missed in each variant, by reason; None when nothing was
    scored.
    """
    rows = [
        (result.node, variant.name)
        for result in (material.variants[0].nodes if material.variants else ())
        for variant in material.variants
        if (variant.name, result.node) in misses
    ]
    if not rows:
        return None
    heights, labels = _grouped(rows)
    share = 100.0 * np.array([misses[variant, node].share for node, variant in rows])
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": share[:, code].tolist(),
            "y": heights,
            "width": 0.8,
            "marker": {"color": style.REASONS[code], "line": {"color": "#fff", "width": 0.5}},
            "text": labels,
            "textposition": "none",
            "hovertemplate": f"%{{text}}<br>{reason}: %{{x:.1f}} %<extra></extra>",
        }
        for code, reason in enumerate(REASONS)
    ]
    totals = share.sum(axis=1)
    traces.append(_end_labels(totals, heights, [f"{number(total, 0)} %" for total in totals]))
    spoken = "; ".join(
        f"{node}, {variant}: {number(total, 0)} % missed"
        for (node, variant), total in zip(rows, totals, strict=True)
    )
    layout = _layout(heights, labels, float(totals.max()) * 1.14 + 1.0)
    layout |= {"barmode": "stack"}
    layout["xaxis"] |= {"ticksuffix": " %"}
    layout["xaxis"]["title"]["text"] = "share of all objects' time that was missed"
    return Figure(traces, layout, f"What was missed: {spoken}.")


def traffic(material: ReportMaterial) -> Figure | None:
    """What each link carried in each variant that uses the links; None when none does."""
    rows = [
        (f"{link.source} → {link.target}", variant.name, _carried(variant, link.source, link.target))
        for link in material.links
        for variant in material.variants
        if any(item.bytes for item in variant.traffic)
    ]
    if not rows:
        return None
    heights, labels = _grouped([(link, variant) for link, variant, _ in rows])
    most = max(item.bytes for _, _, item in rows)
    scale, unit = unit_for(most)
    values = np.array([item.bytes for _, _, item in rows]) / scale
    names = [variant.name for variant in material.variants]
    colours = [style.variant_colour(names.index(variant)) for _, variant, _ in rows]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": values.tolist(),
        "y": heights,
        "width": 0.8,
        "marker": {"color": colours},
        "text": [
            f"{label}: {item.messages:,} messages, {item.lost:,} lost"
            for label, (_, _, item) in zip(labels, rows, strict=True)
        ],
        "textposition": "none",
        "hovertemplate": f"%{{text}}<br>%{{x:.2f}} {unit}<extra></extra>",
    }
    digits = 1 if values.max() < 100.0 else 0
    ends = _end_labels(values, heights, [f"{number(value, digits)} {unit}" for value in values])
    spoken = "; ".join(
        f"{label} {number(value, digits)} {unit}" for label, value in zip(labels, values, strict=True)
    )
    layout = _layout(heights, labels, float(values.max()) * 1.28)
    layout["xaxis"]["title"]["text"] = f"carried in the whole exercise, {unit}"
    return Figure([bars, ends], layout, f"Bytes over the links: {spoken}.")


def unit_for(most: float) -> tuple[float, str]:
    """The unit in which the largest number of bytes reads well, and how many bytes it is."""
    return next(((scale, unit) for scale, unit in _UNITS if most >= scale), _UNITS[-1])


def _carried(variant: VariantResult, source: str, target: str) -> Traffic:
    found = [item for item in variant.traffic if (item.source, item.target) == (source, target)]
    return found[0] if found else Traffic(source, target, 0, 0, 0)


def _grouped(rows: list[tuple[str, str]]) -> tuple[list[float], list[str]]:
    """Height of each row, with a gap between groups, and its label."""
    heights, at = [], 0.0
    for place, (group, _) in enumerate(rows):
        at += 0.0 if place == 0 else 1.0 + (_GAP if group != rows[place - 1][0] else 0.0)
        heights.append(at)
    one_each = len({group for group, _ in rows}) == len(rows)
    return heights, [plain(group if one_each else f"{group} · {name}") for group, name in rows]


def _end_labels(values: Any, heights: list[float], text: list[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [float(value) for value in values],
        "y": heights,
        "text": [f" {item}" for item in text],
        "textposition": "middle right",
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _layout(heights: list[float], labels: list[str], right: float) -> dict[str, Any]:
    bottom = heights[-1] if heights else 0.0
    return style.layout(
        height=int(_ROW_PX * (bottom + 1.0)) + 64,
        margin={"l": 10, "r": 12, "t": 8, "b": 44},
        bargap=0.0,
        hovermode="closest",
        xaxis=style.axis(range=[0, right]),
        yaxis=style.axis(
            range=[bottom + 0.7, -0.7],
            tickvals=heights,
            ticktext=labels,
            gridcolor="rgba(0,0,0,0)",
            tickfont={"color": style.INK, "size": 12},
        ),
    )
