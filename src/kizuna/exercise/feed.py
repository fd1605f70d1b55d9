"""What feeds a live node: recorded or simulated detections, or the ASTERIX of real sensors over UDP."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from kizuna.bus.clock import WallClock
from kizuna.bus.datagrams import Listener
from kizuna.errors import InputError
from kizuna.exercise.assemble import Feeder
from kizuna.exercise.stage import set_up
from kizuna.gateways.asterix.frames import of_datagrams
from kizuna.gateways.asterix.read import decode
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.scenario.model import Exercise

_ADDRESS: Final = re.compile(r"udp://([^/:]+):(\d{1,5})")
_AHEAD_S: Final = 1.0
"""How far a sensor's clock may be ahead."""


class Feed(Protocol):
    """Where a live node's own detections come from."""

    def until(self, now_s: float) -> Detections:
        """What the node's sensors have detected up to a time, s since 1970-01-01 UTC, and not yet given."""
        ...

    def left_out(self) -> dict[str, int]:
        """What came and was left out, and why."""
        ...

    def close(self) -> None:
        """Hear no more."""
        ...


def is_live(feed: str | None) -> bool:
    """Whether a feed is heard on a network, and may be late."""
    return feed is not None and _ADDRESS.fullmatch(feed) is not None


def opened(
    feed: str | None, exercise: Exercise, folder: Path, file: str, clock: WallClock, node: str
) -> Feed:
    """The feed of a node.

    Parameters
    ----------
    feed
        Where detections come from: a file, or such as udp://239.1.1.1:8600; None for what the exercise's
        sensors detect, worked out as `kizuna run` does, from the same seed.
    exercise
        What the node takes part in.
    folder, file
        Where the node's file lies, and the exercise's from there.
    clock
        What the node lives by.
    node
        The node.

    Raises
    ------
    InputError
        When a file can't be read, or an address is none.
    WorkError
        When the machine can't listen there.
    """
    address = _ADDRESS.fullmatch(feed) if feed is not None else None
    if address is not None:
        return _Heard(address[1], int(address[2]), exercise, clock, node)
    if feed is not None and feed.startswith("udp:"):
        raise InputError(feed, "", "is no address", "such as udp://239.1.1.1:8600")
    if feed is None:
        return _Recorded(Feeder(exercise, set_up(exercise, (folder / file).parent).detections), node)
    found = codec.read(Detections, folder / feed)
    return _Recorded(Feeder(exercise, found.take(np.argsort(found.time, kind="stable"))), node)


class _Recorded:
    """Detections that are all there."""

    def __init__(self, feeder: Feeder, node: str) -> None:
        self._feeder, self._node = feeder, node

    def until(self, now_s: float) -> Detections:
        return self._feeder.until(self._node, now_s)

    def left_out(self) -> dict[str, int]:
        return {}

    def close(self) -> None:
        """There is nothing to close."""


class _Heard:
    """ASTERIX over UDP, of sensors that are called by their SAC and SIC in the exercise, such as `25-201`.

    Times of day are those of the machine's day; they are brought to the exercise's clock.
    """

    def __init__(self, address: str, port: int, exercise: Exercise, clock: WallClock, node: str) -> None:
        self._listener = Listener(address, port)
        self._url = f"udp://{address}:{port}"
        self._clock = clock
        [mine] = [each for each in exercise.nodes if each.node == node]
        self._sensors = frozenset(exercise.sensors_of(mine))
        self._garbage = self._foreign = self._ahead = 0

    def until(self, now_s: float) -> Detections:
        seen = self._read(self._listener.take())
        seen = replace(seen, time=self._clock.shown(seen.time))
        # Who tells a time to come has another day, or a wrong clock. A turn may come late: what is after it
        # waits in the node.
        latest_s = max(now_s, self._clock.now_s()) + _AHEAD_S
        own, ahead = seen.sensor.among(self._sensors), seen.time > latest_s
        self._foreign += int(np.count_nonzero(~own))
        self._ahead += int(np.count_nonzero(own & ahead))
        seen = seen.take(own & ~ahead)
        return seen.take(np.argsort(seen.time, kind="stable"))

    def left_out(self) -> dict[str, int]:
        return {
            "datagrams_dropped": self._listener.dropped,
            "datagrams_unread": self._garbage,
            "plots_of_other_sensors": self._foreign,
            "plots_to_come": self._ahead,
        }

    def _read(self, datagrams: list[tuple[float, bytes]]) -> Detections:
        """What some datagrams say; those that aren't ASTERIX at all are counted, and spoil no others."""
        if not datagrams:
            return Detections.empty()
        try:
            return decode(*of_datagrams(datagrams), self._url).detections
        except InputError:
            half = len(datagrams) // 2
            if not half:
                self._garbage += 1
                return Detections.empty()
            return Detections.join([self._read(datagrams[:half]), self._read(datagrams[half:])])

    def close(self) -> None:
        self._listener.close()
