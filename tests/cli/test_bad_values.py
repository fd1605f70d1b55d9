"""What is wrong within a file or an argument: each verb that meets it says so in one sentence, status 2."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli import made
from tests.cli.conftest import Kizuna

Refused = Callable[..., str]

RUN = ("run", "tiny.yaml", "--out", "out")
TRACK = ("track", "detections.parquet", "--sensors", "sensors.yaml", "--out", "out.parquet")
SCORE = ("score", "--truth", "truth.parquet", "--tracks", "tracks.parquet")
MOON = ("moon", "light", "--synthetic", "4", "--cells", "16", "--to", "2029-01-02", "--out", "out")

IN_EXERCISES = [
    ("duration_s", "duraton_s", "line 5, key duraton_s: is not known; did you mean duration_s?"),
    (
        "sigma_elevation_deg: 0.1, max",
        "sigma_elevation: 0.1, max",
        "line 12, key sensors[0].sigma_elevation: is not known; did you mean sigma_elevation_deg?",
    ),
    (
        "lat_deg: 46.0, lon_deg: 7.0, alt_m: 800, ",
        "",
        (
            "line 11, key sensors[0]: the radar 'hill' has no place; "
            "expected lat_deg, lon_deg and alt_m, or the name of an airport"
        ),
    ),
    (
        ", both_ways: true",
        "",
        (
            "line 16, key nodes[0]: no link reaches the node 'Arden', but the variant 'shared' needs one; "
            "expected a link with `to: Arden`, or `both_ways: true`"
        ),
    ),
    (
        "period_s: 6",
        "period_s: -6",
        "line 12, key sensors[0].period_s: -6 is out of bounds; expected a number above 0 and up to 3600 s",
    ),
    (
        "sensor: dale",
        "sensor: hill",
        (
            "line 13, key sensors[1].sensor: the name 'hill' is there twice (first in sensors[0]); "
            "expected a name of its own for each sensor"
        ),
    ),
]
IN_SENSORS = [
    ("period_s", "perid_s", "line 12, key sensors[0].perid_s: is not known; did you mean period_s?"),
    (
        "    lat_deg: 46.0\n",
        "",
        (
            "line 2, key sensors[0]: the radar 'hill' has no lat_deg; "
            "expected lat_deg: a number from -90 to 90 deg"
        ),
    ),
    (
        "period_s: 6",
        "period_s: -6",
        "line 12, key sensors[0].period_s: -6 is out of bounds; expected a number above 0 and up to 3600 s",
    ),
    (
        "sensors:\n",
        "sensors:\n  - {sensor: hill, nation: XYZ, kind: position, sigma_position_m: 30, period_s: 1}\n",
        (
            "line 3, key sensors[1].sensor: the name 'hill' is there twice (first in sensors[0]); "
            "expected a name of its own for each sensor"
        ),
    ),
]
BACK = "column time, row 5: time jumps back from {} to 1893456000.000; expected rows sorted by time"


def spoilt(path: Path, was: str, becomes: str) -> None:
    """Write another thing in the place of one that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")


@pytest.mark.parametrize(("was", "becomes", "sentence"), IN_EXERCISES)
def test_an_exercise(refused: Refused, folder: Path, was: str, becomes: str, sentence: str) -> None:
    spoilt(folder / "tiny.yaml", was, becomes)
    assert refused(*RUN) == f"tiny.yaml: {sentence}"
    assert not (folder / "out").exists()


@pytest.mark.parametrize(("was", "becomes", "sentence"), IN_SENSORS)
def test_a_file_of_sensors(refused: Refused, folder: Path, was: str, becomes: str, sentence: str) -> None:
    spoilt(folder / "sensors.yaml", was, becomes)
    assert refused(*TRACK) == f"sensors.yaml: {sentence}"
    assert not (folder / "out.parquet").exists()


def test_sensors_in_parquet_and_csv(refused: Refused, folder: Path) -> None:
    """The same flaws in the other format of sensors, and where it is converted."""
    table = {"sensor": ["hill", "hill"], "nation": ["A", "A"], "kind": ["position"] * 2}
    numbers = {"sigma_position_m": [30.0, 30.0], "period_s": [1.0, 1.0]}
    twice = "column sensor, row 1: the name 'hill' is there twice; expected a name of its own for each sensor"
    pq.write_table(pa.table(table | numbers), folder / "s.parquet")
    assert refused(*TRACK[:3], "s.parquet", *TRACK[4:]) == f"s.parquet: {twice}"
    assert refused("convert", "s.parquet", "s.csv") == f"s.parquet: {twice}"
    lines = "sensor,nation,kind,sigma_position_m,period_s\nhill,A,position,30,-1\n"
    (folder / "s.csv").write_text(lines, encoding="utf-8")
    assert refused("convert", "s.csv", "out.parquet") == (
        "s.csv: column period_s, line 2: -1 is out of bounds; expected a number above 0 and up to 3600 s"
    )


def test_a_radar_without_a_place_in_a_table(refused: Refused, folder: Path) -> None:
    lines = "sensor,nation,kind,sigma_range_m,sigma_azimuth_deg,max_range_m,period_s\nhill,A,radar,9,9,9,9\n"
    (folder / "s.csv").write_text(lines, encoding="utf-8")
    assert refused("convert", "s.csv", "out.parquet") == (
        "s.csv: column lat_deg, line 2: nothing there for kind 'radar'; expected a number"
    )


@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param("detections", TRACK, id="track"),
        pytest.param("truth", SCORE, id="score, truth"),
        pytest.param("tracks", SCORE, id="score, tracks"),
        pytest.param("truth", RUN, id="run"),
        pytest.param("detections", ("convert", "detections.parquet", "out.csv"), id="convert"),
    ],
)
def test_times_that_jump_backwards(refused: Refused, folder: Path, file: str, words: tuple[str, ...]) -> None:
    path = folder / f"{file}.parquet"
    table = pq.read_table(path)
    pq.write_table(made.changed(table, "time", 5, made.START_S), path)
    before = f"{table['time'][4].as_py():.3f}"
    assert refused(*words) == f"{file}.parquet: {BACK.format(before)}"


def test_times_that_jump_backwards_in_csv(refused: Refused, folder: Path) -> None:
    """Lines are counted as an editor does."""
    (folder / "t.csv").write_text(
        "time,object,lat_deg,lon_deg,alt_m\n2,a,1,1,1\n1,a,1,1,1\n", encoding="utf-8"
    )
    assert refused("convert", "t.csv", "out.parquet") == (
        "t.csv: column time, line 3: time jumps back from 2.000 to 1.000; expected rows sorted by time"
    )


def test_a_misspelt_column(refused: Refused, folder: Path) -> None:
    path = folder / "detections.parquet"
    table = pq.read_table(path)
    names = ["rnage_m" if name == "range_m" else name for name in table.column_names]
    pq.write_table(table.rename_columns(names), path)
    sentence = "detections.parquet: column rnage_m: is not known; expected the name range_m"
    assert refused(*TRACK) == sentence
    assert refused("convert", "detections.parquet", "out.csv") == sentence


def test_a_sensor_that_nothing_is_known_of(refused: Refused, folder: Path) -> None:
    spoilt(folder / "sensors.yaml", "sensor: hill", "sensor: hil")
    assert refused(*TRACK) == (
        "detections.parquet: column sensor, row 0: 'hill' is not in sensors.yaml; did you mean hil?"
    )


def test_a_file_that_is_given_twice(refused: Refused, folder: Path) -> None:
    """Each detection would count twice."""
    (folder / "deep").mkdir()
    assert refused("track", "detections.parquet", "deep/../detections.parquet", *TRACK[2:]) == (
        "deep/../detections.parquet: is given twice; expected each file once"
    )


def test_tracks_and_truth_of_different_times(refused: Refused, folder: Path) -> None:
    table = made.truth([made.START_S, made.START_S + 6.0])
    times = np.array(table["time"]) + 1e6
    pq.write_table(table.set_column(0, "time", [times]), folder / "truth.parquet")
    assert refused(*SCORE) == (
        "tracks.parquet: column time: reaches from 1893456012.000 to 1893456054.000 s, "
        "but truth.parquet from 1894456000.000 to 1894456006.000 s; "
        "expected tracks and truth of the same time"
    )


@pytest.mark.parametrize("verb", ["track", "run"])
def test_2_d_plots_without_heights_are_remarked(kizuna: Kizuna, folder: Path, verb: str) -> None:
    """They can be tracked, badly: what is assumed is told, not kept quiet."""
    if verb == "track":
        path = folder / "detections.parquet"
        pq.write_table(pq.read_table(path).drop_columns(["elevation_deg"]), path)
        spoilt(folder / "sensors.yaml", "    sigma_elevation_deg: 0.1\n", "")
    else:
        spoilt(folder / "tiny.yaml", "sigma_elevation_deg: 0.1, ", "")
    left = kizuna(*(TRACK if verb == "track" else RUN))
    assert left.status == 0
    where = "" if verb == "track" else "variant shared, node Arden: "
    remark = "sensor 'hill': 2-D plots without heights; heights are assumed 6,000 ± 3,464 m"
    assert f"kizuna: {where}{remark}\n" in left.err


def test_an_identity_shared_by_two_aircraft_is_remarked(kizuna: Kizuna, folder: Path) -> None:
    path = folder / "detections.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("identity", [["4b1814"] * len(table)]), path)
    left = kizuna(*TRACK)
    assert (left.status, left.err) == (
        0,
        "kizuna: identity 4b1814 is used by 2 objects at once (tracks 1 and 2)\n",
    )
    assert "2 tracks" in left.out


def test_an_identity_shared_by_two_aircraft_is_converted_as_it_is(kizuna: Kizuna, folder: Path) -> None:
    """One table of it is right; who tracks it is told."""
    lines = "time,sensor,kind,lat_deg,lon_deg,alt_m,identity\n0,a,position,1,1,1,x\n0,a,position,2,2,2,x\n"
    (folder / "d.csv").write_text(lines, encoding="utf-8")
    assert kizuna("convert", "d.csv", "d.parquet").status == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((*TRACK, "--every", "-10"), "--every: -10 s; expected a number of seconds above 0"),
        ((*TRACK, "--every", "0"), "--every: 0 s; expected a number of seconds above 0"),
        ((*TRACK, "--every", "nan"), "--every: nan s; expected a number of seconds above 0"),
        (
            (*TRACK, "--every", "1e-6"),
            (
                "--every: 1e-06 s from 2030-01-01T00:00:00Z to 2030-01-01T00:03:55Z are 2.4e+08 pictures; "
                "expected no more than 10,000,000"
            ),
        ),
        ((*SCORE, "--cutoff", "-1"), "--cutoff: -1 m; expected a number of metres above 0"),
        (
            ("convert", "tracks.parquet", "o.geojson", "--longest-gap", "-1"),
            "--longest-gap: -1 s; expected a number of seconds above 0",
        ),
        (
            ("convert", "tracks.parquet", "o.csv", "--as", "lines"),
            "--as: o.csv is no GeoJSON; expected an output that ends in .geojson",
        ),
        (
            (*RUN, "--variant", "shard"),
            "tiny.yaml: variants: no variant is called 'shard'; did you mean shared?",
        ),
        (
            (*MOON, "--step", "-60"),
            (
                "--to: 2029-01-02 is less than a step of -60 s after 2029-01-01; "
                "expected a later time, or shorter steps"
            ),
        ),
        (
            (*MOON, "--step", "0.001"),
            (
                "--step: 0.001 s from 2029-01-01 to 2029-01-02 are 86,400,001 times; "
                "expected no more than 1,000,000"
            ),
        ),
        ((*MOON, "--mast", "nan"), "--mast: nan m; expected 0 or more"),
        (
            (*MOON, "--at=-100,0"),
            "--at: '-100,0' is no place; expected LAT,LON in degrees, such as -89.4,222",
        ),
        (
            (*MOON, "--at", "nan,nan"),
            "--at: 'nan,nan' is no place; expected LAT,LON in degrees, such as -89.4,222",
        ),
        (
            (*MOON, "--cell", "-5"),
            "--cell: -5 m; expected a number of metres above 0 and up to 1000",
        ),
    ],
)
def test_arguments(refused: Refused, folder: Path, words: tuple[str, ...], sentence: str) -> None:
    assert refused(*words) == sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("trak",), "No such command 'trak'. Did you mean 'track'?"),
        (("moon", "lihgt"), "No such command 'lihgt'. Did you mean 'light'?"),
        (("schema", "--sensor"), "No such option: --sensor (Possible options: --sensors)"),
        (("track", "detections.parquet"), "Missing option '--out'."),
        (("run",), "Missing argument 'EXERCISE.yaml'."),
        ((*RUN, "--seed", "x"), "Invalid value for '--seed': Input should be a valid integer"),
        (("convert", "a.csv", "b.csv", "--kind", "track"), "Invalid value for '--kind'"),
    ],
)
def test_a_misspelt_verb_or_option(
    kizuna: Kizuna, folder: Path, words: tuple[str, ...], sentence: str
) -> None:
    """How to call the verb, where to read more, and the one that was meant."""
    left = kizuna(*words)
    assert left.status == 2
    assert left.err.startswith("Usage: kizuna ")
    assert f"\nError: {sentence}" in left.err
