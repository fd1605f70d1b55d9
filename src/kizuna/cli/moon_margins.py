"""What is left of each limit of a plan on the Moon: as a table, and as the end of a command."""

from rich.console import Console
from rich.table import Table

from kizuna.errors import WorkError
from kizuna.geo.time import format_utc
from kizuna.lunar.margin import Margin
from kizuna.lunar.risk import Risk


def show_margins(margins: list[Margin]) -> None:
    """Print the table, the weakest first."""
    table = Table(title="Margins, the weakest first", title_justify="left")
    for name, justify in (("limit", "left"), ("allowed", "right"), ("worst", "right"), ("left", "right")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    table.add_column("when")
    for each in margins:
        numbers = (f"{value:,.2f} {each.unit}".strip() for value in (each.limit, each.worst, each.margin))
        when = format_utc(round(each.time_s))[:16]
        table.add_row(each.name, *numbers, when, style=None if each.kept else "red")
    Console().print(table)


def show_chances(risk: Risk) -> None:
    """Print how surely each limit holds, the least sure first."""
    table = Table(title="How surely each limit holds, the weakest first", title_justify="left")
    table.add_column("limit")
    for name in ("holds", "95 % interval", "left in 1 of 20", "left in half"):
        table.add_column(name, justify="right")
    table.add_column("weakest moment")
    for each in risk.chances:
        left = (f"{each.left(share):,.2f} {each.unit}" for share in (0.05, 0.5))
        interval = f"{each.low:.1%} to {each.high:.1%}"
        table.add_row(each.name, f"{each.holds:.1%}", interval, *left, format_utc(round(each.time_s))[:16])
    Console().print(table)
    all_ = risk.together
    print(f"All limits at once: {all_.holds:.1%} of {len(all_.margins)} runs.")


def refuse_broken(what: str, margins: list[Margin]) -> None:
    """Leave with an error that names the first broken limit, if any."""
    broken = [each for each in margins if not each.kept]
    if broken:
        first = broken[0]
        raise WorkError(
            f"{what}: breaks {len(broken)} of {len(margins)} limits; {first.name} by "
            f"{-first.margin:,.3g} {first.unit} at {format_utc(round(first.time_s))}"
        )
