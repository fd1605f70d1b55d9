"""Kernels that turn what sensors measure into positions with covariances in ECEF.

Packed covariances hold the upper triangle of a symmetric 3x3, row by row: xx xy xz yy yz zz.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, CodeN, Float, FloatN, FloatNx3, FloatNx3x3, IntN

# Above this sine of the elevation no height tells the elevation: the cone of silence of a 2-D radar.
_STEEP = 0.97


@njit(cache=True, nogil=True)
def heights(
    rows: IntN,
    sensor: CodeN,
    elevation_deg: FloatN,
    height_m: FloatN,
    sigma_elevation: FloatN,
    sigma_height_m: FloatN,
) -> tuple[BoolN, FloatN, FloatN, bool]:
    """What tells the height of radar plots: a reported height, which is better, or else the elevation.

    A radar whose elevations are to be used must state how well it measures them.

    Parameters
    ----------
    rows
        (K,) rows of the plots; the (N,) arrays below are indexed by them.
    sensor
        (N,) index into the sensors' arrays.
    elevation_deg, height_m
        (N,) degrees, and metres above the ellipsoid; NaN for none.
    sigma_elevation, sigma_height_m
        (S,) standard deviations of the sensors' elevations (rad; NaN where none is stated) and of reported
        heights (m).

    Returns
    -------
    tuple
        (K,) whether nothing tells the height; (N,) elevation for `polar`, NaN where it isn't to be used; (N,)
        standard deviation of a reported height, m; and whether any height is reported.
    """
    untold, used_deg = np.zeros(len(rows), dtype=np.bool_), np.full(len(sensor), np.nan)
    sigma_m, any_height = np.zeros(len(sensor)), False
    for i, row in enumerate(rows):
        s = sensor[row]
        sigma_m[row] = sigma_height_m[s]
        if not math.isnan(height_m[row]):
            any_height = True
        elif math.isnan(elevation_deg[row]) or math.isnan(sigma_elevation[s]):
            untold[i] = True
        else:
            used_deg[row] = elevation_deg[row]
    return untold, used_deg, sigma_m, any_height


@njit(cache=True, error_model="numpy", nogil=True)
def polar(
    rows: IntN,
    range_m: FloatN,
    azimuth_deg: FloatN,
    elevation_deg: FloatN,
    height_m: FloatN,
    sigma_height_m: FloatN,
    sensor: CodeN,
    site_m: FloatNx3,
    basis: FloatNx3x3,
    radii_m: FloatNx3,
    sigma: FloatNx3,
    position_m: Float,
    cov_m2: Float,
    lift_m: Float,
) -> None:
    """Range, azimuth and elevation or height to ECEF, without the bias of the plain conversion.

    The mean of a measured direction is shortened by exp(-s²/2) for an angle error δ of standard deviation s,
    so the converted position is stretched by its inverse (Longbin, Xiaoquan, Yizu, Kang, Bar-Shalom 1998,
    "Unbiased converted measurements for tracking", IEEE T-AES 34(3)). Along the measured direction it is then
    too far by (s² + δ²)/2 of the range, whose mean square, 3/2 s⁴ for one angle, adds to the variance along
    it.

    With elevation, the errors of range, azimuth and elevation span the covariance. With height above the
    ellipsoid instead, the elevation follows from the triangle of the Earth's centre of curvature, the sensor
    and the target, and the errors of range, azimuth and height span it. An uncertain height moves the target
    along an arc, not along its tangent: with the height's deviation σ and the level distance l at range r,
    the second-order term of l is off by σ² r²/(2 l³) in the mean, and the mean square is three times that
    one's square.

    Parameters
    ----------
    rows
        (K,) rows to convert; all (N,) arrays below are indexed by them.
    range_m, azimuth_deg
        (N,) slant range in metres and azimuth in degrees from true north.
    elevation_deg
        (N,) degrees above the horizontal; NaN where height is to be used.
    height_m, sigma_height_m
        (N,) height above the ellipsoid and its standard deviation, metres; used where elevation is NaN.
    sensor
        (N,) index into the sensors' arrays.
    site_m
        (S, 3) sensor positions, ECEF, metres.
    basis
        (S, 3, 3) east, north, up at the sensors, rows in ECEF.
    radii_m
        (S, 3) radius of curvature in the meridian, in the prime vertical, and the sensor's height; metres.
    sigma
        (S, 3) standard deviations of range (m), azimuth (rad), elevation (rad).
    position_m
        (N, 3) ECEF positions; the chosen rows are written.
    cov_m2
        (N, 6) packed covariances; the chosen rows are written.
    lift_m
        (N, 3) how the position moves with one standard deviation of the height, m; zero with elevation; the
        chosen rows are written.
    """
    spread, level = np.empty((3, 3)), np.empty(3)
    for row in rows:
        s = sensor[row]
        distance = range_m[row]
        azimuth = math.radians(azimuth_deg[row])
        sin_a, cos_a = math.sin(azimuth), math.cos(azimuth)
        sigma_r, sigma_a, sigma_e = sigma[s, 0], sigma[s, 1], sigma[s, 2]
        by_elevation = not math.isnan(elevation_deg[row])
        by_range, by_height = 0.0, 0.0
        if by_elevation:
            sin_e = math.sin(math.radians(elevation_deg[row]))
        else:
            sigma_e = 0.0
            sin_e, by_range, by_height = _sine(distance, sin_a, cos_a, height_m[row], radii_m[s])
        cos_e = math.sqrt(1.0 - sin_e * sin_e)
        stretch_e = math.exp(0.5 * sigma_e * sigma_e)
        stretch_h = math.exp(0.5 * sigma_a * sigma_a) * stretch_e
        wide, high = sigma_a * sigma_a * cos_e * cos_e, sigma_e * sigma_e
        second_order = 1.5 * wide * wide + 1.5 * high * high + 2.0 * wide * high
        along_2 = sigma_r * sigma_r + distance * distance * second_order
        rise = distance * by_height * (0.0 if by_elevation else sigma_height_m[row])
        bend = 0.5 * rise * rise / (distance * cos_e**3)
        for i in range(3):
            east, north, up = basis[s, 0, i], basis[s, 1, i], basis[s, 2, i]
            level[i] = sin_a * east + cos_a * north
            upward = distance * sin_e * up * stretch_e
            position_m[row, i] = site_m[s, i] + distance * cos_e * level[i] * stretch_h + upward
            # How the point moves when the sine of the elevation does, at constant range.
            lift = distance * (up - sin_e / cos_e * level[i])
            lift_m[row, i] = lift / distance * rise
            spread[i, 0] = (cos_e * level[i] + sin_e * up + lift * by_range) * math.sqrt(along_2)
            spread[i, 1] = distance * cos_e * (cos_a * east - sin_a * north) * sigma_a
            spread[i, 2] = lift * cos_e * sigma_e if by_elevation else lift_m[row, i]
        k = 0
        for i in range(3):
            for j in range(i, 3):
                together = spread[i, 0] * spread[j, 0] + spread[i, 1] * spread[j, 1]
                together += 3.0 * bend * bend * level[i] * level[j]
                cov_m2[row, k] = together + spread[i, 2] * spread[j, 2]
                k += 1


@njit(cache=True, error_model="numpy")
def _sine(
    distance_m: float, sin_a: float, cos_a: float, height_m: float, radii_m: FloatN
) -> tuple[float, float, float]:
    """Sine of the elevation at which a height is seen, and its derivatives by range and by height, 1/m."""
    # Euler's formula: the Earth's radius of curvature along the azimuth.
    radius = 1.0 / (cos_a * cos_a / radii_m[0] + sin_a * sin_a / radii_m[1])
    low = radii_m[2]
    centre = radius + low
    square = (height_m - low) * (2.0 * radius + height_m + low) - distance_m * distance_m
    sine = square / (2.0 * distance_m * centre)
    sine = min(max(sine, -_STEEP), _STEEP)
    return sine, -sine / distance_m - 1.0 / centre, (radius + height_m) / (distance_m * centre)


@njit(cache=True, nogil=True)
def geodetic(
    rows: IntN,
    lat_deg: FloatN,
    lon_deg: FloatN,
    alt_m: FloatN,
    sigma_level_m: FloatN,
    sigma_alt_m: FloatN,
    semi_major_m: float,
    eccentricity_2: float,
    position_m: Float,
    cov_m2: Float,
) -> None:
    """Latitude, longitude and height to ECEF, with one accuracy for the level and one for the height.

    X = (N + h) cos φ cos λ, Y = (N + h) cos φ sin λ, Z = (N(1 - e²) + h) sin φ, with N = a / √(1 - e² sin²
    φ). The covariance is σ²(I - u uᵀ) + σ_h² u uᵀ for the up direction u.

    Parameters
    ----------
    rows
        (M,) rows to convert; all (N,) arrays are indexed by them.
    lat_deg, lon_deg, alt_m
        (N,) geodetic coordinates on the ellipsoid, degrees and metres.
    sigma_level_m, sigma_alt_m
        (N,) standard deviations of each level axis and of the height, metres.
    semi_major_m, eccentricity_2
        The ellipsoid's semi-major axis a in metres and first eccentricity squared e².
    position_m, cov_m2
        (N, 3) ECEF positions in metres and (N, 6) packed covariances; the chosen rows are written.
    """
    up = np.empty(3)
    for row in rows:
        lat, lon = math.radians(lat_deg[row]), math.radians(lon_deg[row])
        up[0] = math.cos(lat) * math.cos(lon)
        up[1] = math.cos(lat) * math.sin(lon)
        up[2] = math.sin(lat)
        normal = semi_major_m / math.sqrt(1.0 - eccentricity_2 * up[2] * up[2])
        position_m[row, 0] = (normal + alt_m[row]) * up[0]
        position_m[row, 1] = (normal + alt_m[row]) * up[1]
        position_m[row, 2] = (normal * (1.0 - eccentricity_2) + alt_m[row]) * up[2]
        level_2 = sigma_level_m[row] * sigma_level_m[row]
        excess = sigma_alt_m[row] * sigma_alt_m[row] - level_2
        k = 0
        for i in range(3):
            for j in range(i, 3):
                cov_m2[row, k] = excess * up[i] * up[j] + (level_2 if i == j else 0.0)
                k += 1
