"""Notional defenders, threatened areas, and which of them could cover which track, from when until when."""

from dataclasses import dataclass, field

import numpy as np

from kizuna.geo.bodies import EARTH
from kizuna.geo.frames import enu_basis
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
    """

    defenders: tuple[Defender, ...]
    areas: tuple[Area, ...]
    horizon_s: float = 1_800.0
    reserve: dict[str, int] = field(default_factory=dict)


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
    areas, defenders = coverage.areas, coverage.defenders
    opens_s, _ = _windows(
        held,
        np.array([area.lat_deg for area in areas]),
        np.array([area.lon_deg for area in areas]),
        np.array([area.radius_m for area in areas]),
    )
    first = np.argmin(opens_s, axis=1) if len(areas) else np.zeros(len(held), dtype=np.int64)
    arrives_s = opens_s[np.arange(len(held)), first] if len(areas) else np.full(len(held), np.inf)
    heading = np.flatnonzero(arrives_s <= coverage.horizon_s)
    held, first, arrives_s = held.take(heading), first[heading], arrives_s[heading]
    opens_s, closes_s = _windows(
        held,
        np.array([each.lat_deg for each in defenders]),
        np.array([each.lon_deg for each in defenders]),
        np.array([each.radius_m for each in defenders]),
    )
    return Threats(
        track=held.track,
        value=np.array([area.value for area in areas])[first] if len(areas) else np.empty(0),
        area=first,
        arrives_s=arrives_s,
        opens_s=opens_s,
        closes_s=np.minimum(closes_s, arrives_s[:, None]),
    )


def _windows(tracks: Tracks, lat_deg: FloatN, lon_deg: FloatN, radius_m: FloatN) -> tuple[Float, Float]:
    """When tracks come into circles and leave them, s after now: two of (T, C); ∞ and -∞ when never.

    On the mean sphere a track goes as n(t) = n cos ωt + d sin ωt, and its distance from a centre c is less
    than r while c·n cos ωt + c·d sin ωt = A cos(ωt − φ) > cos(r/R).
    """
    basis = enu_basis(tracks.lat_deg, tracks.lon_deg)
    speed = np.hypot(tracks.ve_mps, tracks.vn_mps)
    ahead = (basis[:, 0] * tracks.ve_mps[:, None] + basis[:, 1] * tracks.vn_mps[:, None]) / speed[:, None]
    centres = enu_basis(lat_deg, lon_deg)[:, 2]
    rate = (speed / EARTH.mean_radius_m)[:, None]
    along, across = basis[:, 2] @ centres.T, ahead @ centres.T
    reach, phase = np.hypot(along, across), np.arctan2(across, along)
    share = np.cos(radius_m / EARTH.mean_radius_m) / np.maximum(reach, 1e-12)
    half = np.arccos(np.clip(share, -1.0, 1.0))
    # The first passage that isn't over yet: one round of the Earth later where it is.
    leaves = (phase + half) / rate
    enters = (phase - half) / rate
    past = leaves <= 0.0
    enters, leaves = enters + past * 2.0 * np.pi / rate, leaves + past * 2.0 * np.pi / rate
    never = share >= 1.0
    return np.where(never, np.inf, np.maximum(enters, 0.0)), np.where(never, -np.inf, leaves)
