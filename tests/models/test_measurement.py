"""Measured places are unbiased, and as uncertain as they say, all over the Earth."""

import numpy as np
import pytest

from kizuna.geo.frames import ecef_to_aer, ecef_to_geodetic, enu_basis, geodetic_to_ecef
from kizuna.geo.geodesic import destination
from kizuna.models import measurement
from kizuna.seeds import generator

SITES = {
    "Zurich": (47.46, 8.55, 430.0),
    "equator": (0.0, 25.0, 0.0),
    "date line, east": (-17.0, 179.9, 50.0),
    "date line, west": (52.0, -179.99, 20.0),
    "near the north pole": (89.5, 30.0, 10.0),
    "near the south pole": (-89.9, -70.0, 2_800.0),
}
PLACES = [(20.0, 15e3, 3e3), (130.0, 80e3, 9e3), (275.0, 200e3, 11e3), (359.9, 350e3, 12e3)]
"""Course from the site, ground distance and height, degrees and metres."""
DRAWS = 4_000
FIVE_SIGMA = 5.0


def known(site, **sigma):
    """One sensor at a site; accuracies by name, null where none is given."""
    stated = {
        name: np.array([sigma.get(name, np.nan)])
        for name in (
            "sigma_range_m",
            "sigma_azimuth_deg",
            "sigma_elevation_deg",
            "sigma_position_m",
            "sigma_altitude_m",
        )
    }
    return measurement.sites(*(np.array([each]) for each in site), **stated)


def target(site, place):
    """A target at a course and distance from a site: latitude, longitude, height."""
    lat, lon = destination(site[0], site[1], place[0], place[1])
    return float(lat), float(lon), place[2]


def radar_draws(site, truth, random, sensor, elevation=True, mode_c_m=np.nan):
    """Places and covariances of noisy plots of one target."""
    azimuth, up, distance = ecef_to_aer(geodetic_to_ecef(*truth), *site)
    noise = random.normal(size=(4, DRAWS))
    sigma = np.degrees(sensor.sigma[0])
    place, cov, lift = np.empty((DRAWS, 3)), np.empty((DRAWS, 6)), np.zeros((DRAWS, 3))
    assumed = measurement.radar_places(
        np.arange(DRAWS),
        np.zeros(DRAWS, dtype=np.int32),
        distance + sensor.sigma[0, 0] * noise[0],
        (azimuth + sigma[1] * noise[1]) % 360.0,
        up + sigma[2] * noise[2] if elevation else np.full(DRAWS, np.nan),
        truth[2] + mode_c_m * noise[3],
        sensor,
        place,
        cov,
        lift,
    )
    return place, cov, lift, assumed


def full(cov):
    """Packed (N, 6) to (N, 3, 3)."""
    whole = np.empty((len(cov), 3, 3))
    for value, (i, j) in zip(cov.T, [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)], strict=True):
        whole[:, i, j] = whole[:, j, i] = value
    return whole


def assert_unbiased_and_consistent(place, cov, truth, nees=0.1):
    """The mean error is within five of its standard deviations; the mean NEES is 3 to within `nees`."""
    error = place - geodetic_to_ecef(*truth)
    whole = full(cov)
    mean, spread = error.mean(axis=0), whole.mean(axis=0) / len(error)
    assert mean @ np.linalg.solve(spread, mean) < FIVE_SIGMA**2
    squares = np.einsum("ni,nij,nj->n", error, np.linalg.inv(whole), error)
    # The mean of N squares has a standard deviation of √(6/N).
    assert squares.mean() == pytest.approx(3.0, abs=3.0 * nees + FIVE_SIGMA * np.sqrt(6.0 / DRAWS))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("site", SITES.values(), ids=SITES.keys())
def test_3d_plots(site, place):
    truth = target(site, place)
    sensor = known(site, sigma_range_m=50.0, sigma_azimuth_deg=0.2, sigma_elevation_deg=0.3)
    drawn = radar_draws(site, truth, generator(1, "3d", str(place)), sensor)
    assert_unbiased_and_consistent(drawn[0], drawn[1], truth)
    assert not drawn[2].any()
    assert not drawn[3].any()


def test_the_plain_conversion_would_be_biased():
    """With 2 degrees at 200 km, the plain conversion falls short by some 200 m."""
    site = SITES["Zurich"]
    truth = target(site, PLACES[2])
    sensor = known(site, sigma_range_m=20.0, sigma_azimuth_deg=2.0, sigma_elevation_deg=2.0)
    place, cov, _, _ = radar_draws(site, truth, generator(2, "coarse"), sensor)
    assert_unbiased_and_consistent(place, cov, truth)
    short = np.exp(-0.5 * np.radians(2.0) ** 2)
    centre = geodetic_to_ecef(*site)
    away = geodetic_to_ecef(*truth) - centre
    plain = ((place - centre) * short**2 @ away).mean() / np.linalg.norm(away)
    assert np.linalg.norm(away) - plain > 100.0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("site", SITES.values(), ids=SITES.keys())
def test_2d_plots_with_mode_c(site, place):
    truth = target(site, place)
    sensor = known(site, sigma_range_m=50.0, sigma_azimuth_deg=0.2, sigma_altitude_m=30.0)
    drawn = radar_draws(site, truth, generator(3, "2d", str(place)), sensor, elevation=False, mode_c_m=30.0)
    assert_unbiased_and_consistent(drawn[0], drawn[1], truth)
    assert not drawn[3].any()


def test_a_height_is_better_than_an_elevation():
    """A 3-D radar that hears Mode C too: the height counts."""
    site, place = SITES["Zurich"], PLACES[2]
    truth = target(site, place)
    sensor = known(
        site, sigma_range_m=50.0, sigma_azimuth_deg=0.1, sigma_elevation_deg=0.5, sigma_altitude_m=30.0
    )
    drawn = radar_draws(site, truth, generator(4, "both"), sensor, mode_c_m=30.0)
    assert_unbiased_and_consistent(drawn[0], drawn[1], truth)
    up = geodetic_to_ecef(*truth) / np.linalg.norm(geodetic_to_ecef(*truth))
    assert np.sqrt(np.einsum("i,nij,j->n", up, full(drawn[1]), up)).max() < 60.0


@pytest.mark.parametrize("place", PLACES)
def test_plots_without_height_admit_any_height_that_is_visible(place):
    """Range and azimuth are right; the height is within three assumed standard deviations, and loose."""
    site = SITES["Zurich"]
    truth = target(site, place)
    sensor = known(site, sigma_range_m=50.0, sigma_azimuth_deg=0.2)
    at, cov, lift, assumed = radar_draws(site, truth, generator(5, "flat"), sensor, elevation=False)
    assert assumed.all()
    _, _, distance = ecef_to_aer(geodetic_to_ecef(*truth), *site)
    _, _, mine = ecef_to_aer(at, *site)
    assert mine.mean() == pytest.approx(float(distance), abs=30.0)
    error = at - geodetic_to_ecef(*truth)
    squares = np.einsum("ni,nij,nj->n", error, np.linalg.inv(full(cov)), error)
    assert np.median(squares) < 9.0
    length = np.linalg.norm(lift, axis=1)
    assert (length > 500.0).all()
    along = lift / length[:, None]
    assert np.einsum("ni,nij,nj->n", along, full(cov), along) == pytest.approx(length**2, rel=0.01)


def test_far_out_only_what_is_high_is_visible():
    height_m, sigma_m = measurement.assumed_height(np.array([20e3, 100e3, 400e3]), np.array([300.0] * 3))
    assert height_m[:2] == pytest.approx(6_000.0, rel=0.05)
    assert sigma_m[:2] == pytest.approx(12_000.0 / np.sqrt(12.0), rel=0.05)
    assert height_m[2] > 8_000.0
    assert sigma_m[2] < 2_000.0
    near_m, near_sigma_m = measurement.assumed_height(np.array([2e3]), np.array([300.0]))
    assert near_m[0] + near_sigma_m[0] < 2_300.0


@pytest.mark.parametrize(
    "truth",
    [(47.0, 9.0, 1e4), (89.999, 10.0, 1e4), (-10.0, 180.0, 5e3), (60.0, -180.0, 0.0)],
)
def test_position_reports(truth):
    random = generator(6, "report", str(truth))
    noise = 30.0 * random.normal(size=(DRAWS, 3)) @ enu_basis(truth[0], truth[1])
    lat, lon, alt = ecef_to_geodetic(geodetic_to_ecef(*truth) + noise)
    place, cov = np.empty((DRAWS, 3)), np.empty((DRAWS, 6))
    measurement.reported_places(
        np.arange(DRAWS),
        np.zeros(DRAWS, dtype=np.int32),
        lat,
        lon,
        alt,
        known((0.0, 0.0, 0.0), sigma_position_m=30.0, sigma_altitude_m=30.0),
        place,
        cov,
    )
    assert_unbiased_and_consistent(place, cov, truth)


def test_a_report_without_height_is_somewhere_in_the_air():
    place, cov = np.empty((1, 3)), np.empty((1, 6))
    measurement.reported_places(
        np.array([0]),
        np.zeros(1, dtype=np.int32),
        np.array([0.0]),
        np.array([0.0]),
        np.array([np.nan]),
        known((0.0, 0.0, 0.0), sigma_position_m=30.0, sigma_altitude_m=30.0),
        place,
        cov,
    )
    assert place[0] == pytest.approx(geodetic_to_ecef(0.0, 0.0, 6_000.0))
    assert np.sqrt(cov[0, 0]) == pytest.approx(12_000.0 / np.sqrt(12.0))


def test_a_height_without_stated_accuracy_has_the_usual_one():
    assert known((0.0, 0.0, 0.0)).sigma_altitude_m[0] == measurement.USUAL_HEIGHT_SIGMA_M
