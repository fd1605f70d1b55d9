"""A dense ray caster: slow, plain, and with nothing in common with the kernels that it judges."""

import numpy as np

from kizuna.geo.bodies import MOON
from kizuna.geo.frames import aer_to_ecef, ecef_to_aer, ecef_to_geodetic, geodetic_to_ecef


def horizon_deg(terrain, lat_deg, lon_deg, mast_m, azimuth_deg, reach_m):
    """Elevation of the horizon at one azimuth: every fiftieth of a cell, every tenth farther away.

    Points lie on the great circle through the place, which a straight line in the plane of the zenith and the
    azimuth meets when it is projected down to the sphere.
    """
    step_m = terrain.near.step_m
    near = np.arange(0.02 * step_m, 20.0 * step_m, 0.02 * step_m)
    middle = np.arange(20.0 * step_m, 100.0 * step_m, 0.05 * step_m)
    far = [100.0 * step_m]
    while far[-1] < reach_m:
        far.append(far[-1] + max(0.1 * step_m, 0.0002 * far[-1]))
    distance = np.concatenate((near, middle, far))
    angle = distance / MOON.a_m
    line = aer_to_ecef(azimuth_deg, 0.0, MOON.a_m * np.tan(angle), lat_deg, lon_deg, 0.0, MOON)
    lat, lon, _ = ecef_to_geodetic(line, MOON)
    height = terrain.height_at(*terrain.plane.to_plane(lat, lon))
    eye_m = float(terrain.height_at(*terrain.plane.to_plane(lat_deg, lon_deg))) + mast_m
    points = geodetic_to_ecef(lat, lon, height, MOON)
    _, elevation, _ = ecef_to_aer(points, lat_deg, lon_deg, eye_m, MOON)
    return np.nanmax(elevation)
