"""Land, coasts and borders of the map, cut to what it shows."""

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

FARTHEST_KM: Final = 16_000.0
"""Nothing is drawn nearer to the centre's antipode than this leaves, because the projection tears there."""


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
    """What to draw, each (N, 2) kilometres with NaN between the pieces."""

    land: Float
    coast: Float
    border: Float


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


def basemap(projection: Projection, box: Box, fine_km: float) -> Basemap:
    """Land inside `box`.

    Parameters
    ----------
    projection
        From places to kilometres.
    box
        What may come into view, kilometres.
    fine_km
        How far a drawn line may be from the bundled one.
    """
    earth = natural_earth()
    xy = projection.xy_km(earth.lat_deg, earth.lon_deg)
    piece = earth.line + np.cumsum(earth.seam)
    border = earth.border[earth.line]
    return Basemap(
        _land(earth, xy, box, fine_km),
        drawn(xy[~border], piece[~border], box, fine_km),
        drawn(xy[border], piece[border], box, fine_km),
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


def drawn(xy: Float, piece: IntN, box: Box, fine_km: float) -> Float:
    """Lines cut to the box, kept from the antipode, thinned and joined: (N, 2), (N,) -> (M, 2).

    Parameters
    ----------
    xy, piece
        Points in kilometres, and the number of the line that each belongs to.
    box, fine_km
        What may come into view, and how far a drawn line may be from the given one.
    """
    near = np.hypot(xy[:, 0], xy[:, 1]) < FARTHEST_KM
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
    filled = []
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
            filled.append(part)
    if not filled:
        return np.empty((0, 2))
    return joined(np.concatenate(filled), np.repeat(np.arange(len(filled)), [len(part) for part in filled]))


def _rows(starts: IntN, line: int) -> IntN:
    """Rows of a line's points, backwards for -1 - line."""
    forward = line if line >= 0 else -1 - line
    rows = np.arange(starts[forward], starts[forward + 1])
    return rows if line >= 0 else rows[::-1]
