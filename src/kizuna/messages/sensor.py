"""Sensors: what is publicly agreed about each sensor, one row per sensor."""

from dataclasses import dataclass

from kizuna.messages.columns import Labels, Table, label, number
from kizuna.messages.detection import KINDS
from kizuna.shapes import BoolN, FloatN


@dataclass(frozen=True, slots=True, eq=False)
class Sensors(Table):
    """Places, accuracies and capabilities.

    Sigmas are standard deviations of one measurement. A radar whose `sigma_elevation_deg` is null is 2-D;
    with `sigma_altitude_m` it gets heights from Mode C. `sigma_position_m` holds for each horizontal axis of
    a position report, `sigma_altitude_m` for its altitude. `pd` is the probability of detection in one scan
    of `period_s`, up to three quarters of `max_range_m`, beyond which it falls (`kizuna.models.detection`).
    `clutter_per_scan` is the mean number of false reports in one scan. Of two objects that are as far apart
    as the resolution in range or in azimuth, a radar makes one plot every other time; a radar without both
    resolves everything.
    """

    sensor: Labels = label()
    nation: Labels = label()
    kind: Labels = label(choices=KINDS)
    lat_deg: FloatN = number("deg", nullable=True, low=-90.0, high=90.0)
    lon_deg: FloatN = number("deg", nullable=True, low=-180.0, high=180.0)
    alt_m: FloatN = number("m", nullable=True, low=-500.0, high=1e6)
    sigma_range_m: FloatN = number("m", nullable=True, above=0.0, high=1e5)
    sigma_azimuth_deg: FloatN = number("deg", nullable=True, above=0.0, high=45.0)
    sigma_elevation_deg: FloatN = number("deg", nullable=True, above=0.0, high=45.0)
    sigma_range_rate_mps: FloatN = number("m/s", nullable=True, above=0.0, high=1e3)
    sigma_position_m: FloatN = number("m", nullable=True, above=0.0, high=1e5)
    sigma_altitude_m: FloatN = number("m", nullable=True, above=0.0, high=1e5)
    max_range_m: FloatN = number("m", nullable=True, above=0.0, high=1e7)
    period_s: FloatN = number("s", nullable=True, above=0.0, high=3600.0)
    pd: FloatN = number("1", nullable=True, above=0.0, high=1.0)
    clutter_per_scan: FloatN = number("1", nullable=True, low=0.0, high=1e6)
    resolution_range_m: FloatN = number("m", nullable=True, above=0.0, high=1e5)
    resolution_azimuth_deg: FloatN = number("deg", nullable=True, above=0.0, high=45.0)

    def is_3d(self) -> BoolN:
        """Which rows are radars that measure elevation."""
        return self.kind.equal("radar") & (self.sigma_elevation_deg > 0.0)


NEEDED = {
    "radar": ("lat_deg", "lon_deg", "alt_m", "sigma_range_m", "sigma_azimuth_deg", "max_range_m", "period_s"),
    "bearing": ("lat_deg", "lon_deg", "alt_m", "sigma_azimuth_deg", "max_range_m", "period_s"),
    "position": ("sigma_position_m", "period_s"),
}
"""The columns that must hold a number for each kind of sensor."""

DEFAULTS = {"pd": 0.9, "clutter_per_scan": 0.0}
"""What a null stands for; `position` sensors without `max_range_m` hear everywhere."""
