"""Areas of impact and launch of tracks that fall freely, as GeoJSON."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from kizuna.gateways.geojson.features import Feature, feature, write_features
from kizuna.geo.time import format_utc
from kizuna.shapes import Float
from kizuna.tracking.tracker import Tracker
from kizuna.tracking.warning import Areas, impact, launch

PROBABILITY: Final = 0.95


class Impacts:
    """What was last known of each track that fell freely, to be written to a file; without one, nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._last: dict[int, tuple[float, Float, Float]] = {}

    def look(self, tracker: Tracker, time_s: float) -> None:
        """Take note of the tracks that fall freely at a picture's time, s since 1970-01-01 UTC."""
        if self._path is None:
            return
        for number, state, cov in zip(*tracker.falling(time_s), strict=True):
            self._last[int(number)] = (time_s, state, cov)

    def write(self) -> None:
        """Write two polygons for each track, where it will fall and where it was launched.

        Raises
        ------
        WorkError
            When the file can't be written.
        """
        if self._path is None:
            return
        numbers = sorted(self._last)
        times = [self._last[number][0] for number in numbers]
        state = np.array([self._last[number][1] for number in numbers]).reshape(-1, 7)
        cov = np.array([self._last[number][2] for number in numbers]).reshape(-1, 28)
        made: list[Feature] = []
        for what, areas in (("impact", impact(state, cov)), ("launch", launch(state, cov))):
            made += _features(what, numbers, times, areas)
        write_features(self._path, made, len(made), lambda _: None)


def _features(what: str, numbers: list[int], times: list[float], areas: Areas) -> list[Feature]:
    """A feature for each track whose path has such an area."""
    rings = areas.rings(PROBABILITY)
    # A ring across the antimeridian goes on beyond 180°, where maps draw it whole.
    rings[:, :, 0] = np.unwrap(rings[:, :, 0], period=360.0, axis=1)
    columns = [areas.lat_deg, areas.lon_deg, *areas.ellipses(PROBABILITY), areas.after_s, areas.sigma_s]
    made = []
    for row, (number, time_s) in enumerate(zip(numbers, times, strict=True)):
        lat, lon, major, minor, axis, after_s, sigma_s = (float(column[row]) for column in columns)
        if np.isnan(lat):
            continue
        properties: dict[str, Any] = {
            "track": number,
            "area": what,
            "utc": format_utc(time_s + after_s),
            "sigma_s": round(sigma_s, 1),
            "seen_utc": format_utc(time_s),
            "probability": PROBABILITY,
            "lat_deg": round(lat, 5),
            "lon_deg": round(lon, 5),
            "semi_major_m": round(major),
            "semi_minor_m": round(minor),
            "orientation_deg": round(axis, 1),
        }
        geometry = {"type": "Polygon", "coordinates": [np.round(rings[row], 5).tolist()]}
        made.append(feature(geometry, properties))
    return made
