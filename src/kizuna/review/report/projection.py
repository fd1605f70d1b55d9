"""The map's projection: azimuthal equidistant about the sensors, kilometres east and north of the centre."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from kizuna.geo.frames import enu_basis
from kizuna.geo.geodesic import course_deg, great_circle_m
from kizuna.review.report.lines import Box
from kizuna.shapes import Float, FloatN

_WIDEST: Final = 1.7
"""The map is drawn for windows up to this many times as wide as high ..."""

_NARROWEST: Final = 0.75
"""... and down to this."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Distance and direction from the centre are true, so that no meridian is a seam.

    Source: Snyder, Map projections: a working manual, USGS Professional Paper 1395 (1987), chapter 25, on the
    mean sphere. Only near the centre's antipode does it tear.
    """

    lat_deg: float
    lon_deg: float

    @classmethod
    def about(cls, lat_deg: FloatN, lon_deg: FloatN) -> Self:
        """Projection about the middle of some places, (N,) and (N,) degrees; about 0°, 0° when there are
        none.
        """
        known = np.isfinite(lat_deg + lon_deg)
        if not known.any():
            return cls(0.0, 0.0)
        up = enu_basis(lat_deg[known], lon_deg[known])[:, 2]
        # The mean of the places' verticals, taken as a vertical: no longitude is averaged.
        middle = up.mean(axis=0)
        if np.linalg.norm(middle) < 1e-3:
            middle = up[0]
        lat = np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1])))
        return cls(float(lat), float(np.degrees(np.arctan2(middle[1], middle[0]))))

    def xy_km(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Float:
        """Kilometres east and north on the map: (...), (...) degrees -> (..., 2)."""
        distance = great_circle_m(self.lat_deg, self.lon_deg, lat_deg, lon_deg) / 1000.0
        course = np.radians(course_deg(self.lat_deg, self.lon_deg, lat_deg, lon_deg))
        return np.stack([distance * np.sin(course), distance * np.cos(course)], axis=-1)


def box_around(*parts: Float) -> Box:
    """Least box around points, each (..., 2) with NaN passed over; a box of 200 km when there is none."""
    points = np.concatenate([part.reshape(-1, 2) for part in parts]) if parts else np.empty((0, 2))
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return (-100.0, 100.0, -100.0, 100.0)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return (float(x0), float(x1), float(y0), float(y1))


def overlap(box: Box, other: Box) -> Box:
    """What two boxes share."""
    return (max(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), min(box[3], other[3]))


def grown(box: Box, share: float) -> Box:
    """The box with a margin on every side, as a share of its greater side; never less than 50 km across."""
    margin = share * max(box[1] - box[0], box[3] - box[2])
    margin = max(margin, (50.0 - min(box[1] - box[0], box[3] - box[2])) / 2.0)
    return (box[0] - margin, box[1] + margin, box[2] - margin, box[3] + margin)


def for_any_window(box: Box) -> Box:
    """The box that wide and narrow windows show when they fit this one in."""
    width, height = box[1] - box[0], box[3] - box[2]
    more_x = max(_WIDEST * height - width, 0.0) / 2.0
    more_y = max(width / _NARROWEST - height, 0.0) / 2.0
    return (box[0] - more_x, box[1] + more_x, box[2] - more_y, box[3] + more_y)
