"""What one sensor is, and what it reports, as plain numbers: the shape that all kinds of sensors share."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.messages.sensor import DEFAULTS, Sensors
from kizuna.seeds import generator
from kizuna.shapes import BoolN, FloatN, FloatNx3, IntN

_NUMBERS: Final = (
    *("lat_deg", "lon_deg", "alt_m", "sigma_range_m", "sigma_azimuth_deg", "sigma_elevation_deg"),
    *("sigma_range_rate_mps", "sigma_position_m", "sigma_altitude_m", "max_range_m", "period_s", "pd"),
    *("clutter_per_scan", "resolution_range_m", "resolution_azimuth_deg"),
)


@dataclass(frozen=True, slots=True)
class Sensor:
    """One row of the table of sensors (`kizuna.messages.sensor`); what it doesn't have is NaN."""

    name: str
    kind: str
    lat_deg: float
    lon_deg: float
    alt_m: float
    sigma_range_m: float
    sigma_azimuth_deg: float
    sigma_elevation_deg: float
    sigma_range_rate_mps: float
    sigma_position_m: float
    sigma_altitude_m: float
    max_range_m: float
    period_s: float
    pd: float
    clutter_per_scan: float
    resolution_range_m: float
    resolution_azimuth_deg: float
    phase: float
    """Share of a scan that is over at 1970-01-01 00:00 UTC, in [0, 1). A radar's scan begins when its beam
    passes north, and so its beam points to 360° (time / period + phase)."""

    @classmethod
    def of(cls, sensors: Sensors, row: int, seed: int) -> Self:
        """The sensor in a row of the table; its phase is drawn for its name."""
        name = sensors.sensor.values()[row]
        kind = sensors.kind.values()[row]
        numbers = {column: float(getattr(sensors, column)[row]) for column in _NUMBERS}
        for column, value in DEFAULTS.items():
            numbers[column] = value if np.isnan(numbers[column]) else numbers[column]
        phase = float(generator(seed, "phase", str(name)).random())
        return cls(name=str(name), kind=str(kind), phase=phase, **numbers)

    @property
    def place_m(self) -> FloatN:
        """Its place in ECEF: (3,) metres."""
        return geodetic_to_ecef(self.lat_deg, self.lon_deg, self.alt_m)

    def has_place(self) -> bool:
        """Whether it is known where it stands; one that has none hears everywhere."""
        return not np.isnan(self.lat_deg + self.lon_deg + self.alt_m)


@dataclass(frozen=True, slots=True, eq=False)
class Plots:
    """N reports of one sensor; NaN for what is not measured."""

    time: FloatN
    object: IntN
    """Number of the object that caused the report, -1 for clutter."""
    identified: BoolN
    """Whether the object has told its identity."""
    range_m: FloatN
    azimuth_deg: FloatN
    elevation_deg: FloatN
    range_rate_mps: FloatN
    lat_deg: FloatN
    lon_deg: FloatN
    alt_m: FloatN

    @classmethod
    def of(cls, time: FloatN, objects: IntN, identified: BoolN, **measured: FloatN) -> Self:
        """Reports that hold these measurements and no others."""
        null = np.full(len(time), np.nan)
        columns = {item.name: measured.get(item.name, null) for item in fields(cls)[3:]}
        return cls(time=time, object=objects, identified=identified, **columns)

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """One part after the other."""
        if not parts:
            return cls.of(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_))
        names = [item.name for item in fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def take(self, rows: IntN | BoolN) -> "Plots":
        """The chosen rows, in the order given."""
        return Plots(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})

    def __len__(self) -> int:
        return len(self.time)


def wrapped(angle_deg: FloatN) -> FloatN:
    """Azimuths in [0, 360)."""
    turned = angle_deg % 360.0
    # A tiny negative angle rounds up to 360.
    made: FloatN = np.where(turned >= 360.0, 0.0, turned)
    return made


def distance_m(place_m: FloatNx3, site_m: FloatN) -> FloatN:
    """Length of the straight line from a site (3,) to each place (N, 3), metres."""
    x, y, z = (place_m[:, axis] - site_m[axis] for axis in range(3))
    made: FloatN = np.sqrt(x * x + y * y + z * z)
    return made
