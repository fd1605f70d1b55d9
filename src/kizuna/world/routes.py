"""Ways over the ground: great circles from waypoint to waypoint, joined by turns of a given radius.

Surface: the mean sphere of `kizuna.geo.geodesic`, on which a place is the unit vector of its surface normal.
Every piece of a way, straight or turn, is then a rotation about an axis of its own. All F ways of a group
have the same number of waypoints and are worked out together, element by element, so that one way never
changes another.
"""

from dataclasses import dataclass

import numpy as np

from kizuna.geo.bodies import EARTH
from kizuna.shapes import Float, FloatN, IntN


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """F ways of Q pieces: a straight, a turn, a straight, ... a straight."""

    start: Float
    """Normal vector where each piece begins: (F, Q, 3), without unit."""
    axis: Float
    """Axis that each piece turns about, by the right-hand rule: (F, Q, 3), without unit."""
    turn_per_m: Float
    """Angle about the axis for each metre over the ground: (F, Q), radians per metre."""
    ends_m: Float
    """Length of the way up to the end of each piece: (F, Q), metres."""

    def place(self, routes: IntN, distance_m: FloatN) -> tuple[FloatN, FloatN]:
        """Latitude and longitude (M,), degrees, at distances (M,) along routes (M,).

        Before its beginning and beyond its end a way goes on along its first and its last piece.
        """
        piece = np.sum(distance_m[:, None] >= self.ends_m[routes, :-1], axis=1)
        before = np.where(piece > 0, self.ends_m[routes, piece - 1], 0.0)
        angle = (distance_m - before) * self.turn_per_m[routes, piece]
        x, y, z = rotate(_parts(self.start[routes, piece]), _parts(self.axis[routes, piece]), angle)
        return np.degrees(np.arctan2(z, np.sqrt(x * x + y * y))), np.degrees(np.arctan2(y, x))

    def length_m(self) -> FloatN:
        """Length of each way over the ground: (F,), metres."""
        return self.ends_m[:, -1]


Vector = tuple[Float, Float, Float]
"""Three parts of the same shape, kept apart: sums are taken in the same order for any number of rows."""


def build(lat_deg: Float, lon_deg: Float, radius_m: Float) -> Routes:
    """Ways through waypoints (F, W), degrees, with turns of radii (F, W - 2), metres, that cut the corners.

    A turn touches the great circles before and behind its waypoint. With the angle θ between them and a turn
    of angular radius r, it touches them at the angular distance d from the waypoint, sin d = tan r tan(θ/2),
    and covers 2γ about its centre, tan γ = tan d / sin r. Where two turns would need more room than there is
    between their waypoints, both become tighter.

    Source: Napier's rules for the right spherical triangle of waypoint, point of contact and centre.
    """
    nodes = _normal(lat_deg, lon_deg)
    here, there = _between(nodes, slice(None, -1)), _between(nodes, slice(1, None))
    legs, leg_angle = _unit_cross(here, there)
    corner = _between(nodes, slice(1, -1))
    into, out = _between(legs, slice(None, -1)), _between(legs, slice(1, None))
    # The angle between two legs is the angle between their axes.
    _, bend = _unit_cross(into, out)
    bend = np.minimum(bend, np.pi - 1e-6)
    side = np.where(_dot(_cross(into, out), corner) >= 0.0, 1.0, -1.0)
    tangent = np.tan(bend / 2.0)
    away = np.arcsin(np.minimum(np.tan(radius_m / EARTH.mean_radius_m) * tangent, 1.0))
    none = np.zeros((len(away), 1))
    wanted = np.concatenate([none, away], axis=1) + np.concatenate([away, none], axis=1)
    room = np.minimum(0.98 * leg_angle / np.maximum(wanted, 1e-12), 1.0)
    away = away * np.minimum(room[:, :-1], room[:, 1:])
    # A straight way has no turn: its length comes out as 0, and any radius will do.
    radius = np.where(bend > 1e-9, np.arctan2(np.sin(away), np.maximum(tangent, 1e-12)), 1e-3)
    swept = np.where(bend > 1e-9, 2.0 * np.arctan2(np.tan(away), np.sin(radius)), 0.0)
    away = np.where(bend > 1e-9, away, 0.0)
    contact = rotate(corner, into, -away)
    centre = tuple(np.cos(radius) * p + side * np.sin(radius) * a for p, a in zip(contact, into, strict=True))
    leaving = rotate(corner, out, away)
    straight = leg_angle - np.concatenate([none, away], axis=1) - np.concatenate([away, none], axis=1)
    begins = tuple(np.concatenate([p[:, :1], q], axis=1) for p, q in zip(nodes, leaving, strict=True))
    ground = EARTH.mean_radius_m * np.sin(radius)
    lengths = _alternate(EARTH.mean_radius_m * straight, ground * swept)
    return Routes(
        start=np.stack([_alternate(p, q) for p, q in zip(begins, contact, strict=True)], axis=-1),
        axis=np.stack([_alternate(p, q) for p, q in zip(legs, centre, strict=True)], axis=-1),
        turn_per_m=_alternate(np.full_like(straight, 1.0 / EARTH.mean_radius_m), side / ground),
        ends_m=np.cumsum(lengths, axis=1),
    )


def rotate(vector: Vector, axis: Vector, angle: Float) -> Vector:
    """Vectors turned about unit axes by angles in radians.

    Source: Rodrigues' formula, v cos φ + (k × v) sin φ + k (k · v)(1 - cos φ).
    """
    cos, sin = np.cos(angle), np.sin(angle)
    along = _dot(vector, axis) * (1.0 - cos)
    x, y, z = (
        v * cos + w * sin + k * along for v, w, k in zip(vector, _cross(axis, vector), axis, strict=True)
    )
    return x, y, z


def _normal(lat_deg: Float, lon_deg: Float) -> Vector:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)


def _parts(vectors: Float) -> Vector:
    return vectors[..., 0], vectors[..., 1], vectors[..., 2]


def _between(vector: Vector, waypoints: slice) -> Vector:
    x, y, z = vector
    return x[:, waypoints], y[:, waypoints], z[:, waypoints]


def _dot(a: Vector, b: Vector) -> Float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _unit_cross(a: Vector, b: Vector) -> tuple[Vector, Float]:
    """Axis and angle of the turn from a to b."""
    x, y, z = _cross(a, b)
    size = np.sqrt(x * x + y * y + z * z)
    safe = np.maximum(size, 1e-300)
    return (x / safe, y / safe, z / safe), np.arctan2(size, _dot(a, b))


def _alternate(straights: Float, turns: Float) -> Float:
    """Pieces in their order: (F, n + 1) straights and (F, n) turns -> (F, 2n + 1)."""
    made = np.empty((len(straights), straights.shape[1] + turns.shape[1]))
    made[:, 0::2], made[:, 1::2] = straights, turns
    return made
