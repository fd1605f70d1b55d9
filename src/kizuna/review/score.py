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

    The measures of one node are means over its pictures, or ratios of sums over them:

    ``gospa_m`` with its parts ``gospa_localisation_m``, ``gospa_missed_m``, ``gospa_false_m`` (means, m; each
    picture's parts add up in squares), ``missed`` and ``false`` (objects without a track and tracks without
    an object of their own, mean count in a picture), ``ospa_m``, ``ospa2_m``; the SIAP attributes
    ``completeness``, ``ambiguity``, ``spurious``, ``position_error_m``, ``velocity_error_mps``,
    ``continuity`` (longest segment) and ``track_changes_per_hour``; ``rmse_m`` over assigned pairs;
    ``id_switches`` (how often another track took over an object); ``time_to_first_track_s`` (median) and
    ``time_to_first_track_p95_s``, ``never_tracked`` (stays of objects that never got a track); ``pictures``,
    ``objects`` and ``tracks`` (mean count in a picture).

    Overall, the pictures of all nodes count together; ``commonality`` is the share of the objects held by any
    node that all nodes hold in the same picture.

    Parameters
    ----------
    truth
        Where the objects were; interpolated to the times of the pictures.
    tracks
        Of any number of nodes; tentative ones don't count.
    cutoff_m
        A track farther than this from every object is false, m.
    nodes
        The nodes to measure; those that occur in the tracks unless given.
    times
        (T,) when pictures were taken, s; deduced from the tracks unless given (`pictures.picture_times`).
    progress
        Told the share of the work that is done, 0 to 1.
    files
        What to call truth and tracks in errors.

    Raises
    ------
    InputError
        When truth or tracks are empty, or have no time in common.
    """
    if times is None:
        times = picture_times(truth, tracks, *files)
    if nodes is None:
        held = np.unique(tracks.node.codes)
        nodes = [tracks.node.names[code] for code in held if code >= 0]
    pairings = pair(paths_of(truth), tracks, times, nodes, cutoff_m, progress)
    counts = [count(pairing) for pairing in pairings]
    continuities = [continuity_of(pairing) for pairing in pairings]
    made = tuple(
        _node(pairing, counted, continuity, cutoff_m)
        for pairing, counted, continuity in zip(pairings, counts, continuities, strict=True)
    )
    firsts = np.concatenate([node.first_tracks.delay_s for node in made]) if made else np.empty(0)
    overall = _measures(Counts.join(counts), Continuity.total(continuities), cutoff_m)
    overall["ospa2_m"] = _mean(np.array([node.measures["ospa2_m"] for node in made]))
    overall["id_switches"] = float(sum(node.measures["id_switches"] for node in made))
    overall |= _first(FirstTracks(made[0].first_tracks.object, firsts)) if made else {}
    overall["commonality"] = _commonality(pairings)
    return Scores(times, made, overall)


def _node(pairing: Pairing, counts: Counts, continuity: Continuity, cutoff_m: float) -> NodeScores:
    first = first_tracks_of(pairing)
    measures = _measures(counts, continuity, cutoff_m)
    measures["ospa2_m"] = _mean(ospa2_of(pairing, cutoff_m).ospa2_m)
    measures["id_switches"] = float(np.count_nonzero(pairing.switched))
    measures |= _first(first)
    return NodeScores(
        node=pairing.node,
        measures=measures,
        completeness=attributes_of(counts).completeness,
        gospa_m=gospa_of(counts, cutoff_m).total_m,
        first_tracks=first,
        missed=missed_of(pairing),
        compared=int(counts.objects.sum()),
        errors_m=pairing.distance_m[pairing.assigned >= 0],
    )


def _measures(counts: Counts, continuity: Continuity, cutoff_m: float) -> Measures:
    """The measures that follow from counts, which may be those of several nodes."""
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
        "completeness": float(whole.completeness),
        "ambiguity": float(whole.ambiguity),
        "spurious": float(whole.spurious),
        "position_error_m": float(whole.position_error_m),
        "velocity_error_mps": float(whole.velocity_error_mps),
        "rmse_m": float(whole.rmse_m),
        "continuity": continuity.longest_segment,
        "track_changes_per_hour": continuity.track_changes_per_hour,
    }


def _first(first: FirstTracks) -> Measures:
    return {
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


def _mean(values: FloatN | IntN) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _finite(measures: Measures) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in measures.items()}
