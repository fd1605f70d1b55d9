"""Rotating radars: when the beam passes, how far off, how often, and never below the horizon."""

import numpy as np
import pytest
from tests.sensors.made import RADAR_2D, RADAR_3D, START_S, hovering, seen_from, sensors
from tests.world.made import AIRPORTS, exercise, flights

from kizuna.geo.frames import ecef_to_aer, ecef_to_geodetic, geodetic_to_ecef
from kizuna.messages.sensor import Sensors
from kizuna.models.detection import probability
from kizuna.sensors.observe import observe
from kizuna.sensors.plots import Sensor
from kizuna.shapes import Float, FloatN
from kizuna.world.flights import Flights
from kizuna.world.traffic import build

SEED = 11
FOUR_SIGMA = 4.0
EXACT = {"sigma_range_m": 1e-9, "sigma_azimuth_deg": 1e-9, "sigma_elevation_deg": 1e-9, "pd": 1.0}
ROUNDING_OF_TIME_DEG = 1e-4
"""Times are floating-point numbers 0.24 µs apart, in which a beam of 5 s turns by 2e-5°."""
BESIDE_THE_RADAR_M = 1e3
"""Something that takes off nearer than this turns about the radar as fast as its beam."""
TOKYO = {**RADAR_3D, **AIRPORTS["RJTT"], "sensor": "tokyo"}


def beam_deg(table: Sensors, time: FloatN) -> FloatN:
    """Where the beam of the first sensor points."""
    sensor = Sensor.of(table, 0, SEED)
    return (360.0 * (time / sensor.period_s + sensor.phase)) % 360.0


def angle_deg(one: FloatN, other: FloatN) -> FloatN:
    """Angles between directions, the short way."""
    return np.abs((one - other + 180.0) % 360.0 - 180.0)


@pytest.fixture(scope="module")
def airliners() -> Flights:
    return build(exercise(flights(150)), ".")


@pytest.fixture(scope="module")
def hour() -> tuple[float, float]:
    asked = exercise(flights(1))
    return asked.start_s, asked.end_s


def test_noise_has_its_nominal_size_and_no_bias() -> None:
    azimuth, elevation, distance = 123.0, 4.0, 120e3
    place = seen_from(RADAR_3D, np.array([azimuth]), np.array([elevation]), np.array([distance]))
    made = hovering(place, 1e5)
    seen = observe(made, sensors({**RADAR_3D, "pd": 1.0}), START_S, START_S + 1e5, SEED)
    count = len(seen)
    assert count == 10_000
    for values, truth, sigma in (
        (seen.range_m, distance, 50.0),
        (seen.azimuth_deg, azimuth, 0.1),
        (seen.elevation_deg, elevation, 0.2),
        (seen.range_rate_mps, 0.0, 2.0),
    ):
        assert abs(values.mean() - truth) < FOUR_SIGMA * sigma / np.sqrt(count)
        assert abs(values.std() - sigma) < FOUR_SIGMA * sigma / np.sqrt(2.0 * count)
    errors = np.stack([seen.range_m, seen.azimuth_deg, seen.elevation_deg, seen.range_rate_mps])
    between = np.corrcoef(errors)[np.triu_indices(4, 1)]
    assert np.abs(between).max() < FOUR_SIGMA / np.sqrt(count)
    following = [np.corrcoef(each[1:], each[:-1])[0, 1] for each in errors]
    assert np.abs(following).max() < FOUR_SIGMA / np.sqrt(count)


def test_azimuth_wraps_at_north() -> None:
    made = hovering(seen_from(RADAR_3D, np.array([0.0]), np.array([3.0]), np.array([1e5])), 1e4)
    seen = observe(made, sensors({**RADAR_3D, "pd": 1.0}), START_S, START_S + 1e4, SEED)
    assert np.all((seen.azimuth_deg >= 0.0) & (seen.azimuth_deg < 360.0))
    assert seen.azimuth_deg.min() < 1.0 < 359.0 < seen.azimuth_deg.max()


def test_detection_falls_with_range_as_the_model_says() -> None:
    ranges = np.array([100e3, 299e3, 320e3, 350e3, 380e3, 399e3, 401e3])
    places = seen_from(RADAR_3D, np.full(7, 200.0), np.full(7, 3.0), ranges)
    seen = observe(hovering(places, 2e4), sensors(RADAR_3D), START_S, START_S + 2e4, SEED)
    counts = np.bincount(seen.object.codes, minlength=7)
    expected = probability(ranges, 0.9, 400e3)
    sigma = np.sqrt(expected * (1.0 - expected) * 2000.0)
    assert np.all(np.abs(counts - 2000.0 * expected) <= FOUR_SIGMA * sigma)


def test_nothing_below_the_horizon() -> None:
    """From 500 m up, 2 km of height are seen to 92 + 184 = 276 km (4/3 Earth), whatever the nominal range."""
    ground = np.array([270e3, 282e3])
    course = np.degrees(ground / 6.371e6)
    lat, lon = 47.0 - course, np.full(2, 8.0)
    made = hovering(geodetic_to_ecef(lat, lon, 2000.0), 1000.0)
    seen = observe(made, sensors({**RADAR_3D, "pd": 1.0}), START_S, START_S + 1000.0, SEED)
    counts = np.bincount(seen.object.codes, minlength=2)
    assert counts[0] > 80
    assert counts[1] == 0
    assert np.nanmax(seen.elevation_deg) < 1.0


def test_each_is_seen_when_the_beam_passes(airliners: Flights, hour: tuple[float, float]) -> None:
    """The beam points at the object at the time of the detection, and all measurements are of this moment."""
    table = sensors({**TOKYO, **EXACT, "period_s": 5.0})
    seen = observe(airliners, table, *hour, SEED)
    seen = seen.take(seen.range_m > BESIDE_THE_RADAR_M)
    assert len(seen) > 5_000
    assert angle_deg(beam_deg(table, seen.time), seen.azimuth_deg).max() < ROUNDING_OF_TIME_DEG
    place, _ = airliners.state(seen.object.codes.astype(np.int64), seen.time)
    site = AIRPORTS["RJTT"]
    azimuth, elevation, distance = ecef_to_aer(place, site["lat_deg"], site["lon_deg"], site["alt_m"])
    one_millimetre, one_nanodegree = 1e-3, 1e-7
    assert np.abs(distance - seen.range_m).max() < one_millimetre
    assert angle_deg(azimuth, seen.azimuth_deg).max() < one_nanodegree
    assert np.abs(elevation - seen.elevation_deg).max() < one_nanodegree
    ahead, _ = airliners.state(seen.object.codes.astype(np.int64), seen.time + 0.01)
    further = ecef_to_aer(ahead, site["lat_deg"], site["lon_deg"], site["alt_m"])[2]
    five_sigma_mps = 5.0 * 2.0
    assert np.abs((further - distance) / 0.01 - seen.range_rate_mps).max() < five_sigma_mps


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["with the beam", "against the beam"])
def test_no_pass_is_missed_or_told_twice(side: float) -> None:
    """Objects that circle the radar pass north again and again; a fine search finds the same meetings."""
    duration_s, period_s = 3600.0, 10.0
    time = np.arange(0.0, duration_s + 1.0, 5.0)
    radius, speed = 20e3, 250.0
    made = circling(side * speed / radius, radius, time)
    table = sensors({**RADAR_3D, **EXACT, "period_s": period_s})
    seen = observe(made, table, START_S, START_S + duration_s, SEED)
    fine = START_S + np.arange(0.0, duration_s, 0.05)
    place, _ = made.state(np.zeros(len(fine), dtype=np.int64), fine)
    azimuth = ecef_to_aer(place, RADAR_3D["lat_deg"], RADAR_3D["lon_deg"], RADAR_3D["alt_m"])[0]
    sensor = Sensor.of(table, 0, SEED)
    turns = fine / period_s + sensor.phase - np.unwrap(azimuth, period=360.0) / 360.0
    met = fine[1:][np.diff(np.floor(turns)) > 0.0]
    assert len(seen) == len(met)
    assert np.abs(seen.time - met).max() <= 0.05
    # 360 scans, and 7 laps more or less.
    assert len(seen) == pytest.approx(360.0 - side * speed * duration_s / radius / (2.0 * np.pi), abs=1.0)


def circling(rate: float, radius_m: float, time: FloatN) -> Flights:
    """One object around the 3-D radar at an angular rate, clockwise if positive."""

    def place(t: FloatN) -> Float:
        return seen_from(RADAR_3D, np.degrees(rate * t), np.full(len(t), 15.0), np.full(len(t), radius_m))

    half_s = 0.01
    return Flights(
        names=("round",),
        kinds=("aircraft",),
        nations=(None,),
        identities=("round",),
        first=np.array([0, len(time)]),
        time_s=START_S + time,
        position_m=place(time),
        velocity_mps=(place(time + half_s) - place(time - half_s)) / (2.0 * half_s),
        joined=np.arange(len(time)) < len(time) - 1,
    )


def test_a_2d_radar_tells_height_and_identity_of_those_who_answer() -> None:
    places = seen_from(RADAR_2D, np.array([45.0]), np.array([4.0]), np.array([1e5]))
    true_alt = ecef_to_geodetic(places)[2]
    answered = observe(hovering(places, 1e4), sensors(RADAR_2D), START_S, START_S + 1e4, SEED)
    assert set(answered.identity.values()) == {"h0"}
    assert np.isnan(answered.elevation_deg).all()
    assert np.isnan(answered.range_rate_mps).all()
    assert abs(answered.alt_m.mean() - true_alt[0]) < FOUR_SIGMA * 30.0 / np.sqrt(len(answered))
    assert answered.alt_m.std() == pytest.approx(30.0, rel=FOUR_SIGMA / np.sqrt(2.0 * len(answered)))
    silent = observe(hovering(places, 1e4, identity=False), sensors(RADAR_2D), START_S, START_S + 1e4, SEED)
    assert len(silent) == len(answered)
    assert silent.identity.missing().all()
    assert np.isnan(silent.alt_m).all()


def test_a_radar_without_mode_c_tells_neither() -> None:
    places = seen_from(RADAR_2D, np.array([45.0]), np.array([4.0]), np.array([1e5]))
    seen = observe(hovering(places, 100.0), sensors(RADAR_3D), START_S, START_S + 100.0, SEED)
    assert len(seen) > 5
    assert seen.identity.missing().all()
    assert np.isnan(seen.alt_m).all()
