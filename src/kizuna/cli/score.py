"""The verb `kizuna score`: tracks in a file measured against the truth in another."""

import json as json_text
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from kizuna.cli.progress import progress
from kizuna.errors import InputError

if TYPE_CHECKING:
    from kizuna.review.score import Scores


def score(
    truth: Annotated[Path, typer.Option(help="Where the objects were.", metavar="TRUTH.parquet")],
    tracks: Annotated[
        Path, typer.Option(help="The tracks, of one node or several.", metavar="TRACKS.parquet")
    ],
    cutoff: Annotated[
        float, typer.Option(help="A track farther than this from every object is false, metres.", metavar="M")
    ] = 1_000.0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Measure tracks against the truth: GOSPA, OSPA, OSPA(2), SIAP attributes and more.

    The truth is interpolated to the times of the pictures in the tracks. Tentative tracks don't count.

    Example: kizuna score --truth truth.parquet --tracks tracks.parquet --cutoff 1000 --json
    """
    if not 0.0 < cutoff < math.inf:
        raise InputError("--cutoff", "", f"{cutoff:g} m", "a number of metres above 0")
    with progress(quiet) as report:
        from kizuna.cli.tables import read_table
        from kizuna.messages.track import Tracks
        from kizuna.messages.truth import Truth
        from kizuna.review.score import score as measure

        scores = measure(
            read_table(Truth, truth),
            read_table(Tracks, tracks),
            cutoff,
            progress=lambda share: report("scoring", share),
            files=(str(truth), str(tracks)),
        )
    if json:
        print(json_text.dumps(scores.to_json(), indent=1))
    else:
        _show(scores)


def _show(scores: "Scores") -> None:
    table = Table(box=None)
    table.add_column("measure")
    table.add_column("overall", justify="right")
    for node in scores.nodes:
        table.add_column(node.node, justify="right")
    for name, value in scores.overall.items():
        rest = (node.measures.get(name, math.nan) for node in scores.nodes)
        table.add_row(
            name, *(f"{number:,.4g}" if math.isfinite(number) else "–" for number in (value, *rest))
        )
    Console().print(table)
