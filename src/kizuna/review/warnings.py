"""Whether people were warned where things came down, how long before, and how much in vain."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.geo.bodies import EARTH
from kizuna.geo.frames import ecef_to_enu, geodetic_to_ecef
from kizuna.geo.geodesic import great_circle_m
from kizuna.messages.impact import Warnings
from kizuna.messages.truth import Truth
from kizuna.shapes import BoolN, FloatN

PROBABILITY: Final = 0.95
"""Of the ellipses of which people are warned."""
_REACH_2: Final = -2.0 * math.log(1.0 - PROBABILITY)
_KM2: Final = 1e-6
_MINUTES: Final = 1.0 / 60.0


@dataclass(frozen=True, slots=True)
class Protected:
    """An area whose people are to be warned: a circle on the map."""

    nation: str
    lat_deg: float
    lon_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Landings:
    """Where and when falling objects came down, (L,): degrees and seconds since 1970-01-01 UTC."""

    lat_deg: FloatN
    lon_deg: FloatN
    time_s: FloatN

    def take(self, rows: BoolN) -> "Landings":
        """Some of them."""
        return Landings(self.lat_deg[rows], self.lon_deg[rows], self.time_s[rows])


@dataclass(frozen=True, slots=True)
class Warned:
    """How the people of one nation were warned.

    Parameters
    ----------
    nation
        The nation.
    landings
        How many objects came down in its areas.
    warned
        At how many of these places a warning was in force.
    in_time
        At how many of them for long enough before.
    lead_s
        For how long, s, at each place that was warned.
    alerts, updates, cancels
        Messages.
    false
        Warned areas, from a first alert to the end, in which nothing came down.
    km2_min
        Area times duration of all warnings.
    in_vain_km2_min
        The part of it that no object came down in.
    """

    nation: str
    landings: int
    warned: int
    in_time: int
    lead_s: tuple[float, ...]
    alerts: int
    updates: int
    cancels: int
    false: int
    km2_min: float
    in_vain_km2_min: float


def landings_of(truth: Truth, end_s: float) -> Landings:
    """Where the falling objects of a truth came down until its end.

    The last row of each is some seconds above the ground; from there a straight line leads on.
    """
    kinds = truth.kind.code("ballistic")
    rows = np.flatnonzero(truth.kind.codes == kinds) if kinds >= 0 else np.empty(0, dtype=np.int64)
    objects = truth.object.codes[rows]
    # The last row of each object: rows are in order of time.
    _, back = np.unique(objects[::-1], return_index=True)
    last = truth.take(rows[len(rows) - 1 - back])
    with np.errstate(divide="ignore", invalid="ignore"):
        left_s = np.where(last.vu_mps < 0.0, -last.alt_m / last.vu_mps, np.inf)
    down = last.time + left_s <= end_s
    last, left_s = last.take(down), left_s[down]
    lat_deg = last.lat_deg + np.degrees(last.vn_mps * left_s / EARTH.mean_radius_m)
    parallel_m = EARTH.mean_radius_m * np.cos(np.radians(last.lat_deg))
    lon_deg = last.lon_deg + np.degrees(last.ve_mps * left_s / parallel_m)
    return Landings(lat_deg, lon_deg, last.time + left_s)


def warned(
    landings: Landings, warnings: Warnings, areas: Sequence[Protected], needed_s: float
) -> tuple[Warned, ...]:
    """How the people of each nation that has areas were warned.

    Parameters
    ----------
    landings
        What came down.
    warnings
        What people were told.
    areas
        Where they are.
    needed_s
        How long before a warning must be in force to be in time, s.
    """
    return tuple(
        _nation(nation, landings, warnings.take(warnings.nation.equal(nation)), areas, needed_s)
        for nation in sorted({area.nation for area in areas})
    )


def _nation(
    nation: str, landings: Landings, held: Warnings, areas: Sequence[Protected], needed_s: float
) -> Warned:
    """How one nation's people were warned; its messages are those of `held`."""
    near = np.zeros(len(landings.time_s), dtype=np.bool_)
    for area in areas:
        if area.nation == nation:
            away_m = great_circle_m(landings.lat_deg, landings.lon_deg, area.lat_deg, area.lon_deg)
            near |= away_m <= area.radius_m
    lead_s = np.full(int(near.sum()), -np.inf)
    false, whole, in_vain = 0, 0.0, 0.0
    for code in np.unique(held.order.codes):
        chain = held.take(held.order.codes == code)
        ends_s, inside = _ends(chain), _inside(chain, landings)
        lead_s = np.maximum(lead_s, _lead(chain.time, ends_s, inside[:, near], landings.take(near).time_s))
        # Only what came down while a message was known can have been meant by it.
        known = inside & (landings.time_s >= chain.time[:, None]) & (landings.time_s <= chain.ends[:, None])
        spans = _spans_km2_min(chain, ends_s)
        whole += float(spans.sum())
        in_vain += float(spans[~known.any(axis=1)].sum())
        false += _falsely(chain, known)
    leads = tuple(sorted(float(each) for each in lead_s if each >= 0.0))
    return Warned(
        nation=nation,
        landings=int(near.sum()),
        warned=len(leads),
        in_time=sum(each >= needed_s for each in leads),
        lead_s=leads,
        alerts=int(held.says.equal("Alert").sum()),
        updates=int(held.says.equal("Update").sum()),
        cancels=int(held.says.equal("Cancel").sum()),
        false=false,
        km2_min=whole,
        in_vain_km2_min=in_vain,
    )


def _ends(chain: Warnings) -> FloatN:
    """When each message of an order ceases to hold, (M,): at the next or by itself; a cancel, at once."""
    following = np.append(chain.time[1:], np.inf)
    return np.where(chain.says.equal("Cancel"), chain.time, np.minimum(chain.ends, following))


def _inside(chain: Warnings, landings: Landings) -> BoolN:
    """Which objects came down in which message's ellipse, (M, L)."""
    lat, lon = chain.lat_deg[:, None], chain.lon_deg[:, None]
    places = geodetic_to_ecef(landings.lat_deg, landings.lon_deg, 0.0)
    shape = (len(chain), len(landings.time_s))
    enu = ecef_to_enu(np.broadcast_to(places, (*shape, 3)), lat, lon, 0.0)
    east, north = enu[..., 0], enu[..., 1]
    a, b, c = (each[:, None] for each in (chain.var_east_m2, chain.cov_east_north_m2, chain.var_north_m2))
    distance_2 = (c * east**2 - 2.0 * b * east * north + a * north**2) / np.maximum(a * c - b**2, 1e-9)
    # The other side of the Earth is in no ellipse.
    return (distance_2 <= _REACH_2) & (np.abs(enu[..., 2]) < EARTH.mean_radius_m) & ~_cancels(chain)[:, None]


def _cancels(chain: Warnings) -> BoolN:
    return chain.says.equal("Cancel")


def _lead(sent_s: FloatN, ends_s: FloatN, inside: BoolN, falls_s: FloatN) -> FloatN:
    """For how long before each fall, (L,) s, its place has been warned without a break; -∞ when it wasn't."""
    lead_s = np.full(len(falls_s), -np.inf)
    for column, time_s in enumerate(falls_s):
        since_s = math.inf
        for row in np.flatnonzero(sent_s <= time_s):
            if not inside[row, column]:
                since_s = math.inf
                continue
            if math.isinf(since_s) or ends_s[row - 1] < sent_s[row]:
                since_s = float(sent_s[row])
            if ends_s[row] >= time_s:
                lead_s[column] = time_s - since_s
    return lead_s


def _spans_km2_min(chain: Warnings, ends_s: FloatN) -> FloatN:
    """Area of each message times the time for which it holds, (M,) km²·min."""
    determinant = np.maximum(chain.var_east_m2 * chain.var_north_m2 - chain.cov_east_north_m2**2, 0.0)
    area_km2 = np.pi * _REACH_2 * np.sqrt(determinant) * _KM2
    return area_km2 * np.maximum(ends_s - chain.time, 0.0) * _MINUTES


def _falsely(chain: Warnings, known: BoolN) -> int:
    """How many alerts, each with its updates, nothing came down in."""
    begins = np.flatnonzero(chain.says.equal("Alert"))
    parts = np.split(known.any(axis=1), begins[1:])
    return sum(not part.any() for part in parts) if len(begins) else 0
