"""Great circles against PROJ's geodesics, with the error of the sphere stated, and against exact geometry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from kizuna.constants import EARTH_MEAN_RADIUS_M
from kizuna.geo.bodies import EARTH, MOON
from kizuna.geo.geodesic import along, course_deg, destination, great_circle_m

one_millimetre = 1e-3
flattening_of_a_distance = 0.0057  # the sphere against the ellipsoid, worst north-south at the equator
flattening_of_a_course_deg = 0.3  # the same, for places up to 15,000 km apart

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 180.0)


@pytest.fixture(scope="module")
def pairs():
    draw = np.random.default_rng(20260711)
    lat1, lat2 = draw.uniform(-90, 90, (2, 20000))
    lon1, lon2 = draw.uniform(-180, 180, (2, 20000))
    return lat1, lon1, lat2, lon2


def test_distance_and_course_equal_the_geodesic_to_the_flattening(pairs):
    """Source: PROJ's Geod on WGS-84 (Karney's geodesics)."""
    lat1, lon1, lat2, lon2 = pairs
    azimuth, _, distance = Geod(ellps="WGS84").inv(lon1, lat1, lon2, lat2)
    assert np.abs(great_circle_m(*pairs) / distance - 1.0).max() < flattening_of_a_distance
    turned = np.abs((course_deg(*pairs) - azimuth + 180.0) % 360.0 - 180.0)
    assert turned[distance < 15e6].max() < flattening_of_a_course_deg


def test_distance_course_and_destination_equal_the_geodesic_on_the_same_sphere(pairs):
    """Source: PROJ's Geod on a sphere of the same radius."""
    lat1, lon1, lat2, lon2 = pairs
    radius_m = EARTH.mean_radius_m
    sphere = Geod(a=radius_m, b=radius_m)
    azimuth, _, distance = sphere.inv(lon1, lat1, lon2, lat2)
    assert np.abs(great_circle_m(*pairs) - distance).max() < one_millimetre
    turned = (course_deg(*pairs) - azimuth + 180.0) % 360.0 - 180.0
    assert np.abs(np.radians(turned) * np.sin(distance / radius_m)).max() * radius_m < one_millimetre
    lon, lat, _ = sphere.fwd(lon1, lat1, azimuth, 0.3 * distance)
    assert great_circle_m(*destination(lat1, lon1, azimuth, 0.3 * distance), lat, lon).max() < one_millimetre
    assert great_circle_m(*along(*pairs, 0.3), lat, lon).max() < one_millimetre


def test_radius_is_the_mean_radius_of_the_constants():
    """Source: Moritz 1980, as kept in `kizuna.constants` to the decimetre."""
    assert EARTH.mean_radius_m == pytest.approx(EARTH_MEAN_RADIUS_M, abs=0.05)


@given(latitudes, longitudes, latitudes, longitudes, st.floats(0.0, 1.0))
def test_a_place_along_the_way_divides_the_distance(lat1, lon1, lat2, lon2, fraction):
    """By definition of a great circle; antipodes included, whichever way is taken."""
    whole = great_circle_m(lat1, lon1, lat2, lon2)
    lat, lon = along(lat1, lon1, lat2, lon2, fraction)
    assert -90.0 <= lat <= 90.0
    assert -180.0 <= lon < 180.0
    assert abs(great_circle_m(lat1, lon1, lat, lon) - fraction * whole) < one_millimetre
    assert abs(great_circle_m(lat, lon, lat2, lon2) - (1.0 - fraction) * whole) < one_millimetre


@pytest.mark.parametrize(
    ("place", "other", "distance_m", "course"),
    [
        ((0.0, 0.0), (0.0, 90.0), np.pi / 2 * 6_371_008.7714, 90.0),
        ((0.0, 179.0), (0.0, -179.0), np.pi / 90 * 6_371_008.7714, 90.0),
        ((10.0, 20.0), (90.0, 0.0), np.pi * 80 / 180 * 6_371_008.7714, 0.0),
        ((10.0, 20.0), (10.0, 20.0), 0.0, 0.0),
        ((0.0, 0.0), (0.0, 180.0), np.pi * 6_371_008.7714, None),
    ],
)
def test_simple_ways(place, other, distance_m, course):
    """By definition of the sphere: quarters, date line, pole, no way at all, antipode."""
    assert great_circle_m(*place, *other) == pytest.approx(distance_m, abs=one_millimetre)
    if course is not None:
        assert course_deg(*place, *other) == pytest.approx(course, abs=1e-9)


def test_a_metre_stays_a_metre():
    """A formula by arc cosine would lose a short distance: 1 m is 1.6e-7 rad."""
    lat, lon = destination(47.0, 8.0, 60.0, 1.0)
    assert great_circle_m(47.0, 8.0, lat, lon) == pytest.approx(1.0, abs=1e-7)


def test_other_bodies_have_their_own_radius():
    """By definition: a quarter of the Moon's circumference, there and as a distance."""
    quarter_m = np.pi / 2 * 1_737_400.0
    assert great_circle_m(0.0, 0.0, 0.0, 90.0, MOON) == pytest.approx(quarter_m)
    lat, lon = destination(0.0, 0.0, 90.0, quarter_m, MOON)
    assert (lat, lon) == pytest.approx((0.0, 90.0))


def test_routes_broadcast_over_fractions():
    lat, lon = along(
        [[35.0], [50.0]], [[140.0], [10.0]], [[-33.0], [40.0]], [[151.0], [-74.0]], np.linspace(0, 1, 5)
    )
    assert lat.shape == lon.shape == (2, 5)
    assert lat[:, 0] == pytest.approx([35.0, 50.0])
    assert lon[:, -1] == pytest.approx([151.0, -74.0])
