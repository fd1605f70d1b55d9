"""What sensors measure, turned into places with covariances on the Earth."""

from dataclasses import dataclass

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.geo.frames import enu_basis, geodetic_to_ecef
from kizuna.kernels import measure
from kizuna.shapes import CodeN, FloatN, FloatNx3, FloatNx3x3, FloatNx6, IntN

UNKNOWN_HEIGHT_M = 6_000.0
"""Where an object of unknown height is assumed: the middle of the heights that aircraft use."""

UNKNOWN_HEIGHT_SIGMA_M = 3_500.0
"""And how unsure that is: heights from the ground to 12 km, as uniform, have this standard deviation."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The sensors' places and accuracies as arrays over S sensors; NaN where a sensor has none."""

    place_m: FloatNx3
    basis: FloatNx3x3
    alt_m: FloatN
    radii_m: FloatNx3
    """Radius of curvature in the meridian and the prime vertical, and the height; metres."""
    sigma: FloatNx3
    """Range in metres, azimuth and elevation in radians."""
    sigma_position_m: FloatN
    sigma_altitude_m: FloatN


def sites(
    lat_deg: FloatN,
    lon_deg: FloatN,
    alt_m: FloatN,
    sigma_range_m: FloatN,
    sigma_azimuth_deg: FloatN,
    sigma_elevation_deg: FloatN,
    sigma_position_m: FloatN,
    sigma_altitude_m: FloatN,
) -> Sites:
    """Prepare sensors, each argument (S,): geodetic degrees and metres, standard deviations as named."""
    sin_2 = np.sin(np.radians(lat_deg)) ** 2
    prime = WGS84_A_M / np.sqrt(1.0 - WGS84_E2 * sin_2)
    meridian = prime * (1.0 - WGS84_E2) / (1.0 - WGS84_E2 * sin_2)
    return Sites(
        place_m=geodetic_to_ecef(lat_deg, lon_deg, alt_m),
        basis=enu_basis(lat_deg, lon_deg),
        alt_m=alt_m,
        radii_m=np.stack([meridian, prime, alt_m], axis=1),
        sigma=np.stack(
            [sigma_range_m, np.radians(sigma_azimuth_deg), np.radians(sigma_elevation_deg)], axis=1
        ),
        sigma_position_m=sigma_position_m,
        sigma_altitude_m=sigma_altitude_m,
    )


def radar_places(
    rows: IntN,
    sensor: CodeN,
    range_m: FloatN,
    azimuth_deg: FloatN,
    elevation_deg: FloatN,
    alt_m: FloatN,
    known: Sites,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
) -> None:
    """Radar plots to ECEF places, written into the chosen rows; all arrays (N,) but for `rows`.

    The elevation is used where it is measured, else the height of Mode C, else an assumed height with a wide
    spread.

    Parameters
    ----------
    rows
        (M,) rows of the plots.
    sensor
        (N,) index of each plot's sensor among `known`.
    range_m, azimuth_deg, elevation_deg, alt_m
        (N,) measurements; NaN for what is not measured.
    known
        The sensors.
    place_m, cov_m2
        (N, 3) ECEF metres and (N, 6) packed covariances (see `kizuna.kernels.measure`); written.
    """
    sigma_m = known.sigma_altitude_m[sensor]
    no_height = np.isnan(alt_m) | np.isnan(sigma_m)
    height_m = np.where(no_height, np.minimum(UNKNOWN_HEIGHT_M, known.alt_m[sensor] + 0.7 * range_m), alt_m)
    sigma_m = np.where(no_height, UNKNOWN_HEIGHT_SIGMA_M, sigma_m)
    # A radar must state how well it measures elevation; Mode C, where there is one, is better.
    unused = np.isnan(known.sigma[sensor, 2]) | ~no_height
    elevation_deg = np.where(unused, np.nan, elevation_deg)
    measure.polar(
        rows,
        range_m,
        azimuth_deg,
        elevation_deg,
        height_m,
        sigma_m,
        sensor,
        known.place_m,
        known.basis,
        known.radii_m,
        known.sigma,
        place_m,
        cov_m2,
    )


def reported_places(
    rows: IntN,
    sensor: CodeN,
    lat_deg: FloatN,
    lon_deg: FloatN,
    alt_m: FloatN,
    known: Sites,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
) -> None:
    """Position reports to ECEF places, written into the chosen rows; arguments as in `radar_places`."""
    no_height = np.isnan(alt_m)
    sigma_m = np.where(no_height, UNKNOWN_HEIGHT_SIGMA_M, known.sigma_altitude_m[sensor])
    measure.geodetic(
        rows,
        lat_deg,
        lon_deg,
        np.where(no_height, UNKNOWN_HEIGHT_M, alt_m),
        known.sigma_position_m[sensor],
        sigma_m,
        WGS84_A_M,
        WGS84_E2,
        place_m,
        cov_m2,
    )
