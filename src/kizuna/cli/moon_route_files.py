"""A route on the Moon, planned, checked, and written as a plan, maps and a page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kizuna.errors import InputError
from kizuna.exercise.progress import Report
from kizuna.geo.bodies import MOON
from kizuna.geo.geodesic import great_circle_m
from kizuna.geo.time import format_utc
from kizuna.lunar.check import check_plan
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.export import write_czml, write_geojson
from kizuna.lunar.geopackage import write_geopackage
from kizuna.lunar.ground import Ground
from kizuna.lunar.margin import Margin
from kizuna.lunar.picture import write_page
from kizuna.lunar.plan import Plan, route_points, write_plan
from kizuna.lunar.power import KWH, PowerPlant
from kizuna.lunar.relief import hillshade
from kizuna.lunar.route import Route, plan_route
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules, Site, build_site

Place = tuple[float, float]
"""Latitude and longitude, degrees."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What way is asked for."""

    ground: Ground
    start: Place
    goal: Place
    span: tuple[float, float]
    """When it may begin and when it must be over, s since 1970-01-01 UTC."""
    stored: float
    """Share of the stores at the start."""
    havens: tuple[Place, ...]
    """Where the crew could walk home to."""
    rules: Rules


def route_files(asked: Ask, out: Path, report: Report) -> tuple[list[str], list[Margin]]:
    """Plan the way, check it, and write the folder of `kizuna moon route`.

    Parameters
    ----------
    asked
        What way is asked for.
    out
        The folder.
    report
        Told how far the work has come.

    Returns
    -------
    tuple
        What the route is, in sentences, and what is left of each limit.

    Raises
    ------
    InputError
        When there is no such way, or a place or a time lies outside what is known.
    WorkError
        When a file can't be written.
    """
    rover, power = Rover(), PowerPlant()
    surface, ephemeris = asked.ground.terrain(Path()), load_ephemeris()
    site = build_site(
        surface, ephemeris, asked.span, rover, power, asked.rules, havens=asked.havens, report=report
    )
    stored_j = asked.stored * site.plant.deliverable_j
    found = plan_route(site, asked.start, asked.goal, *asked.span, stored_j)
    points = route_points(found)
    if len(points[0]) < 2:
        raise InputError("--goal", "", "lies in the same cell as --start", "another place")
    plan = Plan(
        asked.ground,
        *points,
        stored=asked.stored,
        havens=asked.havens,
        rover=rover,
        power=power,
        rules=asked.rules,
    )
    report("check", 1.0)
    margins = check_plan(plan, surface, ephemeris)
    write_plan(out / "plan.yaml", plan)
    ends = {"start": asked.start, "goal": asked.goal}
    write_geojson(out / "route.geojson", plan, ends)
    write_geopackage(out / "route.gpkg", plan, ends)
    write_czml(out / "route.czml", plan, surface, ends)
    said = _sentences(found, plan)
    write_page(out / "route.html", "A route on the Moon", said, _charts(site, found))
    return said, margins


def _sentences(found: Route, plan: Plan) -> list[str]:
    """What the route is, in words."""
    ends = (plan.lat_deg[:-1], plan.lon_deg[:-1], plan.lat_deg[1:], plan.lon_deg[1:])
    away_km = great_circle_m(*ends, MOON).sum() / 1000.0
    gap_s = found.arrive_s[-1] - found.at_least_s
    best = f"none arrives over {gap_s / 60.0:.0f} min earlier" if gap_s >= 1.0 else "no plan arrives earlier"
    hours = f"{found.lasts_s / 3600.0:.2f} h, of which it waits {found.waits_s / 3600.0:.2f} h"
    return [
        f"{away_km:.2f} km in {hours}.",
        f"It arrives at {format_utc(round(found.arrive_s[-1]))}; {best}.",
        f"Then the stores can give {found.energy_j[-1] / KWH:,.0f} kWh or more.",
    ]


def _charts(site: Site, found: Route) -> list[tuple[str, list[Any], dict[str, Any]]]:
    """The way on the shaded map, and what the stores can give over time."""
    grid = site.grid
    step = max(1, max(grid.shape) // 300)
    shade = (hillshade(grid, 315.0, 35.0)[::step, ::step] * 100.0).round()
    km = {"x": (grid.x_m / 1000.0).round(4), "y": (grid.y_m / 1000.0).round(4)}
    relief = {
        "type": "heatmap",
        "z": shade.tolist(),
        "x": km["x"][::step].tolist(),
        "y": km["y"][::step].tolist(),
        "colorscale": "Greys",
        "reversescale": True,
        "showscale": False,
        "hoverinfo": "skip",
    }
    x, y = km["x"][found.column].tolist(), km["y"][found.row].tolist()
    line = {"type": "scatter", "mode": "lines", "name": "route", "x": x, "y": y, "line": {"color": "#e07000"}}
    plain = {"xaxis": {"title": {"text": "x [km]"}}, "height": 700}
    plain["yaxis"] = {"title": {"text": "y [km]"}, "scaleanchor": "x"}
    stamps = [format_utc(round(float(time_s), 3)) for time_s in found.arrive_s]
    energy = {"type": "scatter", "name": "stores", "x": stamps, "y": (found.energy_j / KWH).round(3).tolist()}
    return [
        ("Where", [relief, line], plain),
        ("What the stores can give", [energy], {"yaxis": {"title": {"text": "kWh"}, "rangemode": "tozero"}}),
    ]
