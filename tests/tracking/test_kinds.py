"""Sensors of every kind: 2-D radars with and without Mode C, position reports, bearings."""

from dataclasses import replace

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import START_S, Sky, hear, radars, receiver, together, watch

from kizuna.errors import InputError
from kizuna.geo.frames import geodetic_to_ecef
from kizuna.messages.sensor import Sensors
from kizuna.tracking.tracker import Tracker

NONE = np.nan
HUNDRED_METRES = 100.0
MODE_C_METRES = 30.0
HEIGHT_BY_AGREEMENT_METRES = 500.0
"""Heights that no radar measures, found where three circles of range meet."""


def rms(error_m):
    return float(np.sqrt(np.nanmean((error_m**2).sum(axis=1))))


def test_mode_c_gives_the_height():
    sky = Sky.of(60, 1)
    sensors = radars(sigma_elevation_deg=NONE, sigma_altitude_m=MODE_C_METRES)
    found = match(sky, follow(sensors, watch(sky, sensors, 95.0, 1), 90.0)[0], 90.0)
    assert len(np.unique(found.number)) == 60
    assert found.false == 0
    assert rms(found.error_m[:, :2]) < HUNDRED_METRES
    assert rms(found.error_m[:, 2:]) < MODE_C_METRES


def test_2d_radars_without_heights_agree_on_heights():
    sky, sensors = Sky.of(60, 2), radars(sigma_elevation_deg=NONE)
    found = match(sky, follow(sensors, watch(sky, sensors, 125.0, 2), 120.0)[0], 120.0)
    assert len(np.unique(found.number)) == 60
    assert found.false <= 1
    assert rms(found.error_m[:, :2]) < HUNDRED_METRES
    assert rms(found.error_m[:, 2:]) < HEIGHT_BY_AGREEMENT_METRES


def test_one_2d_radar_tells_the_place_and_admits_that_it_knows_no_height():
    sky, sensors = Sky.of(30, 3, width_m=150e3), radars(1, sigma_elevation_deg=NONE, period_s=4.0)
    tracks = follow(sensors, watch(sky, sensors, 125.0, 3), 120.0)[0]
    assert len(tracks) == pytest.approx(30, abs=2)
    assert (np.sqrt(tracks.cov[:, 11]) > 1_000.0).mean() > 0.8


@pytest.mark.parametrize("flat", [1, 2])
def test_2d_and_3d_radars_together(flat):
    elevation = np.where(np.arange(3) < flat, NONE, 0.1)
    sky, sensors = Sky.of(60, 4), radars(sigma_elevation_deg=elevation)
    found = match(sky, follow(sensors, watch(sky, sensors, 125.0, 4), 120.0)[0], 120.0)
    assert len(np.unique(found.number)) == 60
    assert found.false <= 1
    assert rms(found.error_m) < 1.5 * HUNDRED_METRES


def test_position_reports_bring_identities():
    sky, sensors = Sky.of(50, 5), receiver(sigma_m=30.0)
    names = [f"{k:06x}" for k in range(50)]
    tracks = follow(sensors, hear(sky, sensors, 65.0, 5, names), 60.0)[0]
    found = match(sky, tracks, 60.0)
    assert [tracks.identity.values()[row] for row in found.row] == names
    assert found.false == 0
    assert rms(found.error_m) < MODE_C_METRES


def test_reports_and_plots_of_one_aircraft_are_one_track():
    sky, rotating, listening = Sky.of(50, 6), radars(), receiver()
    names = [f"{k:06x}" for k in range(50)]
    detections = together(watch(sky, rotating, 65.0, 6), hear(sky, listening, 65.0, 6, names))
    tracks = follow(Sensors.join([rotating, listening]), detections, 60.0)[0]
    found = match(sky, tracks, 60.0)
    assert found.false == 0
    assert [tracks.identity.values()[row] for row in found.row] == names
    assert (tracks.sensors >= 3).mean() > 0.9


def test_an_unknown_sensor_is_refused_with_its_name():
    detections = watch(Sky.of(5, 9), radars(), 20.0, 9)
    with pytest.raises(InputError) as refused:
        Tracker(radars(2)).process(detections)
    assert "'radar2' is not known" in str(refused.value)
    assert "radar0, radar1" in str(refused.value)


def test_a_sensor_of_another_kind_is_refused():
    report = hear(Sky.of(5, 9), receiver(name="radar0"), 5.0, 9)
    with pytest.raises(InputError) as refused:
        Tracker(radars(1)).process(report)
    assert "states no accuracy for that kind" in str(refused.value)


def test_detections_of_the_past_are_refused():
    sky, sensors = Sky.of(5, 10), radars()
    detections = watch(sky, sensors, 20.0, 10)
    tracker = Tracker(sensors)
    tracker.process(detections)
    with pytest.raises(InputError) as refused:
        tracker.process(detections)
    assert "is processed already" in str(refused.value)


def test_range_rates_find_the_velocity_sooner():
    """Exact range rates on top of the plots: the velocity of young tracks is better."""
    sky = Sky.of(60, 11)
    speeds = []
    for sigma in (NONE, 1.0):
        sensors = radars(sigma_range_rate_mps=sigma)
        detections = with_rates(watch(sky, sensors, 30.0, 11), sky, sensors)
        tracks = follow(sensors, detections, 12.0)[0]
        found = match(sky, tracks, 12.0)
        moved = sky.places(START_S + 12.5) - sky.places(START_S + 11.5)
        mine = np.column_stack([tracks.ve_mps, tracks.vn_mps, tracks.vu_mps])[found.row]
        there = found.row >= 0
        speeds.append(np.abs(np.linalg.norm(mine, axis=1) - np.linalg.norm(moved, axis=1))[there].mean())
    assert speeds[1] < 0.7 * speeds[0]


def with_rates(detections, sky, sensors):
    """The true range rates of all plots of aircraft; none of clutter."""

    objects = detections.object.codes
    since = detections.time - START_S
    site = geodetic_to_ecef(sensors.lat_deg, sensors.lon_deg, sensors.alt_m)[detections.sensor.codes]
    ahead, behind = (
        np.linalg.norm(geodetic_to_ecef(*sky.geodetic(np.maximum(objects, 0), since + step)) - site, axis=1)
        for step in (0.5, -0.5)
    )
    return replace(detections, range_rate_mps=np.where(objects >= 0, ahead - behind, NONE))


def test_heights_that_nobody_reports_do_not_stop_the_tracks():
    """Reports without a height, as an aircraft without a barometer sends them."""

    sky, sensors = Sky.of(20, 12), receiver()
    names = [f"{k:06x}" for k in range(20)]
    reports = hear(sky, sensors, 65.0, 12, names)
    tracks = follow(sensors, replace(reports, alt_m=np.full(len(reports), NONE)), 60.0)[0]
    assert len(tracks) == 20
