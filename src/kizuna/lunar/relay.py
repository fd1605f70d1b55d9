"""A relay satellite around the Moon: where it stands, seen from a place."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.errors import InputError
from kizuna.geo.bodies import MOON
from kizuna.geo.frames import ecef_to_aer
from kizuna.lunar.ephemeris import Ephemeris
from kizuna.shapes import Float, FloatN

MOON_GM: Final = 4_902.800_076e9
"""Gravity of the Moon, m³/s² (JPL DE421, Folkner et al. 2009)."""


@dataclass(frozen=True, slots=True)
class Orbit:
    """An ellipse around the Moon that keeps its size, shape and place among the stars.

    Orbits over the poles are chosen so that they nearly do ("frozen"); over weeks the real one drifts by some
    degrees, which a planner must allow for. The defaults are an assumption of that kind: twelve hours, mostly
    over the south.

    Parameters
    ----------
    semi_major_m, eccentricity
        Size and shape.
    inclination_deg, node_deg, periapsis_deg
        Against the Moon's mean-Earth axes at the epoch: tilt, ascending node and argument of the periapsis.
    anomaly_deg
        Mean anomaly at the epoch.
    epoch_s
        Seconds since 1970-01-01 UTC.
    """

    semi_major_m: float = 6_142_400.0
    eccentricity: float = 0.6
    inclination_deg: float = 57.7
    node_deg: float = 0.0
    periapsis_deg: float = 90.0
    anomaly_deg: float = 0.0
    epoch_s: float = 1_861_920_000.0

    def __post_init__(self) -> None:
        """Refuse an orbit that hits the Moon or doesn't come back."""
        if not 0.0 <= self.eccentricity < 1.0:
            raise InputError("relay", "eccentricity", f"{self.eccentricity:g}", "at least 0 and below 1")
        if self.semi_major_m * (1.0 - self.eccentricity) <= MOON.a_m:
            lowest_km = (self.semi_major_m * (1.0 - self.eccentricity) - MOON.a_m) / 1000.0
            raise InputError("relay", "", f"comes down to {lowest_km:,.0f} km", "an orbit above the ground")

    @property
    def period_s(self) -> float:
        """Time of a revolution, seconds: 2π√(a³/GM)."""
        return 2.0 * math.pi * math.sqrt(self.semi_major_m**3 / MOON_GM)

    def position_m(self, ephemeris: Ephemeris, times_s: ArrayLike) -> Float:
        """Where it is, (N, 3), metres in the Moon's mean-Earth frame, at times (N,)."""
        times = np.atleast_1d(np.asarray(times_s, dtype=np.float64))
        mean = np.radians(self.anomaly_deg) + 2.0 * np.pi * (times - self.epoch_s) / self.period_s
        e, anomaly = self.eccentricity, _eccentric(np.mod(mean, 2.0 * np.pi), self.eccentricity)
        in_plane = self.semi_major_m * np.stack(
            (np.cos(anomaly) - e, math.sqrt(1.0 - e * e) * np.sin(anomaly)), axis=1
        )
        towards_p, towards_q = self._axes()
        still = in_plane[:, :1] * towards_p + in_plane[:, 1:] * towards_q
        among_stars = ephemeris.axes(np.array([self.epoch_s]))[0].T
        return np.asarray(np.einsum("nij,nj->ni", ephemeris.axes(times), still @ among_stars.T))

    def seen_from(
        self,
        ephemeris: Ephemeris,
        times_s: ArrayLike,
        lat_deg: ArrayLike,
        lon_deg: ArrayLike,
        height_m: ArrayLike = 0.0,
    ) -> tuple[Float, Float, Float]:
        """Azimuth [0, 360), elevation and range from a place at times (N,): degrees, degrees, metres."""
        return ecef_to_aer(self.position_m(ephemeris, times_s), lat_deg, lon_deg, height_m, MOON)

    def _axes(self) -> tuple[Float, Float]:
        """Unit vectors (3,) to the periapsis and a quarter turn ahead of it (Vallado's perifocal P and Q)."""
        i, node, w = (
            math.radians(each) for each in (self.inclination_deg, self.node_deg, self.periapsis_deg)
        )
        line = np.array([math.cos(node), math.sin(node), 0.0])
        across = np.array([-math.sin(node) * math.cos(i), math.cos(node) * math.cos(i), math.sin(i)])
        return (
            np.asarray(line * math.cos(w) + across * math.sin(w)),
            np.asarray(across * math.cos(w) - line * math.sin(w)),
        )


def _eccentric(mean_rad: FloatN, eccentricity: float) -> FloatN:
    """Eccentric anomalies (N,) of mean anomalies (N,): Kepler's equation E - e sin E = M, by Newton."""
    anomaly = mean_rad + eccentricity * np.sin(mean_rad)
    for _ in range(50):
        miss = anomaly - eccentricity * np.sin(anomaly) - mean_rad
        anomaly = anomaly - miss / (1.0 - eccentricity * np.cos(anomaly))
        if np.abs(miss).max() < 1e-13:
            break
    return anomaly
