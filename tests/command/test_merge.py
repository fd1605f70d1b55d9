"""Hybrid clocks and merged ledgers respect cause and effect, whatever the walls' clocks show."""

import random
from itertools import permutations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.command.made import NODES, NOW_S, note, opened, three

from kizuna.command.entry import Entry, Seen
from kizuna.command.ledger import Draft
from kizuna.command.merge import merged
from kizuna.command.stamp import HybridClock, Stamp
from kizuna.command.verify import verify_all

# What happens: a node writes, or a node gets to know of what another has written last.
events = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-1_000_000, 1_000_000)), max_size=60
)


@given(events)
def test_what_follows_from_something_has_the_later_stamp(happened: list[tuple[int, int, int]]) -> None:
    clocks = [HybridClock() for _ in range(4)]
    known: list[set[int]] = [set() for _ in range(4)]
    written: list[tuple[int, Stamp, frozenset[int]]] = []
    for node, other, wall_us in happened:
        if node != other:
            clocks[node].hear(clocks[other].last)
            known[node] |= known[other]
        stamp = clocks[node].tick(1e9 + wall_us * 1e-6)
        for cause in known[node]:
            assert written[cause][1] < stamp
        known[node].add(len(written))
        written.append((node, stamp, frozenset(known[node])))
    keys = [(stamp, node) for node, stamp, _ in written]
    assert len(set(keys)) == len(keys)


def test_a_clock_stays_by_the_wall_when_the_walls_agree() -> None:
    clock = HybridClock()
    stamps = [clock.tick(1e9 + n) for n in range(5)]
    assert [stamp.time_s for stamp in stamps] == [1e9 + n for n in range(5)]
    assert clock.tick(0.0) == Stamp(1_000_000_004_000_000, 1)


def order(entries: list[Entry]) -> list[tuple[str, int]]:
    """Names of entries in their order."""
    return [(entry.ledger, entry.number) for entry in entries]


def test_ledgers_parted_and_joined_again_have_one_order(tmp_path: Path) -> None:
    dice = random.Random(7)
    skew_s = {"JPN": 0.0, "USA": -40.0, "AUS": 55.0}
    ledgers = {node: opened(tmp_path, node) for node in NODES}
    causes: dict[tuple[str, int], tuple[str, int]] = {}
    for turn in range(120):
        sender, to = dice.sample(NODES, 2)
        now_s = NOW_S + turn
        entry = ledgers[sender].append(note(sender, turn))
        parted = 40 <= turn < 80 and "AUS" in (sender, to)
        if not parted:
            head = ledgers[sender].head()
            ledgers[to].hear(head.stamp)
            answer = Draft(now_s + skew_s[to], f"{to}-duty", "answer", {"turn": turn}, (head.last,))
            made = ledgers[to].append(answer)
            causes[to, made.number] = (sender, entry.number)
    for ledger in ledgers.values():
        ledger.close()
    held = [each.entries for each in verify_all([tmp_path / f"{node}.ledger" for node in NODES])]
    orders = {tuple(order(list(merged(list(each))))) for each in permutations(held)}
    assert len(orders) == 1
    place = {name: at for at, name in enumerate(orders.pop())}
    assert len(place) == sum(map(len, held))
    assert all(place[cause] < place[effect] for effect, cause in causes.items())
    assert len(causes) > 80
    for entries in held:
        places = [place[entry.ledger, entry.number] for entry in entries]
        assert places == sorted(places)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_who_has_part_of_the_entries_merges_them_in_the_same_order(seed: int) -> None:
    dice = random.Random(seed)
    clocks = {node: HybridClock() for node in NODES}
    ledgers: dict[str, list[Entry]] = {node: [] for node in NODES}
    for turn in range(30):
        node = dice.choice(NODES)
        if dice.random() < 0.5:
            clocks[node].hear(clocks[dice.choice(NODES)].last)
        stamp = clocks[node].tick(1e9 + dice.randint(0, 3) + turn)
        ledgers[node].append(
            Entry(node, len(ledgers[node]), "", stamp, node, "note", {}, (Seen(node, 0, ""),))
        )
    whole = order(list(merged(list(ledgers.values()))))
    part = {node: entries[: dice.randint(0, len(entries))] for node, entries in ledgers.items()}
    kept = {name for entries in part.values() for name in order(entries)}
    assert order(list(merged(list(part.values())))) == [name for name in whole if name in kept]


def test_copies_of_a_ledger_come_once(tmp_path: Path) -> None:
    held = [each.entries for each in verify_all(three(tmp_path))]
    assert order(list(merged([*held, held[0]]))) == order(list(merged(held)))
