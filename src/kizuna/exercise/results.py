"""What came of a run: its variants measured, and the summary and the report that tell it."""

import importlib.metadata
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from kizuna.exercise.assemble import Played, recorded_times
from kizuna.exercise.decisions import Decided
from kizuna.exercise.node import feeds
from kizuna.exercise.stage import Stage
from kizuna.files import write_text
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.coordination import Coordination, coordination
from kizuna.review.dialogue import Talk
from kizuna.review.hindsight import Hindsight
from kizuna.review.lifelines import Lifeline, lifelines
from kizuna.review.report import material
from kizuna.review.report.answer import Answer, answer
from kizuna.review.report.measures import EXPLAINED
from kizuna.review.report.write import write_report
from kizuna.review.score import NodeScores, Scores, score
from kizuna.review.warnings import Warned
from kizuna.review.workload import Workload, workloads
from kizuna.scenario.model import Exercise, Variant

_MAP_EVERY_S = 20.0
"""Time between the pictures that the report's map is drawn from."""

_CHANGES = {
    "nothing": "Keeping to national sensors",
    "detections": "Sharing detections",
    "tracks": "Sharing tracks",
}
"""What a variant does, as the report's sentence begins."""

T = TypeVar("T", Truth, Tracks)


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """What the review says of the decisions of a variant."""

    coordination: Coordination
    lifelines: tuple[Lifeline, ...]
    workloads: tuple[Workload, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One variant, run and measured."""

    variant: str
    played: Played
    scores: Scores
    decided: Decided | None = None
    review: Review | None = None
    warned: tuple[Warned, ...] = ()
    talks: tuple[Talk, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What a run has to say, in words and in a table."""

    title: str
    variants: tuple[str, ...]
    answer: Answer
    remarks: tuple[str, ...]
    """What the trackers of the nodes have to remark on their input, a sentence each."""


def measure(
    exercise: Exercise,
    variant: Variant,
    played: Played,
    out: Path,
    progress: Callable[[float], None],
    strangers: Mapping[str, float],
) -> Outcome:
    """Measure the tracks that a variant has left in its folder; the share of the work that is done is told.

    Parameters
    ----------
    exercise, variant
        What was asked for.
    played
        What the nodes and links did.
    out
        The folder of the run.
    progress
        Told the share of the work that is done.
    strangers
        Objects that don't say who they are, and when each was first detected, s since 1970-01-01 UTC.

    Raises
    ------
    InputError
        When the truth or the tracks can't be read.
    """
    truth = codec.read(Truth, out / "truth.parquet")
    tracks = codec.read(Tracks, out / variant.variant / "tracks.parquet")
    nodes = [node.node for node in exercise.allies]
    scores = score(truth, tracks, exercise.score_cutoff_m, nodes, recorded_times(exercise), progress)
    made = Outcome(variant.variant, played, scores)
    path = out / variant.variant / "decisions.json"
    if variant.organisation is None:
        return made
    told = json.loads(path.read_text(encoding="utf-8"))
    hindsight = Hindsight(told, truth, tracks, strangers, exercise.score_cutoff_m)
    detected_s = {name: time_s for name, time_s in strangers.items() if math.isfinite(time_s)}
    lines = lifelines(hindsight, told, detected_s)
    rows = [line.to_json() for line in lines]
    write_text(path.with_name("timeline.json"), json.dumps(rows, indent=1) + "\n")
    return replace(made, review=Review(coordination(hindsight, told), lines, workloads(told)))


def write(stage: Stage, variants: list[Variant], outcomes: list[Outcome], out: Path, command: str) -> Summary:
    """Write `summary.json` and `report.html`, and give what they say.

    Raises
    ------
    WorkError
        When a file can't be written.
    """
    exercise = stage.exercise
    shown = _material(stage, variants, outcomes, out, command)
    said = answer(shown)
    summary: dict[str, Any] = {
        "exercise": exercise.exercise,
        "title": exercise.title,
        "notional": exercise.notional,
        "version": shown.version,
        "seed": exercise.seed,
        "start": exercise.start,
        "duration_s": exercise.duration_s,
        "cutoff_m": exercise.score_cutoff_m,
        "answer": said.sentence,
        "variants": {outcome.variant: _summary(outcome) for outcome in outcomes},
    }
    write_text(out / "summary.json", json.dumps(summary, indent=1) + "\n")
    write_report(out / "report.html", shown)
    remarks = tuple(
        f"variant {outcome.variant}, node {node}: {remark}"
        for outcome in outcomes
        for node, told in outcome.played.remarks.items()
        for remark in told
    )
    return Summary(exercise.title, tuple(variant.variant for variant in variants), said, remarks)


def _summary(outcome: Outcome) -> dict[str, Any]:
    links = {
        f"{sender}->{to}": {
            "messages": carried.messages_sent,
            "bytes": carried.bytes_sent,
            "lost": carried.messages_lost,
        }
        for (sender, to), carried in outcome.played.traffic.items()
    }
    played = outcome.played
    made = {
        **outcome.scores.to_json(),
        "too_late": played.too_late,
        "remarks": played.remarks,
        "links": links,
    }
    if outcome.decided is not None:
        made["decisions"] = _decisions(outcome.decided)
    if outcome.review is not None:
        made["coordination"] = outcome.review.coordination.to_json()
    if outcome.warned:
        made["warnings"] = [asdict(each) for each in outcome.warned]
    if outcome.talks:
        made["dialogue"] = [asdict(each) for each in outcome.talks]
    released = {node: log for node, log in played.released.items() if log}
    return {**made, "released": released} if released else made


def _material(
    stage: Stage, variants: list[Variant], outcomes: list[Outcome], out: Path, command: str
) -> material.ReportMaterial:
    exercise = stage.exercise
    return material.ReportMaterial(
        title=exercise.title,
        exercise=exercise.exercise,
        notional=exercise.notional,
        start_s=exercise.start_s,
        duration_s=exercise.duration_s,
        seed=exercise.seed,
        version=importlib.metadata.version("kizuna"),
        command=command,
        sensors=stage.sensors,
        nodes=tuple(material.Node(node.node, node.nation) for node in exercise.allies),
        links=tuple(
            material.Link(link.from_, link.to, link.delay_s, link.jitter_s, link.loss)
            for link in exercise.directed_links()
        ),
        truth=_thinned(stage.truth, exercise),
        detections=stage.detections,
        variants=tuple(
            _variant(exercise, variant, outcome, out)
            for variant, outcome in zip(variants, outcomes, strict=True)
        ),
    )


def _variant(exercise: Exercise, variant: Variant, outcome: Outcome, out: Path) -> material.VariantResult:
    tracks = codec.read(Tracks, out / variant.variant / "tracks.parquet")
    heard = feeds(exercise, variant)
    scores = outcome.scores
    return material.VariantResult(
        name=variant.variant,
        change=_CHANGES[variant.share],
        tracks=_thinned(tracks, exercise),
        nodes=tuple(
            _node(
                node,
                scores,
                tuple(material.Feed(feed.sensor, feed.delay_s) for feed in heard[node.node]),
            )
            for node in scores.nodes
        ),
        overall=_told({name: scores.overall[name] for name in ("commonality", "same_number")}),
        decisions=None if outcome.decided is None else _told_decisions(outcome.decided),
        coordination=None if outcome.review is None else outcome.review.coordination,
        lifelines=() if outcome.review is None else outcome.review.lifelines,
        workloads=() if outcome.review is None else outcome.review.workloads,
        warned=outcome.warned,
        talks=outcome.talks,
        traffic=tuple(
            material.Traffic(sender, to, carried.messages_sent, carried.bytes_sent, carried.messages_lost)
            for (sender, to), carried in outcome.played.traffic.items()
        ),
    )


def _told_decisions(decided: Decided) -> material.Decisions:
    return material.Decisions(
        organisation=decided.organisation,
        actions=tuple(
            material.Action(
                each.action, each.orders, each.issued, each.in_time, each.cases, each.took_s, each.states
            )
            for each in decided.actions
        ),
        load=decided.load,
        cases=decided.cases,
        messages=decided.messages,
        consents=decided.consents,
        refused=decided.refused,
    )


def _decisions(decided: Decided) -> dict[str, Any]:
    """Decisions of a variant for the summary."""
    return {
        "organisation": decided.organisation,
        "cases": decided.cases,
        "messages": decided.messages,
        "consents": decided.consents,
        "refused": decided.refused,
        "actions": {
            each.action: {
                "orders": each.orders,
                "issued": each.issued,
                "in_time": each.in_time,
                "cases": each.cases,
                "median_s": each.quantile(0.5) if each.took_s else None,
                "late_s": each.quantile(0.95) if each.took_s else None,
                "states": dict(each.states),
            }
            for each in decided.actions
        },
        "load": {
            post: {"tasks": tasks, "busy_s": busy_s, "waited_s": waited_s}
            for post, (tasks, busy_s, waited_s) in decided.load.items()
        },
    }


def _node(node: NodeScores, scores: Scores, heard: tuple[material.Feed, ...]) -> material.NodeResult:
    return material.NodeResult(
        node=node.node,
        measures=_told(node.measures),
        feeds=heard,
        curve_time_s=scores.times,
        curve_completeness=node.completeness,
        missed_time_s=node.missed.time_s,
        missed_object=node.missed.object,
        compared=node.compared,
        first_object=node.first_tracks.object,
        first_track_s=node.first_tracks.delay_s,
        errors_m=node.errors_m,
    )


def _told(measures: Mapping[str, float]) -> dict[str, float]:
    """The measures that the report explains; `summary.json` has them all."""
    return {name: value for name, value in measures.items() if name in EXPLAINED and not math.isnan(value)}


def _thinned(table: T, exercise: Exercise) -> T:
    """The rows of every so many pictures, as the map needs them."""
    times = recorded_times(exercise)
    step = max(1, round(_MAP_EVERY_S / (times[1] - times[0]))) if len(times) > 1 else 1
    number = np.searchsorted(times, table.time - 1e-6)
    return table.take(number % step == 0)
