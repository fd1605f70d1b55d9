"""The verb `kizuna moon route`: the earliest way from here to there that keeps every limit."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kizuna.cli.moon_check import refuse_broken, show_margins
from kizuna.cli.moon_ground import ground, moment, place
from kizuna.cli.outputs import check_folder
from kizuna.cli.progress import progress
from kizuna.errors import InputError
from kizuna.geo.bodies import MOON
from kizuna.geo.geodesic import great_circle_m
from kizuna.geo.time import format_utc
from kizuna.lunar.check import check_plan
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.export import write_czml, write_geojson
from kizuna.lunar.picture import write_page
from kizuna.lunar.plan import Plan, route_points, write_plan
from kizuna.lunar.power import KWH, PowerPlant
from kizuna.lunar.relief import hillshade
from kizuna.lunar.route import Route, plan_route
from kizuna.lunar.rover import Rover
from kizuna.lunar.site import Rules, Site, build_site


def route(
    start: Annotated[str, typer.Option(help="LAT,LON where it begins, degrees.", metavar="PLACE")],
    goal: Annotated[str, typer.Option(help="LAT,LON where it shall end.", metavar="PLACE")],
    out: Annotated[Path, typer.Option(help="The folder for the results.", metavar="DIR")],
    terrain: Annotated[
        list[Path] | None,
        typer.Option(help="Elevation model; give it again for wider, coarser ones.", metavar="FILE"),
    ] = None,
    synthetic: Annotated[
        int | None, typer.Option(help="A made-up south pole from this seed instead.", min=0, metavar="SEED")
    ] = None,
    cells: Annotated[int, typer.Option(help="Rows and columns of the made-up map.", min=16)] = 400,
    cell: Annotated[float, typer.Option(help="Size of its cells, metres.", metavar="M")] = 20.0,
    depart: Annotated[str, typer.Option("--from", help="When it may begin, UTC.")] = "2029-09-20",
    until: Annotated[str, typer.Option(help="When it must be there, UTC.")] = "2029-09-22",
    stored: Annotated[float, typer.Option(help="Share of the stores at the start.", min=0.0, max=1.0)] = 1.0,
    haven: Annotated[
        list[str] | None,
        typer.Option(help="LAT,LON to walk home to; the start when absent.", metavar="PLACE"),
    ] = None,
    light: Annotated[float, typer.Option(help="Least share of the Sun to drive in.", metavar="SHARE")] = 0.0,
    earth: Annotated[bool, typer.Option(help="Keep the Earth in view while driving.")] = True,
    walk_back: Annotated[bool, typer.Option(help="Stay where the crew could walk home from.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Find the earliest way that keeps every limit, and check it second by second.

    The folder gets plan.yaml (to be edited and checked again), route.geojson, route.czml and route.html.

    Example: kizuna moon route --synthetic 4 --start=-89.5070,146.1 --goal=-89.4960,149.0 --out out/route
    """
    check_folder(out, out)
    first, last = place("--start", start), place("--goal", goal)
    havens = tuple(place("--haven", each) for each in haven or [start])
    span = (moment("--from", depart), moment("--until", until))
    if span[1] <= span[0]:
        raise InputError("--until", "", f"{until} isn't after {depart}", "a later time")
    rover, power, rules = Rover(), PowerPlant(), Rules(light=light, link=earth, walk_back=walk_back)
    with progress(quiet) as report:
        where = ground(terrain or [], synthetic, cells, cell)
        surface, ephemeris = where.terrain(Path()), load_ephemeris()
        site = build_site(surface, ephemeris, span, rover, power, rules, havens=havens, report=report)
        found = plan_route(site, first, last, *span, stored * site.plant.deliverable_j)
        points = route_points(found)
        if len(points[0]) < 2:
            raise InputError("--goal", "", "lies in the same cell as --start", "another place")
        plan = Plan(where, *points, (), stored, havens, rover=rover, power=power, rules=rules)
        report("check", 1.0)
        margins = check_plan(plan, surface, ephemeris)
        write_plan(out / "plan.yaml", plan)
        ends = {"start": first, "goal": last}
        write_geojson(out / "route.geojson", plan, ends)
        write_czml(out / "route.czml", plan, surface, ends)
        said = _sentences(found, plan)
        write_page(out / "route.html", "A route on the Moon", said, _charts(site, found))
    if not quiet:
        for sentence in said:
            print(sentence)
        show_margins(margins)
        print(f"Page: {out / 'route.html'}")
    refuse_broken("the route", margins)


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
