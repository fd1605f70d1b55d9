"""What can go wrong with live nodes, and what comes of it: faults are brought about, measured and ended."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from tests.faults.network import AGREED, HOSTILE, NODES, Network, alive

from kizuna.messages import codec
from kizuna.messages.detection import Detections

VICTIM: Final = "C"
"""Faults of one node are this one's."""
OTHERS: Final = ("A", "B")
ROOT: Final = Path(__file__).parents[2]
AHEAD_S: Final = 10.0
PATIENCE_S: Final = 180.0
SETTLING_S: Final = 40.0
"""So long after its beginning, in time of the exercise, a picture is whole."""
COMPILING_S: Final = 400.0
"""Patience with nodes whose kernels may have to be compiled first."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault.

    Parameters
    ----------
    what
        In words.
    on
        Brings it about in a network, and ends it.
    sound
        The nodes that must hold their picture meanwhile.
    for_s
        How long it lasts, s by the machine's clock.
    """

    what: str
    on: Callable[[Network], AbstractContextManager[None]]
    sound: tuple[str, ...] = OTHERS
    for_s: float = 6.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a fault."""

    what: str
    for_s: float
    kept: float
    """Share of the objects on whose number and place the sound nodes agreed, the mean of the fault's time."""
    least: float
    most: float
    """Tracks in the smallest and in the largest picture of a sound node meanwhile, by those before."""
    growth_mib: float
    """By how much the memory of a node grew at most."""
    heal_s: float
    """From the end of the fault, or the first picture of a node that came back, until all agreed, s."""
    healed: float
    """On what share of the objects all agreed then."""


def cut(network: Network) -> Iterator[None]:
    """No packet comes or goes."""
    yield from _wires(network, VICTIM, cut=True)


def loses(network: Network) -> Iterator[None]:
    """Packets are lost on all links."""
    yield from _wires(network, None, loss=0.3)


def late(network: Network) -> Iterator[None]:
    """Packets take their time on all links."""
    yield from _wires(network, None, jitter_s=2.0)


def _wires(network: Network, name: str | None, **trouble: float) -> Iterator[None]:
    wires = network.relay.all_wires() if name is None else network.relay.wires_of(name)
    before = {key: getattr(wires[0], key) for key in trouble}
    for values in (trouble, before):
        for wire in wires:
            for key, value in values.items():
                setattr(wire, key, value)
        if values is trouble:
            yield


def killed(name: str) -> Callable[[Network], Iterator[None]]:
    """A process ends without a word, and is started again."""

    def on(network: Network) -> Iterator[None]:
        assert network.kill(name) == -signal.SIGKILL
        yield
        network.start(name)

    return on


def wrong_clock(network: Network) -> Iterator[None]:
    """A node is started with a clock that is ahead, by which its radar stamps its plots too."""
    detections = codec.read(Detections, network.folder / "feed.parquet")
    shifted = replace(detections, time=detections.time + AHEAD_S)
    codec.write(shifted, network.folder / "ahead.parquet")
    network.write(VICTIM, "ahead.parquet")
    network.kill(VICTIM, signal.SIGTERM)
    network.start(VICTIM, ahead_s=AHEAD_S)
    begun(network, VICTIM)
    yield
    network.kill(VICTIM, signal.SIGTERM)
    network.write(VICTIM)
    network.start(VICTIM)


def slow(network: Network) -> Iterator[None]:
    """A node gets a tenth of its time."""
    pid, ended = network.processes[VICTIM].pid, threading.Event()

    def hold() -> None:
        while not ended.is_set():
            os.kill(pid, signal.SIGSTOP)
            ended.wait(0.9)
            os.kill(pid, signal.SIGCONT)
            ended.wait(0.1)

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        yield
    finally:
        ended.set()
        holding.join()


def hostile(what: str) -> Callable[[Network], Iterator[None]]:
    """A peer with a valid certificate does its worst."""

    def on(network: Network) -> Iterator[None]:
        words = [str(network.folder), what, str(network.begin_s), str(network.speed)]
        program = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.faults.hostile"]
        network.run(HOSTILE, *program, *words)
        time.sleep(4.0)  # until it is connected
        yield
        assert alive(network.processes[HOSTILE]), network.said(HOSTILE)
        network.kill(HOSTILE)

    return on


def full_disk(network: Network) -> Iterator[None]:
    """The disk of a node has no room any more: it stops with a sentence, and what it wrote can be read."""
    filler = network.folder / "out" / VICTIM / "filler"
    before = len(network.pictures(VICTIM))
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    status = network.processes[VICTIM].wait(PATIENCE_S)
    assert status == 1, network.said(VICTIM)
    said = network.said(VICTIM).strip().splitlines()[-1]
    assert said.startswith("kizuna: "), said
    assert "could not be written (No space left on device)" in said
    assert len(network.pictures(VICTIM)) >= before > 0
    yield
    filler.unlink()
    network.start(VICTIM)


FAULTS: Final = {
    "kill A": Fault("kill -9 of A, and a new start", contextmanager(killed("A")), ("B", "C")),
    "kill C": Fault("kill -9 of C, and a new start", contextmanager(killed("C"))),
    "partition": Fault("C is cut off", contextmanager(cut), for_s=15.0),
    "loss": Fault("30 % of the packets are lost on all links", contextmanager(loses), NODES, 10.0),
    "jitter": Fault("packets take up to 2 s, and overtake", contextmanager(late), NODES, 10.0),
    "clock": Fault("C's clock is 10 s ahead, its radar's too", contextmanager(wrong_clock)),
    "slow": Fault("C gets a tenth of its time", contextmanager(slow)),
    "garbage": Fault("a peer sends garbage", contextmanager(hostile("garbage")), NODES),
    "flood": Fault("a peer sends as much as it can", contextmanager(hostile("flood")), NODES),
    "replays": Fault("a peer sends old messages again", contextmanager(hostile("replays")), NODES),
    "claims": Fault("a peer reports others' tracks", contextmanager(hostile("claims")), NODES),
    "disk": Fault("C's disk is full", contextmanager(full_disk)),
}


def try_(network: Network, fault: Fault, for_s: float | None = None) -> Outcome:
    """Bring a fault about in a network that agrees, end it, and wait until all agree again."""
    for_s = fault.for_s if for_s is None else for_s
    agreed(network, network.now_s())
    usual = {name: network.tracks(name, network.now_s() - 20.0)[-1] for name in fault.sound}
    starts = dict(network.starts)
    before = {name: network.memory_mib(name) for name in NODES}
    growth_mib = 0.0
    begin_s = network.now_s()
    with fault.on(network):
        end_s = time.monotonic() + for_s
        while time.monotonic() < end_s:
            for name in NODES:
                process = network.processes.get(name)
                if process is not None and alive(process) and network.starts[name] == starts[name]:
                    growth_mib = max(growth_mib, network.memory_mib(name) - before[name])
            time.sleep(0.25)
        kept = [
            share for time_s, share in network.agreement(fault.sound, begin_s).items() if time_s > begin_s
        ]
        counts = [count / usual[name] for name in fault.sound for count in network.tracks(name, begin_s)]
    ended_s = network.now_s()
    for name in NODES:
        if network.starts[name] > starts[name]:
            ended_s = max(ended_s, begun(network, name))
    at_s, share = agreed(network, ended_s)
    heal_s = (at_s - ended_s) / network.speed
    return Outcome(
        fault.what, for_s, float(np.mean(kept)), min(counts), max(counts), growth_mib, heal_s, share
    )


def settled(network: Network) -> None:
    """Wait until all nodes have begun, and have held pictures for a while."""
    begun_s = max(begun(network, name, COMPILING_S) for name in NODES)
    while network.now_s() < begun_s + SETTLING_S:
        time.sleep(0.5)


def begun(network: Network, name: str, patience_s: float = PATIENCE_S) -> float:
    """Wait until a node that was started, or started again, has written a picture, and give its time."""
    end_s = time.monotonic() + patience_s
    while (first_s := network.first_s(name)) is None:
        assert time.monotonic() < end_s, network.said(name)
        time.sleep(0.5)
    return first_s


def agreed(network: Network, since_s: float) -> tuple[float, float]:
    """Wait until all nodes agree at two times in a row; the first of them, and the share of objects then."""
    end_s = time.monotonic() + PATIENCE_S
    found: dict[float, float] = {}
    while time.monotonic() < end_s:
        found = network.agreement(NODES, since_s)
        shares = list(found.items())
        for (time_s, share), (_, next_share) in pairwise(shares):
            if min(share, next_share) >= AGREED:
                return time_s, share
        time.sleep(1.0)
    said = "; ".join(f"{name} said {network.said(name)!r}" for name in NODES)
    raise AssertionError(f"the pictures never agreed: {found}; {said}")
