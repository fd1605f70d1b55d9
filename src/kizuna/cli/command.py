"""The verb `kizuna command`: who may decide what, who still can when posts are lost, and a play of it."""

import json as json_text
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from kizuna.cli import command_posts
from kizuna.errors import InputError

if TYPE_CHECKING:
    from kizuna.command.assign import Plan
    from kizuna.command.check import Finding
    from kizuna.command.cover import Coverage, Threats

command = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog="Start with: kizuna command check examples/organisations/joint.yaml",
)

_File = Annotated[Path, typer.Argument(help="The organisation file.", metavar="ORGANISATION.yaml")]


command.command()(command_posts.serve)
command.command()(command_posts.token)


@command.callback()
def organisation() -> None:
    """Look at a command structure: who may decide what, and what becomes of it when posts and links fail."""


@command.command()
def check(
    file: _File,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Find single points of failure, actions that nobody could take, and posts that can act alone.

    Searches all losses of one or two posts and links, for every action about every nation.

    Example: kizuna command check examples/organisations/joint.yaml
    """
    from kizuna.command.check import check as search
    from kizuna.command.check import times_of
    from kizuna.command.read import authority_of

    authority = authority_of(file)
    times = times_of(authority)
    found = {time_s: search(authority, time_s) for time_s in times}
    held = authority.organisation
    if json:
        made = {f"{time_s:g}": [_json(finding) for finding in findings] for time_s, findings in found.items()}
        print(json_text.dumps({"organisation": held.name, "from_s": made}, indent=1))
        return
    print(f"{held.name}: {held.title}. {len(held.posts)} posts, links: {len(held.links)}.")
    for time_s, findings in found.items():
        if len(times) > 1:
            print(f"\nFrom {time_s:g} s:")
        _show(findings)


@command.command()
def policies(file: _File) -> None:
    """Print the Cedar policies that an organisation file stands for.

    Example: kizuna command policies examples/organisations/joint.yaml
    """
    from kizuna.command.policy import policies_of
    from kizuna.command.read import authority_of

    print(policies_of(authority_of(file).organisation))


@command.command()
def play(
    file: _File,
    steps: Annotated[
        Path, typer.Argument(help="Who does what when, a JSON object a line.", metavar="STEPS.jsonl")
    ],
    ledgers: Annotated[
        Path | None, typer.Option(help="Write the ledgers of the nodes into this folder.", metavar="DIR")
    ] = None,
) -> None:
    """Let posts take steps with orders, and say of each what became of it and by which policy.

    A line says when (seconds after the start), who, and what:
    {"time_s": 5, "post": NAME, "order": NAME, "step": WORD}; a draft also says "action", "about", "concerns"
    (nations) and "picture". {"time_s": 9, "lose": NAME} and "regain" take a post away and give it back, "cut"
    and "join" a link: ["JPN", "USA"].

    Example: kizuna command play joint.yaml steps.jsonl --ledgers ledgers
    """
    from kizuna.command.play import play_steps

    with ExitStack() as stack:
        for told in play_steps(file, steps, ledgers, stack):
            print(told)


@command.command()
def cover(
    coverage: Annotated[Path, typer.Argument(help="Defenders and areas.", metavar="COVERAGE.yaml")],
    tracks: Annotated[
        Path, typer.Argument(help="Pictures of one node or several.", metavar="TRACKS.parquet")
    ],
    node: Annotated[
        str | None, typer.Option(help="Whose picture; needed when there are several.", metavar="NAME")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="The last picture up to this time, UTC; else the last.", metavar="TIME")
    ] = None,
    nation: Annotated[
        list[str] | None, typer.Option(help="Only its defenders; may be given again.", metavar="NAME")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Plan which notional defender covers which track towards a protected area, and when.

    Maximises the expected protected value, and says how far the plan may be from the best.

    Example: kizuna command cover coverage.yaml out/trilateral/joint/tracks.parquet --node JPN
    """
    from kizuna.command.assign import assign
    from kizuna.command.cover import threats
    from kizuna.command.cover_form import read_coverage
    from kizuna.command.pictures import picture_of

    held = read_coverage(coverage)
    unknown = set(nation or ()) - {each.nation for each in held.defenders}
    if unknown:
        raise InputError("--nation", "", f"no defender belongs to {min(unknown)!r}", "a nation in the file")
    heading = threats(held, picture_of(tracks, node, at))
    plan = assign(held, heading, nation)
    rows = _rows(held, heading, plan)
    whole = float(heading.value.sum())
    if json:
        print(
            json_text.dumps(
                {"assignments": rows, "value": plan.value, "of": whole, "gap": plan.gap}, indent=1
            )
        )
        return
    table = Table(box=None, pad_edge=False)
    for name in ("track", "area", "arrives_s", "defender", "nation", "begins_s"):
        table.add_column(name, justify="right" if name.endswith("_s") or name == "track" else "left")
    for row in rows:
        shown = (f"{value:g}" if isinstance(value, float) else str(value) for value in row.values())
        table.add_row(*shown)
    Console().print(table)
    covered = len({row["track"] for row in rows})
    print(f"{len(heading.track)} tracks head for protected areas; {covered} of them are covered.")
    best = (
        "no plan protects more"
        if plan.gap < 1e-5
        else f"the best may protect up to {100 * plan.gap:.2g} % more"
    )
    print(f"Expected protected value: {plan.value:.4g} of {whole:.4g}; {best}.")


def _rows(held: "Coverage", heading: "Threats", plan: "Plan") -> list[dict[str, object]]:
    """What is assigned, in words."""
    return [
        {
            "track": int(heading.track[each.threat]),
            "area": held.areas[heading.area[each.threat]].name,
            "arrives_s": round(float(heading.arrives_s[each.threat]), 1),
            "defender": held.defenders[each.defender].name,
            "nation": held.defenders[each.defender].nation,
            "begins_s": each.begins_s,
        }
        for each in plan.assignments
    ]


def _show(findings: "list[Finding]") -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("action", "about", "can take it", "fails without", "fails without both"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        pairs = "; ".join(" + ".join(pair) for pair in finding.pairs[:2])
        more = f"; {len(finding.pairs) - 2} more" if len(finding.pairs) > 2 else ""
        table.add_row(
            finding.action,
            finding.nation or "–",
            ", ".join(finding.takers) or "nobody",
            ", ".join(finding.single_points) or "–",
            (pairs + more) or "–",
        )
    Console().print(table)
    nobody = [
        f"{each.action} about {each.nation or 'all'}" for each in findings if () in each.impossible_without
    ]
    print(f"Nobody could ever take: {', '.join(nobody) or 'none, every action can be taken'}.")
    alone = [
        f"{post} can {each.action} about {each.nation or 'all'}"
        + (f" once {' and '.join(loss)} is lost" if loss else "")
        for each in findings
        for post, loss in each.alone
    ]
    print(f"Alone where more must: {'; '.join(alone) or 'nobody'}.")
    single = sorted({name for each in findings for name in each.single_points})
    print(f"Single points of failure: {', '.join(single) or 'none'}.")


def _json(finding: "Finding") -> dict[str, object]:
    return {
        "action": finding.action,
        "nation": finding.nation,
        "takers": finding.takers,
        "impossible_without": finding.impossible_without,
        "alone": [{"post": post, "once_lost": loss} for post, loss in finding.alone],
    }
