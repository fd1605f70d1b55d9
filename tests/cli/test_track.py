"""What `kizuna track` promises to callers who bring files of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli import made
from tests.cli.conftest import Kizuna
from tests.tracking.sky import Sky, radars, watch
from tests.tracking.test_registration import spoilt

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.messages import codec
from kizuna.messages.track import Tracks

TRACK = ("track", "detections.parquet", "--sensors", "sensors.yaml")
SOME_SIGMAS_M = 400.0
SCAN_S = made.PERIOD_S


@pytest.fixture
def pictures(kizuna: Kizuna, folder: Path) -> Any:
    """Track the detections of the folder, or others; give the tracks."""

    def run(detections: pa.Table | None = None, *options: object) -> Tracks:
        if detections is not None:
            pq.write_table(detections, folder / "detections.parquet")
        left = kizuna(*TRACK, "--out", "tracks.parquet", *options)
        assert left.status == 0, left.err
        return codec.read(Tracks, folder / "tracks.parquet")

    return run


def off_m(tracks: Tracks) -> dict[str, np.ndarray]:
    """How far the nearest track is from each aircraft, in each picture that has tracks."""
    made_m: dict[str, list[float]] = {"red": [], "blue": []}
    for time in np.unique(tracks.time):
        rows = tracks.take(tracks.time == time)
        held = geodetic_to_ecef(rows.lat_deg, rows.lon_deg, rows.alt_m)
        for name, far in made_m.items():
            far.append(np.linalg.norm(held - geodetic_to_ecef(*made.place(name, time)), axis=-1).min())
    return {name: np.array(far) for name, far in made_m.items()}


def test_pictures_are_taken_at_the_first_detection_s_time_plus_multiples_of_every(pictures: Any) -> None:
    """Until the last detection, whatever the start: none between, none after, and none missing."""
    later = made.detections().slice(3)
    first, last = later["time"][0].as_py(), later["time"][-1].as_py()
    tracks = pictures(later, "--every", 7)
    times = np.unique(tracks.time)
    expected = first + 7.0 * np.arange(np.floor((last - first) / 7.0) + 1)
    assert set(times) <= set(expected)
    assert set(times) >= set(expected[5:])  # no track is confirmed in the first


def test_ten_seconds_lie_between_pictures_unless_said_otherwise(pictures: Any) -> None:
    times = np.unique(pictures().time)
    assert set((times - made.START_S) % 10.0) == {0.0}
    assert set(np.diff(times)) == {10.0}


def test_a_picture_holds_all_detections_up_to_its_time_and_none_after(pictures: Any) -> None:
    """A detection at the very time of a picture counts for it; what comes later changes nothing in it."""
    table = made.detections()
    number = 20
    moment = made.START_S + number * SCAN_S
    times = np.array(table["time"])

    def at_the_moment(part: pa.Table) -> pa.Table:
        # The last row keeps the pictures coming up to the moment.
        tracks = pictures(part, "--every", SCAN_S)
        rows = tracks.take(tracks.time == moment)
        return codec.to_arrow(rows)

    whole = at_the_moment(table)
    last = int(np.searchsorted(times, moment, side="right"))
    assert times[last - 1] == moment
    assert at_the_moment(table.slice(0, last)).equals(whole)
    without = pa.concat_tables([table.slice(0, last - 1), table.slice(last)])
    assert not at_the_moment(without).equals(whole)


def test_tracks_are_predicted_to_the_time_of_the_picture(pictures: Any) -> None:
    """Five seconds after the last look an aircraft is a kilometre on, and so is its track."""
    table = made.detections()
    first = table.slice(0, 1).set_column(0, "time", [[made.START_S - 1.0]])
    tracks = pictures(pa.concat_tables([first, table]), "--every", SCAN_S)
    settled = tracks.take(tracks.time > made.START_S + 60.0)
    assert set((settled.time - made.START_S) % SCAN_S) == {SCAN_S - 1.0}
    off = off_m(settled)
    assert off["red"].mean() < SOME_SIGMAS_M
    assert off["blue"].mean() < SOME_SIGMAS_M
    assert SCAN_S * made.SPEED_MPS > 2.0 * SOME_SIGMAS_M


def test_coasted_tracks_are_in_the_pictures_where_the_object_would_be(pictures: Any) -> None:
    """Red is no longer seen; for a while it is there, and said to be coasted."""
    table = made.detections()
    gone = made.START_S + 20 * SCAN_S
    keep = (np.array(table["time"]) < gone) | (np.array(table["object"]) == "blue")
    tracks = pictures(table.filter(keep), "--every", SCAN_S)
    after = tracks.take((tracks.time > gone) & (tracks.time < gone + 2.5 * SCAN_S))
    assert set(after.status.values()) == {"confirmed", "coasted"}
    assert off_m(after)["red"].max() < 2.0 * SOME_SIGMAS_M


@pytest.mark.parametrize(
    "cause",
    [
        pytest.param(None, id="none"),
        pytest.param(["a", "b"], id="other names"),
        pytest.param([1, 2], id="numbers"),
        pytest.param([{"name": "x"}, None], id="what is no name"),
    ],
)
def test_the_cause_of_a_detection_is_never_read(pictures: Any, folder: Path, cause: list[Any] | None) -> None:
    """Whatever stands in `object`, even what couldn't be read, the bytes are the same."""
    pictures()
    expected = (folder / "tracks.parquet").read_bytes()
    table = made.detections().drop_columns(["object"])
    if cause:
        table = table.append_column("object", [cause * (len(table) // 2)])
    pictures(table)
    assert (folder / "tracks.parquet").read_bytes() == expected


def test_stats_say_how_fast_it_was(pictures: Any, folder: Path) -> None:
    pictures(None, "--stats", "deep/stats.json")
    stats = json.loads((folder / "deep" / "stats.json").read_text())
    assert set(stats) >= {"detections", "seconds", "detections_per_s", "peak_mb"}
    assert stats["detections"] == 2 * made.SCANS
    assert stats["detections_per_s"] == pytest.approx(stats["detections"] / stats["seconds"], rel=1e-2)
    assert stats["peak_mb"] > 10.0


def test_several_files_are_tracked_as_one(pictures: Any, folder: Path, kizuna: Kizuna) -> None:
    """Such as one for each sensor, whose times overlap."""
    pictures()
    expected = (folder / "tracks.parquet").read_bytes()
    table = made.detections()
    for name in ("blue", "red"):
        part = table.filter(np.array(table["object"]) == name)
        pq.write_table(part, folder / f"{name}.parquet")
    left = kizuna("track", "red.parquet", "blue.parquet", *TRACK[2:], "--out", "two.parquet")
    assert left.status == 0
    assert (folder / "two.parquet").read_bytes() == expected


def test_sensors_may_be_parquet_too(pictures: Any, folder: Path, kizuna: Kizuna) -> None:
    pictures()
    columns = dict(line.removeprefix("  - ").strip().split(": ") for line in made.SENSORS.splitlines()[1:])
    words = ("sensor", "nation", "kind")
    table = {name: [text if name in words else float(text)] for name, text in columns.items()}
    pq.write_table(pa.table(table), folder / "sensors.parquet")
    left = kizuna(*TRACK[:3], "sensors.parquet", "--out", "again.parquet")
    assert left.status == 0, left.err
    assert (folder / "again.parquet").read_bytes() == (folder / "tracks.parquet").read_bytes()


def test_all_tracks_bear_the_name_of_the_node(pictures: Any) -> None:
    assert set(pictures().node.values()) == {"local"}
    assert set(pictures(None, "--node", "Arden").node.values()) == {"Arden"}


@pytest.mark.slow
def test_the_same_bytes_on_one_core_and_on_two(folder: Path) -> None:
    program = Path(sys.executable).with_name("kizuna")
    written = []
    for cores in ("1", "2"):
        subprocess.run(
            [program, *TRACK, "--out", f"{cores}.parquet", "--quiet"],
            env={**os.environ, "NUMBA_NUM_THREADS": cores, "OMP_NUM_THREADS": cores},
            cwd=folder,
            check=True,
        )
        written.append((folder / f"{cores}.parquet").read_bytes())
    assert written[0] == written[1]


def test_register_tells_and_corrects_biases(kizuna: Kizuna, tmp_path: Path) -> None:
    """One radar in four is 300 m too long: it is named, and each aircraft has one track again."""
    sky, sensors = Sky.of(40, 3), radars(4)
    codec.write(sensors, tmp_path / "s.parquet")
    codec.write(spoilt(watch(sky, sensors, 95.0, 3), {1: (300.0, 0.5, 0.0)}), tmp_path / "d.parquet")
    counts = {}
    for options in ((), ("--register",), ("--register-online", "--stats", tmp_path / "stats.json")):
        out = tmp_path / "t.parquet"
        left = kizuna(
            "track", tmp_path / "d.parquet", "--sensors", tmp_path / "s.parquet", "--out", out, *options
        )
        assert left.status == 0, left.err
        assert ("sensor 'radar1' is biased and corrected: range +" in left.err) == bool(options)
        tracks = codec.read(Tracks, out)
        counts[options] = int((tracks.time == tracks.time.max()).sum())
    assert counts["--register",] == 40 < counts[()]
    stats = json.loads((tmp_path / "stats.json").read_text())
    range_m, sigma_m = stats["biases"]["radar1"]["range_m"]
    assert abs(range_m - 300.0) < 5.0 * sigma_m < 50.0
    assert list(counts.values())[2] < counts[()]


def test_objects_may_be_expected_to_move_otherwise(pictures: Any) -> None:
    """Of straight flights, each set that expects aircraft makes tracks; how good they are differs."""
    usual = pictures()
    agile = pictures(None, "--motion", "agile")
    assert off_m(agile)["red"][-1] < SOME_SIGMAS_M
    # Who expects turns at 3 g believes in a straight line less.
    last = usual.time[-1]
    assert agile.cov[agile.time == last, 0].min() > usual.cov[usual.time == last, 0].max()


def test_a_motion_that_is_not_known_is_refused(kizuna: Kizuna, folder: Path) -> None:
    left = kizuna(*TRACK, "--out", "tracks.parquet", "--motion", "sideways")
    assert left.status == 2
    assert "sideways" in left.err


def test_smooth_puts_tracks_where_all_detections_say(pictures: Any) -> None:
    """Nearer by far than they were, and before they were confirmed."""
    before, after = pictures(), pictures(None, "--smooth")
    assert len(after) > len(before)
    assert set(after.track) == set(before.track)
    off = [np.median(np.concatenate(list(off_m(each).values()))) for each in (before, after)]
    assert off[1] < 0.9 * off[0]


def test_smooth_with_turns_is_refused(kizuna: Kizuna, folder: Path) -> None:
    left = kizuna(*TRACK, "--out", "tracks.parquet", "--motion", "agile", "--smooth")
    assert left.status == 2
    assert "civil or steady" in left.err
