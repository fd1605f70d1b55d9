"""Compact position reporting: latitudes and longitudes from the halves that ADS-B sends in turn.

Source: RTCA DO-260B, appendix A, 1.7; Sun, The 1090 MHz Riddle, 2nd edition (2021), chapter 5.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kizuna.shapes import BoolN, FloatN, IntN

_SCALE = 1.0 / 131_072.0
_PAIR_S = 10.0
"""An even and an odd half make a position if no more time lies between them."""
_KNOWN_S = 60.0
"""For so long a position says in which zone the next one is."""
_FASTEST_MPS = 1_000.0
_SLACK_M = 3_000.0
_METRES_PER_DEG = 111_320.0
_MOST_DOUBTS = 3
"""After so many positions that can't be reached, the one from which they can't is forgotten."""
UNPAIRED, FOUND, UNREACHABLE = range(3)


@njit(cache=True)
def _zones(lat_deg: float) -> int:
    """How many zones of longitude there are at a latitude (NL)."""
    lat_deg = abs(lat_deg)
    if lat_deg < 1e-9:
        return 59
    if lat_deg >= 87.0:
        return 2 if lat_deg == 87.0 else 1
    cosine = math.cos(math.radians(lat_deg))
    inner = 1.0 - (1.0 - math.cos(math.pi / 30.0)) / (cosine * cosine)
    return math.floor(2.0 * math.pi / math.acos(inner))


@njit(cache=True)
def _paired(
    even_lat: float, even_lon: float, odd_lat: float, odd_lon: float, odd_is_last: bool
) -> tuple[float, float]:
    """Position of two halves, deg; NaN when they lie in different zones."""
    j = math.floor(59.0 * even_lat - 60.0 * odd_lat + 0.5)
    lat_even, lat_odd = 6.0 * (j % 60 + even_lat), 360.0 / 59.0 * (j % 59 + odd_lat)
    lat_even = lat_even - 360.0 if lat_even >= 270.0 else lat_even
    lat_odd = lat_odd - 360.0 if lat_odd >= 270.0 else lat_odd
    lat = lat_odd if odd_is_last else lat_even
    if abs(lat_even) > 90.0 or abs(lat_odd) > 90.0 or _zones(lat_even) != _zones(lat_odd):
        return np.nan, np.nan
    zones = _zones(lat)
    m = math.floor(even_lon * (zones - 1) - odd_lon * zones + 0.5)
    count = max(zones - (1 if odd_is_last else 0), 1)
    lon = 360.0 / count * (m % count + (odd_lon if odd_is_last else even_lon))
    return lat, lon - 360.0 if lon > 180.0 else lon


@njit(cache=True)
def _near(lat: float, lon: float, odd: bool, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Position of one half that lies within half a zone of a known position, deg."""
    size = 360.0 / 59.0 if odd else 6.0
    made_lat = size * (math.floor(0.5 + lat_deg / size - lat) + lat)
    if abs(made_lat) > 90.0:
        return np.nan, np.nan
    size = 360.0 / max(_zones(made_lat) - (1 if odd else 0), 1)
    made_lon = size * (math.floor(0.5 + lon_deg / size - lon) + lon)
    return made_lat, (made_lon + 180.0) % 360.0 - 180.0


@njit(cache=True)
def _apart_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """About how far two positions are apart; degrees in, metres out."""
    east = ((lon - other_lon + 180.0) % 360.0 - 180.0) * math.cos(math.radians(0.5 * (lat + other_lat)))
    return _METRES_PER_DEG * math.hypot(lat - other_lat, east)


@njit(cache=True)
def positions(
    who: IntN, count: int, time_s: FloatN, odd: BoolN, lat: IntN, lon: IntN
) -> tuple[FloatN, FloatN, NDArray[np.int8]]:
    """Positions of many aircraft from their halves, in order of time.

    The first is found from an even and an odd half; while an aircraft's last position is not old, one half
    tells the next. What no aircraft could reach from there is left out.

    Parameters
    ----------
    who
        Number of each half's aircraft, from 0, (N,).
    count
        How many aircraft there are.
    time_s
        When each half was heard, (N,), s.
    odd, lat, lon
        Whether it is odd, and latitude and longitude in 17 bits, (N,) each.

    Returns
    -------
    tuple
        Latitude and longitude, deg, NaN where there is none, (N,) each; what became of each half, (N,).
    """
    made_lat, made_lon = np.full(len(who), np.nan), np.full(len(who), np.nan)
    fate = np.zeros(len(who), np.int8)
    half = np.zeros((count, 2, 3))
    half[:, :, 2] = -np.inf
    known = np.full((count, 3), -np.inf)
    doubts = np.zeros(count, np.int64)
    for row in range(len(who)):
        me, side, now = who[row], 1 if odd[row] else 0, time_s[row]
        half[me, side, 0], half[me, side, 1], half[me, side, 2] = _SCALE * lat[row], _SCALE * lon[row], now
        age_s = now - known[me, 2]
        if age_s <= _KNOWN_S:
            found = _near(half[me, side, 0], half[me, side, 1], odd[row], known[me, 0], known[me, 1])
            apart_m = _apart_m(found[0], found[1], known[me, 0], known[me, 1])
            if not apart_m <= _SLACK_M + _FASTEST_MPS * age_s:
                fate[row] = UNREACHABLE
                doubts[me] += 1
                if doubts[me] >= _MOST_DOUBTS:
                    known[me, 2], doubts[me] = -np.inf, 0
                continue
        elif now - half[me, 1 - side, 2] <= _PAIR_S:
            even, other = half[me, 0], half[me, 1]
            found = _paired(even[0], even[1], other[0], other[1], odd[row])
            if np.isnan(found[0]):
                continue
        else:
            continue
        made_lat[row], made_lon[row], fate[row] = found[0], found[1], FOUND
        known[me, 0], known[me, 1], known[me, 2], doubts[me] = found[0], found[1], now, 0
    return made_lat, made_lon, fate
