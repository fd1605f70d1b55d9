"""Score: tracks measured against the truth, for each node and for all of them together."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.counts import Counts, count, ratio
from kizuna.review.gospa import gospa_of
from kizuna.review.ospa import ospa2_of, ospa_of
from kizuna.review.pairing import Pairing, pair
from kizuna.review.pictures import paths_of, picture_times
from kizuna.review.siap import Continuity, attributes_of, continuity_of
from kizuna.review.timeline import FirstTracks, Missed, first_tracks_of, held_by, missed_of
from kizuna.shapes import FloatN, IntN

Measures = dict[str, float]
"""Numbers by their names, as `kizuna score --json` prints them; NaN where there is nothing to measure."""


@dataclass(frozen=True, slots=True, eq=False)
class NodeScores:
    """How one node did: totals, curves over its pictures (T,), and what lies behind them."""

    node: str
    measures: Measures
    completeness: FloatN
    """(T,) share of the objects present that have a track; NaN in a picture without objects."""
    gospa_m: FloatN
    """(T,) m."""
    first_tracks: FirstTracks
    missed: Missed
    compared: int
    """Pairs of picture and object that were looked at, held or missed."""
    errors_m: FloatN
    """(E,) distance of every assigned track from its object, m."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The measures of all nodes, and of all of them together."""

    times: FloatN
    """(T,) picture times, s since 1970-01-01 UTC."""
    nodes: tuple[NodeScores, ...]
    overall: Measures

    def to_json(self) -> dict[str, Any]:
        """The overall measures, and under ``nodes`` those of each; null where there is nothing to measure."""
        return {
            **_finite(self.overall),
            "nodes": {node.node: _finite(node.measures) for node in self.nodes},
        }


def score(
    truth: Truth,
    tracks: Tracks,
    cutoff_m: float,
    nodes: Sequence[str] | None = None,
    times: FloatN | None = None,
    progress: Callable[[float], None] | None = None,
    files: tuple[str, str] = ("truth", "tracks"),
) -> Scores:
    """Measure tracks against the truth.

    `docs/reference/measures.md` defines every measure. Those of one node are means over its pictures or
    ratios of sums over them; overall, the pictures of all nodes count together.

    Parameters
    ----------
    truth
        Where the objects were; interpolated to the times of the pictures.
    tracks
        Of any number of nodes; tentative ones don't count.
    cutoff_m
        A track farther than this from every object is false, m.
    nodes
        The nodes to measure, at least one; those that occur in the tracks unless given.
    times
        (T,) when pictures were taken, s; deduced from the tracks unless given (`pictures.picture_times`).
    progress
        Told the share of the work that is done, 0 to 1.
    files
        What to call truth and tracks in errors.

    Raises
    ------
    InputError
        When no times are given and truth or tracks are empty, or have no time in common.
    """
    if times is None:
        times = picture_times(truth, tracks, *files)
    if nodes is None:
        held = np.unique(tracks.node.codes)
        nodes = [tracks.node.names[code] for code in held if code >= 0]
    pairings = pair(paths_of(truth), tracks, times, nodes, cutoff_m, progress)
    found = [_found(pairing, cutoff_m) for pairing in pairings]
    overall = _measures(_Found.join(found), cutoff_m)
    overall["commonality"] = _commonality(pairings)
    overall["same_number"] = _same_number(pairings)
    made = tuple(_node(pairing, each, cutoff_m) for pairing, each in zip(pairings, found, strict=True))
    return Scores(times, made, overall)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What the measures are formed from, of one node or of several together."""

    counts: Counts
    continuity: Continuity
    first_tracks: FirstTracks
    ospa2_m: FloatN
    switches: int

    @classmethod
    def join(cls, parts: Sequence["_Found"]) -> "_Found":
        """Several nodes, one after the other."""
        return cls(
            Counts.join([part.counts for part in parts]),
            Continuity.total([part.continuity for part in parts]),
            FirstTracks.join([part.first_tracks for part in parts]),
            np.concatenate([part.ospa2_m for part in parts]),
            sum(part.switches for part in parts),
        )


def _found(pairing: Pairing, cutoff_m: float) -> _Found:
    return _Found(
        count(pairing),
        continuity_of(pairing),
        first_tracks_of(pairing),
        ospa2_of(pairing, cutoff_m).ospa2_m,
        int(np.count_nonzero(pairing.switched)),
    )


def _node(pairing: Pairing, found: _Found, cutoff_m: float) -> NodeScores:
    return NodeScores(
        node=pairing.node,
        measures=_measures(found, cutoff_m),
        completeness=attributes_of(found.counts).completeness,
        gospa_m=gospa_of(found.counts, cutoff_m).total_m,
        first_tracks=found.first_tracks,
        missed=missed_of(pairing),
        compared=int(found.counts.objects.sum()),
        errors_m=pairing.distance_m[pairing.assigned >= 0],
    )


def _measures(found: _Found, cutoff_m: float) -> Measures:
    counts, continuity, first = found.counts, found.continuity, found.first_tracks
    gospa = gospa_of(counts, cutoff_m)
    whole = attributes_of(counts.total())
    return {
        "pictures": float(len(counts.objects)),
        "objects": _mean(counts.objects),
        "tracks": _mean(counts.tracks),
        "gospa_m": _mean(gospa.total_m),
        "gospa_localisation_m": _mean(gospa.localisation_m),
        "gospa_missed_m": _mean(gospa.missed_m),
        "gospa_false_m": _mean(gospa.false_m),
        "missed": _mean(counts.missed),
        "false": _mean(counts.false),
        "ospa_m": _mean(ospa_of(counts, cutoff_m)),
        "ospa2_m": _mean(found.ospa2_m),
        "completeness": float(whole.completeness),
        "ambiguity": float(whole.ambiguity),
        "spurious": float(whole.spurious),
        "position_error_m": float(whole.position_error_m),
        "velocity_error_mps": float(whole.velocity_error_mps),
        "rmse_m": float(whole.rmse_m),
        "continuity": continuity.longest_segment,
        "track_changes_per_hour": continuity.track_changes_per_hour,
        "id_switches": float(found.switches),
        "time_to_first_track_s": first.median_s(),
        "time_to_first_track_p95_s": first.late_s(),
        "never_tracked": float(first.never()),
    }


def _commonality(pairings: Sequence[Pairing]) -> float:
    """Share of what any node holds that every node holds in the same picture; NaN for a single node."""
    if len(pairings) < 2:
        return math.nan
    held = np.stack([held_by(pairing) for pairing in pairings])
    return float(ratio(held.all(axis=0).sum(), held.any(axis=0).sum()))


def _same_number(pairings: Sequence[Pairing]) -> float:
    """Share of what any node holds that every node holds under one track number; NaN for a single node."""
    if len(pairings) < 2:
        return math.nan
    rows = np.stack([pairing.row_of_entry() for pairing in pairings])
    numbers = np.full(rows.shape, -1, dtype=np.int64)
    for number, row, pairing in zip(numbers, rows, pairings, strict=True):
        number[row >= 0] = pairing.numbers[pairing.track[row[row >= 0]]]
    same = (rows >= 0).all(axis=0) & (numbers == numbers[0]).all(axis=0)
    return float(ratio(same.sum(), (rows >= 0).any(axis=0).sum()))


def _mean(values: FloatN | IntN) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _finite(measures: Measures) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in measures.items()}
