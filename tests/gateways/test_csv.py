"""CSV: what is written reads back to the last bit, and what others write badly gets a sentence."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.tables import KINDS, same, tables

from kizuna.errors import InputError, WorkError
from kizuna.gateways.csv.read import CsvFile, read
from kizuna.gateways.csv.write import write
from kizuna.messages.columns import Table
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

TRUTH = """time,object,lat_deg,lon_deg,alt_m
0,a,46.5,7.5,1000
10,a,46.6,7.6,1100
20,a,46.7,7.7,1200
"""


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Where a bad file goes."""
    return tmp_path / "bad.csv"


def sentence(path: Path, kind: type[Table] = Truth) -> str:
    """What is said about a bad file, without its folder."""
    with pytest.raises(InputError) as caught:
        read(kind, path)
    return str(caught.value).replace(f"{path.parent}/", "")


@given(table=st.sampled_from(KINDS).flatmap(tables))
def test_a_table_reads_back_to_the_last_bit(table: Table, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Numbers, nulls, and names with commas, quotes and line breaks come back as they went."""
    path = tmp_path_factory.getbasetemp() / "table.csv"
    write(table, path)
    assert same(read(type(table), path), table)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_table_is_a_header(kind: type[Table], tmp_path: Path) -> None:
    """No rows are no error: the columns are still told."""
    write(kind.empty(), tmp_path / "none.csv")
    assert same(read(kind, tmp_path / "none.csv"), kind.empty())


def test_a_covariance_takes_a_column_for_each_element(tmp_path: Path) -> None:
    """A cell holds one number: elements are named by row and column of the matrix."""
    row = {"time": [0.0], "node": ["JPN"], "track": [7], "lat_deg": [1.0], "lon_deg": [2.0], "alt_m": [3.0]}
    tracks = Tracks.of(**row, status=["confirmed"], cov=np.arange(21.0)[None])
    write(tracks, tmp_path / "tracks.csv")
    with (tmp_path / "tracks.csv").open(encoding="utf-8", newline="") as file:
        (record,) = csv.DictReader(file)
    upper = [(i, j) for i in range(6) for j in range(i, 6)]
    assert [float(record[f"cov_{i}{j}"]) for i, j in upper] == list(range(21))
    assert (record["track"], record["identity"]) == ("7", "")


def test_progress_ends_at_one(tmp_path: Path) -> None:
    """Whoever waits sees how far it is."""
    shares: list[float] = []
    write(
        Truth.of(time=[0], object=["a"], lat_deg=[0], lon_deg=[0], alt_m=[0]),
        tmp_path / "a.csv",
        shares.append,
    )
    assert shares[-1] == 1.0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_spreadsheets_are_read(encoding: str, end: str, tmp_path: Path) -> None:
    """With a byte-order mark or without, line ends of any system, cells in quotes, columns in any order."""
    lines = ['"alt_m","object","lon_deg","lat_deg","time","remark"', '"1000","a","7.5","46.5","0",""', ""]
    path = tmp_path / "sheet.csv"
    path.write_bytes(end.join(lines).encode(encoding))
    truth = Truth.of(time=[0.0], object=["a"], lat_deg=[46.5], lon_deg=[7.5], alt_m=[1000.0])
    assert same(read(Truth, path), truth)
    assert CsvFile(path).names == ["alt_m", "object", "lon_deg", "lat_deg", "time", "remark"]


def test_tracks_of_others_may_have_names(tmp_path: Path) -> None:
    """As in Parquet, names that are no numbers are numbered from 1."""
    path = tmp_path / "tracks.csv"
    path.write_text(
        "time,node,track,lat_deg,lon_deg,alt_m,status,sensors\n"
        "0,x,alpha,0,0,0,confirmed,2.0\n0,x,bravo,0,0,0,confirmed,\n"
    )
    tracks = read(Tracks, path)
    assert tracks.track.tolist() == [1, 2]
    assert tracks.sensors.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("46.6", "46.6N", "bad.csv: column lat_deg, line 3: '46.6N' is no number; expected a number (deg)"),
        ("10,", "12:00,", "bad.csv: column time, line 3: '12:00' is no number; expected a number (s since"),
        ("1100", "1_100", "bad.csv: column alt_m, line 3: '1_100' is no number; expected a number (m)"),
        ("7.6,", "7.6,,", "bad.csv: line 3: has 6 values; expected 5, as the header has"),
        (",7.7,1200\n", "", "bad.csv: line 4: has 3 values; expected 5, as the header has"),
        (
            "46.6",
            "96.6",
            "bad.csv: column lat_deg, line 3: 96.6 is out of bounds; expected a number from -90",
        ),
        ("46.6", "", "bad.csv: column lat_deg, line 3: "),
        ("20,a", "20,", "bad.csv: column object, line 4: nothing there; expected a name"),
        ("10,", "30,", "bad.csv: column time, line 4: time jumps back from 30.000 to 20.000; expected rows"),
        ("lat_deg", "lat_degr", "bad.csv: column lat_degr: is not known; expected the name lat_deg"),
        ("alt_m", "height", "bad.csv: column alt_m: is missing"),
        ("alt_m", "object", "bad.csv: line 1, column object: is there twice; expected each column once"),
        (",", ";", "bad.csv: line 1: has its columns apart by ';'; expected columns apart by commas"),
        (",", "\t", "bad.csv: line 1: has its columns apart by tabs; expected columns apart by commas"),
        (
            ",",
            ".",
            "bad.csv: line 1: has the one column 'time.object.lat_deg.lon_deg.alt_m'; expected columns",
        ),
    ],
)
def test_a_bad_file_gets_a_sentence(was: str, becomes: str, says: str, bad: Path) -> None:
    """The line is that of an editor, which counts from 1; the header is line 1."""
    bad.write_text(TRUTH.replace(was, becomes))
    assert sentence(bad).startswith(says)


def test_lines_are_counted_through_names_with_breaks(bad: Path) -> None:
    """A row may take several lines, and empty lines none: the line said is where the row begins."""
    bad.write_text(TRUTH.replace("0,a,46.5", '0,"a\nb",46.5').replace("46.6", "x").replace("10,", "\n10,"))
    assert sentence(bad).startswith("bad.csv: column lat_deg, line 5: 'x' is no number")
    bad.write_text(TRUTH.replace("0,a,46.5", '0,"a\nb",46.5').replace("46.6", "91").replace("10,", "\n10,"))
    assert sentence(bad).startswith("bad.csv: column lat_deg, line 5: 91 is out of bounds")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "bad.csv: is empty; expected a CSV file with the names of the columns in its first line"),
        (b"\n\n", "bad.csv: is empty; expected a CSV file with the names of the columns in its first line"),
        (TRUTH.encode("utf-16"), "bad.csv: is not text in UTF-8; expected a CSV file"),
        (TRUTH.replace("a,", "Zür,").encode("latin-1"), "bad.csv: is not text in UTF-8; expected a CSV file"),
        (b"PAR1\x15\x04,\x00\xff\xfe", "bad.csv: is not text in UTF-8; expected a CSV file"),
    ],
)
def test_a_file_that_is_no_csv_gets_a_sentence(content: bytes, says: str, bad: Path) -> None:
    """Empty, of another encoding, or of another format altogether."""
    bad.write_bytes(content)
    assert sentence(bad).startswith(says)


def test_a_file_that_is_not_there_or_a_folder_gets_a_sentence(tmp_path: Path) -> None:
    """The two slips of a path."""
    assert sentence(tmp_path / "none.csv") == "none.csv: is not there; expected a CSV file"
    (tmp_path / "folder.csv").mkdir()
    assert sentence(tmp_path / "folder.csv") == "folder.csv: is a folder; expected a CSV file"


def test_a_covariance_is_whole_or_not_there(tmp_path: Path, bad: Path) -> None:
    """A missing column, or a row with some elements, is a slip and no null."""
    row = {"time": [0.0], "node": ["JPN"], "track": [7], "lat_deg": [1.0], "lon_deg": [2.0], "alt_m": [3.0]}
    write(Tracks.of(**row, status=["confirmed"], cov=np.arange(21.0)[None] + 0.5), bad)
    text = bad.read_text()
    bad.write_text(text.replace("cov_34", "other"))
    assert sentence(bad, Tracks).startswith(
        "bad.csv: column cov_34: is missing; expected all of cov_00 to cov_55"
    )
    bad.write_text(text.replace("16.5", ""))
    assert sentence(bad, Tracks).startswith(
        "bad.csv: column cov_34, line 2: nothing there, though other elements"
    )
    bad.write_text(text.replace("16.5", "x"))
    assert sentence(bad, Tracks).startswith(
        "bad.csv: column cov_34, line 2: 'x' is no number; expected a number"
    )


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """The old output stays whole, and nothing else is left in the folder."""
    path = tmp_path / "a.csv"
    path.write_text("old")

    def stop(share: float) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(WorkError, match="No space left on device"):
        write(Truth.of(time=[0], object=["a"], lat_deg=[0], lon_deg=[0], alt_m=[0]), path, stop)
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


def test_other_kinds_are_refused_by_what_they_lack(bad: Path) -> None:
    """A file of one kind read as another says which column is missing."""
    bad.write_text(TRUTH)
    assert sentence(bad, Detections).startswith("bad.csv: column sensor: is missing")
    assert sentence(bad, Sensors).startswith("bad.csv: column sensor: is missing")
