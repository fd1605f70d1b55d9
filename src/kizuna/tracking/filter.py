"""From detections of any kind to places with covariances, the one form that the tracker works on."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from kizuna.constants import EARTH_MEAN_RADIUS_M, EFFECTIVE_EARTH_FACTOR, WGS84_A_M, WGS84_F
from kizuna.errors import InputError
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import DEFAULTS, Sensors
from kizuna.models import measurement
from kizuna.shapes import BoolN, CodeN, Float, FloatN, FloatNx3, FloatNx6, IntN
from kizuna.tracking.cores import ONE, Cores

POSITION, RADAR = 0, 1
"""The two channels in which an object may say who it is."""

EARTH = np.array([WGS84_A_M, WGS84_F, EFFECTIVE_EARTH_FACTOR * EARTH_MEAN_RADIUS_M])
"""The numbers by which `kizuna.kernels.existence` knows the Earth."""

_HEIGHTS_M = 12_000.0
"""Clutter fills the air up to here."""
_HEARD_EVERYWHERE_M = 1e7
LONG_M = 2e6
"""Standard deviation along what a bearing doesn't tell: ten times what any track doesn't know."""
_NEW_PER_SCAN = 0.1
"""How many new objects a sensor finds in one scan, on average; the weight of "new" beside clutter."""
_GLANCE = 0.8
"""In this share of its period no sensor sees an object twice: periods jitter by less than a fifth."""
_BEND = 0.05
"""Share of the deviation of the range by which errors of direction may bend a place and be left at that."""
_FALSE_PLOTS, _FALSE_REPORTS = 0.3, 1e-3
"""False radar plots and position reports in one period, at least: no sensor is perfect."""
_NEW_REPORTS = 0.5
"""And new objects: a position report is rarely about nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """Places that sensors have measured, N rows in order of time."""

    time_s: FloatN
    sensor: IntN
    """Index among the tracker's sensors."""
    place_m: FloatNx3
    """ECEF."""
    cov_m2: FloatNx6
    """Packed upper triangle of the 3x3 covariance in ECEF."""
    lift_m: FloatNx3
    """How the place moves with one standard deviation of an assumed height; zero where none is assumed."""
    assumed: BoolN
    """Whether the height is assumed."""
    bent: BoolN
    """Whether errors of direction bend the place by much, so that a track is to lay it where it is."""
    line: IntN
    """What a bearing tells: 1 azimuth, 2 azimuth and elevation; 0 for what isn't one. A bearing's place is
    any on its line, until it is laid at a track (`kizuna.tracking.associate.laid`)."""
    rate_mps: FloatN
    """Range rate, NaN for none."""
    identity: IntN
    """Code of what the object said of itself, -1 for nothing."""
    channel: IntN
    """`POSITION` or `RADAR`."""

    @property
    def loose(self) -> bool:
        """Whether any of the places depend on the track that they are for."""
        return bool(self.assumed.any() or self.bent.any() or self.line.any())

    def take(self, rows: slice | IntN) -> Self:
        """The chosen rows."""
        return type(self)(
            self.time_s[rows],
            self.sensor[rows],
            self.place_m[rows],
            self.cov_m2[rows],
            self.lift_m[rows],
            self.assumed[rows],
            self.bent[rows],
            self.line[rows],
            self.rate_mps[rows],
            self.identity[rows],
            self.channel[rows],
        )

    @classmethod
    def join(cls, parts: list["Measurements"]) -> "Measurements":
        """The rows of all parts, one part after the other."""
        if len(parts) == 1:
            return parts[0]
        return Measurements(
            **{
                item.name: np.concatenate([getattr(part, item.name) for part in parts])
                for item in fields(cls)
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What the tracker knows of its S sensors, as arrays."""

    names: tuple[str, ...]
    sites: measurement.Sites
    placed: BoolN
    is_position: BoolN
    is_bearing: BoolN
    max_range_m: FloatN
    sigma_rate_mps: FloatN
    period_s: FloatN
    pd: FloatN
    """Probability of detection, below one."""
    clutter: FloatN
    """False detections in a scan."""
    learns: BoolN
    """Whether that is only where learning begins: radars of which it isn't stated, or all."""
    learns_detection: BoolN
    """Whether the probability of detection is to be learned by range, from what is stated on."""
    least_new: FloatN
    """New objects in a scan, at least."""
    volume_m3: FloatN
    """The space over which clutter and new objects spread."""
    resolution: Float
    """(S, 2): in range, m, and in azimuth, rad; NaN for those that resolve everything."""
    hit_bonus: FloatN
    """What a hit gives back: -ln(1 - pd), the misses charged for its period."""

    @classmethod
    def of(cls, sensors: Sensors, learn_clutter: bool = False, learn_detection: bool = False) -> Self:
        """Arrays for the sensors, nulls replaced by their defaults; what all radars have may be learned."""
        codes = sensors.sensor.codes
        is_position = sensors.kind.equal("position")
        pd = np.where(np.isnan(sensors.pd), DEFAULTS["pd"], sensors.pd)
        clutter = np.where(
            np.isnan(sensors.clutter_per_scan), DEFAULTS["clutter_per_scan"], sensors.clutter_per_scan
        )
        max_range_m = np.where(np.isnan(sensors.max_range_m), _HEARD_EVERYWHERE_M, sensors.max_range_m)
        is_bearing = sensors.kind.equal("bearing")
        reach_m = np.minimum(max_range_m, 5e5)
        volume_m3 = np.pi * reach_m**2 * _HEIGHTS_M
        # Where a bearing is laid, half way out: what its angles span there, and the deviations of the rest.
        arc_m, wide_m = np.pi * reach_m, np.sqrt(2.0 * np.pi) * LONG_M
        upright_m = np.where(np.isnan(sensors.sigma_elevation_deg), wide_m, _HEIGHTS_M)
        volume_m3 = np.where(is_bearing, arc_m * upright_m * wide_m, volume_m3)
        capped = np.minimum(pd, 0.98)
        return cls(
            names=tuple(sensors.sensor.names[code] for code in codes),
            sites=measurement.sites(
                sensors.lat_deg,
                sensors.lon_deg,
                sensors.alt_m,
                sensors.sigma_range_m,
                sensors.sigma_azimuth_deg,
                sensors.sigma_elevation_deg,
                sensors.sigma_position_m,
                sensors.sigma_altitude_m,
            ),
            placed=~np.isnan(sensors.lat_deg + sensors.lon_deg + sensors.alt_m),
            is_position=is_position,
            is_bearing=is_bearing,
            max_range_m=max_range_m,
            sigma_rate_mps=sensors.sigma_range_rate_mps,
            period_s=sensors.period_s,
            pd=capped,
            clutter=np.maximum(clutter, np.where(is_position, _FALSE_REPORTS, _FALSE_PLOTS)),
            learns=sensors.kind.equal("radar") & (np.isnan(sensors.clutter_per_scan) | learn_clutter),
            learns_detection=sensors.kind.equal("radar") & learn_detection,
            least_new=np.where(is_position, _NEW_REPORTS, _NEW_PER_SCAN),
            volume_m3=volume_m3,
            resolution=np.stack(
                [sensors.resolution_range_m, np.radians(sensors.resolution_azimuth_deg)], axis=1
            ),
            hit_bonus=-np.log1p(-capped),
        )

    def glance_s(self, slice_s: float) -> FloatN:
        """How long each sensor, (S,), surely doesn't see an object twice; no longer than a slice."""
        return np.minimum(slice_s, _GLANCE * self.period_s)


class Identities:
    """Names that objects give themselves, numbered in the order in which they are first heard."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._last: tuple[str, ...] = ()
        self._lookup = np.array([-1], dtype=np.int64)

    def code(self, labels: Labels) -> IntN:
        """Codes under this numbering, (N,); -1 for null."""
        if labels.names is not self._last:
            for name in labels.names:
                self._numbers.setdefault(name, len(self._numbers))
            self._lookup = np.array([*(self._numbers[name] for name in labels.names), -1], dtype=np.int64)
            self._last = labels.names
        codes: IntN = self._lookup[labels.codes]
        return codes

    def names(self) -> tuple[str, ...]:
        """All names, by code."""
        return tuple(self._numbers)


class Filter:
    """Turns detections into measurements, by the accuracies of the tracker's sensors; counts what is odd."""

    def __init__(self, sources: Sources, cores: Cores = ONE) -> None:
        self.sources = sources
        self._cores = cores
        self.identities = Identities()
        self._sensor_numbers = {name: i for i, name in enumerate(sources.names)}
        self.plots = np.zeros(len(sources.names), dtype=np.int64)
        """Radar plots of each sensor so far."""
        self.flat = np.zeros(len(sources.names), dtype=np.int64)
        """Those among them that nothing tells the height of."""

    def measure(self, detections: Detections) -> Measurements:
        """Measurements of all detections.

        Raises
        ------
        InputError
            When a detection's sensor is not among the tracker's sensors, or is not of its kind.
        """
        sensor = detections.sensor.recode(self._sensor_numbers)
        if (sensor < 0).any():
            row = int(np.argmax(sensor < 0))
            name = detections.sensor.names[detections.sensor.codes[row]]
            expected = "one of " + ", ".join(self.sources.names)
            raise InputError("detections", f"column sensor, row {row}", f"{name!r} is not known", expected)
        bearing = detections.kind.equal("bearing")
        count = len(detections)
        place_m, cov_m2, lift_m = np.empty((count, 3)), np.empty((count, 6)), np.zeros((count, 3))
        is_position = detections.kind.equal("position")
        self._place_plots(
            np.flatnonzero(~is_position & ~bearing), sensor, detections, place_m, cov_m2, lift_m
        )
        reports = np.flatnonzero(is_position)
        if len(reports):
            measurement.reported_places(
                reports,
                sensor,
                detections.lat_deg,
                detections.lon_deg,
                detections.alt_m,
                self.sources.sites,
                place_m,
                cov_m2,
            )
        line = np.zeros(count, dtype=np.int64)
        if bearing.any():
            measurement.bearing_lines(
                np.flatnonzero(bearing),
                sensor,
                detections.azimuth_deg,
                detections.elevation_deg,
                self.sources.sites,
                place_m,
                cov_m2,
                line,
            )
        self._refuse_vague(np.isnan(cov_m2[:, 0]), sensor, detections)
        stated = ~np.isnan(self.sources.sigma_rate_mps[sensor])
        return Measurements(
            time_s=detections.time,
            sensor=sensor.astype(np.int64),
            place_m=place_m,
            cov_m2=cov_m2,
            lift_m=lift_m,
            assumed=lift_m[:, 0] != 0.0,
            bent=self._bent(sensor, detections),
            line=line,
            rate_mps=np.where(stated, detections.range_rate_mps, np.nan),
            identity=self.identities.code(detections.identity),
            channel=np.where(is_position, POSITION, RADAR),
        )

    def _place_plots(
        self,
        rows: IntN,
        sensor: CodeN,
        detections: Detections,
        place_m: FloatNx3,
        cov_m2: FloatNx6,
        lift_m: FloatNx3,
    ) -> None:
        if not len(rows):
            return

        def place(part: slice) -> BoolN:
            return measurement.radar_places(
                rows[part],
                sensor,
                detections.range_m,
                detections.azimuth_deg,
                detections.elevation_deg,
                detections.alt_m,
                self.sources.sites,
                place_m,
                cov_m2,
                lift_m,
            )

        assumed = np.concatenate(self._cores.share(place, len(rows)))
        self.plots += np.bincount(sensor[rows], minlength=len(self.plots))
        self.flat += np.bincount(sensor[rows[assumed]], minlength=len(self.flat))

    def _bent(self, sensor: CodeN, detections: Detections) -> BoolN:
        """Which places were made of wide angles, (N,); none of those by height or of reports."""
        sigma = self.sources.sites.sigma[sensor]
        by_elevation = ~np.isnan(detections.elevation_deg) & np.isnan(detections.alt_m)
        bend_m = detections.range_m * (sigma[:, 1] ** 2 + sigma[:, 2] ** 2)
        wide: BoolN = by_elevation & (bend_m > _BEND * sigma[:, 0])
        return wide

    def _refuse_vague(self, vague: BoolN, sensor: CodeN, detections: Detections) -> None:
        if vague.any():
            row = int(np.argmax(vague))
            name, kind = self.sources.names[sensor[row]], detections.kind.values()[row]
            problem = (
                f"a detection of kind {kind} from sensor {name!r}, which states no accuracy for that kind"
            )
            raise InputError("detections", f"row {row}", problem, "a sensor of the same kind")
