"""The verb `kizuna moon mission`: from a mission file to a checked plan and its page."""

from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.outputs import check_folder
from kizuna.cli.progress import progress
from kizuna.errors import InputError


def mission(
    file: Annotated[Path, typer.Argument(help="The mission's file.", metavar="MISSION.yaml")],
    out: Annotated[Path | None, typer.Option(help="The folder for the results.", metavar="DIR")] = None,
    follow: Annotated[
        Path | None, typer.Option(help="A plan that was followed until --at.", metavar="PLAN.yaml")
    ] = None,
    at: Annotated[str | None, typer.Option(help="From when on to plan anew, UTC.", metavar="TIME")] = None,
    stored: Annotated[
        float | None, typer.Option(help="Share of the stores at that time.", min=0.0, max=1.0)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Plan a mission, check it second by second, and write its page.

    The folder (out/NAME unless --out says otherwise) gets plan.yaml (to be edited and checked again),
    mission.html, mission.geojson, mission.gpkg and mission.czml. With --follow, --at and --stored it is
    planned anew from the middle.

    Example: kizuna moon mission examples/moon/south-pole.yaml --out out/south-pole
    """
    folder = out or Path("out") / file.stem
    check_folder(folder, folder)
    with progress(quiet) as report:
        from kizuna.cli.moon_ground import moment
        from kizuna.cli.moon_margins import refuse_broken, show_margins
        from kizuna.cli.moon_mission_files import Middle, mission_files

        middle = None
        if follow is not None and at is not None and stored is not None:
            middle = Middle(follow, moment("--at", at), stored)
        elif (follow, at, stored) != (None, None, None):
            raise InputError(
                "--follow", "", "isn't given with --at and --stored", "all three of them, or none"
            )
        said, margins = mission_files(file, folder, middle, report)
    if not quiet:
        for sentence in said:
            print(sentence)
        show_margins(margins)
        print(f"Page: {folder / 'mission.html'}")
    refuse_broken("the plan", margins)
