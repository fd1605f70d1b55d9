"""The GeoPackage of a plan against the standard's requirements, read with SQLite and struct alone."""

import sqlite3
import struct
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from tests.lunar.test_check import BRIGHT, HOUR, drive, plain
from tests.messages.test_whole_files import full_disk

from kizuna.errors import WorkError
from kizuna.lunar.geopackage import write_geopackage
from kizuna.lunar.plan import Stay


def rows(file, question):
    """All rows of an answer."""
    return file.execute(question).fetchall()


def points_of(geometry):
    """Longitudes and latitudes out of a geometry (OGC 12-128r18, 2.1.3; OGC 06-103r4)."""
    magic, version, flags, system = struct.unpack_from("<2sBBi", geometry)
    assert (magic, version, flags, system) == (b"GP", 0, 1, 30100)
    order, kind = struct.unpack_from("<BI", geometry, 8)
    assert order == 1
    count, start = (1, 13) if kind == 1 else (*struct.unpack_from("<I", geometry, 13), 17)
    assert len(geometry) == start + 16 * count
    return kind, np.frombuffer(geometry, "<f8", offset=start).reshape(count, 2)


def test_drives_are_lines_and_stops_are_points(tmp_path):
    """With times, on the Moon's sphere; the same plan gives the same bytes."""
    terrain = plain()
    plan = drive(terrain, hours=2.0, cells=20)
    lat, lon = float(plan.lat_deg[-1]), float(plan.lon_deg[-1])
    plan = replace(plan, stays=(Stay("end", BRIGHT + 380.0, BRIGHT + 2.0 * HOUR),))
    for name in ("a.gpkg", "b.gpkg"):
        write_geopackage(tmp_path / name, plan, {"end": (lat, lon)})
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as file:
        assert rows(file, "PRAGMA application_id") == [(0x47504B47,)]
        assert rows(file, "PRAGMA integrity_check") == [("ok",)]
        assert rows(file, "PRAGMA foreign_key_check") == []
        systems = {number for (number,) in rows(file, "SELECT srs_id FROM gpkg_spatial_ref_sys")}
        assert systems == {-1, 0, 4326, 30100}
        shapes = rows(file, "SELECT table_name, geometry_type_name, srs_id FROM gpkg_geometry_columns")
        assert sorted(shapes) == [("drives", "LINESTRING", 30100), ("stops", "POINT", 30100)]
        listed = rows(file, "SELECT table_name, data_type FROM gpkg_contents ORDER BY table_name")
        assert listed == [("drives", "features"), ("stops", "features")]
        (drive_row,) = rows(file, "SELECT geom, begins, ends, length_km FROM drives")
        stops = rows(file, "SELECT geom, name, arrives, leaves FROM stops")
    geometry, begins, ends, length_km = drive_row
    kind, line = points_of(geometry)
    assert kind == 2
    np.testing.assert_allclose(line[:, 1], plan.lat_deg[:20])
    np.testing.assert_allclose(np.mod(line[:, 0] - plan.lon_deg[:20] + 180.0, 360.0), 180.0)
    assert (begins, ends) == ("2029-09-23T00:00:00.000Z", "2029-09-23T00:06:20.000Z")
    assert length_km == pytest.approx(0.38, rel=0.01)
    assert [each[1] for each in stops] == ["haven 1", "end"]
    assert stops[1][2:] == ("2029-09-23T00:06:20.000Z", "2029-09-23T02:00:00.000Z")
    kind, point = points_of(stops[1][0])
    assert kind == 1
    np.testing.assert_allclose(point[0], line[-1])


def test_a_full_disk_is_told_and_leaves_the_old_file(tmp_path):
    """SQLite has errors of its own for it."""
    plan = drive(plain(), hours=2.0, cells=20)
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"old")
    with full_disk(), pytest.raises(WorkError, match=r"a\.gpkg: could not be written"):
        write_geopackage(path, plan, {})
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.gpkg"]
