"""What sensors measure, turned into places with covariances on the Earth."""

from dataclasses import dataclass

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.geo.frames import enu_basis, geodetic_to_ecef
from kizuna.geo.horizon import lowest_visible_m
from kizuna.kernels import measure
from kizuna.shapes import BoolN, CodeN, FloatN, FloatNx3, FloatNx3x3, FloatNx6, IntN

HIGHEST_M = 12_000.0
"""Where nothing tells an object's height, it is somewhere between the lowest visible point and here."""

LEAST_DEPTH_M = 2_000.0
"""Far out, where only what is higher is visible, the heights that come into question still span this much."""

USUAL_HEIGHT_SIGMA_M = 25.0
"""Accuracy of a reported height whose sensor states none: Mode C counts in steps of 100 feet."""

_ON_LINE_M = 1e5
"""How far out on its line the place of a bearing is written: any will do."""

ASSUMED_ALIKE = 100.0
"""An assumed height errs alike in all plots of a track: a hundred of them tell about as much as one."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The sensors' places and accuracies as arrays over S sensors; NaN where a sensor has none."""

    place_m: FloatNx3
    basis: FloatNx3x3
    """East, north, up at the sensors, rows in ECEF."""
    up: FloatNx3
    alt_m: FloatN
    radii_m: FloatNx3
    """Radius of curvature in the meridian and the prime vertical, and the height; metres."""
    sigma: FloatNx3
    """Range in metres, azimuth and elevation in radians."""
    sigma_position_m: FloatN
    sigma_altitude_m: FloatN
    """Of reported heights; the usual one where a sensor states none."""


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
    basis = enu_basis(lat_deg, lon_deg)
    return Sites(
        place_m=geodetic_to_ecef(lat_deg, lon_deg, alt_m),
        basis=basis,
        up=np.ascontiguousarray(basis[:, 2]),
        alt_m=alt_m,
        radii_m=np.stack([meridian, prime, alt_m], axis=1),
        sigma=np.stack(
            [sigma_range_m, np.radians(sigma_azimuth_deg), np.radians(sigma_elevation_deg)], axis=1
        ),
        sigma_position_m=sigma_position_m,
        sigma_altitude_m=np.where(np.isnan(sigma_altitude_m), USUAL_HEIGHT_SIGMA_M, sigma_altitude_m),
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
    lift_m: FloatNx3,
) -> BoolN:
    """Radar plots to ECEF places, written into the chosen rows; all arrays (N,) but for `rows`.

    The height of Mode C is used where there is one, else the elevation, else an assumed height with a wide
    spread. A track that is updated with an assumed height must not take it for news again and again: the
    outer product of `loose_m` is to be added to the covariance then.

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
    place_m, cov_m2, lift_m
        (N, 3) ECEF metres, (N, 6) packed covariances (see `kizuna.kernels.measure`), (N, 3) m; written.

    Returns
    -------
    BoolN
        (M,) whether the height of each plot is assumed.
    """
    told, elevation_deg, sigma_alt_m, any_height = measure.heights(
        rows, sensor, elevation_deg, alt_m, known.sigma[:, 2], known.sigma_altitude_m
    )
    assumed = rows[told]
    if len(assumed):
        alt_m = alt_m.copy()
        alt_m[assumed], sigma_alt_m[assumed] = assumed_height(range_m[assumed], known.alt_m[sensor[assumed]])
    measure.polar(
        rows,
        range_m,
        azimuth_deg,
        elevation_deg,
        alt_m,
        sigma_alt_m,
        sensor,
        known.place_m,
        known.basis,
        known.radii_m,
        known.sigma,
        place_m,
        cov_m2,
        lift_m,
    )
    if any_height:
        lift_m[rows[~told]] = 0.0
    return told


def bearing_lines(
    rows: IntN,
    sensor: CodeN,
    azimuth_deg: FloatN,
    elevation_deg: FloatN,
    known: Sites,
    place_m: FloatNx3,
    cov_m2: FloatNx6,
    line: IntN,
) -> None:
    """Bearings to lines, written into the chosen rows; arguments as in `radar_places`.

    The place is one on the line, and its covariance is nothing; NaN where the sensor states no accuracy.
    `line`, (N,), becomes 2 where an elevation tells the line and 1 where it is anywhere above the horizontal.
    """
    at = sensor[rows]
    told = ~np.isnan(elevation_deg[rows] + known.sigma[at, 2])
    azimuth, elevation = np.radians(azimuth_deg[rows]), np.radians(np.where(told, elevation_deg[rows], 0.0))
    level = np.cos(elevation)
    local = np.stack([level * np.sin(azimuth), level * np.cos(azimuth), np.sin(elevation)], axis=1)
    place_m[rows] = known.place_m[at] + _ON_LINE_M * np.einsum("ni,nij->nj", local, known.basis[at])
    cov_m2[rows] = np.where(np.isnan(known.sigma[at, 1]), np.nan, 0.0)[:, None]
    line[rows] = np.where(told, 2, 1)


def assumed_height(range_m: FloatN, site_alt_m: FloatN) -> tuple[FloatN, FloatN]:
    """Mean and standard deviation of the heights at which a radar can see something, metres: (N,), (N,).

    They lie evenly between the lowest visible point at that range and `HIGHEST_M`, or as high as the range
    allows.
    """
    lowest = np.maximum(lowest_visible_m(site_alt_m, range_m), 0.0)
    highest = np.minimum(np.maximum(HIGHEST_M, lowest + LEAST_DEPTH_M), site_alt_m + 0.9 * range_m)
    lowest = np.minimum(lowest, highest)
    return 0.5 * (lowest + highest), (highest - lowest) / np.sqrt(12.0) + 1.0


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
    """Position reports to ECEF places, written into the chosen rows; arguments as in `radar_places`.

    A report without a height is somewhere below `HIGHEST_M`.
    """
    no_height = np.isnan(alt_m)
    sigma_m = np.where(no_height, HIGHEST_M / np.sqrt(12.0), known.sigma_altitude_m[sensor])
    measure.geodetic(
        rows,
        lat_deg,
        lon_deg,
        np.where(no_height, 0.5 * HIGHEST_M, alt_m),
        known.sigma_position_m[sensor],
        sigma_m,
        WGS84_A_M,
        WGS84_E2,
        place_m,
        cov_m2,
    )
