"""The simulated network: one queue of events, from which time and messages come in one order only.

Events are taken in order of (time, priority, sequence): at the same time the lower priority number goes
first, and among equals the one that was scheduled first. Nothing depends on the machine, its load or its
clock.
"""

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from kizuna.bus.clock import SimulatedClock
from kizuna.bus.links import Channel, Link
from kizuna.bus.port import Handler, Message, wire_size
from kizuna.messages.columns import Table
from kizuna.messages.packed import Packed

DELIVERY: Final = 0
"""Priority of a message's arrival: before a tick at the same time, which so knows all that has arrived."""

TICK: Final = 10
"""Priority of a callback, unless it asks for another."""

Action = Callable[[float], None]
"""What to do at a time; it is given that time, seconds since 1970-01-01 UTC."""


@dataclass(slots=True)
class Traffic:
    """What one link has carried so far."""

    messages_sent: int = 0
    messages_delivered: int = 0
    messages_lost: int = 0
    messages_doubled: int = 0
    """Messages that arrive a second time; these arrivals count nowhere else."""
    bytes_sent: int = 0
    bytes_delivered: int = 0
    bytes_lost: int = 0

    @property
    def messages_under_way(self) -> int:
        """Messages that were sent and have neither arrived nor been lost."""
        return self.messages_sent - self.messages_delivered - self.messages_lost


class SimulatedBus:
    """Clock, links and ports of one run.

    Parameters
    ----------
    start_s
        When the run begins, seconds since 1970-01-01 UTC.
    links
        The links between nodes; at most one from a node to another.
    seed
        The seed of the run.
    """

    def __init__(self, start_s: float, links: Iterable[Link], seed: int) -> None:
        self.clock = SimulatedClock(start_s)
        self.traffic: dict[tuple[str, str], Traffic] = {}
        """What each link has carried, by its (sender, to)."""
        self._channels: dict[tuple[str, str], Channel] = {}
        for link in links:
            ends = (link.sender, link.to)
            if ends in self._channels:
                raise ValueError(f"there are two links from {link.sender} to {link.to}; expected one")
            self._channels[ends] = Channel(link, seed, start_s)
            self.traffic[ends] = Traffic()
        self._ports: dict[str, SimulatedPort] = {}
        self._queue: list[tuple[float, int, int, Callable[[Any], None], Any]] = []
        self._sequence = count()

    def port(self, node: str) -> "SimulatedPort":
        """The door of a node to this network; the same one each time."""
        if node not in self._ports:
            peers = sorted(to for sender, to in self._channels if sender == node)
            self._ports[node] = SimulatedPort(self, node, tuple(peers))
        return self._ports[node]

    def at(self, time_s: float, action: Action, priority: int = TICK) -> None:
        """Have something done once, at a time that isn't past (else ValueError)."""
        self._push(time_s, priority, action, time_s)

    def every(
        self,
        period_s: float,
        action: Action,
        first_s: float | None = None,
        last_s: float = math.inf,
        priority: int = TICK,
    ) -> None:
        """Have something done at first_s (now, unless given) and each period after it, up to last_s included.

        Each time is first_s + n period_s, so that no rounding adds up.
        """
        if not period_s > 0.0:
            raise ValueError(f"a period of {period_s} s; expected more than 0")
        start_s = self.clock.now_s() if first_s is None else first_s

        def tick(turn: int) -> None:
            following_s = start_s + (turn + 1) * period_s
            if following_s <= last_s:
                self._push(following_s, priority, tick, turn + 1)
            action(start_s + turn * period_s)

        if start_s <= last_s:
            self._push(start_s, priority, tick, 0)

    def run(self, until_s: float) -> None:
        """Do all that is due up to a time, that time included, and leave the clock there.

        May be called again for a later time, so that a long run can show its progress.
        """
        queue, advance = self._queue, self.clock.advance
        while queue and queue[0][0] <= until_s:
            time_s, _, _, action, argument = heapq.heappop(queue)
            advance(time_s)
            action(argument)
        advance(until_s)

    def send(self, sender: str, to: str, kind: str, payload: Table | Packed) -> Message:
        """Put a table on the link from a node to another, now; see `kizuna.bus.port.Port.send`."""
        ends = (sender, to)
        channel = self._channels.get(ends)
        if channel is None:
            raise ValueError(f"no link leads from {sender} to {to}")
        sent_s = self.clock.now_s()
        traffic = self.traffic[ends]
        if isinstance(payload, Packed):
            # What it was made of stays where it was made.
            payload = Packed(payload.data)
        message = Message(sender, to, sent_s, kind, payload, wire_size(payload), traffic.messages_sent)
        traffic.messages_sent += 1
        traffic.bytes_sent += message.size_bytes
        arrivals_s = channel.arrivals_s(sent_s, message.size_bytes)
        if not arrivals_s:
            traffic.messages_lost += 1
            traffic.bytes_lost += message.size_bytes
            return message
        # The first of two arrivals is the delivery; the bus may tell which, the receiver has to find out.
        first_s = min(arrivals_s)
        self._push(first_s, DELIVERY, self._deliver, message)
        if len(arrivals_s) > 1:
            traffic.messages_doubled += 1
            self._push(max(arrivals_s), DELIVERY, self.port(to).hand_over, message)
        return message

    def _push(self, time_s: float, priority: int, action: Callable[[Any], None], argument: object) -> None:
        """Put an event into the queue."""
        if not time_s >= self.clock.now_s():
            raise ValueError(f"{time_s} s can't be scheduled: it is {self.clock.now_s()} s already")
        heapq.heappush(self._queue, (time_s, priority, next(self._sequence), action, argument))

    def _deliver(self, message: Message) -> None:
        """Hand a message to the node that it is for."""
        traffic = self.traffic[message.sender, message.to]
        traffic.messages_delivered += 1
        traffic.bytes_delivered += message.size_bytes
        self.port(message.to).hand_over(message)


class SimulatedPort:
    """The door of a node to a simulated network; see `kizuna.bus.port.Port`."""

    __slots__ = ("_bus", "_handler", "_node", "_peers")

    def __init__(self, bus: SimulatedBus, node: str, peers: tuple[str, ...]) -> None:
        self._bus = bus
        self._node = node
        self._peers = peers
        self._handler: Handler | None = None

    @property
    def node(self) -> str:
        """The node whose door this is."""
        return self._node

    @property
    def peers(self) -> tuple[str, ...]:
        """The nodes that a link from here reaches, in order of name."""
        return self._peers

    def send(self, to: str, kind: str, payload: Table | Packed) -> Message:
        """Send a table to a peer, and return it in its envelope; ValueError when no link leads there."""
        return self._bus.send(self._node, to, kind, payload)

    def listen(self, handler: Handler) -> None:
        """Have every message that arrives from now on handed to this handler, in order of arrival."""
        self._handler = handler

    def hand_over(self, message: Message) -> None:
        """Give the node a message that has arrived; ValueError when nobody listens, who would miss it."""
        if self._handler is None:
            raise ValueError(
                f"{message.kind} from {message.sender} arrived at {self._node}, where nobody listens"
            )
        self._handler(message)
