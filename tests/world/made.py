"""Exercises with traffic over the Pacific, and files of recordings, for the tests of world and sensors."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kizuna.scenario.model import Exercise

AIRPORTS = {
    "RJTT": {"lat_deg": 35.55, "lon_deg": 139.78, "alt_m": 43.0},
    "RJCC": {"lat_deg": 42.78, "lon_deg": 141.69, "alt_m": 60.0},
    "PGUM": {"lat_deg": 13.48, "lon_deg": 144.80, "alt_m": 145.0},
    "PHNL": {"lat_deg": 21.32, "lon_deg": -157.92, "alt_m": 20.0},
    "YPDN": {"lat_deg": -12.41, "lon_deg": 130.88, "alt_m": 84.0},
    "YSSY": {"lat_deg": -33.95, "lon_deg": 151.18, "alt_m": 27.0},
}


def flights(count: int, **keys: Any) -> dict[str, Any]:
    """Airliners between all airports."""
    return {"source": "flights", "name": "civil", "count": count, "between": list(AIRPORTS), **keys}


def incoming(count: int, **keys: Any) -> dict[str, Any]:
    """Low flyers from a box across the date line."""
    return {
        "source": "incoming",
        "name": "low",
        "count": count,
        "kind": "cruise",
        "from": {"lat_deg": [20.0, 30.0], "lon_deg": [170.0, -170.0]},
        "towards": ["RJTT", "PGUM"],
        "alt_m": [50.0, 200.0],
        "speed_mps": [230.0, 280.0],
        **keys,
    }


def ballistic(count: int, **keys: Any) -> dict[str, Any]:
    """Objects that are launched from a box in the sea and fall back into it."""
    return {
        "source": "ballistic",
        "name": "falling",
        "count": count,
        "from": {"lat_deg": [20.0, 21.0], "lon_deg": [150.0, 151.0]},
        "course_deg": [200.0, 300.0],
        "burnout_mps": [1_500.0, 3_000.0],
        **keys,
    }


def exercise(*traffic: dict[str, Any], **keys: Any) -> Exercise:
    """An hour of traffic; one radar, as there must be one."""
    return Exercise.model_validate(
        {
            "exercise": "test",
            "title": "Test",
            "notional": "All of it.",
            "start": "2026-01-01T00:00:00Z",
            "duration_s": 3600.0,
            "seed": 7,
            "airports": AIRPORTS,
            "traffic": traffic,
            "sensors": [
                {
                    "sensor": "tokyo",
                    "nation": "JPN",
                    "kind": "radar",
                    "airport": "RJTT",
                    "sigma_range_m": 50.0,
                    "sigma_azimuth_deg": 0.1,
                    "max_range_m": 400e3,
                    "period_s": 10.0,
                }
            ],
            "nodes": [{"node": "JPN", "nation": "JPN"}],
            "variants": [{"variant": "national", "share": "nothing"}],
            **keys,
        }
    )


def recording(path: Path, **columns: Any) -> Path:
    """A Parquet file of these columns."""
    pq.write_table(pa.table(columns), path)
    return path
