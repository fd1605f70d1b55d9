"""The verb `kizuna moon check`: a plan driven again second by second, and what is left of each limit."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kizuna.cli.progress import progress
from kizuna.errors import WorkError
from kizuna.geo.time import format_utc
from kizuna.lunar.check import check_plan
from kizuna.lunar.ephemeris import load_ephemeris
from kizuna.lunar.margin import Margin
from kizuna.lunar.plan import read_plan


def check(
    plan: Annotated[Path, typer.Argument(help="The plan's file.", metavar="PLAN.yaml")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Drive a plan again, second by second, and say what is left of each limit.

    Ends with status 1 when a limit is broken.

    Example: kizuna moon check out/route/plan.yaml
    """
    with progress(quiet) as report:
        report("check", 0.0)
        read = read_plan(plan)
        margins = check_plan(read, read.ground.terrain(plan.parent), load_ephemeris())
    if not quiet:
        show_margins(margins)
    refuse_broken(str(plan), margins)


def show_margins(margins: list[Margin]) -> None:
    """Print the table, the weakest first."""
    table = Table(title="Margins, the weakest first", title_justify="left")
    for name, justify in (("limit", "left"), ("allowed", "right"), ("worst", "right"), ("left", "right")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    table.add_column("when")
    for each in margins:
        numbers = (f"{value:,.2f} {each.unit}".strip() for value in (each.limit, each.worst, each.margin))
        table.add_row(each.name, *numbers, format_utc(round(each.time_s)), style=None if each.kept else "red")
    Console().print(table)


def refuse_broken(what: str, margins: list[Margin]) -> None:
    """Leave with an error that names the first broken limit, if any."""
    broken = [each for each in margins if not each.kept]
    if broken:
        first = broken[0]
        raise WorkError(
            f"{what}: breaks {len(broken)} of {len(margins)} limits; {first.name} by "
            f"{-first.margin:,.3g} {first.unit} at {format_utc(round(first.time_s))}"
        )
