"""Tracks are as good as they say: normalised squared errors within bounds of chi-square.

Bar-Shalom, Li, Kirubarajan 2001, "Estimation with Applications to Tracking and Navigation", 5.4.2.
"""

import numpy as np
import pytest
from scipy.stats import chi2
from tests.tracking.follow import follow, match, nees
from tests.tracking.sky import START_S, Sky, hear, radars, receiver, watch

from kizuna.geo.frames import ecef_to_geodetic, enu_basis, geodetic_to_ecef
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.models.sets import civil
from kizuna.tracking.tracker import Tracker

CHANCE = 1e-4
"""That a consistent tracker falls out of the bounds."""
APART_S = 20.0
"""Between pictures of one aircraft, so that their errors have little in common."""
CALM_SHARE = 0.7
"""Straight flight is calmer than what the tracker must be ready for, so that its errors are smaller than it
says: the mean is 2.1 to 2.3 where aircraft that do all that it expects would make it 3."""


def bounds(count, freedom):
    """Of the mean of `count` squares with `freedom` degrees each."""
    low, high = chi2.ppf([CHANCE / 2.0, 1.0 - CHANCE / 2.0], count * freedom)
    return low / count, high / count


def squares(sky, sensors, detections, times_s, associator="gnn"):
    """Of all tracks in pictures at these times; each aircraft must have one."""
    made = []
    pictures = follow(sensors, detections, times_s, associator=associator)
    for tracks, time_s in zip(pictures, times_s, strict=True):
        found = match(sky, tracks, time_s)
        assert (found.row >= 0).mean() > 0.98
        made.append(nees(found))
    return np.concatenate(made)


TIMES_S = np.arange(40.0, 141.0, APART_S)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"sigma_elevation_deg": np.nan, "sigma_altitude_m": 30.0},
        {"period_s": 10.0},
        {"pd": 0.6},
        {"sigma_azimuth_deg": 0.5, "sigma_elevation_deg": 0.5},
        {"sigma_azimuth_deg": 0.5, "sigma_elevation_deg": 2.0},
    ],
    ids=["3-D", "Mode C", "slow", "poor", "coarse", "coarser"],
)
def test_straight_flights_by_radar(columns, seed, associator):
    sky, sensors = Sky.of(100, seed), radars(**columns)
    found = squares(sky, sensors, watch(sky, sensors, 145.0, seed), TIMES_S, associator)
    low, high = bounds(len(found), 3)
    assert CALM_SHARE * low < found.mean() < high


@pytest.mark.parametrize("seed", [3, 4])
def test_straight_flights_by_reports(seed):
    sky, sensors = Sky.of(100, seed), receiver()
    found = squares(sky, sensors, hear(sky, sensors, 145.0, seed), TIMES_S)
    low, high = bounds(len(found), 3)
    assert CALM_SHARE * low < found.mean() < high


def flown(count, steps, seed, motion, step_s=1.0):
    """Aircraft moved by the very noise that the tracker expects: states (steps, N, 6), ECEF m and m/s."""
    random = np.random.default_rng(seed)
    start = Sky.of(count, seed, width_m=1_500e3)
    place = start.places(START_S)
    velocity = start.places(START_S + 1.0) - place
    up = place / np.linalg.norm(place, axis=1)[:, None]
    root = np.linalg.cholesky(np.array([[step_s**3 / 3.0, step_s**2 / 2.0], [step_s**2 / 2.0, step_s]]))
    models = motion.models
    model = random.choice(len(models), count, p=models[:, 2])
    made = []
    for _ in range(steps):
        anew = random.random(count) > np.exp(-motion.forget_hz * step_s)
        model = np.where(anew, random.choice(len(models), count, p=models[:, 2]), model)
        shaken = np.einsum("ij,njk->nik", root, random.normal(size=(count, 2, 3)))
        vertical = np.einsum("nik,nk->ni", shaken, up)[:, :, None] * up[:, None, :]
        level_q, vertical_q = models[model, 0][:, None, None], models[model, 1][:, None, None]
        shaken = np.sqrt(level_q) * (shaken - vertical) + np.sqrt(vertical_q) * vertical
        place = place + step_s * velocity + shaken[:, 0]
        velocity = velocity + shaken[:, 1]
        made.append(np.concatenate([place, velocity], axis=1))
    return np.array(made)


def heard(tracker, states):
    """Pictures of a tracker that hears of the aircraft's places, 30 m good, once a second."""
    random, count = np.random.default_rng(6), states.shape[1]
    for step, state in enumerate(states):
        time_s = START_S + step
        noisy = state[:, :3] + 30.0 * random.normal(size=(count, 3))
        lat, lon, alt = ecef_to_geodetic(noisy)
        tracker.process(
            Detections.of(
                time=np.full(count, time_s),
                sensor=Labels.constant("adsb", count),
                kind=Labels.constant("position", count),
                lat_deg=lat,
                lon_deg=lon,
                alt_m=alt,
                identity=Labels.of([f"{k:06x}" for k in range(count)]),
            )
        )
        yield tracker.picture(time_s, "here")


def motion_of(share):
    """Aircraft that manoeuvre for this share of the time."""
    rate_hz = 0.04
    return civil(enter_hz=share * rate_hz + 1e-9, leave_hz=(1.0 - share) * rate_hz)


@pytest.mark.parametrize("share", [0.0, 0.12], ids=["calm", "manoeuvring"])
def test_aircraft_that_fly_as_the_models_say(share):
    """The exact case: one model is a Kalman filter, and two are close to the best there is.

    All six components, reports 30 m good every second, 300 aircraft.
    """
    motion = motion_of(share)
    states = flown(300, 101, 5, motion)
    pictures = list(heard(Tracker(receiver(sigma_m=30.0, pd=0.98), motion), states))
    found = np.concatenate([six_squares(pictures[step], states[step]) for step in (40, 60, 80, 100)])
    low, high = bounds(len(found), 6)
    assert low < found.mean() < high


def six_squares(tracks, state):
    """Normalised squared errors of place and velocity; aircraft k says that it is k."""
    who = np.array([int(name, 16) for name in tracks.identity.values()])
    assert len(np.unique(who)) > 0.99 * len(state)
    basis = enu_basis(tracks.lat_deg, tracks.lon_deg)
    place = geodetic_to_ecef(tracks.lat_deg, tracks.lon_deg, tracks.alt_m)
    velocity = np.column_stack([tracks.ve_mps, tracks.vn_mps, tracks.vu_mps])
    error = np.concatenate(
        [
            np.einsum("nij,nj->ni", basis, place - state[who, :3]),
            velocity - np.einsum("nij,nj->ni", basis, state[who, 3:]),
        ],
        axis=1,
    )
    whole = np.zeros((len(who), 6, 6))
    upper = np.triu_indices(6)
    whole[:, upper[0], upper[1]] = whole[:, upper[1], upper[0]] = tracks.cov
    return np.einsum("ni,nij,nj->n", error, np.linalg.inv(whole), error)
