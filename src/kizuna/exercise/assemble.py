"""Wire nodes, links and journal of one variant together, and let it run in simulated time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kizuna.bus.journal import Journal, read_tables
from kizuna.bus.links import Link
from kizuna.bus.outages import Partition, cut_by
from kizuna.bus.simulated import SimulatedBus, Traffic
from kizuna.exercise.progress import Report
from kizuna.exercise.rules import FREE, nations_of, notices_of
from kizuna.exercise.stage import heard
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.nodes.dialogue import Dialogue
from kizuna.nodes.node import Node
from kizuna.nodes.outlet import Thrift
from kizuna.nodes.release import Release
from kizuna.nodes.rules import Rules
from kizuna.nodes.sharing import Plan, relays_of
from kizuna.scenario.model import Exercise, Variant
from kizuna.shapes import FloatN

_JOURNAL_ROWS = 4_096
"""Rows that wait to be written together: a simulated run that is killed is run again, not resumed."""
_REPORTS = 100


@dataclass(frozen=True, slots=True)
class Feed:
    """A sensor whose detections a node gets in a variant, and the time that they are under way, s."""

    sensor: str
    delay_s: float


@dataclass(frozen=True, slots=True)
class Played:
    """What is left of a variant when it has run, besides its tracks."""

    traffic: dict[tuple[str, str], Traffic]
    too_late: dict[str, int]
    """Detections that came to each node too late to be used."""
    released: dict[str, list[dict[str, str | int]]]
    """What each node's rules of release have let through and stopped."""
    remarks: dict[str, list[str]]
    """What the tracker of each node has to remark on its input."""


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


def recorded_times(exercise: Exercise) -> FloatN:
    """When nodes write their pictures down, seconds since 1970-01-01 UTC: (T,)."""
    ticks = math.ceil(exercise.record_every_s / exercise.picture_every_s - 1e-9)
    step_s = ticks * exercise.picture_every_s
    count = math.floor(exercise.duration_s / step_s + 1e-9) + 1
    times: FloatN = exercise.start_s + step_s * np.arange(count, dtype=np.float64)
    return times


def play(
    exercise: Exercise,
    variant: Variant,
    sensors: Sensors,
    detections: Detections,
    folder: Path,
    report: Report,
    rules: Mapping[str, Rules] = FREE,
) -> Played:
    """Run one variant from its start to its end and write `tracks.parquet` into a folder.

    Parameters
    ----------
    exercise, variant
        What was asked for.
    sensors, detections
        All sensors, and all that they detect, in order of time.
    folder
        Where the journal and the tracks go; made when it isn't there.
    report
        Told how far it has come.
    rules
        By what each node decides what it releases; without any, all is released.

    Raises
    ------
    WorkError
        When the folder can't be written.
    """
    bus = SimulatedBus(exercise.start_s, _links(exercise, variant), exercise.seed)
    with Journal(folder, batch_rows=_JOURNAL_ROWS) as journal:
        nodes = _nodes(exercise, variant, sensors, bus, journal, rules)
        owned = _Feeder(exercise, detections)
        notices = notices_of(exercise)
        said = 0

        def turn(now_s: float) -> None:
            nonlocal said
            due = int(np.searchsorted(notices.time, now_s, side="right"))
            new = notices.take(slice(said, due))
            said = due
            for node in nodes:
                mine = new.take(new.originator.equal(node.name))
                if len(mine):
                    node.say(mine, now_s)
                node.hear(owned.until(node.name, now_s), now_s)
            for node in nodes:
                node.tick(now_s)

        bus.every(exercise.picture_every_s, turn, exercise.start_s, exercise.end_s)
        for share in np.linspace(0.0, 1.0, _REPORTS + 1)[1:]:
            bus.run(exercise.start_s + float(share) * exercise.duration_s)
            report(variant.variant, float(share))
        for node in nodes:
            node.close(exercise.end_s)
    _settle(folder)
    return Played(
        bus.traffic,
        {node.name: node.too_late for node in nodes},
        {node.name: node.released() for node in nodes},
        {node.name: node.remarks() for node in nodes},
    )


class _Feeder:
    """Gives each node what its own sensors have detected since it last asked."""

    def __init__(self, exercise: Exercise, detections: Detections) -> None:
        detections = heard(detections)
        self._own = {}
        self._next = {}
        for node in exercise.nodes:
            codes = [detections.sensor.code(name) for name in exercise.sensors_of(node)]
            self._own[node.node] = detections.take(np.isin(detections.sensor.codes, codes))
            self._next[node.node] = 0

    def until(self, node: str, now_s: float) -> Detections:
        own, first = self._own[node], self._next[node]
        last = int(np.searchsorted(own.time, now_s, side="right"))
        self._next[node] = last
        return own.take(slice(first, last))


def _links(exercise: Exercise, variant: Variant) -> list[Link]:
    start_s = exercise.start_s
    partitions = [
        Partition(start_s + part.from_s, start_s + part.to_s, part.groups) for part in exercise.partitions
    ]
    return [
        Link(
            sender=link.from_,
            to=link.to,
            delay_s=link.delay_s,
            jitter_s=link.jitter_s,
            lateness=link.lateness,
            loss=link.loss,
            duplication=link.duplication,
            held_back=link.held_back,
            held_back_s=link.held_back_s,
            in_order=link.in_order,
            capacity_bps=math.inf if link.capacity_bps is None else link.capacity_bps,
            queue_bytes=math.inf if link.queue_bytes is None else link.queue_bytes,
            outages=(
                *((start_s + outage.from_s, start_s + outage.to_s) for outage in link.outages),
                *cut_by(partitions, link.from_, link.to),
            ),
            outages_per_hour=link.outages_per_hour,
            outage_s=link.outage_s,
        )
        for link in exercise.directed_links(variant)
    ]


def _nodes(
    exercise: Exercise,
    variant: Variant,
    sensors: Sensors,
    bus: SimulatedBus,
    journal: Journal,
    rules: Mapping[str, Rules],
) -> list[Node]:
    made = []
    reached = {node.node: frozenset(bus.port(node.node).peers) for node in exercise.nodes}
    outside = frozenset(node.node for node in exercise.nodes if node.outside)
    # Who shares tracks hears the detections of its own sensors alone.
    heard_of = variant.model_copy(update={"share": "nothing"}) if variant.share == "tracks" else variant
    sources = feeds(exercise, heard_of)
    for node in reached:
        known = [sensors.sensor.code(feed.sensor) for feed in sources.get(node, ())]
        share = "nothing" if node in outside else variant.share
        port, release = bus.port(node), Release(share, rules.get(node), outside)
        made.append(
            Node(
                port=port,
                sensors=sensors.take(np.isin(sensors.sensor.codes, known)),
                release=release,
                # Who hears only its own sensors gets everything in order and need not wait.
                window_s=variant.window_s if share == "detections" else 0.0,
                rewind_s=variant.rewind_s if share == "detections" else 0.0,
                journal=journal,
                record_every_s=exercise.record_every_s,
                plan=_plan(exercise, variant, node, reached) if share == "tracks" else None,
                dialogue=Dialogue(port, release, nations_of(exercise), relays_of(node, reached)),
            )
        )
    return made


def _plan(exercise: Exercise, variant: Variant, node: str, reached: dict[str, frozenset[str]]) -> Plan:
    return Plan(
        nodes=tuple(reached),
        relays=relays_of(node, reached),
        rule=variant.fuse,
        every_s=variant.report_every_s,
        hold_s=variant.hold_s,
        thrift=_thrift(exercise, variant, node),
    )


def _thrift(exercise: Exercise, variant: Variant, node: str) -> Thrift | None:
    if variant.precision_m is None:
        return None
    links = [link for link in exercise.directed_links(variant) if link.from_ == node]
    passes = tuple((link.to, link.capacity_bps / 8.0) for link in links if link.capacity_bps is not None)
    return Thrift(variant.precision_m, variant.least_nats, passes)


def _settle(folder: Path) -> None:
    """Turn the journal's stream of tracks into `tracks.parquet`; the stream goes when the file is whole."""
    with codec.sink(Tracks, folder / "tracks.parquet") as out:
        for table in read_tables(folder, "tracks", Tracks):
            out.write(table)
    (folder / "journal.tracks.arrows").unlink(missing_ok=True)
