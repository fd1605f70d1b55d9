"""A file that is written is whole, or what stood there before is."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kizuna.errors import WorkError
from kizuna.files import replacing, write_text
from kizuna.messages import codec
from kizuna.messages.truth import Truth

ROOM_BYTES = 4096


@contextmanager
def full_disk() -> Iterator[None]:
    """While this lasts, no file can grow beyond `ROOM_BYTES`, as on a disk without more room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def truth_of(count: int) -> Truth:
    """Positions that don't compress."""
    rng = np.random.default_rng(1)
    return Truth.of(
        time=np.sort(rng.uniform(0.0, 1e6, count)),
        object=["a"] * count,
        lat_deg=rng.uniform(-90.0, 90.0, count),
        lon_deg=rng.uniform(-180.0, 180.0, count),
        alt_m=rng.uniform(0.0, 1e4, count),
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file that was written earlier."""
    path = tmp_path / "truth.parquet"
    codec.write(truth_of(1), path)
    return path


def assert_whole(path: Path) -> None:
    """Assert that the old file is whole and nothing lies beside it."""
    assert len(codec.read(Truth, path)) == 1
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_whole(old: Path) -> None:
    with full_disk(), pytest.raises(WorkError) as caught:
        codec.write(truth_of(10_000), old)
    assert str(caught.value).startswith(f"{old}: could not be written (")
    assert "File too large" in str(caught.value)
    assert_whole(old)


def test_a_disk_that_fills_while_batches_are_written_leaves_the_old_file_whole(old: Path) -> None:
    def write_batches() -> None:
        with codec.sink(Truth, old) as out:
            for _ in range(50):
                out.write(truth_of(100))

    with full_disk(), pytest.raises(WorkError, match="could not be written"):
        write_batches()
    assert_whole(old)


def test_a_full_disk_leaves_old_text_whole(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_text(path, "old")
    with full_disk(), pytest.raises(WorkError) as caught:
        write_text(path, "new" * ROOM_BYTES)
    assert str(caught.value) == (
        f"{path}: could not be written (File too large); what stood there before is unchanged"
    )
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_work_that_fails_half_way_leaves_the_old_file_whole(old: Path) -> None:
    def write_half() -> None:
        with codec.sink(Truth, old) as out:
            out.write(truth_of(10))
            raise KeyError("the work, not the disk")

    with pytest.raises(KeyError):
        write_half()
    assert_whole(old)


def test_a_new_file_takes_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "text.txt"
    with replacing(path) as temporary:
        temporary.write_text("all of it", encoding="utf-8")
        assert temporary.parent == path.parent
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "all of it"
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_may_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    path, plain = tmp_path / "ours.txt", tmp_path / "plain.txt"
    write_text(path, "x")
    plain.write_text("x", encoding="utf-8")
    assert path.stat().st_mode == plain.stat().st_mode


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkError, match="could not be written"):
        write_text(tmp_path / "file" / "below.txt", "x")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WorkError, match="could not be written"):
        write_text(tmp_path / "folder", "x")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
