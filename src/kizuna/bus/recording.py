"""What a live node has sent and heard, byte for byte, in a journal beside what its sensors said.

A node's picture follows from what it was given between one turn and the next. The journal says for each turn
how many messages and detections that were; ``messages`` is a stream of its own, because bytes are no table.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from kizuna.bus.journal import Journal, batches, cannot_write
from kizuna.messages.codec import from_arrow
from kizuna.messages.detection import Detections

_STREAM: Final = "journal.messages.arrows"
_SCHEMA: Final = pa.schema(
    [
        pa.field("time", pa.float64(), nullable=False, metadata={"unit": "s since 1970-01-01 UTC"}),
        pa.field("peer", pa.string(), nullable=False),
        pa.field("heard", pa.bool_(), nullable=False),
        pa.field("ahead_s", pa.float64(), nullable=False, metadata={"unit": "s"}),
        pa.field("data", pa.binary(), nullable=False),
    ]
)


class Passed(NamedTuple):
    """A message as it went over the wire."""

    time: float
    """When it was sent, or came, by this node's clock, s since 1970-01-01 UTC."""
    peer: str
    """To whom it went, or who sent it."""
    heard: bool
    """Whether it came in."""
    ahead_s: float
    """By how much the clock of who sent it was taken to be ahead, s."""
    data: bytes


class Recording:
    """The recording of one node that is being written; close it before its journal.

    What passes waits until the next turn, and is in the hands of the operating system when `turn` returns: a
    process that is killed loses what passed since.

    Parameters
    ----------
    folder
        Where the journal lies.
    journal
        The journal.
    """

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._journal = journal
        self._path = folder / _STREAM
        self._waiting: list[Passed] = []
        try:
            self._file = pa.OSFile(str(self._path), "wb")
            options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
            self._writer = pa.ipc.new_stream(self._file, _SCHEMA, options=options)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def heard(self, time_s: float, sender: str, ahead_s: float, data: bytes) -> None:
        """Note a message that came at a time, s since 1970-01-01 UTC, by a clock so far ahead."""
        self._waiting.append(Passed(time_s, sender, True, ahead_s, data))

    def sent(self, time_s: float, to: str, data: bytes) -> None:
        """Note a message that leaves the node at a time, s since 1970-01-01 UTC."""
        self._waiting.append(Passed(time_s, to, False, 0.0, data))

    def turn(self, time_s: float, late_s: float, detections: Detections) -> None:
        """Write what has passed, and what the node's sensors say at its turn.

        Parameters
        ----------
        time_s
            For which time the turn is, s since 1970-01-01 UTC.
        late_s
            How much later it comes, s.
        detections
            What the sensors say.

        Raises
        ------
        WorkError
            When it can't be written.
        """
        heard = sum(passed.heard for passed in self._waiting)
        self._write()
        if len(detections):
            self._journal.append("detections", detections)
        # The line comes last: what it counts is there.
        self._journal.event(time_s, "turn", late_s=round(late_s, 6), heard=heard, detections=len(detections))

    def close(self) -> None:
        """Write what waits, and the end."""
        self._write()
        try:
            self._writer.close()
            self._file.close()
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        rows = [passed._asdict() for passed in waiting]
        try:
            self._writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=_SCHEMA))
        except OSError as error:
            raise cannot_write(self._path, error) from error


def read_messages(folder: Path) -> Iterator[Passed]:
    """The messages of a recording, in order of passing, up to where it breaks off.

    Raises
    ------
    InputError
        When it is damaged before its end.
    """
    path = folder / _STREAM
    if path.exists():
        for batch in batches(path):
            yield from map(Passed, *(column.to_pylist() for column in batch.columns))


def read_detections(folder: Path) -> Iterator[Detections]:
    """What a node's sensors said at each turn at which they said anything, up to where it breaks off.

    Each part is in order of time; what came late may be earlier than the part before.

    Raises
    ------
    InputError
        When it is damaged before its end.
    """
    path = folder / "journal.detections.arrows"
    if path.exists():
        for batch in batches(path):
            yield from_arrow(Detections, pa.Table.from_batches([batch]), str(path))
