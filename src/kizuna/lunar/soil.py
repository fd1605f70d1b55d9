"""Wheels in lunar soil: how deep they sink, what that costs, and how much they slip on a slope."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kizuna.errors import InputError
from kizuna.forms.keys import PART
from kizuna.shapes import Float

MOON_GRAVITY_MPS2 = 1.62
"""Gravity at the Moon's surface, m/s² (GM/R² of DE421 and 1,737.4 km: 1.624)."""


@dataclass(frozen=True, slots=True)
class Soil:
    """Bekker's and Janosi's parameters; the defaults are lunar.

    Parameters
    ----------
    k_c
        Cohesive modulus, N/m^(n+1).
    k_phi
        Frictional modulus, N/m^(n+2).
    n
        Exponent of sinkage.
    cohesion_pa
        Cohesion, pascal.
    friction_deg
        Angle of internal friction, degrees.
    shear_m
        Janosi's shear deformation K, metres.

    Notes
    -----
    Source of the defaults: Carrier, Olhoeft and Mendell, Physical properties of the lunar surface, in Lunar
    Sourcebook (1991), table 9.14, as used for the Lunar Roving Vehicle.
    """

    __pydantic_config__ = PART

    k_c: float = 1_400.0
    k_phi: float = 820_000.0
    n: float = 1.0
    cohesion_pa: float = 170.0
    friction_deg: float = 35.0
    shear_m: float = 0.0178


@dataclass(frozen=True, slots=True)
class Wheel:
    """A rigid wheel: diameter and width, metres."""

    __pydantic_config__ = PART

    diameter_m: float
    width_m: float


def sinkage_m(soil: Soil, wheel: Wheel, load_n: ArrayLike) -> Float:
    """How deep a wheel sinks under a load (...), metres.

    z = (3W/((3 - n)(k_c + bk_φ)√D))^(2/(2n + 1)).

    Source: Bekker, Introduction to Terrain-Vehicle Systems (1969).
    """
    stiffness = soil.k_c + wheel.width_m * soil.k_phi
    base = 3.0 * np.asarray(load_n) / ((3.0 - soil.n) * stiffness * math.sqrt(wheel.diameter_m))
    return np.asarray(base ** (2.0 / (2.0 * soil.n + 1.0)))


def compaction_n(soil: Soil, wheel: Wheel, load_n: ArrayLike) -> Float:
    """Resistance of the soil that a wheel presses down under a load (...), newtons.

    Source: Bekker (1969): R = (k_c + bk_φ) z^(n+1)/(n + 1).
    """
    stiffness = soil.k_c + wheel.width_m * soil.k_phi
    return np.asarray(stiffness * sinkage_m(soil, wheel, load_n) ** (soil.n + 1.0) / (soil.n + 1.0))


def thrust_n(soil: Soil, wheel: Wheel, load_n: ArrayLike, slip: ArrayLike) -> Float:
    """Thrust of a wheel under a load (...) at a slip (...) from 0 to 1, newtons.

    Source: Wong, Theory of Ground Vehicles, 4th edition (2008), section 2.4, after Janosi and Hanamoto:
    H = (Ac + W tan φ)(1 - K/(sL)(1 - e^(-sL/K))), with the contact length L of the sunken arc.
    """
    load, slip = np.asarray(load_n, dtype=np.float64), np.asarray(slip, dtype=np.float64)
    sunken = np.clip(1.0 - 2.0 * sinkage_m(soil, wheel, load) / wheel.diameter_m, -1.0, 1.0)
    length = wheel.diameter_m / 2.0 * np.arccos(sunken)
    most = wheel.width_m * length * soil.cohesion_pa + load * math.tan(math.radians(soil.friction_deg))
    sheared = np.maximum(slip * length / soil.shear_m, 1e-12)
    return np.asarray(most * (1.0 - -np.expm1(-sheared) / sheared))


def slip_on_slope(soil: Soil, wheel: Wheel, load_n: float, slope_deg: ArrayLike) -> Float:
    """Slip of a wheel that carries a load up slopes (...), 0 to 1; NaN where no slip is enough.

    The load is the wheel's share of the vehicle's weight on level ground, newtons. Down steep slopes, where
    the ground pushes, slip is 0.

    Raises
    ------
    InputError
        When the load isn't above 0.
    """
    if not load_n > 0.0:
        raise InputError("wheel", "", f"a load of {load_n:g} N", "a load above 0")
    slope = np.radians(np.asarray(slope_deg, dtype=np.float64))
    pressed = load_n * np.cos(slope)
    needed = load_n * np.sin(slope) + compaction_n(soil, wheel, pressed)
    low, high = np.zeros_like(slope), np.ones_like(slope)
    for _ in range(40):  # bisection: the thrust grows with the slip
        middle = (low + high) / 2.0
        enough = thrust_n(soil, wheel, pressed, middle) >= needed
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    possible = thrust_n(soil, wheel, pressed, np.ones_like(slope)) >= needed
    return np.asarray(np.where(possible, np.where(needed > 0.0, high, 0.0), np.nan))
