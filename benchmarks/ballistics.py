"""Ballistic flights by SciPy's DOP853, with the forces written out; nothing of Kizuna in it."""

import numpy as np
import pymap3d
from benchmarks.flights import STEP_S, Paths, on_sphere
from scipy.integrate import solve_ivp

GM_M3S2 = 3.986_004_418e14
"""Of the Earth with its atmosphere (WGS 84)."""
J2 = 1.082_629_8e-3
EQUATOR_M = 6_378_137.0
TURN_RADPS = 7.292_115e-5
AIR = (1.225, 7_200.0)
"""Exponential atmosphere: kg/m³ at sea level (US Standard Atmosphere 1976), and scale height in m."""
LOWEST_M = 3_000.0
"""A flight is over here."""


def acceleration(
    place_m: np.ndarray,
    velocity_mps: np.ndarray,
    coefficient_kgm2: float,
    air: tuple[float, float] = AIR,
) -> np.ndarray:
    """ECEF, m/s²: gravity with J2, the turning Earth, and drag by a ballistic coefficient m/(Cd A)."""
    sea_level_kgm3, scale_m = air
    x, y, z = place_m
    r = np.linalg.norm(place_m)
    bulge = 1.5 * J2 * (EQUATOR_M / r) ** 2
    five = 5.0 * (z / r) ** 2
    pull = -GM_M3S2 / r**3 * place_m
    pull = pull * (1.0 + bulge * (np.array([1.0, 1.0, 3.0]) - five))
    whirl = TURN_RADPS**2 * np.array([x, y, 0.0]) + 2.0 * TURN_RADPS * np.array(
        [velocity_mps[1], -velocity_mps[0], 0.0]
    )
    height = pymap3d.ecef2geodetic(x, y, z)[2]
    density = sea_level_kgm3 * np.exp(-height / scale_m)
    drag = -0.5 * density / coefficient_kgm2 * np.linalg.norm(velocity_mps) * velocity_mps
    return pull + whirl + drag


def fall(
    n: int, duration_s: float, centre: tuple[float, float], half_width_m: float, random: np.random.Generator
) -> tuple[Paths, np.ndarray]:
    """Rockets after burn-out: a piece out of each flight, over a square.

    They burn out at 40 to 60 km, at 1.2 to 2.2 km/s, 40 to 60 degrees steep: apogees of 80 to 240 km.

    Returns
    -------
    tuple
        The paths, and (n,) how long each flies, s since the start.
    """
    steps = int(duration_s / STEP_S) + 3
    position, velocity = np.empty((n, steps, 3)), np.empty((n, steps, 3))
    last_s = np.full(n, np.inf)
    lat, lon = on_sphere(*random.uniform(-half_width_m, half_width_m, (2, n)), centre)
    for k in range(n):
        course, steep = random.uniform(0.0, 360.0), np.radians(random.uniform(40.0, 60.0))
        speed, coefficient = random.uniform(1_200.0, 2_200.0), random.uniform(3_000.0, 10_000.0)
        level, up = speed * np.cos(steep), speed * np.sin(steep)
        enu = level * np.sin(np.radians(course)), level * np.cos(np.radians(course)), up
        height = random.uniform(40_000.0, 60_000.0)
        start = np.concatenate(
            [
                pymap3d.geodetic2ecef(lat[k], lon[k], height),
                pymap3d.enu2ecefv(*enu, lat[k], lon[k]),
            ]
        )

        def rate(_, state, coefficient=coefficient):
            return np.concatenate([state[3:], acceleration(state[:3], state[3:], coefficient)])

        def low(_, state):
            return pymap3d.ecef2geodetic(*state[:3])[2] - LOWEST_M

        low.terminal = True
        flight = solve_ivp(
            rate, (0.0, 2_000.0), start, method="DOP853", rtol=1e-10, atol=1e-6, events=low, dense_output=True
        )
        end_s = flight.t[-1]
        begin_s = random.uniform(0.0, max(end_s - 0.7 * duration_s, 1.0))
        times = begin_s + np.arange(steps) * STEP_S
        there = flight.sol(np.minimum(times, end_s)).T
        position[k], velocity[k] = there[:, :3], there[:, 3:]
        last_s[k] = end_s - begin_s
    return Paths(position, velocity), last_s
