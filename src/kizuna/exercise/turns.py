"""How a single node lives from turn to turn, on a live network and in a replay alike."""

from dataclasses import dataclass

from kizuna.exercise.rules import notices_of
from kizuna.messages.detection import Detections
from kizuna.nodes.node import Node
from kizuna.scenario.model import Exercise


@dataclass(frozen=True, slots=True)
class Began:
    """What a recording says of itself: which node of which exercise it is, in which variant."""

    variant: str
    node: str
    exercise: str
    seed: int
    after_s: float
    """What was up to this time it left out, s since 1970-01-01 UTC."""
    late_s: float
    """How late its own sensors' detections might come, s."""


class Turns:
    """Gives a node its turns.

    Parameters
    ----------
    exercise
        What it takes part in.
    node
        The node.
    last_s
        What was up to this time is left out, s since 1970-01-01 UTC.
    """

    def __init__(self, exercise: Exercise, node: Node, last_s: float) -> None:
        said = notices_of(exercise)
        self._said = said.take(said.originator.equal(node.name))
        self._node = node
        self._last_s = last_s

    def take(self, own: Detections, now_s: float) -> int:
        """Let the node say and hear what is due, and time pass; and tell how many tracks it holds."""
        due = self._said.take((self._said.time > self._last_s) & (self._said.time <= now_s))
        if len(due):
            self._node.say(due, now_s)
        self._node.hear(own, now_s)
        self._node.tick(now_s)
        self._last_s = now_s
        return self._node.settle()
