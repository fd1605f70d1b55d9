"""The chart of who gains: completeness of each node in every variant, joined by a line."""

import math
from typing import Any

from kizuna.review.report import style
from kizuna.review.report.answer import HEADLINE, best_variant, completeness, node_changes
from kizuna.review.report.figure import Figure, plain
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import signed


def gains(material: ReportMaterial) -> Figure | None:
    """Completeness of each node in every variant, the greatest gain on top; None when nothing was scored."""
    if not material.variants or not material.variants[0].nodes:
        return None
    first, best = material.variants[0], best_variant(material)
    changes = node_changes(first, best) if best else {}
    nodes = sorted((result.node for result in first.nodes), key=lambda node: -changes.get(node, 0.0))
    levels = {node: _levels(material, node) for node in nodes}
    traces = [_connection(node, levels[node]) for node in nodes]
    for place, variant in enumerate(material.variants):
        colour = style.variant_colour(place)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [levels[node][place] for node in nodes],
                "y": [plain(node) for node in nodes],
                "marker": {
                    "symbol": style.VARIANT_MARKS[place % len(style.VARIANT_MARKS)],
                    "size": 12,
                    "color": colour,
                    "line": {"color": colour, "width": 2},
                },
                "hovertemplate": f"%{{y}}, {plain(variant.name)}: %{{x:.2f}}<extra></extra>",
                "cliponaxis": False,
            }
        )
    traces.append(_change_labels(levels, changes))
    layout = style.layout(
        height=74 + 44 * len(nodes),
        margin={"l": 10, "r": 8, "t": 8, "b": 40},
        hovermode="closest",
        xaxis=style.axis("completeness", range=[-0.02, 1.16], tickvals=[0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        yaxis=style.axis(
            type="category",
            range=[len(nodes) - 0.5, -0.5],
            gridcolor="rgba(0,0,0,0)",
            tickfont={"color": style.INK, "size": 13},
        ),
    )
    spoken = "; ".join(f"{node} {_spoken(material, levels[node])}" for node in nodes)
    return Figure(traces, layout, f"Completeness of each node: {spoken}.")


def _levels(material: ReportMaterial, node: str) -> list[float]:
    """Completeness of a node in every variant, NaN where it has none."""
    results = [variant.result(node) for variant in material.variants]
    return [completeness(result) if result else math.nan for result in results]


def _spoken(material: ReportMaterial, levels: list[float]) -> str:
    return ", ".join(
        f"{variant.name} {HEADLINE.text(level)}"
        for variant, level in zip(material.variants, levels, strict=True)
    )


def _connection(node: str, levels: list[float]) -> dict[str, Any]:
    """A line from the least to the greatest completeness of a node."""
    known = [level for level in levels if math.isfinite(level)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [min(known), max(known)] if known else [],
        "y": [plain(node)] * (2 if known else 0),
        "line": {"color": "#aab2ba", "width": 3},
        "hoverinfo": "skip",
    }


def _change_labels(levels: dict[str, list[float]], changes: dict[str, float]) -> dict[str, Any]:
    """The change of each node, right of its rightmost mark."""
    right = [max([level for level in row if math.isfinite(level)], default=0.0) for row in levels.values()]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [value + 0.03 for value in right],
        "y": [plain(node) for node in levels],
        "text": [signed(changes[node], HEADLINE.digits) if node in changes else "" for node in levels],
        "textposition": "middle right",
        "textfont": {"size": 13},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
