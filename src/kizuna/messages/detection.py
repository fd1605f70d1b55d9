"""Detections: what the sensors report, one row per report."""

from dataclasses import dataclass

from kizuna.messages.columns import Labels, Table, label, number
from kizuna.shapes import FloatN

KINDS = ("radar", "bearing", "position")
"""Range and azimuth; azimuth alone; a position that the target reports of itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Detections(Table):
    """Sensor reports in order of time.

    Azimuth is clockwise from true north and elevation above the horizontal, both at the sensor. Range is the
    slant range. Altitude is above the WGS-84 ellipsoid: from Mode C for a 2-D radar, from the report for
    `position`. What a sensor doesn't measure is null (NaN). `identity` is what the target said of itself
    (ICAO address, Mode 3/A). `object` is the cause in a simulation, null for clutter; no tracker may read it.
    """

    time: FloatN = number("s since 1970-01-01 UTC", low=0.0, high=1e10, ascending=True)
    sensor: Labels = label()
    kind: Labels = label(choices=KINDS)
    range_m: FloatN = number("m", nullable=True, above=0.0, high=1e7)
    azimuth_deg: FloatN = number("deg", nullable=True, low=0.0, high=360.0)
    elevation_deg: FloatN = number("deg", nullable=True, low=-90.0, high=90.0)
    range_rate_mps: FloatN = number("m/s", nullable=True, low=-2e4, high=2e4)
    lat_deg: FloatN = number("deg", nullable=True, low=-90.0, high=90.0)
    lon_deg: FloatN = number("deg", nullable=True, low=-180.0, high=180.0)
    alt_m: FloatN = number("m", nullable=True, low=-1e4, high=1e7)
    identity: Labels = label(nullable=True)
    object: Labels = label(nullable=True)


MEASURED = {
    "radar": ("range_m", "azimuth_deg"),
    "bearing": ("azimuth_deg",),
    "position": ("lat_deg", "lon_deg"),
}
"""The columns that must hold a number for each kind of detection."""
