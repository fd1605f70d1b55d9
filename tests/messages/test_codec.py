"""A table comes back from Parquet and from the wire as it went, and other programs' files are understood."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.errors import InputError
from kizuna.messages import codec
from kizuna.messages.columns import Labels, Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

Right = dict[type[Table], Callable[[], dict[str, Any]]]


def same(one: Table, two: Table) -> None:
    """Assert that two tables hold the same, bit for bit."""
    assert type(one) is type(two)
    for name in columns_of(type(one)):
        left, right = getattr(one, name), getattr(two, name)
        if isinstance(left, Labels):
            assert left.values() == right.values(), name
        else:
            np.testing.assert_array_equal(left, right, err_msg=name)
            assert left.dtype == right.dtype
            assert left.shape == right.shape


@given(data=st.data())
def test_a_table_survives_parquet_and_is_written_as_the_same_bytes_again(
    kind: type[Table], tables: Any, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = data.draw(tables(kind))
    path = tmp_path_factory.getbasetemp() / f"{kind.__name__}.parquet"
    codec.write(table, path)
    same(codec.read(kind, path), table)
    first = path.read_bytes()
    codec.write(table, path)
    assert path.read_bytes() == first


@given(data=st.data())
def test_a_table_survives_the_wire(kind: type[Table], tables: Any, data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    same(codec.from_ipc(kind, codec.to_ipc(table)), table)


def test_the_schema_says_type_unit_and_what_may_be_null() -> None:
    schema = codec.schema(Tracks)
    assert schema.field("lat_deg").type == pa.float64()
    assert schema.field("lat_deg").metadata == {b"unit": b"deg"}
    assert not schema.field("lat_deg").nullable
    assert schema.field("identity").nullable
    assert schema.field("cov").type == pa.list_(pa.float64(), 21)


def test_batches_make_one_file(tmp_path: Path) -> None:
    one = Truth.of(time=[0.0], object=["a"], lat_deg=[1.0], lon_deg=[2.0], alt_m=[3.0])
    two = Truth.of(time=[1.0], object=["b"], lat_deg=[4.0], lon_deg=[5.0], alt_m=[6.0])
    with codec.sink(Truth, tmp_path / "truth.parquet") as out:
        for batch in (one, Truth.empty(), two):
            out.write(batch)
    same(codec.read(Truth, tmp_path / "truth.parquet"), Truth.join([one, two]))


def test_files_of_right_columns_are_read(kind: type[Table], right: Right, tmp_path: Path) -> None:
    columns = right[kind]()
    pq.write_table(pa.table(columns), tmp_path / "right.parquet")
    assert len(codec.read(kind, tmp_path / "right.parquet")) == len(next(iter(columns.values())))


@pytest.mark.parametrize(
    "written",
    [
        pa.array([1000, 2000, 3000], pa.float32()),
        pa.array([1000, 2000, 3000], pa.int16()),
        pa.array([1000, 2000, 3000], pa.uint64()),
        pa.array([1000, 2000, 3000], pa.decimal128(9, 2)),
        pa.chunked_array([[1000.0], [2000.0, 3000.0]]),
    ],
    ids=lambda column: str(column.type),
)
def test_numbers_of_other_types_are_widened(right: Right, tmp_path: Path, written: Any) -> None:
    pq.write_table(pa.table(right[Detections]() | {"range_m": written}), tmp_path / "other.parquet")
    made = codec.read(Detections, tmp_path / "other.parquet").range_m
    assert made.dtype == np.float64
    assert made.tolist() == [1000.0, 2000.0, 3000.0]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_timestamps_become_seconds_since_1970(
    right: Right, tmp_path: Path, unit: str, zone: str | None
) -> None:
    ticks = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    stamps = pa.array(
        [0, 1_533_099_600 * ticks, 1_533_099_601 * ticks + ticks // 2], pa.timestamp(unit, zone)
    )
    pq.write_table(pa.table(right[Detections]() | {"time": stamps}), tmp_path / "stamps.parquet")
    assert codec.read(Detections, tmp_path / "stamps.parquet").time.tolist() == [
        0.0,
        1_533_099_600.0,
        1_533_099_601.5,
    ]


@pytest.mark.parametrize(
    "written",
    [
        pa.array(["west", "west", "east"], pa.large_string()),
        pa.array(["west", "west", "east"]).dictionary_encode(),
        pa.chunked_array([["west"], ["west", "east"]]).dictionary_encode(),
    ],
    ids=["large", "dictionary", "chunks"],
)
def test_text_of_other_types_is_read(right: Right, written: Any) -> None:
    table = codec.from_arrow(Detections, pa.table(right[Detections]() | {"sensor": written}), "here")
    assert table.sensor.values() == ["west", "west", "east"]


def test_numbers_serve_as_names(right: Right) -> None:
    table = codec.from_arrow(
        Detections, pa.table(right[Detections]() | {"identity": [4_194_304, None, 7]}), "here"
    )
    assert table.identity.values() == ["4194304", None, "7"]


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["7", "3"], [7, 3]),
        (["b-7", "a-3"], [1, 2]),
        (["b-7", "b-7"], [1, 1]),
        (["7", "a"], [1, 2]),
        ([7.0, 3.0], [7, 3]),
    ],
)
def test_names_of_tracks_become_numbers(right: Right, names: list[Any], numbers: list[int]) -> None:
    table = codec.from_arrow(Tracks, pa.table(right[Tracks]() | {"track": names}), "here")
    assert table.track.tolist() == numbers


def test_covariances_in_lists_of_any_length_type_are_read(right: Right) -> None:
    rows = [[float(number) for number in range(21)], None]
    table = codec.from_arrow(Tracks, pa.table(right[Tracks]() | {"cov": rows}), "here")
    np.testing.assert_array_equal(table.cov, [np.arange(21.0), np.full(21, np.nan)])


def test_columns_of_nulls_alone_are_null(right: Right) -> None:
    columns = right[Detections]() | {"identity": pa.nulls(3), "alt_m": pa.nulls(3), "object": pa.nulls(3)}
    table = codec.from_arrow(Detections, pa.table(columns), "here")
    assert table.identity.values() == [None] * 3
    assert np.isnan(table.alt_m).all()


def test_foreign_columns_are_passed_over(right: Right, tmp_path: Path) -> None:
    foreign = {"callsign": ["x"] * 3, "weather": [[1], [2], [3]], "sensor_name": ["y"] * 3}
    pq.write_table(pa.table(right[Detections]() | foreign), tmp_path / "more.parquet")
    assert len(codec.read(Detections, tmp_path / "more.parquet")) == 3


def test_a_folder_called_like_a_column_is_no_column(right: Right, tmp_path: Path) -> None:
    path = tmp_path / "kind=position" / "plots.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table(right[Detections]()), path)
    assert codec.read(Detections, path).kind.values() == ["radar"] * 3


def test_a_table_without_rows_is_no_error(kind: type[Table], tmp_path: Path) -> None:
    codec.write(kind.empty(), tmp_path / "none.parquet")
    assert len(codec.read(kind, tmp_path / "none.parquet")) == 0


@pytest.mark.parametrize("length", [0, 7, 100])
def test_bytes_that_are_no_stream_are_refused(length: int) -> None:
    whole = codec.to_ipc(Truth.of(time=[0.0], object=["a"], lat_deg=[1.0], lon_deg=[2.0], alt_m=[3.0]))
    with pytest.raises(InputError, match="message: is no Arrow stream"):
        codec.from_ipc(Truth, whole[:length])


def test_a_message_holds_no_other_columns(right: Right) -> None:
    data = pa.table(right[Truth]() | {"speed": [1.0]})
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, data.schema) as writer:
        writer.write_table(data)
    with pytest.raises(InputError) as caught:
        codec.from_ipc(Truth, bytes(out.getvalue()), "from AUS")
    assert str(caught.value) == (
        "from AUS: column speed: is not known; expected one of time, object, kind, nation, lat_deg, lon_deg, "
        "alt_m, ve_mps, vn_mps, vu_mps"
    )
