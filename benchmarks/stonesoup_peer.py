"""Track a scene with Stone Soup: its own components, put together as well as we know how.

The frame is Cartesian, east, north and up at the middle of the radars; the conversion to it is exact, so
the curved Earth costs Stone Soup nothing. What was chosen, and why:

- **Sets of detections.** Stone Soup's tracker takes sets of detections, at most one of each object. A set
  holds the plots of one radar within a window of time. Short windows keep the plots of several radars in
  order; long windows are faster, because each set costs a prediction of every track.
- **Measurement model.** `polar`: `CartesianToElevationBearingRange` with the radar's place and attitude,
  and the extended Kalman filter. `converted`: each plot becomes a position with its own covariance, and the
  plain Kalman filter does; the conversion is not timed.
- **Gating.** For `polar`, `DetectionKDTreeGNN2D` on range, bearing and elevation: a ball of `reach_m` in
  which the angles, in radians, weigh nothing, so it gates by range. For `converted`, the same in Cartesian
  coordinates; Stone Soup's tree refuses detections with models of their own, so the check is replaced and
  the search kept.
- **Association.** `GNNWith2DAssignment` over a `DistanceHypothesiser` with the Mahalanobis distance;
  `nearest` takes `NearestNeighbour` instead, which spares the matrix of all hypotheses.
- **Motion.** Nearly constant velocity with a power of its own for the vertical.
- **Begin and end.** `MultiMeasurementInitiator` confirms after `points` plots; candidates that wait longer
  than `hold_s`, and tracks without a plot for `drop_s`, are deleted (`UpdateTimeDeleter`).

The numbers were tuned for the lowest GOSPA, one after the other, with the `converted` model, on scenes with
other seeds than the benchmark's; `python benchmarks/tune_stonesoup.py` repeats it. `reach_m` was not
tuned: it is how far five standard deviations of a new track's velocity lead in eight seconds.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pymap3d
from benchmarks.gospa import Pictures
from scipy.spatial import KDTree
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment, NearestNeighbour
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D, DetectionKDTreeMixIn, DetectionKDTreeNN
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import ExtendedKalmanPredictor, KalmanPredictor
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.angle import Bearing, Elevation
from stonesoup.types.array import StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater, KalmanUpdater

EPOCH = datetime(2025, 1, 1)  # noqa: DTZ001  (Stone Soup compares naive times)
POSITION, VELOCITY = (0, 2, 4), (1, 3, 5)


@dataclass(frozen=True)
class Recipe:
    """One configuration of Stone Soup; see the module for the words."""

    model: str = "converted"
    nearest: bool = False
    window_s: float = 1.0
    level_q: float = 60.0
    """Power of the horizontal acceleration noise, m²/s³."""
    vertical_q: float = 0.1
    gate: float = 5.0
    """Largest Mahalanobis distance."""
    hold_gate: float = 5.0
    reach_m: float = 6_000.0
    points: int = 2
    hold_s: float = 15.0
    drop_s: float = 20.0
    level_mps: float = 150.0
    """Standard deviation of a new track's horizontal velocity."""
    vertical_mps: float = 5.0


POLAR = Recipe(model="polar")
CONVERTED = Recipe(model="converted")
FASTEST = Recipe(model="converted", nearest=True, window_s=4.0)
"""Windows as long as the shortest period of a radar: the longest in which one object gives one plot."""


class Frame:
    """A Cartesian frame, east, north and up, at one place."""

    def __init__(self, lat_deg: float, lon_deg: float) -> None:
        self.origin = (lat_deg, lon_deg, 0.0)
        self.axes = axes(lat_deg, lon_deg)
        self.centre_m = np.array(pymap3d.geodetic2ecef(*self.origin))

    def of_ecef(self, ecef_m: np.ndarray) -> np.ndarray:
        """Positions (N, 3) in the frame."""
        return (ecef_m - self.centre_m) @ self.axes.T

    def to_ecef(self, local_m: np.ndarray) -> np.ndarray:
        """Positions (N, 3) in ECEF."""
        return local_m @ self.axes + self.centre_m


def axes(lat_deg: float, lon_deg: float) -> np.ndarray:
    """Rows: east, north and up in ECEF."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.array(
        [
            [-np.sin(lon), np.cos(lon), 0.0],
            [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)],
            [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)],
        ]
    )


class CartesianKDTree(DetectionKDTreeMixIn):
    """Stone Soup's tree of detections for positions that each have a covariance of their own."""

    def generate_hypotheses(self, tracks, detections, timestamp, **kwargs):
        """Hypotheses of each track with the detections near its prediction."""
        if not tracks or not detections:
            return {
                track: self.hypothesiser.hypothesise(track, detections, timestamp, **kwargs)
                for track in tracks
            }
        there = list(detections)
        tree = KDTree(np.array([detection.state_vector[:, 0] for detection in there], dtype=float))
        found = {}
        for track in tracks:
            prediction = self.predictor.predict(track, timestamp=timestamp, **kwargs)
            place = np.asarray(prediction.state_vector, dtype=float)[list(POSITION), 0]
            near = {there[index] for index in tree.query_ball_point(place, r=self.max_distance)}
            found[track] = self.hypothesiser.hypothesise(track, near, timestamp, **kwargs)
        return found


class CartesianKDTreeGNN2D(CartesianKDTree, GNNWith2DAssignment):
    """Global nearest neighbours among the detections near each track."""


class CartesianKDTreeNN(CartesianKDTree, NearestNeighbour):
    """Nearest neighbours, the surest pair first, among the detections near each track."""


TREES = {
    ("polar", False): DetectionKDTreeGNN2D,
    ("polar", True): DetectionKDTreeNN,
    ("converted", False): CartesianKDTreeGNN2D,
    ("converted", True): CartesianKDTreeNN,
}


def read_sets(
    detections: pa.Table, sensors: list[dict], frame: Frame, recipe: Recipe
) -> list[tuple[datetime, set[Detection]]]:
    """The plots as Stone Soup's detections, in sets of one radar and one window, in order of time."""
    radars = {sensor["sensor"]: sensor for sensor in sensors}
    polar = {name: polar_model(radar, frame) for name, radar in radars.items()}
    columns = {
        name: detections[name].to_numpy() for name in ("time", "range_m", "azimuth_deg", "elevation_deg")
    }
    start_s = columns["time"][0]
    sets = defaultdict(set)
    for row, name in enumerate(detections["sensor"].to_pylist()):
        since, distance, azimuth, elevation = (column[row] for column in columns.values())
        stamp = EPOCH + timedelta(seconds=since - start_s)
        if recipe.model == "polar":
            bearing, up = Bearing(np.radians(90.0 - azimuth)), Elevation(np.radians(elevation))
            plot = Detection(StateVector([up, bearing, distance]), stamp, measurement_model=polar[name])
        else:
            place, covariance = convert(radars[name], frame, distance, azimuth, elevation)
            model = LinearGaussian(6, POSITION, covariance)
            plot = Detection(StateVector(place), stamp, measurement_model=model)
        sets[int((since - start_s) / recipe.window_s), name].add(plot)
    stamps = {key: max(plot.timestamp for plot in plots) for key, plots in sets.items()}
    # Windows in order; within one, the radar whose last plot came first.
    order = sorted(sets, key=lambda key: (key[0], stamps[key]))
    return [(stamps[key], sets[key]) for key in order]


def polar_model(radar: dict, frame: Frame) -> CartesianToElevationBearingRange:
    """Elevation, bearing (from east, anticlockwise) and range at a radar, as seen from the frame."""
    place = np.array(pymap3d.geodetic2ecef(radar["lat_deg"], radar["lon_deg"], radar["alt_m"]))
    turn = axes(radar["lat_deg"], radar["lon_deg"]) @ frame.axes.T
    # Stone Soup turns by Rx(-a) Ry(b) Rz(-c), which fixes where each angle stands in the product.
    a, b, c = np.arctan2(turn[1, 2], turn[2, 2]), np.arcsin(turn[0, 2]), np.arctan2(turn[0, 1], turn[0, 0])
    angles = np.radians([radar["sigma_elevation_deg"], radar["sigma_azimuth_deg"]])
    model = CartesianToElevationBearingRange(
        ndim_state=6,
        mapping=np.array(POSITION),
        noise_covar=np.diag([*angles**2, radar["sigma_range_m"] ** 2]),
        translation_offset=StateVector(frame.of_ecef(place)),
        rotation_offset=StateVector([a, b, c]),
    )
    if not np.allclose(np.asarray(model.rotation_matrix, dtype=float), turn, atol=1e-9):
        raise AssertionError("the radar's attitude is not what Stone Soup makes of it")
    return model


def convert(
    radar: dict, frame: Frame, distance: float, azimuth: float, elevation: float
) -> tuple[np.ndarray, np.ndarray]:
    """A plot as a position (3,) in the frame with its covariance (3, 3) to the first order."""
    a, e = np.radians(azimuth), np.radians(elevation)
    along = np.array([np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), np.sin(e)])
    across = np.array([np.cos(a), -np.sin(a), 0.0])
    up = np.array([-np.sin(a) * np.sin(e), -np.cos(a) * np.sin(e), np.cos(e)])
    sigma_a, sigma_e = np.radians([radar["sigma_azimuth_deg"], radar["sigma_elevation_deg"]])
    root = np.column_stack(
        [
            along * radar["sigma_range_m"],
            across * distance * np.cos(e) * sigma_a,
            up * distance * sigma_e,
        ]
    )
    site = np.array(pymap3d.geodetic2ecef(radar["lat_deg"], radar["lon_deg"], radar["alt_m"]))
    local = axes(radar["lat_deg"], radar["lon_deg"])
    root = frame.axes @ (local.T @ root)
    place = frame.of_ecef(local.T @ (along * distance) + site)
    return place, root @ root.T


def build(recipe: Recipe, sets: list[tuple[datetime, set[Detection]]]) -> MultiTargetTracker:
    """The tracker of a recipe over sets of detections."""
    motion = CombinedLinearGaussianTransitionModel(
        [
            ConstantVelocity(recipe.level_q),
            ConstantVelocity(recipe.level_q),
            ConstantVelocity(recipe.vertical_q),
        ]
    )
    linear = recipe.model == "converted"
    predictor = KalmanPredictor(motion) if linear else ExtendedKalmanPredictor(motion)
    updater = KalmanUpdater() if linear else ExtendedKalmanUpdater()

    tree = TREES[recipe.model, recipe.nearest]

    def associator(gate: float) -> DetectionKDTreeMixIn:
        near = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=gate)
        return tree(near, predictor=predictor, updater=updater, max_distance=recipe.reach_m)

    unknown = np.diag([0.0, recipe.level_mps**2, 0.0, recipe.level_mps**2, 0.0, recipe.vertical_mps**2])
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState(np.zeros((6, 1)), unknown),
        deleter=UpdateTimeDeleter(timedelta(seconds=recipe.hold_s)),
        data_associator=associator(recipe.hold_gate),
        updater=updater,
        min_points=recipe.points,
    )
    return MultiTargetTracker(
        initiator=initiator,
        deleter=UpdateTimeDeleter(timedelta(seconds=recipe.drop_s)),
        detector=sets,
        data_associator=associator(recipe.gate),
        updater=updater,
    )


def track(
    detections: pa.Table, sensors: list[dict], recipe: Recipe, every_s: float, until_s: float
) -> tuple[Pictures, float, int]:
    """Track the plots of the first `until_s` seconds.

    Returns
    -------
    tuple
        Pictures at the first plot's time plus multiples of `every_s`; seconds of processor time that the
        tracker itself took, neither making the detections nor taking the pictures; plots worked off.
    """
    frame = Frame(*(float(np.mean([s[key] for s in sensors])) for key in ("lat_deg", "lon_deg")))
    since = detections["time"].to_numpy() - detections["time"][0].as_py()
    sets = read_sets(detections.filter(pa.array(since < until_s)), sensors, frame, recipe)
    steps = iter(build(recipe, sets))
    start_s = detections["time"][0].as_py()
    moments = list(np.arange(every_s, until_s + 1e-9, every_s))
    pictures: Pictures = {}
    motion = build(recipe, []).data_associator.predictor
    spent, tracks = 0.0, set()
    for stamp, _ in sets:
        while moments and (stamp - EPOCH).total_seconds() > moments[0]:
            moment = moments.pop(0)
            pictures[start_s + moment] = picture(tracks, motion, EPOCH + timedelta(seconds=moment), frame)
        # The time of this process alone: a neighbour on the machine costs Stone Soup nothing.
        begin = time.process_time()
        _, tracks = next(steps)
        spent += time.process_time() - begin
    for moment in moments:
        pictures[start_s + moment] = picture(tracks, motion, EPOCH + timedelta(seconds=moment), frame)
    return pictures, spent, sum(len(plots) for _, plots in sets)


def picture(tracks: set, motion: KalmanPredictor, when: datetime, frame: Frame) -> np.ndarray:
    """ECEF positions (M, 3) of the tracks, predicted to one time."""
    states = [motion.predict(track, timestamp=when).state_vector for track in tracks]
    places = np.array([np.asarray(state, dtype=float)[list(POSITION), 0] for state in states])
    return frame.to_ecef(places.reshape(-1, 3))
