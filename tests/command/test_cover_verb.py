"""`kizuna command cover` reads a coverage and a picture, plans, and refuses what is wrong in one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.house.source import ROOT

from kizuna.command.cover_form import read_coverage
from kizuna.errors import InputError
from kizuna.messages import codec
from kizuna.messages.track import Tracks

RIGHT = """\
coverage: one
notional: Made up.
areas:
  - {area: Okinawa, lat_deg: 26.2, lon_deg: 127.65, radius_m: 40000, value: 10}
defenders:
  - {defender: near, nation: JPN, lat_deg: 26, lon_deg: 128, radius_m: 200000, needs_s: 60, probability: 0.5}
  - {defender: far, nation: USA, lat_deg: 13, lon_deg: 145, radius_m: 200000, needs_s: 60, probability: 0.9}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A coverage and two pictures of two nodes: a track south of Okinawa comes north, another goes away."""
    (tmp_path / "one.yaml").write_text(RIGHT, encoding="utf-8")
    times = np.repeat([1.9e9, 1.9e9 + 10.0], 4)
    codec.write(
        Tracks.of(
            time=times,
            node=["JPN", "JPN", "USA", "USA"] * 2,
            track=[1, 2] * 4,
            lat_deg=[23.5] * 8,
            lon_deg=[127.65] * 8,
            alt_m=[100.0] * 8,
            ve_mps=[0.0] * 8,
            vn_mps=[250.0, -250.0] * 4,
            vu_mps=[0.0] * 8,
            cov=np.full((8, 21), np.nan),
            status=["confirmed"] * 8,
        ),
        tmp_path / "tracks.parquet",
    )
    return tmp_path


def cover(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    program = Path(sys.executable).with_name("kizuna")
    return subprocess.run(
        [program, "command", "cover", *words], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )


def test_the_track_that_comes_is_covered_by_who_can(folder: Path) -> None:
    done = cover(folder, "one.yaml", "tracks.parquet", "--node", "JPN", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (row,) = told["assignments"]
    assert (row["track"], row["area"], row["defender"], row["nation"]) == (1, "Okinawa", "near", "JPN")
    # 300 km less 40 km to go, most of it in the footprint: the turn begins once it is in, and ends in time.
    assert row["arrives_s"] == pytest.approx(1_040.0, rel=0.01)
    assert 320.0 <= row["begins_s"] <= row["arrives_s"] - 60.0
    assert (told["value"], told["of"]) == (5.0, 10.0)


def test_the_table_says_it_in_words(folder: Path) -> None:
    done = cover(folder, "one.yaml", "tracks.parquet", "--node", "USA")
    assert "1 tracks head for protected areas; 1 of them are covered." in done.stdout
    assert "Expected protected value: 5 of 10; no plan protects more." in done.stdout
    alone = cover(folder, "one.yaml", "tracks.parquet", "--node", "USA", "--nation", "USA")
    assert "Expected protected value: 0 of 10; no plan protects more." in alone.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "--node: is not given; expected one of JPN, USA"),
        (["--node", "AUS"], "--node: no picture of 'AUS' in tracks.parquet; expected one of JPN, USA"),
        (
            ["--node", "JPN", "--at", "noon"],
            "--at: 'noon' is not a time; expected a time such as 2030-06-01T00:20:00Z",
        ),
        (
            ["--node", "JPN", "--at", "2001-01-01"],
            "tracks.parquet: holds no picture up to then; expected tracks",
        ),
        (
            ["--node", "JPN", "--nation", "AUS"],
            "--nation: no defender belongs to 'AUS'; expected a nation in the file",
        ),
    ],
)
def test_wrong_arguments_are_told(folder: Path, words: list[str], says: str) -> None:
    done = cover(folder, "one.yaml", "tracks.parquet", *words)
    assert (done.returncode, done.stderr) == (2, f"kizuna: {says}\n")


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (
            "probability: 0.5",
            "probability: 1.5",
            "line 6, key defenders[0].probability: 1.5 is out of bounds; expected a number from 0 to 1",
        ),
        (
            "defender: far",
            "defender: near",
            (
                "l"
                "ine 7, key defenders[1].defender: the defender 'near' is there twice; expected "
                "each defender once"
            ),
        ),
        (
            "areas:",
            "reserve: {JNP: 1}\nareas:",
            "line 3, key reserve.JNP: no defender belongs to the nation 'JNP'; did you mean JPN?",
        ),
        (
            "areas:",
            "reserve: {JPN: 2}\nareas:",
            "line 3, key reserve.JPN: 2 is out of bounds; expected a whole number from 0 to 1, its places",
        ),
        (
            "radius_m: 40000",
            "radius: 40000",
            "line 4, key areas[0].radius: is not known; did you mean radius_m?",
        ),
    ],
)
def test_a_flaw_in_the_file_is_told_with_its_place(folder: Path, was: str, becomes: str, says: str) -> None:
    (folder / "one.yaml").write_text(RIGHT.replace(was, becomes), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_coverage(folder / "one.yaml")
    assert str(caught.value) == f"{folder}/one.yaml: {says}"


def test_the_shipped_coverage_is_right() -> None:
    coverage = read_coverage(ROOT / "examples" / "coverage" / "trilateral.yaml")
    assert {each.nation for each in coverage.defenders} == {"JPN", "USA", "AUS", "GBR"}
