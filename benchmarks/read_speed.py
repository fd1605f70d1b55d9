"""Measure how long `kizuna track` reads recordings of each format, beside how long it tracks what is in them.

    python benchmarks/read_speed.py            # the whole table, a few minutes on an idle machine
    python benchmarks/read_speed.py --quick    # does it run? its numbers mean nothing

A scene of `scenes.py` (2-D radars with Mode C, and ADS-B once a second) is written in every format that
Kizuna reads. The times are Kizuna's own (`--stats`), the median of several runs: reading from the first byte
to detections in order of time, tracking without writing, and neither with the loading of compiled code. Of
the messages of Mode S, six in seven hold no position, as a receiver hears them.
"""

import argparse
import json
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.scenes import Options, write_scene
from benchmarks.track_speed import kizuna_command
from tests.gateways.asterix_made import frame, pcap
from tests.gateways.modes_made import beast, position

START = "2025-06-15T15:06:40Z"
"""When the scenes begin (`scenes.START_S`)."""
OTHERS = 6
"""Messages that hold no position, for each that does."""
FOOT_M = 0.3048
HIGHEST_RANGE_M = 474_000.0
"""Of CAT 048."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small scene, once")
    quick = parser.parse_args().quick
    options = Options(
        objects=50 if quick else 1_000,
        radars=3,
        radars_2d=3,
        adsb=True,
        duration_s=30.0 if quick else 300.0,
    )
    print(
        f"{'recording':14} {'MB':>7} {'detections':>11} "
        f"{'read, s':>8} {'read/s':>10} {'track, s':>9} {'share':>6}"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, inputs, sensors in recordings(write_scene(options, folder / "scene"), folder):
            print(measured(what, inputs, sensors, folder, 1 if quick else 5), flush=True)


def measured(what: str, inputs: list[Path], sensors: Path | None, folder: Path, repeats: int) -> str:
    """One line of the table."""
    command = [kizuna_command(), "track", *map(str, inputs), "--start", START, "--quiet", "--every", "4"]
    command += ["--out", str(folder / "tracks.parquet"), "--stats", str(folder / "stats.json")]
    command += ["--sensors", str(sensors)] if sensors else []
    figures = []
    for _ in range(repeats + 1):
        subprocess.run(command, check=True)
        figures.append(json.loads((folder / "stats.json").read_text(encoding="utf-8")))
    # The first run may compile.
    read_s, track_s = (
        statistics.median(each[key] for each in figures[1:]) for key in ("reading_seconds", "seconds")
    )
    size_mb = sum(path.stat().st_size for path in inputs) / 1e6
    count = figures[0]["detections"]
    share = read_s / (read_s + track_s)
    rate = f"{count / read_s:10,.0f}"
    return f"{what:14} {size_mb:7.1f} {count:11,} {read_s:8.3f} {rate} {track_s:9.3f} {share:6.0%}"


def recordings(scene: Path, folder: Path) -> list[tuple[str, list[Path], Path | None]]:
    """What each recording is called, its files and its file of sensors."""
    rows = pq.read_table(scene / "detections.parquet")
    reports = rows.filter(pc.equal(rows["kind"].cast(pa.string()), "position"))
    plots = rows.filter(pc.less(rows["range_m"], HIGHEST_RANGE_M))
    pq.write_table(plots, folder / "plots.parquet")
    raw = folder / "plots.ast"
    subprocess.run([kizuna_command(), "convert", folder / "plots.parquet", raw, "--quiet"], check=True)
    captured = folder / "plots.pcap"
    captured.write_bytes(as_pcap(raw.read_bytes(), plots["time"].to_pylist()))
    sensors = folder / "sensors.yaml"
    text = (scene / "sensors.yaml").read_text(encoding="utf-8")
    for k in range(1, 4):
        # The order in which names without SAC and SIC are numbered.
        name = plots["sensor"].cast(pa.string()).unique().to_pylist()[k - 1]
        text = text.replace(f"sensor: {name}", f"sensor: 0-{k}")
    sensors.write_text(text, encoding="utf-8")
    return [
        ("ASTERIX, raw", [raw], sensors),
        ("ASTERIX, pcap", [captured], sensors),
        ("Beast", [as_beast(reports, folder / "heard.beast")], None),
        ("BaseStation", [as_sbs(reports, folder / "port30003.txt")], None),
        ("OpenSky, CSV", [as_states(reports, folder / "states.csv")], None),
        ("readsb, JSON", as_traces(reports, folder / "traces"), None),
        ("Parquet", [folder / "plots.parquet"], scene / "sensors.yaml"),
    ]


def as_pcap(raw: bytes, times_s: list[float]) -> bytes:
    """The blocks of a raw file, each in a datagram."""
    frames, at = [], 0
    for time_s in times_s:
        size = struct.unpack(">H", raw[at + 1 : at + 3])[0]
        frames.append((time_s + 0.05, frame(raw[at : at + size])))
        at += size
    return b"".join([pcap([]), *(pcap([each])[24:] for each in frames)])


def as_beast(reports: pa.Table, path: Path) -> Path:
    """Messages of Mode S with these positions, even and odd in turn, among others."""
    noise = np.random.RandomState(1)
    address = {name: 0x400000 + k for k, name in enumerate(reports["identity"].unique().to_pylist())}
    odd = dict.fromkeys(address, False)
    begin_s, heard = reports["time"][0].as_py(), []
    for time_s, lat, lon, alt_m, name in zip(*(reports[key].to_pylist() for key in COLUMNS), strict=True):
        odd[name] = not odd[name]
        heard.append((time_s - begin_s, position(lat, lon, alt_m / FOOT_M, odd[name], address[name])))
        heard += [(time_s - begin_s, b"\xa0" + noise.bytes(13)) for _ in range(OTHERS)]
    path.write_bytes(b"".join(beast([each]) for each in heard))
    return path


COLUMNS = ("time", "lat_deg", "lon_deg", "alt_m", "identity")


def as_sbs(reports: pa.Table, path: Path) -> Path:
    """Lines of BaseStation."""
    address = {name: f"{0x400000 + k:06X}" for k, name in enumerate(reports["identity"].unique().to_pylist())}
    stamps = pc.strftime(
        pc.round(pc.multiply(reports["time"], 1000)).cast(pa.int64()).cast(pa.timestamp("ms")),
        "%Y/%m/%d,%H:%M:%S",
    )
    lines = [
        f"MSG,3,1,1,{address[name]},1,{stamp},{stamp},,{alt_m / FOOT_M:.0f},,,"
        f"{lat:.5f},{lon:.5f},,,0,,0,0\r\n"
        for (_, lat, lon, alt_m, name), stamp in zip(
            zip(*(reports[key].to_pylist() for key in COLUMNS), strict=True), stamps.to_pylist(), strict=True
        )
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def as_states(reports: pa.Table, path: Path) -> Path:
    """OpenSky's state vectors."""
    empty = pa.nulls(len(reports), pa.string())
    time_s, lat, lon, alt_m, name = (reports[key] for key in COLUMNS)
    columns = {"time": pc.ceil(time_s), "icao24": name.cast(pa.string()), "lat": lat, "lon": lon}
    columns |= dict.fromkeys(("velocity", "heading", "vertrate", "callsign"), empty)
    columns |= {key: pa.array(["false"] * len(reports)) for key in ("onground", "alert", "spi")}
    columns |= {
        "squawk": empty,
        "baroaltitude": alt_m,
        "geoaltitude": alt_m,
        "lastposupdate": time_s,
        "lastcontact": time_s,
    }
    pcsv.write_csv(pa.table(columns), path, pcsv.WriteOptions(quoting_style="none"))
    return path


def as_traces(reports: pa.Table, folder: Path) -> list[Path]:
    """A trace of readsb for each aircraft."""
    folder.mkdir()
    begin_s = reports["time"][0].as_py()
    rows: dict[str, list] = {}
    for time_s, lat, lon, alt_m, name in zip(*(reports[key].to_pylist() for key in COLUMNS), strict=True):
        alt_ft = round(alt_m / FOOT_M)
        rows.setdefault(name, []).append(
            [
                round(time_s - begin_s, 2),
                round(lat, 6),
                round(lon, 6),
                alt_ft,
                440.1,
                90.0,
                0,
                0,
                None,
                "adsb_icao",
                alt_ft,
                0,
                None,
                None,
            ]
        )
    paths = []
    for k, (name, trace) in enumerate(rows.items()):
        paths.append(folder / f"trace_full_{k:06x}.json")
        paths[-1].write_text(
            json.dumps({"icao": name, "timestamp": begin_s, "trace": trace}), encoding="utf-8"
        )
    return paths


if __name__ == "__main__":
    main()
