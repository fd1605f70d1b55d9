"""Receivers of positions, passive sensors, and clutter."""

import numpy as np
import pytest
from scipy.stats import kstest
from tests.sensors.made import (
    PASSIVE,
    RADAR_2D,
    RADAR_3D,
    RECEIVER,
    SITE,
    START_S,
    hovering,
    seen_from,
    sensors,
)

from kizuna.geo.frames import aer_to_ecef, ecef_to_aer, ecef_to_enu, ecef_to_geodetic, geodetic_to_ecef
from kizuna.geo.horizon import lowest_visible_m
from kizuna.messages.check import check
from kizuna.sensors.observe import observe
from kizuna.sensors.plots import Sensor

SEED = 5
FOUR_SIGMA = 4.0
ONE_IN_A_THOUSAND = 1e-3
"""A right distribution fails a Kolmogorov-Smirnov test this often; the seed is fixed."""
ROUNDING_OF_TIME_S = 1e-6
TWO = seen_from(RECEIVER, np.array([10.0, 250.0]), np.array([5.0, 3.0]), np.array([80e3, 120e3]))


def test_reports_come_once_a_second_each_object_at_its_own_moment() -> None:
    seen = observe(hovering(TWO, 1000.0), sensors({**RECEIVER, "pd": 1.0}), START_S, START_S + 1000.0, SEED)
    check(seen, "detections")
    assert len(seen) == 2000
    moments = []
    for name in ("h0", "h1"):
        time = seen.time[seen.object.equal(name)]
        assert np.abs(np.diff(time) - 1.0).max() < ROUNDING_OF_TIME_S
        moments.append(time[0] % 1.0)
    assert abs(moments[0] - moments[1]) > ROUNDING_OF_TIME_S
    assert np.isnan(seen.range_m).all()
    assert np.isnan(seen.azimuth_deg).all()


def test_two_receivers_hear_the_same_reports() -> None:
    both = sensors({**RECEIVER, "pd": 1.0}, {**RECEIVER, "sensor": "more", "pd": 1.0})
    seen = observe(hovering(TWO, 100.0), both, START_S, START_S + 100.0, SEED)
    assert np.array_equal(seen.time[0::2], seen.time[1::2])
    assert seen.sensor.values()[:2] == ["ears", "more"]


def test_errors_of_position() -> None:
    seen = observe(hovering(TWO[:1], 5000.0), sensors(RECEIVER), START_S, START_S + 5000.0, SEED)
    lat, lon, alt = ecef_to_geodetic(TWO[0])
    count = len(seen)
    assert count == pytest.approx(5000 * 0.98, abs=FOUR_SIGMA * np.sqrt(5000 * 0.98 * 0.02))
    off = ecef_to_enu(geodetic_to_ecef(seen.lat_deg, seen.lon_deg, alt), lat, lon, alt)
    for errors, sigma in ((off[:, 0], 20.0), (off[:, 1], 20.0), (seen.alt_m - alt, 25.0)):
        assert abs(errors.mean()) < FOUR_SIGMA * sigma / np.sqrt(count)
        assert abs(errors.std() - sigma) < FOUR_SIGMA * sigma / np.sqrt(2.0 * count)


def test_who_tells_no_identity_is_not_heard() -> None:
    seen = observe(hovering(TWO, 100.0, identity=False), sensors(RECEIVER), START_S, START_S + 100.0, SEED)
    assert len(seen) == 0


def test_a_receiver_hears_to_the_horizon_and_without_a_place_everywhere() -> None:
    far = geodetic_to_ecef(np.array([45.0, 0.0]), np.array([8.0, 150.0]), np.array([1000.0, 1e4]))
    placeless = {key: value for key, value in RECEIVER.items() if key not in SITE} | {"sensor": "sky"}
    seen = observe(hovering(far, 100.0), sensors(RECEIVER, placeless), START_S, START_S + 100.0, SEED)
    assert {*zip(seen.sensor.values(), seen.object.values(), strict=True)} == {
        ("ears", "h0"),
        ("sky", "h0"),
        ("sky", "h1"),
    }
    lower = geodetic_to_ecef(np.array([44.5]), np.array([8.0]), np.array([400.0]))
    assert len(observe(hovering(lower, 100.0), sensors(RECEIVER), START_S, START_S + 100.0, SEED)) == 0


def test_an_outage_is_silence() -> None:
    table = sensors(RECEIVER, RADAR_3D)
    made = hovering(TWO, 300.0)
    whole = observe(made, table, START_S, START_S + 300.0, SEED)
    outage = (START_S + 100.0, START_S + 200.0)
    seen = observe(made, table, START_S, START_S + 300.0, SEED, {"ears": [outage]})
    ears = whole.sensor.equal("ears")
    lost = ears & (whole.time >= outage[0]) & (whole.time < outage[1])
    assert 150 < np.count_nonzero(lost) < 210
    assert np.array_equal(seen.time, whole.time[~lost])


def test_a_passive_sensor_tells_directions_at_its_frames() -> None:
    seen = observe(hovering(TWO, 4000.0), sensors(PASSIVE), START_S, START_S + 4000.0, SEED)
    check(seen, "detections")
    phase = (seen.time / 2.0) % 1.0
    assert np.ptp(phase) < ROUNDING_OF_TIME_S
    assert np.isnan(seen.range_m).all()
    one = seen.take(seen.object.equal("h0"))
    count = len(one)
    assert count == pytest.approx(2000 * 0.8, abs=FOUR_SIGMA * np.sqrt(2000 * 0.8 * 0.2))
    for values, truth, sigma in ((one.azimuth_deg, 10.0, 0.5), (one.elevation_deg, 5.0, 0.4)):
        assert abs(values.mean() - truth) < FOUR_SIGMA * sigma / np.sqrt(count)
        assert abs(values.std() - sigma) < FOUR_SIGMA * sigma / np.sqrt(2.0 * count)


NOBODY = hovering(np.zeros((0, 3)), 1.0)


@pytest.mark.parametrize("row", [RADAR_3D, RADAR_2D, PASSIVE], ids=["3-D", "2-D", "passive"])
def test_clutter_is_a_poisson_process_over_the_disc(row: dict[str, float]) -> None:
    table = sensors({**row, "clutter_per_scan": 7.0})
    scans = 2000
    seen = observe(NOBODY, table, START_S, START_S + scans * row["period_s"], SEED)
    check(seen, "detections")
    assert seen.object.missing().all()
    assert seen.identity.missing().all()
    assert np.isnan(seen.alt_m).all()
    assert abs(len(seen) - 7.0 * scans) < FOUR_SIGMA * np.sqrt(7.0 * scans)
    sensor = Sensor.of(table, 0, SEED)
    scan = np.floor(seen.time / sensor.period_s + sensor.phase + 1e-9)
    each = np.bincount((scan - scan[0]).astype(np.int64))[1:-1]
    # The variance of a Poisson number is its mean; its own spread is near 2 mean² / count.
    assert each.var() == pytest.approx(7.0, abs=FOUR_SIGMA * 7.0 * np.sqrt(2.0 / len(each)))
    assert kstest(seen.azimuth_deg / 360.0, "uniform").pvalue > ONE_IN_A_THOUSAND
    if row["kind"] == "radar":
        assert kstest((seen.range_m / row["max_range_m"]) ** 2, "uniform").pvalue > ONE_IN_A_THOUSAND
        beam = 360.0 * (seen.time / sensor.period_s + sensor.phase)
        off = (beam - seen.azimuth_deg + 180.0) % 360.0 - 180.0
        rounding_of_time_deg = 1e-3
        assert np.abs(off).max() < rounding_of_time_deg


def test_clutter_of_a_3d_radar_fills_the_heights_that_it_sees() -> None:
    table = sensors({**RADAR_3D, "clutter_per_scan": 20.0})
    seen = observe(NOBODY, table, START_S, START_S + 5000.0, SEED)
    place = aer_to_ecef(seen.azimuth_deg, seen.elevation_deg, seen.range_m, *SITE.values())
    alt = ecef_to_geodetic(place)[2]
    lowest = lowest_visible_m(500.0, seen.range_m)
    sphere_for_ellipsoid_m = 60.0
    assert np.all(alt > lowest - sphere_for_ellipsoid_m)
    assert alt.max() < 12e3 + sphere_for_ellipsoid_m
    usual = seen.range_m > 20e3
    share = (alt - lowest)[usual] / (12e3 - lowest)[usual]
    assert kstest(np.clip(share, 0.0, 1.0), "uniform").pvalue > ONE_IN_A_THOUSAND
    assert np.abs(seen.range_rate_mps).max() <= 250.0
    far = ecef_to_aer(place, *SITE.values())[2]
    assert np.allclose(far, seen.range_m)
