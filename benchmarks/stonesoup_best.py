"""Track a small scene with Stone Soup as well as it can, by GNN or JPDA; pictures of numbered tracks.

The frame and the conversion of plots are those of `stonesoup_peer`. Each set of detections is one turn of one
radar, all at one time, which is what Stone Soup's associators are made for. What was chosen:

- **GNN**: `GNNWith2DAssignment` over Mahalanobis distances, in a `MultiTargetTracker`; tracks end by
  `UpdateTimeDeleter`.
- **JPDA**: `JPDAwithEHM2` (the exact marginals, efficient hypothesis management) over a `PDAHypothesiser`
  that is told the true density of clutter and the probability of detection, in a `MultiTargetMixtureTracker`.
  Tracks end by `UpdateTimeDeleter`, or when their place is uncertain by `lost_m`.
- **Motion**: nearly constant velocity, or nearly constant acceleration. Stone Soup 1.9.1 has no interacting
  multiple models but for particles.
- **Measurement**: converted to places with covariances, which at these ranges and angles is as good as polar.
- **Gating**: by the tree of `stonesoup_peer`, without which heavy clutter takes minutes.

The numbers of each family were tuned for the lowest GOSPA of the GNN on other seeds than the table's, one
after the other (`python benchmarks/tune_accuracy.py`), of the slow families with some values fewer.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from benchmarks.families import Scene
from benchmarks.scenes import START_S
from benchmarks.scores import Picture
from benchmarks.stonesoup_peer import EPOCH, Frame, convert
from scipy.spatial import KDTree
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDAwithEHM2
from stonesoup.dataassociator.tree import DetectionKDTreeMixIn
from stonesoup.deleter.error import CovarianceBasedDeleter
from stonesoup.deleter.multi import CompositeDeleter
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel,
    ConstantAcceleration,
    ConstantVelocity,
)
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
from stonesoup.types.array import StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater


class Near(DetectionKDTreeMixIn):
    """Detections near the place of each track, whatever the state's components."""

    def generate_hypotheses(self, tracks, detections, timestamp, **kwargs):
        """Hypotheses of each track with the detections near its prediction."""
        there = list(detections)
        tree = KDTree(np.array([each.state_vector[:, 0] for each in there], dtype=float)) if there else None
        found = {}
        for track in tracks:
            prediction = self.predictor.predict(track, timestamp=timestamp, **kwargs)
            width = len(prediction.state_vector) // 3
            place = np.asarray(prediction.state_vector, dtype=float)[::width, 0]
            near = {there[k] for k in tree.query_ball_point(place, r=self.max_distance)} if there else set()
            found[track] = self.hypothesiser.hypothesise(track, near, timestamp, **kwargs)
        return found


class NearGNN(Near, GNNWith2DAssignment):
    """Global nearest neighbours among the detections near each track."""


class NearJPDA(Near, JPDAwithEHM2):
    """Joint probabilities of the detections near each track."""


@dataclass(frozen=True)
class Recipe:
    """One configuration; see the module for the words."""

    joint: bool = False
    accelerating: bool = False
    level_q: float = 60.0
    """Power of the noise: of acceleration in m²/s³, of jerk in m²/s⁵."""
    vertical_q: float = 1.0
    gate: float = 4.0
    """Largest Mahalanobis distance."""
    points: int = 2
    hold_s: float = 15.0
    drop_s: float = 20.0
    lost_m: float = 2_000.0
    level_mps: float = 150.0
    """Standard deviation of a new track's horizontal velocity."""
    vertical_mps: float = 10.0
    start_mps2: float = 10.0
    """And of its acceleration."""
    reach_s: float = 10.0
    """Detections within the gate of so long a flight of a new track are near."""

    @property
    def width(self) -> int:
        """Components of the state for each axis."""
        return 3 if self.accelerating else 2


def _sets(scene: Scene, frame: Frame, recipe: Recipe) -> list[tuple]:
    """Stone Soup's detections, one set for each turn of a radar, in order of time."""
    radars = {sensor["sensor"]: sensor for sensor in scene.sensors}
    mapping = tuple(recipe.width * axis for axis in range(3))
    columns = [
        scene.detections[name].to_numpy() for name in ("time", "range_m", "azimuth_deg", "elevation_deg")
    ]
    sets = defaultdict(set)
    for row, name in enumerate(scene.detections["sensor"].to_pylist()):
        time_s, distance, azimuth, elevation = (column[row] for column in columns)
        stamp = EPOCH + timedelta(seconds=time_s - START_S)
        place, covariance = convert(radars[name], frame, distance, azimuth, elevation)
        model = LinearGaussian(3 * recipe.width, mapping, covariance)
        plot = Detection(StateVector(place), stamp, measurement_model=model)
        sets[stamp, name].add(plot)
    return [(stamp, sets[stamp, name]) for stamp, name in sorted(sets)]


def _build(recipe: Recipe, scene: Scene, sets: list[tuple]) -> tuple:
    """The tracker of a recipe over sets of detections, and its predictor."""
    kind = ConstantAcceleration if recipe.accelerating else ConstantVelocity
    predictor = KalmanPredictor(
        CombinedLinearGaussianTransitionModel(
            [kind(recipe.level_q), kind(recipe.level_q), kind(recipe.vertical_q)]
        )
    )
    updater = KalmanUpdater()
    reach = {"predictor": predictor, "updater": updater}
    reach["max_distance"] = recipe.gate * (recipe.level_mps * recipe.reach_s + 500.0)
    near = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=recipe.gate)
    deviations = [
        ([0.0, speed, recipe.start_mps2][: recipe.width])
        for speed in (recipe.level_mps, recipe.level_mps, recipe.vertical_mps)
    ]
    unknown = np.diag(np.concatenate(deviations) ** 2)
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState(np.zeros((3 * recipe.width, 1)), unknown),
        deleter=UpdateTimeDeleter(timedelta(seconds=recipe.hold_s)),
        data_associator=NearGNN(near, **reach),
        updater=updater,
        min_points=recipe.points,
    )
    deleter = UpdateTimeDeleter(timedelta(seconds=recipe.drop_s))
    if not recipe.joint:
        associator = NearGNN(near, **reach)
        return MultiTargetTracker(initiator, deleter, sets, associator, updater), predictor
    shared = PDAHypothesiser(
        predictor,
        updater,
        clutter_spatial_density=scene.density_m3,
        prob_detect=scene.air.pd,
        prob_gate=0.999,
    )
    mapping = [recipe.width * axis for axis in range(3)]
    lost = CompositeDeleter(
        [deleter, CovarianceBasedDeleter(3.0 * recipe.lost_m**2, mapping)], intersect=False
    )
    return MultiTargetMixtureTracker(initiator, lost, sets, NearJPDA(shared, **reach), updater), predictor


def track(scene: Scene, recipe: Recipe, times_s: list[float]) -> list[Picture]:
    """Pictures at some times, of all plots up to each, in order, as if none were late."""
    frame = Frame(*(float(np.mean([s[key] for s in scene.sensors])) for key in ("lat_deg", "lon_deg")))
    sets = _sets(scene, frame, recipe)
    tracker, predictor = _build(recipe, scene, sets)
    steps, tracks, pictures = iter(tracker), set(), []
    moments = [EPOCH + timedelta(seconds=time_s - START_S) for time_s in times_s]
    numbers: dict[str, int] = {}
    for stamp, _ in sets:
        while moments and stamp > moments[0]:
            pictures.append(_picture(tracks, predictor, moments.pop(0), frame, recipe, numbers))
        _, tracks = next(steps)
    return pictures + [_picture(tracks, predictor, at, frame, recipe, numbers) for at in moments]


def _picture(tracks, predictor, when, frame: Frame, recipe: Recipe, numbers: dict[str, int]) -> Picture:
    """All tracks, predicted to one time, in ECEF."""
    order = [recipe.width * axis + k for k in range(2) for axis in range(3)]
    number, state, cov = [], np.empty((len(tracks), 6)), np.empty((len(tracks), 6, 6))
    turn = np.kron(np.eye(2), frame.axes.T)
    for row, each in enumerate(sorted(tracks, key=lambda track: track.id)):
        number.append(numbers.setdefault(each.id, len(numbers) + 1))
        there = predictor.predict(each, timestamp=when)
        state[row] = np.asarray(there.state_vector, dtype=float)[order, 0]
        cov[row] = turn @ np.asarray(there.covar, dtype=float)[np.ix_(order, order)] @ turn.T
    state[:, :3] = frame.to_ecef(state[:, :3])
    state[:, 3:] = state[:, 3:] @ frame.axes
    return Picture(np.array(number, dtype=np.int64), state, cov)
