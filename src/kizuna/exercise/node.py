"""One node of an exercise as a variant wants it, behind any port: simulated or live."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kizuna.bus.journal import Journal
from kizuna.bus.port import Port
from kizuna.exercise.rules import answers_at, nations_of
from kizuna.messages.sensor import Sensors
from kizuna.models.sets import MOTIONS
from kizuna.nodes.dialogue import Dialogue
from kizuna.nodes.node import Node
from kizuna.nodes.outlet import Thrift
from kizuna.nodes.release import Release
from kizuna.nodes.rules import Rules
from kizuna.nodes.sharing import Plan, relays_of, spoken_for
from kizuna.scenario.model import Exercise, Variant


@dataclass(frozen=True, slots=True)
class Feed:
    """A sensor whose detections a node gets in a variant, and the time that they are under way, s."""

    sensor: str
    delay_s: float


def feeds(exercise: Exercise, variant: Variant) -> dict[str, tuple[Feed, ...]]:
    """The sensors that each node gets to know of in a variant, its own first.

    Detections go over one link. Tracks are passed on, and wait for the next report.
    """
    own = {node.node: exercise.sensors_of(node) for node in exercise.allies}
    under_way = _delays(exercise, variant)
    made: dict[str, tuple[Feed, ...]] = {}
    for node, sensors in own.items():
        delays = dict.fromkeys(sensors, 0.0)
        for other, delay_s in under_way[node].items():
            for sensor in own[other]:
                delays[sensor] = min(delays.get(sensor, np.inf), delay_s)
        made[node] = tuple(Feed(sensor, delay_s) for sensor, delay_s in delays.items())
    return made


def _delays(exercise: Exercise, variant: Variant) -> dict[str, dict[str, float]]:
    """For each node, the nodes whose sensors it gets to know of, and for how long news are under way, s."""
    made: dict[str, dict[str, float]] = {node.node: {} for node in exercise.allies}
    if variant.share == "nothing":
        return made
    waiting_s = variant.report_every_s / 2.0 if variant.share == "tracks" else 0.0
    links = [link for link in exercise.directed_links(variant) if {link.from_, link.to} <= set(made)]
    for link in links:
        mean_s = link.delay_s + (0.5 if link.lateness == "even" else 1.0) * link.jitter_s
        made[link.to][link.from_] = mean_s + waiting_s
    if variant.share == "tracks":
        for _ in exercise.nodes:
            for link in links:
                hop_s = made[link.to][link.from_] - waiting_s
                for origin, delay_s in list(made[link.from_].items()):
                    if origin != link.to:
                        made[link.to][origin] = min(made[link.to].get(origin, np.inf), delay_s + hop_s)
    return made


def reached_of(exercise: Exercise, variant: Variant) -> dict[str, frozenset[str]]:
    """For each node, in the order of the file, the nodes that its links reach in a variant."""
    links = exercise.directed_links(variant)
    return {
        node.node: frozenset(link.to for link in links if link.from_ == node.node) for node in exercise.nodes
    }


def known_to(exercise: Exercise, variant: Variant, node: str, sensors: Sensors) -> Sensors:
    """The sensors whose detections may reach a node in a variant."""
    # Who shares tracks hears the detections of its own sensors alone.
    heard_of = variant.model_copy(update={"share": "nothing"}) if variant.share == "tracks" else variant
    known = [sensors.sensor.code(feed.sensor) for feed in feeds(exercise, heard_of).get(node, ())]
    return sensors.take(np.isin(sensors.sensor.codes, known))


def node_of(
    exercise: Exercise,
    variant: Variant,
    name: str,
    port: Port,
    sensors: Sensors,
    journal: Journal,
    rules: Mapping[str, Rules],
    late_s: float = 0.0,
) -> Node:
    """A node of an exercise in a variant.

    Parameters
    ----------
    exercise, variant
        What was asked for.
    name, port
        The node, and its door to the network.
    sensors
        The sensors that it may hear of (`known_to`).
    journal
        Where it writes its pictures.
    rules
        By what each node decides what it releases; without any, all is released.
    late_s
        How late its own sensors' detections may come, s.
    """
    reached = reached_of(exercise, variant)
    outside = frozenset(node.node for node in exercise.nodes if node.outside)
    share = "nothing" if name in outside else variant.share
    release = Release(share, rules.get(name), outside)
    return Node(
        port=port,
        sensors=sensors,
        release=release,
        # Who hears only its own sensors gets everything in order and need not wait.
        window_s=variant.window_s if share == "detections" else 0.0,
        rewind_s=max(variant.rewind_s if share == "detections" else 0.0, late_s),
        motion=MOTIONS[variant.motion](),
        register=variant.estimate_biases,
        journal=journal,
        record_every_s=exercise.record_every_s,
        plan=_plan(exercise, variant, name, reached) if share == "tracks" else None,
        dialogue=Dialogue(
            port,
            release,
            nations_of(exercise),
            relays_of(name, reached),
            answers_at(exercise, next(node for node in exercise.nodes if node.node == name)),
            spoken_for(name, reached),
        ),
        owners={peer.node: frozenset(exercise.sensors_of(peer)) for peer in exercise.nodes},
    )


def _plan(exercise: Exercise, variant: Variant, node: str, reached: dict[str, frozenset[str]]) -> Plan:
    return Plan(
        nodes=tuple(reached),
        relays=relays_of(node, reached),
        rule=variant.fuse,
        every_s=variant.report_every_s,
        hold_s=variant.hold_s,
        speaks_for=spoken_for(node, reached),
        thrift=_thrift(exercise, variant, node),
    )


def _thrift(exercise: Exercise, variant: Variant, node: str) -> Thrift | None:
    if variant.precision_m is None:
        return None
    links = [link for link in exercise.directed_links(variant) if link.from_ == node]
    passes = tuple((link.to, link.capacity_bps / 8.0) for link in links if link.capacity_bps is not None)
    return Thrift(variant.precision_m, variant.least_nats, passes)
