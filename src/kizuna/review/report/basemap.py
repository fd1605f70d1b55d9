"""Land, coasts, borders, meridians and parallels of the map, cut to what it shows."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from kizuna.review.report.lines import Box, clipped, joined, signed_area, thinned, within
from kizuna.review.report.projection import Projection
from kizuna.shapes import BoolN, Float, FloatN, IntN

_STEPS_PER_DEG: Final = 1000.0

_LONGEST_DEG: Final = 1.0
"""A stretch that is straight on the plate carrée is cut into pieces this long before the projection bends it.
"""

_FARTHEST_KM: Final = 16_000.0
"""Nothing is drawn nearer to the centre's antipode than this leaves, because the projection tears there."""

_SPACINGS_DEG: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_KM_PER_DEG: Final = 111.2
_FEWEST_LINES: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class NaturalEarth:
    """The bundled lines, one after the other, and the rings that are made of whole lines.

    `seam` marks the points whose way from the point before runs along the edge of the plate carrée, where no
    coast is. `border` says for each line whether it lies between two countries. A ring names its lines in
    order, with -1 - line for one that is run backwards.
    """

    lat_deg: FloatN
    lon_deg: FloatN
    line: IntN
    seam: BoolN
    border: BoolN
    rings: tuple[IntN, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Basemap:
    """What to draw, each (N, 2) kilometres with NaN between pieces; `labels` name the graticule's lines."""

    land: Float
    coast: Float
    border: Float
    graticule: Float
    labels: tuple[str, ...]
    label_xy: Float


@cache
def natural_earth() -> NaturalEarth:
    """Read the bundled Natural Earth lines (README.md beside them tells where they come from)."""
    folder = files("kizuna.review.report").joinpath("natural_earth")
    with folder.joinpath("lines.parquet").open("rb") as file:
        table = pq.read_table(file).combine_chunks()
    with folder.joinpath("rings.parquet").open("rb") as file:
        rings = pq.read_table(file).column("lines").to_pylist()
    starts = table.column("lon").chunk(0).offsets.to_numpy().astype(np.int64)
    line = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    lon, lat = (_degrees(table.column(name).chunk(0).values.to_numpy(), starts) for name in ("lon", "lat"))
    lat, lon, line = _bendable(lat, lon, line)
    edge = np.abs(lon) > 179.99
    bottom = lat < -89.9
    seam = np.append(False, (edge[1:] & edge[:-1]) | (bottom[1:] & bottom[:-1]))
    border = table.column("border").to_numpy(zero_copy_only=False)
    return NaturalEarth(lat, lon, line, seam, border, tuple(np.array(ring, dtype=np.int64) for ring in rings))


def basemap(projection: Projection, box: Box, fine_km: float, labels_in: Box) -> Basemap:
    """Land and graticule inside `box`; the graticule is named at the left and the foot of
    `labels_in`.

    Parameters
    ----------
    projection
        From places to kilometres.
    box
        What may come into view, kilometres.
    fine_km
        How far a drawn line may be from the bundled one.
    labels_in
        What is in view at first, kilometres.
    """
    earth = natural_earth()
    xy = projection.xy_km(earth.lat_deg, earth.lon_deg)
    piece = earth.line + np.cumsum(earth.seam)
    border = earth.border[earth.line]
    graticule, labels, label_xy = _graticule(projection, box, labels_in)
    return Basemap(
        _land(earth, xy, box, fine_km),
        _drawn(xy[~border], piece[~border], box, fine_km),
        _drawn(xy[border], piece[border], box, fine_km),
        graticule,
        labels,
        label_xy,
    )


def _degrees(steps: IntN, starts: IntN) -> FloatN:
    """Undo the steps: each line begins with a number that is no step."""
    sums = np.append(0, np.cumsum(steps.astype(np.int64)))
    degrees: FloatN = (sums[1:] - np.repeat(sums[starts[:-1]], np.diff(starts))) / _STEPS_PER_DEG
    return degrees


def _bendable(lat: FloatN, lon: FloatN, line: IntN) -> tuple[FloatN, FloatN, IntN]:
    """The lines with long straight stretches cut up, but not where they step from 180° to -180°."""
    stretch = np.maximum(np.abs(np.diff(lat, append=lat[-1:])), np.abs(np.diff(lon, append=lon[-1:])))
    stretch[stretch > 180.0] = 0.0
    stretch[np.append(line[1:] != line[:-1], True)] = 0.0
    pieces = np.maximum(np.ceil(stretch / _LONGEST_DEG), 1.0).astype(np.int64)
    place = np.repeat(np.arange(len(lat)), pieces)
    number = np.arange(len(place)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    at = place + number / pieces[place]
    points = np.arange(len(lat))
    return np.interp(at, points, lat), np.interp(at, points, lon), line[place]


def _drawn(xy: Float, piece: IntN, box: Box, fine_km: float) -> Float:
    """Lines cut to the box, away from the antipode, thinned and joined."""
    near = np.hypot(xy[:, 0], xy[:, 1]) < _FARTHEST_KM
    # Pieces that lose points in their middle fall apart there.
    piece = piece * 2 + np.cumsum(~near) * (2 * int(piece.max(initial=0)) + 2)
    xy, piece = within(xy[near], piece[near], box)
    keep = thinned(xy, piece, fine_km)
    return joined(xy[keep], piece[keep])


def _land(earth: NaturalEarth, xy: Float, box: Box, fine_km: float) -> Float:
    """Rings to fill, cut to the box; a ring about the antipode is turned inside out by the projection and
    left out.
    """
    starts = np.searchsorted(earth.line, np.arange(len(earth.border) + 1))
    low, high = np.minimum.reduceat(xy, starts[:-1]), np.maximum.reduceat(xy, starts[:-1])
    drawn = []
    for ring in earth.rings:
        lines = np.where(ring >= 0, ring, -1 - ring)
        (x0, y0), (x1, y1) = low[lines].min(axis=0), high[lines].max(axis=0)
        if x1 < box[0] or x0 > box[1] or y1 < box[2] or y0 > box[3]:
            continue
        rows = np.concatenate([_rows(starts, line) for line in ring])
        plate = np.column_stack([np.unwrap(earth.lon_deg[rows], period=360.0), earth.lat_deg[rows]])
        if signed_area(plate) * signed_area(xy[rows]) < 0.0:
            continue
        part = clipped(xy[rows], box)
        part = part[thinned(part, np.zeros(len(part), dtype=np.int64), fine_km)]
        if len(part) > 3:
            drawn.append(part)
    if not drawn:
        return np.empty((0, 2))
    return joined(np.concatenate(drawn), np.repeat(np.arange(len(drawn)), [len(part) for part in drawn]))


def _rows(starts: IntN, line: int) -> IntN:
    """Rows of a line's points, backwards for -1 - line."""
    forward = line if line >= 0 else -1 - line
    rows = np.arange(starts[forward], starts[forward + 1])
    return rows if line >= 0 else rows[::-1]


def _graticule(projection: Projection, box: Box, labels_in: Box) -> tuple[Float, tuple[str, ...], Float]:
    """Meridians and parallels, and their names where they come in at the left and at the foot."""
    side_deg = min(labels_in[1] - labels_in[0], labels_in[3] - labels_in[2]) / _KM_PER_DEG
    fitting = [step for step in _SPACINGS_DEG if side_deg / step >= _FEWEST_LINES]
    spacing = fitting[-1] if fitting else _SPACINGS_DEG[0]
    fine = np.arange(-1.0, 1.0 + 1e-9, spacing / 10.0 / 180.0)
    lines: list[Float] = []
    labels: list[str] = []
    places: list[Float] = []
    for lat in np.arange(-90.0 + spacing, 90.0, spacing):
        line = projection.xy_km(lat, 180.0 * fine)
        lines.append(line)
        _label(line, 0, labels_in, _degree_text(lat, "N", "S"), labels, places)
    for lon in np.arange(-180.0, 180.0, spacing):
        line = projection.xy_km(88.0 * fine, lon)
        lines.append(line)
        _label(line, 1, labels_in, _degree_text(lon, "E", "W"), labels, places)
    number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    drawn = _drawn(np.concatenate(lines), number, box, 0.0005 * (box[1] - box[0]))
    return drawn, tuple(labels), np.array(places).reshape(-1, 2)


def _label(line: Float, axis: int, box: Box, text: str, labels: list[str], places: list[Float]) -> None:
    """Put a line's name where it first crosses the least x (axis 0) or the least y (axis 1) of the box."""
    edge = box[0] if axis == 0 else box[2]
    low, high = (box[2], box[3]) if axis == 0 else (box[0], box[1])
    side = line[:, axis] - edge
    other = line[:, 1 - axis]
    crossing = np.flatnonzero((side[:-1] * side[1:] <= 0.0) & (np.hypot(*line[:-1].T) < _FARTHEST_KM))
    crossing = crossing[(other[crossing] > low) & (other[crossing] < high)]
    if len(crossing):
        first = crossing[0]
        share = side[first] / (side[first] - side[first + 1]) if side[first] != 0.0 else 0.0
        labels.append(text)
        places.append(line[first] + share * (line[first + 1] - line[first]))


def _degree_text(angle_deg: float, plus: str, minus: str) -> str:
    """`20° N`, `150° E`, `0°`, `180°`."""
    side = "" if angle_deg in (0.0, -180.0) else f" {plus if angle_deg > 0.0 else minus}"
    return f"{abs(angle_deg):g}°{side}"
