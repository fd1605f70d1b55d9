"""Ballistic flight against SciPy's DOP853 with the forces written out in an inertial frame."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from tests.kernels.falls import body

from kizuna.geo.frames import ecef_to_geodetic
from kizuna.kernels import ballistic
from kizuna.models.ballistic import PATH

ONE_METRE = 1.0
A_MILLISECOND_OF_30_G = 0.3
GM, A, J2, SPIN = 3.986004418e14, 6_378_137.0, 1.082629821313e-3, 7.292115e-5


def density(height_m):
    """Farina, Ristic, Benvenuti 2002, IEEE T-AES 38(3)."""
    if height_m < 9_144.0:
        return 1.227 * np.exp(-1.093e-4 * height_m)
    return 1.754 * np.exp(-1.4910e-4 * height_m)


def forces(_, y, area_per_kg):
    """Gravity with J2, and drag in air that turns with the Earth; nothing else acts in an inertial frame."""
    place, velocity = y[:3], y[3:]
    r = np.linalg.norm(place)
    bulge = 1.5 * J2 * (A / r) ** 2 * (np.array([1.0, 1.0, 3.0]) - 5.0 * (place[2] / r) ** 2)
    gravity = -GM / r**3 * place * (1.0 + bulge)
    through_air = velocity - np.cross([0.0, 0.0, SPIN], place)
    # Heights don't mind the Earth's turning.
    drag = 0.5 * density(ecef_to_geodetic(place)[2]) * area_per_kg * np.linalg.norm(through_air) * through_air
    return np.concatenate([velocity, gravity - drag])


def flown(state, time_s):
    """The ECEF state after a time; both frames are one at the start."""
    begin = np.concatenate([state[:3], state[3:6] + np.cross([0.0, 0.0, SPIN], state[:3])])
    rules = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-5, "args": (np.exp(state[6]),)}
    end = solve_ivp(forces, (0.0, time_s), begin, **rules).y[:, -1]
    cos, sin = np.cos(SPIN * time_s), np.sin(SPIN * time_s)
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    place = turn @ end[:3]
    return place, turn @ end[3:] - np.cross([0.0, 0.0, SPIN], place)


FLIGHTS = {
    "15 minutes above the air": ({"speed_mps": 4_500.0, "elevation_deg": 50.0}, 900.0),
    "15 minutes, flat and fast, to the south": (
        {"speed_mps": 6_000.0, "elevation_deg": 20.0, "course_deg": 200.0, "alt_m": 60e3},
        900.0,
    ),
    "15 minutes and into the air again": ({"speed_mps": 4_100.0, "elevation_deg": 55.0}, 910.0),
    "a light body down to the ground": ({"speed_mps": 2_000.0, "kg_per_m2": 500.0}, 440.0),
    "across the equator": ({"lat_deg": -3.0, "course_deg": 10.0, "elevation_deg": 40.0}, 480.0),
}


@pytest.mark.parametrize(("start", "time_s"), FLIGHTS.values(), ids=FLIGHTS.keys())
def test_flight(start, time_s):
    state = body(**start)
    place, velocity = flown(state, time_s)
    ballistic.move(state[None], np.array([time_s]), False, PATH)
    assert ecef_to_geodetic(place)[2] > 0.0
    assert np.linalg.norm(state[:3] - place) < ONE_METRE
    assert np.linalg.norm(state[3:6] - velocity) < A_MILLISECOND_OF_30_G


@pytest.mark.parametrize("start", [each for each, _ in FLIGHTS.values()], ids=FLIGHTS.keys())
def test_the_ground(start):
    """Where and when it falls down, it is on the ground for SciPy too."""
    state = body(**start)
    time_s = ballistic.fall(state[None], False, np.array([100.0]), 3_600.0, PATH)
    place, _ = flown(body(**start), time_s[0])
    assert ecef_to_geodetic(place)[2] == pytest.approx(100.0, abs=ONE_METRE)
    assert np.linalg.norm(state[:3] - place) < ONE_METRE
