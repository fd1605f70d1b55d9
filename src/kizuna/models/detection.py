"""Whether a sensor sees a target: one model for the simulator that draws and the tracker that expects."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.horizon import line_of_sight
from kizuna.shapes import Float

FULL_SHARE: Final = 0.75
"""Share of the greatest range up to which the nominal probability holds, without unit (notional)."""


def probability(range_m: ArrayLike, pd: ArrayLike, max_range_m: ArrayLike) -> Float:
    """Probability of detection in one scan at a slant range: three (...) -> (...), between 0 and pd.

    The nominal ``pd`` holds up to 3/4 of the greatest range; from there on it is ``pd`` to the power of
    (range / (3/4 of the greatest range))⁴; beyond the greatest range it is 0. A greatest range that is null
    (NaN) sets no limit.

    A target that fluctuates from scan to scan (Swerling 1) is detected with Pd = Pfa^(1/(1 + SNR)). A
    monostatic radar's SNR falls with the fourth power of the range, and so, where SNR is well above 1, ln Pd
    is proportional to range⁴, whatever the probability of false alarm.

    Source: Skolnik, Introduction to Radar Systems, 3rd edition (2001), chapter 2 (radar equation, fluctuating
    targets).
    """
    distance = np.asarray(range_m, dtype=np.float64)
    limit = np.asarray(max_range_m, dtype=np.float64)
    limit = np.where(np.isnan(limit), np.inf, limit)
    nominal = np.asarray(pd, dtype=np.float64)
    loss = np.maximum((distance / (FULL_SHARE * limit)) ** 4, 1.0)
    return np.where(distance <= limit, nominal**loss, 0.0)[()]


def merged(range_cells: ArrayLike, azimuth_cells: ArrayLike) -> Float:
    """Probability that a radar gives one plot of two objects, by their separation: two (...) -> (...).

    The separation counts in units of the radar's resolution in range and in azimuth, each the separation at
    which half of the pairs are resolved: exp(-ln 2 (Δr/α_r)²) exp(-ln 2 (Δφ/α_φ)²).

    Source: Koch and van Keuk, "Multiple hypothesis track maintenance with possibly unresolved measurements",
    IEEE Transactions on Aerospace and Electronic Systems 33 (1997), 883-892.
    """
    made: Float = np.exp2(-np.square(range_cells) - np.square(azimuth_cells))
    return made


def coverage(
    site_lat_deg: ArrayLike,
    site_lon_deg: ArrayLike,
    site_alt_m: ArrayLike,
    pd: ArrayLike,
    max_range_m: ArrayLike,
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    alt_m: ArrayLike,
) -> Float:
    """Probability that a sensor at a site detects a target in one scan: eight (...) -> (...).

    It is `probability` of the slant range where the two see each other over the smooth Earth
    (`kizuna.geo.horizon`), and 0 below the horizon. A sensor whose place is null (NaN) hears everywhere with
    its nominal probability. All arguments broadcast: for every one of S sensors with every one of T targets,
    give the sensors' columns as (S, 1) and the targets' as (T,), and get (S, T).

    Parameters
    ----------
    site_lat_deg, site_lon_deg, site_alt_m
        The sensor's place, degrees and metres above the ellipsoid.
    pd, max_range_m
        The sensor's nominal probability of detection, and its greatest slant range in metres (NaN: no limit).
    lat_deg, lon_deg, alt_m
        The target's place, degrees and metres above the ellipsoid.
    """
    site = geodetic_to_ecef(site_lat_deg, site_lon_deg, site_alt_m)
    away = geodetic_to_ecef(lat_deg, lon_deg, alt_m) - site
    x, y, z = away[..., 0], away[..., 1], away[..., 2]
    seen = probability(np.sqrt(x * x + y * y + z * z), pd, max_range_m)
    sight = line_of_sight(site_lat_deg, site_lon_deg, site_alt_m, lat_deg, lon_deg, alt_m)
    placeless = np.isnan(site[..., 0])
    return np.where(placeless, pd, np.where(sight, seen, 0.0))[()]
