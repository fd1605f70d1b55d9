"""One picture of one node, out of a file of tracks."""

from pathlib import Path

import numpy as np

from kizuna.errors import InputError
from kizuna.geo.time import parse_utc
from kizuna.messages import codec
from kizuna.messages.track import Tracks


def picture_of(path: Path | str, node: str | None = None, at: str | None = None) -> Tracks:
    """The last picture of a node, up to a time when one is given.

    Parameters
    ----------
    path
        The file.
    node
        Whose picture; may be None when the file holds that of one node.
    at
        UTC, as ISO 8601.

    Raises
    ------
    InputError
        When the file holds no tracks, or no such picture, or the time is none.
    """
    held = codec.read(Tracks, path)
    names = sorted(held.node.names)
    if node is None and len(names) > 1:
        raise InputError("--node", "", "is not given", f"one of {', '.join(names)}")
    if node is not None and node not in names:
        raise InputError("--node", "", f"no picture of {node!r} in {path}", f"one of {', '.join(names)}")
    if node is not None:
        held = held.take(np.flatnonzero(held.node.equal(node)))
    until_s = np.inf
    if at is not None:
        try:
            until_s = parse_utc(at)
        except ValueError as error:
            raise InputError(
                "--at", "", str(error).split(";")[0], "a time such as 2030-06-01T00:20:00Z"
            ) from None
    held = held.take(np.flatnonzero(held.time <= until_s))
    if not len(held):
        raise InputError(str(path), "", "holds no picture up to then", "tracks")
    return held.take(np.flatnonzero(held.time == held.time[-1]))
