"""Passages: when what goes on along its great circle comes into a circle on the map, and leaves it."""

import numpy as np

from kizuna.geo.bodies import EARTH
from kizuna.geo.frames import enu_basis
from kizuna.shapes import Float, FloatN


def passages(
    lat_deg: FloatN,
    lon_deg: FloatN,
    ve_mps: FloatN,
    vn_mps: FloatN,
    centre_lat_deg: FloatN,
    centre_lon_deg: FloatN,
    radius_m: FloatN,
) -> tuple[Float, Float]:
    """When each of T things enters and leaves each of C circles, s after now: two of (T, C).

    On the mean sphere a thing goes as n(t) = n cos ωt + d sin ωt, and its distance from a centre c is less
    than r while c·n cos ωt + c·d sin ωt = A cos(ωt − φ) > cos(r/R).

    Parameters
    ----------
    lat_deg, lon_deg, ve_mps, vn_mps
        Where each is and how fast it goes over the ground, east and north, (T,); it must move.
    centre_lat_deg, centre_lon_deg, radius_m
        The circles, (C,).

    Returns
    -------
    tuple
        Of the first passage that isn't over yet; ∞ and -∞ when there never is one, and 0 for the first when
        it is inside already.
    """
    basis = enu_basis(lat_deg, lon_deg)
    speed = np.hypot(ve_mps, vn_mps)
    ahead = (basis[:, 0] * ve_mps[:, None] + basis[:, 1] * vn_mps[:, None]) / speed[:, None]
    centres = enu_basis(centre_lat_deg, centre_lon_deg)[:, 2]
    rate = (speed / EARTH.mean_radius_m)[:, None]
    along, across = basis[:, 2] @ centres.T, ahead @ centres.T
    reach, phase = np.hypot(along, across), np.arctan2(across, along)
    share = np.cos(radius_m / EARTH.mean_radius_m) / np.maximum(reach, 1e-12)
    half = np.arccos(np.clip(share, -1.0, 1.0))
    # The first passage that isn't over yet: one round of the Earth later where it is.
    leaves = (phase + half) / rate
    enters = (phase - half) / rate
    past = leaves <= 0.0
    enters, leaves = enters + past * 2.0 * np.pi / rate, leaves + past * 2.0 * np.pi / rate
    never = share >= 1.0
    return np.where(never, np.inf, np.maximum(enters, 0.0)), np.where(never, -np.inf, leaves)
