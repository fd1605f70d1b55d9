"""Make a record coarser before it leaves: a place on a grid, words left out."""

from dataclasses import replace
from typing import Final, TypeVar

import numpy as np

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.report import Reports
from kizuna.nodes.policy import Grant
from kizuna.shapes import FloatN

T = TypeVar("T", Detections, Reports, Notices)

_METRES_A_DEGREE: Final = 111_320.0
"""Of latitude, and of longitude at the equator: the grid is a grid of names, not a survey."""
_SPEED_STEP_MPS: Final = 10.0
_SIGMAS: Final = ((0, 6, 11), (15, 18, 20))
"""Where the variances of position and velocity stand among the 21 numbers."""


def can_round(table: Detections | Reports | Notices) -> bool:
    """Whether records of this kind have a place that can be rounded; a radar's plot has none of its own."""
    return isinstance(table, Reports)


def coarsened(table: T, grant: Grant) -> T:
    """The rows of a table as a grant lets them go; nothing of what is taken out is left anywhere in it.

    Rounded reports have places at the middles of a grid's cells, velocities to 10 m/s, and covariances that
    say so: standard deviations in whole steps of the grid, so that they don't tell how good a sensor is.
    """
    made = table
    if grant.round_m > 0.0 and isinstance(made, Reports):
        made = _rounded(made, grant.round_m)
    if "identity" in grant.drop and not isinstance(made, Notices):
        made = replace(made, identity=Labels.constant(None, len(made)))
    if "kind" in grant.drop and isinstance(made, Reports):
        made = replace(made, kind=Labels.constant(None, len(made)))
    return made


def bare(table: T) -> T:
    """The same rows, without names in the columns of text that no row holds: they would go along."""
    labels = {
        name: getattr(table, name).used()
        for name in table.__dataclass_fields__
        if isinstance(getattr(table, name), Labels)
    }
    return replace(table, **labels)


def _rounded(reports: Reports, round_m: float) -> Reports:
    step_deg = round_m / _METRES_A_DEGREE
    lat = np.clip(_to_middle(reports.lat_deg, step_deg), -90.0, 90.0)
    # Cells get wider towards the poles, and stay as many as at this row's latitude.
    wide_deg = step_deg / np.maximum(np.cos(np.radians(lat)), 0.01)
    lon = np.clip(_to_middle(reports.lon_deg, wide_deg), -180.0, 180.0)
    cov = np.zeros_like(reports.cov)
    for places, step in zip(_SIGMAS, (round_m, _SPEED_STEP_MPS), strict=True):
        largest = np.sqrt(reports.cov[:, places].max(axis=1, initial=0.0))
        cov[:, places] = ((np.floor(largest / step) + 1.0) * step)[:, None] ** 2
    return replace(
        reports,
        lat_deg=lat,
        lon_deg=lon,
        alt_m=_to_middle(reports.alt_m, round_m),
        ve_mps=_to_middle(reports.ve_mps, _SPEED_STEP_MPS),
        vn_mps=_to_middle(reports.vn_mps, _SPEED_STEP_MPS),
        vu_mps=_to_middle(reports.vu_mps, _SPEED_STEP_MPS),
        cov=cov,
        sensors=np.zeros_like(reports.sensors),
    )


def _to_middle(values: FloatN, step: float | FloatN) -> FloatN:
    """Each value at the middle of its cell, (N,)."""
    made: FloatN = (np.floor(values / step) + 0.5) * step
    return made
