"""Links double, hold back, queue and fail as they say, both directions of one cable together."""

import math

import numpy as np
import pytest

from kizuna.bus.inbox import REACH, Inbox
from kizuna.bus.links import Channel, Link
from kizuna.bus.outages import Partition, RandomOutages, cut_by
from kizuna.bus.simulated import SimulatedBus
from kizuna.seeds import generator

five_sigma = 5.0
one_microsecond = 1e-6
COUNT = 20_000


def first_arrivals(link: Link) -> np.ndarray:
    """When each of many messages sent at time 0 arrives first."""
    channel = Channel(link, 7)
    return np.array([channel.arrivals_s(0.0)[0] for _ in range(COUNT)])


@pytest.mark.parametrize(
    ("lateness", "quantile_99"),
    [("exponential", -math.log(0.01)), ("heavy", 1.5 * (0.01**-0.4 - 1.0))],
)
def test_lateness_has_the_mean_and_the_tail_that_it_says(lateness, quantile_99):
    """Source: quantile functions of the exponential and of the Lomax distribution with exponent 2.5."""
    late = first_arrivals(Link("JPN", "USA", delay_s=1.0, jitter_s=0.2, lateness=lateness)) - 1.0
    assert late.min() >= 0.0
    assert late.mean() == pytest.approx(0.2, rel=0.05)
    assert np.quantile(late, 0.99) == pytest.approx(0.2 * quantile_99, rel=0.1)


def test_a_doubled_message_arrives_twice_and_as_often_as_it_says():
    channel = Channel(Link("JPN", "USA", jitter_s=1.0, duplication=0.1), 7)
    arrivals = [channel.arrivals_s(0.0) for _ in range(COUNT)]
    doubled = [each for each in arrivals if len(each) == 2]
    assert abs(len(doubled) / COUNT - 0.1) < five_sigma * math.sqrt(0.09 / COUNT)
    assert all(first != second for first, second in doubled)


def test_what_is_held_back_is_overtaken():
    late = first_arrivals(Link("JPN", "USA", delay_s=0.5, held_back=0.2, held_back_s=3.0))
    assert set(late) == {0.5, 3.5}
    assert abs((late == 3.5).mean() - 0.2) < five_sigma * math.sqrt(0.16 / COUNT)


def test_in_order_nothing_is_overtaken():
    channel = Channel(Link("JPN", "USA", jitter_s=10.0, in_order=True), 7)
    arrivals = [channel.arrivals_s(float(second))[0] for second in range(200)]
    assert arrivals == sorted(arrivals)
    loose = Channel(Link("JPN", "USA", jitter_s=10.0), 7)
    assert [loose.arrivals_s(float(second))[0] for second in range(200)] != arrivals


def test_new_kinds_of_trouble_leave_the_luck_of_the_old_as_it_was():
    """A variant that adds doubling or a queue loses and delays the same messages as before."""
    plain, worse = (
        Channel(link, 7)
        for link in (
            Link("JPN", "USA", jitter_s=0.5, loss=0.3),
            Link("JPN", "USA", jitter_s=0.5, loss=0.3, duplication=0.5, capacity_bps=1e12),
        )
    )
    for second in range(1000):
        was, now = plain.arrivals_s(float(second), 1000), worse.arrivals_s(float(second), 1000)
        assert bool(was) == bool(now)
        assert not was or now[0] == pytest.approx(was[0], abs=one_microsecond)


def test_messages_wait_in_line_for_the_capacity():
    """Source: 1,000 bytes at 8,000 bit/s take one second each."""
    channel = Channel(Link("JPN", "USA", delay_s=0.5, capacity_bps=8000.0), 7)
    assert [channel.arrivals_s(0.0, 1000)[0] for _ in range(3)] == [1.5, 2.5, 3.5]
    assert channel.arrivals_s(10.0, 500) == (11.0,)


def test_what_finds_the_line_full_is_lost():
    """Room for 2,500 bytes: two messages of 1,000, then a small one; later there is room again."""
    channel = Channel(Link("JPN", "USA", capacity_bps=8000.0, queue_bytes=2500.0), 7)
    sizes = (1000, 1000, 1000, 500)
    assert [bool(channel.arrivals_s(0.0, size)) for size in sizes] == [True, True, False, True]
    assert channel.arrivals_s(1.0, 1000) == (3.5,)


def test_a_message_that_comes_out_of_the_line_into_an_outage_is_lost():
    channel = Channel(Link("JPN", "USA", capacity_bps=8000.0, outages=((1.0, 2.0),)), 7)
    assert [channel.arrivals_s(0.0, 1000) for _ in range(3)] == [(1.0,), (), (3.0,)]


def test_random_outages_take_the_share_of_time_that_they_say():
    """Source: renewal theory: up for 120 s and down for 60 s on average, a third of the time down."""
    outages = RandomOutages(30.0, 60.0, generator(7, "test"), 0.0)
    down = np.array([outages.at(float(second)) for second in range(720_000)])
    cycles = np.count_nonzero(np.diff(down.astype(int)) == 1)
    assert down.mean() == pytest.approx(1.0 / 3.0, abs=five_sigma * 0.5 / math.sqrt(cycles))
    assert cycles == pytest.approx(4000, abs=five_sigma * math.sqrt(4000))


def test_both_directions_fail_together_and_others_don_t():
    links = [Link(a, b, outages_per_hour=30.0) for a, b in (("A", "B"), ("B", "A"), ("A", "C"))]
    there, back, other = (Channel(link, 7) for link in links)
    times = np.arange(0.0, 7200.0, 5.0)
    down = np.array([[channel.down(time) for time in times] for channel in (there, back, other)])
    assert (down[0] == down[1]).all()
    assert down[0].any()
    assert (down[0] != down[2]).any()


def test_when_it_is_asked_does_not_change_when_it_fails():
    often, seldom = (RandomOutages(30.0, 60.0, generator(7, "test"), 0.0) for _ in range(2))
    dense = {second: often.at(float(second)) for second in range(10_000)}
    assert all(seldom.at(float(second)) == dense[second] for second in range(0, 10_000, 977))


def test_a_partition_cuts_what_leads_from_part_to_part():
    partition = Partition(10.0, 70.0, (("A", "B"), ("C",)))
    assert [partition.cuts(*ends) for ends in ("AB", "AC", "CB", "CD", "DE")] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert cut_by([partition, Partition(90.0, 95.0, (("A",),))], "A", "B") == ((90.0, 95.0),)


def test_the_bus_hands_over_both_copies_with_one_number(plots):
    """Counted once; the receiver tells copies by their number."""
    bus = SimulatedBus(0.0, [Link("JPN", "USA", jitter_s=1.0, duplication=1.0)], seed=7)
    numbers: list[int] = []
    bus.port("USA").listen(lambda message: numbers.append(message.number))
    for _ in range(3):
        bus.port("JPN").send("USA", "detections", plots())
    bus.run(10.0)
    assert sorted(numbers) == [0, 0, 1, 1, 2, 2]
    traffic = bus.traffic["JPN", "USA"]
    assert (traffic.messages_sent, traffic.messages_delivered, traffic.messages_doubled) == (3, 3, 3)
    assert traffic.messages_under_way == 0


def test_an_inbox_takes_each_message_once_in_any_order():
    inbox = Inbox()
    order = np.random.Generator(np.random.PCG64(7)).permutation(np.repeat(np.arange(3000), 2))
    taken = [number for number in order.tolist() if inbox.is_new("JPN", number)]
    assert sorted(taken) == list(range(3000))
    assert inbox.refused == 3000
    assert inbox.is_new("USA", 0)


def test_an_inbox_forgets_old_messages_and_refuses_them():
    """Its memory is bounded, and a replay of what it has forgotten does nothing."""
    inbox = Inbox()
    for number in range(5 * REACH):
        assert inbox.is_new("JPN", number)
    assert not any(inbox.is_new("JPN", number) for number in range(0, 5 * REACH, 97))
    assert sum(len(had) for had in inbox._had.values()) <= 2 * REACH
