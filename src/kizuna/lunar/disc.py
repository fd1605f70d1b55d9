"""How much of a disc in the sky, of the Sun or of the Earth, stands above the ground."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.lunar.horizon import Horizon
from kizuna.shapes import Float, FloatN

SUN_LIMB: Final = 0.6
"""Linear limb darkening u in I = 1 - u(1 - cos ψ) of the whole Sun's light: Eddington's grey atmosphere, in
Mihalas, Stellar Atmospheres (1978), section 3-2."""

_STRIPS: Final = 32


def disc_fraction(height: ArrayLike, limb: float = 0.0) -> Float:
    """Share of a disc's light that comes over a straight horizon.

    Parameters
    ----------
    height
        (...) of the disc's centre over the horizon, in radii of the disc; -1 and less: nothing is seen.
    limb
        Linear limb darkening u in I = 1 - u(1 - cos ψ), 0 to 1; 0 for a uniform disc.

    Notes
    -----
    The light above a chord at height -h is (1 - u)(π/2 + h√(1 - h²) + asin h) + (uπ/2)(2/3 + h - h³/3).
    """
    h = np.clip(np.asarray(height, dtype=np.float64), -1.0, 1.0)
    uniform = 0.5 + (h * np.sqrt(1.0 - h * h) + np.arcsin(h)) / np.pi
    darkened = 0.5 + 0.25 * (3.0 * h - h**3)
    weight = darkened_weight(limb)
    return np.asarray(uniform * (1.0 - weight) + darkened * weight)


def darkened_weight(limb: float) -> float:
    """Share of a disc's light that belongs to the part that falls to nothing at the limb, for u = `limb`."""
    return (2.0 * limb / 3.0) / (1.0 - limb / 3.0)


def fraction_over(
    horizon: Horizon, azimuth_deg: FloatN, elevation_deg: FloatN, radius_deg: FloatN, limb: float = 0.0
) -> FloatN:
    """Share of a disc's light above the ground of one place, at N times: (N,), each argument (N,).

    The disc is cut into strips, each of which sees the horizon at its own azimuth, so that a ridge may hide a
    side of the Sun.

    Parameters
    ----------
    horizon
        Of the place.
    azimuth_deg, elevation_deg, radius_deg
        (N,) where the centre of the disc stands, and how large it is.
    limb
        As in `disc_fraction`.
    """
    angle = np.pi * ((np.arange(_STRIPS) + 0.5) / _STRIPS - 0.5)
    x, chord = np.sin(angle), np.cos(angle)
    aside = x * (radius_deg / np.cos(np.radians(elevation_deg)))[:, None]
    ground = horizon.at(azimuth_deg[:, None] + aside)
    h = np.clip((elevation_deg[:, None] - ground) / radius_deg[:, None], -chord, chord)
    # Strips lie evenly in the angle, and so are as wide as they are long. Along one,
    # a uniform disc has the light ∫dy, one that falls to nothing at the limb ∫√(c² - y²)dy.
    uniform = h + chord
    darkened = 0.5 * (h * np.sqrt(chord * chord - h * h) + chord**2 * (np.arcsin(h / chord) + np.pi / 2.0))
    weight = darkened_weight(limb)
    flat = (uniform * chord).sum(axis=1) / (2.0 * chord**2).sum()
    dark = (darkened * chord).sum(axis=1) / (np.pi / 2.0 * chord**3).sum()
    return np.asarray(np.clip(flat * (1.0 - weight) + dark * weight, 0.0, 1.0))
