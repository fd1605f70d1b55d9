"""Tables to try the messages with, and strategies that make more of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import strategies as st

from kizuna.errors import InputError
from kizuna.messages import codec
from kizuna.messages.columns import Column, Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

KINDS: tuple[type[Table], ...] = (Detections, Sensors, Tracks, Truth)


def detections() -> dict[str, Any]:
    """Columns of three plots that are right, as another program would write them."""
    return {
        "time": [0.0, 1.0, 2.0],
        "sensor": ["west", "west", "east"],
        "kind": ["radar", "radar", "radar"],
        "range_m": [1000.0, 2000.0, 3000.0],
        "azimuth_deg": [10.0, 20.0, 360.0],
    }


def tracks() -> dict[str, Any]:
    """Columns of two track states that are right."""
    return {
        "time": [0.0, 0.0],
        "node": ["JPN", "JPN"],
        "track": [7, 3],
        "lat_deg": [35.0, 36.0],
        "lon_deg": [139.0, 140.0],
        "alt_m": [9000.0, 10000.0],
        "status": ["confirmed", "coasted"],
    }


def sensors() -> dict[str, Any]:
    """Columns of two sensors that are right."""
    return {
        "sensor": ["west", "ears"],
        "nation": ["XYZ", "XYZ"],
        "kind": ["radar", "position"],
        "lat_deg": [46.0, None],
        "lon_deg": [6.0, None],
        "alt_m": [400.0, None],
        "sigma_range_m": [50.0, None],
        "sigma_azimuth_deg": [0.1, None],
        "sigma_position_m": [None, 30.0],
        "max_range_m": [200_000.0, None],
        "period_s": [4.0, 1.0],
    }


def truth() -> dict[str, Any]:
    """Columns of one position that is right."""
    return {"time": [0.0], "object": ["a"], "lat_deg": [35.0], "lon_deg": [139.0], "alt_m": [9000.0]}


RIGHT: dict[type[Table], Callable[[], dict[str, Any]]] = {
    Detections: detections,
    Sensors: sensors,
    Tracks: tracks,
    Truth: truth,
}


@pytest.fixture
def right() -> dict[type[Table], Callable[[], dict[str, Any]]]:
    """For each kind of table, columns that are right."""
    return RIGHT


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[..., str]:
    """What is said about right columns with some changed, or left out (None); without the file's name."""

    def spoil(kind: type[Table], changes: dict[str, Any]) -> str:
        columns = RIGHT[kind]() | changes
        path = tmp_path / "spoilt.parquet"
        pq.write_table(
            pa.table({name: column for name, column in columns.items() if column is not None}), path
        )
        with pytest.raises(InputError) as caught:
            codec.read(kind, path)
        sentence = str(caught.value)
        assert sentence.startswith(f"{path}: ")
        assert "\n" not in sentence
        return sentence.removeprefix(f"{path}: ")

    return spoil


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8)


def _values(spec: Column) -> st.SearchStrategy[Any]:
    if spec.kind == "label":
        named = st.sampled_from(spec.choices) if spec.choices else NAMES
        return named | st.none() if spec.nullable else named
    if spec.kind == "count":
        return st.integers(max(0, int(spec.low)) if np.isfinite(spec.low) else -(2**62), 2**62)
    low = max(spec.low, spec.above)
    numbers = st.floats(
        None if low == -np.inf else low,
        None if spec.high == np.inf else spec.high,
        exclude_min=spec.above > -np.inf,
        allow_nan=False,
        allow_infinity=False,
    )
    if spec.kind == "vector":
        rows = st.lists(st.floats(-1e12, 1e12), min_size=spec.width, max_size=spec.width)
        return rows | st.just([np.nan] * spec.width)
    return numbers | st.just(np.nan) if spec.nullable else numbers


@st.composite
def tables(draw: st.DrawFn, kind: type[Table]) -> Table:
    """A table of this kind, every number within its limits; not yet fit for what its kinds of rows need."""
    count = draw(st.integers(0, 5))
    columns: dict[str, Any] = {}
    for name, spec in columns_of(kind).items():
        values = draw(st.lists(_values(spec), min_size=count, max_size=count))
        columns[name] = sorted(values) if spec.ascending else values
        if spec.kind == "vector":
            columns[name] = np.array(values, dtype=np.float64).reshape(count, spec.width)
    if kind is Sensors:
        columns["sensor"] = [f"{number}-{name}" for number, name in enumerate(columns["sensor"])]
    for name in (
        "range_m",
        "azimuth_deg",
        "lat_deg",
        "lon_deg",
        "alt_m",
        "sigma_range_m",
        "sigma_azimuth_deg",
    ):
        # What a kind of row must hold is asked elsewhere; here every row may be of any kind.
        if kind in (Detections, Sensors) and name in columns:
            columns[name] = [1.0 if np.isnan(value) else value for value in columns[name]]
    for name in ("max_range_m", "period_s", "sigma_position_m"):
        if kind is Sensors:
            columns[name] = [1.0 if np.isnan(value) else value for value in columns[name]]
    return kind.of(**columns)


@pytest.fixture(scope="session", params=KINDS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Table]:
    """Each kind of table in turn."""
    return request.param


@pytest.fixture(name="tables", scope="session")
def tables_fixture() -> Callable[[type[Table]], st.SearchStrategy[Table]]:
    """Strategy that makes tables of one kind."""
    return tables
