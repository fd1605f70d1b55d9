"""Track a small scene of `families` with Kizuna, as `kizuna track` does; pictures with numbers."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from benchmarks.families import Scene
from benchmarks.scenes import sensors_yaml
from benchmarks.scores import Picture

from kizuna.cli.tables import read_table
from kizuna.geo.frames import enu_basis, geodetic_to_ecef
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks
from kizuna.models.sets import MOTIONS, Name
from kizuna.scenario.read import read_sensors
from kizuna.tracking.course import Associator
from kizuna.tracking.registration import estimate
from kizuna.tracking.tracker import Tracker

UPPER = np.triu_indices(6)


def track(
    scene: Scene,
    times_s: list[float],
    *,
    associator: Associator = "gnn",
    motion: Name = "civil",
    register: bool = False,
) -> list[Picture]:
    """Pictures at some times, of what has come up to each; biases estimated from all plots if `register`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "sensors.yaml").write_text(sensors_yaml(scene.sensors), encoding="utf-8")
        pq.write_table(scene.detections, folder / "detections.parquet")
        sensors = read_sensors(folder / "sensors.yaml")
        detections = read_table(Detections, folder / "detections.parquet", unread=["object"])
    if register:
        detections = estimate(sensors, detections).correct(detections)
    # A clock that was wrong by half a second makes them so much later.
    late_s = scene.air.late_s + 1.0 if scene.air.late_s else 0.0
    tracker = Tracker(sensors, MOTIONS[motion](), associator=associator, late_s=late_s)
    order = np.argsort(scene.came_s, kind="stable")
    came_s, detections = scene.came_s[order], detections.take(order)
    pictures, first = [], 0
    for time_s in times_s:
        last = int(np.searchsorted(came_s, time_s, side="right"))
        tracker.process(detections.take(slice(first, last)))
        pictures.append(_picture(tracker.picture(time_s, "here")))
        first = last
    return pictures


def _picture(tracks: Tracks) -> Picture:
    """Numbers, states and covariances of a picture in ECEF."""
    place = geodetic_to_ecef(tracks.lat_deg, tracks.lon_deg, tracks.alt_m)
    basis = enu_basis(tracks.lat_deg, tracks.lon_deg)
    velocity = np.column_stack([tracks.ve_mps, tracks.vn_mps, tracks.vu_mps])
    cov = np.zeros((len(tracks), 6, 6))
    cov[:, UPPER[0], UPPER[1]] = tracks.cov
    cov[:, UPPER[1], UPPER[0]] = tracks.cov
    turn = np.zeros((len(tracks), 6, 6))
    turn[:, :3, :3] = turn[:, 3:, 3:] = basis.transpose(0, 2, 1)
    return Picture(
        tracks.track,
        np.hstack([place.reshape(-1, 3), np.einsum("nij,ni->nj", basis, velocity)]),
        turn @ cov @ turn.transpose(0, 2, 1),
    )
