"""Recordings on the command line: known by what is in them, tracked with sensors or without."""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from kizuna.cli.main import main
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks

SENSORS = """sensors:
  - {sensor: adsb, nation: XYZ, kind: position, sigma_position_m: 50, period_s: 5}
"""


@pytest.fixture
def kizuna(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Runs a command in a folder of its own; gives what it says, and its exit status."""

    def run(*words: object) -> tuple[str, int]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["kizuna", *(str(word) for word in words)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return told.out + told.err, int(left.value.code or 0)

    return run


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A trace of ten minutes, packed as web servers keep it, under a name that says nothing of that."""
    rows = [
        [5.0 * k, 46.0 + 0.01 * k, 7.0, 36_000, 440.0, 0.0, 0, 0, None, "adsb_icao", 36_300]
        for k in range(120)
    ]
    document = {"icao": "4b1814", "timestamp": 1_700_000_000.0, "trace": [*rows, []]}
    path = tmp_path / "trace_full_4b1814.json"
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    return path


def test_a_recording_is_tracked_without_a_file_of_sensors(kizuna, trace: Path, tmp_path: Path) -> None:
    said, status = kizuna("track", trace, "--out", "tracks.parquet", "--stats", "stats.json")
    assert status == 0, said
    assert "120 detections, 1 tracks" in said
    assert f"kizuna: {trace}: left out rows without a place or a time: 1" in said
    tracks = codec.read(Tracks, tmp_path / "tracks.parquet")
    assert set(tracks.identity.values()) == {"4b1814"}
    stats = json.loads((tmp_path / "stats.json").read_text())
    assert stats["reading_seconds"] > 0.0


def test_sensors_that_are_given_hold(kizuna, trace: Path, tmp_path: Path) -> None:
    (tmp_path / "sensors.yaml").write_text(SENSORS)
    said, status = kizuna("track", trace, "--sensors", "sensors.yaml", "--out", "tracks.parquet", "--quiet")
    assert (said, status) == ("", 0)
    (tmp_path / "sensors.yaml").write_text(SENSORS.replace("adsb", "other"))
    said, status = kizuna("track", trace, "--sensors", "sensors.yaml", "--out", "tracks.parquet")
    assert status == 2
    assert "'adsb' is not in sensors.yaml; expected other" in said


def test_a_recording_is_converted_to_any_table_in_it(kizuna, trace: Path, tmp_path: Path) -> None:
    said, status = kizuna("convert", trace, "detections.parquet")
    assert status == 0
    assert "120 rows of detections" in said
    assert len(codec.read(Detections, tmp_path / "detections.parquet")) == 120
    kizuna("convert", trace, "sensors.parquet", "--kind", "sensors")
    sensors = codec.read(Sensors, tmp_path / "sensors.parquet")
    assert sensors.sensor.values() == ["adsb"]
    np.testing.assert_array_equal(sensors.period_s, [5.0])
    for kind, sentence in (
        ("truth", f"kizuna: --kind: {trace} is a recording; expected detections, tracks or sensors\n"),
        ("tracks", f"kizuna: {trace}: holds no tracks; expected at least one\n"),
    ):
        assert kizuna("convert", trace, "x.parquet", "--kind", kind) == (sentence, 2)


def test_tables_of_detections_may_be_csv(kizuna, trace: Path, tmp_path: Path) -> None:
    (tmp_path / "sensors.yaml").write_text(SENSORS)
    kizuna("convert", trace, "detections.csv")
    said, status = kizuna("track", "detections.csv", "--sensors", "sensors.yaml", "--out", "tracks.parquet")
    assert status == 0
    assert "120 detections, 1 tracks" in said
    said, status = kizuna("track", "detections.csv", "--out", "tracks.parquet")
    assert (
        said
        == "kizuna: --sensors: is missing, and detections.csv tells nothing of its sensors; expected a file\n"
    )
    assert status == 2


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("x.json", b"", "is empty; expected"),
        ("x.json", b"[]", "is no recording of a known format; expected OpenSky's state vectors"),
        ("x.json", np.random.RandomState(1).bytes(5_000), "is no recording of a known format"),
        ("x.gz", gzip.compress(b'{"icao": 1}', mtime=0)[:-9], "is damaged (Compressed file ended"),
        ("x.gz", b"\x1f\x8b\x99\x99", "is damaged ("),
    ],
)
def test_what_is_no_recording_is_refused(
    kizuna, tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(data)
    for verb in (("track", name, "--out", "tracks.parquet"), ("convert", name, "x.parquet")):
        said, status = kizuna(*verb)
        assert said.startswith(f"kizuna: {name}: {sentence}"), said
        assert (said.count("\n"), status) == (1, 2)


def test_a_file_that_is_not_there_is_told(kizuna) -> None:
    said, status = kizuna("convert", "gone.json", "x.parquet")
    assert said == "kizuna: gone.json: is not there; expected a recording, or a table of detections\n"
    assert status == 2
