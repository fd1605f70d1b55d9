"""Tracks and objects to GeoJSON lines: where each has been, and when, cut at the antimeridian."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from kizuna.gateways.geojson.features import POSITION, Feature, feature, moments, position, write_features
from kizuna.messages.columns import Labels, Table, columns_of
from kizuna.shapes import Float, FloatN, IntN

_TURN_DEG: Final = 360.0


def write(
    table: Table,
    path: Path | str,
    group: Sequence[str],
    longest_gap_s: float = np.inf,
    report: Callable[[float], None] = lambda _: None,
) -> None:
    """Write a feature for each line.

    The properties are the columns of the group, what was last known in the other columns of text, `begin` and
    `end` as text in ISO 8601, and `times`: seconds since 1970-01-01 UTC for each position, in lists that are
    nested as the coordinates are. A line of one position becomes a point.

    Parameters
    ----------
    table
        A table of `kizuna.messages` with times, and positions in all rows.
    path
        The file to make or to replace.
    group
        The columns that say which rows belong to one line.
    longest_gap_s
        A line ends where the next position is later than this, and another line begins.
    report
        Told how much is written, from 0 to 1.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    columns: dict[str, Any] = {name: getattr(table, name) for name in columns_of(type(table))}
    keys = [_codes(columns[name]) for name in group]
    order = np.lexsort((columns["time"], *reversed(keys)))
    ends = np.diff(columns["time"][order]) > longest_gap_s
    for key in keys:
        ends |= np.diff(key[order]) != 0
    runs = np.split(order, np.flatnonzero(ends) + 1) if len(order) else []
    write_features(path, (_line(columns, group, rows) for rows in runs), len(runs), report)


def cut(points: Float) -> list[Float]:
    """Cut a line where it crosses the antimeridian, as RFC 7946 asks in section 3.1.9.

    Parameters
    ----------
    points
        Columns lon_deg, lat_deg, and any others that vary along the line, (N, K). Longitudes lie in -180 to
        180, and from one position to the next the line goes the shorter way round.

    Returns
    -------
    list
        The parts, each (M, K). At a cut the one ends at 180 (or -180) and the next begins at -180 (or 180);
        all other columns are interpolated linearly there, as lines go on a map of longitude and latitude.
    """
    points = points.copy()
    points[:, 0] = _on_the_side_it_came_from(points[:, 0])
    parts = []
    head, first = points[:0], 0
    for k in np.flatnonzero(np.abs(np.diff(points[:, 0])) > 0.5 * _TURN_DEG).tolist():
        edge = np.copysign(0.5 * _TURN_DEG, points[k, 0])
        beyond_deg = points[k + 1, 0] + np.copysign(_TURN_DEG, edge)
        share = (edge - points[k, 0]) / (beyond_deg - points[k, 0])
        crossing = (points[k] + share * (points[k + 1] - points[k]))[None]
        crossing[0, 0] = edge
        # A position on the meridian itself closes its part already.
        parts.append(np.concatenate([head, points[first : k + 1], crossing if share > 0.0 else points[:0]]))
        head, first = crossing.copy(), k + 1
        head[0, 0] = -edge
    parts.append(np.concatenate([head, points[first:]]))
    return parts


def _on_the_side_it_came_from(lon_deg: FloatN) -> FloatN:
    """180 and -180 are one meridian: give it the sign of the position before, or of the first one after."""
    on_edge = np.abs(lon_deg) == 0.5 * _TURN_DEG
    if not on_edge.any() or on_edge.all():
        return np.abs(lon_deg) if on_edge.all() else lon_deg
    inside = np.flatnonzero(~on_edge)
    before = np.searchsorted(inside, np.arange(len(lon_deg)), side="right") - 1
    side = np.where(lon_deg[inside[np.maximum(before, 0)]] < 0.0, -1.0, 1.0)
    return np.where(on_edge, np.abs(lon_deg) * side, lon_deg)


def _codes(column: IntN | Labels) -> IntN:
    return np.asarray(column.codes if isinstance(column, Labels) else column, dtype=np.int64)


def _line(columns: dict[str, Any], group: Sequence[str], rows: IntN) -> Feature:
    """The feature of these rows, which are in order of time."""
    time: FloatN = columns["time"][rows]
    properties: dict[str, Any] = {name: _last_known(columns[name], rows) for name in group}
    for name, column in columns.items():
        if isinstance(column, Labels) and name not in group:
            properties[name] = _last_known(column, rows)
    properties["begin"], properties["end"] = moments(time[[0, -1]])
    parts = cut(np.stack([*(columns[name][rows] for name in POSITION), time], axis=1))
    places = [[position(*row[:3]) for row in part.tolist()] for part in parts]
    times = [part[:, 3].tolist() for part in parts]
    if len(rows) == 1:
        return feature({"type": "Point", "coordinates": places[0][0]}, properties | {"times": times[0]})
    if len(parts) == 1:
        return feature({"type": "LineString", "coordinates": places[0]}, properties | {"times": times[0]})
    return feature({"type": "MultiLineString", "coordinates": places}, properties | {"times": times})


def _last_known(column: IntN | Labels, rows: IntN) -> int | str | None:
    """The last value that isn't null."""
    if not isinstance(column, Labels):
        return int(column[rows[-1]])
    known = column.codes[rows]
    known = known[known >= 0]
    return column.names[known[-1]] if len(known) else None
