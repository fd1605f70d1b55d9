"""The verb `kizuna release`: which rule lets a record through, and which stops it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kizuna.errors import InputError

if TYPE_CHECKING:
    from kizuna.nodes.policy import Decision

release = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_HAS: Final = {
    "tracks": ("object_kind", "identified", "areas"),
    "detections": ("identified", "sensor"),
    "notices": ("areas",),
}
"""What only some kinds of records have."""


@release.callback()
def rules() -> None:
    """Look at a nation's rules of release, a file of Cedar policies.

    Example: kizuna release explain JPN.cedar --from JPN --to AUS --kind tracks --area sea
    """


@release.command()
def explain(
    policies: Annotated[Path, typer.Argument(help="The nation's policies.", metavar="NATION.cedar")],
    origin: Annotated[str, typer.Option("--from", help="Nation whose record it is.", metavar="NATION")],
    to: Annotated[str, typer.Option(help="Nation that would get it.", metavar="NATION")],
    kind: Annotated[str, typer.Option(help="Kind of record: tracks, detections or notices.")] = "tracks",
    object_kind: Annotated[str, typer.Option(help="Kind of the object, of a track.")] = "unknown",
    identified: Annotated[bool, typer.Option("--identified", help="The object has said who it is.")] = False,
    marking: Annotated[str, typer.Option(help="How the record is marked.")] = "",
    sensor: Annotated[str, typer.Option(help="Sensor, of a detection.")] = "",
    area: Annotated[
        list[str] | None, typer.Option(help="Area in which a track or notice lies; may be repeated.")
    ] = None,
    age: Annotated[int, typer.Option(help="Age of the record, seconds.", min=0)] = 0,
    phase: Annotated[str, typer.Option(help="Phase of the exercise.")] = "",
) -> None:
    """Say whether a record may go to a nation, how coarse, and by which rules.

    Example: kizuna release explain JPN.cedar --from JPN --to AUS --kind tracks --area sea
    """
    from kizuna.nodes.policy import Policies, Record

    if kind not in _HAS:
        raise InputError("--kind", "", f"is {kind!r}", f"one of {', '.join(_HAS)}")
    has = {
        "object_kind": object_kind,
        "identified": identified,
        "sensor": sensor,
        "areas": tuple(sorted(area or ())),
    }
    kept = {name: value if name in _HAS[kind] else None for name, value in has.items()}
    record = Record(kind, origin, marking=marking, age_s=age, **kept)  # type: ignore[arg-type]
    held = Policies.read(policies)
    if to == origin:
        print(f"Released to {to}: it is its own record, for which no rule is asked.")
        return
    print(_answer(held.decide(to, record, phase), to))
    for name, applies in held.applying(to, record, phase).items():
        print(f"  line {held.line(name):<4} {name}: {'applies' if applies else 'does not apply'}")


def _answer(decision: "Decision", to: str) -> str:
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
        how.append(f"when it is {grant.delay_s:g} s old")
    return f"Released to {to} by {_listed(decision.rules)}: {', '.join(how) or 'as it is'}."


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
