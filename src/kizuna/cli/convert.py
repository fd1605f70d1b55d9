"""The verb `kizuna convert`: tables between Parquet, CSV and GeoJSON."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.options import Listen, Start
from kizuna.cli.outputs import check_output
from kizuna.cli.progress import progress


class Kind(StrEnum):
    """The kinds of table."""

    DETECTIONS = "detections"
    TRUTH = "truth"
    TRACKS = "tracks"
    SENSORS = "sensors"


class Shape(StrEnum):
    """What a map shows."""

    POINTS = "points"
    LINES = "lines"


def convert(
    source: Annotated[Path, typer.Argument(help="The file to read.", metavar="IN")],
    out: Annotated[Path, typer.Argument(help="The file to write.", metavar="OUT")],
    kind: Annotated[
        Kind | None, typer.Option(help="What IN holds; otherwise its columns tell.", show_default=False)
    ] = None,
    shape: Annotated[
        Shape | None,
        typer.Option(
            "--as",
            help="For GeoJSON: one point for each row, or one line for each track or object. "
            "Otherwise tracks and truth become lines, detections and sensors points.",
            show_default=False,
        ),
    ] = None,
    longest_gap: Annotated[
        float | None,
        typer.Option(
            help="For lines: positions farther apart in time, in seconds, are not joined.",
            metavar="S",
            show_default=False,
        ),
    ] = None,
    start: Start = None,
    listen: Listen = 60.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Convert a table of detections, truth, tracks or sensors between file formats.

    The endings say which: .parquet, .csv or .geojson. IN may also be a recording, which is known by what is
    in it: ASTERIX (raw, final, pcap, or heard at udp://ADDRESS:PORT), Mode S (Beast, AVR), lines of
    BaseStation, OpenSky's state vectors (CSV), a trace of readsb (JSON). OUT may end in .ast for ASTERIX:
    CAT 048 of radar plots, CAT 062 of tracks.

    Example: kizuna convert tracks.parquet tracks.geojson --longest-gap 60
    """
    with progress(quiet) as report:
        from kizuna.cli.convert_files import check_arguments, convert_file
        from kizuna.cli.recordings import circumstances

        as_lines = check_arguments(out, None if shape is None else shape is Shape.LINES, longest_gap)
        check_output("OUT", out, [source])
        told = circumstances(start, listen)
        done = convert_file(source, kind.value if kind else None, out, as_lines, longest_gap, told, report)
    if not quiet:
        for remark in done.remarks:
            print(f"kizuna: {remark}", file=sys.stderr)
        print(f"{done.rows:,} rows of {done.kind}: {out}")
