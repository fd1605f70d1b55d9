"""What points and lines share: the collection around features, positions, and times as text."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from kizuna.files import replacing
from kizuna.geo.time import format_utc
from kizuna.shapes import FloatN

Feature = dict[str, Any]

POSITION: Final = ("lon_deg", "lat_deg", "alt_m")
"""The columns that a position is made of, in the order of RFC 7946, section 3.1.1."""
MOMENT: Final = "utc"
"""The property that holds a point's time as text."""

_FEATURES_PER_REPORT = 1_000


def feature(geometry: dict[str, Any] | None, properties: dict[str, Any]) -> Feature:
    """One feature; without geometry it is unlocated (RFC 7946, section 3.2)."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def position(lon_deg: float, lat_deg: float, alt_m: float) -> list[float]:
    """Coordinates of a position, without height where it is NaN."""
    return [lon_deg, lat_deg] if np.isnan(alt_m) else [lon_deg, lat_deg, alt_m]


def moments(times_s: FloatN) -> list[str]:
    """ISO 8601 text of each time; pictures hold many rows of one time, so each is made once."""
    distinct, which = np.unique(times_s, return_inverse=True)
    texts = [format_utc(time_s) for time_s in distinct.tolist()]
    return [texts[k] for k in which.tolist()]


def write_features(
    path: Path | str, features: Iterable[Feature], count: int, report: Callable[[float], None]
) -> None:
    """Write a FeatureCollection of about `count` features, one on each line.

    Raises
    ------
    WorkError
        When the file can't be written; an old file at this place stays whole.
    """
    # One encoder for all: json.dumps would make one for each feature.
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"type":"FeatureCollection","features":[')
        mark = "\n"
        for done, each in enumerate(features):
            file.write(mark + encode(each))
            mark = ",\n"
            if done % _FEATURES_PER_REPORT == 0:
                report(min(1.0, done / count))
        file.write("\n]}\n")
