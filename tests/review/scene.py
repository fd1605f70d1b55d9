"""Small scenes for the measures: places in metres around a site, as tables of truth and tracks."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from kizuna.geo.frames import ecef_to_geodetic, enu_to_ecef
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.score import Measures, score
from kizuna.seeds import generator

SITE = (46.0, 8.0, 10_000.0)
"""Latitude and longitude in degrees, height in metres."""

BEGIN = 1_000_000_000.0
"""Time 0 of every scene, s since 1970-01-01 UTC."""

CUTOFF_M = 1_000.0

Place = tuple[float, float, float]
"""East, north and up of the site, m."""

TruthRow = tuple[float, str, Place]
"""Time, object, place."""

TrackRow = tuple[float, str, int, Place, str]
"""Time, node, track, place, status."""


def geodetic(places: Iterable[Place]) -> dict[str, np.ndarray]:
    """The columns of a table that say where."""
    enu = np.array(list(places), dtype=float).reshape(-1, 3)
    lat, lon, alt = ecef_to_geodetic(enu_to_ecef(enu, *SITE))
    return {"lat_deg": lat, "lon_deg": lon, "alt_m": alt}


def truth_of(rows: Iterable[TruthRow], **columns: Sequence[float]) -> Truth:
    """Truth from rows; with further columns, the rows must already be in order of time."""
    rows = sorted(rows, key=lambda row: row[0])
    if not rows:
        return Truth.empty()
    times, objects, places = zip(*rows, strict=True)
    return Truth.of(time=BEGIN + np.array(times), object=list(objects), **geodetic(places), **columns)


def tracks_of(rows: Iterable[TrackRow], **columns: Sequence[float]) -> Tracks:
    """Tracks from rows; with further columns, the rows must already be in order of time."""
    rows = sorted(rows, key=lambda row: row[0])
    if not rows:
        return Tracks.empty()
    times, nodes, numbers, places, statuses = zip(*rows, strict=True)
    return Tracks.of(
        time=BEGIN + np.array(times),
        node=list(nodes),
        track=list(numbers),
        status=list(statuses),
        **geodetic(places),
        **columns,
    )


def at(name: str, place: Place, times: Iterable[float]) -> list[TruthRow]:
    """An object that stays at a place."""
    return [(float(time), name, place) for time in times]


def held(
    number: int, place: Place, times: Iterable[float], node: str = "N", status: str = "confirmed"
) -> list[TrackRow]:
    """A track that stays at a place."""
    return [(float(time), node, number, place, status) for time in times]


def clock(pictures: int, step_s: float = 1.0) -> np.ndarray:
    """Picture times from `BEGIN` on."""
    return BEGIN + step_s * np.arange(pictures)


def measured(truth: Truth, tracks: Tracks, times: np.ndarray, cutoff_m: float = CUTOFF_M) -> Measures:
    """The measures of the node N."""
    return score(truth, tracks, cutoff_m, ["N"], times).nodes[0].measures


def random_rows(
    seed: int, objects: int, tracks: int, pictures: int, *, whole: bool = False
) -> tuple[list[TruthRow], list[TrackRow]]:
    """Objects and tracks in a crowd, so that who belongs to whom is contested.

    Every object is there for an unbroken part of the pictures. A track is near some object or anywhere, and
    comes and goes, unless `whole`: then it too is there for an unbroken part.
    """
    random = generator(seed, "scene")
    centre = random.uniform(-1_200.0, 1_200.0, (objects, 3))
    drift = random.normal(0.0, 60.0, (objects, 3))
    truth: list[TruthRow] = []
    for each in range(objects):
        first, last = sorted(random.integers(0, pictures, 2))
        truth += [
            (float(t), f"o{each}", tuple(centre[each] + t * drift[each])) for t in range(first, last + 1)
        ]
    rows: list[TrackRow] = []
    for number in range(tracks):
        first, last = sorted(random.integers(0, pictures, 2))
        follows = int(random.integers(0, objects)) if objects else -1
        there = random.random(pictures) < 0.8
        for t in range(first, last + 1):
            place = random.uniform(-1_500.0, 1_500.0, 3)
            if follows >= 0 and number % 3:
                place = centre[follows] + t * drift[follows] + random.normal(0.0, 250.0, 3)
            if whole or there[t]:
                rows.append((float(t), "N", 10 + 3 * number, tuple(place), "confirmed"))
    return truth, rows


def least_gospa_squared(objects: np.ndarray, tracks: np.ndarray, cutoff_m: float) -> float:
    """GOSPA² by trying every set of pairs: (M, 3) and (N, 3) m, a handful each."""
    if len(objects) > len(tracks):
        objects, tracks = tracks, objects
    best = np.inf
    # One of the larger set, or nobody, for each of the smaller set.
    choices = [*range(len(tracks)), *[-1] * len(objects)]
    for chosen in set(itertools.permutations(choices, len(objects))):
        pairs = [(i, j) for i, j in enumerate(chosen) if j >= 0]
        squared = sum(float(((objects[i] - tracks[j]) ** 2).sum()) for i, j in pairs)
        alone = len(objects) + len(tracks) - 2 * len(pairs)
        best = min(best, squared + cutoff_m**2 / 2.0 * alone)
    return best
