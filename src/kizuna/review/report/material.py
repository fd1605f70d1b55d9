"""What a report is made of: plain records that whoever ran the exercise fills in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.coordination import Coordination
from kizuna.review.dialogue import Talk
from kizuna.review.lifelines import Lifeline
from kizuna.review.warnings import Warned
from kizuna.review.workload import Workload
from kizuna.shapes import FloatN


def _none() -> FloatN:
    return np.empty(0)


@dataclass(frozen=True, slots=True)
class Node:
    """A node and the nation that runs it."""

    name: str
    nation: str


@dataclass(frozen=True, slots=True)
class Link:
    """A directed connection: one-way delay and the spread on it in seconds, and the share of messages lost (0
    to 1).
    """

    source: str
    target: str
    delay_s: float
    jitter_s: float = 0.0
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one link carried in one variant: messages sent, bytes sent, messages lost on the way."""

    source: str
    target: str
    messages: int
    bytes: int
    lost: int


@dataclass(frozen=True, slots=True)
class Feed:
    """A sensor whose detections a node gets, and how many seconds they are under way (0 for its own)."""

    sensor: str
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class NodeResult:
    """How one node did in one variant.

    Parameters
    ----------
    node
        Name of the node.
    measures
        The review's totals by their names (`completeness`, `gospa_m`, ...); NaN where there is nothing to
        measure. `kizuna.review.report.measures` holds the names that the report explains; others are shown as
        they are.
    feeds
        The sensors whose detections the node gets in this variant.
    curve_time_s, curve_completeness
        Completeness over time: (N,) seconds since 1970-01-01 UTC, (N,) share of objects held, 0 to 1.
    missed_time_s, missed_object
        Each moment at which completeness was measured and an object had no track: (M,) time and the object's
        name.
    compared
        How many pairs of object and moment were looked at, held or missed.
    first_object, first_track_s
        For each object: its name, and the seconds from its first appearance to its first confirmed track,
        (K,); NaN where it never got one.
    errors_m
        Distances between track and object wherever a track held an object: (E,) metres, a sample of them or
        all.
    """

    node: str
    measures: Mapping[str, float]
    feeds: tuple[Feed, ...] = ()
    curve_time_s: FloatN = field(default_factory=_none)
    curve_completeness: FloatN = field(default_factory=_none)
    missed_time_s: FloatN = field(default_factory=_none)
    missed_object: Labels = field(default_factory=lambda: Labels.of([]))
    compared: int = 0
    first_object: Labels = field(default_factory=lambda: Labels.of([]))
    first_track_s: FloatN = field(default_factory=_none)
    errors_m: FloatN = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class Action:
    """How the orders of one action went in one variant.

    Parameters
    ----------
    action
        What they do.
    orders, issued
        How many there were, and were issued.
    in_time, cases
        Of how many cases one was issued before what it is about had arrived, and how many asked for it.
    took_s
        From when the picture showed it to the issue, s, of each that was issued.
    states
        In which state how many were in the end.
    """

    action: str
    orders: int
    issued: int
    in_time: int
    cases: int
    took_s: tuple[float, ...]
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided in one variant, and by whom.

    Parameters
    ----------
    organisation
        Name of the command structure.
    actions
        How the orders of each action went.
    load
        Of each post: tasks, seconds busy, and seconds that tasks waited for it, all together.
    cases
        How many tracks asked for decisions.
    messages, consents, refused
        Words that went from a node to another, consents asked, and acts refused.
    """

    organisation: str
    actions: tuple[Action, ...]
    load: Mapping[str, tuple[int, float, float]]
    cases: int
    messages: int
    consents: int
    refused: int


@dataclass(frozen=True, slots=True, eq=False)
class VariantResult:
    """One way to do the exercise, and what came of it.

    Parameters
    ----------
    name
        The variant's name in the exercise file.
    change
        The beginning of a sentence whose verb is "raised": what is done differently, such as "Sharing
        detections". Empty for "The variant NAME".
    tracks
        The pictures of all nodes; `node` tells them apart. Thinned for the map here; every tenth second is
        plenty.
    nodes
        One result for each node.
    overall
        Measures of all nodes together that are not the mean over nodes, such as `commonality`; they take the
        mean's place in the table.
    traffic
        What each link carried.
    decisions, coordination
        What was decided, and what the assignments of defenders covered; None when the variant has no command
        structure.
    lifelines
        What happened when to each object that doesn't say who it is.
    workloads
        How long each post took over the orders of each action.
    warned
        How the people of each nation were warned of what falls; empty where nothing does.
    talks
        How the lines of dialogue were.
    """

    name: str
    tracks: Tracks
    nodes: tuple[NodeResult, ...]
    change: str = ""
    overall: Mapping[str, float] = field(default_factory=dict)
    traffic: tuple[Traffic, ...] = ()
    decisions: Decisions | None = None
    coordination: Coordination | None = None
    lifelines: tuple[Lifeline, ...] = ()
    workloads: tuple[Workload, ...] = ()
    warned: tuple[Warned, ...] = ()
    talks: tuple[Talk, ...] = ()

    def result(self, node: str) -> NodeResult | None:
        """The result of the node with this name, None when this variant has none."""
        return next((result for result in self.nodes if result.node == node), None)


@dataclass(frozen=True, slots=True, eq=False)
class ReportMaterial:
    """Everything that the report shows.

    Parameters
    ----------
    title, exercise
        What the exercise is about, and its name.
    notional
        The sentence that says what is made up; it stands at the top and at the bottom of the page.
    start_s, duration_s
        Start in seconds since 1970-01-01 UTC, and how long it lasts.
    seed, version, command
        What it takes to run it again: the seed, Kizuna's version and the command line.
    sensors
        All sensors of all nations.
    nodes, links
        The network.
    truth
        Where the objects were; every tenth second is plenty.
    detections
        Those of the simulation, with `object`, which tell what was seen and still missed. Empty when unknown:
        what was in view and missed is then put down as not detected.
    variants
        The first is the one that the others are compared with.
    """

    title: str
    exercise: str
    notional: str
    start_s: float
    duration_s: float
    seed: int
    version: str
    command: str
    sensors: Sensors
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    truth: Truth
    detections: Detections
    variants: tuple[VariantResult, ...]
