"""Where results go: folders are made, inputs never overwritten, and a place that can't be is told at once."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Kizuna

Refused = Callable[..., str]

TRACK = ("track", "detections.parquet", "--sensors", "sensors.yaml")
TINY_MOON = ("moon", "light", "--synthetic", "4", "--cells", "16", "--to", "2029-01-02")
INTO_FILES = {
    "track": (*TRACK, "--out", "OUT"),
    "track, stats": (*TRACK, "--out", "tracks.parquet", "--stats", "OUT"),
    "convert": ("convert", "truth.parquet", "OUT"),
}
INTO_FOLDERS = {
    "run": ("run", "tiny.yaml", "--out", "OUT"),
    "moon light": (*TINY_MOON, "--out", "OUT"),
}
FILES = pytest.mark.parametrize("words", INTO_FILES.values(), ids=INTO_FILES.keys())
ALL = pytest.mark.parametrize(
    "words", (INTO_FILES | INTO_FOLDERS).values(), ids=(INTO_FILES | INTO_FOLDERS).keys()
)


def into(words: tuple[str, ...], out: object) -> list[str]:
    return [str(out) if word == "OUT" else word for word in words]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder into which nobody may write: for root, one on a disk that is read-only."""
    place = tmp_path / "closed"
    place.mkdir(mode=0o555)
    if os.geteuid() != 0:
        yield place
        return
    command = ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", place]
    if not shutil.which("mount") or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("root may write everywhere but on a read-only disk, and none could be mounted")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@ALL
def test_folders_that_are_not_there_are_made(kizuna: Kizuna, folder: Path, words: tuple[str, ...]) -> None:
    left = kizuna(*into(words, "new/deep/out.csv"), "--quiet")
    assert (left.status, left.out, left.err) == (0, "", "")  # and quiet is quiet
    assert (folder / "new" / "deep" / "out.csv").exists()
    assert list(folder.rglob(".*")) == []


@ALL
def test_a_file_where_a_folder_should_be(kizuna: Kizuna, folder: Path, words: tuple[str, ...]) -> None:
    out = "truth.parquet/out.csv"
    left = kizuna(*into(words, out))
    there = "truth.parquet" if words in INTO_FILES.values() else folder / "truth.parquet"
    assert left.err == f"kizuna: {out}: could not be written ({there} is not a folder)\n"
    assert (left.status, left.out) == (1, "")


@ALL
def test_a_folder_into_which_nobody_may_write(
    kizuna: Kizuna, folder: Path, closed: Path, words: tuple[str, ...]
) -> None:
    """It is told before the work begins, which may take hours."""
    left = kizuna(*into(words, closed / "out.csv"))
    assert (left.status, left.out) == (1, "")
    why = f"no permission to write into {closed}"
    assert left.err == f"kizuna: {closed / 'out.csv'}: could not be written ({why})\n"


@FILES
def test_a_folder_where_a_file_should_be(refused: Refused, folder: Path, words: tuple[str, ...]) -> None:
    (folder / "out.csv").mkdir()
    option = {"convert": "OUT"}.get(words[0], words[-2])
    assert refused(*into(words, "out.csv")) == f"{option}: out.csv is a folder; expected the name of a file"


@pytest.mark.parametrize("taken", ["detections.parquet", "./sensors.yaml"])
def test_an_input_is_never_overwritten(refused: Refused, folder: Path, taken: str) -> None:
    before = (folder / taken).read_bytes()
    sentence = f"{Path(taken)} is also read, and would be lost; expected another file"
    assert refused(*TRACK, "--out", taken) == f"--out: {sentence}"
    assert refused(*TRACK, "--out", "new.parquet", "--stats", taken) == f"--stats: {sentence}"
    assert (folder / taken).read_bytes() == before
    assert not (folder / "new.parquet").exists()


def test_a_table_is_never_converted_onto_itself(refused: Refused, folder: Path) -> None:
    (folder / "other.parquet").symlink_to("truth.parquet")
    assert refused("convert", "truth.parquet", "other.parquet") == (
        "OUT: other.parquet is also read, and would be lost; expected another file"
    )


def test_two_outputs_in_one_file(refused: Refused, folder: Path) -> None:
    assert refused(*TRACK, "--out", "new/both", "--stats", "new/../new/both") == (
        "--stats: new/../new/both is also --out; expected another file"
    )
    assert not (folder / "new").exists()
