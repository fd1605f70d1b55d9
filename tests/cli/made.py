"""Files such as somebody else would hand in, not from Kizuna's own writers: two aircraft, one radar."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kizuna.geo.frames import ecef_to_aer, geodetic_to_ecef

START_S = 1_893_456_000.0
SITE = (46.0, 7.0, 800.0)
PERIOD_S = 6.0
SCANS = 40
METRES_PER_DEGREE = 111_000.0
SPEED_MPS = 200.0
HEIGHT_M = 9_000.0
LONGITUDES_DEG = {"blue": 7.5, "red": 6.5}

SENSORS = """\
sensors:
  - sensor: hill
    nation: XYZ
    kind: radar
    lat_deg: 46.0
    lon_deg: 7.0
    alt_m: 800
    sigma_range_m: 60
    sigma_azimuth_deg: 0.1
    sigma_elevation_deg: 0.1
    max_range_m: 200000
    period_s: 6
    pd: 0.9
    clutter_per_scan: 0
"""

EXERCISE = """\
exercise: tiny
title: Two neighbours
notional: All of it.
start: 2030-01-01T00:00:00Z
duration_s: 60
seed: 1
record_every_s: 10
traffic:
  - {source: recorded, file: truth.parquet}
sensors:
  - {sensor: hill, nation: Arden, kind: radar, lat_deg: 46.0, lon_deg: 7.0, alt_m: 800, sigma_range_m: 60,
     sigma_azimuth_deg: 0.1, sigma_elevation_deg: 0.1, max_range_m: 200000, period_s: 6}
  - {sensor: dale, nation: Borea, kind: radar, lat_deg: 46.2, lon_deg: 7.0, alt_m: 500, sigma_range_m: 60,
     sigma_azimuth_deg: 0.1, sigma_elevation_deg: 0.1, max_range_m: 200000, period_s: 6}
nodes:
  - {node: Arden, nation: Arden}
  - {node: Borea, nation: Borea}
links:
  - {from: Arden, to: Borea, delay_s: 0.5, both_ways: true}
variants:
  - {variant: shared, share: detections, window_s: 2}
"""


def place(name: str, time_s: float) -> tuple[float, float, float]:
    """Latitude, longitude and height of an aircraft: both fly north, red in the west, blue in the east."""
    return 46.3 + SPEED_MPS * (time_s - START_S) / METRES_PER_DEGREE, LONGITUDES_DEG[name], HEIGHT_M


def truth(times: Any) -> pa.Table:
    """Where both are at these times."""
    rows = [(time, name, *place(name, time)) for time in times for name in LONGITUDES_DEG]
    names = ("time", "object", "lat_deg", "lon_deg", "alt_m")
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})


def detections() -> pa.Table:
    """Every scan sees both, red a second after blue."""
    random = np.random.default_rng(1)
    rows = []
    for scan in range(SCANS):
        for after_s, name in enumerate(LONGITUDES_DEG):
            time = START_S + PERIOD_S * scan + after_s
            azimuth, elevation, away = ecef_to_aer(geodetic_to_ecef(*place(name, time)), *SITE)
            luck = random.normal(size=3)
            rows.append(
                (
                    time,
                    "hill",
                    "radar",
                    float(away + 60.0 * luck[0]),
                    float(azimuth + 0.1 * luck[1]) % 360.0,
                    float(elevation + 0.1 * luck[2]),
                    name,
                )
            )
    names = ("time", "sensor", "kind", "range_m", "azimuth_deg", "elevation_deg", "object")
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})


def tracks(times: Any, node: str = "local", off_m: float = 0.0) -> pa.Table:
    """Confirmed tracks 1 and 2 of blue and red, too far north by some metres."""
    rows = [
        (time, node, number, lat + off_m / METRES_PER_DEGREE, lon, alt, "confirmed")
        for time in times
        for number, (lat, lon, alt) in enumerate((place(name, time) for name in LONGITUDES_DEG), start=1)
    ]
    names = ("time", "node", "track", "lat_deg", "lon_deg", "alt_m", "status")
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})


def changed(table: pa.Table, column: str, row: int, value: Any) -> pa.Table:
    """The same table with another value in one place."""
    values = table.column(column).to_pylist()
    values[row] = value
    return table.set_column(table.column_names.index(column), column, [values])


def write_all(folder: Path) -> None:
    """Put a file for each verb into a folder."""
    seconds = START_S + np.arange(0.0, PERIOD_S * SCANS, PERIOD_S)
    pq.write_table(detections(), folder / "detections.parquet")
    pq.write_table(truth(seconds), folder / "truth.parquet")
    pq.write_table(tracks(seconds[2:10]), folder / "tracks.parquet")
    (folder / "sensors.yaml").write_text(SENSORS, encoding="utf-8")
    (folder / "tiny.yaml").write_text(EXERCISE, encoding="utf-8")


def write_empty(folder: Path) -> None:
    """Put tables without rows beside the others."""
    for name in ("detections", "truth", "tracks"):
        table = pq.read_table(folder / f"{name}.parquet").slice(0, 0)
        pq.write_table(table, folder / ("none.parquet" if name == "detections" else f"none.{name}.parquet"))
