"""Reports: what one tracker says of one track, as it goes from node to node and is passed on unchanged."""

from dataclasses import dataclass
from typing import Final

from kizuna.messages.columns import Labels, Table, count, label, number, vector
from kizuna.messages.track import STATUSES
from kizuna.shapes import FloatN, FloatNx21, IntN

TRACKS: Final = 1 << 32
"""More tracks than a tracker ever numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Reports(Table):
    """Estimates of single trackers, in any order.

    `originator` is the node whose own sensors made the track and `track` its number there: the two say whose
    data the estimate holds, wherever it is passed on to. `claim` is the number that the originator gives the
    object in the shared picture, `since` when that number was first given. `marking` is how the originator
    marks it, and `releasable_to` the nations to which it has released this version. The rest is as in
    `Tracks`.
    """

    time: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10)
    originator: Labels = label()
    track: IntN = count(low=0, high=TRACKS - 1)
    claim: IntN = count(low=0)
    since: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10)
    lat_deg: FloatN = number("deg", low=-90.0, high=90.0)
    lon_deg: FloatN = number("deg", low=-180.0, high=180.0)
    alt_m: FloatN = number("m", low=-1e5, high=1e7)
    ve_mps: FloatN = number("m/s", low=-2e4, high=2e4)
    vn_mps: FloatN = number("m/s", low=-2e4, high=2e4)
    vu_mps: FloatN = number("m/s", low=-2e4, high=2e4)
    cov: FloatNx21 = vector("m, m/s", 21)
    status: Labels = label(choices=STATUSES)
    identity: Labels = label(nullable=True)
    kind: Labels = label(nullable=True)
    sensors: IntN = count(nullable=True, low=0)
    marking: Labels = label(nullable=True)
    releasable_to: Labels = label(nullable=True)
