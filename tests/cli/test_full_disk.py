"""A disk that is full: the sentence says so, the status is 1, and what stood there before stays whole."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.conftest import Kizuna

ROOM_BYTES = 64 * 1024
OLD = "what stood there before"
FULL = "could not be written (No space left on device); what stood there before is unchanged"
TRACK = ("track", "detections.parquet", "--sensors", "sensors.yaml", "--quiet")
WRITES = {
    "track": (*TRACK, "--out", "DISK/out.parquet"),
    "track, stats": (*TRACK, "--out", "tracks.parquet", "--stats", "DISK/out.json"),
    "convert to Parquet": ("convert", "truth.parquet", "DISK/out.parquet"),
    "convert to CSV": ("convert", "truth.parquet", "DISK/out.csv"),
    "convert to GeoJSON": ("convert", "truth.parquet", "DISK/out.geojson"),
}
FOLDERS = {
    "run": (("run", "tiny.yaml", "--out", "DISK"), "truth.parquet"),
    "moon light": (
        ("moon", "light", "--synthetic", "4", "--cells", "16", "--to", "2029-01-02", "--out", "DISK"),
        "light.tif",
    ),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, on which nothing has room any more."""
    mounts = shutil.which("mount")
    place = tmp_path / "disk"
    place.mkdir()
    asked = ["-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", place]
    if os.geteuid() != 0 or not mounts or subprocess.run([mounts, *asked], check=False).returncode != 0:
        pytest.skip("only root may mount a small disk to fill it")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(disk: Path) -> None:
    """Leave room for not one byte more."""
    with (disk / "filler").open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue


@contextmanager
def small_files() -> Iterator[None]:
    """While this lasts, no file may grow beyond a few bytes: the nearest that who isn't root can come."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("words", WRITES.values(), ids=WRITES.keys())
def test_the_old_output_stays_whole(kizuna: Kizuna, folder: Path, disk: Path, words: tuple[str, ...]) -> None:
    asked = [word.replace("DISK", str(disk)) for word in words]
    out = Path(asked[-1])
    out.write_text(OLD, encoding="utf-8")
    fill(disk)
    left = kizuna(*asked)
    assert (left.status, left.out, left.err) == (1, "", f"kizuna: {out}: {FULL}\n")
    assert out.read_text(encoding="utf-8") == OLD
    assert sorted(path.name for path in disk.iterdir()) == sorted(["filler", out.name])


@pytest.mark.parametrize(("words", "first"), FOLDERS.values(), ids=FOLDERS.keys())
def test_the_old_folder_stays_whole(
    kizuna: Kizuna, folder: Path, disk: Path, words: tuple[str, ...], first: str
) -> None:
    (disk / first).write_text(OLD, encoding="utf-8")
    fill(disk)
    left = kizuna(*(word.replace("DISK", str(disk)) for word in words))
    assert (left.status, left.out, left.err) == (1, "", f"kizuna: {disk / first}: {FULL}\n")
    assert (disk / first).read_text(encoding="utf-8") == OLD
    assert sorted(path.name for path in disk.iterdir()) == sorted(["filler", first])


@pytest.mark.parametrize("words", WRITES.values(), ids=WRITES.keys())
def test_the_same_where_files_may_not_grow(
    kizuna: Kizuna, folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """As for a user whose quota is used up."""
    deep = tmp_path / "deep"
    deep.mkdir()
    asked = [word.replace("DISK", "deep") for word in words]
    out = Path(asked[-1])
    out.write_text(OLD, encoding="utf-8")
    kizuna(*asked)  # what is compiled and kept in files is there now
    out.write_text(OLD, encoding="utf-8")
    with small_files():
        left = kizuna(*asked)
    assert (left.status, left.out) == (1, "")
    told = asked[asked.index("--out") + 1] if "--out" in asked else str(out)
    assert left.err.startswith(f"kizuna: {told}: could not be written (File too large)")
    assert out.read_text(encoding="utf-8") == OLD
    assert list(deep.iterdir()) == [tmp_path / out]


def test_standard_output_has_no_room(folder: Path) -> None:
    program = Path(sys.executable).with_name("kizuna")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([program, "schema"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    sentence = "kizuna: standard output: could not be written (No space left on device)\n"
    assert done.stderr.decode() == sentence
