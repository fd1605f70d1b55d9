"""Clutter begins few tracks, and objects among it are still found."""

import numpy as np
import pytest
from tests.tracking.follow import follow, match
from tests.tracking.sky import Sky, radars, watch

FALSE_TRACKS_PER_HOUR = 20.0
"""Of three radars with 200 false plots a scan each, 4 million false plots in a day: one in 20,000 plots."""


@pytest.mark.parametrize("seed", [1, 2])
def test_clutter_alone_confirms_few_tracks(seed, associator):
    """Ten minutes of some 74,000 false plots and nothing else; every number ever given counts."""
    nobody, sensors = Sky.of(0, seed), radars(clutter_per_scan=200.0)
    detections = watch(nobody, sensors, 600.0, seed)
    pictures = follow(sensors, detections, np.arange(5.0, 600.0, 5.0), associator=associator)
    numbers = {int(number) for tracks in pictures for number in tracks.track}
    assert len(detections) > 70_000
    assert len(numbers) <= FALSE_TRACKS_PER_HOUR / 6.0


@pytest.mark.parametrize("clutter", [20.0, 200.0])
def test_aircraft_are_found_among_clutter(clutter, associator):
    sky, sensors = Sky.of(30, 3), radars(clutter_per_scan=clutter)
    tracks = follow(sensors, watch(sky, sensors, 95.0, 3), 90.0, associator=associator)[0]
    found = match(sky, tracks, 90.0)
    assert len(np.unique(found.number)) == 30
    assert found.false <= 1
    assert np.sqrt(np.nanmean((found.error_m**2).sum(axis=1))) < 150.0


def test_poor_detection(associator):
    """Every other plot is missing."""
    sky, sensors = Sky.of(40, 4), radars(pd=0.5)
    tracks = follow(sensors, watch(sky, sensors, 125.0, 4), 120.0, associator=associator)[0]
    found = match(sky, tracks, 120.0)
    assert (found.row >= 0).sum() >= 38
    assert found.false <= 1
