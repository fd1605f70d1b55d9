"""Recordings on the command line: known by what is in them, tracked with sensors or without."""

import gzip
import json
import socket
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tests.gateways.asterix_made import block, plot, scans
from tests.gateways.modes_made import avr, beast, flight

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
        (
            "x.json",
            b"[]",
            "is no recording of a known format; expected ASTERIX (raw, final, pcap), Mode S",
        ),
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


@pytest.fixture
def radar(tmp_path: Path) -> Path:
    """Raw ASTERIX of a radar that turns a hundred times."""
    path = tmp_path / "radar.ast"
    path.write_bytes(scans(100))
    return path


def test_a_radar_that_tells_where_it_stands_needs_no_file_of_sensors(
    kizuna, radar: Path, tmp_path: Path
) -> None:
    said, status = kizuna("track", radar, "--start", "2024-05-01", "--out", "tracks.parquet", "--every", 4)
    assert status == 0, said
    assert "100 detections, 1 tracks" in said
    tracks = codec.read(Tracks, tmp_path / "tracks.parquet")
    assert set(tracks.identity.values()) == {"3c660c"}
    # Due east of the radar, farther and farther; at flight level 330.
    assert (np.diff(tracks.lon_deg) > 0.0).all()
    np.testing.assert_allclose(tracks.lat_deg, 46.4, atol=0.05)
    np.testing.assert_allclose(tracks.alt_m, 33_000 * 0.3048, atol=100.0)


def test_a_radar_that_doesn_t_is_asked_for(kizuna, tmp_path: Path) -> None:
    (tmp_path / "plots.ast").write_bytes(block(48, plot(1.0)) + block(48, plot(5.0)))
    said, status = kizuna("track", "plots.ast", "--start", "2024-05-01", "--out", "tracks.parquet")
    assert status == 2
    assert said == (
        "kizuna: plots.ast: doesn't tell where sensor '25-201' stands; "
        "expected --sensors with a file that has a sensor '25-201'\n"
    )
    (tmp_path / "sensors.yaml").write_text(SENSORS)
    said, status = kizuna(
        "track", "plots.ast", "--start", "2024-05-01", "--out", "x.parquet", "--sensors", "sensors.yaml"
    )
    assert status == 2
    assert "'25-201' is not in sensors.yaml; expected adsb" in said


def test_the_day_is_asked_for(kizuna, radar: Path) -> None:
    said, status = kizuna("track", radar, "--out", "tracks.parquet")
    assert status == 2
    assert said.startswith(f"kizuna: {radar}: tells the time of day, but not the day; expected --start")
    said, status = kizuna("track", radar, "--out", "tracks.parquet", "--start", "yesterday")
    assert (said, status) == (
        "kizuna: --start: 'yesterday' is not a time; write it like 2018-08-01T05:00:00Z\n",
        2,
    )


def test_tables_go_to_asterix_and_back(kizuna, radar: Path, tmp_path: Path) -> None:
    """Plots and tracks come back as they went, within the units of ASTERIX."""
    kizuna("convert", radar, "plots.parquet", "--start", "2024-05-01")
    said, status = kizuna("convert", "plots.parquet", "again.ast")
    assert (said, status) == ("100 rows of detections: again.ast\n", 0)
    kizuna("convert", "again.ast", "again.parquet", "--start", "2024-05-01")
    before, after = (codec.read(Detections, tmp_path / name) for name in ("plots.parquet", "again.parquet"))
    for name in ("time", "range_m", "azimuth_deg", "alt_m"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), rtol=1e-12)
    assert after.identity.values() == before.identity.values()
    kizuna("track", radar, "--start", "2024-05-01", "--out", "tracks.parquet", "--every", 4)
    said, status = kizuna("convert", "tracks.parquet", "tracks.ast")
    assert "'local' is written as SAC 0, SIC: 1" in said
    kizuna("convert", "tracks.ast", "back.parquet", "--start", "2024-05-01")
    tracks, back = (codec.read(Tracks, tmp_path / name) for name in ("tracks.parquet", "back.parquet"))
    np.testing.assert_allclose(back.lat_deg, tracks.lat_deg, atol=3e-6)
    np.testing.assert_allclose(back.ve_mps, tracks.ve_mps, atol=0.126)
    assert back.status.values() == tracks.status.values()
    assert set(back.node.values()) == {"0-1"}


def test_tracks_are_not_tracked(kizuna, radar: Path) -> None:
    kizuna("track", radar, "--start", "2024-05-01", "--out", "tracks.parquet")
    kizuna("convert", "tracks.parquet", "tracks.ast")
    said, status = kizuna("track", "tracks.ast", "--start", "2024-05-01", "--out", "x.parquet")
    assert (said, status) == (
        "kizuna: tracks.ast: holds tracks, but no detections; expected at least one\n",
        2,
    )


def test_what_asterix_can_t_hold_is_refused(kizuna, trace: Path) -> None:
    for kind, sentence in (
        ("sensors", "kizuna: OUT: ASTERIX holds no sensors; expected detections or tracks\n"),
        (
            "detections",
            "kizuna: x.ast: holds no radar plots that ASTERIX could hold; expected at least one\n",
        ),
    ):
        assert kizuna("convert", trace, "x.ast", "--kind", kind) == (sentence, 2)


def test_a_feed_is_listened_to(kizuna, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        port = wire.getsockname()[1]
    done = threading.Event()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not done.wait(0.05):
                day_s = time.time() % 86_400.0
                out.sendto(block(48, plot(day_s)), ("127.0.0.1", port))

    sender = threading.Thread(target=send)
    sender.start()
    try:
        said, status = kizuna("convert", f"udp://127.0.0.1:{port}", "heard.parquet", "--listen", 1.5)
    finally:
        done.set()
        sender.join()
    assert status == 0, said
    detections = codec.read(Detections, tmp_path / "heard.parquet")
    assert len(detections) > 3
    assert abs(detections.time[-1] - time.time()) < 60.0


@pytest.mark.parametrize(
    ("words", "sentence", "status"),
    [
        (("udp://127.0.0.1:{port}", "--listen", 0.2), "nothing was heard in 0.2 s; expected a feed", 2),
        (
            ("udp://somewhere:8600",),
            "udp://somewhere:8600: has no IPv4 address; expected such as udp://239",
            2,
        ),
        (("udp://203.0.113.9:{port}",), "can't be listened to (", 1),
        (
            ("udp://127.0.0.1:{port}", "--listen", -1),
            "--listen: -1 s; expected a number of seconds above 0",
            2,
        ),
    ],
)
def test_a_feed_that_can_t_be_heard_is_told(
    kizuna, words: tuple[object, ...], sentence: str, status: int
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        port = wire.getsockname()[1]
    address, *options = words
    said, left = kizuna("convert", str(address).format(port=port), "x.parquet", *options)
    assert sentence in said
    assert left == status


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("heard.bin", beast((row[0], row[3]) for row in flight(46.5, 7.5, 0.001, 0.001, 100))),
        ("heard.txt", avr((row[0], row[3]) for row in flight(46.5, 7.5, 0.001, 0.001, 100))),
        (
            "port30003",
            "".join(
                f"MSG,3,1,1,4B1814,1,2024/05/01,10:00:{k // 2:02}.{5 * (k % 2)}00,,,,36000,,,"
                f"{46.5 + 5e-4 * k},7.5,,,0,,0,0\r\n"
                for k in range(100)
            ).encode(),
        ),
    ],
)
def test_ads_b_is_tracked(kizuna, tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    said, status = kizuna(
        "track", name, "--start", "2024-05-01T10:00Z", "--out", "tracks.parquet", "--every", 5
    )
    assert status == 0, said
    tracks = codec.read(Tracks, tmp_path / "tracks.parquet")
    assert set(tracks.identity.values()) == {"4b1814"}
    np.testing.assert_allclose(tracks.lat_deg, 46.52, atol=0.05)
    assert tracks.time[0] >= 1_714_557_600.0
