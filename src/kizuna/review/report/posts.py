"""The chart of whom orders wait for: how long each post takes, from being asked until it is done."""

from typing import Any, Final

import numpy as np

from kizuna.review.report import style
from kizuna.review.report.command import SHARES
from kizuna.review.report.figure import Figure, plain
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import number

_ROW_PX: Final = 22


def posts_figure(material: ReportMaterial) -> Figure | None:
    """A box for each post in each variant: quartiles, and 5 and 95 %; None when nobody was asked anything."""
    times: dict[tuple[int, str], list[float]] = {}
    for place, variant in enumerate(material.variants):
        for each in variant.workloads:
            times.setdefault((place, each.post), []).extend(each.took_s.tolist())
    if not times:
        return None
    posts = list(dict.fromkeys(post for _, post in times))
    held = sorted({place for place, _ in times})
    traces: list[dict[str, Any]] = []
    for place in held:
        rows = [(post, np.quantile(times[place, post], SHARES)) for post in posts if (place, post) in times]
        low, first, median, third, high = np.array([row for _, row in rows]).T
        traces.append(
            {
                "type": "box",
                "orientation": "h",
                "y": [plain(post) for post, _ in rows],
                "q1": first.tolist(),
                "median": median.tolist(),
                "q3": third.tolist(),
                "lowerfence": low.tolist(),
                "upperfence": high.tolist(),
                "line": {"color": style.variant_colour(place), "width": 1.5},
                "fillcolor": style.faint(style.variant_colour(place), 0.25),
                "name": plain(material.variants[place].name),
            }
        )
    layout = style.layout(
        height=60 + _ROW_PX * len(posts) * len(held),
        boxmode="group",
        xaxis=style.axis("seconds from being asked until done", rangemode="tozero"),
        yaxis=style.axis(type="category", range=[len(posts) - 0.5, -0.5], gridcolor="rgba(0,0,0,0)"),
    )
    slowest = max(times, key=lambda key: float(np.median(times[key])))
    median_s = number(float(np.median(times[slowest])), 0)
    whose = f"{slowest[1]} in {material.variants[slowest[0]].name}"
    return Figure(
        traces, layout, f"How long posts took; the slowest was {whose}, {median_s} s in the median."
    )
