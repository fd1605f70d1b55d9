"""Tracks: what a node holds to be true, one row per track and picture time."""

from dataclasses import dataclass

from kizuna.messages.columns import Labels, Table, count, label, number, vector
from kizuna.shapes import FloatN, FloatNx21, IntN

STATUSES = ("tentative", "confirmed", "coasted")


@dataclass(frozen=True, slots=True, eq=False)
class Tracks(Table):
    """Track states at picture times, in order of time.

    `cov` is the upper triangle, row by row, of the 6x6 covariance of east, north, up position (m) and
    velocity (m/s) in the local frame at the track's position. `sensors` says how many sensors contributed.
    `releasable_to` lists nations, separated by spaces.
    """

    time: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10, ascending=True)
    node: Labels = label()
    track: IntN = count()
    lat_deg: FloatN = number("deg", low=-90.0, high=90.0)
    lon_deg: FloatN = number("deg", low=-180.0, high=180.0)
    alt_m: FloatN = number("m", low=-1e5, high=1e7)
    ve_mps: FloatN = number("m/s", nullable=True, low=-2e4, high=2e4)
    vn_mps: FloatN = number("m/s", nullable=True, low=-2e4, high=2e4)
    vu_mps: FloatN = number("m/s", nullable=True, low=-2e4, high=2e4)
    cov: FloatNx21 = vector("m, m/s", 21, nullable=True)
    status: Labels = label(choices=STATUSES)
    identity: Labels = label(nullable=True)
    kind: Labels = label(nullable=True)
    sensors: IntN = count(nullable=True, low=0)
    originator: Labels = label(nullable=True)
    releasable_to: Labels = label(nullable=True)
