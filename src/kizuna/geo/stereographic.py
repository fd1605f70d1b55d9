"""Polar stereographic planes of a sphere: the maps on which polar elevation models are drawn.

The plane touches the sphere at a pole. Seen from outside the sphere, x points right and y up; at the south
pole the meridian 0 runs up (+y) and longitude grows clockwise, at the north pole it runs down (-y) and
longitude grows anticlockwise, as in the products of LOLA. Angles on the plane are true; lengths are longer by
`scale`, 1 at the pole and 1.003 two hundred kilometres from it on the Moon.

Source: Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987), section 21, sphere.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.geo.bodies import MOON
from kizuna.shapes import Float


@dataclass(frozen=True, slots=True)
class PolarPlane:
    """One of the two planes of a sphere.

    Parameters
    ----------
    south
        Whether it touches the south pole.
    radius_m
        Radius of the sphere, metres.
    """

    south: bool = True
    radius_m: float = MOON.a_m

    def to_plane(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Float, Float]:
        """Latitude and longitude to x and y in metres: (...), (...) -> (...), (...).

        The other pole is infinitely far away.
        """
        away = self._sign * np.asarray(lat_deg, dtype=np.float64)
        lon = np.radians(np.asarray(lon_deg, dtype=np.float64))
        with np.errstate(divide="ignore"):
            rho = 2.0 * self.radius_m * np.tan(np.radians(45.0 - away / 2.0))
        return rho * np.sin(lon), -self._sign * rho * np.cos(lon)

    def from_plane(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[Float, Float]:
        """The inverse of `to_plane`: latitude, and longitude in [-180, 180], degrees."""
        x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
        lat = 90.0 - 2.0 * np.degrees(np.arctan(np.hypot(x, y) / (2.0 * self.radius_m)))
        return self._sign * lat, np.degrees(np.arctan2(x, -self._sign * y))

    def directions(self, x_m: ArrayLike, y_m: ArrayLike) -> Float:
        """Unit vectors from the centre of the sphere to points of the plane: (...), (...) -> (..., 3)."""
        x, y = np.broadcast_arrays(np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64))
        u, v = x / (2.0 * self.radius_m), y / (2.0 * self.radius_m)
        squared = u * u + v * v
        out = np.stack((-self._sign * 2.0 * v, 2.0 * u, self._sign * (1.0 - squared)), axis=-1)
        return np.asarray(out / (1.0 + squared)[..., None])

    def from_directions(self, xyz: ArrayLike) -> tuple[Float, Float]:
        """Vectors of any length from the centre of the sphere (..., 3) to x and y, metres."""
        vector = np.asarray(xyz, dtype=np.float64)
        length = np.sqrt((vector * vector).sum(axis=-1))
        factor = 2.0 * self.radius_m / (length + self._sign * vector[..., 2])
        return vector[..., 1] * factor, -self._sign * vector[..., 0] * factor

    def scale(self, x_m: ArrayLike, y_m: ArrayLike) -> Float:
        """How much longer a short line is on the plane than on the sphere: 1 + ρ²/4R²."""
        rho = np.hypot(np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64))
        return np.asarray(1.0 + (rho / (2.0 * self.radius_m)) ** 2)

    def grid_azimuth(self, azimuth_deg: ArrayLike, lon_deg: ArrayLike) -> Float:
        """Azimuth from north at a longitude to that on the plane, clockwise from +y; degrees in [0, 360)."""
        turned = np.asarray(azimuth_deg, dtype=np.float64) - self._sign * np.asarray(
            lon_deg, dtype=np.float64
        )
        return np.asarray(np.mod(turned, 360.0))

    def true_azimuth(self, grid_azimuth_deg: ArrayLike, lon_deg: ArrayLike) -> Float:
        """The inverse of `grid_azimuth`."""
        grid = np.asarray(grid_azimuth_deg, dtype=np.float64)
        return np.asarray(np.mod(grid + self._sign * np.asarray(lon_deg, dtype=np.float64), 360.0))

    @property
    def proj4(self) -> str:
        """The same plane in PROJ's words, for files."""
        return (
            f"+proj=stere +lat_0={90 * self._sign} +lon_0=0 +k=1 +x_0=0 +y_0=0 +R={self.radius_m:g} +units=m"
        )

    @property
    def _sign(self) -> int:
        """+1 at the north pole, -1 at the south pole."""
        return -1 if self.south else 1


SOUTH: Final = PolarPlane(south=True)
"""The plane of the Moon's south pole."""

NORTH: Final = PolarPlane(south=False)
"""The plane of the Moon's north pole."""
