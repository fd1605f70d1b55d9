"""The verb `kizuna moon light`: where and when there is light, as maps, time series and pictures."""

import math
from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.options import Cell, Cells, Ground, Synthetic
from kizuna.cli.outputs import check_folder
from kizuna.cli.progress import progress
from kizuna.errors import InputError


def light(
    out: Annotated[Path, typer.Option(help="The folder for the results.", metavar="DIR")],
    terrain: Ground = None,
    synthetic: Synthetic = None,
    cells: Cells = 400,
    cell: Cell = 20.0,
    start: Annotated[str, typer.Option("--from", help="First time, UTC.", metavar="TIME")] = "2029-01-01",
    end: Annotated[str, typer.Option("--to", help="Last time, UTC.", metavar="TIME")] = "2029-02-01",
    step: Annotated[float, typer.Option(help="Seconds between times.", metavar="S")] = 3600.0,
    at: Annotated[
        str | None,
        typer.Option(help="The place for the series; without it, where most light is.", metavar="LAT,LON"),
    ] = None,
    mast: Annotated[
        float, typer.Option(help="Height of the eye above the ground, metres.", metavar="M")
    ] = 2.0,
    relay: Annotated[
        bool, typer.Option("--relay", help="With a relay satellite on an assumed orbit.")
    ] = False,
    limb: Annotated[bool, typer.Option("--limb", help="Darken the Sun towards its limb.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Work out where and when there is light.

    The folder gets light.tif (mean light, share of time lit, longest light and darkness), light.png,
    series.parquet (Sun, Earth and relay at the place) and light.html.

    Example: kizuna moon light --synthetic 4 --from 2029-01-01 --to 2029-02-01 --out out/light
    """
    if not 0.0 <= mast < math.inf:
        raise InputError("--mast", "", f"{mast:g} m", "0 or more")
    check_folder(out, out)
    with progress(quiet) as report:
        from kizuna.cli.moon_ground import ground, place, times
        from kizuna.cli.moon_light_files import light_files

        when = times(start, end, step)
        where = place("--at", at) if at else None
        surface = ground(terrain or [], synthetic, cells, cell).terrain(Path())
        sentences = light_files(surface, when, where, mast, limb, relay, out, report)
    if not quiet:
        for sentence in sentences:
            print(sentence)
        print(f"Page: {out / 'light.html'}")
