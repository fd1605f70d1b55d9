"""The map: land, sensors and their coverage, the truth, and each node's tracks and misses in each variant."""

from typing import Any, Final

import numpy as np

from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.report import style
from kizuna.review.report.answer import HEADLINE, completeness
from kizuna.review.report.basemap import Basemap, basemap
from kizuna.review.report.canvas import Canvas, canvas_for
from kizuna.review.report.coverage import HEIGHTS_M, ground_range_m, rings
from kizuna.review.report.figure import packed, plain
from kizuna.review.report.graticule import Graticule, graticule
from kizuna.review.report.lines import Box
from kizuna.review.report.material import NodeResult, ReportMaterial, VariantResult
from kizuna.review.report.measures import number
from kizuna.review.report.missed import Missed
from kizuna.review.report.trails import text_of, trails
from kizuna.shapes import Float

_MOST_MISSES: Final = 1500
_SCALES_KM: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def map_payload(material: ReportMaterial, misses: dict[tuple[str, str], Missed]) -> dict[str, Any]:
    """Everything that the page's script needs to draw the map and to switch it.

    Parameters
    ----------
    material
        What the report is made of.
    misses
        The sampled misses by names of variant and node.
    """
    canvas = canvas_for(material)
    land = basemap(canvas.projection, canvas.reach, canvas.fine_km)
    grid = graticule(canvas.projection, canvas.reach, canvas.view)
    return {
        "ground": _ground(land, grid),
        "truth": _truth(material.truth, canvas),
        "marks": [*_sensors(material, canvas), *_lettering(grid, canvas.view)],
        "rings": _rings(material, canvas),
        "pictures": _pictures(material, misses, canvas),
        "missColours": style.REASONS,
        "layout": _layout(canvas.view),
    }


def kinds_by_number(truth: Truth) -> list[str]:
    """Kinds of objects, the one with most objects first; `object` stands for those without a kind."""
    _, first = np.unique(truth.object.codes, return_index=True)
    kinds = [kind or "object" for kind in truth.kind.take(first).values()]
    return sorted(set(kinds), key=lambda kind: (-kinds.count(kind), kind))


def _line(xy: Float, colour: str, width: float, **more: Any) -> dict[str, Any]:
    """A trace of lines that nothing happens on."""
    trace = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "line": {"color": colour, "width": width},
    }
    trace |= {"x": packed(xy[:, 0]), "y": packed(xy[:, 1])}
    return trace | more


def _ground(land: Basemap, grid: Graticule) -> list[dict[str, Any]]:
    return [
        _line(land.land, style.LAND, 0.0, fill="toself", fillcolor=style.LAND),
        _line(land.coast, style.COAST, 0.7),
        _line(land.border, "#a9a08d", 0.8),
        _line(grid.lines, style.faint(style.INK, 0.10), 0.7),
    ]


def _truth(truth: Truth, canvas: Canvas) -> list[dict[str, Any]]:
    """One trace of trails for each kind, and one of the places where they end, which say whose they are."""
    made = []
    kinds = np.array([kind or "object" for kind in truth.kind.names] + ["object"], dtype=object)[
        truth.kind.codes
    ]
    for place, kind in enumerate(kinds_by_number(truth)):
        rows = np.flatnonzero(kinds == kind)
        paths = trails(
            truth.object.codes[rows].astype(np.int64),
            truth.time[rows],
            truth.lat_deg[rows],
            truth.lon_deg[rows],
            canvas,
        )
        colour, dash = style.TRUTH[min(place, len(style.TRUTH) - 1)]
        line = {"color": colour, "width": 1.0 if place == 0 else 1.6, "dash": dash}
        made.append(_line(paths.xy_km, colour, 1.0, line=line))
        made.append(
            {
                "type": "scatter",
                "mode": "markers",
                "marker": {"color": colour, "size": 3 if place == 0 else 4},
                "x": packed(paths.last_xy_km[:, 0]),
                "y": packed(paths.last_xy_km[:, 1]),
                "text": [plain(f"{name}, {kind}") for name in text_of(truth.object, paths.owner)],
                "hovertemplate": "%{text}<br>last place<extra></extra>",
            }
        )
    return made


def _sensors(material: ReportMaterial, canvas: Canvas) -> list[dict[str, Any]]:
    """One trace of marks for each nation."""
    sensors = material.sensors
    xy = canvas.projection.xy_km(sensors.lat_deg, sensors.lon_deg)
    reach = ground_range_m(sensors, HEIGHTS_M[-1]) / 1000.0
    made = []
    for nation, mark in nation_marks(material).items():
        rows = np.flatnonzero(sensors.nation.equal(nation) & np.isfinite(xy[:, 0]))
        names = text_of(sensors.sensor, sensors.sensor.codes[rows].astype(np.int64))
        text = [
            f"{plain(name)} ({plain(nation)})<br>{kind_of_sensor(material.sensors, row)}<br>"
            f"sees an airliner at 10,000 m out to {number(reach[row], 0)} km"
            for name, row in zip(names, rows.tolist(), strict=True)
        ]
        made.append(
            {
                "type": "scatter",
                "mode": "markers",
                "marker": {
                    "symbol": mark,
                    "size": 9,
                    "color": style.INK,
                    "line": {"color": "#fff", "width": 1.2},
                },
                "x": packed(xy[rows, 0]),
                "y": packed(xy[rows, 1]),
                "text": text,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return made


def nation_marks(material: ReportMaterial) -> dict[str, str]:
    """The mark of each nation that has a sensor, in the order in which they appear."""
    nations = [nation for nation in dict.fromkeys(material.sensors.nation.values()) if nation]
    return {nation: style.NATION_MARKS[at % len(style.NATION_MARKS)] for at, nation in enumerate(nations)}


def kind_of_sensor(sensors: Sensors, row: int) -> str:
    """What people call a sensor: `3-D radar`, `2-D radar with Mode C`, `ADS-B receiver`, `bearing sensor`."""
    kind = sensors.kind.names[sensors.kind.codes[row]]
    if kind == "position":
        return "ADS-B receiver"
    if kind == "bearing":
        return "bearing sensor"
    if sensors.is_3d()[row]:
        return "3-D radar"
    return "2-D radar with Mode C" if sensors.sigma_altitude_m[row] > 0.0 else "2-D radar"


def _rings(material: ReportMaterial, canvas: Canvas) -> dict[str, Any]:
    """Coverage at each height: all sensors' rings one after the other, each closed and ended by NaN."""
    heights = []
    corners = 0
    for height in HEIGHTS_M:
        xy = canvas.projection.xy_km(*rings(material.sensors, height))
        xy = np.concatenate([xy, np.full((len(xy), 1, 2), np.nan)], axis=1)
        corners = xy.shape[1]
        heights.append({"height_m": height, "x": packed(xy[..., 0]), "y": packed(xy[..., 1])})
    return {"corners": corners, "sensors": len(material.sensors), "heights": heights}


def _pictures(
    material: ReportMaterial, misses: dict[tuple[str, str], Missed], canvas: Canvas
) -> list[dict[str, Any]]:
    """Each node's tracks, misses and sensors in each variant."""
    numbers = {name: row for row, name in enumerate(material.sensors.sensor.values())}
    return [
        {
            "variant": variant.name,
            "node": result.node,
            "colour": style.variant_colour(place),
            "fill": style.faint(style.variant_colour(place), 0.09),
            "sensors": sorted({numbers[feed.sensor] for feed in result.feeds}),
            "says": _says(variant, result, len(numbers)),
            "tracks": _tracks(variant.tracks, result.node, canvas),
            "misses": _misses(misses.get((variant.name, result.node)), canvas),
        }
        for place, variant in enumerate(material.variants)
        for result in variant.nodes
    ]


def _says(variant: VariantResult, result: NodeResult, sensors: int) -> str:
    """What the picture comes from and how complete it is, in words."""
    level = HEADLINE.text(completeness(result))
    return f"{result.node}, {variant.name}: {len(result.feeds)} of {sensors} sensors, completeness {level}."


def _tracks(tracks: Tracks, node: str, canvas: Canvas) -> dict[str, Any]:
    rows = np.flatnonzero(tracks.node.equal(node) & ~tracks.status.equal("tentative"))
    paths = trails(tracks.track[rows], tracks.time[rows], tracks.lat_deg[rows], tracks.lon_deg[rows], canvas)
    return {"x": packed(paths.xy_km[:, 0]), "y": packed(paths.xy_km[:, 1]), "count": len(paths.owner)}


def _misses(misses: Missed | None, canvas: Canvas) -> dict[str, Any]:
    """Places of missed objects, coloured by reason; every k-th when there are too many to see."""
    if misses is None:
        return {"x": packed([]), "y": packed([]), "reason": packed([], "u1")}
    some = slice(None, None, -(-len(misses.reason) // _MOST_MISSES) or 1)
    xy = canvas.projection.xy_km(misses.lat_deg[some], misses.lon_deg[some])
    return {"x": packed(xy[:, 0]), "y": packed(xy[:, 1]), "reason": packed(misses.reason[some], "u1")}


def _lettering(grid: Graticule, view: Box) -> list[dict[str, Any]]:
    """Names of meridians and parallels, and a scale."""
    width = view[1] - view[0]
    scale = max((km for km in _SCALES_KM if km < 0.2 * width), default=_SCALES_KM[0])
    right, foot = view[1] - 0.03 * width, view[2] + 0.05 * (view[3] - view[2])
    text = {"type": "scatter", "hoverinfo": "skip", "cliponaxis": True}
    return [
        text
        | {
            "mode": "text",
            "text": list(grid.labels),
            "textposition": "top right",
            "textfont": {"color": style.MUTED, "size": 10, "shadow": "0 0 3px #fff, 0 0 3px #fff"},
            "x": packed(grid.label_xy[:, 0]),
            "y": packed(grid.label_xy[:, 1]),
        },
        text
        | {
            "mode": "lines+text",
            "line": {"color": style.INK, "width": 2},
            "text": ["", f"{scale:,} km", ""],
            "textposition": "top center",
            "textfont": {"size": 11},
            "x": [right - scale, right - scale / 2.0, right],
            "y": [foot, foot, foot],
        },
    ]


def _layout(view: Box) -> dict[str, Any]:
    hidden = {"visible": False, "zeroline": False, "showgrid": False}
    return style.layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        plot_bgcolor=style.SEA,
        dragmode="pan",
        hovermode="closest",
        xaxis=hidden | {"range": [view[0], view[1]], "constrain": "range"},
        yaxis=hidden
        | {"range": [view[2], view[3]], "scaleanchor": "x", "scaleratio": 1, "constrain": "range"},
    )
