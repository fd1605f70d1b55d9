"""CSV to tables: any file whose first line names the columns, and a sentence for what is wrong in it."""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from kizuna.errors import InputError
from kizuna.files import not_there
from kizuna.gateways.csv.columns import cells_of
from kizuna.messages import codec
from kizuna.messages.columns import Column, Table, columns_of

T = TypeVar("T", bound=Table)

_FILE = "a CSV file with the names of the columns in its first line"


class CsvFile:
    """A CSV file, opened as far as its header.

    Raises
    ------
    InputError
        When the file is not there, is empty, or its first line can't be a header.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.header = _header(self.path)
        self.names = _table_names(self.header)

    def columns(self, specs: Mapping[str, Column]) -> pa.Table:
        """All columns: those described, with numbers where they hold numbers; any other as text.

        Raises
        ------
        InputError
            With line and column of the first cell that holds no number where one must be, or of the first
            line that has too few or too many cells.
        """
        types = {cell: _type(spec) for name, spec in specs.items() for cell in cells_of(specs)[name]}
        try:
            data = pcsv.read_csv(
                self.path,
                parse_options=pcsv.ParseOptions(newlines_in_values=True),
                convert_options=pcsv.ConvertOptions(
                    column_types={name: types.get(name, pa.string()) for name in self.header},
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except (pa.ArrowInvalid, OSError) as error:
            self._explain({cell: _unit(specs, cell) for cell, of in types.items() if of == pa.float64()})
            raise InputError(str(self.path), "", f"can't be read ({_first_line(error)})", _FILE) from error
        for name, spec in specs.items():
            if spec.kind == "vector":
                data = self._gather(data, name, cells_of(specs)[name])
        return data

    def table(self, kind: type[T], data: pa.Table) -> T:
        """Table of this kind from the columns of this file, checked.

        Raises
        ------
        InputError
            As `codec.from_arrow`, with the line of the file in place of the row.
        """
        try:
            return codec.from_arrow(kind, data, str(self.path))
        except InputError as error:
            row = re.search(r"\brow (\d+)$", error.place)
            if row is None:
                raise
            place = f"{error.place[: row.start()]}line {self._line(int(row[1]))}"
            raise InputError(error.file, place, error.problem, error.expected) from error

    def _gather(self, data: pa.Table, name: str, cells: tuple[str, ...]) -> pa.Table:
        """The same columns with the cells of a vector as one column of lists, null where all are empty."""
        present = [cell for cell in cells if cell in data.column_names]
        if not present:
            return data
        if len(present) < len(cells):
            lacking = next(cell for cell in cells if cell not in present)
            raise InputError(
                str(self.path),
                f"column {lacking}",
                "is missing",
                f"all of {cells[0]} to {cells[-1]}, or none",
            )
        values = np.stack([data.column(cell).to_numpy() for cell in cells], axis=1)
        empty = np.isnan(values)
        partly = empty.any(axis=1) & ~empty.all(axis=1)
        if partly.any():
            row = int(np.argmax(partly))
            place = f"column {cells[int(np.argmax(empty[row]))]}, line {self._line(row)}"
            problem = "nothing there, though other elements of the row are"
            raise InputError(str(self.path), place, problem, f"all of {cells[0]} to {cells[-1]}, or none")
        lists = pa.FixedSizeListArray.from_arrays(
            pa.array(values.ravel()), len(cells), mask=pa.array(empty.all(axis=1))
        )
        return data.drop_columns(list(cells)).append_column(name, lists)

    def _line(self, row: int) -> int:
        """The line of the file on which this row begins; an editor counts lines from 1."""
        with _records(self.path) as records:
            for number, (line, _) in enumerate(records):
                if number == row + 1:
                    return line
        raise IndexError(f"{self.path} has no row {row}")

    def _explain(self, numbers: Mapping[str, str]) -> None:
        """Say which cell is at fault; `numbers` names the columns of numbers, with their units."""
        file = str(self.path)
        places = [(place, name) for place, name in enumerate(self.header) if name in numbers]
        with _records(self.path) as records:
            next(records)
            for line, cells in records:
                if len(cells) != len(self.header):
                    expected = f"{len(self.header)}, as the header has"
                    raise InputError(file, f"line {line}", f"has {len(cells)} values", expected)
                for place, name in places:
                    if cells[place] and not _is_number(cells[place]):
                        unit = f" ({numbers[name]})" if numbers[name] else ""
                        problem = f"{cells[place]!r} is no number"
                        raise InputError(file, f"column {name}, line {line}", problem, f"a number{unit}")


def read(kind: type[T], path: Path | str) -> T:
    """Read a CSV file as a table of this kind, checked.

    Raises
    ------
    InputError
        When the file is not there, is no CSV, or holds something else than this kind of table.
    """
    file = CsvFile(path)
    return file.table(kind, file.columns(columns_of(kind)))


def _header(path: Path) -> list[str]:
    """The cells of the first line, which must be names."""
    file = str(path)
    with _records(path) as records:
        _, header = next(records, (0, []))
    if not header:
        raise InputError(file, "", "is empty", _FILE)
    if len(header) == 1:
        other = next((mark for mark in (";", "\t", "|") if mark in header[0]), "")
        named = {"\t": "tabs"}.get(other, repr(other))
        problem = f"has its columns apart by {named}" if other else f"has the one column {header[0]!r}"
        raise InputError(file, "line 1", problem, "columns apart by commas")
    for name in header:
        if header.count(name) > 1:
            raise InputError(file, f"line 1, column {name}", "is there twice", "each column once")
    return header


def _table_names(header: list[str]) -> list[str]:
    """Names of the table's columns in a header: the elements of a covariance count as one column."""
    names = [re.sub(r"^cov_\d\d$", "cov", name) for name in header]
    return list(dict.fromkeys(names))


@contextmanager
def _records(path: Path) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Records of the file, header first, each with the line on which it begins; empty lines don't count."""
    file = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield _numbered(lines)
    except FileNotFoundError:
        raise not_there(path, "a CSV file") from None
    except IsADirectoryError:
        raise InputError(file, "", "is a folder", "a CSV file") from None
    except UnicodeDecodeError:
        raise InputError(file, "", "is not text in UTF-8", _FILE) from None
    except csv.Error as error:
        raise InputError(file, "", f"can't be read ({error})", _FILE) from error
    except OSError as error:
        raise InputError(file, "", f"can't be read ({error.strerror or error})", _FILE) from error


def _numbered(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines)
    began = 1
    for cells in reader:
        if cells:
            yield began, cells
        began = reader.line_num + 1


def _type(spec: Column) -> pa.DataType:
    """How Arrow reads a column's cells; where tracks have names, not numbers, the codec numbers them."""
    whole_or_name = spec.kind == "count" and not spec.nullable
    return pa.string() if spec.kind == "label" or whole_or_name else pa.float64()


def _unit(specs: Mapping[str, Column], cell: str) -> str:
    return specs[cell].unit if cell in specs else ""


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")
