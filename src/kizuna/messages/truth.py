"""Truth: where the objects of a simulation or a recording really are."""

from dataclasses import dataclass

from kizuna.messages.columns import Labels, Table, label, number
from kizuna.shapes import FloatN


@dataclass(frozen=True, slots=True, eq=False)
class Truth(Table):
    """Places above the WGS-84 ellipsoid and velocities east, north, up, in order of time."""

    time: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10, ascending=True)
    object: Labels = label()
    kind: Labels = label(nullable=True)
    nation: Labels = label(nullable=True)
    lat_deg: FloatN = number("deg", low=-90.0, high=90.0)
    lon_deg: FloatN = number("deg", low=-180.0, high=180.0)
    alt_m: FloatN = number("m", low=-1e4, high=1e7)
    ve_mps: FloatN = number("m/s", nullable=True, low=-2e4, high=2e4)
    vn_mps: FloatN = number("m/s", nullable=True, low=-2e4, high=2e4)
    vu_mps: FloatN = number("m/s", nullable=True, low=-2e4, high=2e4)
