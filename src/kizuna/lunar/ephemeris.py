"""Where Sun and Earth stand, seen from a place on the Moon."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.errors import InputError
from kizuna.geo.bodies import MOON
from kizuna.geo.frames import ecef_to_aer, geodetic_to_ecef
from kizuna.geo.time import format_utc
from kizuna.geo.timescales import utc_to_tdb
from kizuna.lunar.series import Series, read_series
from kizuna.shapes import Float, FloatN, FloatNx3

LIGHT_KM_S: Final = 299_792.458
"""Speed of light, kilometres per second (exact by definition of the metre)."""

SUN_RADIUS_M: Final = 695_700_000.0
"""Nominal solar radius, metres (IAU 2015 resolution B3)."""

EARTH_RADIUS_M: Final = 6_378_100.0
"""Nominal equatorial radius of the Earth, metres (IAU 2015 resolution B3)."""

_SUN, _EMB, _MOON, _EARTH = 10, 3, 301, 399
"""NAIF's numbers of the bodies; EMB is the barycentre of Earth and Moon."""

_ORIENTATION_DE421 = 31006
"""NAIF's number of the frame of the Moon's principal axes in DE421."""

_MEAN_EARTH_ARCSEC = (67.92, 78.56, 0.30)
"""From principal to mean-Earth axes: about z, then y, then x, arc seconds (NAIF, moon_080317.tf)."""

_ORIENTATION_FILE = "moon_pa_de421_1900-2050.bpc"


@dataclass(frozen=True, slots=True)
class Sky:
    """Sun and Earth at a row of times: apparent positions for one place on the Moon.

    Parameters
    ----------
    times_s
        (N,) seconds since 1970-01-01 UTC.
    sun_m, earth_m
        (N, 3) from the Moon's centre in its mean-Earth frame, metres. Light time and aberration are those
        of the place that the sky was made for; within 100 km of it they differ by less than 1e-6 degrees.
    """

    times_s: FloatN
    sun_m: FloatNx3
    earth_m: FloatNx3

    def sun(
        self, lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike = 0.0
    ) -> tuple[Float, Float, Float]:
        """Azimuth [0, 360), elevation and range of the Sun's centre from a place: degrees, degrees, metres.

        The place is one, or broadcasts against (N,). Straight lines: terrain is not considered.
        """
        return ecef_to_aer(self.sun_m, lat_deg, lon_deg, height_m, MOON)

    def earth(
        self, lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike = 0.0
    ) -> tuple[Float, Float, Float]:
        """The same of the Earth's centre."""
        return ecef_to_aer(self.earth_m, lat_deg, lon_deg, height_m, MOON)


@dataclass(frozen=True, slots=True)
class Ephemeris:
    """Positions of Sun, Earth and Moon and the Moon's orientation over time; see `load_ephemeris`."""

    sun: Series
    emb: Series
    moon: Series
    earth: Series
    orientation: Series

    def sky(self, times_s: ArrayLike, lat_deg: float, lon_deg: float, height_m: float = 0.0) -> Sky:
        """Sun and Earth as they appear at a place, light time and stellar aberration included.

        Parameters
        ----------
        times_s
            (N,) or one, seconds since 1970-01-01 UTC, in any order.
        lat_deg, lon_deg, height_m
            The place in the mean-Earth frame of DE421, that of the maps of LOLA; metres above 1,737.4 km.

        Returns
        -------
        Sky
            Directions agree with SPICE's (LT+S) to 1e-6 degrees.

        Raises
        ------
        InputError
            When a time lies outside the ephemeris.

        Notes
        -----
        Source: NAIF, required reading SPK and ABCORR (light time, then aberration, as SPICE defines them).
        """
        times = np.atleast_1d(np.asarray(times_s, dtype=np.float64))
        self._check(times)
        tdb = utc_to_tdb(times)
        axes, spin = self._axes(tdb)
        site = geodetic_to_ecef(lat_deg, lon_deg, height_m, MOON) / 1000.0
        emb, emb_rate = self.emb.at(tdb)
        moon, moon_rate = self.moon.at(tdb)
        outward = np.einsum("nij,i->nj", axes, site)
        # The place turns with the Moon, about the axis that is z to within the librations' slow sway.
        turning = np.einsum("nij,ni->nj", axes, spin[:, None] * np.array([-site[1], site[0], 0.0]))
        at, rate = emb + moon + outward, emb_rate + moon_rate + turning
        sun = _appearance(at, rate, *self._lit(tdb, at, (self.sun,), 500.0))
        earth = _appearance(at, rate, *self._lit(tdb, at, (self.emb, self.earth), 1.28))
        return Sky(
            times,
            (np.einsum("nij,nj->ni", axes, sun) + site) * 1000.0,
            (np.einsum("nij,nj->ni", axes, earth) + site) * 1000.0,
        )

    def axes(self, times_s: FloatN) -> Float:
        """The Moon's mean-Earth axes at times (N,): unit vectors of the ICRF in rows, (N, 3, 3)."""
        self._check(times_s)
        return self._axes(utc_to_tdb(times_s))[0]

    def span_s(self) -> tuple[float, float]:
        """First and last time that is covered, seconds since 1970-01-01 UTC, to within a minute."""
        parts = (self.sun, self.emb, self.moon, self.earth, self.orientation)
        to_utc = -float(utc_to_tdb(0.0))
        # Light that arrives at the first moment left the Sun 500 s before, at most 520 s.
        first = max(part.first_s for part in parts) + 520.0
        last = min(part.last_s for part in parts)
        return first + to_utc + 60.0, last + to_utc - 60.0

    def _check(self, times_s: FloatN) -> None:
        first_s, last_s = self.span_s()
        wrong = np.flatnonzero(~((times_s >= first_s) & (times_s <= last_s)))
        if len(wrong):
            time_s = float(times_s[wrong[0]])
            shown = format_utc(time_s) if np.isfinite(time_s) else str(time_s)
            raise InputError(
                "time",
                shown,
                "lies outside the ephemeris",
                f"a time from {format_utc(np.ceil(first_s))} to {format_utc(np.floor(last_s))}",
            )

    def _axes(self, tdb_s: FloatN) -> tuple[Float, FloatN]:
        """Mean-Earth axes in the ICRF (N, 3, 3), unit vectors in rows, and their spin about z (N,), rad/s."""
        angle, rate = self.orientation.at(tdb_s)
        phi, theta, psi = angle.T
        axes = _about(2, psi) @ _about(0, theta) @ _about(2, phi)
        to_mean_earth = np.eye(3)
        for axis, arcsec in zip((2, 1, 0), _MEAN_EARTH_ARCSEC, strict=True):
            to_mean_earth = to_mean_earth @ _about(axis, np.radians(arcsec / 3600.0))
        return to_mean_earth.T @ axes, rate[:, 2] + rate[:, 0] * np.cos(theta)

    @staticmethod
    def _lit(tdb_s: FloatN, at_km: Float, parts: tuple[Series, ...], guess_s: float) -> tuple[Float, FloatN]:
        """Where a body was when the light left it that arrives now: position (N, 3) km, distance (N,) km.

        The series are summed at one guess of the light time; the rest, at most 20 s of almost steady motion,
        is followed along the tangent, to 1e-3 km for the Sun and less than 1e-6 km for the Earth.
        """
        sums = [part.at(tdb_s - guess_s) for part in parts]
        position = sum((value for value, _ in sums), np.zeros(3))
        rate = sum((each for _, each in sums), np.zeros(3))
        lit = position
        for _ in range(3):
            distance = np.sqrt(((lit - at_km) ** 2).sum(axis=1))
            lit = position + rate * (guess_s - distance / LIGHT_KM_S)[:, None]
        return lit, distance


def load_ephemeris(positions: Path | str | None = None) -> Ephemeris:
    """The ephemeris that comes with the packages: DE421, 1900 to 2050; or other positions from a file.

    Parameters
    ----------
    positions
        An SPK file of JPL's, such as ``de440.bsp``; without one, ``de421.bsp`` of the package skyfield-data.
        The Moon's orientation is always that of DE421, which the maps of LOLA are drawn in.

    Raises
    ------
    InputError
        When the file isn't one.
    """
    if positions is None:
        positions = Path(str(resources.files("skyfield_data") / "data" / "de421.bsp"))
    orientation = Path(str(resources.files("kizuna.lunar") / "data" / _ORIENTATION_FILE))
    sun, emb, moon, earth = read_series(positions, (_SUN, _EMB, _MOON, _EARTH))
    return Ephemeris(sun, emb, moon, earth, *read_series(orientation, (_ORIENTATION_DE421,)))


def _appearance(at_km: Float, rate_km_s: Float, lit_km: Float, distance_km: FloatN) -> Float:
    """The vector (N, 3), km, along which light arrives at a moving observer: stellar aberration.

    u cos φ + w with w = v/c - u (u·v/c) and sin φ = |w|: the direction u, turned towards the velocity v.
    Source: NAIF, STELAB.
    """
    towards = (lit_km - at_km) / distance_km[:, None]
    beta = rate_km_s / LIGHT_KM_S
    sideways = beta - towards * (towards * beta).sum(axis=1, keepdims=True)
    cosine = np.sqrt(1.0 - (sideways * sideways).sum(axis=1, keepdims=True))
    apparent: Float = (towards * cosine + sideways) * distance_km[:, None]
    return apparent


def _about(axis: int, angle_rad: ArrayLike) -> Float:
    """Rotation of the frame about one of its axes: (...) -> (..., 3, 3)."""
    angle = np.asarray(angle_rad, dtype=np.float64)
    matrix = np.zeros((*angle.shape, 3, 3))
    after, last = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1.0
    matrix[..., after, after] = matrix[..., last, last] = np.cos(angle)
    matrix[..., after, last] = np.sin(angle)
    matrix[..., last, after] = -matrix[..., after, last]
    return matrix
