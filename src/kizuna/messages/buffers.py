"""NumPy and Arrow arrays of the same memory: pyarrow's own ways load pandas, which takes a second."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from kizuna.shapes import BoolN, CodeN, Float, FloatN, IntN


def to_floats(data: pa.ChunkedArray) -> FloatN:
    """Numbers (N,) of a column of float64; NaN where it is null."""
    made = [np.empty(0)]
    for chunk in data.chunks:
        values = _values(chunk, np.float64)
        made.append(np.where(null(chunk), np.nan, values) if chunk.null_count else values)
    return np.concatenate(made) if len(made) != 2 else made[1]


def to_whole(data: pa.ChunkedArray) -> IntN:
    """Numbers (N,) of a column of int64; 0 where it is null."""
    made = [np.where(null(chunk), 0, _values(chunk, np.int64)) for chunk in data.chunks]
    return np.concatenate([np.empty(0, dtype=np.int64), *made])


def to_codes(data: pa.Array) -> CodeN:
    """Whole numbers (N,) of an array of int32; -1 where it is null."""
    values = _values(data, np.int32)
    made: CodeN = np.where(null(data), np.int32(-1), values) if data.null_count else values
    return made


def null(data: pa.Array) -> BoolN:
    """Which of its values (N,) are null."""
    if not data.null_count or data.buffers()[0] is None:
        return np.full(len(data), data.null_count > 0)
    bits = np.frombuffer(data.buffers()[0], dtype=np.uint8)
    there = np.unpackbits(bits, bitorder="little")[data.offset : data.offset + len(data)]
    return np.asarray(there == 0)


def from_numbers(values: Float | IntN | CodeN, null: BoolN | None = None) -> pa.Array:
    """Array of float64, int64 or int32 from numbers (N,), some of which may be null."""
    kind = {"float64": pa.float64(), "int64": pa.int64(), "int32": pa.int32()}[values.dtype.name]
    there = None if null is None or not null.any() else pa.py_buffer(np.packbits(~null, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [there, pa.py_buffer(np.ascontiguousarray(values))])


def from_bools(values: BoolN) -> pa.Array:
    """Array of truth values."""
    bits = pa.py_buffer(np.packbits(values, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, bits])


def from_text(values: Sequence[str]) -> pa.Array:
    """Array of text."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    )


def _values(data: pa.Array, kind: type) -> np.ndarray:
    values = data.buffers()[1]
    if values is None:
        return np.zeros(len(data), dtype=kind)
    return np.frombuffer(values, dtype=kind, count=data.offset + len(data))[data.offset :]
