"""One node of an exercise, live: the same node as in a simulation, behind a real port and by a real clock."""

import hashlib
import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from kizuna.bus.access import Address
from kizuna.bus.clock import WallClock, machine_s
from kizuna.bus.journal import Journal
from kizuna.bus.live import LivePort
from kizuna.bus.recording import Recording
from kizuna.errors import InputError
from kizuna.exercise.assemble import settle
from kizuna.exercise.delivery import Clocks, Delivery
from kizuna.exercise.feed import Feed, is_live, opened
from kizuna.exercise.node import known_to, node_of, reached_of
from kizuna.exercise.rules import rules_of
from kizuna.exercise.turns import Began, Turns
from kizuna.geo.time import format_utc
from kizuna.nodes.node import Node
from kizuna.nodes.outbox import Outbox
from kizuna.scenario.live import read_live
from kizuna.scenario.model import Exercise, Variant
from kizuna.scenario.read import read
from kizuna.scenario.table import sensors_table

_MICROSECONDS = 1e6
_PATIENCE_S, _PATIENCE_TURNS = 3.0, 3.0
"""How long a peer may take to acknowledge: so many seconds of the machine's, and turns."""
_LATE_S = 3.0
"""How late plots may come over UDP."""
_NOTICES_HOLD_S = 86_400.0


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
    clocks: dict[str, Clocks]
    """How the clock of each peer stands that has answered."""
    kept: dict[str, int]
    """Rows that are kept for each peer that is away."""


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
    machine_begin_s = machine_s() if begin_s is None else begin_s
    clock = WallClock(exercise.start_s, machine_begin_s, speed)
    feed = opened(asked.feed, exercise, folder, asked.exercise, clock, asked.node)
    reached = reached_of(exercise, variant)
    senders = [name for name, peers in reached.items() if asked.node in peers]
    address = Address(folder / asked.keys, asked.listen, asked.connect)
    first = int(machine_s() * _MICROSECONDS)
    port = LivePort(asked.node, reached[asked.node], senders, address, clock, first)
    # Each start has a folder of its own, so that a node that comes back destroys nothing.
    out = folder / asked.out / format_utc(math.floor(machine_s())).replace(":", "").replace("-", "")
    kept = (folder / asked.out).with_name(f"{Path(asked.out).name}.outbox")
    session = session_of(exercise, variant, (folder / asked.exercise).parent, speed, machine_begin_s)
    try:
        with (
            closing(_outbox(exercise, variant, kept, session, speed)) as outbox,
            Journal(out) as journal,
            closing(Recording(out, journal)) as recording,
            closing(feed),
        ):
            port.record(recording)
            tick = _first_tick(exercise, clock.now_s())
            after_s = exercise.start_s + (tick - 1) * exercise.picture_every_s
            late_s = _LATE_S * speed if is_live(asked.feed) else 0.0
            began = Began(variant.variant, asked.node, exercise.exercise, exercise.seed, after_s, late_s)
            journal.event(clock.now_s(), "began", **asdict(began))
            sensors = known_to(exercise, variant, asked.node, sensors_table(exercise))
            door = Delivery(port, outbox, journal)
            node = node_of(exercise, variant, asked.node, door, sensors, journal, rules, late_s)
            _until_its_end(exercise, node, port, door, clock, feed, recording, tick, report)
            journal.event(
                clock.now_s(),
                "network",
                heard=node.heard(),
                unread=port.unread,
                dropped=port.dropped,
                undated=port.undated,
                left_out={**node.left_out(), **feed.left_out()},
                clocks={peer: clocks._asdict() for peer, clocks in door.clocks().items()},
                kept=door.kept(),
            )
    finally:
        port.close()
    settle(out)
    return out


def session_of(exercise: Exercise, variant: Variant, folder: Path, speed: float, begin_s: float) -> str:
    """What is being run, by whose rules: what others let go must not be sent any more.

    Parameters
    ----------
    exercise, variant, speed
        What is run, and how fast.
    folder
        Where the exercise's file lies.
    begin_s
        When it begins by the machine's clock, s since 1970-01-01 UTC.
    """
    files = sorted((exercise.release or {}).values()) if variant.rules else []
    known = [exercise.model_dump_json().encode(), *((folder / file).read_bytes() for file in files)]
    digest = hashlib.blake2b(b"\0".join(known), digest_size=16).hexdigest()
    return f"{exercise.exercise} {variant.variant} {speed} {begin_s} {digest}"


def _outbox(exercise: Exercise, variant: Variant, path: Path, session: str, speed: float) -> Outbox:
    """What keeps what peers haven't acknowledged, from one start of the node to the next."""
    hold_s = {
        "notices": _NOTICES_HOLD_S,
        "reports": variant.hold_s,
        "detections": variant.window_s + variant.rewind_s,
    }
    patience_s = max(_PATIENCE_S * speed, _PATIENCE_TURNS * exercise.picture_every_s)
    return Outbox(path, session, hold_s, patience_s)


def _until_its_end(
    exercise: Exercise,
    node: Node,
    port: LivePort,
    door: Delivery,
    clock: WallClock,
    feed: Feed,
    recording: Recording,
    first: int,
    report: Callable[[Status], bool],
) -> None:
    """Let a node live from now to the end of its exercise, or until `report` says that it is enough."""
    every_s, tick = exercise.picture_every_s, first
    last_s = exercise.start_s + (tick - 1) * every_s
    feed.until(last_s)
    turns = Turns(exercise, node, last_s)
    going = True
    while going and (now_s := exercise.start_s + tick * every_s) <= exercise.end_s:
        while (left_s := clock.until_s(now_s)) > 0.0:
            port.poll(left_s)
        port.poll(0.0)
        own = feed.until(now_s)
        recording.turn(now_s, clock.now_s() - now_s, own)
        door.tend(node, now_s)
        count = turns.take(own, now_s)
        tick, last_s = tick + 1, now_s
        status = Status(now_s, count, node.heard(), port.unread, port.dropped, door.clocks(), door.kept())
        going = report(status)
    node.close(last_s)


def _first_tick(exercise: Exercise, now_s: float) -> int:
    """Which of the exercise's pictures is the first that a node takes that begins now.

    Pictures that are written down stand at the same times at all nodes, whenever each was started.
    """
    step = max(1, math.ceil(exercise.record_every_s / exercise.picture_every_s - 1e-9))
    return step * max(0, math.ceil((now_s - exercise.start_s) / exercise.picture_every_s / step))


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
