"""Tables that a verb reads, in any format that they are converted between."""

from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

from kizuna.cli.formats import open_source
from kizuna.messages import codec
from kizuna.messages.columns import Table, columns_of

T = TypeVar("T", bound=Table)


def read_table(kind: type[T], path: Path, *, unread: Collection[str] = ()) -> T:
    """Read a table of this kind; CSV and GeoJSON are known by their endings, all else is Parquet.

    Parameters
    ----------
    kind
        The kind of table.
    path
        The file.
    unread
        Columns that are null in the table, whatever they hold in the file.

    Raises
    ------
    InputError
        When the file can't be read, or isn't such a table.
    """
    if path.suffix.lower() not in (".csv", ".geojson"):
        return codec.read(kind, path, unread=unread)
    source = open_source(path)
    columns = source.columns({name: spec for name, spec in columns_of(kind).items() if name not in unread})
    return source.table(kind, columns.drop_columns([name for name in unread if name in source.names]))
