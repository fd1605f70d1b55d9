"""A network between machines of their own: each is a Linux network namespace, and packets pass a relay.

The relay loses, delays and reorders packets as it is told, drawn from a seed. (`tc netem` would too, where
the kernel has it, but not from a seed.) A namespace lives as long as the process that holds it, so nothing
is left behind however a test ends.
"""

import fcntl
import heapq
import os
import selectors
import shutil
import struct
import subprocess
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

TUN: Final = Path("/dev/net/tun")
HOW: Final = "faults are tried as root on Linux with util-linux, iproute2 and /dev/net/tun (`modprobe tun`)"
"""What it takes."""
_SET: Final = 0x400454CA
"""TUNSETIFF, from linux/if_tun.h."""
_IP_ONLY: Final = 0x1001
"""IFF_TUN and IFF_NO_PI: bare IP packets."""
_PACKET: Final = 65_536
_WAITING: Final = 4_000
"""Packets under way in one direction of a link; what comes on top is lost, as in any router."""


def missing() -> bool:
    """Whether this machine can't have namespaces and the relay's devices."""
    programs = ("unshare", "nsenter", "setpriv", "ip", "mount")
    if os.name != "posix" or os.geteuid() != 0 or not all(map(shutil.which, programs)):
        return True
    try:
        os.close(os.open(TUN, os.O_RDWR))
    except OSError:
        return True
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode != 0


@dataclass(slots=True)
class Wire:
    """One direction of a link."""

    delay_s: float = 0.0
    jitter_s: float = 0.0
    """Each packet takes up to so much longer, drawn evenly: packets overtake one another."""
    loss: float = 0.0
    cut: bool = False


class Machine:
    """A network namespace with one address, and the device through which its packets pass the relay."""

    def __init__(self, number: int) -> None:
        self.address = f"10.77.0.{number}"
        self._holder = subprocess.Popen(["unshare", "-n", "cat"], stdin=subprocess.PIPE)
        self.device = os.open(TUN, os.O_RDWR | os.O_NONBLOCK)
        made = fcntl.ioctl(self.device, _SET, struct.pack("16sH22x", b"kizuna%d", _IP_ONLY))
        name = made[:16].rstrip(b"\0").decode()
        here = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{self._holder.pid}/ns/net").readlink() == here:
            time.sleep(0.01)
        subprocess.run(["ip", "link", "set", name, "netns", str(self._holder.pid)], check=True)
        for words in (
            ["link", "set", "lo", "up"],
            ["addr", "add", f"{self.address}/24", "dev", name],
            ["link", "set", name, "up"],
        ):
            subprocess.run([*self.inside, "ip", *words], check=True)

    @property
    def inside(self) -> list[str]:
        """What stands before a command that is to run on this machine; it ends with whoever starts it."""
        enter = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", "--"]
        return [*enter, "setpriv", "--pdeathsig", "KILL", "--"]

    def close(self) -> None:
        """Give the namespace up."""
        os.close(self.device)
        self._holder.communicate()


class Relay:
    """Machines by name, and the wires between them; use it in a ``with`` block."""

    def __init__(self, names: tuple[str, ...], seed: int) -> None:
        self.machines: dict[str, Machine] = {}
        self.wires: defaultdict[tuple[int, int], Wire] = defaultdict(Wire)
        self.passed = self.lost = 0
        self._numbers = {name: number for number, name in enumerate(names, start=1)}
        self._seed = seed
        self._draws: dict[tuple[int, int], np.random.Generator] = {}
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._going = True
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        try:
            for name, number in self._numbers.items():
                self.machines[name] = Machine(number)
        except BaseException:
            self._close()
            raise
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._going = False
        self._thread.join()
        self._close()

    def wires_of(self, name: str) -> list[Wire]:
        """Both directions of all links of a machine."""
        mine = self._numbers[name]
        pairs = [(mine, other) for other in self._numbers.values() if other != mine]
        return [self.wires[ends] for pair in pairs for ends in (pair, pair[::-1])]

    def all_wires(self) -> list[Wire]:
        """Both directions of all links."""
        numbers = self._numbers.values()
        return [self.wires[a, b] for a in numbers for b in numbers if a != b]

    def _close(self) -> None:
        for machine in self.machines.values():
            machine.close()

    def _run(self) -> None:
        """Pass packets on until it is closed."""
        by_number = {self._numbers[name]: machine.device for name, machine in self.machines.items()}
        with selectors.DefaultSelector() as ready:
            for device in by_number.values():
                ready.register(device, selectors.EVENT_READ)
            while self._going:
                now_s = time.monotonic()
                wait_s = self._under_way[0][0] - now_s if self._under_way else 0.1
                for key, _ in ready.select(min(max(wait_s, 0.0), 0.1)):
                    self._take(key.fd)
                now_s = time.monotonic()
                while self._under_way and self._under_way[0][0] <= now_s:
                    _, _, to, packet = heapq.heappop(self._under_way)
                    self._give(by_number[to], packet)

    def _take(self, device: int) -> None:
        """Take a packet from a machine and decide on its fate."""
        packet = os.read(device, _PACKET)
        sender, to = packet[15], packet[19]
        if packet[0] >> 4 != 4 or to not in self._numbers.values():
            return
        wire = self.wires[sender, to]
        if (sender, to) not in self._draws:
            self._draws[sender, to] = np.random.default_rng([self._seed, sender, to])
        luck, late = self._draws[sender, to].random(2)
        if wire.cut or luck < wire.loss or len(self._under_way) >= _WAITING:
            self.lost += 1
            return
        self.passed += 1
        due_s = time.monotonic() + wire.delay_s + late * wire.jitter_s
        heapq.heappush(self._under_way, (due_s, self.passed, to, packet))

    def _give(self, device: int, packet: bytes) -> None:
        try:
            os.write(device, packet)
        except OSError:
            # Its queue is full, or the machine is gone.
            self.lost += 1
