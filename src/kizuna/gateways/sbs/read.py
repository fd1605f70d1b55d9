"""Lines of BaseStation to position reports: the messages of type 3."""

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from kizuna.constants import FOOT_M
from kizuna.errors import InputError
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.recording import Recording, in_time, left_out, sound
from kizuna.shapes import BoolN, FloatN

_FIELDS: Final = (
    "message", "type", "session", "aircraft", "address", "flight", "date", "time", "date_logged",
    "time_logged", "callsign", "altitude_ft", "speed", "track", "lat", "lon", "climb", "squawk", "alert",
    "emergency", "ident", "grounded",
)  # fmt: skip
_READ: Final = ("message", "address", "date", "time", "altitude_ft", "lat", "lon", "grounded")
_LINE: Final = re.compile(rb"(MSG|MLAT),[1-8],|(SEL|ID|AIR|STA|CLK),")
_POSITION: Final = (b"MSG,3,", b"MLAT,3,")
_SENSORS: Final = {"MSG": "adsb", "MLAT": "mlat"}
_FILE: Final = "lines of BaseStation, such as MSG,3,…"
_NUMBER: Final = r"^[-+]?(\d+\.?\d*|\.\d+)$"
_ADDRESS: Final = re.compile("[0-9A-Fa-f]{6}")


def is_sbs(head: bytes) -> bool:
    """Whether a file that begins so holds lines of BaseStation."""
    return _LINE.match(head) is not None


def read(data: bytes, file: str) -> Recording:
    """Reports of all airborne positions; the sensor is `adsb`, or `mlat` for lines that begin with MLAT.

    Times are taken for UTC. Heights are pressure altitudes.

    Parameters
    ----------
    data
        The whole file.
    file
        What to call it.

    Raises
    ------
    InputError
        When no line holds a position.
    """
    try:
        table, cut = _table(data if data.isascii() else data.decode("utf-8", "replace").encode())
    except pa.ArrowException as error:
        raise InputError(file, "", f"can't be read ({str(error).splitlines()[0]})", _FILE) from error
    if not len(table) + cut:
        raise InputError(file, "", "holds no positions", _FILE)
    columns = {
        "time": _times(table),
        "lat_deg": _numbers(table, "lat"),
        "lon_deg": _numbers(table, "lon"),
        "alt_m": FOOT_M * _numbers(table, "altitude_ft"),
    }
    silent = np.isnan(columns["lat_deg"]) & np.isnan(columns["lon_deg"])
    address = _encoded(table, "address")
    named = np.array([_ADDRESS.fullmatch(name) is not None for name in address.names], dtype=np.bool_)
    good = sound(Detections, columns, may_lack=("alt_m",)) & named[address.codes]
    fine = good | silent
    bad = cut + int((~fine).sum())
    remarks = left_out(file, bad, "broken lines", f"line {_first_bad(data, fine):,}" if bad else "")
    grounded = good & pc.is_in(table["grounded"], value_set=pa.array(["-1", "1", "-1\r", "1\r"])).to_numpy()
    remarks += left_out(file, int(grounded.sum()), "positions on the ground")
    rows = np.flatnonzero(good & ~grounded)
    rows = rows[in_time(columns["time"][rows])]
    message = _encoded(table, "message")
    detections = Detections.of(
        **{name: values[rows] for name, values in columns.items()},
        sensor=Labels(message.codes, tuple(_SENSORS[name] for name in message.names)).take(rows),
        kind=Labels.constant("position", len(rows)),
        identity=Labels(address.codes, tuple(name.lower() for name in address.names)).take(rows).used(),
    )
    return Recording.of_reports(detections, remarks)


def _first_bad(data: bytes, fine: BoolN) -> int:
    """The first line with a position that is cut short, or whose row isn't fine."""
    row = 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.startswith(_POSITION):
            if line.count(b",") != len(_FIELDS) - 1 or row >= len(fine) or not fine[row]:
                return number
            row += 1
    return 0


def _table(data: bytes) -> tuple[pa.Table, int]:
    """The columns that are read, as text, of positions; and how many positions are of another length."""
    cut = 0

    def skip(row: pcsv.InvalidRow) -> str:
        nonlocal cut
        cut += row.text.encode().startswith(_POSITION)
        return "skip"

    wanted = ["type", *_READ]
    table = pcsv.read_csv(
        pa.BufferReader(data),
        read_options=pcsv.ReadOptions(column_names=list(_FIELDS)),
        parse_options=pcsv.ParseOptions(quote_char=False, invalid_row_handler=skip),
        convert_options=pcsv.ConvertOptions(
            include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string())
        ),
    )
    placed = pc.and_(
        pc.equal(table["type"], "3"), pc.is_in(table["message"], value_set=pa.array(list(_SENSORS)))
    )
    return table.filter(placed).combine_chunks(), cut


def _encoded(table: pa.Table, name: str) -> Labels:
    """A column of text by its different values."""
    column = pc.dictionary_encode(table[name]).combine_chunks()
    codes = column.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return Labels(codes, tuple(column.dictionary.to_pylist()))


def _numbers(table: pa.Table, name: str) -> FloatN:
    """A column of numbers; NaN where nothing stands, infinite where no number does."""
    text = pc.if_else(pc.equal(table[name], ""), None, table[name])
    try:
        told = pc.cast(text, pa.float64())
    except pa.ArrowInvalid:
        told = pc.cast(pc.if_else(pc.match_substring_regex(text, _NUMBER), text, "inf"), pa.float64())
    return np.asarray(told.to_numpy(), dtype=np.float64)


def _times(table: pa.Table) -> FloatN:
    """When each message was made, s since 1970-01-01; NaN where that is no time."""
    text = pc.binary_join_element_wise(pc.replace_substring(table["date"], "/", "-"), table["time"], " ")
    try:
        moments = pc.cast(text, pa.timestamp("us"))
    except pa.ArrowInvalid:
        moments = pa.array([_moment(each) for each in text.to_pylist()], pa.timestamp("us"))
    ticks = pc.cast(pc.cast(moments, pa.int64()), pa.float64(), safe=False)
    return np.asarray(ticks.to_numpy(zero_copy_only=False), dtype=np.float64) / 1e6


def _moment(text: str) -> int | None:
    """Microseconds since 1970-01-01, None for what is no time."""
    try:
        return int(pc.cast(pa.scalar(text), pa.timestamp("us")).value)
    except pa.ArrowInvalid:
        return None
