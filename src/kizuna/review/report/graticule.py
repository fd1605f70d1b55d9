"""Meridians and parallels of the map, and their names where they come into view."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.review.report.basemap import FARTHEST_KM, drawn
from kizuna.review.report.lines import Box
from kizuna.review.report.projection import Projection
from kizuna.shapes import Float, FloatN

_SPACINGS_DEG: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_KM_PER_DEG: Final = 111.2
_FEWEST_LINES: Final = 3
_STEPS: Final = 10
"""Points of a drawn line between two crossings."""

_NEAREST_POLE_DEG: Final = 88.0
"""Meridians end here, before they run together."""


@dataclass(frozen=True, slots=True, eq=False)
class Graticule:
    """Lines, (N, 2) kilometres with NaN between them, and the names of those that come in at two sides."""

    lines: Float
    labels: tuple[str, ...]
    label_xy: Float


def graticule(projection: Projection, box: Box, labels_in: Box) -> Graticule:
    """Meridians and parallels inside `box`; parallels are named at the left of `labels_in`, meridians at its
    foot.

    Parameters
    ----------
    projection
        From places to kilometres.
    box
        What may come into view, kilometres.
    labels_in
        What is in view at first, kilometres; it sets the spacing.
    """
    side_deg = min(labels_in[1] - labels_in[0], labels_in[3] - labels_in[2]) / _KM_PER_DEG
    fitting = [step for step in _SPACINGS_DEG if side_deg / step >= _FEWEST_LINES]
    spacing = fitting[-1] if fitting else _SPACINGS_DEG[0]
    lats, lons = _spans(projection, box, spacing)
    lines: list[Float] = []
    labels: list[str] = []
    places: list[Float] = []
    for lat in lats[np.abs(lats) < 90.0]:
        line = projection.xy_km(lat, _between(lons))
        lines.append(line)
        _label(line, 0, labels_in, _degree_text(lat, "N", "S"), labels, places)
    fine = np.clip(_between(lats), -_NEAREST_POLE_DEG, _NEAREST_POLE_DEG)
    for lon in lons[: -1 if lons[-1] - lons[0] >= 360.0 else None]:
        line = projection.xy_km(fine, lon)
        lines.append(line)
        _label(line, 1, labels_in, _degree_text(lon, "E", "W"), labels, places)
    number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    shown = drawn(np.concatenate(lines), number, box, 0.0005 * (box[1] - box[0]))
    return Graticule(shown, tuple(labels), np.array(places).reshape(-1, 2))


def _spans(projection: Projection, box: Box, spacing: float) -> tuple[FloatN, FloatN]:
    """Latitudes and longitudes, multiples of the spacing, that hold the box between them."""
    corner_km = max(np.hypot(x, y) for x in box[:2] for y in box[2:])
    reach = min(corner_km / _KM_PER_DEG, 180.0)
    south, north = max(projection.lat_deg - reach, -90.0), min(projection.lat_deg + reach, 90.0)
    lats = spacing * np.arange(np.floor(south / spacing), np.ceil(north / spacing) + 1.0)
    side = 180.0
    if north < _NEAREST_POLE_DEG and south > -_NEAREST_POLE_DEG:
        # The meridian that touches a circle about the centre (spherical right triangle).
        sine = np.sin(np.radians(reach)) / np.cos(np.radians(projection.lat_deg))
        side = float(np.degrees(np.arcsin(min(sine, 1.0))))
    west, east = projection.lon_deg - side, projection.lon_deg + side
    if side == 180.0:
        west, east = -180.0, 180.0
    return lats, spacing * np.arange(np.floor(west / spacing), np.ceil(east / spacing) + 1.0)


def _between(values: FloatN) -> FloatN:
    """Evenly spaced numbers with finer steps."""
    return np.linspace(values[0], values[-1], _STEPS * (len(values) - 1) + 1)


def _label(line: Float, axis: int, box: Box, text: str, labels: list[str], places: list[Float]) -> None:
    """Put a line's name where it first crosses the least x (axis 0) or the least y (axis 1) of the box."""
    edge = box[0] if axis == 0 else box[2]
    low, high = (box[2], box[3]) if axis == 0 else (box[0], box[1])
    side = line[:, axis] - edge
    other = line[:, 1 - axis]
    crossing = np.flatnonzero((side[:-1] * side[1:] <= 0.0) & (np.hypot(*line[:-1].T) < FARTHEST_KM))
    crossing = crossing[(other[crossing] > low) & (other[crossing] < high)]
    if len(crossing):
        first = crossing[0]
        share = side[first] / (side[first] - side[first + 1]) if side[first] != 0.0 else 0.0
        labels.append(text)
        places.append(line[first] + share * (line[first + 1] - line[first]))


def _degree_text(angle_deg: float, plus: str, minus: str) -> str:
    """`20° N`, `150° E`, `0°`, `180°`; a longitude beyond 180° is brought back."""
    angle_deg = (angle_deg + 180.0) % 360.0 - 180.0
    side = "" if angle_deg in (0.0, -180.0) else f" {plus if angle_deg > 0.0 else minus}"
    return f"{abs(angle_deg):g}°{side}"
