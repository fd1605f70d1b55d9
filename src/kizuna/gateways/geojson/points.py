"""Rows to GeoJSON points, one feature for each row, from which the table can be read back whole."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kizuna.errors import InputError
from kizuna.gateways.geojson.features import (
    MOMENT,
    POSITION,
    Feature,
    feature,
    moments,
    position,
    write_features,
)
from kizuna.messages.columns import Labels, Table, columns_of
from kizuna.shapes import Float

_ROWS_AT_ONCE = 10_000


def write(table: Table, path: Path | str, report: Callable[[float], None] = lambda _: None) -> int:
    """Write a feature for each row, with the columns that aren't its position as properties.

    A row without latitude and longitude, such as a radar plot, becomes a feature without geometry. A column
    that is null in all rows is left out. `utc` holds the time once more, as text in ISO 8601: geographic
    information systems sort and play by it.

    Parameters
    ----------
    table
        A table of `kizuna.messages` with positions.
    path
        The file to make or to replace.
    report
        Told how much is written, from 0 to 1.

    Returns
    -------
    int
        How many rows have no position.

    Raises
    ------
    InputError
        When no row has a position: there would be nothing to see.
    WorkError
        When the file can't be written.
    """
    columns: dict[str, Any] = {name: getattr(table, name) for name in columns_of(type(table))}
    unplaced = np.isnan(columns["lat_deg"]) | np.isnan(columns["lon_deg"])
    if len(table) and unplaced.all():
        problem = f"none of the {len(table):,} rows has a position"
        raise InputError(str(path), "", problem, "rows with lat_deg and lon_deg; a .csv file holds any table")
    kept = [name for name, values in columns.items() if name not in POSITION and not _absent(values)]
    write_features(path, _features(table, kept), len(table), report)
    return int(np.count_nonzero(unplaced))


def _absent(values: Float | Labels) -> bool:
    """Whether a column is null in all rows."""
    missing = values.missing() if isinstance(values, Labels) else np.isnan(values)
    return bool(missing.all())


def _features(table: Table, kept: list[str]) -> Iterator[Feature]:
    for first in range(0, len(table), _ROWS_AT_ONCE):
        part = table.take(slice(first, first + _ROWS_AT_ONCE))
        columns = {name: _values(getattr(part, name)) for name in kept}
        if "time" in columns:
            columns[MOMENT] = moments(np.asarray(columns["time"]))
        names = list(columns)
        places = zip(*(getattr(part, name).tolist() for name in POSITION), strict=True)
        for place, row in zip(places, zip(*columns.values(), strict=True), strict=True):
            properties = dict(zip(names, row, strict=True))
            lon_deg, lat_deg, alt_m = place
            if np.isnan(lon_deg) or np.isnan(lat_deg):
                # What is known of the place, such as a height from Mode C, has no geometry to stand in.
                properties |= {
                    name: value for name, value in zip(POSITION, place, strict=True) if not np.isnan(value)
                }
                yield feature(None, properties)
            else:
                yield feature({"type": "Point", "coordinates": position(lon_deg, lat_deg, alt_m)}, properties)


def _values(column: Float | Labels) -> list[Any]:
    """The values of a column as JSON knows them; NaN, alone or in a row of numbers, becomes null."""
    if isinstance(column, Labels):
        return column.values()
    missing = np.isnan(column) if column.ndim == 1 else np.isnan(column).any(axis=1)
    values: list[Any] = column.tolist()
    for row in np.flatnonzero(missing).tolist():
        values[row] = None
    return values
