"""What `kizuna track --impacts` writes for bodies that fall."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests.cli.conftest import Kizuna
from tests.sensors.made import RADAR_3D, sensors
from tests.world.made import ballistic, exercise

from kizuna.geo.frames import ecef_to_geodetic
from kizuna.geo.geodesic import great_circle_m
from kizuna.messages import codec
from kizuna.sensors.observe import observe
from kizuna.world.traffic import build

COAST = {**RADAR_3D, "lat_deg": 20.0, "lon_deg": 147.5, "max_range_m": 600e3, "period_s": 5.0}


def test_the_areas_lie_where_it_falls_and_where_it_was_launched(kizuna: Kizuna, tmp_path: Path) -> None:
    """One body; four minutes of plots, an eighth of them missing."""
    asked = exercise(ballistic(1, course_deg=[260.0, 280.0], burnout_mps=[1_800.0, 2_000.0]))
    flights, known = build(asked, "."), sensors(COAST)
    codec.write(known, tmp_path / "sensors.parquet")
    seen = observe(flights, known, asked.start_s, asked.start_s + 240.0, asked.seed)
    codec.write(seen, tmp_path / "seen.parquet")
    out = tmp_path / "areas.geojson"
    files = (
        tmp_path / "seen.parquet",
        "--sensors",
        tmp_path / "sensors.parquet",
        "--out",
        tmp_path / "t.parquet",
    )
    left = kizuna("track", *files, "--motion", "ballistic", "--impacts", out)
    assert left.status == 0, left.err
    found = json.loads(out.read_text(encoding="utf-8"))["features"]
    areas = {each["properties"]["area"]: each for each in found}
    assert len(found) == 2
    lat, lon, _ = ecef_to_geodetic(flights.position_m[[-1, 0]])
    ring = np.array(areas["impact"]["geometry"]["coordinates"][0])
    assert encloses(ring, lon[0], lat[0])
    assert areas["impact"]["properties"]["semi_major_m"] < 60e3
    # A track that has seen the thrust keeps some of its error across the path.
    begun = areas["launch"]["properties"]
    away_m = great_circle_m(lat[1], lon[1], begun["lat_deg"], begun["lon_deg"])
    assert away_m < begun["semi_major_m"] < 60e3


def encloses(ring: np.ndarray, lon_deg: float, lat_deg: float) -> bool:
    """Whether a ring of longitudes and latitudes goes round a place."""
    away = ring - [lon_deg, lat_deg]
    angle = np.unwrap(np.arctan2(away[:, 1], away[:, 0]))
    return abs(angle[-1] - angle[0]) > np.pi


def test_airliners_don_t_fall(refused: Callable[..., str], folder: Path) -> None:
    del folder
    track = ("track", "detections.parquet", "--sensors", "sensors.yaml", "--out", "tracks.parquet")
    said = refused(*track, "--impacts", "areas.geojson")
    assert said == (
        "--impacts: --motion civil has nothing that falls; expected --motion ballistic or --motion any"
    )
