"""The verb `kizuna moon check`: a plan driven again second by second, and what is left of each limit."""

from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.progress import progress


def check(
    plan: Annotated[Path, typer.Argument(help="The plan's file.", metavar="PLAN.yaml")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Drive a plan again, second by second, and say what is left of each limit.

    Ends with status 1 when a limit is broken.

    Example: kizuna moon check out/route/plan.yaml
    """
    with progress(quiet) as report:
        from kizuna.cli.moon_margins import refuse_broken, show_margins
        from kizuna.lunar.check import check_plan
        from kizuna.lunar.ephemeris import load_ephemeris
        from kizuna.lunar.plan import read_plan

        report("check", 0.0)
        read = read_plan(plan)
        margins = check_plan(read, read.ground.terrain(plan.parent), load_ephemeris())
    if not quiet:
        show_margins(margins)
    refuse_broken(str(plan), margins)
