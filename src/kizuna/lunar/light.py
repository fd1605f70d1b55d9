"""Light and sight at one place over time: Sun, Earth and relay above the ground."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from kizuna.files import replacing
from kizuna.lunar.disc import fraction_over
from kizuna.lunar.ephemeris import EARTH_RADIUS_M, SUN_RADIUS_M, Ephemeris
from kizuna.lunar.horizon import Horizon
from kizuna.lunar.relay import Orbit
from kizuna.lunar.spells import Spells, spells_of
from kizuna.shapes import BoolN, FloatN

LIT: Final = 0.5
"""The least fraction of the Sun's disc that counts as light, if not said otherwise: half of it."""


@dataclass(frozen=True, slots=True)
class Lights:
    """What stands above the ground of one place, at N times.

    Parameters
    ----------
    times_s
        (N,) seconds since 1970-01-01 UTC.
    sun_azimuth_deg, sun_elevation_deg, sun_fraction
        (N,) the Sun's centre, and the share of its light that arrives, 0 to 1.
    earth_azimuth_deg, earth_elevation_deg, earth_fraction
        (N,) the same of the Earth's disc.
    relay_azimuth_deg, relay_elevation_deg, relay_seen
        (N,) the relay satellite, and whether it stands above the ground; without one, NaN and False.
    """

    times_s: FloatN
    sun_azimuth_deg: FloatN
    sun_elevation_deg: FloatN
    sun_fraction: FloatN
    earth_azimuth_deg: FloatN
    earth_elevation_deg: FloatN
    earth_fraction: FloatN
    relay_azimuth_deg: FloatN
    relay_elevation_deg: FloatN
    relay_seen: BoolN

    @property
    def linked(self) -> BoolN:
        """Whether word can pass, (N,): half of the Earth's disc is above the ground, or the relay is."""
        return np.asarray((self.earth_fraction >= LIT) | self.relay_seen)

    def light(self, least: float = LIT) -> Spells:
        """When at least this share of the Sun is seen."""
        return spells_of(self.times_s, self.sun_fraction >= least)

    def darkness(self, least: float = LIT) -> Spells:
        """When less than this share of the Sun is seen."""
        return spells_of(self.times_s, self.sun_fraction < least)

    def silence(self) -> Spells:
        """When neither the Earth nor the relay is in view."""
        return spells_of(self.times_s, ~self.linked)

    def write(self, path: Path | str) -> None:
        """Write it as Parquet, one row for each time; the columns are `time` and the fields of this class.

        Raises
        ------
        WorkError
            When the file can't be written.
        """
        columns = {"time": self.times_s} | {
            name: getattr(self, name) for name in self.__dataclass_fields__ if name != "times_s"
        }
        with replacing(path) as temporary:
            pq.write_table(pa.table(columns), temporary)


def lights_at(
    horizon: Horizon,
    ephemeris: Ephemeris,
    times_s: ArrayLike,
    *,
    limb: float = 0.0,
    relay: Orbit | None = None,
    relay_above_deg: float = 5.0,
) -> Lights:
    """Sun, Earth and relay at one place.

    Parameters
    ----------
    horizon
        Of the place, with its mast.
    ephemeris
        See `kizuna.lunar.ephemeris.load_ephemeris`.
    times_s
        (N,) seconds since 1970-01-01 UTC.
    limb
        Limb darkening of the Sun; see `kizuna.lunar.disc.SUN_LIMB`.
    relay
        The relay's orbit, if there is one.
    relay_above_deg
        How high above the plain the relay must stand, besides being above the ground.

    Raises
    ------
    InputError
        When a time lies outside the ephemeris.
    """
    lat, lon, height = horizon.lat_deg, horizon.lon_deg, horizon.height_m
    sky = ephemeris.sky(times_s, lat, lon, height)
    sun_azimuth, sun_elevation, sun_m = sky.sun(lat, lon, height)
    earth_azimuth, earth_elevation, earth_m = sky.earth(lat, lon, height)
    sun_size, earth_size = (
        np.degrees(np.arcsin(radius / away))
        for radius, away in ((SUN_RADIUS_M, sun_m), (EARTH_RADIUS_M, earth_m))
    )
    nothing = np.full(len(sky.times_s), np.nan)
    relay_azimuth, relay_elevation = nothing, nothing
    if relay is not None:
        relay_azimuth, relay_elevation, _ = relay.seen_from(ephemeris, sky.times_s, lat, lon, height)
    with np.errstate(invalid="ignore"):
        over = relay_elevation > np.maximum(horizon.at(np.nan_to_num(relay_azimuth)), relay_above_deg)
    return Lights(
        sky.times_s,
        sun_azimuth,
        sun_elevation,
        fraction_over(horizon, sun_azimuth, sun_elevation, sun_size, limb),
        earth_azimuth,
        earth_elevation,
        fraction_over(horizon, earth_azimuth, earth_elevation, earth_size),
        relay_azimuth,
        relay_elevation,
        np.asarray(over & np.isfinite(relay_elevation)),
    )
