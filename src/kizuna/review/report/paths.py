"""Where each object was at any moment, and when each sensor last saw it: look-ups over sorted columns."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from kizuna.geo.frames import ecef_to_geodetic, geodetic_to_ecef
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.truth import Truth
from kizuna.shapes import Float, FloatN, IntN


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Pairs of a code and a time in one sorted array, so that one search finds the last time of a code.

    A pair's key is code * span + time, where the span is longer than all times; exact to 1e-6 s for 10,000
    codes and a day.
    """

    keys: FloatN
    order: IntN
    """Row of the original columns for each key."""
    start_s: float
    span_s: float

    @classmethod
    def of(cls, codes: IntN, times_s: FloatN) -> Self:
        """Index of (N,) codes, none negative, and (N,) times."""
        start = float(times_s.min()) if len(times_s) else 0.0
        span = float(times_s.max()) - start + 1.0 if len(times_s) else 1.0
        keys = codes * span + (times_s - start)
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], order, start, span)

    def last(self, codes: IntN, times_s: FloatN) -> IntN:
        """Place in `keys` of each code's last moment up to (and at) a time: (M,), (M,) -> (M,), or -1."""
        within = np.clip(times_s - self.start_s, -0.5, self.span_s - 0.5)
        place = np.searchsorted(self.keys, codes * self.span_s + within, side="right") - 1
        found = (place >= 0) & (self.keys[place] >= codes * self.span_s) if len(self.keys) else place >= 0
        return np.where(found, place, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The truth as one path for each object, straight in space between its samples."""

    moments: Moments
    xyz_m: Float
    """ECEF positions in the order of `moments`, (N, 3)."""
    time_s: FloatN
    code: IntN
    names: tuple[str, ...]

    @classmethod
    def of(cls, truth: Truth) -> Self:
        """Paths of all objects that the truth has samples of."""
        used, numbers = np.unique(truth.object.codes, return_inverse=True)
        codes = numbers.astype(np.int64)
        moments = Moments.of(codes, truth.time)
        order = moments.order
        xyz = geodetic_to_ecef(truth.lat_deg[order], truth.lon_deg[order], truth.alt_m[order])
        return cls(
            moments, xyz, truth.time[order], codes[order], tuple(truth.object.names[code] for code in used)
        )

    def at(self, codes: IntN, times_s: FloatN) -> tuple[Float, Float, Float]:
        """Latitude, longitude (degrees) and height (metres) of objects at times: (M,), (M,) -> three (M,).

        Before its first and after its last sample an object stays where that sample is. The chord between
        samples 10 s apart cuts 0.1 m below an airliner's arc.
        """
        before = self.moments.last(codes, times_s)
        before = np.where(before >= 0, before, np.searchsorted(self.code, codes, side="left"))
        after = np.minimum(before + 1, np.searchsorted(self.code, codes, side="right") - 1)
        gap = self.time_s[after] - self.time_s[before]
        share = np.divide(times_s - self.time_s[before], gap, out=np.zeros_like(gap), where=gap > 0.0)
        share = np.clip(share, 0.0, 1.0)[:, None]
        return ecef_to_geodetic(self.xyz_m[before] * (1.0 - share) + self.xyz_m[after] * share)


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """When each sensor saw each object."""

    moments: Moments
    objects: int
    sensors: tuple[str, ...]
    time_s: FloatN
    reporting: Float
    """For each object, 1 when it reports its own position to anyone and 0 when it never does, (objects,)."""

    @classmethod
    def of(cls, detections: Detections, objects: tuple[str, ...]) -> Self:
        """Sightings of these objects; clutter and unknown objects are left out."""
        numbers = {name: number for number, name in enumerate(objects)}
        causes = detections.object.recode(numbers)
        rows = np.flatnonzero(causes >= 0)
        causes = causes[rows].astype(np.int64)
        sensors = detections.sensor.codes[rows].astype(np.int64)
        moments = Moments.of(sensors * len(objects) + causes, detections.time[rows])
        reporting = np.zeros(len(objects)) if len(detections) else np.ones(len(objects))
        reporting[causes[detections.kind.take(rows).equal("position")]] = 1.0
        times = detections.time[rows][moments.order]
        return cls(moments, len(objects), detections.sensor.names, times, reporting)

    def last_s(self, sensor: str, objects: IntN, times_s: FloatN) -> FloatN:
        """When a sensor last saw each object, up to and including a time: (M,), (M,) -> (M,), or -inf."""
        if sensor not in self.sensors or not len(self.time_s):
            return np.full(len(objects), -np.inf)
        place = self.moments.last(self.sensors.index(sensor) * self.objects + objects, times_s)
        return np.where(place >= 0, self.time_s[place], -np.inf)


def codes_of(names: Labels, objects: tuple[str, ...]) -> IntN:
    """Numbers of named objects within `objects`.

    Raises
    ------
    ValueError
        When a name is not among them.
    """
    codes = names.recode({name: number for number, name in enumerate(objects)}).astype(np.int64)
    if (codes < 0).any():
        stranger = names.values()[int(np.argmax(codes < 0))]
        raise ValueError(f"object {stranger!r} was missed or found but is not in the truth")
    return codes
