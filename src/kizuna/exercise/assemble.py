"""Wire nodes, links and journal of one variant together, and let it run in simulated time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kizuna.bus.journal import Journal, read_columns
from kizuna.bus.links import Link
from kizuna.bus.outages import Partition, cut_by
from kizuna.bus.simulated import SimulatedBus, Traffic
from kizuna.exercise.node import known_to, node_of
from kizuna.exercise.progress import Report
from kizuna.exercise.rules import FREE, notices_of
from kizuna.exercise.stage import heard
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.nodes.node import Node
from kizuna.nodes.rules import Rules
from kizuna.scenario.model import Exercise, Variant
from kizuna.shapes import FloatN

_JOURNAL_ROWS = 4_096
"""Rows that wait to be written together: a simulated run that is killed is run again, not resumed."""
_REPORTS = 100


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
        owned = Feeder(exercise, detections)
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
    settle(folder)
    return Played(
        bus.traffic,
        {node.name: node.too_late for node in nodes},
        {node.name: node.released() for node in nodes},
        {node.name: node.remarks() for node in nodes},
    )


class Feeder:
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
        """What a node's sensors have detected up to a time, and not yet given."""
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
    for node in exercise.nodes:
        known = known_to(exercise, variant, node.node, sensors)
        made.append(node_of(exercise, variant, node.node, bus.port(node.node), known, journal, rules))
    return made


def settle(folder: Path) -> None:
    """Turn the journal's stream of tracks into `tracks.parquet`; the stream goes when the file is whole.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    with codec.sink(Tracks, folder / "tracks.parquet") as out:
        for columns in read_columns(folder, "tracks"):
            out.write(columns)
    (folder / "journal.tracks.arrows").unlink(missing_ok=True)
