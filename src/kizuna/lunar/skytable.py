"""How much of Sun and Earth is seen from the points of a plan, over time, if the ground is another."""

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from kizuna.lunar.ephemeris import Ephemeris
from kizuna.lunar.horizon import skyline_at
from kizuna.lunar.strips import STRIPS, discs, share_seen
from kizuna.lunar.terrain import Terrain
from kizuna.shapes import Float, FloatN, IntN

_LOOK_S: Final = 600.0
_RAISED_DEG: Final = np.linspace(-0.6, 0.6, 13)
"""By how much the ground may stand higher than the map says, as it is tabled."""

_NEAR_M: Final = 100.0
"""Ground that is nearer has the error of the rover's own place."""

_APART_DEG: Final = 0.2


@dataclass(frozen=True, slots=True)
class SkyTable:
    """Shares of a disc for V visits; L looks in all.

    Parameters
    ----------
    start_s, first, count
        (V,) when the looks of a visit begin, seconds since 1970-01-01 UTC, the first and how many.
    share
        (L, 13) share of the disc, by look and by how much higher the ground stands.
    per_height_deg
        (L,) by how much a metre of height raises the ground, degrees.
    """

    start_s: FloatN
    first: IntN
    count: IntN
    share: Float
    per_height_deg: FloatN

    def at(self, visit: IntN, times_s: Float, raised_m: Float) -> Float:
        """Shares (R, T) at times (R, T) of visits (T,), with ground that is higher by (R, T) metres."""
        position = np.clip((times_s - self.start_s[visit]) / _LOOK_S, 0.0, self.count[visit] - 1.0)
        look = np.minimum(position.astype(np.int64), np.maximum(self.count[visit] - 2, 0))
        late, look = position - look, look + self.first[visit]
        step = _RAISED_DEG[1] - _RAISED_DEG[0]
        level = np.clip((raised_m * self.per_height_deg[look] - _RAISED_DEG[0]) / step, 0.0, 11.999)
        low = level.astype(np.int64)
        high = level - low
        after = np.minimum(look + 1, (self.first + self.count)[visit] - 1)

        def across(row: IntN) -> Float:
            return np.asarray(self.share[row, low] * (1.0 - high) + self.share[row, low + 1] * high)

        return np.asarray(across(look) * (1.0 - late) + across(after) * late)


def sky_tables(
    terrain: Terrain, ephemeris: Ephemeris, mast_m: float, lat_deg: FloatN, lon_deg: FloatN, spans_s: Float
) -> tuple[SkyTable, SkyTable]:
    """Tables of Sun and Earth for visits of places (V,), degrees, in spans (V, 2), s since 1970-01-01 UTC."""
    parts: tuple[list[Float], list[Float]] = ([], [])
    raises: tuple[list[FloatN], list[FloatN]] = ([], [])
    counts = np.ceil((spans_s[:, 1] - spans_s[:, 0]) / _LOOK_S).astype(np.int64) + 1
    threads = numba.get_num_threads()
    numba.set_num_threads(1)  # many small pieces of work, which threads would only wait for
    try:
        for lat, lon, start_s, count in zip(lat_deg, lon_deg, spans_s[:, 0], counts, strict=True):
            looks = start_s + _LOOK_S * np.arange(count)
            for body, (share, raised) in enumerate(_seen(terrain, ephemeris, mast_m, (lat, lon), looks)):
                parts[body].append(share)
                raises[body].append(raised)
    finally:
        numba.set_num_threads(threads)
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    sun, earth = (
        SkyTable(spans_s[:, 0], first, counts, np.concatenate(parts[body]), np.concatenate(raises[body]))
        for body in (0, 1)
    )
    return sun, earth


def _seen(
    terrain: Terrain, ephemeris: Ephemeris, mast_m: float, place: tuple[float, float], looks: FloatN
) -> list[tuple[Float, FloatN]]:
    """For the Sun and the Earth: shares (L, 13), and degrees by metre (L,), at looks (L,) from a place."""
    height_m = float(terrain.height_at(*terrain.plane.to_plane(*place))) + mast_m
    bodies, sectors = [], []
    for azimuth, elevation, size in discs(ephemeris, place, height_m, looks):
        azimuth = np.degrees(np.unwrap(np.radians(azimuth)))
        wide = 1.05 * float((size / np.cos(np.radians(elevation))).max())
        low, high = float(azimuth.min()) - wide, float(azimuth.max()) + wide
        sectors.append(np.linspace(low, high, int(np.ceil((high - low) / _APART_DEG)) + 1))
        bodies.append((azimuth, elevation, size))
    ground, away = skyline_at(terrain, *place, np.concatenate(sectors), mast_m=mast_m)
    out, first = [], 0
    for sector, (azimuth, elevation, size) in zip(sectors, bodies, strict=True):
        last = first + len(sector)
        aside = azimuth[:, None] + STRIPS * (size / np.cos(np.radians(elevation)))[:, None]
        over = elevation[:, None] - np.interp(aside, sector, ground[first:last])
        above = (over[:, None, :] - _RAISED_DEG[:, None]) / size[:, None, None]
        share = share_seen(above)
        apart_m = np.maximum(np.interp(azimuth, sector, away[first:last]), _NEAR_M)
        out.append((share, np.degrees(np.sqrt(2.0) / apart_m)))
        first = last
    return out
