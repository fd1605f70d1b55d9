"""What a hostile peer sends changes nothing that others have said, and never ends a node."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.bus.journal import Journal
from kizuna.bus.links import Link
from kizuna.bus.port import Handler, Message
from kizuna.bus.simulated import SimulatedBus
from kizuna.errors import InputError
from kizuna.messages import codec
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.notice import Notices
from kizuna.messages.packed import Packed, Told, pack, unpack
from kizuna.messages.report import Reports
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.nodes.dialogue import Dialogue
from kizuna.nodes.node import Node
from kizuna.nodes.release import Release
from kizuna.nodes.sharing import Plan, Sharing

NODES = ("A", "B", "C", "X")
NOW_S = 1000.0
HOLD_S = 30.0
SPEAKS_FOR = {"B": frozenset({"B"}), "C": frozenset({"C", "B"}), "X": frozenset({"X"})}
SPREAD = np.diag([100.0**2] * 3 + [3.0**2] * 3)[np.triu_indices(6)]


class Door:
    """The port of A, into which tests put what they please."""

    node, peers = "A", ("B", "C", "X")

    def __init__(self) -> None:
        self.handler: Handler | None = None

    def send(self, to: str, kind: str, payload: object) -> None:
        """Nobody is there."""

    def listen(self, handler: Handler) -> None:
        """Have what tests put in handed to this handler."""
        self.handler = handler


def sharing() -> Sharing:
    """The sharing part of node A, a moment after `NOW_S`."""
    made = Sharing(Door(), Release("tracks"), Plan(NODES, hold_s=HOLD_S, speaks_for=SPEAKS_FOR))
    made.refresh(NOW_S, Tracks.empty())
    return made


def reports(originator: str, rows: int = 5, time_s: float = NOW_S, **columns: object) -> Reports:
    """Of tracks in a row, 30 km from one another, each originator's in a place of its own."""
    at = np.arange(rows)
    fields: dict[str, object] = {
        "time": np.full(rows, time_s),
        "originator": [originator] * rows,
        "track": at,
        "claim": (NODES.index(originator) + 1) * 10_000_000 + at,
        "since": np.full(rows, NOW_S - 100.0),
        "lat_deg": 10.0 * NODES.index(originator) + 0.3 * at,
        "lon_deg": np.full(rows, 140.0),
        "alt_m": np.full(rows, 9000.0),
        "ve_mps": np.full(rows, 200.0),
        "vn_mps": np.zeros(rows),
        "vu_mps": np.zeros(rows),
        "cov": np.tile(SPREAD, (rows, 1)),
        "status": ["confirmed"] * rows,
    }
    return Reports.of(**{**fields, **columns})


def of_others(node: Sharing) -> Tracks:
    """The rows of a node's picture in which X has no part."""
    node.refresh(NOW_S + 1.0, Tracks.empty())
    picture = node.picture.tracks(NOW_S + 1.0)
    return picture.take(~picture.originator.equal("X"))


def same(one: Tracks, other: Tracks) -> bool:
    """Whether two pictures are equal in every column."""
    return codec.to_arrow(one).equals(codec.to_arrow(other))


@given(
    sender=st.sampled_from(["B", "C", "X", "stranger"]),
    originators=st.lists(st.sampled_from([*NODES, "nobody"]), min_size=1, max_size=8),
)
def test_a_node_takes_reports_of_those_alone_for_whom_the_sender_may_speak(
    sender: str, originators: list[str]
) -> None:
    node = sharing()
    rows = len(originators)
    node.receive(sender, replace(reports("B", rows), originator=Labels.of(originators)))
    node.refresh(NOW_S + 1.0, Tracks.empty())
    sources = [source for each in node.picture.pedigree().values() for source in each]
    may = SPEAKS_FOR.get(sender, frozenset())
    expected = [(name, at) for at, name in enumerate(originators) if name in may]
    assert sorted((source.originator, source.track) for source in sources) == sorted(expected)
    assert node.usurped == sum(name not in may and name != "A" for name in originators)


def test_a_node_takes_notices_of_those_alone_for_whom_the_sender_may_speak() -> None:
    """Nor can anybody acknowledge in another's name."""
    nations = {name: name for name in NODES}
    node = Dialogue(Door(), Release("tracks"), nations, {}, speaks_for=SPEAKS_FOR)  # type: ignore[arg-type]
    for sender, names in (("X", ["B", "X", "A"]), ("C", ["B", "C"]), ("stranger", ["stranger"])):
        count = len(names)
        said = Notices.of(
            time=np.zeros(count),
            originator=names,
            notice=np.arange(count),
            text=["launch"] * count,
            releasable_to=["A"] * count,
        )
        known = SPEAKS_FOR.get(sender, frozenset())
        assert node.receive(sender, said).originator.values() == [name for name in names if name in known]
    assert node.usurped == 3


NUMBERS = st.sampled_from([0.0, -0.0, 1e-300, 1e-3, 1.0, -1.0, 1e3, 1e9, 1e300, np.nan, np.inf, -np.inf])
COLUMNS = {
    "time": st.sampled_from([0.0, NOW_S - 1e6, NOW_S - 1.0, NOW_S, NOW_S + 10.0, NOW_S + 1e3, 1e10]),
    "track": st.sampled_from([0, 1, (1 << 32) - 1, 1 << 32, -1, -(2 << 32), -(3 << 32) + 1, 1 << 62]),
    "claim": st.sampled_from([0, 20_000_000, 20_000_001, 40_000_000, -1, (1 << 63) - 1]),
    "since": st.sampled_from([0.0, NOW_S, 1e10]),
    "lat_deg": st.sampled_from([-90.0, -45.0, -1e-9]),
    "lon_deg": st.sampled_from([-180.0, 0.0, 180.0]),
    "alt_m": st.sampled_from([-1e5, 0.0, 1e7]),
    "ve_mps": st.sampled_from([-2e4, 0.0, 2e4]),
    "sensors": st.sampled_from([0, 255, (1 << 63) - 1]),
}


@st.composite
def absurd(draw: st.DrawFn) -> Reports:
    """Reports of X's own, as bad as the columns let them be; never where others' objects are."""
    rows = draw(st.integers(1, 4))
    columns: dict[str, object] = {
        name: [draw(values) for _ in range(rows)] for name, values in COLUMNS.items()
    }
    if draw(st.booleans()):
        columns["track"] = list(range(rows))
    if draw(st.booleans()):
        columns["cov"] = [[draw(NUMBERS) for _ in range(21)] for _ in range(rows)]
    elif draw(st.booleans()):
        scale = draw(st.sampled_from([1e-12, 1e-8, 1e-4, 1e4, 1e7, 1e8]))
        columns["cov"] = scale * np.tile(SPREAD, (rows, 1))
    return reports("X", rows, **columns)


@settings(max_examples=300)
@given(messages=st.lists(absurd(), min_size=1, max_size=3), packed=st.booleans())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_report_of_a_peer_s_own_spoils_what_others_have_said(
    messages: list[Reports], packed: bool
) -> None:
    """As they come off the wire: what its reader refuses is refused whole."""
    node, alone = sharing(), sharing()
    for one in (node, alone):
        one.receive("B", reports("B"))
        one.receive("C", reports("C"))
    for message in messages:
        try:
            if packed:
                node.receive_packed("X", pack(message))
            else:
                node.receive("X", codec.from_ipc(Reports, codec.to_ipc(message)))
        except (InputError, np.linalg.LinAlgError):
            continue  # refused by the reader, or can't be packed
    before = of_others(alone)
    assert len(before) == 10
    after = of_others(node)
    by_number = {number for number in before.track.tolist() if number not in (20_000_000, 20_000_001)}
    for one in (before, after):
        assert np.isfinite(one.lat_deg).all()
    kept = [one.take(np.isin(one.track, list(by_number))) for one in (before, after)]
    assert same(*kept)
    assert len(after) == 10


BAD = {
    "of a time to come": {"time": np.full(5, NOW_S + 1e6)},
    "without a covariance": {"cov": np.full((5, 21), np.nan)},
    "as if known without error": {"cov": np.zeros((5, 21))},
    "less than known": {"cov": np.tile(-SPREAD, (5, 1))},
    "with more covariance than variance": {"cov": np.tile(SPREAD + 1e6 * (SPREAD == 0.0), (5, 1))},
}


@pytest.mark.parametrize("bad", BAD)
def test_a_peer_with_a_part_in_a_track_cannot_spoil_it(bad: str) -> None:
    """X has reported B's objects as B did, and they were taken for one; then it reports what can't be."""
    node = sharing()
    seen = {"lat_deg": reports("B").lat_deg}
    node.receive("B", reports("B"))
    node.receive("X", reports("X", time_s=NOW_S, **seen))
    node.refresh(NOW_S + 1.0, Tracks.empty())
    assert node.picture.tracks(NOW_S + 1.0).originator.values() == ["B X"] * 5
    node.receive("X", reports("X", **{"time_s": NOW_S + 2.0, **seen, **BAD[bad]}))
    assert node.absurd == 5
    node.refresh(NOW_S + 3.0, Tracks.empty())
    after = node.picture.tracks(NOW_S + 3.0)
    assert after.track.tolist() == reports("B").claim.tolist()
    assert np.abs(after.lat_deg - reports("B").lat_deg).max() < 0.01
    assert np.isfinite(after.cov).all()


WHOLE = codec.to_ipc(reports("X"))
PACKED = [pack(reports("X"), precision_m) for precision_m in (0.0, 10.0)]


@settings(max_examples=500)
@given(
    data=st.sampled_from([WHOLE, *PACKED]),
    spoilt=st.lists(st.tuples(st.floats(0.0, 1.0, exclude_max=True), st.integers(1, 255)), max_size=6),
    length=st.one_of(st.just(1.0), st.floats(0.0, 1.0)),
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_spoilt_bytes_are_refused_or_read(
    data: bytes, spoilt: list[tuple[float, int]], length: float
) -> None:
    """Nothing but the one error comes of them; a checksum that is right for them doesn't help."""
    made = bytearray(data)
    for place, change in spoilt:
        made[int(place * len(made))] ^= change
    made = made[: int(length * len(made))]
    try:
        if data is WHOLE:
            codec.from_ipc(Reports, bytes(made))
        else:
            made[4:8] = crc32(made[8:]).to_bytes(4, "little")
            unpack(bytes(made), Told())
    except InputError:
        return


@pytest.mark.parametrize("names", [["A"], ["B", "A"], ["junk"]])
def test_names_of_what_is_left_out_are_not_kept(names: list[str]) -> None:
    """A peer that invents names would fill the memory with them."""
    node = sharing()
    node.receive("X", replace(reports("X", len(names)), originator=Labels.of(names)))
    assert node.picture._codes.originator.names == list(NODES)


@pytest.fixture
def node(tmp_path: object) -> Iterator[tuple[Node, Door]]:
    """Node A, which shares tracks."""
    door = Door()
    plan = Plan(NODES, hold_s=HOLD_S, speaks_for=SPEAKS_FOR)
    with Journal(str(tmp_path)) as journal:
        made = Node(door, Sensors.empty(), Release("tracks"), 0.0, journal, 10.0, plan)  # type: ignore[arg-type]
        made.tick(NOW_S)
        yield made, door


@pytest.mark.parametrize("renumbered", [False, True])
def test_a_replayed_message_changes_nothing(node: tuple[Node, Door], renumbered: bool) -> None:
    """B's old message comes again, from B, and under another number; meanwhile B has said something newer."""
    made, door = node
    numbers = count(1)

    def say(payload: Reports | Packed, number: int | None = None) -> None:
        assert door.handler is not None
        door.handler(Message("B", "A", NOW_S, "reports", payload, 1, number or next(numbers)))

    old = reports("B", time_s=NOW_S - 4.0, lat_deg=np.full(5, 50.0))
    say(old)
    say(reports("B"))
    made.tick(NOW_S + 1.0)
    before = made.picture()
    say(old, None if renumbered else 1)
    made.tick(NOW_S + 1.0)
    assert len(before) == 5
    assert same(before, made.picture())
    assert made.heard() == {"B": 3 if renumbered else 2}


def test_detections_of_others_sensors_are_left_out(tmp_path: object) -> None:
    """X may send what its own sensor sees, and nothing in the name of B's."""
    bus = SimulatedBus(0.0, [Link("X", "A"), Link("B", "A")], 1)
    owners = {"B": frozenset({"b"}), "X": frozenset({"x"})}
    seen = Detections.of(time=[0.1, 0.2], sensor=["b", "x"], kind=["bearing"] * 2, azimuth_deg=[1.0, 2.0])
    with Journal(str(tmp_path)) as journal:
        release = Release("detections")
        node = Node(bus.port("A"), Sensors.empty(), release, 5.0, journal, 10.0, owners=owners)
        bus.port("X").send("A", "detections", seen)
        bus.run(1.0)
        assert node.usurped == 1
        assert [each.sensor.values() for each in node._window._waiting] == [["x"]]
        bus.port("B").send("A", "detections", seen.take(slice(0, 1)))
        bus.run(2.0)
        assert node.usurped == 1
