"""Polar planes: there and back, PROJ's numbers, and azimuths that point where they say."""

import numpy as np
import pyproj
import pytest

from kizuna.geo.bodies import MOON
from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.stereographic import NORTH, SOUTH

A_MICROMETRE = 1e-6
PLANES = pytest.mark.parametrize("plane", [NORTH, SOUTH], ids=["north", "south"])


@PLANES
def test_planes_are_those_of_proj(plane):
    """PROJ, to a micrometre, both ways."""
    sign = -1.0 if plane.south else 1.0
    lat, lon = sign * np.linspace(70.0, 90.0, 41), np.linspace(-180.0, 175.0, 41)
    proj = pyproj.Proj(plane.proj4)
    theirs = proj(lon, lat)
    ours = plane.to_plane(lat, lon)
    assert ours[0] == pytest.approx(theirs[0], abs=A_MICROMETRE)
    assert ours[1] == pytest.approx(theirs[1], abs=A_MICROMETRE)
    back_lat, back_lon = plane.from_plane(*ours)
    assert back_lat == pytest.approx(lat, abs=1e-11)
    assert np.cos(np.radians(back_lon - lon))[:-1] == pytest.approx(1.0, abs=1e-12)


@PLANES
def test_directions_point_at_their_places(plane):
    """Through the sphere's centre and back."""
    sign = -1.0 if plane.south else 1.0
    lat, lon = sign * np.array([89.9, 85.0, 70.0]), np.array([10.0, -100.0, 170.0])
    x, y = plane.to_plane(lat, lon)
    directions = plane.directions(x, y)
    assert directions * MOON.a_m == pytest.approx(geodetic_to_ecef(lat, lon, 0.0, MOON), abs=A_MICROMETRE)
    back = plane.from_directions(directions * 123.0)
    assert back[0] == pytest.approx(x, abs=A_MICROMETRE)
    assert back[1] == pytest.approx(y, abs=A_MICROMETRE)


@PLANES
def test_azimuths_and_scale_hold_on_the_plane(plane):
    """A metre towards an azimuth goes the scale's length towards the plane's azimuth."""
    sign = -1.0 if plane.south else 1.0
    lat, lon, azimuth = sign * 86.0, 37.0, 110.0
    metre_deg = np.degrees(1.0 / MOON.a_m)
    north = metre_deg * np.cos(np.radians(azimuth))
    east = metre_deg * np.sin(np.radians(azimuth)) / np.cos(np.radians(lat))
    here, there = np.array(plane.to_plane(lat, lon)), np.array(plane.to_plane(lat + north, lon + east))
    step = there - here
    grid = plane.grid_azimuth(azimuth, lon)
    assert np.degrees(np.arctan2(step[0], step[1])) % 360.0 == pytest.approx(grid, abs=1e-3)
    assert np.hypot(*step) == pytest.approx(plane.scale(*here), abs=1e-5)
    assert plane.true_azimuth(grid, lon) == pytest.approx(azimuth)


def test_a_pole_is_the_middle_and_the_other_is_far_away():
    """No division by zero and no NaN."""
    assert SOUTH.to_plane(-90.0, 12.0) == pytest.approx((0.0, 0.0), abs=A_MICROMETRE)
    assert np.hypot(*SOUTH.to_plane(90.0, 12.0)) > 1e20
