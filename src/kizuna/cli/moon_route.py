"""The verb `kizuna moon route`: the earliest way from here to there that keeps every limit."""

from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.options import Cell, Cells, Ground, Synthetic
from kizuna.cli.outputs import check_folder
from kizuna.cli.progress import progress
from kizuna.errors import InputError


def route(
    start: Annotated[str, typer.Option(help="LAT,LON where it begins, degrees.", metavar="PLACE")],
    goal: Annotated[str, typer.Option(help="LAT,LON where it shall end.", metavar="PLACE")],
    out: Annotated[Path, typer.Option(help="The folder for the results.", metavar="DIR")],
    terrain: Ground = None,
    synthetic: Synthetic = None,
    cells: Cells = 400,
    cell: Cell = 20.0,
    depart: Annotated[
        str, typer.Option("--from", help="When it may begin, UTC.", metavar="TIME")
    ] = "2029-09-20",
    until: Annotated[str, typer.Option(help="When it must be there, UTC.", metavar="TIME")] = "2029-09-22",
    stored: Annotated[
        float, typer.Option(help="Share of the stores at the start.", min=0.0, max=1.0, metavar="SHARE")
    ] = 1.0,
    haven: Annotated[
        list[str] | None,
        typer.Option(help="LAT,LON to walk home to; the start when absent.", metavar="PLACE"),
    ] = None,
    light: Annotated[
        float,
        typer.Option(help="Least share of the Sun to drive in.", min=0.0, max=1.0, metavar="SHARE"),
    ] = 0.0,
    earth: Annotated[bool, typer.Option(help="Keep the Earth in view while driving.")] = True,
    walk_back: Annotated[bool, typer.Option(help="Stay where the crew could walk home from.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Find the earliest way that keeps every limit, and check it second by second.

    The folder gets plan.yaml (to be edited and checked again), route.geojson, route.gpkg, route.czml and
    route.html.

    Example: kizuna moon route --synthetic 4 --start=-89.5070,146.1 --goal=-89.4960,145.0 --out out/route
    """
    check_folder(out, out)
    with progress(quiet) as report:
        from kizuna.cli.moon_ground import ground, moment, place
        from kizuna.cli.moon_margins import refuse_broken, show_margins
        from kizuna.cli.moon_route_files import Ask, route_files
        from kizuna.lunar.site import Rules

        span = (moment("--from", depart), moment("--until", until))
        if span[1] <= span[0]:
            raise InputError("--until", "", f"{until} isn't after {depart}", "a later time")
        asked = Ask(
            ground=ground(terrain or [], synthetic, cells, cell),
            start=place("--start", start),
            goal=place("--goal", goal),
            span=span,
            stored=stored,
            havens=tuple(place("--haven", each) for each in haven or [start]),
            rules=Rules(light=light, link=earth, walk_back=walk_back),
        )
        said, margins = route_files(asked, out, report)
    if not quiet:
        for sentence in said:
            print(sentence)
        show_margins(margins)
        print(f"Page: {out / 'route.html'}")
    refuse_broken("the route", margins)
