"""One node of an exercise, live: the same node as in a simulation, behind a real port and by a real clock."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kizuna.bus.clock import WallClock, machine_s
from kizuna.bus.journal import Journal
from kizuna.bus.live import Address, LivePort
from kizuna.errors import InputError
from kizuna.exercise.assemble import Feeder, settle
from kizuna.exercise.node import known_to, node_of, reached_of
from kizuna.exercise.rules import notices_of, rules_of
from kizuna.exercise.stage import set_up
from kizuna.geo.time import format_utc
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.nodes.node import Node
from kizuna.scenario.live import read_live
from kizuna.scenario.model import Exercise, Variant
from kizuna.scenario.read import read
from kizuna.scenario.table import sensors_table

_MICROSECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Status:
    """What a live node can tell of itself."""

    time_s: float
    """Time in the exercise, s since 1970-01-01 UTC."""
    tracks: int
    heard: dict[str, int]
    """Messages from each peer."""
    unread: int
    dropped: int


def run_live(path: Path, begin_s: float | None, speed: float, report: Callable[[Status], bool]) -> Path:
    """Run a node from its file until its exercise ends, and give the folder with its pictures.

    Parameters
    ----------
    path
        The node's file.
    begin_s
        When the exercise begins by the machine's clock, s since 1970-01-01 UTC; now when None. What was
        before now is left out.
    speed
        Seconds of the exercise in a second.
    report
        Told how it goes after each picture; what it returns says whether to go on.

    Raises
    ------
    InputError
        When a file is wrong, or the network can't be used.
    WorkError
        When its pictures can't be written.
    """
    asked = read_live(path)
    folder = path.parent
    exercise = read(folder / asked.exercise)
    variant = _named(path, exercise, asked.variant, asked.node)
    rules = rules_of(exercise, variant, (folder / asked.exercise).parent)
    detections = _feed(exercise, folder, asked.exercise, asked.feed)
    machine_begin_s = machine_s() if begin_s is None else begin_s
    clock = WallClock(exercise.start_s, machine_begin_s, speed)
    reached = reached_of(exercise, variant)
    senders = [name for name, peers in reached.items() if asked.node in peers]
    address = Address(folder / asked.keys, asked.listen, asked.connect)
    first = int(machine_s() * _MICROSECONDS)
    port = LivePort(asked.node, reached[asked.node], senders, address, clock, first)
    # Each start has a folder of its own, so that a node that comes back destroys nothing.
    out = folder / asked.out / format_utc(math.floor(machine_s())).replace(":", "").replace("-", "")
    try:
        with Journal(out) as journal:
            sensors = known_to(exercise, variant, asked.node, sensors_table(exercise))
            node = node_of(exercise, variant, asked.node, port, sensors, journal, rules)
            _until_its_end(exercise, node, port, clock, Feeder(exercise, detections), report)
            journal.event(
                clock.now_s(), "network", heard=node.heard(), unread=port.unread, dropped=port.dropped
            )
    finally:
        port.close()
    settle(out)
    return out


def _until_its_end(
    exercise: Exercise,
    node: Node,
    port: LivePort,
    clock: WallClock,
    feeder: Feeder,
    report: Callable[[Status], bool],
) -> None:
    """Let a node live from now to the end of its exercise, or until `report` says that it is enough."""
    every_s, step = exercise.picture_every_s, _ticks_a_record(exercise)
    said = notices_of(exercise)
    said = said.take(said.originator.equal(node.name))
    # Pictures that are written down stand at the same times at all nodes, whenever each was started.
    tick = step * max(0, math.ceil((clock.now_s() - exercise.start_s) / every_s / step))
    last_s = exercise.start_s + (tick - 1) * every_s
    feeder.until(node.name, last_s)
    going = True
    while going and (now_s := exercise.start_s + tick * every_s) <= exercise.end_s:
        while (left_s := clock.until_s(now_s)) > 0.0:
            port.poll(left_s)
        port.poll(0.0)
        due = said.take((said.time > last_s) & (said.time <= now_s))
        if len(due):
            node.say(due, now_s)
        node.hear(feeder.until(node.name, now_s), now_s)
        node.tick(now_s)
        tick, last_s = tick + 1, now_s
        going = report(Status(now_s, len(node.picture()), node.heard(), port.unread, port.dropped))
    node.close(last_s)


def _ticks_a_record(exercise: Exercise) -> int:
    return max(1, math.ceil(exercise.record_every_s / exercise.picture_every_s - 1e-9))


def _named(path: Path, exercise: Exercise, variant: str, node: str) -> Variant:
    """The variant of a name; InputError when there is none, or no such node."""
    nodes = [each.node for each in exercise.nodes]
    if node not in nodes:
        raise InputError(str(path), "key node", f"no node is called {node!r}", "one of " + ", ".join(nodes))
    known = {each.variant: each for each in exercise.variants}
    if variant not in known:
        problem = f"no variant is called {variant!r}"
        raise InputError(str(path), "key variant", problem, "one of " + ", ".join(known))
    return known[variant]


def _feed(exercise: Exercise, folder: Path, file: str, feed: str | None) -> Detections:
    """What its sensors detect: recorded, or worked out as `kizuna run` does, from the same seed."""
    if feed is None:
        return set_up(exercise, (folder / file).parent).detections
    found = codec.read(Detections, folder / feed)
    return found.take(np.argsort(found.time, kind="stable"))
