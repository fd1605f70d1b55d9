"""A file that is not there, empty, cut short or of another kind: each verb says so, with status 2."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli import made

Refused = Callable[..., str]

TRACK = ("--sensors", "sensors.yaml", "--out", "out.parquet")
READS_PARQUET = {
    "track": ("track", "FILE", *TRACK),
    "track, sensors": ("track", "detections.parquet", "--sensors", "FILE", "--out", "out.parquet"),
    "score, truth": ("score", "--truth", "FILE", "--tracks", "tracks.parquet"),
    "score, tracks": ("score", "--truth", "truth.parquet", "--tracks", "FILE"),
    "convert": ("convert", "FILE", "out.csv"),
    "run, recorded flights": ("run", "FILE", "--out", "out"),
}
READS_YAML = {
    "run": ("run", "FILE", "--out", "out"),
    "track, sensors": ("track", "detections.parquet", "--sensors", "FILE", "--out", "out.parquet"),
}
READS_OTHERS = {
    "track, CSV": (("track", "FILE", *TRACK), "detections.csv"),
    "score, CSV": (("score", "--truth", "FILE", "--tracks", "tracks.parquet"), "truth.csv"),
    "convert, CSV": (("convert", "FILE", "out.parquet"), "detections.csv"),
    "convert, GeoJSON": (("convert", "FILE", "out.parquet"), "detections.geojson"),
    "convert, recording": (("convert", "FILE", "out.parquet"), "trace.json"),
    "moon light": (("moon", "light", "--terrain", "FILE", "--out", "out"), "map.tif"),
}


def case(cases: dict[str, tuple[str, ...]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("words", cases.values(), ids=cases.keys())


@pytest.fixture
def told(refused: Refused, folder: Path) -> Refused:
    """Run a command on a file; give what it says of it. Nothing is written."""

    def run(words: tuple[str, ...], file: str) -> str:
        given = file
        if words[0] == "run" and file.endswith(".parquet"):
            text = made.EXERCISE.replace("truth.parquet", file)
            (folder / "of.yaml").write_text(text, encoding="utf-8")
            given = "of.yaml"
        before = sorted(folder.iterdir())
        sentence = refused(*(given if word == "FILE" else word for word in words))
        assert sorted(folder.iterdir()) == before
        start, _, rest = sentence.partition(f"{file}: ")
        # The Moon's ground goes into plans that lie in other folders: it is told by its whole path.
        assert start == (f"{folder}/" if words[0] == "moon" else ""), sentence
        return rest

    return run


@case(READS_PARQUET)
def test_a_parquet_file_that_is_empty(told: Refused, folder: Path, words: tuple[str, ...]) -> None:
    (folder / "bad.parquet").touch()
    assert told(words, "bad.parquet") == "is empty; expected a Parquet file"


@case(READS_PARQUET)
def test_a_parquet_file_that_is_cut_short(told: Refused, folder: Path, words: tuple[str, ...]) -> None:
    whole = (folder / "detections.parquet").read_bytes()
    (folder / "bad.parquet").write_bytes(whole[: len(whole) // 2])
    sentence = told(words, "bad.parquet")
    assert sentence.startswith("is not Parquet, or is cut short (")
    assert sentence.endswith("; expected a Parquet file")


@case(READS_PARQUET)
def test_a_file_that_is_not_parquet(told: Refused, folder: Path, words: tuple[str, ...]) -> None:
    (folder / "bad.parquet").write_text("time,sensor\n0,west\n", encoding="utf-8")
    assert told(words, "bad.parquet").startswith("is not Parquet, or is cut short (")


@pytest.mark.parametrize("name", [name for name in READS_PARQUET if not name.startswith("run")])
def test_a_parquet_file_that_is_not_there(told: Refused, name: str) -> None:
    sentence = told(READS_PARQUET[name], "nowhere.parquet")
    # What has no file yet may still become a recording.
    assert sentence in (
        "is not there; expected a Parquet file",
        "is not there; expected a recording, or a table of detections",
    )


def test_a_recorded_file_that_is_not_there(refused: Refused, folder: Path) -> None:
    """The line of the exercise that names it is told."""
    (folder / "truth.parquet").unlink()
    assert refused("run", "tiny.yaml", "--out", "out").startswith(
        "tiny.yaml: line 9, key traffic[0].file: the recorded file 'truth.parquet' is not there; expected "
    )


def test_a_recording_of_another_time(refused: Refused, folder: Path) -> None:
    text = made.EXERCISE.replace("2030-01-01", "2031-01-01")
    (folder / "tiny.yaml").write_text(text, encoding="utf-8")
    assert refused("run", "tiny.yaml", "--out", "out") == (
        "truth.parquet: column time: reaches from 2030-01-01T00:00:00Z to 2030-01-01T00:03:54Z; "
        "expected some of the exercise's time, 2031-01-01T00:00:00Z to 2031-01-01T00:01:00Z"
    )


@case(READS_YAML)
def test_a_yaml_file_that_is_not_there(told: Refused, words: tuple[str, ...]) -> None:
    assert told(words, "nowhere.yaml") == "is not there; expected a YAML file"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "tiny.yml"), "tiny.yml: is not there; did you mean tiny.yaml?"),
        (("run", "tiny"), "tiny: is not there; did you mean tiny.yaml?"),
        (
            ("track", "detection.parquet", *TRACK),
            "detection.parquet: is not there; did you mean detections.parquet?",
        ),
        (("convert", "turth.parquet", "out.csv"), "turth.parquet: is not there; did you mean truth.parquet?"),
    ],
)
def test_a_slip_in_the_name_of_a_file(
    refused: Refused, folder: Path, words: tuple[str, ...], said: str
) -> None:
    assert refused(*words) == said


@case(READS_YAML)
def test_a_yaml_file_that_is_empty(told: Refused, folder: Path, words: tuple[str, ...]) -> None:
    (folder / "bad.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert told(words, "bad.yaml") == "is empty; expected keys such as `sensors:`"


@case(READS_YAML)
def test_a_yaml_file_that_is_cut_short(told: Refused, folder: Path, words: tuple[str, ...]) -> None:
    (folder / "bad.yaml").write_text("sensors:\n  - {sensor: hill, nation: XY", encoding="utf-8")
    sentence = told(words, "bad.yaml")
    assert sentence.startswith("line 2: is not YAML (")
    assert sentence.endswith("; expected lines such as `key: value`, indented with spaces")


@case(READS_YAML)
def test_a_yaml_file_that_is_something_else(told: Refused, folder: Path, words: tuple[str, ...]) -> None:
    shutil.copy(folder / "detections.parquet", folder / "bad.yaml")
    assert told(words, "bad.yaml") == "is not text; expected a YAML file in UTF-8"


@pytest.mark.parametrize(("words", "name"), READS_OTHERS.values(), ids=READS_OTHERS.keys())
def test_files_of_other_formats(told: Refused, folder: Path, words: tuple[str, ...], name: str) -> None:
    """Not there, empty, and of something else."""
    sentence = told(words, name)
    assert sentence.startswith("is not there; expected ")
    (folder / name).touch()
    assert told(words, name).startswith(("is empty; expected ", "is no raster that GDAL knows; expected "))
    shutil.copy(folder / "detections.parquet", folder / name)
    assert "; expected " in told(words, name)


@case(READS_PARQUET | READS_YAML)
def test_a_folder_where_a_file_is_read(refused: Refused, folder: Path, words: tuple[str, ...]) -> None:
    (folder / "deep").mkdir()
    sentence = refused(*("deep" if word == "FILE" else word for word in words))
    assert sentence.startswith("deep: is a folder; expected a")


def test_tables_without_rows(refused: Refused, folder: Path) -> None:
    """They are read, and there is nothing to do."""
    made.write_empty(folder)
    assert (
        refused("track", "none.parquet", *TRACK) == "none.parquet: holds no detections; expected at least one"
    )
    score = ("score", "--truth", "truth.parquet", "--tracks", "tracks.parquet")
    assert refused(*score[:2], "none.truth.parquet", *score[3:]) == (
        "none.truth.parquet: holds no objects; expected at least one row of truth"
    )
    assert refused(*score[:4], "none.tracks.parquet") == (
        "none.tracks.parquet: holds no tracks; expected at least one row, since the tracks set the times"
    )


def test_the_wrong_table(refused: Refused, folder: Path) -> None:
    """Truth for detections, detections for tracks: the first column that is missing is named."""
    assert refused("track", "truth.parquet", *TRACK) == (
        "truth.parquet: column sensor: is missing; expected columns time, sensor, kind"
    )
    assert refused("score", "--truth", "truth.parquet", "--tracks", "truth.parquet") == (
        "truth.parquet: column node: is missing; "
        "expected columns time, node, track, lat_deg, lon_deg, alt_m, status"
    )
    assert refused("convert", "truth.parquet", "out.csv", "--kind", "sensors") == (
        "truth.parquet: column sensor: is missing; expected columns sensor, nation, kind"
    )


def test_an_ending_that_no_format_has(refused: Refused, folder: Path) -> None:
    shutil.copy(folder / "truth.parquet", folder / "truth.xls")
    known = "expected a file that ends in one of .parquet, .csv, .geojson, .ast"
    assert refused("convert", "truth.xls", "out.csv") == f"truth.xls: the ending .xls is not known; {known}"
    assert refused("convert", "truth.parquet", "out") == f"out: has no ending to know its format by; {known}"
