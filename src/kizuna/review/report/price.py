"""The chart of accuracy against bytes: what each variant's picture costs in traffic."""

from typing import Any

import numpy as np

from kizuna.review.report import style
from kizuna.review.report.bars import unit_for
from kizuna.review.report.figure import Figure, plain
from kizuna.review.report.material import ReportMaterial, VariantResult
from kizuna.review.report.measures import number


def price(material: ReportMaterial) -> Figure | None:
    """GOSPA, the mean over nodes, against all bytes sent; None when fewer than two variants send any."""
    carried = [sum(item.bytes for item in variant.traffic) for variant in material.variants]
    if sum(size > 0 for size in carried) < 2:
        return None
    scale, unit = unit_for(max(carried))
    errors_m = [_gospa_m(variant) for variant in material.variants]
    names: dict[tuple[float, float], list[str]] = {}
    for variant, size, error_m in zip(material.variants, carried, errors_m, strict=True):
        names.setdefault((size, error_m), []).append(variant.name)
    traces: list[dict[str, Any]] = []
    for place, (variant, size, error_m) in enumerate(zip(material.variants, carried, errors_m, strict=True)):
        if not np.isfinite(error_m):
            continue
        # Variants in one place share one label: one over the other could not be read.
        label = ", ".join(names.pop((size, error_m), []))
        colour = style.variant_colour(place)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [size / scale],
                "y": [error_m],
                "text": [f" {plain(label)}"],
                "textposition": "middle right",
                "marker": {
                    "symbol": style.VARIANT_MARKS[place % len(style.VARIANT_MARKS)],
                    "size": 12,
                    "color": colour,
                    "line": {"color": colour, "width": 2},
                },
                "hovertemplate": f"{plain(variant.name)}: %{{x:.2f}} {unit}, %{{y:,.0f}} m<extra></extra>",
                "cliponaxis": False,
            }
        )
    layout = style.layout(
        height=260,
        margin={"l": 10, "r": 90, "t": 8, "b": 44},
        hovermode="closest",
        xaxis=style.axis(f"sent over all links, {unit}", rangemode="tozero"),
        yaxis=style.axis("GOSPA, m", rangemode="tozero"),
    )
    spoken = "; ".join(
        f"{variant.name} {number(size / scale, 2)} {unit}, {number(error_m, 0)} m"
        for variant, size, error_m in zip(material.variants, carried, errors_m, strict=True)
    )
    return Figure(traces, layout, f"GOSPA against bytes sent: {spoken}.")


def _gospa_m(variant: VariantResult) -> float:
    """Mean over the nodes; NaN when none was scored."""
    found = [node.measures["gospa_m"] for node in variant.nodes if "gospa_m" in node.measures]
    return float(np.mean(found)) if found else np.nan
