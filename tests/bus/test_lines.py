"""Whoever floods a node loses messages of its own, and keeps nobody else's from being heard."""

import threading

from kizuna.bus.lines import Lines

AN_HOUR_S = 3600.0


def taken(lines: Lines) -> list[tuple[str, bytes]]:
    """All that waits, in the order in which it is handed over."""
    made = []
    while (one := lines.get(0.0)) is not None:
        made.append(one[:2])
    return made


def test_each_sender_s_messages_keep_their_order_and_senders_take_turns() -> None:
    lines = Lines()
    for number in range(3):
        lines.put("A", b"%d" % number, 0.0)
    lines.put("B", b"b", 0.0)
    assert len(lines) == 4
    assert taken(lines) == [("A", b"0"), ("B", b"b"), ("A", b"1"), ("A", b"2")]
    assert (len(lines), lines.dropped) == (0, 0)


def test_a_flood_costs_its_sender_the_oldest_and_others_nothing() -> None:
    lines = Lines(most_messages=10, most_bytes=1000)
    lines.put("B", b"b", 0.0)
    for number in range(100):
        lines.put("A", b"%02d" % number, 0.0)
    assert (len(lines), lines.dropped) == (11, 90)
    assert taken(lines)[:3] == [("B", b"b"), ("A", b"90"), ("A", b"91")]


def test_bytes_are_bounded_too() -> None:
    """Ten messages of 100 bytes fill the line; one of 400 takes the place of four."""
    lines = Lines(most_messages=100, most_bytes=1000)
    for _ in range(10):
        lines.put("A", bytes(100), 0.0)
    lines.put("A", bytes(400), 0.0)
    assert (len(lines), lines.dropped) == (7, 4)
    lines.put("A", bytes(501), 0.0)
    assert (len(lines), lines.dropped) == (7, 5)
    assert sum(len(data) for _, data in taken(lines)) == 1000
    for _ in range(10):
        lines.put("A", bytes(100), 0.0)
    assert (len(lines), lines.dropped) == (10, 5)


def test_who_waits_is_woken() -> None:
    """One thread waits, another puts a message in line."""
    lines = Lines()
    putting = threading.Timer(0.05, lines.put, ("A", b"come", 5.0))
    putting.start()
    assert lines.get(AN_HOUR_S) == ("A", b"come", 5.0)
    putting.join()
    assert lines.get(0.01) is None
