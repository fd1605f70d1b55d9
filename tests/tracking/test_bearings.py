"""Bearings move tracks across their lines, and begin tracks where lines from several sites cross."""

import numpy as np
import pytest
from tests.tracking.follow import follow, match, nees
from tests.tracking.sky import START_S, Sky, ears, listen, places, radars, together, watch
from tests.tracking.test_consistency import bounds

from kizuna.geo.frames import enu_basis
from kizuna.messages.sensor import Sensors
from kizuna.tracking.tracker import Tracker

NONE = np.nan
ONE_KILOMETRE = 1_000.0
TIMES_S = [60.0, 90.0, 120.0, 180.0]


def on_the_map(sky, tracks, time_s, near_m=5_000.0):
    """Of each aircraft with a track near it: distance on the map, squared error; and tracks near none."""
    apart = places(tracks)[None] - sky.places(START_S + time_s)[:, None]
    away = np.einsum("nij,knj->kni", enu_basis(tracks.lat_deg, tracks.lon_deg), apart)
    level = np.hypot(away[..., 0], away[..., 1])
    row = level.argmin(axis=1)
    aircraft = np.flatnonzero(level.min(axis=1) < near_m)
    whole, upper = np.zeros((len(tracks), 6, 6)), np.triu_indices(6)
    whole[:, upper[0], upper[1]] = whole[:, upper[1], upper[0]] = tracks.cov
    row, error = row[aircraft], away[aircraft, row[aircraft]]
    squares = np.einsum("ni,nij,nj->n", error, np.linalg.inv(whole[row, :3, :3]), error)
    return level[aircraft, row], squares, len(tracks) - len(np.unique(row))


@pytest.mark.parametrize("elevation", [0.3, NONE], ids=["with elevation", "azimuth alone"])
def test_three_sites_find_aircraft_and_are_honest(elevation):
    """With `bp`, all aircraft and next to no ghosts, as near as the tracks say."""
    metres, squares, ghosts, found = [], [], 0, 0
    for seed in range(4):
        sky, sensors = Sky.of(4, seed + 20), ears(3, sigma_elevation_deg=elevation)
        pictures = follow(sensors, listen(sky, sensors, 185.0, seed), TIMES_S, associator="bp")
        for tracks, time_s in zip(pictures, TIMES_S, strict=True):
            far, square, more = on_the_map(sky, tracks, time_s)
            metres.append(far)
            squares.append(square)
            ghosts, found = ghosts + more, found + len(far)
    assert found > 0.9 * 4 * 4 * len(TIMES_S)
    assert ghosts < 0.05 * found
    assert np.sqrt(np.mean(np.concatenate(metres) ** 2)) < ONE_KILOMETRE
    low, high = bounds(found / len(TIMES_S), 3)
    assert low < np.concatenate(squares).mean() < high


def test_ghosts_of_two_sites_die(associator):
    """Three aircraft, two sites, azimuth and elevation: nine crossings, few of them for long."""
    ghosts, found = 0, 0
    for seed in range(6):
        sky, sensors = Sky.of(3, seed + 20), ears(2)
        (tracks,) = follow(sensors, listen(sky, sensors, 185.0, seed), [180.0], associator=associator)
        far, _, more = on_the_map(sky, tracks, 180.0)
        ghosts, found = ghosts + more, found + len(far)
    assert found >= 16
    assert ghosts <= 2


@pytest.mark.parametrize("count", [1, 2])
def test_one_site_begins_no_track(count):
    """Nor do two sensors of one site."""
    sky, sensors = Sky.of(5, 1), ears(count, apart_m=0.0)
    assert len(follow(sensors, listen(sky, sensors, 65.0, 1), [60.0])[0]) == 0


def test_a_track_that_one_site_goes_on_with_knows_no_range(associator):
    """Radars see until 60 s, one bearing sensor goes on: tracks live, and grow long along the line alone."""
    sky, rotating, listening = Sky.of(40, 3), radars(), ears(1, sigma_azimuth_deg=0.1, period_s=2.0)
    detections = together(watch(sky, rotating, 60.0, 3), listen(sky, listening, 125.0, 3))
    sensors = Sensors.join([rotating, listening])
    (tracks,) = follow(sensors, detections, [110.0], associator=associator)
    found = match(sky, tracks, 110.0)
    assert (found.row >= 0).mean() > 0.8
    spread = np.sqrt(np.linalg.eigvalsh(found.sigma_2()[:, :3, :3]))
    assert np.median(spread[:, 2]) > 3.0 * np.median(spread[:, 1])
    low, high = bounds((found.row >= 0).sum(), 3)
    assert 0.5 * low < nees(found).mean() < high


def test_bearings_make_radar_tracks_better():
    """Radars that tell no elevation learn heights from sensors that do."""
    sky, flat, listening = (
        Sky.of(40, 4),
        radars(2, sigma_elevation_deg=NONE),
        ears(2, sigma_elevation_deg=0.1),
    )
    plots = watch(sky, flat, 65.0, 4)
    error_m = []
    for sensors, detections in (
        (flat, plots),
        (Sensors.join([flat, listening]), together(plots, listen(sky, listening, 65.0, 4))),
    ):
        found = match(sky, follow(sensors, detections, 60.0)[0], 60.0)
        assert (found.row >= 0).mean() > 0.6
        error_m.append(np.nanmean(np.abs(found.error_m[:, 2])))
    assert error_m[1] < 0.5 * error_m[0]


def test_batches_of_bearings_make_no_difference():
    sky, sensors = Sky.of(5, 5), ears(3)
    detections = listen(sky, sensors, 65.0, 5)
    tracker = Tracker(sensors)
    for first in range(0, len(detections), 7):
        tracker.process(detections.take(slice(first, first + 7)))
    whole = Tracker(sensors)
    whole.process(detections)
    assert np.array_equal(
        tracker.picture(START_S + 66.0, "here").cov, whole.picture(START_S + 66.0, "here").cov
    )
