"""The recordings of other systems, each known by what is in it."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kizuna.errors import InputError
from kizuna.gateways.opensky import read as opensky
from kizuna.gateways.readsb import read as readsb
from kizuna.messages.recording import Recording

_ENDINGS: Final = (".gz", ".json")
"""A file with such an ending is a recording, or nothing."""
_KNOWN: Final = "OpenSky's state vectors (CSV) or a trace of readsb (JSON)"
_GZIP: Final = b"\x1f\x8b"
_HEAD_BYTES: Final = 65_536

_Reader = Callable[[bytes, str], Recording]


def is_recording(path: Path) -> bool:
    """Whether a file holds a recording, not a table in columns; told from what is in it, and its ending.

    Raises
    ------
    InputError
        When the file is not there.
    """
    return path.suffix.lower() in _ENDINGS or _reader(_head(path)) is not None


def read_recording(path: Path) -> Recording:
    """Read a recording of any known format.

    Raises
    ------
    InputError
        When the file is of no known format, or not what it seems to be.
    """
    file = str(path)
    reader = _reader(_head(path))
    if reader is None:
        problem = "is no recording of a known format" if path.stat().st_size else "is empty"
        raise InputError(file, "", problem, _KNOWN)
    data = path.read_bytes()
    if data[:2] == _GZIP:
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise InputError(file, "", f"is damaged ({error})", "a whole gzip file") from error
    return reader(data, file)


def _reader(head: bytes) -> _Reader | None:
    """Who reads a file that begins so."""
    if opensky.is_state_vectors(head):
        return opensky.read
    if readsb.is_trace(head):
        return readsb.read
    return None


def _head(path: Path) -> bytes:
    """The beginning of a file, unpacked."""
    file = str(path)
    try:
        with path.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise InputError(file, "", "is not there", "a recording, or a table of detections") from None
    except IsADirectoryError:
        raise InputError(file, "", "is a folder", "a file") from None
    except OSError as error:
        raise InputError(file, "", f"can't be read ({error.strerror or error})") from error
    if head[:2] != _GZIP:
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head)
    except zlib.error as error:
        raise InputError(file, "", f"is damaged ({error})", "a whole gzip file") from error
