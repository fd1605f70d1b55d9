"""Notional defenders, threatened areas, and which of them could cover which track, from when until when."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kizuna.geo.passages import passages
from kizuna.messages.track import Tracks
from kizuna.shapes import Float, FloatN, IntN


@dataclass(frozen=True, slots=True)
class Defender:
    """A notional defender: a footprint on the map, a time it needs, a capacity and a probability.

    Parameters
    ----------
    name, nation
        Its name and its nation.
    lat_deg, lon_deg, radius_m
        Its footprint, a circle.
    needs_s
        For how long a track must stay in the footprint to be covered.
    capacity
        How many tracks it covers at a time.
    probability
        That a track that is covered does no harm.
    """

    name: str
    nation: str
    lat_deg: float
    lon_deg: float
    radius_m: float
    needs_s: float
    capacity: int
    probability: float


@dataclass(frozen=True, slots=True)
class Area:
    """A protected area, a circle, and its value; `defenders` is how many may cover one track towards it."""

    name: str
    lat_deg: float
    lon_deg: float
    radius_m: float
    value: float
    defenders: int = 1
    nation: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Threats:
    """Tracks that head for areas.

    Parameters
    ----------
    track
        Numbers of the tracks, (T,).
    value
        Value of the area that each reaches first, (T,).
    area
        Index of that area, (T,).
    arrives_s
        When it does, s after now: (T,).
    opens_s, closes_s
        When each is in the footprint of each defender before it arrives, s after now: (T, D). It never is
        where `closes_s` is not after `opens_s`.
    """

    track: IntN
    value: FloatN
    area: IntN
    arrives_s: FloatN
    opens_s: Float
    closes_s: Float

    def take(self, rows: IntN) -> "Threats":
        """Some of them."""
        return Threats(
            self.track[rows],
            self.value[rows],
            self.area[rows],
            self.arrives_s[rows],
            self.opens_s[rows],
            self.closes_s[rows],
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """All defenders and areas, and how they are to be used.

    Parameters
    ----------
    defenders, areas
        Those that there are.
    horizon_s
        How far ahead is planned, s.
    reserve
        Places that each nation keeps free at every time.
    fades_s
        After so long 1/e of the tracks are still in the picture, s: what is covered later counts for less.
    plan_every_s
        In an exercise, time from one plan to the next.
    lead_s
        In an exercise, time that a plan allows for people to issue an order and acknowledge it.
    favour
        In an exercise, share by which a defender already sent counts for more than another: plans don't flap.
    warn_before_s
        How long before something comes down people must be warned of it, s.
    """

    defenders: tuple[Defender, ...]
    areas: tuple[Area, ...]
    horizon_s: float = 1_800.0
    reserve: dict[str, int] = field(default_factory=dict)
    fades_s: float = math.inf
    plan_every_s: float = 20.0
    lead_s: float = 60.0
    favour: float = 0.2
    warn_before_s: float = 120.0


def threats(coverage: Coverage, tracks: Tracks) -> Threats:
    """The tracks of one picture that head for an area, as they go on along their great circles.

    Tentative tracks don't count, nor do tracks without a velocity.

    Parameters
    ----------
    coverage
        The defenders and areas.
    tracks
        One picture.
    """
    moving = np.isfinite(tracks.ve_mps) & np.isfinite(tracks.vn_mps) & ~tracks.status.equal("tentative")
    held = tracks.take(np.flatnonzero(moving & (np.hypot(tracks.ve_mps, tracks.vn_mps) > 1.0)))
    areas = coverage.areas
    opens_s, _ = _windows(held, areas)
    first = np.argmin(opens_s, axis=1) if len(areas) else np.zeros(len(held), dtype=np.int64)
    arrives_s = opens_s[np.arange(len(held)), first] if len(areas) else np.full(len(held), np.inf)
    heading = np.flatnonzero(arrives_s <= coverage.horizon_s)
    held, first, arrives_s = held.take(heading), first[heading], arrives_s[heading]
    opens_s, closes_s = _windows(held, coverage.defenders)
    return Threats(
        track=held.track,
        value=np.array([area.value for area in areas])[first] if len(areas) else np.empty(0),
        area=first,
        arrives_s=arrives_s,
        opens_s=opens_s,
        closes_s=np.minimum(closes_s, arrives_s[:, None]),
    )


def _windows(tracks: Tracks, circles: Sequence[Defender] | Sequence[Area]) -> tuple[Float, Float]:
    """When tracks come into circles and leave them, s after now: two of (T, C)."""
    return passages(
        tracks.lat_deg,
        tracks.lon_deg,
        tracks.ve_mps,
        tracks.vn_mps,
        np.array([each.lat_deg for each in circles]),
        np.array([each.lon_deg for each in circles]),
        np.array([each.radius_m for each in circles]),
    )
