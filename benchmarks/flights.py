"""Fly many aircraft side by side over the ellipsoid: straight legs, turns, climbs and descents."""

from dataclasses import dataclass

import numpy as np
import pymap3d

LOWEST_M, HIGHEST_M = 8_000.0, 12_000.0
STEP_S = 1.0
CLIMBING = 0.3
"""Share of the straight legs on which an aircraft climbs or descends, at up to 10 m/s."""
SPHERE_M = 6_371_008.8
"""Mean radius of the Earth (IUGG); only the layout of a scene uses the sphere."""
WGS84_A_M = 6_378_137.0
WGS84_E2 = 6.694_379_990_141_3e-3


@dataclass(frozen=True)
class Square:
    """Where they fly: the side, and the latitude and longitude of the middle."""

    width_m: float
    centre: tuple[float, float]


@dataclass(frozen=True)
class Paths:
    """Where the objects are at steps of `STEP_S`: ECEF position and velocity, (objects, steps, 3)."""

    position_m: np.ndarray
    velocity_mps: np.ndarray

    def at(self, objects: np.ndarray, since_start_s: np.ndarray) -> np.ndarray:
        """ECEF positions (M, 3) of some objects at times between the steps, by cubic Hermite."""
        step = np.minimum((since_start_s / STEP_S).astype(np.int64), self.position_m.shape[1] - 2)
        s = (since_start_s / STEP_S - step)[:, None]
        p0, p1 = self.position_m[objects, step], self.position_m[objects, step + 1]
        v0, v1 = self.velocity_mps[objects, step] * STEP_S, self.velocity_mps[objects, step + 1] * STEP_S
        return (
            (2 * s**3 - 3 * s**2 + 1) * p0
            + (s**3 - 2 * s**2 + s) * v0
            + (3 * s**2 - 2 * s**3) * p1
            + (s**3 - s**2) * v1
        )


def on_sphere(x_m: np.ndarray, y_m: np.ndarray, centre: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude of points on a plane: Lambert's azimuthal equal-area projection (Snyder 24)."""
    lat0, lon0 = np.radians(centre[0]), np.radians(centre[1])
    rho = np.hypot(x_m, y_m)
    c = 2.0 * np.arcsin(np.minimum(rho / (2.0 * SPHERE_M), 1.0))
    rho = np.maximum(rho, 1e-9)
    lat = np.arcsin(np.cos(c) * np.sin(lat0) + y_m * np.sin(c) * np.cos(lat0) / rho)
    lon = lon0 + np.arctan2(x_m * np.sin(c), rho * np.cos(lat0) * np.cos(c) - y_m * np.sin(lat0) * np.sin(c))
    return np.degrees(lat), (np.degrees(lon) + 180.0) % 360.0 - 180.0


def fly(objects: int, duration_s: float, square: Square, random: np.random.Generator) -> Paths:
    """Fly all objects side by side, one step at a time: straight legs, turns, climbs; midpoint rule."""
    n = objects
    steps = int(np.ceil(duration_s / STEP_S)) + 2
    half = square.width_m / 2.0
    lat, lon = on_sphere(*random.uniform(-half, half, (2, n)), square.centre)
    alt = random.uniform(LOWEST_M, HIGHEST_M, n)
    course = random.uniform(0.0, 360.0, n)
    speed = random.uniform(100.0, 280.0, n)
    # All begin somewhere on a straight leg.
    turn, left = np.zeros(n), np.round(random.uniform(0.0, 200.0, n))
    climb = np.where(random.random(n) < CLIMBING, random.uniform(-10.0, 10.0, n), 0.0)
    position, velocity = np.empty((n, steps, 3)), np.empty((n, steps, 3))
    for step in range(steps):
        _new_legs(square, random, lat, lon, alt, course, turn, climb, left)
        position[:, step] = np.column_stack(pymap3d.geodetic2ecef(lat, lon, alt))
        velocity[:, step] = _velocity_ecef(lat, lon, course, speed, climb)
        lat, lon, alt, course = _moved(lat, lon, alt, course, speed, turn, climb)
        left -= STEP_S
    return Paths(position, velocity)


def steer(
    start: tuple[np.ndarray, ...], speed: np.ndarray, turn: np.ndarray, climb: np.ndarray, wander: np.ndarray
) -> Paths:
    """Fly n objects as they are told for each step.

    Parameters
    ----------
    start
        Latitude, longitude (degrees), height (m) and course (degrees), (n,) each.
    speed, turn, climb
        (n, steps) m/s, degrees a second clockwise, m/s.
    wander
        (n, steps, 3) m/s, east, north and up: what the air adds to the velocity.
    """
    lat, lon, alt, course = start
    drift = before = np.zeros((len(lat), 3))
    position, velocity = np.empty((*speed.shape, 3)), np.empty((*speed.shape, 3))
    for step in range(speed.shape[1]):
        air = np.column_stack(pymap3d.enu2ecefv(*wander[:, step].T, lat, lon))
        if step:
            drift = drift + (air + before) * STEP_S / 2.0
        before = air
        position[:, step] = np.column_stack(pymap3d.geodetic2ecef(lat, lon, alt)) + drift
        velocity[:, step] = _velocity_ecef(lat, lon, course, speed[:, step], climb[:, step]) + air
        lat, lon, alt, course = _moved(lat, lon, alt, course, speed[:, step], turn[:, step], climb[:, step])
    return Paths(position, velocity)


def _moved(lat, lon, alt, course, speed, turn, climb) -> tuple[np.ndarray, ...]:
    """Latitude, longitude, height and course one step later, by the midpoint rule."""
    rates = _rates(lat, alt, course, speed, turn)
    half_lat, half_alt, half_course = (
        value + rate * STEP_S / 2.0
        for value, rate in zip((lat, alt, course), (rates[0], climb, rates[2]), strict=True)
    )
    dlat, dlon, dcourse = _rates(half_lat, half_alt, half_course, speed, turn)
    return lat + dlat * STEP_S, lon + dlon * STEP_S, alt + climb * STEP_S, course + dcourse * STEP_S


def _new_legs(square, random, lat, lon, alt, course, turn, climb, left) -> None:
    """Start a new leg, in place, for each object whose leg is over; strays turn back."""
    n = len(left)
    over = left <= 0.0
    # After a turn comes a straight leg.
    turning = over & (turn == 0.0) & (random.random(n) < 0.6)
    rate = random.uniform(1.0, 3.0, n) * random.choice([-1.0, 1.0], n)
    angle = random.uniform(15.0, 120.0, n)
    straight = random.uniform(40.0, 240.0, n)
    back = _turn_back(square, lat, lon, course)
    stray = np.isfinite(back) & (np.abs(back) > 30.0)
    rate = np.where(stray, np.abs(rate) * np.sign(back), rate)
    angle = np.where(stray, np.abs(back), angle)
    turning |= stray & (over | (turn == 0.0))
    over |= turning
    turn[over] = np.where(turning, rate, 0.0)[over]
    left[over] = np.where(turning, np.round(angle / np.abs(rate)), np.round(straight))[over]
    slope = np.where(random.random(n) < CLIMBING, random.uniform(-10.0, 10.0, n), 0.0)
    climb[over] = np.where(turning, 0.0, slope)[over]
    climb[(alt < LOWEST_M) & (climb < 0.0)] = 0.0
    climb[(alt > HIGHEST_M) & (climb > 0.0)] = 0.0


def _turn_back(square: Square, lat: np.ndarray, lon: np.ndarray, course: np.ndarray) -> np.ndarray:
    """Degrees to turn, clockwise, to face the middle again; NaN inside the square."""
    lat0, lon0 = np.radians(square.centre[0]), np.radians(square.centre[1])
    lat, d = np.radians(lat), lon0 - np.radians(lon)
    north = np.cos(lat) * np.sin(lat0) - np.sin(lat) * np.cos(lat0) * np.cos(d)
    east = np.sin(d) * np.cos(lat0)
    away = np.arccos(np.clip(np.sin(lat) * np.sin(lat0) + np.cos(lat) * np.cos(lat0) * np.cos(d), -1, 1))
    plane = 2.0 * SPHERE_M * np.sin(away / 2.0) / np.maximum(np.sin(away), 1e-12)
    # From the object's side; near enough to the projection's own x and y for deciding who has left.
    outside = np.maximum(np.abs(plane * north), np.abs(plane * east)) > square.width_m / 2.0
    return np.where(outside, (np.degrees(np.arctan2(east, north)) - course + 180.0) % 360.0 - 180.0, np.nan)


def _rates(lat, alt, course, speed, turn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Degrees per second of latitude, longitude and course along a geodesic that bends by `turn`."""
    sin_lat = np.sin(np.radians(lat))
    root = np.sqrt(1.0 - WGS84_E2 * sin_lat**2)
    east_radius = WGS84_A_M / root + alt
    north_radius = WGS84_A_M * (1.0 - WGS84_E2) / root**3 + alt
    east, north = speed * np.sin(np.radians(course)), speed * np.cos(np.radians(course))
    lon_rate = east / (east_radius * np.cos(np.radians(lat)))
    return np.degrees(north / north_radius), np.degrees(lon_rate), turn + np.degrees(lon_rate * sin_lat)


def _velocity_ecef(lat, lon, course, speed, climb) -> np.ndarray:
    east, north = speed * np.sin(np.radians(course)), speed * np.cos(np.radians(course))
    return np.column_stack(pymap3d.enu2ecefv(east, north, climb, lat, lon))
