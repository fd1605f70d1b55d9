"""Made-up traffic: on great circles between the places asked for, within what such objects can do."""

import numpy as np
import pytest
from pyproj import Geod
from tests.world.made import AIRPORTS, exercise, flights, incoming

from kizuna.geo.frames import ecef_to_geodetic, enu_basis
from kizuna.shapes import Float
from kizuna.world.flights import Flights
from kizuna.world.generated import DOG_LEG_M
from kizuna.world.traffic import build

WGS84 = Geod(ellps="WGS84")
ONE_MILLIMETRE = 1e-3
SPHERE_FOR_ELLIPSOID = 0.0057
"""A length on the mean sphere differs from that on the ellipsoid by up to this share."""
SPHERE_OFF_TRACK_M = 20_000.0
"""A great circle of the mean sphere lies this near to the geodesic of the ellipsoid, up to 10,000 km."""
COMFORT_MPS2 = 0.6 * 9.80665


def life(made: Flights, number: int, every_s: float) -> tuple[Float, Float, Float, Float]:
    """Latitudes, longitudes, heights and velocities in ENU over the whole flight of one object."""
    start, end = made.span(np.array([number]))
    times = np.arange(start[0], end[0], every_s)
    position, velocity = made.state(np.full(len(times), number), times)
    lat, lon, alt = ecef_to_geodetic(position)
    return lat, lon, alt, np.einsum("nij,nj->ni", enu_basis(lat, lon), velocity)


def off_the_geodesic_m(lat: Float, lon: Float) -> float:
    """How far 30 points of the geodesic between the ends of a path are from the nearest point of the path."""
    points = np.array(WGS84.npts(lon[0], lat[0], lon[-1], lat[-1], 30))
    rows = [WGS84.inv(np.full_like(lon, x), np.full_like(lat, y), lon, lat)[2].min() for x, y in points]
    return float(max(rows))


@pytest.fixture(scope="module")
def airliners() -> Flights:
    return build(exercise(flights(60)), ".")


def test_flights_begin_and_end_at_airports(airliners: Flights) -> None:
    known = np.array([list(airport.values()) for airport in AIRPORTS.values()])
    for ends in (airliners.first[:-1], airliners.first[1:] - 1):
        lat, lon, alt = ecef_to_geodetic(airliners.position_m[ends])
        off = np.abs(np.stack([lat, lon, alt], axis=1)[:, None] - known).max(axis=2).min(axis=1)
        # The end is where the length of the way is used up, as far as 50 halvings can tell.
        assert off.max() < 0.5


def test_flights_follow_the_geodesic_but_for_their_dog_legs(airliners: Flights) -> None:
    for number in range(0, 60, 10):
        lat, lon, _, _ = life(airliners, number, 20.0)
        _, _, direct = WGS84.inv(lon[0], lat[0], lon[-1], lat[-1])
        steps = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
        assert 0.99 < steps.sum() / direct < 1.08
        assert off_the_geodesic_m(lat, lon) < DOG_LEG_M + SPHERE_OFF_TRACK_M


def test_airliners_fly_like_airliners(airliners: Flights) -> None:
    for number in range(60):
        _, _, alt, velocity = life(airliners, number, 5.0)
        speed = np.hypot(velocity[:, 0], velocity[:, 1])
        assert speed.min() > 70.0
        assert speed.max() < 255.0 * (1.0 + 12e3 / 6.371e6 + SPHERE_FOR_ELLIPSOID)
        assert -9.1 < velocity[:, 2].min() < -5.0 < 7.0 < velocity[:, 2].max() < 12.1
        assert alt.max() < 12_001.0
        assert np.linalg.norm(np.diff(velocity[:, :2], axis=0), axis=1).max() / 5.0 < COMFORT_MPS2


def test_they_turn(airliners: Flights) -> None:
    _, _, _, velocity = life(airliners, 3, 5.0)
    course = np.degrees(np.unwrap(np.arctan2(velocity[:, 0], velocity[:, 1])))
    assert np.count_nonzero(np.abs(np.diff(course)) > 2.0) > 5


def test_a_short_flight_stays_low() -> None:
    """Between airports 120 km apart nobody reaches 11 km."""
    near = {**AIRPORTS, "RJAA": {"lat_deg": 36.55, "lon_deg": 140.3, "alt_m": 41.0}}
    made = build(exercise(flights(5, between=["RJTT", "RJAA"]), airports=near), ".")
    for number in range(5):
        _, _, alt, velocity = life(made, number, 1.0)
        assert 1_000.0 < alt.max() < 6_000.0
        assert np.hypot(velocity[:, 0], velocity[:, 1]).min() > 70.0
        assert np.linalg.norm(velocity, axis=1).max() < 200.0


def test_the_air_is_full_from_the_start() -> None:
    asked = exercise(flights(200))
    made = build(asked, ".")
    start, end = made.span(np.arange(200))
    aloft = [np.count_nonzero((start <= t) & (t <= end)) for t in (asked.start_s, asked.end_s)]
    assert min(aloft) > 140
    assert np.all((end >= asked.start_s) & (start <= asked.end_s))


def test_or_all_depart_during_the_exercise() -> None:
    asked = exercise(flights(50, under_way=False))
    start, _ = build(asked, ".").span(np.arange(50))
    assert np.all((start >= asked.start_s) & (start <= asked.end_s))


def test_incoming_objects_fly_level_on_great_circles_to_their_goals() -> None:
    made = build(exercise(incoming(6, appear_s=[60.0, 120.0])), ".")
    for number in range(6):
        lat, lon, alt, velocity = life(made, number, 10.0)
        assert np.all((lat[0] > 20.0) & (lat[0] < 30.0) & (np.abs(lon[0]) > 170.0))
        assert np.ptp(alt) < ONE_MILLIMETRE
        assert 50.0 <= alt[0] <= 200.0
        speed = np.linalg.norm(velocity, axis=1)
        assert speed.min() > 230.0 * (1.0 - SPHERE_FOR_ELLIPSOID)
        assert speed.max() < 280.0 * (1.0 + SPHERE_FOR_ELLIPSOID)
        goal = list(AIRPORTS["RJTT" if number % 2 == 0 else "PGUM"].values())
        last = made.position_m[made.first[number + 1] - 1]
        assert np.allclose(ecef_to_geodetic(last)[:2], goal[:2], atol=1e-8)
        _, _, far = WGS84.inv(lon[0], lat[0], goal[1], goal[0])
        start, end = made.span(np.array([number]))
        flown = speed.mean() * (end[0] - start[0])
        assert flown == pytest.approx(far, rel=SPHERE_FOR_ELLIPSOID)
        assert off_the_geodesic_m(lat, lon) < SPHERE_OFF_TRACK_M


def test_who_they_are() -> None:
    made = build(exercise(flights(2, nation="JPN"), incoming(1)), ".")
    assert made.names == ("civil-1", "civil-2", "low-1")
    assert made.kinds == ("aircraft", "aircraft", "cruise")
    assert made.nations == ("JPN", "JPN", None)
    assert made.identities == ("civil-1", "civil-2", None)


def test_another_object_changes_nobody() -> None:
    few, many = build(exercise(flights(7)), "."), build(exercise(incoming(3), flights(501)), ".")
    for number in range(7):
        one = slice(few.first[number], few.first[number + 1])
        other = slice(many.first[number + 3], many.first[number + 4])
        for column in ("time_s", "position_m", "velocity_mps", "joined"):
            assert np.array_equal(getattr(few, column)[one], getattr(many, column)[other])


def test_another_seed_changes_everybody() -> None:
    one, other = build(exercise(flights(3)), "."), build(exercise(flights(3), seed=8), ".")
    assert not np.array_equal(one.span(np.arange(3))[0], other.span(np.arange(3))[0])
