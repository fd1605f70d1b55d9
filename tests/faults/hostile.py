"""A peer with a valid certificate that obeys no rules: its FOLDER, WHAT it does, BEGIN and SPEED as words."""

import json
import os
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import zenoh
from tests.faults.network import HOSTILE, NODES, START

from kizuna.geo.time import parse_utc
from kizuna.messages import codec
from kizuna.messages.columns import Labels
from kizuna.messages.packed import Packed, pack
from kizuna.messages.report import Reports
from kizuna.scenario.live import read_live

_OWN_NUMBERS = 40_000_000
"""Of the block of X, the fourth node."""
LARGE_BYTES = 1 << 20


class Hostile:
    """What it knows: how to write to the others, what time it is, and what it has heard."""

    def __init__(self, folder: Path, begin_s: float, speed: float) -> None:
        asked = read_live(folder / f"{HOSTILE}.yaml")
        config = zenoh.Config()
        key, certificate = (str(folder / asked.keys / f"{HOSTILE}.{end}") for end in ("key", "pem"))
        tls = {
            "root_ca_certificate": str(folder / asked.keys / "authority.pem"),
            "enable_mtls": True,
            "connect_private_key": key,
            "connect_certificate": certificate,
        }
        for name, value in {
            "mode": "peer",
            "listen/endpoints": [],
            "connect/endpoints": asked.connect,
            "scouting/multicast/enabled": False,
            "transport/link/tls": tls,
        }.items():
            config.insert_json5(name, json.dumps(value))
        self.heard: list[bytes] = []
        self._begin_s, self._speed = begin_s, speed
        self._session = zenoh.open(config)
        self._subscriber = self._session.declare_subscriber(f"kizuna/*/{HOSTILE}", self._hear)
        self._number = int(time.time() * 1e6)
        while len(list(self._session.info.peers_zid())) < len(NODES):
            time.sleep(0.1)

    def now_s(self) -> float:
        """Time in the exercise."""
        return parse_utc(START) + self._speed * (time.time() - self._begin_s)

    def say(self, data: bytes, sender: str = HOSTILE) -> None:
        """Write bytes to all others."""
        for node in NODES:
            self._session.put(f"kizuna/{sender}/{node}", data)

    def message(self, payload: Reports | Packed) -> bytes:
        """A message as it should be, with the next number."""
        self._number += 1
        packed = isinstance(payload, Packed)
        head = struct.pack("<4sQdB", b"KZM1", self._number, self.now_s(), 3 if packed else 1)
        return head + (payload.data if isinstance(payload, Packed) else codec.to_ipc(payload))

    def reports(self, originator: str, count: int) -> Reports:
        """Of tracks of somebody's: nowhere near where they are, known to the metre, and the oldest."""
        at = np.arange(count)
        return Reports.of(
            time=np.full(count, self.now_s()),
            originator=[originator] * count,
            track=at,
            claim=at,
            since=np.zeros(count),
            lat_deg=35.0 + 0.01 * at,
            lon_deg=np.full(count, 140.0),
            alt_m=np.full(count, 9000.0),
            ve_mps=np.zeros(count),
            vn_mps=np.zeros(count),
            vu_mps=np.zeros(count),
            cov=np.tile(np.eye(6)[np.triu_indices(6)], (count, 1)),
            status=["confirmed"] * count,
        )

    def _hear(self, sample: zenoh.Sample) -> None:
        if len(self.heard) < 1000:
            self.heard.append(sample.payload.to_bytes())


def garbage(peer: Hostile) -> None:
    """Bytes without a meaning, messages that break off, and such as were changed on the way."""
    luck = np.random.default_rng(7)
    whole = peer.message(peer.reports(HOSTILE, 5))
    packed = peer.message(Packed(pack(peer.reports(HOSTILE, 5), 10.0)))
    while True:
        for data in (whole, packed):
            spoilt = bytearray(data)
            for place in luck.integers(21, len(data), 4):
                spoilt[place] ^= int(luck.integers(1, 256))
            spoilt[4:12] = int(peer.message(Packed(b""))[4:12].hex(), 16).to_bytes(8, "big")
            peer.say(bytes(spoilt))
            peer.say(data[: luck.integers(len(data))])
        peer.say(luck.bytes(int(luck.integers(5000))))
        peer.say(b"KZM1" + luck.bytes(500))
        peer.say(b"KZM1" + b"\xff" * 8 + whole[12:])
        peer.say(b"KZC1" + bytes([int(luck.integers(5))]) + luck.bytes(int(luck.integers(60))))
        time.sleep(0.01)


def flood(peer: Hostile) -> None:
    """As much as the network takes: small messages that cost work, and large ones that cost memory."""
    small = peer.reports("A", 3)
    large = Packed(os.urandom(LARGE_BYTES))
    while True:
        for _ in range(200):
            peer.say(peer.message(small))
        peer.say(peer.message(large))


def replays(peer: Hostile) -> None:
    """What it has heard of the others and said itself, again and again, as it was and with new numbers."""
    while len(peer.heard) < 30:
        time.sleep(0.1)
    old = list(peer.heard)
    while True:
        for data in old:
            peer.say(data)
            renumbered = peer.message(Packed(b""))[:12] + data[12:]
            peer.say(renumbered)
            for node in NODES:
                peer.say(data, sender=node)
        time.sleep(0.1)


def claims(peer: Hostile) -> None:
    """Reports of the others' tracks: openly, and by numbers that look like the others' inside."""
    while True:
        for node in NODES:
            theirs = peer.reports(node, 50)
            peer.say(peer.message(theirs))
            peer.say(peer.message(Packed(pack(theirs, 10.0))))
            mine = replace(theirs, originator=Labels.constant(HOSTILE, 50))
            for block in range(1, 4):
                peer.say(peer.message(replace(mine, track=theirs.track - (block << 32))))
        time.sleep(0.2)


WHAT: dict[str, Callable[[Hostile], None]] = {
    each.__name__: each for each in (garbage, flood, replays, claims)
}

if __name__ == "__main__":
    WHAT[sys.argv[2]](Hostile(Path(sys.argv[1]), float(sys.argv[3]), float(sys.argv[4])))
