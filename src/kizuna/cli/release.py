"""The verb `kizuna release`: which rule lets a record through, and which stops it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kizuna.nodes.policy import Decision, Policies, Record

release = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@release.callback()
def rules() -> None:
    """Look at a nation's rules of release, a file of Cedar policies."""


@release.command()
def explain(
    policies: Annotated[Path, typer.Argument(help="The nation's policies.", metavar="NATION.cedar")],
    origin: Annotated[str, typer.Option("--from", help="Nation whose record it is.", metavar="NATION")],
    to: Annotated[str, typer.Option(help="Nation that would get it.", metavar="NATION")],
    kind: Annotated[str, typer.Option(help="tracks or detections.")] = "tracks",
    object_kind: Annotated[str, typer.Option(help="Kind of the object.")] = "unknown",
    identified: Annotated[bool, typer.Option("--identified", help="The object has said who it is.")] = False,
    marking: Annotated[str, typer.Option(help="How the record is marked.")] = "",
    sensor: Annotated[str, typer.Option(help="Sensor, of a detection.")] = "",
    area: Annotated[list[str] | None, typer.Option(help="Area that it lies in; may be repeated.")] = None,
    age: Annotated[int, typer.Option(help="Age of the record, seconds.", min=0)] = 0,
    phase: Annotated[str, typer.Option(help="Phase of the exercise.")] = "",
) -> None:
    """Say whether a record may go to a nation, how coarse, and by which rules.

    Example: kizuna release explain JPN.cedar --from JPN --to AUS --kind tracks --area sea
    """
    record = Record(
        kind, origin, object_kind, identified, marking, sensor, tuple(sorted(area or ())), age_s=age
    )
    held = Policies.read(policies)
    decision = held.decide(to, record, phase)
    print(_answer(decision, to))
    table = Table(box=None)
    table.add_column("rule")
    table.add_column("applies")
    for name, applies in held.applying(to, record, phase).items():
        table.add_row(name, "yes" if applies else "no")
    Console().print(table)


def _answer(decision: Decision, to: str) -> str:
    """The decision as a sentence."""
    if decision.errors:
        return f"Not released to {to}: a rule failed ({'; '.join(decision.errors)})."
    if decision.grant is None and decision.rules:
        return f"Not released to {to}: stopped by {_listed(decision.rules)}."
    if decision.grant is None:
        return f"Not released to {to}: no rule permits it."
    grant = decision.grant
    how = []
    if grant.round_m:
        how.append(f"places rounded to {grant.round_m:g} m")
    if grant.drop:
        how.append(f"without {_listed(tuple(sorted(grant.drop)))}")
    if grant.delay_s:
        how.append(f"{grant.delay_s:g} s late")
    return f"Released to {to} by {_listed(decision.rules)}: {', '.join(how) or 'as it is'}."


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
