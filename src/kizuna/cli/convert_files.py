"""A table read from one format and written in another."""

import math
from dataclasses import dataclass
from pathlib import Path

from kizuna.cli.formats import ending, open_source
from kizuna.cli.recognise import KINDS, STATE_VECTOR, has_state_vectors, recognise, with_velocities
from kizuna.cli.recordings import Circumstances, is_recording, read_recording
from kizuna.cli.typical import completed
from kizuna.errors import InputError
from kizuna.exercise.progress import Report
from kizuna.gateways.asterix.write import write as write_asterix
from kizuna.gateways.csv.write import write as write_csv
from kizuna.gateways.geojson.lines import write as write_lines
from kizuna.gateways.geojson.points import write as write_points
from kizuna.messages import codec
from kizuna.messages.columns import Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks

_LINES = {"tracks": ("node", "track"), "truth": ("object",)}
"""The kinds of table whose rows make lines, and the columns that say which rows belong to one line."""


@dataclass(frozen=True, slots=True)
class Done:
    """What there is to say of the work."""

    kind: str
    rows: int
    remarks: list[str]


def check_arguments(out: Path, as_lines: bool | None, longest_gap_s: float | None) -> bool | None:
    """Whether lines are asked for, when the arguments fit each other and the output; None when none says.

    Raises
    ------
    InputError
        When they don't fit.
    """
    drawn = ending(out) == ".geojson"
    for option, value in (("--as", as_lines), ("--longest-gap", longest_gap_s)):
        if value is not None and not drawn:
            raise InputError(option, "", f"{out} is no GeoJSON", "an output that ends in .geojson")
    if longest_gap_s is None:
        return as_lines
    if not longest_gap_s > 0.0:
        raise InputError("--longest-gap", "", f"{longest_gap_s:g} s", "a number of seconds above 0")
    if as_lines is False:
        raise InputError("--longest-gap", "", "points are joined by nothing", "--as lines")
    return True


def convert_file(
    source: Path,
    kind: str | None,
    out: Path,
    as_lines: bool | None,
    longest_gap_s: float | None,
    told: Circumstances,
    report: Report,
) -> Done:
    """Read one table and write it.

    Parameters
    ----------
    source, out
        The files; their endings say the formats.
    kind
        What the file holds, a key of `KINDS`; None: its columns tell.
    as_lines
        Whether GeoJSON gets lines and not points; None: as the kind of table does by habit.
    longest_gap_s
        Positions of a line farther apart in time than this are not joined, s.
    told
        What a recording doesn't tell.
    report
        Told how far the work has come.

    Raises
    ------
    InputError
        When the file can't be read, or its rows make no lines.
    WorkError
        When the output can't be written.
    """
    report("reading", 0.0)
    if is_recording(source):
        table, name, remarks = _read_recording(source, kind, told, report)
    else:
        table, name, remarks = _read(source, kind)
    report("writing", 0.5)
    if ending(out) == ".geojson":
        asked = name in _LINES if as_lines is None else as_lines
        remarks += _draw(table, name, out, asked, longest_gap_s or math.inf, report)
    elif ending(out) == ".ast":
        if not isinstance(table, Detections | Tracks):
            raise InputError("OUT", "", f"ASTERIX holds no {name}", "detections or tracks")
        remarks += map(str, write_asterix(table, out))
    elif ending(out) == ".csv":
        write_csv(table, out, lambda share: report("writing", 0.5 + 0.5 * share))
    else:
        codec.write(table, out)
    return Done(name, len(table), remarks)


def _read(path: Path, kind: str | None) -> tuple[Table, str, list[str]]:
    """The table of a file, its kind, and what is worth a remark."""
    file = open_source(path)
    name = kind or recognise(file.names, str(path))
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


def _read_recording(
    path: Path, kind: str | None, told: Circumstances, report: Report
) -> tuple[Table, str, list[str]]:
    """The table asked for, or the detections of a recording, or else its tracks."""
    recording = read_recording(path, told, report)
    kind = kind or ("detections" if len(recording.detections) else "tracks")
    if kind == "truth":
        raise InputError("--kind", "", f"{path} is a recording", "detections, tracks or sensors")
    table: Table = recording.tracks
    if kind == "detections":
        table = recording.detections
    elif kind == "sensors":
        table = completed(recording.sensors, recording.detections, str(path))
    if not len(table):
        raise InputError(str(path), "", f"holds no {kind}", "at least one")
    return table, kind, [str(remark) for remark in recording.remarks]


def _draw(
    table: Table, name: str, out: Path, as_lines: bool, longest_gap_s: float, report: Report
) -> list[str]:
    """Write GeoJSON, and say what a map can't show."""

    def advance(share: float) -> None:
        report("writing", 0.5 + 0.5 * share)

    if as_lines:
        if name not in _LINES:
            problem = f"nothing says which {name} belong to one line"
            raise InputError("--as lines", "", problem, "tracks or truth, or --as points")
        write_lines(table, out, _LINES[name], longest_gap_s, advance)
        return []
    unplaced = write_points(table, out, advance)
    return [f"{out}: {unplaced:,} rows have no position and stand there without geometry"] if unplaced else []
