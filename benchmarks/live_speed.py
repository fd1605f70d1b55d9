"""How many track updates pass between two live nodes, and how old each is when the peer has it.

Two processes of `kizuna node` on this machine, mutual TLS on; the same bytes over bare Zenoh beside them.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import multiprocessing
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zenoh

from kizuna.bus.frames import decode
from kizuna.bus.journal import read_events
from kizuna.bus.keys import issue, make_authority
from kizuna.bus.recording import read_detections, read_messages
from kizuna.geo.time import format_utc
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.packed import Packed, Told, unpack
from kizuna.messages.report import Reports

KIZUNA = Path(sys.executable).with_name("kizuna")
EXERCISE = """
exercise: pair
title: Two nodes
notional: Everything in it is notional.
start: 2030-01-01T00:00:00Z
duration_s: {length_s}
seed: 4
picture_every_s: {every_s}
record_every_s: 5
airports:
  A: {{lat_deg: 35.0, lon_deg: 130.0, alt_m: 10}}
  B: {{lat_deg: 35.0, lon_deg: 145.0, alt_m: 10}}
  C: {{lat_deg: 45.0, lon_deg: 130.0, alt_m: 10}}
  D: {{lat_deg: 45.0, lon_deg: 145.0, alt_m: 10}}
traffic:
  - {{source: flights, name: civil, count: {objects}, between: [A, B, C, D], kind: aircraft,
     cruise_alt_m: [8000, 12000], cruise_mps: [190, 250], under_way: true}}
sensors:
  - {{sensor: adsb, nation: A, kind: position, lat_deg: 40.0, lon_deg: 137.5, alt_m: 10000,
     sigma_position_m: 30, sigma_altitude_m: 25, period_s: {period_s}, pd: 1.0, max_range_m: 2000000}}
nodes: [{{node: A, nation: A}}, {{node: B, nation: B, sensors: []}}]
links:
  - {{from: A, to: B, delay_s: 0, both_ways: true}}
variants:
  - {{variant: pair, share: tracks, report_every_s: {every_s}{thrift}}}
"""
SETTLING_S = 5.0
"""Tracks are confirmed, and nodes warm, after this time."""
TURN_S = 0.01
"""Turns of the nodes that are to be quick: with shorter ones a core has no room left."""
LOADING_S = 30.0
TICKS_HZ = os.sysconf("SC_CLK_TCK")


class Ran(NamedTuple):
    """What came of one run of two nodes, after `SETTLING_S`."""

    updates: int
    detections: int
    seconds: float
    cores: tuple[float, float]
    """Processor time of either node, s in a second."""
    waits_s: np.ndarray
    """For each detection: until the next turn of the node that heard it."""
    passes_s: np.ndarray
    """From that turn until the turn of the peer that took the track in."""
    messages: list[bytes]


def live(objects: int, period_s: float, every_s: float, length_s: float, thrift: str) -> Ran:
    """Run two nodes live, one of which hears objects once a period and reports them to the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_authority(folder / "keys")
        text = EXERCISE.format(
            objects=objects, period_s=period_s, every_s=every_s, length_s=length_s, thrift=thrift
        )
        (folder / "pair.yaml").write_text(text)
        places = {node: f"tls/127.0.0.1:{free_port()}" for node in "AB"}
        begin_s = float(round(time.time() + LOADING_S))
        processes = {}
        for node, other in ("AB", "BA"):
            issue(folder / "keys", node)
            (folder / f"{node}.yaml").write_text(
                f"exercise: pair.yaml\nvariant: pair\nnode: {node}\nkeys: keys\nlisten: [{places[node]}]\n"
                f"connect: [{places[other]}]\nout: {node}\n"
            )
            command = [KIZUNA, "node", folder / f"{node}.yaml", "--begin", format_utc(begin_s), "--quiet"]
            processes[node] = subprocess.Popen(command)
        span_s = length_s - SETTLING_S - 2.0
        time.sleep(max(0.0, begin_s + SETTLING_S - time.time()))
        before_s = [processor_s(process.pid) for process in processes.values()]
        time.sleep(span_s)
        cores = [
            (processor_s(process.pid) - was_s) / span_s
            for process, was_s in zip(processes.values(), before_s, strict=True)
        ]
        for process in processes.values():
            if process.wait(120.0):
                sys.exit("a node failed")
        return measured(next((folder / "A").iterdir()), next((folder / "B").iterdir()), (cores[0], cores[1]))


def measured(sender: Path, receiver: Path, cores: tuple[float, float]) -> Ran:
    """What two recordings tell."""
    seen = Detections.join(list(read_detections(sender)))
    begin_s = float(seen.time[0]) + SETTLING_S
    heard = [passed for passed in read_messages(receiver) if passed.heard]
    turns = [event for event in read_events(receiver) if event["kind"] == "turn"]
    # A node takes in at its turn what has come before it.
    if not any(turn["heard"] for turn in turns):
        sys.exit("nothing came in time: this machine is too slow, or busy")
    turns_s = np.repeat([turn["time"] + turn["late_s"] for turn in turns], [turn["heard"] for turn in turns])
    told = Told()
    parts, taken_s = [], []
    for passed, at_s in zip(heard, turns_s.tolist(), strict=False):
        payload = decode("A", "B", passed.data).payload
        reports = unpack(payload.data, told) if isinstance(payload, Packed) else payload
        assert isinstance(reports, Reports)
        parts.append(reports)
        taken_s.append(np.full(len(reports), at_s))
    reports, came_s = Reports.join(parts), np.concatenate(taken_s)
    late = came_s >= begin_s
    wanted = np.flatnonzero(seen.time >= begin_s)
    wanted = wanted[seen.time[wanted] < seen.time[-1] - 2.0]
    turn_s, fused_s = first_after(seen.take(wanted), reports, came_s)
    known = np.isfinite(fused_s)
    turn_s, fused_s = turn_s[known], fused_s[known]
    return Ran(
        int(late.sum()),
        int(known.sum()),
        float(came_s.max() - begin_s),
        cores,
        turn_s - seen.time[wanted[known]],
        fused_s - turn_s,
        [passed.data for passed in heard if passed.time >= begin_s],
    )


def first_after(seen: Detections, reports: Reports, at_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each detection (N,), when the first report that may hold it was made, and came."""
    both = Labels.join([seen.identity, reports.identity]).codes
    mine, theirs = both[: len(seen)], both[len(seen) :]
    turn_s, fused_s = np.full(len(seen), np.inf), np.full(len(seen), np.inf)
    for code in np.unique(mine):
        rows = np.flatnonzero(theirs == code)
        rows = rows[np.argsort(reports.time[rows], kind="stable")]
        own = np.flatnonzero(mine == code)
        # Times of packed reports are rounded to half a millisecond at the most.
        place = np.searchsorted(reports.time[rows], seen.time[own] - 5e-4)
        there = place < len(rows)
        turn_s[own[there]] = reports.time[rows[place[there]]]
        fused_s[own[there]] = at_s[rows[place[there]]]
    return turn_s, fused_s


def bare(messages: list[bytes]) -> float:
    """Messages a second of two processes on bare Zenoh, without TLS, which do nothing but pass them."""
    place = f"tcp/127.0.0.1:{free_port()}"
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=listen, args=(place, len(messages), theirs))
    process.start()
    ours.recv()
    session = zenoh.open(config(connect=place))
    publisher = session.declare_publisher("bare", congestion_control=zenoh.CongestionControl.BLOCK)
    while not publisher.matching_status.matching:
        time.sleep(0.01)
    begun_s = time.perf_counter()
    for data in messages:
        publisher.put(data)
    ours.recv()
    took_s = time.perf_counter() - begun_s
    session.close()
    process.join()
    return len(messages) / took_s


def listen(place: str, count: int, pipe: "multiprocessing.connection.Connection") -> None:
    """Say when so many messages have come."""
    session = zenoh.open(config(listen=place))
    subscriber = session.declare_subscriber("bare")
    pipe.send("ready")
    for _ in range(count):
        subscriber.recv().payload.to_bytes()
    pipe.send("done")
    session.close()


def config(listen: str = "", connect: str = "") -> zenoh.Config:
    """Bare Zenoh between two ends on this machine."""
    made = zenoh.Config()
    made.insert_json5("scouting/multicast/enabled", "false")
    made.insert_json5("listen/endpoints", f'["{listen}"]' if listen else "[]")
    made.insert_json5("connect/endpoints", f'["{connect}"]' if connect else "[]")
    return made


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def processor_s(pid: int) -> float:
    """Processor time that a process has used, s; Linux alone tells it so."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_HZ


def milliseconds(values_s: np.ndarray) -> str:
    """Median and 99th percentile."""
    if not len(values_s):
        return "nothing came in time: this machine is too slow, or busy"
    return f"{1e3 * np.median(values_s):.1f} ms, 99th percentile {1e3 * np.quantile(values_s, 0.99):.1f} ms"


def main(length_s: float = 25.0) -> None:
    """Measure both, and print what was found."""
    many = live(1_500, 0.5, 0.05, length_s, "")
    rate = many.updates / many.seconds
    print(
        f"{rate:,.0f} track updates a second from one node to the other over mutual TLS, "
        f"{many.updates / len(many.messages):.0f} in a message; the nodes take {100 * many.cores[0]:.0f} % "
        f"and {100 * many.cores[1]:.0f} % of a core"
    )
    passed = bare(many.messages)
    most = passed * many.updates / len(many.messages)
    print(
        f"the same bytes over bare Zenoh without TLS, as fast as they go: {most:,.0f} updates a second, "
        f"{most / rate:.0f} times as many"
    )
    quick = live(280, 0.1, TURN_S, length_s, ", precision_m: 0, least_nats: 0.001")
    print(
        f"{quick.detections / quick.seconds:,.0f} detections a second, reported each {1e3 * TURN_S:g} ms, "
        f"{quick.updates / quick.seconds:,.0f} updates a second; {100 * quick.cores[0]:.0f} % and "
        f"{100 * quick.cores[1]:.0f} % of a core"
    )
    print(f"  a detection waits for the next picture: {milliseconds(quick.waits_s)}")
    print(f"  from there until the peer's turn that takes the track in: {milliseconds(quick.passes_s)}")
    print(f"  from the detection until then: {milliseconds(quick.waits_s + quick.passes_s)}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 25.0)
