"""The verb `kizuna run`: an exercise in all its variants, to a folder with tables, summary and report."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from kizuna.cli.outputs import check_folder
from kizuna.cli.progress import progress
from kizuna.errors import InputError, WorkError

if TYPE_CHECKING:
    from kizuna.exercise.results import Summary


_MOST_REMARKS = 5


def run(
    exercise: Annotated[Path, typer.Argument(help="The exercise file.", metavar="EXERCISE.yaml")],
    out: Annotated[Path | None, typer.Option(help="The folder for the results.", metavar="DIR")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the file's seed.", min=0, metavar="N")] = None,
    variant: Annotated[
        list[str] | None, typer.Option(help="Only this variant; may be given again.", metavar="NAME")
    ] = None,
    replay: Annotated[
        list[Path] | None,
        typer.Option(
            help="Replay what a live node of this exercise has recorded in this folder instead; may be given "
            "again.",
            metavar="DIR",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run an exercise in all its variants and write the report.

    The folder (out/NAME unless --out says otherwise) gets report.html, summary.json, truth.parquet,
    detections.parquet and, for each variant, a folder with tracks.parquet and the journal.

    Example: kizuna run examples/exercises/alps.yaml --out out/alps
    """
    folder = out or Path("out") / exercise.stem
    check_folder(folder, folder)
    if replay:
        _replay(exercise, replay, folder, seed, variant, quiet)
        return
    command = shlex.join(["kizuna", *sys.argv[1:]])
    with progress(quiet) as report:
        from kizuna.exercise.run import run as run_exercise

        summary = run_exercise(exercise, folder, seed, variant or (), command, report)
    if not quiet:
        _show(summary, folder)
        _remark(summary.remarks)


def _replay(
    exercise: Path, folders: list[Path], out: Path, seed: int | None, variant: list[str] | None, quiet: bool
) -> None:
    """Replay recordings of live nodes; WorkError when they don't give the pictures that were held live."""
    if seed is not None or variant:
        option = "--variant" if variant else "--seed"
        raise InputError(option, "", "doesn't go with --replay", "the recording says what it is of")
    with progress(quiet) as report:
        from kizuna.exercise.replay import replay

        made = replay(exercise, folders, out, report)
    for each in made:
        if not quiet and each.same:
            print(f"{each.node}: {each.pictures:,} pictures, the same as live: {each.tracks}")
    others = ", ".join(each.node for each in made if not each.same)
    if others:
        raise WorkError(f"{others}: the pictures aren't those that were held live; was a file changed since?")


def _show(summary: "Summary", folder: Path) -> None:
    """Print the answer, the table of variants and where the report lies."""
    console = Console()
    table = Table(title=summary.title, title_justify="left")
    table.add_column("")
    for name in summary.variants:
        table.add_column(name, justify="right")
    for row in summary.answer.table:
        unit = f" ({row.measure.unit})" if row.measure.unit else ""
        cells = (f"{cell.value}  {cell.change:>7}" if cell.change else cell.value for cell in row.cells)
        table.add_row(f"{row.measure.label}{unit}", *cells)
    console.print(table)
    console.print(summary.answer.sentence, highlight=False)
    for lead, changes in (("Also better", summary.answer.better), ("But worse", summary.answer.worse)):
        if changes:
            console.print(f"{lead}: {changes}.", highlight=False)
    print(f"Report: {folder / 'report.html'}")


def _remark(remarks: tuple[str, ...]) -> None:
    """Print the first remarks, and where the others are."""
    for remark in remarks[:_MOST_REMARKS]:
        print(f"kizuna: {remark}", file=sys.stderr)
    if len(remarks) > _MOST_REMARKS:
        more = len(remarks) - _MOST_REMARKS
        print(f"kizuna: {more:,} more remarks stand in summary.json", file=sys.stderr)
