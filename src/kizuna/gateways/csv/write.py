"""Tables to CSV: UTF-8, commas, an empty cell for null, numbers that read back to the last bit."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from kizuna.files import replacing
from kizuna.gateways.csv.columns import cells_of
from kizuna.messages import codec
from kizuna.messages.columns import Table, columns_of

_ROWS_AT_ONCE = 50_000


def write(table: Table, path: Path | str, report: Callable[[float], None] = lambda _: None) -> None:
    """Write a table; an old file at this place stays whole until the new one is.

    Parameters
    ----------
    table
        Any table of `kizuna.messages`.
    path
        The file to make or to replace.
    report
        Told how much is written, from 0 to 1.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    cells = cells_of(columns_of(type(table)))
    header = ",".join(name for names in cells.values() for name in names)
    options = pcsv.WriteOptions(include_header=False)
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(f"{header}\n".encode())
        for first in range(0, len(table), _ROWS_AT_ONCE):
            part = table.take(slice(first, first + _ROWS_AT_ONCE))
            pcsv.write_csv(_flat(part, cells), file, options)
            report(min(1.0, (first + _ROWS_AT_ONCE) / len(table)))


def _flat(table: Table, cells: dict[str, tuple[str, ...]]) -> pa.Table:
    """Arrow columns with one value in each cell, text as plain strings."""
    data = codec.to_arrow(table)
    made = {}
    for name, spec in columns_of(type(table)).items():
        column = data.column(name)
        if spec.kind == "vector":
            for place, cell in enumerate(cells[name]):
                made[cell] = pc.list_element(column, place)
        else:
            made[name] = pc.cast(column, pa.string()) if spec.kind == "label" else column
    return pa.table(made)
