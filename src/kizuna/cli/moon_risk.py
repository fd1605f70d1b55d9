"""The verb `kizuna moon risk`: a plan in many runs, and how surely it keeps each limit."""

from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.progress import progress


def risk(
    plan: Annotated[Path, typer.Argument(help="The plan's file.", metavar="PLAN.yaml")],
    runs: Annotated[int, typer.Option(help="How many runs.", min=2, max=100_000)] = 500,
    seed: Annotated[int, typer.Option(help="Seed of the runs.", min=0)] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run a plan many times with other heights, soil, pace and power, and say how surely each limit holds.

    How much they may differ is the plan's key `doubt`. The same seed gives the same table.

    Example: kizuna moon risk out/south-pole/plan.yaml --runs 500
    """
    with progress(quiet) as report:
        from kizuna.cli.moon_margins import show_chances
        from kizuna.lunar.ephemeris import load_ephemeris
        from kizuna.lunar.plan import read_plan
        from kizuna.lunar.risk import assess

        read = read_plan(plan)
        terrain = read.ground.terrain(plan.parent)
        found = assess(read, terrain, load_ephemeris(), read.doubt, runs=runs, seed=seed, report=report)
    if not quiet:
        show_chances(found)
