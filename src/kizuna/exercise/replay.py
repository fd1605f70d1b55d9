"""Replay what a live node has recorded, to the same pictures."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from kizuna.bus.frames import decode
from kizuna.bus.journal import Journal, read_events, read_tables
from kizuna.bus.port import Handler, Message
from kizuna.bus.recording import Passed, read_detections, read_messages
from kizuna.errors import InputError
from kizuna.exercise.assemble import settle
from kizuna.exercise.node import known_to, node_of, reached_of
from kizuna.exercise.rules import rules_of
from kizuna.exercise.run import chosen
from kizuna.exercise.turns import Began, Turns
from kizuna.messages import codec
from kizuna.messages.columns import Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.packed import Packed
from kizuna.messages.track import Tracks
from kizuna.scenario.model import Exercise
from kizuna.scenario.read import read
from kizuna.scenario.table import sensors_table


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of the replay of one recording."""

    node: str
    pictures: int
    """Pictures that were written down, live and now."""
    same: bool
    """Whether all tracks are the same, to the last bit."""
    tracks: Path
    """The file with the pictures."""


def replay(
    path: Path, folders: Sequence[Path], out: Path, report: Callable[[str, float], None]
) -> list[Replayed]:
    """Replay recordings of nodes of an exercise, and compare the pictures with those that were held live.

    Parameters
    ----------
    path
        The exercise file.
    folders
        Where the recordings lie: a folder that `kizuna node` has made for one start of a node.
    out
        Gets a folder for each node, with its pictures.
    report
        Told how far the work has come.

    Raises
    ------
    InputError
        When a folder holds no recording of this exercise, or one of a node of which another one does, or it
        is damaged before its end.
    WorkError
        When the folder can't be written.
    """
    exercise = read(path)
    nodes: dict[str, Path] = {}
    for folder in folders:
        node = _began(read_events(folder), folder, exercise).node
        if node in nodes:
            problem = f"is of {node}, as is {nodes[node]}"
            raise InputError(str(folder), "", problem, "one recording of each node at a time")
        nodes[node] = folder
    made = []
    for number, folder in enumerate(folders):
        report("replay", number / len(folders))
        made.append(_one(path, exercise, folder, out))
    report("replay", 1.0)
    return made


def _one(path: Path, exercise: Exercise, folder: Path, out: Path) -> Replayed:
    events = read_events(folder)
    began = _began(events, folder, exercise)
    [variant] = chosen(path, exercise, [began.variant])
    port = _Replay(began.node, reached_of(exercise, variant)[began.node])
    target = out / began.node
    if target.resolve() == folder.resolve():
        raise InputError(str(folder), "", "would be written over", "another folder for the results")
    with Journal(target) as journal:
        sensors = known_to(exercise, variant, began.node, sensors_table(exercise))
        rules = rules_of(exercise, variant, path.parent)
        node = node_of(exercise, variant, began.node, port, sensors, journal, rules, began.late_s)
        turns = [event for event in events if event["kind"] == "turn"]
        own = read_detections(folder)
        heard = (passed for passed in read_messages(folder) if passed.heard)
        living = Turns(exercise, node, began.after_s)
        for turn in turns:
            port.hand_over(itertools.islice(heard, turn["heard"]))
            living.take(next(own) if turn["detections"] else Detections.empty(), turn["time"])
    settle(target)
    pictures = codec.read(Tracks, target / "tracks.parquet")
    live = _held(folder)
    # Killed between a turn and its picture, a node has not written the last one down.
    until_s = live.time.max() if len(live) else float("-inf")
    same = _equal(pictures.take(pictures.time <= until_s), live)
    return Replayed(began.node, len(set(live.time.tolist())), same, target / "tracks.parquet")


def _began(events: list[dict[str, Any]], folder: Path, exercise: Exercise) -> Began:
    """What a recording says of itself, checked against the exercise."""
    told = next((event for event in events if event["kind"] == "began"), None)
    if told is None:
        raise InputError(str(folder), "", "holds no recording", "a folder made by `kizuna node`")
    began = Began(**{item.name: told[item.name] for item in fields(Began)})
    if began.exercise != exercise.exercise:
        problem = f"is of the exercise {began.exercise}"
        raise InputError(str(folder), "", problem, f"a recording of {exercise.exercise}")
    return began


def _held(folder: Path) -> Tracks:
    """The pictures that the node held: in a file when it ended well, else in its journal."""
    if (folder / "tracks.parquet").exists():
        return codec.read(Tracks, folder / "tracks.parquet")
    return Tracks.join(list(read_tables(folder, "tracks", Tracks)))


def _equal(one: Tracks, other: Tracks) -> bool:
    """Whether two tables hold the same, to the last bit."""
    for name, spec in columns_of(Tracks).items():
        mine, theirs = getattr(one, name), getattr(other, name)
        if spec.kind == "label":
            if mine.values() != theirs.values():
                return False
        elif not np.array_equal(mine, theirs, equal_nan=spec.kind != "count"):
            return False
    return True


class _Replay:
    """A door through which what was heard comes in again, and nothing leaves."""

    def __init__(self, node: str, peers: frozenset[str]) -> None:
        self._node, self._peers = node, tuple(sorted(peers))
        self._handler: Handler = lambda _: None

    @property
    def node(self) -> str:
        return self._node

    @property
    def peers(self) -> tuple[str, ...]:
        return self._peers

    def send(self, to: str, kind: str, payload: Table | Packed) -> Message:
        return Message(self._node, to, 0.0, kind, payload, 0)

    def listen(self, handler: Handler) -> None:
        self._handler = handler

    def hand_over(self, messages: Iterator[Passed]) -> None:
        """Have the node hear these messages."""
        for passed in messages:
            message = decode(passed.peer, self._node, passed.data)
            self._handler(replace(message, ahead_s=passed.ahead_s))
