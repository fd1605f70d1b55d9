"""The recordings of other systems, each known by what is in it, and what is heard on a network."""

import contextlib
import gzip
import math
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kizuna.bus.datagrams import heard
from kizuna.errors import InputError
from kizuna.exercise.progress import Report
from kizuna.files import not_there
from kizuna.gateways.asterix import read as asterix
from kizuna.gateways.asterix.frames import of_datagrams
from kizuna.gateways.modes import read as modes
from kizuna.gateways.opensky import read as opensky
from kizuna.gateways.readsb import read as readsb
from kizuna.gateways.sbs import read as sbs
from kizuna.geo.time import parse_utc
from kizuna.messages.recording import Recording

_ENDINGS: Final = (
    ".gz",
    ".json",
    ".ast",
    ".asterix",
    ".raw",
    ".ff",
    ".pcap",
    ".pcapng",
    ".cap",
    ".beast",
    ".avr",
    ".sbs",
)
"""A file with such an ending is a recording, or nothing."""
_KNOWN: Final = (
    "ASTERIX (raw, final, pcap), Mode S (Beast, AVR), lines of BaseStation, OpenSky's state vectors (CSV) "
    "or a trace of readsb (JSON)"
)
_GZIP: Final = b"\x1f\x8b"
_HEAD_BYTES: Final = 65_536

_ADDRESS: Final = re.compile(r"udp:/{1,2}([^/:]+):(\d{1,5})")
"""A path has no two slashes beside each other, even where the user wrote them."""

_Reader = Callable[[bytes, str, float | None], Recording]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a recording doesn't tell."""

    start_s: float | None = None
    """When it began, s since 1970-01-01 UTC; midnight stands for the day."""
    listen_s: float = 60.0
    """How long to listen on a network."""


def circumstances(start: str | None, listen_s: float) -> Circumstances:
    """What the options `--start` and `--listen` say.

    Raises
    ------
    InputError
        When the one is no time, or the other no number of seconds above 0.
    """
    if not 0.0 < listen_s < math.inf:
        raise InputError("--listen", "", f"{listen_s:g} s", "a number of seconds above 0")
    try:
        return Circumstances(None if start is None else parse_utc(start), listen_s)
    except ValueError as error:
        raise InputError("--start", "", str(error)) from None


def is_address(path: Path) -> bool:
    """Whether this is no file, but a place in a network to listen at."""
    return _ADDRESS.fullmatch(str(path)) is not None


def is_recording(path: Path) -> bool:
    """Whether a file holds a recording, not a table in columns; told from what is in it, and its ending.

    Raises
    ------
    InputError
        When the file is not there.
    """
    return is_address(path) or path.suffix.lower() in _ENDINGS or _reader(_head(path)) is not None


def read_recording(path: Path, told: Circumstances, report: Report = lambda *_: None) -> Recording:
    """Read a recording of any known format, or listen to ASTERIX at an address such as udp://239.1.1.1:8600.

    Parameters
    ----------
    path
        The file, or the address.
    told
        What the recording doesn't tell.
    report
        Told how much of the listening is done.

    Raises
    ------
    InputError
        When the file is of no known format, or not what it seems to be.
    """
    address = _ADDRESS.fullmatch(str(path))
    if address:
        return _listen(address[1], int(address[2]), told.listen_s, report)
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
    return reader(data, file, told.start_s)


def load_reader(path: Path) -> None:
    """Load, or compile, what reads a recording, by its first bytes: no part of the time of reading."""
    head = b"" if is_address(path) else _head(path)
    reader = _reader(head)
    if reader is not None:
        with contextlib.suppress(InputError):
            reader(head, str(path), 0.0)


def _listen(address: str, port: int, listen_s: float, report: Report) -> Recording:
    url = f"udp://{address}:{port}"
    datagrams = heard(address, port, listen_s, lambda share: report("listening", share))
    if not datagrams:
        raise InputError(url, "", f"nothing was heard in {listen_s:g} s", "a feed, or a longer --listen")
    data, stretches = of_datagrams(datagrams)
    return asterix.decode(data, stretches, url)


def _reader(head: bytes) -> _Reader | None:
    """Who reads a file that begins so."""
    if opensky.is_state_vectors(head):
        return lambda data, file, _: opensky.read(data, file)
    if readsb.is_trace(head):
        return lambda data, file, _: readsb.read(data, file)
    if sbs.is_sbs(head):
        return lambda data, file, _: sbs.read(data, file)
    if modes.is_beast(head) or modes.is_avr(head):
        return modes.read
    if asterix.is_asterix(head):
        return asterix.read
    return None


def _head(path: Path) -> bytes:
    """The beginning of a file, unpacked."""
    file = str(path)
    try:
        with path.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise not_there(path, "a recording, or a table of detections") from None
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
