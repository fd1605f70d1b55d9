"""Each bad table gives one sentence: file, column, first bad row, what is there, what was expected."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kizuna.errors import InputError
from kizuna.messages import codec
from kizuna.messages.check import check
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

Refusal = Callable[..., str]
NAN, INF = float("nan"), float("inf")

VALUES: list[tuple[Any, dict[str, Any], str]] = [
    (
        Detections,
        {"azimuth_deg": [10.0, 400.0, 500.0]},
        "column azimuth_deg, row 1: 400 is out of bounds; expected a number from 0 to 360 deg",
    ),
    (
        Truth,
        {"lat_deg": [95.0]},
        "column lat_deg, row 0: 95 is out of bounds; expected a number from -90 to 90 deg",
    ),
    (
        Truth,
        {"lat_deg": [90.000001]},
        "column lat_deg, row 0: 90.000001 is out of bounds; expected a number from -90 to 90 deg",
    ),
    (
        Detections,
        {"range_m": [1.0, 0.0, -5.0]},
        "column range_m, row 1: 0 is out of bounds; expected a number above 0 and up to 10000000 m",
    ),
    (
        Detections,
        {"time": [0.0, NAN, 2.0]},
        "column time, row 1: nothing there (null or NaN); expected a number",
    ),
    (
        Detections,
        {"time": [0.0, 1.0, None]},
        "column time, row 2: nothing there (null or NaN); expected a number",
    ),
    (Detections, {"time": [0.0, 1.0, INF]}, "column time, row 2: an infinite number; expected a number"),
    (Detections, {"alt_m": [0.0, INF, 0.0]}, "column alt_m, row 1: an infinite number; expected a number"),
    (
        Detections,
        {"time": [5.0, 6.5, 6.25]},
        "column time, row 2: time jumps back from 6.500 to 6.250; expected rows sorted by time",
    ),
    (
        Tracks,
        {"time": [1.0, 0.0]},
        "column time, row 1: time jumps back from 1.000 to 0.000; expected rows sorted by time",
    ),
    (Detections, {"sensor": ["a", None, "b"]}, "column sensor, row 1: nothing there; expected a name"),
    (
        Detections,
        {"kind": ["radar", "rader", "radar"]},
        "column kind, row 1: 'rader' is not known; expected one of radar, bearing, position",
    ),
    (
        Tracks,
        {"status": ["confirmed", "lost"]},
        "column status, row 1: 'lost' is not known; expected one of tentative, confirmed, coasted",
    ),
    (
        Detections,
        {"range_m": [1.0, 2.0, None]},
        "column range_m, row 2: nothing there for kind 'radar'; expected a number",
    ),
    (
        Detections,
        {"kind": ["radar", "radar", "position"]},
        "column lat_deg, row 2: nothing there for kind 'position'; expected a number",
    ),
    (
        Sensors,
        {"lat_deg": [None, None]},
        "column lat_deg, row 0: nothing there for kind 'radar'; expected a number",
    ),
    (
        Sensors,
        {"period_s": [-4.0, 1.0]},
        "column period_s, row 0: -4 is out of bounds; expected a number above 0 and up to 3600 s",
    ),
    (
        Sensors,
        {"pd": [0.9, 1.2]},
        "column pd, row 1: 1.2 is out of bounds; expected a number above 0 and up to 1",
    ),
    (
        Sensors,
        {"sensor": ["west", "west"]},
        "column sensor, row 1: the name 'west' is there twice; expected a name of its own for each sensor",
    ),
    (Tracks, {"sensors": [2, -1]}, "column sensors, row 1: -1 is out of bounds; expected a number from 0"),
    (
        Tracks,
        {"track": pa.array([7, None])},
        "column track, row 1: nothing there; expected a whole number or a name",
    ),
    (
        Tracks,
        {"cov": [[INF] * 21, [1.0] * 21]},
        "column cov, row 0: an infinite number; expected finite numbers, or nulls",
    ),
]

COLUMNS: list[tuple[Any, dict[str, Any], str]] = [
    (Detections, {"kind": None}, "column kind: is missing; expected columns time, sensor, kind"),
    (
        Truth,
        {"lat_deg": None, "latitude": [1.0]},
        (
            "column lat_deg: is missing (the column latitude may be it); "
            "expected columns time, object, lat_deg, lon_deg, alt_m"
        ),
    ),
    (
        Detections,
        {"azimuth_deg": None, "azimut_deg": [1.0] * 3},
        "column azimut_deg: is not known; expected the name azimuth_deg",
    ),
    (
        Detections,
        {"azimuth_deg": None, "azimuth_rad": [1.0] * 3},
        "column azimuth_rad: is not known; expected the name azimuth_deg",
    ),
    (
        Detections,
        {"range_m": None, "range": [1.0] * 3},
        "column range: is not known; expected the name range_m",
    ),
    (
        Detections,
        {"altitude": [1.0] * 3, "alt_ft": [1.0] * 3},
        "column alt_ft: is not known; expected the name alt_m",
    ),
    (Detections, {"time": None, "TIME": [1.0] * 3}, "column TIME: is not known; expected the name time"),
    (Detections, {"range_m": ["far"] * 3}, "column range_m: holds string; expected numbers (m)"),
    (Detections, {"range_m": [True] * 3}, "column range_m: holds bool; expected numbers (m)"),
    (
        Detections,
        {"range_m": pa.array(["1"] * 3, pa.large_string())},
        "column range_m: holds large_string; expected numbers (m)",
    ),
    (
        Detections,
        {"time": ["2018-08-01T05:00:00Z"] * 3},
        "column time: holds string; expected numbers (s since 1970-01-01 UTC)",
    ),
    (
        Detections,
        {"sensor": [["a"], ["b"], ["c"]]},
        "column sensor: holds list<element: string>; expected text",
    ),
    (Tracks, {"track": [7.5, 3.0]}, "column track: holds double; expected whole numbers"),
    (
        Tracks,
        {"cov": [[1.0] * 20, [1.0] * 22]},
        "column cov: holds list<element: double>; expected lists of 21 numbers",
    ),
    (Tracks, {"cov": ["a", "b"]}, "column cov: holds string; expected lists of 21 numbers"),
]


def _name(value: object) -> str:
    """A name for a test that is the same in every process: an array's own would hold its address."""
    if isinstance(value, type):
        return value.__name__
    return " ".join(value) if isinstance(value, dict) else str(value)[:50]


@pytest.mark.parametrize(("kind", "changes", "sentence"), VALUES, ids=_name)
def test_a_bad_value_is_named_with_its_column_and_row(
    refusal: Refusal, kind: Any, changes: dict[str, Any], sentence: str
) -> None:
    assert refusal(kind, changes) == sentence


@pytest.mark.parametrize(("kind", "changes", "sentence"), COLUMNS, ids=_name)
def test_a_bad_column_is_named_with_what_was_expected(
    refusal: Refusal, kind: Any, changes: dict[str, Any], sentence: str
) -> None:
    assert refusal(kind, changes) == sentence


def refused(path: Path) -> str:
    """What is said about a file of detections, without its name."""
    with pytest.raises(InputError) as caught:
        codec.read(Detections, path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}: ")


def test_a_column_that_is_there_twice(tmp_path: Path) -> None:
    column = pa.array([0.0])
    pq.write_table(pa.Table.from_arrays([column, column], names=["time", "time"]), tmp_path / "twice.parquet")
    assert refused(tmp_path / "twice.parquet") == "column time: is there twice; expected each column once"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.parquet") == "is not there; expected a Parquet file"


def test_a_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == "is a folder; expected a Parquet file"


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.parquet").touch()
    assert refused(tmp_path / "empty.parquet") == "is empty; expected a Parquet file"


def test_a_file_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "plots.parquet").write_text("time,sensor,kind\n0,west,radar\n", encoding="utf-8")
    sentence = refused(tmp_path / "plots.parquet")
    assert sentence.startswith("is not Parquet, or is cut short (Parquet magic bytes not found in footer. ")
    assert sentence.endswith("; expected a Parquet file")
    assert str(tmp_path) not in sentence


def test_a_file_cut_anywhere_is_refused(right: Any, tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    pq.write_table(pa.table(right[Detections]()), path)
    whole = path.read_bytes()
    for length in range(1, len(whole), 37):
        path.write_bytes(whole[:length])
        assert refused(path).startswith("is not Parquet, or is cut short (")


def test_a_file_with_broken_bytes_is_read_or_refused(right: Any, tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    pq.write_table(pa.table(right[Detections]()), path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 11):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(InputError):  # anything else would be a traceback
            codec.read(Detections, path)


def test_an_error_carries_its_parts() -> None:
    bad = Truth.of(time=[0.0], object=["a"], lat_deg=[np.nan], lon_deg=[2.0], alt_m=[3.0])
    with pytest.raises(InputError) as caught:
        check(bad, "here")
    error = caught.value
    assert (error.file, error.place, error.expected) == ("here", "column lat_deg, row 0", "a number")
