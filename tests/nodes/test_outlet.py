"""What goes first over a thin link is what would teach the peer most; it fills the link and no more."""

import numpy as np
import pytest

from kizuna.fusion.combine import Motion
from kizuna.messages.packed import Told, unpack
from kizuna.messages.report import Reports
from kizuna.nodes.outlet import Outlet, Thrift

COUNT = 100


def reports(time_s: float, turned: range = range(0), claim: int = 0) -> Reports:
    """Tracks that fly east at 200 m/s since time 0; those that turned at 30 s fly north since then."""
    rows = np.arange(COUNT)
    bent = np.isin(rows, list(turned)) * max(time_s - 30.0, 0.0)
    cov = np.zeros((COUNT, 21))
    cov[:, [0, 6, 11]], cov[:, [15, 18, 20]] = 100.0**2, 3.0**2
    return Reports.of(
        time=np.full(COUNT, time_s),
        originator=["JPN"] * COUNT,
        track=rows + 1,
        claim=rows + 1 + claim,
        since=np.zeros(COUNT),
        lat_deg=bent * 200.0 / 110_574.0,
        lon_deg=140.0 + 0.3 * rows + (time_s - bent) * 200.0 / 111_320.0,
        alt_m=np.full(COUNT, 9000.0),
        ve_mps=np.where(bent > 0.0, 0.0, 200.0),
        vn_mps=np.where(bent > 0.0, 200.0, 0.0),
        vu_mps=np.zeros(COUNT),
        cov=cov,
        status=["confirmed"] * COUNT,
        sensors=np.ones(COUNT, dtype=np.int64),
    )


def outlet(bytes_per_s: float = np.inf, least_nats: float = 0.0, hold_s: float = 300.0) -> Outlet:
    """The way to one peer."""
    return Outlet(Thrift(10.0, least_nats), bytes_per_s, 100, hold_s, Motion.agreed())


def sent(way: Outlet, told: Told, now_s: float, table: Reports | None = None) -> list[int]:
    """Tracks that go at a time."""
    if table is not None:
        way.offer(table)
    packed = way.take(now_s)
    return [] if packed is None else unpack(packed.data, told).track.tolist()


def test_without_limits_all_goes_at_once() -> None:
    way, told = outlet(), Told()
    for time_s in (0.0, 5.0, 10.0):
        assert sent(way, told, time_s, reports(time_s)) == list(range(1, COUNT + 1))


def test_who_turned_goes_first() -> None:
    """The link has room for some 20 of 100; the 10 that fly otherwise than the peer thinks are among them."""
    way, told = outlet(), Told()
    sent(way, told, 30.0, reports(30.0))
    way._capacity, way._saved = 100.0, 0.0
    turned = range(40, 50)
    sent(way, told, 39.9)
    got = sent(way, told, 40.0, reports(40.0, turned))
    assert 10 < len(got) < 40
    assert {row + 1 for row in turned} <= set(got)


def test_what_would_teach_little_stays_at_home_until_it_would_be_forgotten() -> None:
    way, told = outlet(least_nats=3.0, hold_s=60.0), Told()
    assert len(sent(way, told, 0.0, reports(0.0))) == COUNT
    assert sent(way, told, 5.0, reports(5.0)) == []
    assert len(sent(way, told, 30.0, reports(30.0))) == COUNT


def test_another_number_is_told_soon() -> None:
    way, told = outlet(least_nats=3.0), Told()
    sent(way, told, 0.0, reports(0.0))
    assert len(sent(way, told, 5.0, reports(5.0, claim=1000))) == COUNT
    assert told.rows["JPN", 1].claim == 1001


def test_a_limited_link_is_filled_and_not_flooded() -> None:
    """Over ten minutes, what goes is within what the link passes, and most of it."""
    way, told = outlet(bytes_per_s=60.0), Told()
    way.take(0.0)
    total = messages = 0
    for step in range(600):
        if step % 5 == 0:
            way.offer(reports(float(step)))
        packed = way.take(float(step))
        if packed is not None:
            unpack(packed.data, told)
            total, messages = total + len(packed) + 100, messages + 1
    assert 0.8 * 60.0 * 600 < total < 1.05 * 60.0 * 600
    assert messages < 80


def test_everybody_gets_a_turn() -> None:
    """What was not sent for long is not known any more; nobody starves."""
    way, told = outlet(bytes_per_s=200.0, hold_s=120.0), Told()
    way.take(0.0)
    heard = set()
    for step in range(0, 120, 5):
        heard |= set(sent(way, told, float(step), reports(float(step))))
    assert heard == set(range(1, COUNT + 1))


def test_a_lost_message_leaves_no_wrong_names() -> None:
    """All is told again of each track before long."""
    way, told = outlet(), Told()
    for step in range(0, 10, 5):
        way.offer(reports(float(step)))
        way.take(float(step))
    heard: set[int] = set()
    for step in range(10, 45, 5):
        heard |= set(sent(way, told, float(step), reports(float(step))))
    assert heard == set(range(1, COUNT + 1))


def test_the_past_is_forgotten() -> None:
    """Memory is bounded by the tracks that the peer may still know."""
    way, told = outlet(hold_s=10.0), Told()
    sent(way, told, 0.0, reports(0.0))
    sent(way, told, 100.0, reports(100.0).take(slice(0, 1)))
    assert len(way._key) == 1


@pytest.mark.parametrize("capacity", [50.0, 1e9])
def test_old_reports_don_t_wait_for_ever(capacity: float) -> None:
    way = outlet(bytes_per_s=capacity, hold_s=20.0)
    way.take(0.0)
    way.offer(reports(0.0))
    assert way.take(21.0) is None


def test_what_got_lost_is_told_again_and_whole() -> None:
    """It would teach a peer that has it nothing, and one that has begun anew couldn't read it by halves."""
    way, told = outlet(least_nats=3.0), Told()
    for time_s in (0.0, 0.1, 0.2):
        sent(way, told, time_s, reports(time_s))
    lost = reports(0.3).take(slice(0, 10))
    assert sent(way, told, 0.3, lost) == []
    way.again(lost)
    anew = Told()
    assert sent(way, anew, 0.4) == list(range(1, 11))
    assert anew.unknown == 0


def test_a_peer_that_has_begun_anew_knows_nothing() -> None:
    way, told = outlet(least_nats=3.0), Told()
    sent(way, told, 0.0, reports(0.0))
    way.begin_anew()
    anew = Told()
    assert len(sent(way, anew, 0.1, reports(0.1))) == COUNT
    assert anew.unknown == 0
