"""Sun and Earth cut into upright strips, each of which hides behind its own piece of ground."""

from typing import Final

import numpy as np

from kizuna.lunar.ephemeris import EARTH_RADIUS_M, SUN_RADIUS_M, Ephemeris
from kizuna.shapes import Float, FloatN

_COUNT: Final = 12

STRIPS: Final = np.linspace(-1.0, 1.0, 2 * _COUNT + 1)[1::2]
"""(12,) where their middles are, in radii to the right of the disc's centre."""

_HALF: Final = np.sqrt(1.0 - STRIPS * STRIPS)


def discs(
    ephemeris: Ephemeris, place: tuple[float, float], height_m: float, times_s: FloatN
) -> list[tuple[FloatN, FloatN, FloatN]]:
    """Azimuth, elevation and radius, degrees, of Sun and Earth from a place at times (L,).

    Parameters
    ----------
    ephemeris
        Where they are.
    place, height_m
        Latitude and longitude, degrees, and height above the Moon's sphere.
    times_s
        (L,) seconds since 1970-01-01 UTC.
    """
    sky = ephemeris.sky(times_s, *place, height_m)
    made = []
    for see, radius_m in ((sky.sun, SUN_RADIUS_M), (sky.earth, EARTH_RADIUS_M)):
        azimuth, elevation, away_m = see(*place, height_m)
        made.append((azimuth, elevation, np.degrees(np.arcsin(radius_m / away_m))))
    return made


def share_seen(above: Float) -> Float:
    """Share of a disc, (...), whose centre stands above the ground of each strip, (..., 12), in radii."""
    return np.asarray(np.clip(above + _HALF, 0.0, 2.0 * _HALF).sum(axis=-1) / (2.0 * _HALF).sum())
