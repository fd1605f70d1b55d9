"""The simulated bus: one order of events, every message delivered once or counted as lost."""

import numpy as np
import pytest

from kizuna.bus.links import Link
from kizuna.bus.port import ENVELOPE_BYTES, Message, Port
from kizuna.bus.simulated import DELIVERY, TICK, SimulatedBus
from kizuna.messages.detection import Detections

NODES = ("AUS", "JPN", "USA")


def run_of_an_hour(seed: int, plots) -> tuple[list[tuple[float, str, str, int]], SimulatedBus]:
    """Three nodes that send to each other every second over bad links: who heard what when, in order."""
    links = [Link(a, b, 0.3, 0.8, 0.1) for a in NODES for b in NODES if a != b]
    bus = SimulatedBus(0.0, links, seed)
    heard: list[tuple[float, str, str, int]] = []

    def hear(message: Message) -> None:
        heard.append((bus.clock.now_s(), message.sender, message.to, len(message.payload)))

    def send(time_s: float) -> None:
        for node in NODES:
            port = bus.port(node)
            for peer in port.peers:
                port.send(peer, "detections", plots(1 + int(time_s) % 7))

    for node in NODES:
        bus.port(node).listen(hear)
    bus.every(1.0, send, last_s=600.0)
    bus.run(700.0)
    return heard, bus


def test_the_same_seed_gives_the_same_deliveries_in_the_same_order(plots):
    once, _ = run_of_an_hour(7, plots)
    assert once == run_of_an_hour(7, plots)[0]
    assert once != run_of_an_hour(8, plots)[0]
    times = [time_s for time_s, *_ in once]
    assert times == sorted(times)


def test_every_message_is_counted(plots):
    heard, bus = run_of_an_hour(7, plots)
    assert set(bus.traffic) == {(a, b) for a in NODES for b in NODES if a != b}
    for ends, traffic in bus.traffic.items():
        assert traffic.messages_sent == 601
        assert traffic.messages_under_way == 0
        assert traffic.messages_delivered == sum(entry[1:3] == ends for entry in heard)
        assert 0 < traffic.messages_lost < 120
        assert traffic.bytes_sent == traffic.bytes_delivered + traffic.bytes_lost
        assert traffic.bytes_sent == sum(ENVELOPE_BYTES + 80 * (1 + turn % 7) for turn in range(601))


def test_a_message_arrives_after_the_delay_in_its_envelope(plots):
    bus = SimulatedBus(100.0, [Link("JPN", "USA", delay_s=0.25)], seed=7)
    heard: list[tuple[float, Message]] = []
    bus.port("USA").listen(lambda message: heard.append((bus.clock.now_s(), message)))
    table = plots(5)
    bus.at(101.0, lambda _: bus.port("JPN").send("USA", "detections", table))
    bus.run(101.2)
    assert heard == []
    assert bus.traffic["JPN", "USA"].messages_under_way == 1
    bus.run(102.0)
    [(time_s, message)] = heard
    assert time_s == 101.25
    assert (message.sender, message.to, message.sent_s, message.kind) == ("JPN", "USA", 101.0, "detections")
    assert message.payload is table
    assert message.size_bytes == ENVELOPE_BYTES + 5 * 80


def test_a_later_message_may_overtake(plots):
    bus = SimulatedBus(0.0, [Link("JPN", "USA", jitter_s=10.0)], seed=7)
    sent_at: list[float] = []
    bus.port("USA").listen(lambda message: sent_at.append(message.sent_s))
    bus.every(1.0, lambda _: bus.port("JPN").send("USA", "detections", plots(1)), last_s=50.0)
    bus.run(100.0)
    assert sorted(sent_at) == list(range(51))
    assert sent_at != sorted(sent_at)


def test_ties_go_by_priority_and_then_by_sequence(plots):
    bus = SimulatedBus(0.0, [Link("JPN", "USA", delay_s=5.0)], seed=7)
    order: list[str] = []
    bus.at(5.0, lambda _: order.append("tick first"))
    bus.at(5.0, lambda _: order.append("last"), priority=TICK + 1)
    bus.at(5.0, lambda _: order.append("tick second"))
    bus.at(5.0, lambda _: order.append("before the delivery"), priority=DELIVERY - 1)
    bus.at(4.0, lambda _: order.append("earlier"), priority=99)
    bus.port("USA").listen(lambda _: order.append("delivery"))
    bus.port("JPN").send("USA", "detections", plots())
    bus.run(10.0)
    assert order == ["earlier", "before the delivery", "delivery", "tick first", "tick second", "last"]


def test_what_is_scheduled_for_now_still_happens_now():
    """A link without delay, or a callback at once, runs after what was there, at the same time."""
    bus = SimulatedBus(0.0, [], seed=7)
    order: list[tuple[str, float]] = []

    def first(time_s: float) -> None:
        order.append(("first", time_s))
        bus.at(time_s, lambda again_s: order.append(("third", again_s)))

    bus.at(1.0, first)
    bus.at(1.0, lambda time_s: order.append(("second", time_s)))
    bus.run(1.0)
    assert order == [("first", 1.0), ("second", 1.0), ("third", 1.0)]


def test_ticks_come_each_period_without_drift():
    bus = SimulatedBus(1_533_099_600.0, [], seed=7)
    times: list[float] = []
    bus.every(0.1, times.append, first_s=1_533_099_600.5, last_s=1_533_103_200.5)
    bus.run(1_533_200_000.0)
    assert len(times) == 36_001
    np.testing.assert_array_equal(times, 1_533_099_600.5 + np.arange(36_001) * 0.1)


def test_ticks_of_one_priority_keep_their_order():
    bus = SimulatedBus(0.0, [], seed=7)
    order: list[str] = []
    bus.every(1.0, lambda _: order.append("a"))
    bus.every(1.0, lambda _: order.append("b"))
    bus.run(3.0)
    assert "".join(order) == "abababab"


def test_a_run_may_be_made_in_pieces(plots):
    """The clock stops at each piece's end, and nothing happens twice or not at all."""
    bus = SimulatedBus(0.0, [], seed=7)
    times: list[float] = []
    bus.every(1.0, times.append)
    for until_s in (0.0, 2.5, 2.5, 4.0):
        bus.run(until_s)
        assert bus.clock.now_s() == until_s
    assert times == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_ticks_that_would_begin_after_their_end_never_come():
    bus = SimulatedBus(0.0, [], seed=7)
    bus.every(1.0, lambda _: pytest.fail("ticked"), first_s=5.0, last_s=4.0)
    bus.run(10.0)


def test_a_port_knows_its_node_and_its_peers():
    bus = SimulatedBus(0.0, [Link("JPN", "USA"), Link("JPN", "AUS"), Link("USA", "JPN")], seed=7)
    port: Port = bus.port("JPN")
    assert (port.node, port.peers) == ("JPN", ("AUS", "USA"))
    assert bus.port("JPN") is port
    assert bus.port("GBR").peers == ()


def test_what_cannot_be_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="two links from JPN to USA"):
        SimulatedBus(0.0, [Link("JPN", "USA"), Link("JPN", "USA")], seed=7)
    bus = SimulatedBus(10.0, [Link("JPN", "USA")], seed=7)
    with pytest.raises(ValueError, match="no link leads from USA to JPN"):
        bus.port("USA").send("JPN", "detections", Detections.empty())
    with pytest.raises(ValueError, match=r"9\.0 s can't be scheduled: it is 10\.0 s already"):
        bus.at(9.0, print)
    with pytest.raises(ValueError, match="a period of 0"):
        bus.every(0.0, print)
    bus.port("JPN").send("USA", "detections", Detections.empty())
    with pytest.raises(ValueError, match="detections from JPN arrived at USA, where nobody listens"):
        bus.run(20.0)
