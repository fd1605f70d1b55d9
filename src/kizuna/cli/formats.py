"""The file formats that tables are converted between, each known by its ending."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from kizuna.errors import InputError
from kizuna.gateways.csv.read import CsvFile
from kizuna.gateways.geojson.read import GeoJsonFile
from kizuna.messages import codec
from kizuna.messages.columns import Column, Table
from kizuna.messages.truth import Truth

T = TypeVar("T", bound=Table)


class Source(Protocol):
    """A file opened for reading, whose columns are known by name before its kind of table is."""

    names: list[str]

    def columns(self, specs: Mapping[str, Column]) -> pa.Table:
        """Its columns, those described with their types."""

    def table(self, kind: type[T], data: pa.Table) -> T:
        """A checked table from its columns; an error names the place in this file."""


class ParquetSource:
    """A Parquet file, opened as far as its schema.

    Raises
    ------
    InputError
        When the file is not there or is not Parquet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.names = list(pq.read_schema(path).names)
        except (pa.ArrowException, OSError):
            # The codec meets the same error, and has the sentence for it.
            codec.read(Truth, path)
            raise

    def columns(self, specs: Mapping[str, Column]) -> pa.Table:
        """All columns, with the types that the file gives them.

        Raises
        ------
        InputError
            When the file is damaged after its schema.
        """
        del specs
        try:
            with pq.ParquetFile(self.path) as file:
                return file.read()
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                str(self.path), "", f"is damaged ({str(error).splitlines()[0]})", "a whole Parquet file"
            ) from error

    def table(self, kind: type[T], data: pa.Table) -> T:
        """Table of this kind from the columns, checked.

        Raises
        ------
        InputError
            As `codec.from_arrow`.
        """
        return codec.from_arrow(kind, data, str(self.path))


_SOURCES: Final[dict[str, Callable[[Path], Source]]] = {
    ".parquet": ParquetSource,
    ".csv": CsvFile,
    ".geojson": GeoJsonFile,
}

ASTERIX: Final = ".ast"
"""Tables are written so; what is read so is a recording."""


def ending(path: Path) -> str:
    """The ending of a file's name, in small letters.

    Raises
    ------
    InputError
        When no format has this ending.
    """
    found = path.suffix.lower()
    if found in (*_SOURCES, ASTERIX):
        return found
    known = ", ".join((*_SOURCES, ASTERIX))
    if found == ".json":
        raise InputError(str(path), "", "the ending .json says too little", f"one of {known}")
    problem = f"the ending {found} is not known" if found else "has no ending to know its format by"
    if path.is_dir():
        problem = "is a folder"
    raise InputError(str(path), "", problem, f"a file that ends in one of {known}")


def open_source(path: Path) -> Source:
    """Open a file of any known format.

    Raises
    ------
    InputError
        When the ending is not known, the file is not there, or it is not what its ending says.
    """
    return _SOURCES[ending(path)](path)
