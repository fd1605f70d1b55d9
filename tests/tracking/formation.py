"""Pairs of aircraft that close up, fly side by side, and part again, seen by radars of limited resolution."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from tests.tracking.follow import NEAR_M
from tests.tracking.sky import START_S, places

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.geodesic import destination
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.sensors.observe import observe
from kizuna.world.flights import Flights

STEP_S = 2.0
APART_M, TOGETHER_S, PARTED_S, DURATION_S = 6_000.0, 210.0, 450.0, 660.0
"""How far apart the aircraft of a pair are in the beginning and the end; when they are together."""


def formation(pairs: int, beside_m: float, seed: int) -> tuple[np.ndarray, Flights]:
    """Places (times, 2 pairs, 3) in ECEF every `STEP_S` from `START_S`, and the flights that lead there."""
    random = np.random.default_rng(seed)
    time = np.arange(0.0, DURATION_S + 0.5 * STEP_S, STEP_S)
    # From one distance to the other in three minutes, gently.
    share = np.clip((TOGETHER_S - time) / 180.0, 0.0, 1.0) + np.clip((time - PARTED_S) / 180.0, 0.0, 1.0)
    wide_m = beside_m + (APART_M - beside_m) * share**2 * (3.0 - 2.0 * share)
    lat, lon = destination(48.0, 9.0, 360.0 * np.arange(pairs) / pairs, random.uniform(40e3, 120e3, pairs))
    course, speed = random.uniform(0, 360, pairs), random.uniform(150, 230, pairs)
    lat, lon = destination(lat, lon, course, speed * (time[:, None] - 0.5 * DURATION_S))
    there_m = np.empty((len(time), 2 * pairs, 3))
    for side in (0, 1):
        there = destination(lat, lon, course + 90.0, (side - 0.5) * wide_m[:, None])
        there_m[:, side::2] = geodetic_to_ecef(*there, np.full(lat.shape, 9e3))
    count = 2 * pairs
    flights = Flights(
        names=tuple(f"f{k}" for k in range(count)),
        kinds=("aircraft",) * count,
        nations=(None,) * count,
        identities=(None,) * count,
        first=len(time) * np.arange(count + 1),
        time_s=np.tile(START_S + time, count),
        position_m=there_m.transpose(1, 0, 2).reshape(-1, 3),
        velocity_mps=np.gradient(there_m, STEP_S, axis=0).transpose(1, 0, 2).reshape(-1, 3),
        joined=np.tile(np.arange(len(time)) < len(time) - 1, count),
    )
    return there_m, flights


def plots(flights: Flights, sensors: Sensors, seed: int) -> Detections:
    """What the radars see of them."""
    return observe(flights, sensors, START_S, START_S + DURATION_S, seed)


def found(places_m: np.ndarray, tracks: Tracks, time_s: float) -> np.ndarray:
    """(O,) numbers of the tracks that are given to the aircraft one to one at a time; -1 for none."""
    apart = np.linalg.norm(places_m[round(time_s / STEP_S)][:, None] - places(tracks)[None], axis=2)
    number = np.full(len(apart), -1)
    who, which = linear_sum_assignment(np.minimum(apart, NEAR_M))
    near = apart[who, which] < NEAR_M
    number[who[near]] = tracks.track[which[near]]
    return number
