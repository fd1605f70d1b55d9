"""On small scenes Kizuna's GOSPA is no worse than that of Stone Soup's trackers, tuned as well as we can."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.messages.codec import from_arrow
from kizuna.messages.detection import Detections
from kizuna.scenario.read import read_sensors
from kizuna.tracking.tracker import Tracker

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
EVERY_S, UNTIL_S, SETTLED_S = 4.0, 60.0, 20.0
CUTOFF_M = 1_000.0


@pytest.fixture(scope="module")
def bench():
    """The benchmarks' modules by name; they are scripts, which import each other from their folder."""
    if not (BENCHMARKS / "stonesoup_peer.py").exists():
        pytest.skip("benchmarks/stonesoup_peer.py, which runs Stone Soup, is not in this checkout")
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield {
            name: importlib.import_module(name) for name in ("scenes", "stonesoup_peer", "gospa", "pictures")
        }
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def scene(request, bench, tmp_path_factory):
    """Thirty aircraft that turn, climb and descend, three radars, one plot in twenty false."""
    scenes = bench["scenes"]
    options = scenes.Options(objects=30, duration_s=UNTIL_S + 5.0, seed=request.param)
    detections, sensors, truth = scenes.make_scene(options)
    path = tmp_path_factory.mktemp("scene") / "sensors.yaml"
    path.write_text(scenes.sensors_yaml(sensors), encoding="utf-8")
    times_s = detections["time"][0].as_py() + np.arange(EVERY_S, UNTIL_S + 1e-9, EVERY_S)
    own = kizuna_pictures(from_arrow(Detections, detections, "scene"), read_sensors(path), times_s)
    return detections, sensors, bench["pictures"].truth_at(truth, times_s.tolist()), own


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
def test_gospa_is_no_worse(bench, scene, recipe):
    """Over all pictures, the beginning included, and over those when all tracks have begun."""
    detections, sensors, truth, own = scene
    peer = bench["stonesoup_peer"]
    theirs, _, plots = peer.track(detections, sensors, getattr(peer, recipe), EVERY_S, UNTIL_S)
    assert plots > 500
    assert len(theirs) == len(own)
    # Their times are ours up to rounding.
    theirs = dict(zip(own, theirs.values(), strict=True))
    score = bench["gospa"].mean_gospa
    assert score(truth, own, CUTOFF_M).metric_m <= score(truth, theirs, CUTOFF_M).metric_m
    settled = [time_s for time_s in own if time_s >= min(own) + SETTLED_S]
    late, their_late = (
        score({t: truth[t] for t in settled}, {t: each[t] for t in settled}, CUTOFF_M)
        for each in (own, theirs)
    )
    assert late.metric_m <= their_late.metric_m
    assert late.missed + late.false < 1.0
