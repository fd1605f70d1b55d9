"""Messages that wait to be worked off: each sender has a line of its own, and the lines take turns."""

import threading
from collections import deque
from typing import Final

MOST_MESSAGES: Final = 10_000
"""Messages of one sender that may wait."""
MOST_BYTES: Final = 16 << 20
"""Bytes of one sender that may wait; no single message is larger than half of it."""


class Lines:
    """A bounded line for each sender; one thread takes from them, others put in.

    Whoever sends more than is worked off loses the oldest of its own messages and nobody else's; and as the
    senders take turns, nobody waits for more than one message of each of the others.

    Parameters
    ----------
    most_messages, most_bytes
        What may wait of one sender; a message larger than half of `most_bytes` finds no room.
    """

    def __init__(self, most_messages: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES) -> None:
        self._most_messages, self._most_bytes = most_messages, most_bytes
        self._lines: dict[str, deque[tuple[bytes, float]]] = {}
        self._bytes: dict[str, int] = {}
        self._turns: deque[str] = deque()
        """Senders with messages in line; the next one first."""
        self._changed = threading.Condition()
        self.dropped = 0
        """Messages that found no room, or lost theirs to newer ones of their sender."""

    def __len__(self) -> int:
        """Messages that wait."""
        with self._changed:
            return sum(map(len, self._lines.values()))

    def put(self, sender: str, data: bytes, came_s: float) -> None:
        """Put a message, and the time at which it came, at the end of its sender's line."""
        with self._changed:
            if 2 * len(data) > self._most_bytes:
                self.dropped += 1
                return
            line = self._lines.setdefault(sender, deque())
            if not line:
                self._turns.append(sender)
            line.append((data, came_s))
            waiting = self._bytes.get(sender, 0) + len(data)
            while len(line) > self._most_messages or waiting > self._most_bytes:
                waiting -= len(line.popleft()[0])
                self.dropped += 1
            self._bytes[sender] = waiting
            self._changed.notify()

    def get(self, wait_s: float) -> tuple[str, bytes, float] | None:
        """The first message of the sender whose turn it is; None when nothing comes for so long."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._turns), max(wait_s, 0.0)):
                return None
            sender = self._turns.popleft()
            data, came_s = self._lines[sender].popleft()
            self._bytes[sender] -= len(data)
            if self._lines[sender]:
                self._turns.append(sender)
            return sender, data, came_s
