"""On small scenes Kizuna's GOSPA is no worse than that of Stone Soup's trackers, tuned as well as we can."""

import numpy as np
import pytest
from benchmarks.gospa import mean_gospa
from benchmarks.pictures import truth_at

from benchmarks import scenes, stonesoup_peer
from kizuna.geo.frames import geodetic_to_ecef
from kizuna.messages.codec import from_arrow
from kizuna.messages.detection import Detections
from kizuna.scenario.read import read_sensors
from kizuna.tracking.tracker import Tracker

EVERY_S, UNTIL_S, SETTLED_S = 4.0, 60.0, 20.0
CUTOFF_M = 1_000.0


@pytest.fixture(scope="module")
def scene(request, tmp_path_factory):
    """Thirty aircraft that turn, climb and descend, three radars, one plot in twenty false."""
    options = scenes.Options(objects=30, duration_s=UNTIL_S + 5.0, seed=request.param)
    detections, sensors, truth = scenes.make_scene(options)
    path = tmp_path_factory.mktemp("scene") / "sensors.yaml"
    path.write_text(scenes.sensors_yaml(sensors), encoding="utf-8")
    times_s = detections["time"][0].as_py() + np.arange(EVERY_S, UNTIL_S + 1e-9, EVERY_S)
    own = kizuna_pictures(from_arrow(Detections, detections, "scene"), read_sensors(path), times_s)
    return detections, sensors, truth_at(truth, times_s.tolist()), own


def kizuna_pictures(detections, sensors, times_s):
    """ECEF places of the tracks at each time."""
    tracker, done, made = Tracker(sensors), 0, {}
    for time_s in times_s.tolist():
        until = int(np.searchsorted(detections.time, time_s, side="right"))
        tracker.process(detections.take(slice(done, until)))
        done = until
        tracks = tracker.picture(time_s, "here")
        made[time_s] = geodetic_to_ecef(tracks.lat_deg, tracks.lon_deg, tracks.alt_m).reshape(-1, 3)
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scene", "recipe"), [(101, "CONVERTED"), (102, "CONVERTED"), (101, "POLAR")], indirect=["scene"]
)
def test_gospa_is_no_worse(scene, recipe):
    """Over all pictures, the beginning included, and over those when all tracks have begun."""
    detections, sensors, truth, own = scene
    theirs, _, plots = stonesoup_peer.track(
        detections, sensors, getattr(stonesoup_peer, recipe), EVERY_S, UNTIL_S
    )
    assert plots > 500
    assert len(theirs) == len(own)
    # Their times are ours up to rounding.
    theirs = dict(zip(own, theirs.values(), strict=True))
    assert mean_gospa(truth, own, CUTOFF_M).metric_m <= mean_gospa(truth, theirs, CUTOFF_M).metric_m
    settled = [time_s for time_s in own if time_s >= min(own) + SETTLED_S]
    late, their_late = (
        mean_gospa({t: truth[t] for t in settled}, {t: each[t] for t in settled}, CUTOFF_M)
        for each in (own, theirs)
    )
    assert late.metric_m <= their_late.metric_m
    assert late.missed + late.false < 1.0
