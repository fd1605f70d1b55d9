"""The verb `kizuna convert`: tables between Parquet, CSV and GeoJSON."""

import math
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.formats import ending, open_source
from kizuna.cli.outputs import check_output
from kizuna.cli.progress import progress
from kizuna.cli.recognise import KINDS, STATE_VECTOR, has_state_vectors, recognise, with_velocities
from kizuna.cli.recordings import is_recording, read_recording
from kizuna.cli.typical import completed
from kizuna.errors import InputError
from kizuna.exercise.progress import Report
from kizuna.gateways.csv.write import write as write_csv
from kizuna.gateways.geojson.lines import write as write_lines
from kizuna.gateways.geojson.points import write as write_points
from kizuna.messages import codec
from kizuna.messages.columns import Table, columns_of

_LINES = {"tracks": ("node", "track"), "truth": ("object",)}
"""The kinds of table whose rows make lines, and the columns that say which rows belong to one line."""


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
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Convert a table of detections, truth, tracks or sensors between file formats.

    The endings say which: .parquet, .csv or .geojson. IN may also be a recording, which is known by what is
    in it: OpenSky's state vectors (CSV), a trace of readsb (JSON).

    Example: kizuna convert tracks.parquet tracks.geojson --longest-gap 60
    """
    asked = _shape(out, shape, longest_gap)
    check_output("OUT", out, [source])
    with progress(quiet) as report:
        report("reading", 0.0)
        table, name, remarks = (_read_recording if is_recording(source) else _read)(source, kind)
        report("writing", 0.5)
        if ending(out) == ".geojson":
            asked = asked or (Shape.LINES if name in _LINES else Shape.POINTS)
            remarks += _draw(table, name, out, asked, longest_gap or math.inf, report)
        elif ending(out) == ".csv":
            write_csv(table, out, lambda share: report("writing", 0.5 + 0.5 * share))
        else:
            codec.write(table, out)
    if not quiet:
        for remark in remarks:
            print(f"kizuna: {remark}", file=sys.stderr)
        print(f"{len(table):,} rows of {name}: {out}")


def _shape(out: Path, shape: Shape | None, longest_gap_s: float | None) -> Shape | None:
    """The shape asked for, when the arguments fit each other and the output."""
    drawn = ending(out) == ".geojson"
    for option, value in (("--as", shape), ("--longest-gap", longest_gap_s)):
        if value is not None and not drawn:
            raise InputError(option, "", f"{out} is no GeoJSON", "an output that ends in .geojson")
    if longest_gap_s is None:
        return shape
    if not longest_gap_s > 0.0:
        raise InputError("--longest-gap", "", f"{longest_gap_s:g} s", "a number of seconds above 0")
    if shape is Shape.POINTS:
        raise InputError("--longest-gap", "", "points are joined by nothing", "--as lines")
    return Shape.LINES


def _read(path: Path, kind: Kind | None) -> tuple[Table, str, list[str]]:
    """The table of a file, its kind, and what is worth a remark."""
    file = open_source(path)
    name = kind.value if kind else recognise(file.names, str(path))
    specs = columns_of(KINDS[name])
    data = file.columns(specs | STATE_VECTOR)
    foreign = [column for column in file.names if column not in specs]
    remarks = []
    if has_state_vectors(KINDS[name], file.names):
        data = with_velocities(data, str(path))
        used = [column for column in foreign if column in STATE_VECTOR]
        foreign = [column for column in foreign if column not in STATE_VECTOR]
        remarks.append(f"{path}: velocities are computed from {', '.join(used)}")
    table = file.table(KINDS[name], data)
    if foreign:
        remarks.append(f"{path}: passed over {', '.join(foreign)}, which {name} don't have")
    return table, name, remarks


def _read_recording(path: Path, kind: Kind | None) -> tuple[Table, str, list[str]]:
    """The table asked for, or the detections of a recording, or else its tracks."""
    recording = read_recording(path)
    kind = kind or (Kind.DETECTIONS if len(recording.detections) else Kind.TRACKS)
    if kind is Kind.TRUTH:
        raise InputError("--kind", "", f"{path} is a recording", "detections, tracks or sensors")
    table: Table = recording.tracks
    if kind is Kind.DETECTIONS:
        table = recording.detections
    elif kind is Kind.SENSORS:
        table = completed(recording.sensors, recording.detections, str(path))
    if not len(table):
        raise InputError(str(path), "", f"holds no {kind.value}", "at least one")
    return table, kind.value, [str(remark) for remark in recording.remarks]


def _draw(
    table: Table, name: str, out: Path, shape: Shape, longest_gap_s: float, report: Report
) -> list[str]:
    """Write GeoJSON, and say what a map can't show."""

    def advance(share: float) -> None:
        report("writing", 0.5 + 0.5 * share)

    if shape is Shape.LINES:
        if name not in _LINES:
            problem = f"nothing says which {name} belong to one line"
            raise InputError("--as lines", "", problem, "tracks or truth, or --as points")
        write_lines(table, out, _LINES[name], longest_gap_s, advance)
        return []
    unplaced = write_points(table, out, advance)
    return [f"{out}: {unplaced:,} rows have no position and stand there without geometry"] if unplaced else []
