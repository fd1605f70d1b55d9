"""Labels and tables do to columns what lists do to rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.messages.columns import Labels, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

TEXTS = st.lists(st.sampled_from(["a", "b", "c", None]), max_size=8)


@given(texts=TEXTS)
def test_labels_give_back_the_text_that_made_them(texts: list[str | None]) -> None:
    labels = Labels.of(texts)
    assert len(labels) == len(texts)
    assert labels.values() == texts
    assert labels.missing().tolist() == [text is None for text in texts]
    assert labels.equal("b").tolist() == [text == "b" for text in texts]


@given(parts=st.lists(TEXTS, max_size=4))
def test_joined_labels_are_joined_lists(parts: list[list[str | None]]) -> None:
    joined = Labels.join([Labels.of(part) for part in parts])
    assert joined.values() == [text for part in parts for text in part]


@given(texts=TEXTS, data=st.data())
def test_taken_rows_are_those_asked_for(texts: list[str | None], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5)) if texts else []
    assert Labels.of(texts).take(np.array(rows, dtype=np.int64)).values() == [texts[row] for row in rows]


def test_codes_of_names() -> None:
    labels = Labels.of(["b", None, "a", "b"])
    assert labels.names == ("b", "a")
    assert labels.codes.tolist() == [0, -1, 1, 0]
    assert (labels.code("a"), labels.code("z")) == (1, -1)
    assert labels.recode({"a": 5}).tolist() == [-1, -1, 5, -1]
    assert Labels.constant("x", 2).values() == ["x", "x"]
    assert Labels.constant(None, 2).values() == [None, None]


def test_a_table_may_leave_out_what_may_be_null() -> None:
    truth = Truth.of(time=[0.0], object=["a"], lat_deg=[1.0], lon_deg=[2.0], alt_m=[3.0])
    assert np.isnan(truth.ve_mps).all()
    assert truth.kind.values() == [None]
    assert len(truth) == 1


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"time": [0.0], "speed": [1.0]}, "Truth has no column 'speed'"),
        ({"time": [0.0]}, "Truth needs the column 'object'"),
        (
            {"time": [0.0], "object": ["a", "b"], "lat_deg": [1.0], "lon_deg": [2.0], "alt_m": [3.0]},
            "Truth.object has 2 rows where the first column has 1",
        ),
    ],
)
def test_a_table_refuses_columns_that_do_not_fit(columns: dict[str, list[object]], sentence: str) -> None:
    with pytest.raises(TypeError) as caught:
        Truth.of(**columns)
    assert str(caught.value) == sentence


def test_rows_taken_and_joined_are_the_rows() -> None:
    truth = Truth.of(
        time=[0.0, 1.0, 2.0],
        object=["a", "b", "a"],
        lat_deg=[1.0, 2.0, 3.0],
        lon_deg=[0.0] * 3,
        alt_m=[0.0] * 3,
    )
    back = Truth.join([truth.take(slice(1, 3)), truth.take(truth.time < 1.0)])
    assert back.time.tolist() == [1.0, 2.0, 0.0]
    assert back.object.values() == ["b", "a", "a"]
    assert len(Truth.join([])) == len(Truth.empty()) == 0


def test_the_columns_are_those_of_the_agreement() -> None:
    names = {kind: " ".join(columns_of(kind)) for kind in (Detections, Sensors, Tracks, Truth)}
    assert names[Truth] == "time object kind nation lat_deg lon_deg alt_m ve_mps vn_mps vu_mps"
    assert names[Detections] == (
        "time sensor kind range_m azimuth_deg elevation_deg range_rate_mps lat_deg lon_deg alt_m identity "
        "object"
    )
    assert names[Sensors] == (
        "sensor nation kind lat_deg lon_deg alt_m sigma_range_m sigma_azimuth_deg sigma_elevation_deg "
        "sigma_range_rate_mps sigma_position_m sigma_altitude_m max_range_m period_s pd clutter_per_scan "
        "resolution_range_m resolution_azimuth_deg"
    )
    assert names[Tracks] == (
        "time node track lat_deg lon_deg alt_m ve_mps vn_mps vu_mps cov status identity kind sensors "
        "originator releasable_to"
    )


def test_a_3d_radar_is_one_that_measures_elevation() -> None:
    sensors = Sensors.of(
        sensor=["a", "b", "c"],
        nation=["X"] * 3,
        kind=["radar", "radar", "bearing"],
        sigma_elevation_deg=[0.1, np.nan, 0.1],
    )
    assert sensors.is_3d().tolist() == [True, False, False]


def test_names_that_no_row_holds_are_forgotten() -> None:
    """A table cut out of another must not carry the other's names to its reader."""
    labels = Labels.of(["a", "b", None, "c", "b"]).take(np.array([3, 2, 4]))
    assert labels.used().names == ("c", "b")
    assert labels.used().values() == ["c", None, "b"]
    kept = Labels.of(["a", None, "b"])
    assert kept.used() is kept
