"""What the map shows: where its centre is, how far it reaches, and how fine its lines are."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.review.report.coverage import HEIGHTS_M, rings
from kizuna.review.report.lines import Box
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.projection import Projection, box_around, for_any_window, grown, overlap

_FINE: Final = 1.0 / 2500.0
"""Lines may be off by this share of the map's greater side: half a pixel of a large window."""

_MOST_PLACES: Final = 50_000


@dataclass(frozen=True, slots=True)
class Canvas:
    """The projection, what is in view at first, what may come into view, and how fine lines are drawn."""

    projection: Projection
    view: Box
    reach: Box
    fine_km: float


def canvas_for(material: ReportMaterial) -> Canvas:
    """Fit all coverage and the truth; truth further out than half the coverage's width is cut off."""
    sensors, truth = material.sensors, material.truth
    placed = bool(np.isfinite(sensors.lat_deg + sensors.lon_deg).any())
    centre = sensors if placed else truth
    projection = Projection.about(centre.lat_deg, centre.lon_deg)
    some = slice(None, None, max(len(truth) // _MOST_PLACES, 1))
    view = box_around(projection.xy_km(truth.lat_deg[some], truth.lon_deg[some]))
    if placed:
        covered = box_around(projection.xy_km(*rings(sensors, HEIGHTS_M[-1])))
        near = overlap(view, grown(covered, 0.5)) if len(truth) else covered
        view = (
            min(covered[0], near[0]),
            max(covered[1], near[1]),
            min(covered[2], near[2]),
            max(covered[3], near[3]),
        )
    view = grown(view, 0.03)
    fine = _FINE * max(view[1] - view[0], view[3] - view[2])
    return Canvas(projection, view, grown(for_any_window(view), 0.1), fine)
