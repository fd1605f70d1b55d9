"""States of reports and tracks in ECEF, the frame in which fusion calculates, and back."""

from typing import Final

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.kernels import local
from kizuna.kernels.definite import are_covariances
from kizuna.messages.report import Reports
from kizuna.messages.track import Tracks
from kizuna.shapes import BoolN, FloatNx3, FloatNx6, FloatNx6x6, FloatNx21

# `kizuna.kernels.local` takes the position's block, the cross block and the velocity's block.
_BLOCKS: Final = (
    np.array([0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5]),
    np.array([0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5, 4, 5, 5]),
)

_LEAST: Final = 1e-5
_MOST: Final = 1e6
"""m and m/s: standard deviations that a report may claim."""


def is_covariance(cov: FloatNx21) -> BoolN:
    """Which rows (N,) are covariances of something known neither absurdly well nor not at all."""
    return are_covariances(np.ascontiguousarray(cov), _LEAST, _MOST)


def states_of(table: Reports | Tracks) -> tuple[FloatNx6, FloatNx6x6]:
    """States (N, 6) in m and m/s and covariances (N, 6, 6) in ECEF of the rows of a table."""
    place = np.stack([table.lat_deg, table.lon_deg, table.alt_m], axis=-1)
    velocity = np.stack([table.ve_mps, table.vn_mps, table.vu_mps], axis=-1)
    return states_from(place, velocity, table.cov)


def states_from(place: FloatNx3, velocity_mps: FloatNx3, cov: FloatNx21) -> tuple[FloatNx6, FloatNx6x6]:
    """The same from places (lat, lon in degrees, height in m), ENU velocities and packed covariances."""
    return local.from_local(place, velocity_mps, np.ascontiguousarray(cov), WGS84_A_M, WGS84_E2)


def shown(state: FloatNx6, cov: FloatNx6x6) -> tuple[FloatNx3, FloatNx3, FloatNx21]:
    """Places (lat, lon in degrees, height in m), ENU velocities and covariances as messages hold them."""
    if not len(state):
        return np.empty((0, 3)), np.empty((0, 3)), np.empty((0, 21))
    packed = np.ascontiguousarray(cov[:, _BLOCKS[0], _BLOCKS[1]])
    return local.to_local(np.ascontiguousarray(state), packed, WGS84_A_M, WGS84_E2)
