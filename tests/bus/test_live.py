"""On the live network a node hears what is addressed to it, from those who bear the names that they use."""

import json
import math
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zenoh

from kizuna.bus.access import Address
from kizuna.bus.clock import WallClock
from kizuna.bus.contact import Contacts
from kizuna.bus.frames import decode, encode
from kizuna.bus.keys import issue, make_authority
from kizuna.bus.live import LivePort, configured
from kizuna.bus.port import Message
from kizuna.errors import InputError
from kizuna.messages.detection import Detections
from kizuna.messages.packed import Packed

NODES = ("A", "B", "C")
PATIENCE_S = 20.0
a_quick_trip_s = 1.0
SEEN = Detections.of(time=[1.0], sensor=["west"], kind=["bearing"], azimuth_deg=[10.0])


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Keys of three nodes."""
    make_authority(tmp_path)
    for name in NODES:
        issue(tmp_path, name)
    return tmp_path


class Network:
    """Ports of nodes on this machine, and what they have heard."""

    def __init__(self, keys: Path) -> None:
        self.keys = keys
        self.places = {name: f"tls/127.0.0.1:{free_port()}" for name in NODES}
        self.ports: dict[str, LivePort] = {}
        self.heard: list[Message] = []
        self.begin_s = time.time()
        self.ahead_s: dict[str, float] = {}
        """Clocks that are wrong."""

    def open(self, name: str) -> LivePort:
        """Open the port of a node, which looks for those before it."""
        others = [each for each in NODES if each != name]
        address = Address(self.keys, (self.places[name],), tuple(self.places[each] for each in others))
        clock = WallClock(1000.0 + self.ahead_s.get(name, 0.0), self.begin_s)
        self.ports[name] = LivePort(name, others, others, address, clock, 100)
        self.ports[name].listen(self.heard.append)
        return self.ports[name]

    def until(self, done: Callable[[], bool], again: Callable[[], object] = lambda: None) -> None:
        """Poll all ports until something is so; meanwhile do something again and again."""
        end_s = time.time() + PATIENCE_S
        while not done():
            assert time.time() < end_s, "waited for nothing"
            again()
            for port in self.ports.values():
                port.poll(0.05)

    def meet(self) -> None:
        """Wait until every node hears every other."""
        pairs = {(a, b) for a in self.ports for b in self.ports if a != b}

        def greet() -> None:
            for a, b in pairs:
                self.ports[a].send(b, "detections", SEEN)

        self.until(lambda: {(each.sender, each.to) for each in self.heard} >= pairs, greet)
        time.sleep(0.3)
        for port in self.ports.values():
            port.poll(0.1)
        self.heard.clear()


@pytest.fixture
def network(keys: Path) -> Iterator[Network]:
    """Three nodes that hear one another."""
    made = Network(keys)
    for name in NODES:
        made.open(name)
    made.meet()
    yield made
    for port in made.ports.values():
        port.close()


def test_a_table_arrives_as_it_was_at_its_addressee_alone(network: Network) -> None:
    sent = network.ports["A"].send("B", "detections", SEEN)
    network.until(lambda: bool(network.heard))
    network.ports["C"].poll(0.2)
    [message] = network.heard
    assert (message.sender, message.to, message.kind) == ("A", "B", "detections")
    assert (message.number, message.sent_s) == (sent.number, pytest.approx(sent.sent_s, abs=1.0))
    assert isinstance(message.payload, Detections)
    assert np.array_equal(message.payload.azimuth_deg, SEEN.azimuth_deg)
    with pytest.raises(ValueError, match="no link leads from A to D"):
        network.ports["A"].send("D", "detections", SEEN)


def test_garbage_is_counted_and_the_rest_goes_on(network: Network) -> None:
    for data in (b"", b"KZM1", b"\x00" * 100, b"KZM1" + bytes(17) + b"no Arrow"):
        network.ports["A"]._publishers["B"].put(data)
    network.ports["A"].send("B", "reports", Packed(b"for the node to refuse"))
    network.until(lambda: bool(network.heard))
    assert network.ports["B"].unread == 4
    assert isinstance(network.heard[0].payload, Packed)


def forger(network: Network, keys: Path, name: str) -> zenoh.Session:
    """A session with these keys that obeys no rules of its own, connected to A."""
    config = configured(name, NODES, NODES, Address(keys, (), (network.places["A"],)))
    config.insert_json5("access_control", json.dumps({"enabled": False}))
    return zenoh.open(config)


def test_nobody_speaks_for_another(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """C, with a certificate of its own and no rules, writes under B's name; under its own it gets through."""
    network.ports.pop("C").close()
    session = forger(network, network.keys, "C")
    network.heard.clear()

    def write() -> None:
        session.put("kizuna/B/A", b"in B's name")
        session.put("kizuna/C/A", b"in its own")

    senders: list[str] = []
    port = network.ports["A"]

    def note(sender: str, data: bytes, _: float) -> None:
        """Note who wrote what the others, who greet each other meanwhile, don't write."""
        if data.startswith(b"in"):
            senders.append(sender)

    monkeypatch.setattr(port, "_hand_over", note)
    network.until(lambda: senders.count("C") >= 10, write)
    assert set(senders) == {"C"}
    session.close()


def test_a_foreign_certificate_hears_and_says_nothing(network: Network, tmp_path: Path) -> None:
    """Of another authority, under a name that is known here."""
    foreign = tmp_path / "foreign"
    make_authority(foreign)
    issue(foreign, "C")
    # It even trusts the right authority, and would be let in by its name.
    (foreign / "authority.pem").write_bytes((network.keys / "authority.pem").read_bytes())
    network.ports.pop("C").close()
    session = forger(network, foreign, "C")
    got: list[bytes] = []
    subscriber = session.declare_subscriber(
        "kizuna/**",
        lambda sample: got.append(sample.payload.to_bytes()),
        allowed_origin=zenoh.Locality.REMOTE,
    )
    for _ in range(20):
        session.put("kizuna/C/A", b"let me in")
        network.ports["A"].send("C", "detections", SEEN)
        network.ports["A"].poll(0.1)
    assert network.ports["A"].unread == 0
    assert got == []
    assert list(session.info.peers_zid()) == []
    subscriber.undeclare()
    session.close()


def test_a_late_joiner_and_one_that_comes_back_are_heard(keys: Path) -> None:
    """Nobody waits for anybody: nodes look for one another again and again."""
    made = Network(keys)
    for name in ("A", "B"):
        made.open(name)
    made.meet()
    made.open("C")
    made.meet()
    made.ports.pop("B").close()
    made.open("B")
    made.meet()
    for port in made.ports.values():
        port.close()


def test_a_flood_is_dropped_and_memory_bounded(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    port = network.ports["B"]
    monkeypatch.setattr(port._waiting, "_most_messages", 50)
    for _ in range(500):
        network.ports["A"].send("B", "detections", SEEN)
    end_s = time.time() + PATIENCE_S
    while port.dropped == 0 and time.time() < end_s:
        time.sleep(0.05)
    assert port.dropped > 0
    # And what C says besides, which greets now and then.
    assert len(port._waiting) <= 60


def test_a_node_that_is_flooded_still_gets_to_do_other_things(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message takes longer to work off than it takes to come: the call must return all the same."""
    port = network.ports["B"]
    done: list[int] = []

    def work(sender: str, data: bytes, came_s: float) -> None:
        done.append(len(data))
        port._waiting.put(sender, data, came_s)
        port._waiting.put(sender, data, came_s)
        time.sleep(0.001)
        assert len(done) < 10_000, "never came back"

    monkeypatch.setattr(port, "_hand_over", work)
    port._waiting.put("A", b"one", 0.0)
    port.poll(0.0)
    assert len(done) > 1
    assert len(port._waiting) > len(done)


def test_a_message_larger_than_any_of_ours_never_gets_in(network: Network) -> None:
    """The network itself leaves it out, before it has taken as much memory as the sender pleases."""
    network.ports["A"]._publishers["B"].put(bytes(20 << 20))
    network.ports["C"].send("B", "detections", SEEN)
    network.until(lambda: bool(network.heard))
    assert (network.ports["B"].dropped, network.ports["B"].unread) == (0, 0)


def test_the_offset_of_a_wrong_clock_is_known_to_both_sides(keys: Path) -> None:
    """What B says is dated by a clock that is 10 s ahead; until that is known, nothing of it is taken."""
    made = Network(keys)
    made.ahead_s = {"B": 10.0}
    for name in ("A", "B"):
        made.open(name)
    made.meet()
    assert min(port.undated for port in made.ports.values()) > 0
    for name, other in ("AB", "BA"):
        made.ports[name].send(other, "detections", SEEN)
    made.until(lambda: {message.sender for message in made.heard} == {"A", "B"})
    ahead_s = {message.sender: message.ahead_s for message in made.heard}
    offsets = [made.ports[other].contacts[name].offset for name, other in ("AB", "BA")]
    assert ahead_s == pytest.approx({"A": -10.0, "B": 10.0}, abs=a_quick_trip_s)
    assert max(offset.within_s for offset in offsets) < a_quick_trip_s
    assert min(offset.within_s for offset in offsets) > 0.0
    for port in made.ports.values():
        port.close()


def test_what_was_heard_is_acknowledged_when_it_is_safe(network: Network) -> None:
    sent = [network.ports["A"].send("B", "detections", SEEN).number for _ in range(3)]
    network.until(lambda: len(network.heard) == 3)
    contacts = network.ports["A"].contacts
    had: list[int] = []

    def collect() -> None:
        had.extend(int(number) for _, numbers in contacts.take_acknowledged() for number in numbers)

    network.ports["A"].poll(0.2)
    collect()
    assert not set(sent) & set(had)
    network.ports["B"].acknowledge()
    network.until(lambda: set(sent) <= set(had), collect)


def test_missing_keys_are_told(tmp_path: Path) -> None:
    address = Address(tmp_path, ("tls/127.0.0.1:1",))
    with pytest.raises(InputError, match="authority.pem: is not there; expected made by `kizuna keys`"):
        LivePort("A", (), (), address, WallClock(0.0, 0.0), 0)


@pytest.mark.parametrize(
    ("number", "sent_s"), [(1 << 63, 1.0), ((1 << 64) - 1, 1.0), (1, math.nan), (1, math.inf), (1, -1e300)]
)
def test_numbers_and_times_that_nobody_has_are_no_message(number: int, sent_s: float) -> None:
    """Whoever acknowledges such a number, or writes such a time down, would stumble over it."""
    data = bytearray(encode(1, 1.0, SEEN))
    data[4:20] = struct.pack("<Qd", number, sent_s)
    with pytest.raises(ValueError, match="no message of ours"):
        decode("A", "B", bytes(data))


@pytest.mark.parametrize("time_s", [math.nan, math.inf, 1e300])
def test_a_greeting_at_no_time_is_none(time_s: float) -> None:
    contacts = Contacts(["B"], 1, WallClock(0.0, 0.0), lambda peer, data: None)
    data = struct.pack("<4sBQddd", b"KZC1", 1, 5, 1.0, time_s, time_s)
    with pytest.raises(ValueError, match="no greeting"):
        contacts.hear("B", data, 1.0)
    assert not contacts["B"].offset.known
