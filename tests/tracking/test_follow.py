"""Every aircraft has one confirmed track, as near as the radars are good."""

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import Sky, radars, watch

from kizuna.geo.frames import enu_basis

SETTLED_S = np.array([40.0, 60.0, 90.0, 120.0])
HUNDRED_METRES = 100.0
"""Root mean square error: a single plot is 140 m off across at 80 km, and 140 m in height."""
TEN_METRES_PER_SECOND = 10.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_aircraft_has_one_confirmed_track(seed, associator):
    sky, sensors = Sky.of(60, seed), radars()
    pictures = follow(sensors, watch(sky, sensors, 125.0, seed), SETTLED_S, associator=associator)
    for tracks, time_s in zip(pictures, SETTLED_S, strict=True):
        found = match(sky, tracks, time_s)
        assert (found.row >= 0).all()
        assert len(np.unique(found.number)) == 60
        assert found.false == 0
        assert np.sqrt((found.error_m[:, :2] ** 2).sum(axis=1).mean()) < HUNDRED_METRES
        assert np.sqrt((found.error_m[:, 2] ** 2).mean()) < HUNDRED_METRES
        assert tracks.status.equal("confirmed").mean() > 0.9


@pytest.mark.parametrize("seed", [1, 2])
def test_tracks_are_better_than_single_plots(seed):
    """Three radars and a minute of plots: 2.5 times as good as one plot, 50 m by 140 m by 140 m."""
    sky, sensors = Sky.of(60, seed, width_m=100e3), radars()
    tracks = follow(sensors, watch(sky, sensors, 65.0, seed), 60.0)[0]
    found = match(sky, tracks, 60.0)
    plot_m = np.sqrt(50.0**2 + 2.0 * (80e3 * np.radians(0.1)) ** 2)
    assert np.sqrt((found.error_m**2).sum(axis=1).mean()) < plot_m / 2.5


@pytest.mark.parametrize("seed", [4, 5])
def test_velocities(seed):
    sky, sensors = Sky.of(60, seed), radars()
    tracks = follow(sensors, watch(sky, sensors, 100.0, seed), 90.0)[0]
    found = match(sky, tracks, 90.0)
    start_s = 1_750_000_000.0 + 90.0
    moved = (sky.places(start_s + 0.5) - sky.places(start_s - 0.5))[:, None]
    basis = enu_basis(tracks.lat_deg[found.row], tracks.lon_deg[found.row])
    truth = np.einsum("nij,nkj->ni", basis, moved)
    mine = np.column_stack([tracks.ve_mps, tracks.vn_mps, tracks.vu_mps])[found.row]
    assert np.sqrt(((mine - truth) ** 2).sum(axis=1).mean()) < TEN_METRES_PER_SECOND


def test_numbers_stay():
    sky, sensors = Sky.of(60, 6), radars()
    pictures = follow(sensors, watch(sky, sensors, 245.0, 6), [40.0, 120.0, 240.0])
    first, *later = [
        match(sky, tracks, time_s).number
        for tracks, time_s in zip(pictures, [40.0, 120.0, 240.0], strict=True)
    ]
    for numbers in later:
        assert (numbers == first).all()


@pytest.mark.parametrize("periods", [(4.0, 5.0, 6.0), (1.0, 12.0, 9.7), (10.0, 10.0, 10.0)])
def test_radars_turn_at_their_own_pace(periods):
    """No two radars see an aircraft at once, and none waits for another."""
    sky, sensors = Sky.of(40, 7), radars(period_s=np.array(periods))
    detections = watch(sky, sensors, 125.0, 7)
    found = match(sky, follow(sensors, detections, 120.0)[0], 120.0)
    assert len(np.unique(found.number)) == 40
    assert found.false == 0
    assert np.sqrt(np.nanmean((found.error_m**2).sum(axis=1))) < 1.5 * HUNDRED_METRES


def test_more_radars_make_better_tracks():
    sky, three = Sky.of(60, 8), radars(period_s=6.0)
    detections = watch(sky, three, 125.0, 8)
    errors = []
    for count in (1, 3):
        mine = detections.take(detections.sensor.codes < count)
        found = match(sky, follow(three.take(slice(0, count)), mine, 120.0)[0], 120.0)
        errors.append(np.sqrt(np.nanmean((found.error_m**2).sum(axis=1))))
    assert errors[1] < 0.8 * errors[0]


def test_tracks_say_how_many_sensors_contribute():
    sky, sensors = Sky.of(30, 9, width_m=100e3), radars()
    tracks = follow(sensors, watch(sky, sensors, 65.0, 9), 60.0)[0]
    assert (tracks.sensors == 3).all()
