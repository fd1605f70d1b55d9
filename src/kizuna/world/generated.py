"""Traffic that is made up: airliners between airports, and fast objects that come from an area.

Each object draws its numbers from a generator that belongs to its name alone.
"""

from typing import Final

import numpy as np

from kizuna.geo.frames import geodetic_to_ecef
from kizuna.geo.geodesic import along, course_deg, destination, great_circle_m
from kizuna.scenario.model import Exercise
from kizuna.scenario.traffic import Box, FlightsTraffic, IncomingTraffic
from kizuna.seeds import generator
from kizuna.shapes import Float, FloatN, FloatNx3, IntN
from kizuna.world import profile, routes
from kizuna.world.flights import Flights
from kizuna.world.profile import Profiles
from kizuna.world.routes import Routes

CLIMB_MPS: Final = (8.0, 12.0)
DESCENT_MPS: Final = (6.0, 9.0)
"""Greatest rates of climb and descent, drawn evenly for each flight (notional)."""
GRAVITY_MPS2: Final = 9.80665
"""Standard gravity, metres per second squared (CGPM 1901)."""
BANK_DEG: Final = 25.0
"""Bank in a turn, of the size of an airliner's."""
SLOW_MPS: Final = 120.0
"""Speed that the turns after take-off and before landing are made for."""
DEPARTURE_M: Final = 8_000.0
"""Way straight out before the first turn."""
FINAL_M: Final = 18_000.0
"""Way straight in after the last turn."""
RUNWAY_DEG: Final = 90.0
"""Greatest angle between the direction of a runway and the way to the other airport."""
DOG_LEG_SHARE: Final = 0.03
DOG_LEG_M: Final = 50_000.0
"""Greatest distance of a waypoint from the direct way: a share of its length, and no more than this."""
STRAIGHT_S: Final = 60.0
TURN_RAD: Final = np.radians(10.0)
"""Longest time, and greatest change of course, from knot to knot; both keep the curves within a metre."""
_DRAWS: Final = 16
_BLOCK: Final = 500
"""Flights worked out together, a bound on the memory that it takes."""


def flights(exercise: Exercise, traffic: FlightsTraffic) -> Flights:
    """Airliners that fly from airport to airport with turns, climb, cruise and descent."""
    airports = {name: exercise.airports[name] for name in traffic.between}
    places = np.array([[airport.lat_deg, airport.lon_deg, airport.alt_m] for airport in airports.values()])
    names = names_of(traffic.name, traffic.count)
    blocks = [names[begin : begin + _BLOCK] for begin in range(0, len(names), _BLOCK)]
    return Flights.join([_airliners(exercise, traffic, places, block) for block in blocks])


def _airliners(exercise: Exercise, traffic: FlightsTraffic, places: Float, names: tuple[str, ...]) -> Flights:
    u = draws(exercise.seed, names)
    origin = _choose(u[:, 0], len(places))
    # The destination is drawn from the others.
    goal = (origin + 1 + _choose(u[:, 1], len(places) - 1)) % len(places)
    speed = evenly(u[:, 2], traffic.cruise_mps)
    route = _airways(places[origin, :2], places[goal, :2], speed, u[:, 3:8])
    shape = profile.airliner(
        route.length_m(),
        places[origin, 2],
        places[goal, 2],
        evenly(u[:, 8], traffic.cruise_alt_m),
        speed,
        climb_mps=evenly(u[:, 9], CLIMB_MPS),
        descent_mps=evenly(u[:, 10], DESCENT_MPS),
    )
    taken = shape.time_s[:, -1]
    lead = taken if traffic.under_way else np.zeros_like(taken)
    departure = exercise.start_s - lead + u[:, 11] * (exercise.duration_s + lead)
    return _flown(traffic, names, route, shape, departure)


def incoming(exercise: Exercise, traffic: IncomingTraffic) -> Flights:
    """Objects that appear in an area and fly level on a great circle towards places, where they end."""
    names = names_of(traffic.name, traffic.count)
    u = draws(exercise.seed, names)
    airports = [exercise.airports[name] for name in traffic.towards]
    places = np.array([[airport.lat_deg, airport.lon_deg] for airport in airports])
    goal = places[np.arange(traffic.count) % len(airports)]
    lat, lon = within(traffic.from_, u[:, 0], u[:, 1])
    route = routes.build(
        np.stack([lat, goal[:, 0]], axis=1), np.stack([lon, goal[:, 1]], axis=1), np.zeros((len(lat), 0))
    )
    shape = profile.level(
        route.length_m(), evenly(u[:, 2], traffic.alt_m), evenly(u[:, 3], traffic.speed_mps)
    )
    return _flown(traffic, names, route, shape, exercise.start_s + evenly(u[:, 4], traffic.appear_s))


def within(box: Box, u: FloatN, v: FloatN) -> tuple[FloatN, FloatN]:
    """Latitudes and longitudes evenly over a box, (N,) degrees, from even numbers (N,) and (N,)."""
    south, north = np.sin(np.radians(box.lat_deg))
    west, east = box.lon_deg
    width = east - west + (360.0 if east < west else 0.0)
    # Evenly over the area, which is even in the sine of the latitude.
    lat = np.degrees(np.arcsin(south + (north - south) * u))
    return lat, (west + width * v + 180.0) % 360.0 - 180.0


def names_of(group: str, count: int) -> tuple[str, ...]:
    """NAME-1, NAME-2 …: what the objects of one traffic are called."""
    return tuple(f"{group}-{number}" for number in range(1, count + 1))


def draws(seed: int, names: tuple[str, ...]) -> Float:
    """The even numbers in [0, 1) that each object draws: (F, 16)."""
    return np.stack([generator(seed, "traffic", name).random(_DRAWS) for name in names])


def _choose(u: FloatN, count: int) -> IntN:
    return np.minimum((u * count).astype(np.int64), count - 1)


def evenly(u: FloatN, limits: tuple[float, float]) -> FloatN:
    """Numbers between two limits, from even numbers: (N,) -> (N,)."""
    return limits[0] + (limits[1] - limits[0]) * u


def _airways(origin: Float, goal: Float, speed_mps: FloatN, u: Float) -> Routes:
    """Ways straight out from a runway, over three waypoints beside the direct way, and straight in."""
    (lat1, lon1), (lat2, lon2) = origin.T, goal.T
    direct = great_circle_m(lat1, lon1, lat2, lon2)
    out = course_deg(lat1, lon1, lat2, lon2) + RUNWAY_DEG * (2.0 * u[:, 0] - 1.0)
    back = course_deg(lat2, lon2, lat1, lon1) + RUNWAY_DEG * (2.0 * u[:, 1] - 1.0)
    points = [
        (lat1, lon1),
        destination(lat1, lon1, out, np.minimum(DEPARTURE_M, 0.15 * direct)),
        *(_beside(origin, goal, share, 2.0 * u[:, 2 + i] - 1.0) for i, share in enumerate((0.3, 0.5, 0.7))),
        destination(lat2, lon2, back, np.minimum(FINAL_M, 0.25 * direct)),
        (lat2, lon2),
    ]
    speeds = [np.full_like(speed_mps, SLOW_MPS), *[speed_mps] * 3, np.full_like(speed_mps, SLOW_MPS)]
    radius = np.stack(speeds, axis=1) ** 2 / (GRAVITY_MPS2 * np.tan(np.radians(BANK_DEG)))
    lat, lon = (np.stack(each, axis=1) for each in zip(*points, strict=True))
    return routes.build(lat, lon, radius)


def _beside(origin: Float, goal: Float, share: float, aside: FloatN) -> tuple[FloatN, FloatN]:
    """Places off the direct way after a share of it, aside from -1 (left) to 1 (right)."""
    (lat1, lon1), (lat2, lon2) = origin.T, goal.T
    off = np.minimum(DOG_LEG_SHARE * great_circle_m(lat1, lon1, lat2, lon2), DOG_LEG_M) * aside
    lat, lon = along(lat1, lon1, lat2, lon2, share)
    return destination(lat, lon, course_deg(lat, lon, lat2, lon2) + 90.0, off)


def _flown(
    traffic: FlightsTraffic | IncomingTraffic,
    names: tuple[str, ...],
    route: Routes,
    shape: Profiles,
    departure_s: FloatN,
) -> Flights:
    """Flights with knots where anything changes, often enough in between."""
    count = len(names)
    breaks = np.sort(np.concatenate([shape.time_s, shape.when(route.ends_m[:, :-1])], axis=1), axis=1)
    gap = np.diff(breaks, axis=1)
    owner = np.broadcast_to(np.arange(count)[:, None], gap.shape)
    middle, _ = shape.at(owner.ravel(), (breaks[:, :-1] + 0.5 * gap).ravel())
    piece = np.sum(middle[:, None] >= route.ends_m[owner.ravel(), :-1], axis=1)
    turns = (piece % 2 == 1).reshape(gap.shape)
    far, _ = shape.at(owner.ravel(), breaks[:, 1:].ravel())
    near, _ = shape.at(owner.ravel(), breaks[:, :-1].ravel())
    swept = np.abs(route.turn_per_m[owner.ravel(), piece] * (far - near)).reshape(gap.shape)
    pieces = np.where(turns, swept / TURN_RAD, gap / STRAIGHT_S)
    # A gap of no length has no knot of its own; whatever is longer has one at its beginning.
    pieces = np.where(gap > 1e-3, np.maximum(np.ceil(pieces), 1.0), 0.0).astype(np.int64)
    pieces = np.concatenate([pieces, np.ones((count, 1), dtype=np.int64)], axis=1).ravel()
    step = np.concatenate([gap, np.zeros((count, 1))], axis=1).ravel() / np.maximum(pieces, 1)
    ordinal = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    time = np.repeat(breaks.ravel(), pieces) + ordinal * np.repeat(step, pieces)
    knots = pieces.reshape(count, -1).sum(axis=1)
    first = np.concatenate([[0], np.cumsum(knots)])
    rows = np.repeat(np.arange(count), knots)
    joined = np.ones(len(time), dtype=np.bool_)
    joined[first[1:] - 1] = False
    half_s = 0.01
    ahead, behind = (_position(route, shape, rows, time + d) for d in (half_s, -half_s))
    return Flights(
        names=names,
        kinds=(traffic.kind,) * count,
        nations=(traffic.nation,) * count,
        identities=names if traffic.identity else (None,) * count,
        first=first.astype(np.int64),
        time_s=np.repeat(departure_s, knots) + time,
        position_m=_position(route, shape, rows, time),
        velocity_mps=(ahead - behind) / (2.0 * half_s),
        joined=joined,
    )


def _position(route: Routes, shape: Profiles, rows: IntN, time_s: FloatN) -> FloatNx3:
    """ECEF positions of flights (M,) at times (M,) after departure."""
    distance, height = shape.at(rows, time_s)
    lat, lon = route.place(rows, distance)
    return geodetic_to_ecef(lat, lon, height)
