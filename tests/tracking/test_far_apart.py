"""Nothing assumes a flat Earth: sites an ocean apart, both sides of 180 degrees, the poles."""

from dataclasses import fields, replace

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import Sky, radars, watch

from kizuna.geo.geodesic import destination, great_circle_m
from kizuna.messages.columns import Labels
from kizuna.messages.sensor import Sensors

HUNDRED_METRES = 100.0
AIRPORTS = {
    "Tokyo": (35.55, 139.78),
    "Darwin": (-12.41, 130.88),
    "Sydney": (-33.95, 151.18),
    "Guam": (13.48, 144.8),
}


@pytest.mark.parametrize(
    "centre",
    [(-17.0, 180.0), (60.0, -179.9), (89.5, 10.0), (90.0, 0.0), (-89.9, 0.0), (0.0, 0.0)],
    ids=str,
)
def test_anywhere(centre):
    sky, sensors = Sky.of(40, 1, centre=centre), radars(centre=centre)
    times_s = [60.0, 120.0]
    one, other = (
        match(sky, *each)
        for each in zip(follow(sensors, watch(sky, sensors, 125.0, 1), times_s), times_s, strict=True)
    )
    assert len(np.unique(one.number)) == 40
    assert (one.number == other.number).all()
    assert one.false == other.false == 0
    assert np.sqrt((other.error_m**2).sum(axis=1).mean()) < HUNDRED_METRES
    assert (np.abs(one.tracks.lon_deg) <= 180.0).all()


def test_sites_an_ocean_apart():
    """Four airports with two radars each, 2,500 to 7,800 km apart, in one tracker."""
    skies = [Sky.of(20, seed, centre=centre) for seed, centre in enumerate(AIRPORTS.values())]
    sky = Sky(*(np.concatenate([getattr(each, item.name) for each in skies]) for item in fields(Sky)))
    sensors = Sensors.join(
        [
            replace(radars(2, centre=centre), sensor=Labels.of([f"{name} {k}" for k in range(2)]))
            for name, centre in AIRPORTS.items()
        ]
    )
    assert great_circle_m(*AIRPORTS["Tokyo"], *AIRPORTS["Sydney"]) > 7e6
    found = match(sky, follow(sensors, watch(sky, sensors, 125.0, 2), 120.0)[0], 120.0)
    assert len(np.unique(found.number)) == 80
    assert found.false == 0
    assert np.sqrt((found.error_m**2).sum(axis=1).mean()) < HUNDRED_METRES
    assert (found.tracks.sensors <= 2).all()


@pytest.mark.parametrize("start", [(-17.0, 179.8, 90.0), (89.9, 0.0, 0.0)], ids=["180 degrees", "pole"])
def test_a_flight_over_the_edge_of_the_map_keeps_its_number(start):
    lat, lon, course = start
    sky = Sky(*(np.array([value]) for value in (lat, lon, 10e3, course, 250.0)))
    sensors = radars(centre=(lat, lon))
    times_s = [20.0, 60.0, 100.0, 200.0]
    pictures = follow(sensors, watch(sky, sensors, 205.0, 3), times_s)
    assert [len(tracks) for tracks in pictures] == [1, 1, 1, 1]
    assert len({int(tracks.track[0]) for tracks in pictures}) == 1
    away = [float(np.linalg.norm(match(sky, *each).error_m)) for each in zip(pictures, times_s, strict=True)]
    assert max(away[1:]) < 2.0 * HUNDRED_METRES
    end_lat, end_lon = destination(lat, lon, course, 250.0 * 200.0)
    assert abs(float(end_lon) - lon) > 90.0
    turned = (float(pictures[-1].lon_deg[0]) - float(end_lon) + 180.0) % 360.0 - 180.0
    assert turned == pytest.approx(0.0, abs=0.5)
    assert float(pictures[-1].lat_deg[0]) == pytest.approx(float(end_lat), abs=0.01)
