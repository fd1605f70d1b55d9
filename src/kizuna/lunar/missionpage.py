"""The page of a mission: margins, map with light over time, timeline, energy and heat, sky at stops."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from kizuna.geo.time import format_utc
from kizuna.kernels.route import SUN_LEVELS
from kizuna.lunar.check import Checked, Course
from kizuna.lunar.ephemeris import Ephemeris
from kizuna.lunar.horizon import horizon_at
from kizuna.lunar.light import lights_at
from kizuna.lunar.picture import write_page
from kizuna.lunar.planner import Planned
from kizuna.lunar.power import KWH
from kizuna.lunar.relief import hillshade
from kizuna.lunar.risk import Risk
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import FloatN

_MAPS: Final = 28
_ACROSS: Final = 120
"""Moments and cells of the map of light."""

_CURVE: Final = 1500

_TIGHT: Final = {"t": 30, "b": 40}

Chart = tuple[str, list[Any], dict[str, Any]]


def write_mission_page(
    path: Path | str,
    title: str,
    planned: Planned,
    checked: Checked,
    risk: Risk | None,
    terrain: Terrain,
    ephemeris: Ephemeris,
    sentences: list[str],
) -> None:
    """Write the page; everything it needs is in the file.

    Parameters
    ----------
    path, title, sentences
        The file, and what stands on top.
    planned, checked
        The plan and what the checker found.
    risk
        How surely it keeps its limits, if that was looked at.
    terrain, ephemeris
        For the sky at the stops.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    charts = [
        _margins(checked),
        *([_surely(risk)] if risk else []),
        _map(planned, checked.course),
        _timeline(planned),
        _energy(planned, checked.course, risk),
        _skies(planned, terrain, ephemeris),
    ]
    write_page(path, title, sentences, charts)


def _margins(checked: Checked) -> Chart:
    """The table, the weakest moment first."""
    rows = [
        [
            each.name,
            f"{each.limit:,.2f} {each.unit}",
            f"{each.worst:,.2f} {each.unit}",
            f"{each.margin:,.2f} {each.unit}",
            format_utc(round(each.time_s)),
        ]
        for each in checked.margins
    ]
    colours = ["#e8f3ea" if each.kept else "#f7d4d0" for each in checked.margins]
    table = {
        "type": "table",
        "header": {"values": ["limit", "allowed", "worst", "left", "when"], "align": "left"},
        "cells": {"values": list(zip(*rows, strict=True)), "align": "left", "fill": {"color": [colours]}},
    }
    return "Margins, the weakest moment first", [table], {"height": 80 + 25 * len(rows), "margin": _TIGHT}


def _surely(risk: Risk) -> Chart:
    """How surely each limit holds, the weakest first."""
    rows = [
        [
            each.name,
            f"{each.holds:.1%}",
            f"{each.low:.1%} to {each.high:.1%}",
            f"{each.left(0.05):,.2f} {each.unit}",
            f"{each.left(0.5):,.2f} {each.unit}",
            format_utc(round(each.time_s)),
        ]
        for each in risk.chances
    ]
    head = ["limit", "holds", "95 % interval", "left in 1 of 20", "left in half", "weakest moment"]
    table = {
        "type": "table",
        "header": {"values": head, "align": "left"},
        "cells": {"values": list(zip(*rows, strict=True)), "align": "left"},
    }
    title = f"How surely each limit holds, in {len(risk.together.margins)} runs, the weakest first"
    return title, [table], {"height": 80 + 25 * len(rows), "margin": _TIGHT}


def _map(planned: Planned, course: Course) -> Chart:
    """The light at moments that a slider chooses, the way coloured by what the stores have left."""
    site, plan = planned.site, planned.plan
    grid = site.grid
    step = max(1, max(grid.shape) // _ACROSS)
    x, y = (grid.x_m[::step] / 1000.0).round(3).tolist(), (grid.y_m[::step] / 1000.0).round(3).tolist()
    frames = site.frames.reshape(*grid.shape, -1)[::step, ::step]
    shade = 0.4 + 0.6 * hillshade(grid, 315.0, 35.0)[::step, ::step]
    chosen = np.linspace(0, frames.shape[2] - 1, _MAPS).astype(int)
    traces: list[Any] = []
    for number, frame in enumerate(chosen):
        light = ((frames[:, :, frame] & SUN_LEVELS) * shade * (100.0 / SUN_LEVELS)).round().astype(int)
        traces.append(
            {
                "type": "heatmap",
                "z": light.tolist(),
                "x": x,
                "y": y,
                "zmin": 0,
                "zmax": 100,
                "colorscale": [[0, "#14183c"], [0.5, "#a06078"], [1, "#fffabe"]],
                "visible": number == 0,
                "hoverinfo": "skip",
                "showscale": False,
            }
        )
    at_x, at_y = plan_xy(planned)
    left = (
        np.interp(plan.time_s, course.seconds, course.left_j) - plan.rules.reserve * site.plant.deliverable_j
    )
    way = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "way",
        "x": at_x.round(3).tolist(),
        "y": at_y.round(3).tolist(),
        "line": {"color": "#ffffff", "width": 1},
        "marker": {
            "size": 5,
            "color": (left / KWH).round(1).tolist(),
            "cmin": 0,
            "colorscale": [[0, "#c03020"], [0.5, "#e0c040"], [1, "#309050"]],
            "colorbar": {"title": {"text": "kWh over the reserve"}},
        },
    }
    traces += [way, _stops(planned)]
    steps = []
    for number, frame in enumerate(chosen):
        shown = [each == number for each in range(_MAPS)] + [True, True]
        label = format_utc(site.start_s + float(frame) * site.frame_s)[5:16].replace("T", " ")
        steps.append({"method": "restyle", "args": [{"visible": shown}], "label": label})
    layout: dict[str, Any] = {
        "height": 800,
        "margin": _TIGHT,
        "xaxis": {"title": {"text": "x [km]"}},
        "yaxis": {"title": {"text": "y [km]"}, "scaleanchor": "x"},
        "sliders": [{"steps": steps, "currentvalue": {"prefix": "light at "}}],
        "showlegend": False,
    }
    return "Where, and the light over time", traces, layout


def plan_xy(planned: Planned) -> tuple[FloatN, FloatN]:
    """The plan's points on the map's plane, kilometres, (N,) each."""
    x, y = planned.site.grid.plane.to_plane(planned.plan.lat_deg, planned.plan.lon_deg)
    return np.asarray(x) / 1000.0, np.asarray(y) / 1000.0


def _stops(planned: Planned) -> dict[str, Any]:
    """The visited stations with their names."""
    at_x, at_y = plan_xy(planned)
    number = [int(np.searchsorted(planned.plan.time_s, stay.arrive_s + 0.5)) for stay in planned.plan.stays]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": at_x[number].round(3).tolist(),
        "y": at_y[number].round(3).tolist(),
        "text": [stay.station for stay in planned.plan.stays],
        "textposition": "top center",
        "textfont": {"color": "#40c0ff"},
        "marker": {"size": 9, "symbol": "diamond", "color": "#40c0ff"},
    }


def _timeline(planned: Planned) -> Chart:
    """What rover and crew do, as bars over time."""
    plan = planned.plan
    bars: list[tuple[str, str, float, float, str]] = []
    edges = [plan.time_s[0], *(edge for stay in plan.stays for edge in (stay.arrive_s, stay.leave_s))]
    for first, last in zip(edges[::2], [*edges[1::2], plan.time_s[-1]], strict=True):
        bars.append(("rover", "drives", float(first), float(last), ""))
    bars += [("rover", "stands", stay.arrive_s, stay.leave_s, stay.station) for stay in plan.stays]
    for each in plan.activities:
        what = "sleeps" if each.kind == "sleep" else "works outside"
        bars.append(("crew", what, each.start_s, each.end_s, each.station))
    colours = {"drives": "#e07000", "stands": "#90a0b0", "sleeps": "#3050a0", "works outside": "#309050"}
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": what,
            "y": [who for who, kind, *_ in bars if kind == what],
            "base": [format_utc(round(first)) for _, kind, first, _, _ in bars if kind == what],
            "x": [round((last - first) * 1000.0) for _, kind, first, last, _ in bars if kind == what],
            "text": [name for _, kind, _, _, name in bars if kind == what],
            "marker": {"color": colour},
        }
        for what, colour in colours.items()
    ]
    return (
        "Timeline",
        traces,
        {"barmode": "overlay", "height": 260, "margin": _TIGHT, "xaxis": {"type": "date"}},
    )


def _energy(planned: Planned, course: Course, risk: Risk | None) -> Chart:
    """What the stores can give, and heat against what the radiator takes; with the bands of many runs."""
    chosen = np.linspace(0, len(course.seconds) - 1, min(_CURVE, len(course.seconds))).astype(int)
    stamps = [format_utc(round(float(time_s))) for time_s in course.seconds[chosen]]
    reserve = planned.plan.rules.reserve * planned.site.plant.deliverable_j / KWH

    def line(name: str, values: FloatN, **more: Any) -> dict[str, Any]:
        return {"type": "scatter", "name": name, "x": stamps, "y": values.round(2).tolist(), **more}

    traces = [
        *(_bands(risk) if risk else []),
        line("stores [kWh]", course.left_j[chosen] / KWH, line={"color": "#2060c0"}),
        line("reserve [kWh]", np.full(len(chosen), reserve), line={"color": "#c03020", "dash": "dot"}),
        line("Sun [%]", 100.0 * course.sun[chosen], line={"color": "#e0a000", "width": 1}),
        line("heat [kW]", course.heat_w[chosen] / 1000.0, yaxis="y2", line={"color": "#a04040", "width": 1}),
        line(
            "radiator [kW]",
            course.cooled_w[chosen] / 1000.0,
            yaxis="y2",
            line={"color": "#60a0a0", "width": 1},
        ),
    ]
    layout = {
        "yaxis": {"title": {"text": "kWh, %"}, "rangemode": "tozero"},
        "yaxis2": {"title": {"text": "kW"}, "overlaying": "y", "side": "right", "rangemode": "tozero"},
    }
    return "Energy and heat", traces, layout


def _bands(risk: Risk) -> list[dict[str, Any]]:
    """Between which values the stores and the heat lie in nine of ten runs."""
    stamps = [format_utc(round(float(time_s))) for time_s in risk.curve_s]
    out: list[dict[str, Any]] = []
    for name, rows, more, fill in (
        ("stores, 5 to 95 %", risk.left_j / KWH, {}, "rgba(32,96,192,0.25)"),
        ("heat, 5 to 95 %", risk.heat_w / 1000.0, {"yaxis": "y2"}, "rgba(160,64,64,0.25)"),
    ):
        for row, how in ((0, {"showlegend": False}), (2, {"fill": "tonexty", "fillcolor": fill})):
            bare = {"type": "scatter", "name": name, "mode": "lines", "line": {"width": 0}}
            out.append(bare | {"x": stamps, "y": rows[row].round(2).tolist()} | how | more)
    return out


def _skies(planned: Planned, terrain: Terrain, ephemeris: Ephemeris) -> Chart:
    """The horizon at each stop with Sun and Earth while the rover is there; a slider chooses the stop."""
    traces: list[Any] = []
    plan = planned.plan
    for number, stay in enumerate(plan.stays):
        point = int(np.searchsorted(plan.time_s, stay.arrive_s + 0.5))
        place = (float(plan.lat_deg[point]), float(plan.lon_deg[point]))
        horizon = horizon_at(terrain, *place, mast_m=plan.mast_m, azimuths=360)
        times = np.linspace(stay.arrive_s, stay.leave_s, 40)
        lights = lights_at(horizon, ephemeris, times)
        ground = horizon.elevation_deg.round(3).tolist()
        traces += [
            {
                "type": "scatter",
                "name": "ground",
                "x": horizon.azimuth_deg.tolist(),
                "y": ground,
                "fill": "tozeroy",
            },
            _dots("Sun", lights.sun_azimuth_deg, lights.sun_elevation_deg, "#e0a000"),
            _dots("Earth", lights.earth_azimuth_deg, lights.earth_elevation_deg, "#2060c0"),
        ]
        for trace in traces[-3:]:
            trace["visible"] = number == 0
    steps = [
        {
            "method": "restyle",
            "args": [{"visible": [each // 3 == number for each in range(len(traces))]}],
            "label": stay.station,
        }
        for number, stay in enumerate(plan.stays)
    ]
    layout = {
        "xaxis": {"title": {"text": "azimuth [°]"}, "range": [0, 360]},
        "yaxis": {"title": {"text": "elevation [°]"}},
        "sliders": [{"steps": steps, "currentvalue": {"prefix": "from "}}],
    }
    return "The sky at the stops", traces, layout


def _dots(name: str, azimuth: FloatN, elevation: FloatN, colour: str) -> dict[str, Any]:
    """A disc's course as dots."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": azimuth.round(2).tolist(),
        "y": elevation.round(3).tolist(),
        "marker": {"color": colour, "size": 5},
    }
