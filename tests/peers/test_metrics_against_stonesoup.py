"""GOSPA, OSPA, OSPA(2) and SIAP against Stone Soup's metric code, where it computes the same.

What is the same, in any crowd: GOSPA of every picture with its three parts, and OSPA(2), when Stone Soup's
OSPA of order 1 is given our distance between an object and a track over a window.

What is not the same, and why:

- OSPA of order 2. Stone Soup chooses the pairs that minimise Σ d and then adds up d². The definition
  (Schuhmacher, Vo and Vo 2008, equation 3) minimises Σ d². So theirs is never smaller, and equal where nobody
  contests a pair.
- SIAP in a crowd. Stone Soup gives each track the nearest object, so that two tracks between two objects may
  both belong to one. Ours first gives objects and tracks to each other as GOSPA does. The formulas of SIAP
  take it as given who belongs to whom. Where objects are farther apart than twice the cutoff, both agree.
- The rate of track changes is a number for each second there and for each hour here.
- Where a ratio has nothing to divide by, Stone Soup says 0, or 1 for ambiguity; here it is NaN.
- Stone Soup's SIAP fails (ValueError) on a track that holds an object for a single picture, because it makes
  a range of time of it, which must have a length; the scenes here have none.
"""

import dataclasses
import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
import pytest
from stonesoup.dataassociator.tracktotrack import TrackToTruth
from stonesoup.measures import Euclidean, Measure
from stonesoup.metricgenerator.manager import MultiManager
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
from stonesoup.types.state import State
from stonesoup.types.track import Track
from tests.review.scene import (
    BEGIN,
    CUTOFF_M,
    TrackRow,
    TruthRow,
    clock,
    random_rows,
    tracks_of,
    truth_of,
)

from kizuna.geo.frames import enu_basis, geodetic_to_ecef
from kizuna.review.counts import count
from kizuna.review.gospa import gospa_of
from kizuna.review.ospa import ospa2_of, ospa_of
from kizuna.review.pairing import Pairing, pair
from kizuna.review.pictures import paths_of
from kizuna.review.score import score
from kizuna.seeds import generator

ROUNDING_M = 1e-4
"""Positions go through degrees, and SciPy adds up in another order."""

ROUNDING_MPS = 1e-6
ROUNDING = 1e-9

START = dt.datetime(2001, 9, 9, 1, 46, 40, tzinfo=dt.UTC)
"""`BEGIN` on the calendar."""


def moment(time: float) -> dt.datetime:
    """A time of the scene on the calendar."""
    return START + dt.timedelta(seconds=time - BEGIN)


def vector(row: Sequence[float]) -> np.ndarray:
    return np.asarray(row, dtype=float)[:, None]


def pairing_of(truth: list[TruthRow], rows: list[TrackRow], pictures: int) -> Pairing:
    """Our pairs of the node N."""
    return pair(paths_of(truth_of(truth)), tracks_of(rows), clock(pictures), ["N"], CUTOFF_M)[0]


def states_at(rows: list[TruthRow] | list[TrackRow], time: float) -> list[State]:
    """Their states of one picture, places in metres around the site."""
    where = -2 if rows and len(rows[0]) > 3 else -1
    return [State(vector(row[where]), timestamp=moment(BEGIN + time)) for row in rows if row[0] == time]


crowds = pytest.mark.parametrize(
    ("seed", "objects", "tracks"), [(seed, seed % 7, (seed * 3) % 8) for seed in range(40)]
)


@crowds
def test_gospa_and_its_parts(seed: int, objects: int, tracks: int) -> None:
    """They report the parts raised to the power p, we as distances."""
    truth, rows = random_rows(seed, objects, tracks, 6)
    got = gospa_of(count(pairing_of(truth, rows, 6)), CUTOFF_M)
    theirs = GOSPAMetric(p=2, c=CUTOFF_M)
    for t in range(6):
        seen, there = states_at(rows, t), states_at(truth, t)
        if not seen and not there:
            assert got.total_m[t] == 0.0
            continue
        found = theirs.compute_gospa_metric(seen, there)[0].value
        assert got.total_m[t] == pytest.approx(found["distance"], abs=ROUNDING_M)
        assert got.localisation_m[t] == pytest.approx(math.sqrt(found["localisation"]), abs=ROUNDING_M)
        assert got.missed_m[t] == pytest.approx(math.sqrt(found["missed"]), abs=ROUNDING_M)
        assert got.false_m[t] == pytest.approx(math.sqrt(found["false"]), abs=ROUNDING_M)


@crowds
def test_ospa_is_theirs_or_better(seed: int, objects: int, tracks: int) -> None:
    """Equal when no track is near two objects and no object near two tracks; else never larger."""
    truth, rows = random_rows(seed, objects, tracks, 6)
    pairing = pairing_of(truth, rows, 6)
    got = ospa_of(count(pairing), CUTOFF_M)
    degree = np.bincount(pairing.edge_entry, minlength=len(pairing.presence.path))
    picture = pairing.presence.picture()
    theirs = OSPAMetric(p=2, c=CUTOFF_M)
    for t in range(6):
        seen, there = states_at(rows, t), states_at(truth, t)
        if not seen and not there:
            assert got[t] == 0.0
            continue
        found = theirs.compute_OSPA_distance(seen, there).value
        assert got[t] <= found + ROUNDING_M
        edges = np.diff(pairing.edge_start)[pairing.start[t] : pairing.start[t + 1]]
        if max(edges.max(initial=0), degree[picture == t].max(initial=0)) <= 1:
            assert got[t] == pytest.approx(found, abs=ROUNDING_M)


class OverWindow(Measure):
    """Distance between two pieces of tracks over a window, each a state of (picture, 1 + place) numbers."""

    mapping = None

    def __call__(self, state1: State, state2: State) -> float:
        """Mean over the pictures in which either exists (Beard, Vo and Vo 2020, with q = 1)."""
        one, other = (np.asarray(state.state_vector, float).reshape(-1, 4) for state in (state1, state2))
        costs = []
        for here, there in zip(one, other, strict=True):
            if here[0] and there[0]:
                costs.append(min(float(np.linalg.norm(here[1:] - there[1:])), CUTOFF_M))
            elif here[0] or there[0]:
                costs.append(CUTOFF_M)
        return sum(costs) / len(costs)


def pieces(rows: list[TruthRow] | list[TrackRow], pictures: int) -> list[State]:
    """Each object or track over all pictures, as one state: whether it is there, and where."""
    found: dict[str | int, np.ndarray] = {}
    for row in rows:
        name, place = (row[2], row[3]) if len(row) > 3 else (row[1], row[2])
        found.setdefault(name, np.zeros((pictures, 4)))[int(row[0])] = (1.0, *place)
    return [State(vector(piece.ravel()), timestamp=START) for piece in found.values()]


@crowds
def test_ospa2(seed: int, objects: int, tracks: int) -> None:
    """Their OSPA of order 1 over the same distance between pieces of tracks."""
    truth, rows = random_rows(seed, objects, tracks, 12)
    got = ospa2_of(pairing_of(truth, rows, 12), CUTOFF_M).ospa2_m
    theirs = OSPAMetric(p=1, c=CUTOFF_M, measure=OverWindow())
    seen, there = pieces(rows, 12), pieces(truth, 12)
    if not seen and not there:
        assert got.tolist() == [0.0]
    else:
        assert got == pytest.approx([theirs.compute_OSPA_distance(seen, there).value], abs=ROUNDING_M)


def sparse_rows(seed: int, pictures: int = 30) -> tuple[list[TruthRow], list[TrackRow]]:
    """Objects far apart, each with some tracks of two pictures or more, and tracks at nothing."""
    random = generator(seed, "sparse")
    truth: list[TruthRow] = []
    rows: list[TrackRow] = []
    number, speed = 0, np.array([0.0, 50.0, 0.0])
    for each in range(int(random.integers(1, 6))):
        centre = np.array([each * 5_000.0, 0.0, 0.0])
        first = int(random.integers(0, 8))
        last = int(random.integers(pictures - 8, pictures))
        truth += [(float(t), f"o{each}", tuple(centre + t * speed)) for t in range(first, last + 1)]
        for _ in range(int(random.integers(0, 5))):
            begin = int(random.integers(first, last - 1))
            end = int(random.integers(begin + 1, last + 1))
            off = random.normal(0.0, 150.0, 3).clip(-500.0, 500.0)
            number += 1
            for t in range(begin, end + 1):
                place = centre + t * speed + off + random.normal(0.0, 5.0, 3)
                rows.append((float(t), "N", number, tuple(place), "confirmed"))
    for _ in range(int(random.integers(0, 3))):
        number += 1
        rows += [(float(t), "N", number, (0.0, -50_000.0, 0.0), "confirmed") for t in range(5, 15)]
    return truth, rows


def with_velocities(table, seed: int):
    """Random velocities for a table, and places and velocities in one Cartesian frame, (N, 6)."""
    enu = generator(seed, "velocity", type(table).__name__).normal(0.0, 5.0, (len(table), 3))
    made = dataclasses.replace(table, ve_mps=enu[:, 0], vn_mps=enu[:, 1], vu_mps=enu[:, 2])
    position = geodetic_to_ecef(table.lat_deg, table.lon_deg, table.alt_m)
    velocity = np.einsum("nij,ni->nj", enu_basis(table.lat_deg, table.lon_deg), enu)
    return made, np.hstack([position, velocity])


def siap(truth, tracks, states_truth: np.ndarray, states_tracks: np.ndarray) -> dict[str, float]:
    """Their attributes over the whole time."""
    paths, held = {}, {}
    for name, time, state in zip(truth.object.values(), truth.time, states_truth, strict=True):
        there = GroundTruthState(vector(state), timestamp=moment(time))
        paths.setdefault(name, GroundTruthPath()).append(there)
    for number, time, state in zip(tracks.track, tracks.time, states_tracks, strict=True):
        held.setdefault(int(number), Track()).append(State(vector(state), timestamp=moment(time)))
    position, velocity = Euclidean(mapping=[0, 1, 2]), Euclidean(mapping=[3, 4, 5])
    associator = TrackToTruth(
        association_threshold=CUTOFF_M, consec_pairs_confirm=1, consec_misses_end=1, measure=position
    )
    metrics = SIAPMetrics(position_measure=position, velocity_measure=velocity)
    manager = MultiManager([metrics], associator=associator)
    manager.add_data({"groundtruth_paths": set(paths.values()), "tracks": set(held.values())})
    found = manager.generate_metrics()["siap_generator"]
    return {title.removeprefix("SIAP "): found[title].value for title in found if "at times" not in title}


@pytest.mark.parametrize("seed", range(25))
def test_siap(seed: int) -> None:
    """All seven attributes over the whole time, redundant, broken, late and false tracks among them."""
    truth_rows, track_rows = sparse_rows(seed)
    truth, states_truth = with_velocities(truth_of(truth_rows), seed)
    tracks, states_tracks = with_velocities(tracks_of(track_rows), seed)
    theirs = siap(truth, tracks, states_truth, states_tracks)
    got = score(truth, tracks, CUTOFF_M, ["N"], clock(30)).nodes[0].measures
    ours = {name: 0.0 if math.isnan(value) else value for name, value in got.items()}
    assert ours["completeness"] == pytest.approx(theirs["Completeness"], rel=ROUNDING)
    assert (ours["ambiguity"] or 1.0) == pytest.approx(theirs["Ambiguity"], rel=ROUNDING)
    assert ours["spurious"] == pytest.approx(theirs["Spuriousness"], rel=ROUNDING)
    assert ours["position_error_m"] == pytest.approx(theirs["Position Accuracy"], abs=ROUNDING_M)
    assert ours["velocity_error_mps"] == pytest.approx(theirs["Velocity Accuracy"], abs=ROUNDING_MPS)
    assert ours["track_changes_per_hour"] == pytest.approx(
        3600.0 * theirs["Rate of Track Number Change"], rel=ROUNDING
    )
    assert ours["continuity"] == pytest.approx(theirs["Longest Track Segment"], rel=ROUNDING)
