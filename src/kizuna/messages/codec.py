"""Tables to and from Arrow and Parquet: the same columns in memory, on the wire and at rest."""

import difflib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kizuna.errors import InputError
from kizuna.files import cannot_write, not_there, replacing
from kizuna.messages.buffers import from_bools, from_numbers, from_text, null, to_codes, to_floats, to_whole
from kizuna.messages.check import check
from kizuna.messages.columns import Column, Labels, Table, columns_of
from kizuna.shapes import BoolN, CodeN, Float, IntN

T = TypeVar("T", bound=Table)


def schema(table: type[Table]) -> pa.Schema:
    """Arrow schema of a kind of table; each field's unit stands in its metadata."""
    made = []
    for name, spec in columns_of(table).items():
        metadata = {"unit": spec.unit} if spec.unit else None
        made.append(pa.field(name, _arrow_type(spec), nullable=spec.nullable, metadata=metadata))
    return pa.schema(made)


def to_arrow(table: Table) -> pa.Table:
    """The table's columns as Arrow columns; NaN becomes null, labels become dictionaries."""
    made = [_to_arrow_column(spec, getattr(table, name)) for name, spec in columns_of(type(table)).items()]
    return pa.table(made, schema=schema(type(table)))


def from_arrow(kind: type[T], data: pa.Table, file: str) -> T:
    """Table of this kind from Arrow columns, checked.

    Columns that may be null may be absent, and foreign columns are passed over; but a foreign column whose
    name looks like a misspelling of an absent one is refused, because its data would be lost in silence.

    Parameters
    ----------
    kind
        The kind of table to make.
    data
        Arrow columns; number types are widened, text may be plain or dictionary-encoded.
    file
        What to call the source in an error.

    Raises
    ------
    InputError
        When a column is missing, misspelt, of a wrong type, or holds a bad value.
    """
    specs = columns_of(kind)
    _check_names(specs, data.column_names, file)
    made = {}
    for name, spec in specs.items():
        if name in data.column_names:
            made[name] = _from_arrow_column(spec, name, data.column(name), file)
    table = kind.of(**made)
    check(table, file)
    return table


def read(kind: type[T], path: Path | str, *, unread: Collection[str] = ()) -> T:
    """Read a Parquet file as a table of this kind, checked.

    Parameters
    ----------
    kind
        The kind of table to make.
    path
        The file.
    unread
        Columns that are left where they are, whatever they hold, and are null in the table.

    Raises
    ------
    InputError
        When the file is not there, is not Parquet, or `from_arrow` refuses what is in it.
    """
    file = str(path)
    if Path(path).is_dir():
        raise InputError(file, "", "is a folder", "a Parquet file")
    try:
        # Not pq.read_table, which would take a folder called a=1 above the file for a column a.
        with pq.ParquetFile(path) as source:
            present = source.schema_arrow.names
            wanted = {name: spec for name, spec in columns_of(kind).items() if name not in unread}
            _check_names(wanted, present, file)
            data = source.read(columns=[name for name in wanted if name in present])
    except FileNotFoundError:
        raise not_there(path, "a Parquet file") from None
    except (pa.ArrowException, ValueError, OSError) as error:
        empty = Path(path).is_file() and Path(path).stat().st_size == 0
        problem = "is empty" if empty else f"is not Parquet, or is cut short ({_first_line(error)})"
        raise InputError(file, "", problem, "a Parquet file") from error
    return from_arrow(kind, data, file)


def write(table: Table, path: Path | str) -> None:
    """Write a Parquet file in one piece; an old file at this place stays whole until the new one is.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    with sink(type(table), path) as out:
        out.write(table)


class Sink:
    """A Parquet file that grows batch by batch."""

    def __init__(self, writer: pq.ParquetWriter, path: Path) -> None:
        self._writer = writer
        self._path = path

    def write(self, table: Table | pa.Table) -> None:
        """Append the rows of one table, or of its columns as Arrow has them.

        Raises
        ------
        WorkError
            When the file can't be written.
        """
        try:
            self._writer.write_table(table if isinstance(table, pa.Table) else to_arrow(table))
        except OSError as error:
            raise cannot_write(self._path, error) from error


@contextmanager
def sink(kind: type[Table], path: Path | str) -> Iterator[Sink]:
    """Open a Parquet file for batches of one kind of table; it takes its name when the block ends well.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    specs = columns_of(kind)
    labels = [name for name, spec in specs.items() if spec.kind == "label"]
    with (
        replacing(path) as temporary,
        # Floating-point columns shrink by a third when their bytes are split before compression.
        pq.ParquetWriter(
            temporary,
            schema(kind),
            compression="zstd",
            use_dictionary=labels,
            column_encoding={
                name if spec.kind == "number" else f"{name}.list.element": "BYTE_STREAM_SPLIT"
                for name, spec in specs.items()
                if spec.kind in ("number", "vector")
            },
        ) as writer,
    ):
        yield Sink(writer, Path(path))


def to_ipc(table: Table) -> bytes:
    """The table as one Arrow IPC stream."""
    out = pa.BufferOutputStream()
    data = to_arrow(table)
    with pa.ipc.new_stream(out, data.schema) as writer:
        writer.write_table(data)
    return bytes(out.getvalue())


def from_ipc(kind: type[T], data: bytes, source: str = "message") -> T:
    """Table from one Arrow IPC stream, checked; the columns must be exactly those of this kind.

    Raises
    ------
    InputError
        When the bytes are no Arrow stream, or a column is unknown, missing or bad.
    """
    try:
        columns = pa.ipc.open_stream(data).read_all()
        # Whoever wrote it may have meant harm: no offset or code may point outside of what came.
        columns.validate(full=True)
        for name in columns.column_names:
            if name not in columns_of(kind):
                raise InputError(
                    source, f"column {name}", "is not known", "one of " + ", ".join(columns_of(kind))
                )
        return from_arrow(kind, columns, source)
    except InputError:
        raise
    except Exception as error:  # whatever such bytes make it stumble over
        raise InputError(source, "", f"is no Arrow stream ({_first_line(error)})") from error


def _arrow_type(spec: Column) -> pa.DataType:
    if spec.kind == "number":
        return pa.float64()
    if spec.kind == "count":
        return pa.int64()
    if spec.kind == "label":
        return pa.dictionary(pa.int32(), pa.string())
    return pa.list_(pa.float64(), spec.width)


def _to_arrow_column(spec: Column, values: Float | Labels) -> pa.Array:
    if isinstance(values, Labels):
        # A table that was cut out of another still knows the other's names, which its reader must not learn.
        values = values.used()
        codes = from_numbers(values.codes, values.missing())
        return pa.DictionaryArray.from_arrays(codes, from_text(values.names))
    if spec.kind == "vector":
        flat = from_numbers(np.ascontiguousarray(values).ravel())
        missing: BoolN = np.asarray(np.isnan(values).any(axis=1))
        return pa.FixedSizeListArray.from_arrays(
            flat, spec.width, mask=from_bools(missing) if missing.any() else None
        )
    return from_numbers(values, np.isnan(values) if spec.nullable and spec.kind == "number" else None)


def _check_names(specs: dict[str, Column], present: list[str], file: str) -> None:
    absent = [name for name in specs if name not in present]
    foreign = [name for name in present if name not in specs]
    for name in present:
        if name in specs and present.count(name) > 1:
            raise InputError(file, f"column {name}", "is there twice", "each column once")
    for name in foreign:
        meant = _meant(name, absent)
        if meant:
            raise InputError(file, f"column {name}", "is not known", f"the name {meant}")
    for name in absent:
        if not specs[name].nullable:
            close = difflib.get_close_matches(name, foreign, n=1, cutoff=0.6)
            hint = f" (the column {close[0]} may be it)" if close else ""
            raise InputError(file, f"column {name}", f"is missing{hint}", f"columns {_listing(specs)}")


def _meant(name: str, absent: list[str]) -> str:
    """The absent column that a foreign name misspells, or tells in another unit; empty when there is none."""
    lowered = name.lower()
    close = difflib.get_close_matches(lowered, absent, n=1, cutoff=0.85)
    stem = lowered.rpartition("_")[0] or lowered
    close = close or [other for other in absent if other.rpartition("_")[0] in (stem, lowered)]
    return close[0] if close else ""


def _listing(specs: dict[str, Column]) -> str:
    return ", ".join(name for name, spec in specs.items() if not spec.nullable)


def _from_arrow_column(spec: Column, name: str, data: pa.ChunkedArray, file: str) -> Float | Labels:
    try:
        if spec.kind == "label":
            return _labels(data)
        if spec.kind == "vector":
            return _vectors(spec, data)
        if spec.kind == "count":
            if data.null_count and not spec.nullable:
                row = int(np.argmax(data.is_null().to_numpy()))
                raise InputError(
                    file, f"column {name}, row {row}", "nothing there", "a whole number or a name"
                )
            return np.asarray(_whole_numbers(data), dtype=np.int64)
        return _numbers(data)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        unit = f" ({spec.unit})" if spec.unit not in ("", "1") else ""
        expected = {"label": "text", "count": "whole numbers", "number": f"numbers{unit}"}.get(
            spec.kind, f"lists of {spec.width} numbers"
        )
        raise InputError(file, f"column {name}", f"holds {data.type}", expected) from error


def _numbers(data: pa.ChunkedArray) -> Float:
    """Numbers as float64; a timestamp as seconds since 1970."""
    if pa.types.is_timestamp(data.type):
        per_second = {"s": 1e0, "ms": 1e3, "us": 1e6, "ns": 1e9}[data.type.unit]
        data = pc.divide(pc.cast(pc.cast(data, pa.int64()), pa.float64(), safe=False), per_second)
    kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    if not any(holds(data.type) for holds in kinds):
        raise pa.ArrowInvalid(f"{data.type}")
    # Whole numbers above 2**53 are rounded, as every number here is.
    return to_floats(pc.cast(data, pa.float64(), safe=False))


def _labels(data: pa.ChunkedArray) -> Labels:
    if not pa.types.is_dictionary(data.type):
        data = pc.cast(data, pa.string()).dictionary_encode()
    merged = data.unify_dictionaries().combine_chunks()
    if isinstance(merged, pa.ChunkedArray):
        if merged.num_chunks == 0:
            return Labels.constant(None, 0)
        merged = merged.chunk(0)
    names = merged.dictionary.cast(pa.string()).to_pylist()
    return Labels(to_codes(merged.indices.cast(pa.int32())), tuple(names))


def _whole_numbers(data: pa.ChunkedArray) -> IntN | CodeN:
    """Whole numbers; names that are not numbers are numbered from 1 as they first appear."""
    if (
        pa.types.is_string(data.type)
        or pa.types.is_large_string(data.type)
        or pa.types.is_dictionary(data.type)
    ):
        try:
            data = pc.cast(pc.cast(data, pa.string()), pa.int64())
        except pa.ArrowInvalid:
            return _labels(data).codes + 1
    return to_whole(pc.cast(data, pa.int64()))


def _vectors(spec: Column, data: pa.ChunkedArray) -> Float:
    rows = data.combine_chunks()
    if isinstance(rows, pa.ChunkedArray):
        rows = pa.concat_arrays(rows.chunks) if rows.num_chunks else pa.array([], data.type)
    missing = null(rows)
    made: Float = np.full((len(rows), spec.width), np.nan)
    if missing.all():
        return made
    lengths = pc.list_value_length(rows)
    if pc.min_max(lengths)["min"].as_py() != spec.width or pc.min_max(lengths)["max"].as_py() != spec.width:
        raise pa.ArrowInvalid("lists of other lengths")
    flat = pa.chunked_array([pc.cast(rows.drop_null().flatten(), pa.float64())])
    made[~missing] = to_floats(flat).reshape(-1, spec.width)
    return made


def _first_line(error: Exception) -> str:
    """What the library says, without the path that it may begin with."""
    return (str(error) or type(error).__name__).splitlines()[0].rpartition("': ")[2].rstrip(".")
