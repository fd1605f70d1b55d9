"""GeoJSON lines: one for each track or object, cut where RFC 7946 asks for it."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.rfc7946 import faults
from tests.gateways.tables import tables

from kizuna.gateways.geojson.lines import cut, write
from kizuna.messages.columns import Table
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

ROUNDING_DEG = 1e-9

longitudes = st.one_of(st.floats(-180, 180), st.sampled_from([180.0, -180.0, 179.5, -179.5, 0.0]))
walks = st.lists(st.tuples(longitudes, st.floats(-90, 90)), min_size=2, max_size=12).map(np.array)


def truth(*rows: tuple[float, str, float, float]) -> Truth:
    """Truth at a height of 1,000 m from rows of time, object, longitude and latitude."""
    time, objects, lon, lat = zip(*rows, strict=True)
    return Truth.of(time=time, object=objects, lon_deg=lon, lat_deg=lat, alt_m=[1000.0] * len(rows))


def drawn(table: Table, folder: Path, *group: str, **options: Any) -> list[dict[str, Any]]:
    """The features that are written, which keep the standard."""
    write(table, folder / "lines.geojson", group, **options)
    document = json.loads((folder / "lines.geojson").read_text(encoding="utf-8"))
    assert faults(document) == []
    return list(document["features"])


def test_the_example_of_the_standard() -> None:
    """RFC 7946, section 3.1.9: a line from 45° N 170° E across the antimeridian to 45° N 170° W."""
    parts = cut(np.array([[170.0, 45.0], [-170.0, 45.0]]))
    assert [part.tolist() for part in parts] == [
        [[170.0, 45.0], [180.0, 45.0]],
        [[-180.0, 45.0], [-170.0, 45.0]],
    ]


@given(walk=walks)
def test_a_cut_line_is_the_same_line(walk: np.ndarray) -> None:
    """Laid end to end and unrolled, the parts go through the same positions, and add but the cuts."""
    parts = cut(walk)
    assert all(len(part) >= 2 for part in parts)
    assert all(np.abs(np.diff(part[:, 0])).max() <= 180.0 for part in parts)
    for before, after in itertools.pairwise(parts):
        assert abs(before[-1, 0]) == 180.0
        assert (after[0] == before[-1] * [-1.0, 1.0]).all()
    whole = np.concatenate(parts)
    unrolled, expected = whole.copy(), walk.copy()
    unrolled[:, 0] = np.unwrap(whole[:, 0], period=360.0)
    expected[:, 0] = np.unwrap(walk[:, 0], period=360.0)
    k = 0
    for place in unrolled:
        turns = np.array([360.0 * np.round((place[0] - expected[min(k, len(walk) - 1), 0]) / 360.0), 0.0])
        if k < len(walk) and np.allclose(place - turns, expected[k], atol=ROUNDING_DEG):
            k += 1
    assert k == len(walk)
    assert len(whole) - len(walk) <= 2 * (len(parts) - 1)


def test_what_else_varies_is_interpolated_at_the_cut(tmp_path: Path) -> None:
    """A third of the way, a third of the time, latitude and height; times are nested as coordinates are."""
    table = Truth.of(
        time=[0.0, 30.0], object=["a", "a"], lon_deg=[179.0, -178.0], lat_deg=[10.0, 13.0], alt_m=[0.0, 300.0]
    )
    (feature,) = drawn(table, tmp_path, "object")
    assert feature["geometry"]["type"] == "MultiLineString"
    east, west = feature["geometry"]["coordinates"]
    assert np.allclose(east, [[179.0, 10.0, 0.0], [180.0, 11.0, 100.0]])
    assert np.allclose(west, [[-180.0, 11.0, 100.0], [-178.0, 13.0, 300.0]])
    assert np.allclose(feature["properties"]["times"], [[0.0, 10.0], [10.0, 30.0]])


def test_each_object_has_one_line_with_its_times(tmp_path: Path) -> None:
    """Rows come in order of time, objects mixed; positions are longitude, latitude, height."""
    table = truth((0, "a", 7.0, 46.0), (0, "b", 8.0, 47.0), (10, "b", 8.1, 47.0), (10.5, "a", 7.1, 46.0))
    a, b = drawn(table, tmp_path, "object")
    assert a == {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[7.0, 46.0, 1000.0], [7.1, 46.0, 1000.0]]},
        "properties": {
            "object": "a",
            "kind": None,
            "nation": None,
            "begin": "1970-01-01T00:00:00Z",
            "end": "1970-01-01T00:00:10.5Z",
            "times": [0.0, 10.5],
        },
    }
    assert (b["properties"]["object"], b["properties"]["times"]) == ("b", [0.0, 10.0])


def test_tracks_of_two_nodes_are_two_tracks(tmp_path: Path) -> None:
    """A track's number is its own within a node only; of a name that comes and goes the last known stands."""
    tracks = Tracks.of(
        time=[0.0, 0.0, 1.0, 1.0, 2.0, 2.0],
        node=["JPN", "USA"] * 3,
        track=[7] * 6,
        lat_deg=[35.0] * 6,
        lon_deg=[139.0, 140.0] * 3,
        alt_m=[0.0] * 6,
        status=["tentative"] * 2 + ["confirmed"] * 4,
        identity=[None, None, "abc", None, None, None],
    )
    japan, states = drawn(tracks, tmp_path, "node", "track")
    known = ("node", "track", "status", "identity")
    assert [japan["properties"][name] for name in known] == ["JPN", 7, "confirmed", "abc"]
    assert [states["properties"][name] for name in known] == ["USA", 7, "confirmed", None]


def test_a_gap_ends_a_line(tmp_path: Path) -> None:
    """Who was away for longer than asked begins another line; a position alone is a point."""
    table = truth(*[(time, "a", 7.0 + time / 1000, 46.0) for time in (0, 10, 20, 500, 900, 910)])
    found = drawn(table, tmp_path, "object", longest_gap_s=60.0)
    assert [feature["properties"]["times"] for feature in found] == [[0, 10, 20], [500], [900, 910]]
    assert [feature["geometry"]["type"] for feature in found] == ["LineString", "Point", "LineString"]
    assert len(drawn(table, tmp_path, "object")) == 1


@given(table=tables(Truth, least=0))
def test_any_truth_becomes_valid_lines(table: Truth, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the objects do, the standard is kept and no row is lost."""
    found = drawn(table, tmp_path_factory.getbasetemp(), "object")
    times = []
    for feature in found:
        nested = feature["properties"]["times"]
        if feature["geometry"]["type"] == "MultiLineString":
            nested = [time for part in nested for time in part]
        times += nested
    assert len({feature["properties"]["object"] for feature in found}) == len(found)
    assert set(table.time.tolist()) <= set(times)
