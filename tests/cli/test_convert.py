"""What `kizuna convert` promises: each kind of table through each format and back, known by its columns."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli import made
from tests.cli.conftest import Kizuna
from tests.gateways.tables import same

from kizuna.messages import codec
from kizuna.messages.columns import Table
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

Refused = Callable[..., str]

TABLES: dict[str, Table] = {
    "detections": Detections.of(
        time=[0.1, 0.1, 1 / 3],
        sensor=["west", "sea, north", "絆"],
        kind=["radar", "bearing", "position"],
        range_m=[1e5 + 1 / 3, np.nan, np.nan],
        azimuth_deg=[359.9, 0.1, np.nan],
        elevation_deg=[np.nan, -0.5, np.nan],
        lat_deg=[np.nan, np.nan, 47.123456789],
        lon_deg=[np.nan, np.nan, -179.99999999],
        alt_m=[9000.0, np.nan, -12.5],
        identity=["0012", None, "4b1814"],
        object=["a", None, "b"],
    ),
    "truth": Truth.of(
        time=[0.0, 1.5, 1.5],
        object=["a", "a", "b"],
        kind=["aircraft", "aircraft", None],
        lat_deg=[47.0, 47.1, -90.0],
        lon_deg=[8.0, 8.1, 180.0],
        alt_m=[9000.0, 9000.1, 0.0],
        ve_mps=[np.nan, 1e-9, 200.0],
    ),
    "tracks": Tracks.of(
        time=[10.0, 10.0],
        node=["ABC", "XYZ"],
        track=[1, 2**40],
        lat_deg=[47.0, -47.0],
        lon_deg=[8.0, -8.0],
        alt_m=[9000.0, 10.0],
        cov=[np.arange(21.0) / 3.0, [np.nan] * 21],
        status=["confirmed", "coasted"],
        sensors=[3, 0],
        releasable_to=["ABC XYZ", None],
    ),
    "sensors": Sensors.of(
        sensor=["west", "adsb"],
        nation=["ABC", "XYZ"],
        kind=["radar", "position"],
        lat_deg=[47.0, np.nan],
        lon_deg=[8.0, np.nan],
        alt_m=[500.0, np.nan],
        sigma_range_m=[60.0, np.nan],
        sigma_azimuth_deg=[0.1, np.nan],
        sigma_position_m=[np.nan, 30.0],
        max_range_m=[2e5, np.nan],
        period_s=[4.0, 1.0],
        pd=[0.9, np.nan],
    ),
}
KINDS = pytest.mark.parametrize("kind", TABLES)
FORMATS = pytest.mark.parametrize("ending", ["csv", "geojson", "parquet"])


@pytest.fixture
def converted(kizuna: Kizuna, folder: Path) -> Any:
    """Convert a file; give what was printed, on both streams."""

    def run(*words: object) -> tuple[str, str]:
        left = kizuna("convert", *words)
        assert left.status == 0, left.err
        return left.out, left.err

    return run


@KINDS
@FORMATS
def test_a_table_goes_through_a_format_and_back(converted: Any, kind: str, ending: str) -> None:
    """To the last bit, without being told what it is."""
    table = TABLES[kind]
    codec.write(table, "in.parquet")
    out, _ = converted("in.parquet", f"there.{ending}", *(["--as", "points"] if ending == "geojson" else []))
    assert out == f"{len(table)} rows of {kind}: there.{ending}\n"
    out, err = converted(f"there.{ending}", "back.parquet")
    assert (out, err) == (f"{len(table)} rows of {kind}: back.parquet\n", "")
    assert same(codec.read(type(table), "back.parquet"), table)
    # One way alone: the same file again is the same bytes.
    converted("back.parquet", "again.parquet")
    assert Path("again.parquet").read_bytes() == Path("in.parquet").read_bytes()


@KINDS
def test_a_table_may_have_no_rows(converted: Any, kind: str) -> None:
    codec.write(TABLES[kind].take(slice(0, 0)), "in.parquet")
    assert converted("in.parquet", "there.csv")[0] == f"0 rows of {kind}: there.csv\n"
    assert converted("there.csv", "back.parquet")[0] == f"0 rows of {kind}: back.parquet\n"


def test_tracks_and_truth_become_lines_and_the_others_points(converted: Any) -> None:
    shapes = {}
    for kind, table in TABLES.items():
        codec.write(table, "in.parquet")
        converted("in.parquet", "out.geojson")
        features = json.loads(Path("out.geojson").read_text(encoding="utf-8"))["features"]
        shapes[kind] = {feature["geometry"]["type"] for feature in features if feature["geometry"]}
    assert shapes["sensors"] == shapes["detections"] == {"Point"}
    assert shapes["truth"] <= {"LineString", "MultiLineString", "Point"}
    assert "LineString" in shapes["truth"]


def test_a_line_has_a_gap_where_an_object_was_away(converted: Any) -> None:
    times = made.START_S + np.array([0.0, 10.0, 20.0, 100.0, 110.0])
    pq.write_table(made.truth(times), "in.parquet")
    lines = {}
    for option in ([], ["--longest-gap", "60"]):
        converted("in.parquet", "out.geojson", *option)
        features = json.loads(Path("out.geojson").read_text(encoding="utf-8"))["features"]
        shapes = [feature["geometry"] for feature in features]
        lines[len(option)] = sum(
            len(shape["coordinates"]) if shape["type"] == "MultiLineString" else 1 for shape in shapes
        )
    assert lines == {0: 2, 2: 4}  # one line of each aircraft, and two


def test_what_a_map_cannot_show_is_remarked(converted: Any) -> None:
    codec.write(TABLES["detections"], "in.parquet")
    _, err = converted("in.parquet", "out.geojson")
    assert err == "kizuna: out.geojson: 2 rows have no position and stand there without geometry\n"


def test_columns_that_are_passed_over_are_remarked(converted: Any) -> None:
    table = made.truth([made.START_S]).append_column("callsign", [["SWR1", "SWR2"]])
    pq.write_table(table, "in.parquet")
    out, err = converted("in.parquet", "out.csv")
    assert out == "2 rows of truth: out.csv\n"
    assert err == "kizuna: in.parquet: passed over callsign, which truth don't have\n"
    assert converted("in.parquet", "out.csv", "--quiet") == ("", "")


def test_speed_and_direction_become_velocities(converted: Any) -> None:
    """As ADS-B tells them: a knot-free 200 m/s to the north-east, climbing."""
    lines = "time,object,lat_deg,lon_deg,alt_m,speed_mps,track_deg,climb_mps\n0,a,47,8,9000,200,45,5\n"
    Path("in.csv").write_text(lines, encoding="utf-8")
    _, err = converted("in.csv", "out.parquet")
    assert "velocities are computed from speed_mps, track_deg, climb_mps" in err
    table = codec.read(Truth, "out.parquet")
    velocity = [table.ve_mps[0], table.vn_mps[0], table.vu_mps[0]]
    assert velocity == pytest.approx([200.0 / np.sqrt(2.0), 200.0 / np.sqrt(2.0), 5.0])


def test_what_a_file_holds_is_told_from_its_columns(refused: Refused, folder: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": [2]}), "in.parquet")
    sentence = refused("convert", "in.parquet", "out.csv")
    assert sentence.startswith("in.parquet: has the columns a, b; expected those of a table (detections: ")
    Path("in.csv").write_text("time,kind\n0,radar\n", encoding="utf-8")
    assert refused("convert", "in.csv", "out.parquet").endswith(
        "column sensor: is missing; expected columns time, sensor, kind"
    )


def test_shapes_that_a_table_cannot_take(refused: Refused, folder: Path) -> None:
    words = ("convert", "detections.parquet", "out.geojson", "--as", "lines")
    problem = "--as lines: nothing says which detections belong to one line"
    assert refused(*words) == f"{problem}; expected tracks or truth, or --as points"
    assert not Path("out.geojson").exists()
