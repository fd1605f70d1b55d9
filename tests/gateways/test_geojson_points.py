"""GeoJSON points: valid by RFC 7946, read back to the last bit, and a sentence for each bad file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.gateways.rfc7946 import faults
from tests.gateways.tables import KINDS, same, tables

from kizuna.errors import InputError
from kizuna.gateways.geojson.points import write
from kizuna.gateways.geojson.read import GeoJsonFile, read
from kizuna.messages.columns import Table
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

TRACK = Tracks.of(
    time=[1533099600.25],
    node=["JPN"],
    track=[7],
    lat_deg=[35.5],
    lon_deg=[139.75],
    alt_m=[1000.0],
    status=["confirmed"],
)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Where a bad file goes."""
    return tmp_path / "bad.geojson"


def sentence(path: Path, kind: type[Table] = Truth) -> str:
    """What is said about a bad file, without its folder."""
    with pytest.raises(InputError) as caught:
        read(kind, path)
    return str(caught.value).replace(f"{path.parent}/", "")


def features(**changes: Any) -> dict[str, Any]:
    """A collection of two good points, the second one changed."""
    good: dict[str, Any] = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [7.5, 46.5, 1000.0]},
        "properties": {"time": 0.0, "object": "a"},
    }
    return {"type": "FeatureCollection", "features": [good, good | changes]}


@given(table=st.sampled_from(KINDS).flatmap(tables))
def test_a_table_reads_back_to_the_last_bit(table: Table, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Rows with and without a position, with and without a height, come back as they went."""
    unplaced = np.isnan(table.lat_deg) | np.isnan(table.lon_deg)
    assume(not unplaced.all())
    path = tmp_path_factory.getbasetemp() / "table.geojson"
    assert write(table, path) == np.count_nonzero(unplaced)
    assert faults(json.loads(path.read_text(encoding="utf-8"))) == []
    assert same(read(type(table), path), table)


def test_a_point_is_what_maps_expect(tmp_path: Path) -> None:
    """Longitude first; the time as text too; columns without a value are left out."""
    write(TRACK, tmp_path / "track.geojson")
    (feature,) = json.loads((tmp_path / "track.geojson").read_text())["features"]
    assert feature == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [139.75, 35.5, 1000.0]},
        "properties": {
            "time": 1533099600.25,
            "node": "JPN",
            "track": 7,
            "status": "confirmed",
            "sensors": 0,
            "utc": "2018-08-01T05:00:00.25Z",
        },
    }


def test_rows_without_a_position_are_kept_and_counted(tmp_path: Path) -> None:
    """A radar plot has no place of its own, but its height from Mode C isn't lost."""
    detections = Detections.of(
        time=[0.0, 1.0],
        sensor=["w", "x"],
        kind=["radar", "position"],
        range_m=[9e3, np.nan],
        azimuth_deg=[10.0, np.nan],
        lat_deg=[np.nan, 46.5],
        lon_deg=[np.nan, 7.5],
        alt_m=[3000.0, np.nan],
    )
    path = tmp_path / "plots.geojson"
    assert write(detections, path) == 1
    plot, report = json.loads(path.read_text())["features"]
    assert (plot["geometry"], plot["properties"]["alt_m"]) == (None, 3000.0)
    assert report["geometry"]["coordinates"] == [7.5, 46.5]
    assert same(read(Detections, path), detections)


def test_a_table_without_any_position_is_refused(tmp_path: Path) -> None:
    """There would be nothing on the map."""
    plots = Detections.of(time=[0.0], sensor=["w"], kind=["radar"], range_m=[9e3], azimuth_deg=[10.0])
    with pytest.raises(InputError, match="none of the 1 rows has a position; expected rows with lat_deg"):
        write(plots, tmp_path / "plots.geojson")
    assert list(tmp_path.iterdir()) == []


def test_a_file_edited_by_others_is_read(bad: Path) -> None:
    """With an old `crs` member, ids, heights left out, whole numbers, and properties of others' own."""
    collection = features(id=5, geometry={"type": "Point", "coordinates": [7, 46]})
    collection["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    collection["features"][0]["properties"]["fid"] = 1
    for each in collection["features"]:
        each["properties"] = each["properties"] | {"alt_m": 500}
    bad.write_text(json.dumps(collection), encoding="utf-8-sig")
    truth = read(Truth, bad)
    assert truth.lon_deg.tolist() == [7.5, 7.0]
    assert truth.alt_m.tolist() == [1000.0, 500.0]
    assert set(GeoJsonFile(bad).names) == {"time", "object", "lon_deg", "lat_deg", "alt_m", "fid"}


POINT = "expected a Point; `kizuna convert --as points` writes them"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"type": "Thing"}, 'feature 1: is no Feature; expected an object with "type": "Feature"'),
        ({"properties": [1]}, "feature 1: has properties that are no object; expected an object, or null"),
        ({"geometry": {"type": "LineString", "coordinates": []}}, f"feature 1: is a LineString; {POINT}"),
        ({"geometry": [1, 2]}, f"feature 1: has a geometry without type; {POINT}"),
        ({"geometry": {"type": "Point", "coordinates": [1]}}, "feature 1: has the coordinates [1]; expected"),
        (
            {"geometry": {"type": "Point", "coordinates": ["7", 1]}},
            'feature 1: has the coordinates ["7", 1]; ',
        ),
        (
            {"geometry": {"type": "Point"}},
            "feature 1: has the coordinates null; expected longitude, latitude",
        ),
        (
            {"geometry": {"type": "Point", "coordinates": [7, 96, 0]}},
            "column lat_deg, row 1: 96 is out of bounds; expected a number from -90 to 90 deg",
        ),
        ({"geometry": None}, "column lat_deg, row 1: "),
        ({"properties": {"time": 1}}, "column object, row 1: nothing there; expected a name"),
        ({"properties": {"time": -1, "object": "a"}}, "column time, row 1: -1 is out of bounds; expected"),
        (
            {"properties": {"time": "soon", "object": "a"}},
            'column time, feature 1: "soon" is there; expected a number',
        ),
        (
            {"properties": {"time": True, "object": "a"}},
            "column time, feature 1: true is there; expected a number",
        ),
        (
            {"properties": {"time": 1, "object": 7}},
            "column object, feature 1: 7 is there; expected text in quotes",
        ),
    ],
)
def test_a_bad_feature_gets_a_sentence(changes: dict[str, Any], says: str, bad: Path) -> None:
    """Features are counted from 0, as rows are."""
    bad.write_text(json.dumps(features(**changes)))
    assert sentence(bad).startswith(f"bad.geojson: {says}")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("track", 1.5, "1.5 is there; expected a whole number"),
        ("track", "one", '"one" is there; expected a whole number'),
        (
            "cov",
            [1.0] * 20,
            "[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, … is there; expected a list of 21 numbers",
        ),
        (
            "cov",
            [None] * 21,
            "[null, null, null, null, null, null, nul … is there; expected a list of 21 numbers",
        ),
        (
            "ve_mps",
            10**400,
            "1000000000000000000000000000000000000000 … is there; expected a number",
        ),
    ],
)
def test_a_bad_property_of_a_track_gets_a_sentence(name: str, value: Any, says: str, bad: Path) -> None:
    """Counts are whole, and a covariance has all its numbers."""
    write(TRACK, bad)
    collection = json.loads(bad.read_text())
    collection["features"][0]["properties"][name] = value
    bad.write_text(json.dumps(collection))
    assert sentence(bad, Tracks).startswith(f"bad.geojson: column {name}, feature 0: {says}")


GOOD = json.dumps(features())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty; expected a GeoJSON FeatureCollection of points"),
        (GOOD[:100].encode(), "line 1, column 94: is no JSON, or is cut short (Unterminated string"),
        (b"time,object\n0,a\n", "line 1, column 1: is no JSON, or is cut short (Expecting value)"),
        (GOOD.encode("utf-16"), "is not text in UTF-8; expected a GeoJSON FeatureCollection"),
        (b"[1, 2]", "is no FeatureCollection; expected a GeoJSON FeatureCollection of points"),
        (b'{"type": "Feature"}', "is no FeatureCollection; expected a GeoJSON FeatureCollection of points"),
        (b'{"type": "FeatureCollection"}', "has no list of features; expected a GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "holds no features; expected a GeoJSON"),
        (GOOD.replace("46.5", "NaN").encode(), "can't be read (NaN is no JSON number); expected a GeoJSON"),
        (b"[" * 100_000, "can't be read (maximum recursion depth exceeded"),
        (
            GOOD[:-1].encode() + b', "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}',
            "crs: is another coordinate system; expected longitude and latitude on WGS-84 (RFC 7946)",
        ),
    ],
)
def test_a_file_that_is_no_geojson_gets_a_sentence(content: bytes, says: str, bad: Path) -> None:
    """Empty, cut short, of another encoding or format, or in metres on some map."""
    bad.write_bytes(content)
    assert sentence(bad).startswith(f"bad.geojson: {says}")


def test_a_file_that_is_not_there_or_a_folder_gets_a_sentence(tmp_path: Path) -> None:
    """The two slips of a path."""
    assert sentence(tmp_path / "none.geojson") == "none.geojson: is not there; expected a GeoJSON file"
    (tmp_path / "folder.geojson").mkdir()
    assert sentence(tmp_path / "folder.geojson") == "folder.geojson: is a folder; expected a GeoJSON file"
