"""Listens to UDP, for a while or for good, and keeps each datagram with the time at which it came."""

import contextlib
import ipaddress
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from kizuna.errors import InputError, WorkError

_LONGEST_BYTES = 65_535
_MOST_WAITING = 10_000
_PATIENCE_S = 0.2
"""How often it is looked whether the time is up."""


def heard(
    address: str, port: int, listen_s: float, report: Callable[[float], None] = lambda _: None
) -> list[tuple[float, bytes]]:
    """Listen for some time, or until Ctrl-C.

    Parameters
    ----------
    address
        IPv4 address to listen at, or of a multicast group to join; `0.0.0.0` is all of this machine's.
    port
        Port to listen at.
    listen_s
        For how long.
    report
        Told how much of the time has passed, from 0 to 1.

    Returns
    -------
    list
        Time (s since 1970-01-01 UTC) and bytes of each datagram, in the order in which they came.

    Raises
    ------
    InputError
        When the address is none.
    WorkError
        When this machine can't listen there.
    """
    with contextlib.closing(_open(address, port)) as wire, contextlib.suppress(KeyboardInterrupt):
        return list(_datagrams(wire, listen_s, report))
    return []


class Listener:
    """Listens to UDP for as long as it is open, in a thread of its own.

    Parameters
    ----------
    address, port
        As `heard` takes them.

    Raises
    ------
    InputError
        When the address is none.
    WorkError
        When this machine can't listen there.
    """

    def __init__(self, address: str, port: int) -> None:
        self._wire = _open(address, port)
        self._come: deque[tuple[float, bytes]] = deque(maxlen=_MOST_WAITING)
        self._listening = True
        self.dropped = 0
        """Datagrams that came faster than they were taken, and were lost to newer ones."""
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def take(self) -> list[tuple[float, bytes]]:
        """Time (s since 1970-01-01 UTC) and bytes of what has come since the last call, in order."""
        return [self._come.popleft() for _ in range(len(self._come))]

    def close(self) -> None:
        """Listen no more."""
        self._listening = False
        self._thread.join()
        self._wire.close()

    def _listen(self) -> None:
        while self._listening:
            with contextlib.suppress(TimeoutError):
                data = self._wire.recv(_LONGEST_BYTES)
                self.dropped += len(self._come) == _MOST_WAITING
                self._come.append((time.time(), data))


def _open(address: str, port: int) -> socket.socket:
    """A socket that hears what comes to an address and port."""
    try:
        place = ipaddress.IPv4Address(address)
    except ValueError:
        raise InputError(
            f"udp://{address}:{port}", "", "has no IPv4 address", "such as udp://239.1.1.1:8600"
        ) from None
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wire.bind((str(place), port))
        if place.is_multicast:
            member = struct.pack("=4sI", place.packed, socket.INADDR_ANY)
            wire.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    except (OSError, OverflowError) as error:
        wire.close()
        raise WorkError(f"udp://{address}:{port}: can't be listened to ({error})") from error
    wire.settimeout(_PATIENCE_S)
    return wire


def _datagrams(
    wire: socket.socket, listen_s: float, report: Callable[[float], None]
) -> Iterator[tuple[float, bytes]]:
    began_s = time.monotonic()
    while (passed_s := time.monotonic() - began_s) < listen_s:
        report(passed_s / listen_s)
        with contextlib.suppress(TimeoutError):
            data = wire.recv(_LONGEST_BYTES)
            yield time.time(), data
