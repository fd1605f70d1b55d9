"""Hindsight: which object a track was, what it threatened, and where defenders could have covered it."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kizuna.geo.geodesic import great_circle_m
from kizuna.geo.passages import passages
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.shapes import BoolN, FloatN


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Where one object was, and what it threatens; times in s after the start.

    Parameters
    ----------
    times_s, lat_deg, lon_deg
        (N,) its places.
    area
        Index of the area that it reaches first, -1 for none.
    arrives_s
        When it does.
    """

    times_s: FloatN
    lat_deg: FloatN
    lon_deg: FloatN
    area: int
    arrives_s: float


class Hindsight:
    """Compares what was decided in a variant with the truth.

    Parameters
    ----------
    told
        `decisions.json` of the variant.
    truth, tracks
        Where the objects were, and what the pictures held.
    strangers
        Names of the objects that don't say who they are.
    cutoff_m
        Distance on the map beyond which a track does not count as being an object, m.
    """

    def __init__(
        self, told: Mapping[str, Any], truth: Truth, tracks: Tracks, strangers: Iterable[str], cutoff_m: float
    ) -> None:
        self._told = told
        self._truth = truth
        self._tracks = tracks
        self._cutoff_m = cutoff_m
        self.defenders = {each["name"]: each for each in told["defenders"]}
        """Each defender, by name."""
        self._objects: dict[tuple[str, int, float], str | None] = {}
        self._end_s = float(truth.time[-1]) - told["start_s"] if len(truth) else 0.0
        self.paths = dict(self._paths(set(strangers)))
        """Path of each object that does not say who it is."""
        self.threats = {name: path for name, path in self.paths.items() if path.area >= 0}
        """Path of each of them that heads for an area."""

    def _paths(self, strangers: set[str]) -> Iterator[tuple[str, Path]]:
        truth, start_s = self._truth, float(self._told["start_s"])
        order = np.argsort(truth.object.codes, kind="stable")
        starts = np.flatnonzero(np.diff(truth.object.codes[order], prepend=-2))
        for rows in np.split(order, starts[1:]) if len(order) else ():
            name = truth.object.names[truth.object.codes[rows[0]]]
            if name in strangers:
                yield name, self._path(truth.take(rows), start_s)

    def _path(self, own: Truth, start_s: float) -> Path:
        """The way of one object; one that hasn't arrived at the end goes on along its great circle."""
        areas = self._told["areas"]
        times_s = own.time - start_s
        lat, lon, radius = (
            np.array([area[key] for area in areas]) for key in ("lat_deg", "lon_deg", "radius_m")
        )
        away_m = great_circle_m(own.lat_deg[:, None], own.lon_deg[:, None], lat, lon)
        inside = away_m <= radius
        reached = np.flatnonzero(inside.any(axis=1))
        if len(reached):
            row = int(reached[0])
            return Path(times_s, own.lat_deg, own.lon_deg, int(np.argmax(inside[row])), float(times_s[row]))
        last = own.take(slice(len(own) - 1, len(own)))
        at_end = abs(float(times_s[-1]) - self._end_s) < 1.0
        if at_end and np.hypot(last.ve_mps, last.vn_mps)[0] > 1.0:
            opens_s, _ = passages(last.lat_deg, last.lon_deg, last.ve_mps, last.vn_mps, lat, lon, radius)
            area = int(np.argmin(opens_s[0]))
            if opens_s[0, area] <= self._told["horizon_s"]:
                arrives_s = self._end_s + float(opens_s[0, area])
                return Path(times_s, own.lat_deg, own.lon_deg, area, arrives_s)
        return Path(times_s, own.lat_deg, own.lon_deg, -1, math.inf)

    def object_at(self, node: str, track: int, time_s: float) -> str | None:
        """The object that a track is at a time: the nearest on the map within the cutoff; None for none.

        The track is looked up in the last picture of the node up to then that has it.
        """
        key = (node, track, time_s)
        if key not in self._objects:
            self._objects[key] = self._object_at(node, track, time_s)
        return self._objects[key]

    def _object_at(self, node: str, track: int, time_s: float) -> str | None:
        tracks, when = self._tracks, time_s + self._told["start_s"] + 1e-3
        until = int(np.searchsorted(tracks.time, when, side="right"))
        rows = np.flatnonzero((tracks.track[:until] == track) & tracks.node.equal(node)[:until])
        if not len(rows):
            return None
        row = rows[-1]
        begin = int(np.searchsorted(self._truth.time, tracks.time[row] - 1e-3, side="left"))
        end = int(np.searchsorted(self._truth.time, tracks.time[row] + 1e-3, side="right"))
        there = slice(begin, end)
        away_m = great_circle_m(
            self._truth.lat_deg[there], self._truth.lon_deg[there], tracks.lat_deg[row], tracks.lon_deg[row]
        )
        if not len(away_m) or float(away_m.min()) > self._cutoff_m:
            return None
        code = int(self._truth.object.codes[begin + int(np.argmin(away_m))])
        return self._truth.object.names[code]

    def first_tracks_s(self, name: str) -> list[float]:
        """When each node's picture first had a confirmed track of an object, s after the start, in order."""
        path, tracks = self.paths[name], self._tracks
        times_s = tracks.time - self._told["start_s"]
        place = np.clip(np.searchsorted(path.times_s, times_s - 1e-3), 0, len(path.times_s) - 1)
        there = (np.abs(path.times_s[place] - times_s) < 1e-3) & ~tracks.status.equal("tentative")
        # A box on the map first, which most are outside of.
        box_deg = self._cutoff_m / 1.1e5
        rows = np.flatnonzero(there & (np.abs(tracks.lat_deg - path.lat_deg[place]) < box_deg))
        away_m = great_circle_m(
            tracks.lat_deg[rows], tracks.lon_deg[rows], path.lat_deg[place[rows]], path.lon_deg[place[rows]]
        )
        found: dict[int, float] = {}
        for row in rows[away_m <= self._cutoff_m]:
            code, time_s = int(tracks.node.codes[row]), float(times_s[row])
            if (
                code not in found
                and self.object_at(tracks.node.names[code], int(tracks.track[row]), time_s) == name
            ):
                found[code] = time_s
        return sorted(found.values())

    def last_seen_s(self, node: str, track: int) -> float:
        """When a node's pictures showed a track last, s after the start; -∞ for never."""
        rows = np.flatnonzero((self._tracks.track == track) & self._tracks.node.equal(node))
        return float(self._tracks.time[rows[-1]]) - self._told["start_s"] if len(rows) else -math.inf

    def covers(self, defender: str, name: str, began_s: float) -> bool:
        """Whether an object was in a defender's footprint for a whole turn, before it reached its area."""
        path, held = self.threats[name], self.defenders[defender]
        ends_s = began_s + held["needs_s"]
        during = (path.times_s >= began_s - 1e-3) & (path.times_s <= ends_s + 1e-3)
        if ends_s > path.arrives_s or not during.any():
            return False
        inside = self._inside(defender, path)
        return bool(inside[during].all())

    def last_turn_s(self, name: str) -> float:
        """When the last turn in which any defender could cover an object begins; -∞ for none."""
        path = self.threats[name]
        latest_s = -math.inf
        for defender, held in self.defenders.items():
            inside = self._inside(defender, path) & (path.times_s <= path.arrives_s)
            edges = np.flatnonzero(np.diff(inside.astype(np.int8), prepend=0, append=0))
            for enter, leave in zip(edges[::2], edges[1::2] - 1, strict=True):
                if path.times_s[leave] - path.times_s[enter] >= held["needs_s"]:
                    latest_s = max(latest_s, float(path.times_s[leave]) - held["needs_s"])
        return latest_s

    def _inside(self, defender: str, path: Path) -> BoolN:
        held = self.defenders[defender]
        away_m = great_circle_m(path.lat_deg, path.lon_deg, held["lat_deg"], held["lon_deg"])
        return np.asarray(away_m <= held["radius_m"])
