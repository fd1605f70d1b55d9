"""Sensors of an exercise may be off for good, and a variant's nodes find out."""

from pathlib import Path

import numpy as np
import pytest

from kizuna.exercise.run import run
from kizuna.messages import codec
from kizuna.messages.track import Tracks

EXERCISE = """
exercise: askew
title: Three radars, one of them askew
notional: Everything in it is notional.
start: 2030-01-01T00:00:00Z
duration_s: 180
seed: 4
record_every_s: 10
airports:
  West: {lat_deg: 35.0, lon_deg: 138.0, alt_m: 10}
  East: {lat_deg: 35.0, lon_deg: 140.0, alt_m: 10}
traffic:
  - {source: flights, name: civil, count: 30, between: [West, East], kind: aircraft,
     cruise_alt_m: [9000, 11000], cruise_mps: [220, 250], under_way: true}
sensor_types:
  radar: {kind: radar, sigma_range_m: 60, sigma_azimuth_deg: 0.08, sigma_elevation_deg: 0.1,
          max_range_m: 300000, period_s: 4, pd: 0.9, clutter_per_scan: 1}
sensors:
  - {sensor: west, nation: ABC, type: radar, airport: West, mast_m: 20}
  - {sensor: east, nation: ABC, type: radar, airport: East, mast_m: 20}
  - {sensor: south, nation: ABC, type: radar, lat_deg: 34.2, lon_deg: 139.0, alt_m: 100,
     bias_range_m: 400, bias_azimuth_deg: 0.5}
nodes:
  - {node: ABC, nation: ABC}
variants:
  - {variant: believing, share: nothing}
  - {variant: doubting, share: nothing, estimate_biases: true}
"""


@pytest.mark.slow
def test_nodes_find_the_radar_that_is_askew(tmp_path: Path) -> None:
    (tmp_path / "askew.yaml").write_text(EXERCISE)
    run(tmp_path / "askew.yaml", tmp_path / "out", None, (), "kizuna run askew.yaml", lambda *_: None)
    held = {}
    for variant in ("believing", "doubting"):
        tracks = codec.read(Tracks, tmp_path / "out" / variant / "tracks.parquet")
        last = np.unique(tracks.time)[-1]
        held[variant] = int((tracks.time == last).sum())
        said = "sensor 'south' is biased and corrected: range +" in (
            tmp_path / "out" / variant / "journal.events.jsonl"
        ).read_text(encoding="utf-8")
        assert said == (variant == "doubting")
    assert held["doubting"] < 0.6 * held["believing"]
