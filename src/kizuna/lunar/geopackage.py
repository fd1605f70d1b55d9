"""The way and the stops of a plan as a GeoPackage, for QGIS and other maps."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from kizuna.errors import WorkError
from kizuna.files import replacing
from kizuna.geo.bodies import MOON
from kizuna.geo.geodesic import great_circle_m
from kizuna.lunar.export import places_of
from kizuna.lunar.plan import Plan
from kizuna.shapes import FloatN

_MOON_SYSTEM: Final = 30100
"""Of the IAU's list of 2015: the Moon's sphere, in degrees."""

_WKT: Final = (
    'GEOGCS["Moon (2015) - Sphere / Ocentric",DATUM["Moon (2015) - Sphere",'
    'SPHEROID["Moon (2015) - Sphere",1737400,0]],PRIMEM["Reference Meridian",0],'
    'UNIT["degree",0.0174532925199433],AUTHORITY["IAU","30100"]]'
)

_EARTH_WKT: Final = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)

_TABLES: Final = """
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,
  max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
CREATE TABLE drives (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom LINESTRING, begins DATETIME, ends DATETIME,
  length_km DOUBLE);
CREATE TABLE stops (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, name TEXT, arrives DATETIME, leaves DATETIME);
"""

_SYSTEMS: Final = (
    ("Undefined Cartesian", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic", 0, "NONE", 0, "undefined", None),
    (
        "WGS 84",
        4326,
        "EPSG",
        4326,
        _EARTH_WKT,
        None,
    ),
    ("Moon (2015) - Sphere / Ocentric", _MOON_SYSTEM, "IAU_2015", _MOON_SYSTEM, _WKT, None),
)
"""The three that every GeoPackage names, and the Moon's."""


_CONTENTS: Final = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
    "VALUES (?, 'features', ?, ?, ?)"
)
_GEOMETRY: Final = "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)"


def write_geopackage(path: Path | str, plan: Plan, stations: dict[str, tuple[float, float]]) -> None:
    """Write drives as lines, and stations and havens as points, longitude and latitude of the Moon.

    Parameters
    ----------
    path, plan
        The file, and what goes into it.
    stations
        Latitude and longitude by name.

    Raises
    ------
    WorkError
        When the file can't be written.

    Notes
    -----
    Source: OGC 12-128r18, GeoPackage Encoding Standard 1.3.
    """
    lon, places = places_of(plan, stations)
    moves = (np.diff(plan.lat_deg) != 0.0) | (np.diff(lon) != 0.0)
    steps_m = great_circle_m(plan.lat_deg[:-1], lon[:-1], plan.lat_deg[1:], lon[1:], MOON)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], moves, [False])).astype(int))).tolist()
    drives = [
        (
            _geometry(lon[first : last + 1], plan.lat_deg[first : last + 1]),
            _stamp(plan.time_s[first]),
            _stamp(plan.time_s[last]),
            float(steps_m[first:last].sum()) / 1000.0,
        )
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    ]
    visits = {stay.station: (_stamp(stay.arrive_s), _stamp(stay.leave_s)) for stay in plan.stays}
    stops = [
        (_geometry(np.array([east]), np.array([lat])), name, *visits.get(name, (None, None)))
        for name, (east, lat) in places.items()
    ]
    try:
        with replacing(path) as temporary, closing(sqlite3.connect(temporary)) as file:
            file.executescript(_TABLES)
            file.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _SYSTEMS)
            for name, kind in (("drives", "LINESTRING"), ("stops", "POINT")):
                # The extent of a layer may be left open; its date is the plan's, so that bytes repeat.
                file.execute(_CONTENTS, (name, name, _stamp(plan.time_s[0]), _MOON_SYSTEM))
                file.execute(_GEOMETRY, (name, kind, _MOON_SYSTEM))
            file.executemany("INSERT INTO drives VALUES (NULL, ?, ?, ?, ?)", drives)
            file.executemany("INSERT INTO stops VALUES (NULL, ?, ?, ?, ?)", stops)
            file.commit()
    except sqlite3.OperationalError as error:
        raise WorkError(f"{path}: could not be written ({error})") from error


def _stamp(time_s: float) -> str:
    """A time as GeoPackages want it, to the millisecond."""
    return f"{np.datetime64(round(1000.0 * time_s), 'ms')}Z"


def _geometry(lon_deg: FloatN, lat_deg: FloatN) -> bytes:
    """A point, or a line of more (N,), as GeoPackage's header without an envelope and well-known binary."""
    header = struct.pack("<2sBBi", b"GP", 0, 1, _MOON_SYSTEM)
    pairs = np.column_stack((lon_deg, lat_deg)).astype("<f8").tobytes()
    if len(lon_deg) == 1:
        return header + struct.pack("<BI", 1, 1) + pairs
    return header + struct.pack("<BII", 1, 2, len(lon_deg)) + pairs
