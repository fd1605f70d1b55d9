"""What `kizuna score` promises to callers: which numbers, under which names, compared when."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli import made
from tests.cli.conftest import Kizuna

SCORE = ("score", "--truth", "truth.parquet", "--tracks", "tracks.parquet")
PROMISED = (
    "gospa_m",
    "gospa_localisation_m",
    "missed",
    "false",
    "completeness",
    "ambiguity",
    "spurious",
    "rmse_m",
    "id_switches",
)
OFF_M = 100.0
A_METRE = 1.0
BETWEEN_S = made.START_S + np.array([31.0, 44.0, 59.0])


@pytest.fixture
def scores(kizuna: Kizuna, folder: Path) -> Any:
    """Score tracks; give what the JSON holds."""

    def run(tracks: pa.Table, *options: object, truth: pa.Table | None = None) -> dict[str, Any]:
        pq.write_table(tracks, folder / "tracks.parquet")
        if truth is not None:
            pq.write_table(truth, folder / "truth.parquet")
        left = kizuna(*SCORE, "--json", *options)
        assert (left.status, left.err) == (0, "")
        found = json.loads(left.out)  # refuses a second object, and NaN is none
        assert isinstance(found, dict)
        return found

    return run


def test_the_names_are_there_overall_and_for_each_node(scores: Any) -> None:
    two = pa.concat_tables([made.tracks([time], node) for time in BETWEEN_S for node in ("ABC", "XYZ")])
    found = scores(two)
    assert set(PROMISED) <= set(found)
    assert set(found["nodes"]) == {"ABC", "XYZ"}
    for node in found["nodes"].values():
        assert set(PROMISED) <= set(node)
        assert all(isinstance(node[name], float | int) for name in PROMISED)


def test_the_numbers_are_those_of_the_definitions(scores: Any) -> None:
    """Both tracks 100 m off, in every picture; GOSPA with p = 2 adds squares."""
    found = scores(made.tracks(BETWEEN_S, off_m=OFF_M))
    assert found["rmse_m"] == pytest.approx(OFF_M, abs=A_METRE)
    assert found["gospa_m"] == found["gospa_localisation_m"]
    assert found["gospa_m"] == pytest.approx(math.sqrt(2.0) * OFF_M, abs=A_METRE)
    told = {name: found[name] for name in PROMISED[2:7]}
    assert told == {"missed": 0.0, "false": 0.0, "completeness": 1.0, "ambiguity": 1.0, "spurious": 0.0}
    assert found["id_switches"] == 0


def test_the_truth_is_interpolated_to_the_times_of_the_tracks(scores: Any) -> None:
    """The truth is told each six seconds, in which an aircraft flies 1,200 m; the tracks lie between."""
    found = scores(made.tracks(BETWEEN_S))
    assert found["pictures"] == len(BETWEEN_S)
    assert found["rmse_m"] < A_METRE


def test_what_is_beyond_the_cut_off_is_missed_and_false(scores: Any) -> None:
    near = scores(made.tracks(BETWEEN_S, off_m=OFF_M), "--cutoff", 2 * OFF_M)
    far = scores(made.tracks(BETWEEN_S, off_m=OFF_M), "--cutoff", OFF_M / 2)
    assert (near["missed"], near["false"], near["completeness"]) == (0.0, 0.0, 1.0)
    assert (far["missed"], far["false"], far["completeness"]) == (2.0, 2.0, 0.0)
    assert far["rmse_m"] is None


def test_the_cut_off_is_a_kilometre_unless_said_otherwise(scores: Any) -> None:
    assert scores(made.tracks(BETWEEN_S, off_m=990.0))["completeness"] == 1.0
    assert scores(made.tracks(BETWEEN_S, off_m=1010.0))["completeness"] == 0.0


def test_tracks_that_change_their_objects_are_switches(scores: Any) -> None:
    table = made.tracks(BETWEEN_S)
    numbers = table["track"].to_pylist()
    changed = [numbers[:4] + numbers[:3:-1]]  # in the last picture
    assert scores(table.set_column(2, "track", changed))["id_switches"] == 2


def test_one_node_that_misses_half_counts_half(scores: Any) -> None:
    one = made.tracks(BETWEEN_S, "ABC")
    half = made.tracks(BETWEEN_S, "XYZ").filter(np.tile([True, False], len(BETWEEN_S)))
    both = pa.concat_tables([one, half])
    found = scores(both.take(np.argsort(both["time"].to_numpy(), kind="stable")))
    assert found["nodes"]["ABC"]["completeness"] == 1.0
    assert found["nodes"]["XYZ"]["completeness"] == 0.5
    assert found["completeness"] == 0.75


def test_without_json_a_table_has_a_column_for_each_node(kizuna: Kizuna, folder: Path) -> None:
    left = kizuna(*SCORE, "--quiet")
    assert left.status == 0
    heading, *lines = left.out.splitlines()
    assert heading.split() == ["measure", "overall", "local"]
    assert ["completeness", "1", "1"] in [line.split() for line in lines]


def test_the_files_may_be_csv_too(kizuna: Kizuna, folder: Path) -> None:
    for name in ("truth", "tracks"):
        assert kizuna("convert", f"{name}.parquet", f"{name}.csv").status == 0
    expected = kizuna(*SCORE, "--json").out
    assert kizuna("score", "--truth", "truth.csv", "--tracks", "tracks.csv", "--json").out == expected
