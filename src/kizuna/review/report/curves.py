"""The charts of lines, one for each variant: completeness over time, accuracy, time to the first track."""

from typing import Any, Final

import numpy as np

from kizuna.review.report import style
from kizuna.review.report.answer import HEADLINE, completeness
from kizuna.review.report.figure import Figure, packed, plain
from kizuna.review.report.material import NodeResult, ReportMaterial
from kizuna.review.report.measures import number
from kizuna.shapes import FloatN

_HEIGHT_PX: Final = 210
_MOST_POINTS: Final = 240
_PERCENTS: Final = np.arange(0.0, 100.5, 1.0)
_SHORTEST_S: Final = 1.0
_LEAST_ERROR_M: Final = 1.0
_TIME_TICKS: Final = {
    1: "1 s",
    10: "10 s",
    60: "1 min",
    600: "10 min",
    3600: "1 h",
    21600: "6 h",
    86400: "1 d",
}


def over_time(material: ReportMaterial, node: str) -> Figure | None:
    """Completeness of one node over time; None when no variant has a curve for it."""
    traces, spoken = [], []
    for place, variant in enumerate(material.variants):
        result = variant.result(node)
        if result is None or not len(result.curve_time_s):
            continue
        time, value = _binned(result.curve_time_s, result.curve_completeness)
        hover = f"%{{x|%H:%M}} UTC, {plain(variant.name)}: %{{y:.2f}}<extra></extra>"
        traces.append(_line(place, packed(time * 1000.0, "f8"), packed(value), hover))
        spoken.append(f"{variant.name} {HEADLINE.text(completeness(result))}")
    days = material.duration_s > 86_400.0
    layout = style.layout(
        height=_HEIGHT_PX,
        xaxis=style.axis("UTC", type="date", tickformat="%d %b %H:%M" if days else "%H:%M", nticks=6),
        yaxis=style.axis(range=[0, 1.03], tickvals=[0, 0.25, 0.5, 0.75, 1.0]),
    )
    return _figure(traces, layout, f"Completeness of {node} over time; means: {', '.join(spoken)}.")


def errors(material: ReportMaterial, node: str) -> Figure | None:
    """How large one node's position errors are, as the share below each distance; None without errors."""
    traces, spoken, largest = [], [], 10.0
    for place, variant in enumerate(material.variants):
        result = variant.result(node)
        known = result.errors_m[np.isfinite(result.errors_m)] if result else np.empty(0)
        if not len(known):
            continue
        metres = np.maximum(np.percentile(known, _PERCENTS), _LEAST_ERROR_M)
        largest = max(largest, float(metres[-1]))
        hover = f"{plain(variant.name)}: %{{y:.0f}} % below %{{x:,.0f}} m<extra></extra>"
        traces.append(_line(place, packed(metres), packed(_PERCENTS), hover))
        median, most = number(metres[50], 0), number(metres[95], 0)
        spoken.append(f"{variant.name} median {median} m, 95 % below {most} m")
    top = np.ceil(2.0 * np.log10(largest)) / 2.0
    ticks = [10.0**power for power in range(int(top) + 1)]
    layout = style.layout(
        height=_HEIGHT_PX,
        xaxis=style.axis("position error, m", **_log(top, ticks, [f"{tick:,.0f}" for tick in ticks])),
        yaxis=_percent_axis(),
    )
    return _figure(traces, layout, f"Position error of {node}: {'; '.join(spoken)}.")


def first_tracks(material: ReportMaterial, kind: str, kind_of: dict[str, str]) -> Figure | None:
    """Share of one kind's objects that have a track after a time, over all nodes; None without such objects.

    Parameters
    ----------
    material
        What the report is made of.
    kind
        The kind of object.
    kind_of
        The kind of each object by its name.
    """
    return _after(
        material,
        [
            np.concatenate([np.empty(0), *(waits_of(result, kind, kind_of) for result in variant.nodes)])
            for variant in material.variants
        ],
        "after the first appearance",
        f"Objects of kind {kind} that have a track",
    )


def decided(material: ReportMaterial, action: str) -> Figure | None:
    """Share of one action's orders that were issued after a time; None when no variant has any."""
    waits = []
    for variant in material.variants:
        rows = [row for row in variant.decisions.actions if row.action == action] if variant.decisions else []
        waits.append(
            np.concatenate(
                [np.empty(0), *([*row.took_s, *[np.nan] * (row.orders - row.issued)] for row in rows)]
            )
        )
    return _after(material, waits, "after the picture showed it", f"Orders {action} that were issued")


def _after(material: ReportMaterial, waits_s: list[FloatN], axis: str, what: str) -> Figure | None:
    """Share that has happened after a time, of what each variant waited for; NaN where it never did."""
    traces, spoken = [], []
    longest = max(material.duration_s, 60.0)
    for place, (variant, waits) in enumerate(zip(material.variants, waits_s, strict=True)):
        if not len(waits):
            continue
        found = np.sort(waits[np.isfinite(waits)])
        share = 100.0 * np.arange(1, len(found) + 1) / len(waits)
        some = np.unique(np.linspace(0, len(found) - 1, min(len(found), _MOST_POINTS)).astype(int))
        total = 100.0 * len(found) / len(waits)
        seconds = np.concatenate([[_SHORTEST_S], np.maximum(found[some], _SHORTEST_S), [longest]])
        percent = np.concatenate([[0.0], share[some], [total]])
        hover = f"{plain(variant.name)}: %{{y:.0f}} % after %{{x:,.0f}} s<extra></extra>"
        traces.append(_line(place, packed(seconds), packed(percent), hover, shape="hv"))
        spoken.append(f"{variant.name} {number(total, 0)} % in the end")
    ticks = [at for at in _TIME_TICKS if at <= longest]
    layout = style.layout(
        height=_HEIGHT_PX,
        xaxis=style.axis(axis, **_log(np.log10(longest), ticks, [_TIME_TICKS[at] for at in ticks])),
        yaxis=_percent_axis(),
    )
    return _figure(traces, layout, f"{what}: {'; '.join(spoken)}.")


def waits_of(result: NodeResult, kind: str, kind_of: dict[str, str]) -> FloatN:
    """Seconds to the first track of one kind's objects, NaN for never: (objects of the kind,)."""
    wanted = [kind_of.get(name or "") == kind for name in result.first_object.values()]
    return result.first_track_s[np.array(wanted, dtype=np.bool_)]


def _figure(traces: list[dict[str, Any]], layout: dict[str, Any], spoken: str) -> Figure | None:
    """The figure, with the first variant drawn last so that its dots show on a line under them."""
    return Figure(traces[::-1], layout, spoken) if traces else None


def _line(place: int, x: Any, y: Any, hover: str, shape: str = "linear") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "hovertemplate": hover,
        "line": {
            "color": style.variant_colour(place),
            "dash": style.VARIANT_DASHES[place % len(style.VARIANT_DASHES)],
            "shape": shape,
            "width": 2,
        },
    }


def _log(top: float, ticks: list[Any], text: list[str]) -> dict[str, Any]:
    """A logarithmic axis from 1 to 10**top."""
    return {"type": "log", "range": [0.0, float(top)], "tickvals": ticks, "ticktext": text}


def _percent_axis() -> dict[str, Any]:
    ticks = [0, 25, 50, 75, 100]
    return style.axis(range=[0, 103], tickvals=ticks, ticktext=[f"{tick} %" for tick in ticks])


def _binned(time_s: FloatN, value: FloatN) -> tuple[FloatN, FloatN]:
    """Means over at most `_MOST_POINTS` equal stretches of samples, NaN passed over."""
    known = np.isfinite(value)
    time_s, value = time_s[known], value[known]
    if len(value) <= _MOST_POINTS:
        return time_s, value
    starts = np.linspace(0, len(value), _MOST_POINTS + 1).astype(int)[:-1]
    count = np.diff(np.append(starts, len(value)))
    mean_time: FloatN = np.add.reduceat(time_s, starts) / count
    mean_value: FloatN = np.add.reduceat(value, starts) / count
    return mean_time, mean_value
