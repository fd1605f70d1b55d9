"""The verb `kizuna warn`: warnings to the public of what falls, in the Common Alerting Protocol."""

from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.outputs import check_output


def warn(
    impacts: Annotated[
        Path,
        typer.Argument(help="Areas of impact, as `kizuna track --impacts` writes.", metavar="IN.geojson"),
    ],
    out: Annotated[Path, typer.Argument(help="The warning to write.", metavar="OUT.xml")],
    language: Annotated[
        list[str] | None, typer.Option(help="en or ja; give it again for more. Otherwise en.")
    ] = None,
    sender: Annotated[str, typer.Option(help="Who warns.", metavar="NAME")] = "kizuna.exercise",
    after: Annotated[
        Path | None,
        typer.Option(help="The earlier warning that this one updates.", metavar="EARLIER.xml"),
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take back what --after has warned of.")] = False,
    at: Annotated[
        str | None,
        typer.Option(help="When it is sent, UTC; otherwise when the objects were last seen.", metavar="TIME"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Write a warning of what falls for the public, in the Common Alerting Protocol 1.2.

    Each object is told with its area, its time, how urgent and how sure it is, in each language. The status
    is always Exercise.

    Example: kizuna warn areas.geojson warning.xml --language en --language ja
    """
    from kizuna.cli.warn_files import write_warning

    check_output("OUT", out, [impacts, *([after] if after else [])])
    said = write_warning(impacts, out, language or ["en"], sender, after, cancel, at)
    if not quiet:
        print(said)
