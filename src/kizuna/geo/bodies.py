"""The bodies that a position can lie on: their size and their shape."""

from dataclasses import dataclass
from typing import Final

from kizuna.constants import MOON_RADIUS_M, WGS84_A_M, WGS84_F


@dataclass(frozen=True, slots=True)
class Body:
    """An oblate ellipsoid of revolution that heights are measured from.

    Parameters
    ----------
    name
        What it is called.
    a_m
        Equatorial (semi-major) axis, metres.
    f
        Flattening (a - b)/a, from 0 for a sphere to below 1.
    """

    name: str
    a_m: float
    f: float

    @property
    def b_m(self) -> float:
        """Polar (semi-minor) axis, metres: a(1 - f)."""
        return self.a_m * (1.0 - self.f)

    @property
    def e2(self) -> float:
        """First eccentricity squared: f(2 - f)."""
        return self.f * (2.0 - self.f)

    @property
    def mean_radius_m(self) -> float:
        """Mean radius (2a + b)/3, metres (Moritz 1980, Geodetic Reference System)."""
        return (2.0 * self.a_m + self.b_m) / 3.0


EARTH: Final = Body("Earth", WGS84_A_M, WGS84_F)
"""The WGS-84 ellipsoid."""

MOON: Final = Body("Moon", MOON_RADIUS_M, 0.0)
"""The lunar reference sphere."""
