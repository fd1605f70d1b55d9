"""State vectors to position reports: each position once, at the time when it was heard."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from kizuna.errors import InputError
from kizuna.geo.heights import above_ellipsoid
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Recording, Remark, in_time, left_out, sound
from kizuna.shapes import BoolN, FloatN

SENSOR: Final = "adsb"
"""What the network of receivers is called."""

_NEEDED: Final = ("time", "icao24", "lat", "lon")
_NUMBERS: Final = ("time", "lat", "lon", "baroaltitude", "geoaltitude", "lastposupdate")
_NULLS: Final = ["", "NULL", "null", "None", "nan", "NaN"]
_LONGEST_HEADER_BYTES: Final = 10_000
_NEWLINE: Final = b"\n"
_FILE: Final = "OpenSky's state vectors, with the columns time, icao24, lat, lon"


def is_state_vectors(head: bytes) -> bool:
    """Whether a file that begins so holds state vectors: its first line names their columns."""
    line = head[:_LONGEST_HEADER_BYTES].split(_NEWLINE, 1)[0]
    return b"icao24" in line and set(_NEEDED) <= set(_header(head))


def read(data: bytes, file: str) -> Recording:
    """Reports of all airborne positions.

    A state vector repeats the last position until there is a new one: `lastposupdate`, where the file has it,
    tells when it was heard, and each counts once. Heights are `geoaltitude`; where only `baroaltitude` is
    told, it is corrected as `kizuna.geo.heights` says.

    Parameters
    ----------
    data
        The whole file.
    file
        What to call it.

    Raises
    ------
    InputError
        When the file holds no state vectors.
    """
    if not is_state_vectors(data):
        raise InputError(file, "line 1", "doesn't name the columns of state vectors", _FILE)
    if not data.isascii():
        # PyArrow hands on only lines of UTF-8 to be left out.
        data = data.decode("utf-8", "replace").encode()
    table, remarks = _table(data, file)
    numbers = {name: _column(table, name) for name in _NUMBERS}
    time_s = np.where(np.isnan(numbers["lastposupdate"]), numbers["time"], numbers["lastposupdate"])
    place = {"time": time_s, "lat_deg": numbers["lat"], "lon_deg": numbers["lon"]}
    grounded = _truth(table, "onground")
    empty = np.isnan(place["lat_deg"]) | np.isnan(place["lon_deg"])
    good = sound(Detections, place) & ~table["icao24"].is_null().to_numpy()
    for height in ("baroaltitude", "geoaltitude"):
        good &= sound(Detections, {"alt_m": numbers[height]}, may_lack=("alt_m",))
    bad = ~good & ~empty
    remarks += left_out(file, int(bad.sum()), "lines with impossible values", _place(data, bad))
    remarks += left_out(file, int((good & grounded).sum()), "state vectors of aircraft on the ground")
    rows = np.flatnonzero(good & ~grounded)
    who = pc.dictionary_encode(table["icao24"].combine_chunks())
    codes = who.indices.to_numpy(zero_copy_only=False)[rows].astype(np.int32)
    fresh = _fresh(codes, time_s[rows])
    rows, codes = rows[fresh], codes[fresh]
    order = in_time(time_s[rows])
    rows, codes = rows[order], codes[order]
    identity = Labels(codes, tuple(who.dictionary.to_pylist())).used()
    detections = Detections.of(
        **{name: values[rows] for name, values in place.items()},
        sensor=Labels.constant(SENSOR, len(rows)),
        kind=Labels.constant("position", len(rows)),
        alt_m=above_ellipsoid(codes, numbers["baroaltitude"][rows], numbers["geoaltitude"][rows]),
        identity=identity,
    )
    return Recording.of_reports(detections, remarks)


def _header(data: bytes) -> list[str]:
    """The names in the first line."""
    line = data[:_LONGEST_HEADER_BYTES].split(_NEWLINE, 1)[0].decode("utf-8-sig", "replace")
    return [name.strip().strip('"') for name in line.split(",")]


def _table(data: bytes, file: str) -> tuple[pa.Table, list[Remark]]:
    """The columns that are read, and remarks on lines that can't be."""
    try:
        return _parsed(data, file, pa.float64())
    except pa.ArrowException as error:
        if "conversion error" not in str(error):
            raise InputError(file, "", f"can't be read ({str(error).splitlines()[0]})", _FILE) from error
    # Some cell holds no number: read again, as text.
    try:
        table, remarks = _parsed(data, file, pa.string())
    except pa.ArrowException as error:
        raise InputError(file, "", f"can't be read ({str(error).splitlines()[0]})", _FILE) from error
    for name in (name for name in _NUMBERS if name in table.column_names):
        text = pc.utf8_trim_whitespace(table[name])
        number = pc.match_substring_regex(text, r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
        # What is no number is impossible; what is absent is only unknown.
        told = pc.cast(pc.if_else(number, text, "inf"), pa.float64())
        table = table.set_column(table.column_names.index(name), name, told)
    return table, remarks


def _parsed(data: bytes, file: str, numbers: pa.DataType) -> tuple[pa.Table, list[Remark]]:
    cut: list[str] = []

    def skip(row: pcsv.InvalidRow) -> str:
        cut.append(row.text)
        return "skip"

    header = _header(data)
    wanted = [name for name in ("icao24", "onground", *_NUMBERS) if name in header]
    table = pcsv.read_csv(
        pa.BufferReader(data),
        parse_options=pcsv.ParseOptions(invalid_row_handler=skip),
        convert_options=pcsv.ConvertOptions(
            include_columns=wanted,
            column_types=dict.fromkeys(_NUMBERS, numbers) | {"icao24": pa.string(), "onground": pa.string()},
            null_values=_NULLS,
            strings_can_be_null=True,
        ),
    )
    before = data[: max(data.find(cut[0].encode()), 0)] if cut else b""
    first = f"line {before.count(_NEWLINE) + 1}"
    return table, left_out(file, len(cut), "lines with too few or too many values", first)


def _place(data: bytes, bad: BoolN) -> str:
    """The line of the first bad row: rows are those lines that have as many values as the header."""
    if not bad.any():
        return ""
    commas, rows = len(_header(data)) - 1, -2
    for line, text in enumerate(data.split(_NEWLINE), start=1):
        rows += text.count(b",") == commas
        if rows == np.argmax(bad):
            return f"line {line}"
    return ""


def _column(table: pa.Table, name: str) -> FloatN:
    if name not in table.column_names:
        return np.full(len(table), np.nan)
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _truth(table: pa.Table, name: str) -> BoolN:
    if name not in table.column_names:
        return np.zeros(len(table), dtype=np.bool_)
    said = pc.is_in(pc.utf8_lower(table[name]), value_set=pa.array(["true", "t", "1"]))
    return np.asarray(said.to_numpy(), dtype=np.bool_)


def _fresh(codes: "np.ndarray[tuple[int], np.dtype[np.int32]]", time_s: FloatN) -> BoolN:
    """The first of all rows that tell one aircraft's position at one time."""
    order = np.lexsort((time_s, codes))
    again = np.zeros(len(order), dtype=np.bool_)
    again[order[1:]] = (np.diff(codes[order]) == 0) & (np.diff(time_s[order]) == 0.0)
    return ~again
