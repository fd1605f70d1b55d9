"""Where and when what falls will be on the ground, and where it was launched: areas to warn the public of.

Where a track's numbers lead is asked at three values of each, one number after the other, each with all
that goes along with it. That gives mean and covariance of the place up to how two of them work together
(Rahman and Xu 2004, "A univariate dimension-reduction method for multi-dimensional integration in stochastic
mechanics", Probabilistic Engineering Mechanics 19(4), with Gauss and Hermite's points). Derivatives would do
for place and velocity. They don't for drag, known to a factor of two at best before the air is reached.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kizuna.geo.frames import ecef_to_enu, ecef_to_geodetic, enu_basis, enu_to_ecef
from kizuna.kernels import ballistic
from kizuna.models.ballistic import GRAVITY_MPS2, PATH, Ballistic, unboost
from kizuna.shapes import Float, FloatN, IntN

LONGEST_S: Final = 3_600.0
"""What isn't down after an hour is in orbit, or no falling body."""
_ROW: Final = [0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 0, 1, 2, 3, 4, 5, 6]
_COLUMN: Final = [0, 1, 2, 1, 2, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5, 4, 5, 5, 6, 6, 6, 6, 6, 6, 6]
"""Of the state, for each packed number."""
_AT: Final = np.sqrt(3.0) * np.array([1.0, -1.0])
_WEIGHT: Final = np.array([1.0, 1.0]) / 6.0
"""Where to ask beside the mean, in standard deviations, and with which weight."""
_NEAR_M: Final = 1.0
_ROUNDS: Final = 40


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Places on the ground with their uncertainty, K rows; NaN where a body's path has none."""

    lat_deg: FloatN
    lon_deg: FloatN
    cov_m2: Float
    """(K, 2, 2): covariance along east and north, m²."""
    after_s: FloatN
    """When, after the time of the states, s; below 0 for what has been."""
    sigma_s: FloatN
    """Standard deviation of that time, s."""

    def ellipses(self, probability: float) -> tuple[FloatN, FloatN, FloatN]:
        """Semi-major and semi-minor axes in m, and the direction of the major axis in degrees from north.

        Each (K,); the directions are in [0, 180). The place lies in the ellipse with this probability: the
        squared distance in units of the covariance is -2 ln(1 - p) at its edge (chi-square, 2 degrees).
        """
        reach_2 = -2.0 * np.log1p(-probability)
        whole = np.where(np.isfinite(self.cov_m2), self.cov_m2, 0.0)
        variance, axis = np.linalg.eigh(whole)
        semi = np.sqrt(reach_2 * np.maximum(variance, 0.0))
        semi[np.isnan(self.lat_deg)] = np.nan
        return semi[:, 1], semi[:, 0], np.degrees(np.arctan2(axis[:, 0, 1], axis[:, 1, 1])) % 180.0

    def rings(self, probability: float, points: int = 72) -> Float:
        """The ellipses' edges, anticlockwise, the first point again at the end: (K, points + 1, 2) deg.

        Longitude and latitude, in the order of GeoJSON.
        """
        major, minor, course = self.ellipses(probability)
        turn = -np.linspace(0.0, 2.0 * np.pi, points + 1)
        turn[-1] = 0.0
        along, across = major[:, None] * np.cos(turn), minor[:, None] * np.sin(turn)
        axis = np.radians(course)[:, None]
        sin, cos = np.sin(axis), np.cos(axis)
        enu = np.stack(
            [along * sin + across * cos, along * cos - across * sin, np.zeros_like(along)], axis=-1
        )
        lat, lon, _ = ecef_to_geodetic(enu_to_ecef(enu, self.lat_deg[:, None], self.lon_deg[:, None], 0.0))
        return np.stack([lon, lat], axis=-1)


def impact(state: Float, cov: Float, ground_m: float = 0.0, model: Ballistic | None = None) -> Areas:
    """Where and when freely falling bodies will be on the ground.

    Parameters
    ----------
    state, cov
        (K, 7) and (K, 28) packed as in `kizuna.kernels.ballistic`, in free flight.
    ground_m
        Height of the ground above the ellipsoid, m.
    model
        How such bodies move: its noise, until the ground, adds to the area.
    """
    points = _spread(state, _full(cov))
    flat = points.reshape(-1, 7).copy()
    time_s = ballistic.fall(flat, False, np.full(len(flat), ground_m), LONGEST_S, PATH)
    paths: Float = flat.reshape(points.shape)
    after_s: Float = time_s.reshape(points.shape[:2])
    return _areas(paths, after_s, _noise(state, paths[:, 0], after_s[:, 0], model or Ballistic()))


def launch(state: Float, cov: Float, ground_m: float = 0.0, model: Ballistic | None = None) -> Areas:
    """Where and when freely falling bodies were launched, as far as their flight since then tells.

    Back in time, a body falls freely up to the end of its thrust, and then slows down under thrust along its
    velocity until it is at rest. That must be on the ground, which tells when the thrust ended once its mean
    acceleration is known. That is what nobody knows: `model.log_lift` and its deviation.

    Parameters
    ----------
    state, cov, ground_m, model
        As for `impact`.
    """
    model = model or Ballistic()
    full = np.zeros((len(state), 8, 8))
    full[:, :7, :7] = _full(cov)
    full[:, 7, 7] = model.sigma_log_lift**2
    points = _spread(np.concatenate([state, np.full((len(state), 1), model.log_lift)], axis=1), full)
    paths, after_s = _launched(points.reshape(-1, 8), ground_m)
    shape = points.shape[:2]
    return _areas(paths.reshape(*shape, 7), after_s.reshape(shape), np.zeros((len(state), 3, 3)))


def _launched(points: Float, ground_m: float) -> tuple[Float, FloatN]:
    """States at rest (N, 7) and times (N,) of what flies as points (N, 8) say now.

    The time at which thrust ended is between now and when free flight alone would have left the ground: the
    later, the higher the place of rest. It is found by regula falsi (Illinois).
    """
    early = ballistic.fall(points[:, :7].copy(), True, np.full(len(points), ground_m), LONGEST_S, PATH)
    late = np.zeros(len(points))

    def rest(rows: IntN, end_s: FloatN) -> FloatN:
        """Write states and times of rest of some points, whose thrust ended then; returns their heights."""
        made = points[rows, :7]
        ballistic.move(made, end_s, False, PATH)
        made[:, 6] = GRAVITY_MPS2 + np.exp(points[rows, 7])
        after_s[rows] = end_s + unboost(made)
        paths[rows] = made
        # Where drag has led anywhere, back in time, thrust ended later.
        lost = np.isnan(after_s[rows])
        return np.where(lost, -1e6, ecef_to_geodetic(made[:, :3])[2] - ground_m)

    paths, after_s, late = points[:, :7].copy(), np.zeros(len(points)), np.zeros(len(points))
    high_m = rest(np.arange(len(points)), late)
    # Thrust that ended on the ground began below it; how far doesn't matter.
    low_m = -high_m
    # Where even thrust until now would have begun below the ground, it has just ended.
    rows = np.flatnonzero(high_m > _NEAR_M)
    for _ in range(_ROUNDS):
        if not len(rows):
            break
        share = high_m[rows] / (high_m[rows] - low_m[rows])
        middle = late[rows] + (early[rows] - late[rows]) * share
        rest_m = rest(rows, middle)
        above, below = rows[rest_m > 0.0], rows[rest_m <= 0.0]
        late[above], high_m[above] = middle[rest_m > 0.0], rest_m[rest_m > 0.0]
        early[below], low_m[below] = middle[rest_m <= 0.0], rest_m[rest_m <= 0.0]
        low_m[above] *= 0.5
        high_m[below] *= 0.5
        rows = rows[np.abs(rest_m) > _NEAR_M]
    return paths, np.where(np.isnan(early), np.nan, after_s)


def _full(cov: Float) -> Float:
    """Packed (K, 28) to full symmetric (K, 7, 7)."""
    full = np.empty((len(cov), 7, 7))
    full[:, _ROW, _COLUMN] = full[:, _COLUMN, _ROW] = cov
    return full


def _spread(mean: Float, cov: Float) -> Float:
    """Points at which to ask: means (K, n), covariances (K, n, n) -> (K, 1 + 2 n, n), the mean first.

    The last number has an axis of its own, with which the others go; the next has what is left; and so on.
    """
    sigma = np.sqrt(np.maximum(np.diagonal(cov, axis1=1, axis2=2), 1e-18))
    alike = cov / (sigma[:, :, None] * sigma[:, None, :])
    # A hair more than none, so that what is known exactly has a root too.
    alike += 1e-9 * np.eye(mean.shape[1])
    root = np.linalg.cholesky(alike[:, ::-1, ::-1])[:, ::-1] * sigma[:, :, None]
    step = root.transpose(0, 2, 1)[:, :, None, :] * _AT[:, None]
    return np.concatenate(
        [mean[:, None], mean[:, None] + step.reshape(len(mean), 2 * mean.shape[1], mean.shape[1])], axis=1
    )


def _areas(paths: Float, after_s: Float, noise: Float) -> Areas:
    """Areas from where the points (K, 1 + 2 n) came to the ground, and noise (K, 3, 3) of place and time."""
    # Where one of them has no end (NaN), none of it is believed.
    paths = paths + 0.0 * after_s.sum(axis=1)[:, None, None]
    lat, lon, alt = ecef_to_geodetic(paths[:, 0, :3])
    enu = ecef_to_enu(paths[:, :, :3], lat[:, None], lon[:, None], alt[:, None])
    told = np.concatenate([enu[:, :, :2], (after_s - after_s[:, :1])[:, :, None]], axis=2)
    # (K, n, 2, 3): what each axis does, as the others stay.
    told = told[:, 1:].reshape(len(told), told.shape[1] // len(_AT), len(_AT), 3)
    mean = np.einsum("q,knqi->kni", _WEIGHT, told)
    second = np.einsum("q,knqi,knqj->kij", _WEIGHT, told, told)
    cov = noise + second - np.einsum("kni,knj->kij", mean, mean)
    shift = mean.sum(axis=1)
    level = np.stack([shift[:, 0], shift[:, 1], np.zeros(len(shift))], axis=1)
    lat, lon, _ = ecef_to_geodetic(enu_to_ecef(level, lat, lon, alt))
    return Areas(lat, lon, cov[:, :2, :2], after_s[:, 0] + shift[:, 2], np.sqrt(cov[:, 2, 2]))


def _noise(state: Float, ground: Float, after_s: FloatN, model: Ballistic) -> Float:
    """Covariance (K, 3, 3) of place east and north in m, and time in s, that noise adds until the ground."""
    cov = np.zeros((len(state), 1, 28))
    down = np.flatnonzero(np.isfinite(after_s))
    ballistic.advance(down, after_s, 0, model.parameters, state[:, None].copy(), cov)
    lat, lon, _ = ecef_to_geodetic(ground[:, :3])
    basis = enu_basis(lat, lon)
    velocity = np.einsum("kij,kj->ki", basis, ground[:, 3:6])
    # A body that is higher by z comes down later by z over its speed of descent, and farther along its way.
    later = np.zeros((len(state), 3, 3))
    later[:, 2, 2] = -1.0 / velocity[:, 2]
    later[:, :2, 2] = velocity[:, :2] * later[:, 2:, 2]
    later[:, [0, 1], [0, 1]] = 1.0
    turned = later @ basis
    return turned @ _full(cov[:, 0])[:, :3, :3] @ turned.transpose(0, 2, 1)
