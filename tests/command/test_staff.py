"""People at their posts do one thing at a time, slower when more waits, and ask those whom links reach."""

from pathlib import Path

import pytest
from tests.command.organisations import authority

from kizuna.command.authority import Authority
from kizuna.command.desk import Desk
from kizuna.command.organisation import Situation
from kizuna.command.staff import Case, Staff, measured

STEADY = "decides_s: 10, spread: 0, slower: 0"
POSTS = ("chief", "second", "JPN-head", "JPN-aide", "USA-head")


@pytest.fixture
def steady(tmp_path: Path) -> Authority:
    """The small organisation, in which each decision takes ten seconds and nothing slows it."""
    return timed(tmp_path, STEADY)


def timed(folder: Path, times: str) -> Authority:
    """The small organisation with other times; the conditions of the picture are left out."""
    changes = [(f"{{post: {post},", f"{{post: {post}, {times},") for post in POSTS]
    return authority(folder, *changes, ("when: [inside_zone], ", ""))


def played(
    held: Authority,
    cases: list[Case],
    cut: tuple[float, float] = (0.0, 0.0),
    until_s: float = 1_000.0,
    delay_s: float = 1.0,
) -> tuple[Desk, Staff]:
    """Let the people decide cases; the link is cut in a time."""
    organisation = held.organisation

    def situation(now_s: float) -> Situation:
        down = organisation.links if cut[0] <= now_s < cut[1] else frozenset()
        return Situation(organisation, lost_links=down, time_s=now_s)

    desk = Desk(held)
    staff = Staff(desk, situation, lambda *_: delay_s, seed=1)
    for case in cases:
        staff.open(case)
    staff.run(until_s)
    return desk, staff


def steps(desk: Desk, order: str) -> dict[str, tuple[float, str]]:
    """When and by whom each step with an order was done."""
    return {step: (round(time_s, 6), post) for time_s, step, post in desk.orders[order].steps}


def test_an_identity_goes_from_the_watch_over_consent_to_the_decision(steady: Authority) -> None:
    desk, staff = played(steady, [Case("T1", "JPN", 100.0, 900.0)])
    # JPN-head proposes after 10 s and so consents for Japan; word takes 1 s to the chief, whose decision is
    # the USA's consent; word of it takes 1 s to whoever in Japan has least to do.
    assert steps(desk, "T1.declare_identity") == {
        "draft": (110.0, "JPN-head"),
        "propose": (110.0, "JPN-head"),
        "issue": (121.0, "chief"),
        "acknowledge": (132.0, "JPN-aide"),
    }
    # What follows begins with the issue, and is the nation's own.
    assert steps(desk, "T1.warn_public")["issue"][1] == "JPN-head"
    assert {row.action: (row.orders, row.issued, row.in_time) for row in measured(desk, staff)} == {
        "declare_identity": (1, 1, 1),
        "warn_public": (1, 1, 1),
    }


def test_a_post_does_one_thing_at_a_time(steady: Authority) -> None:
    desk, staff = played(steady, [Case(f"T{n}", "JPN", 0.0, 900.0) for n in range(4)], until_s=45.0)
    assert [steps(desk, f"T{n}.declare_identity")["draft"][0] for n in range(4)] == [10.0, 20.0, 30.0, 40.0]
    assert staff.load["JPN-head"].waited_s >= 10.0 + 20.0 + 30.0


def test_what_waits_slows_a_post_down(tmp_path: Path) -> None:
    held = timed(tmp_path, "decides_s: 10, spread: 0, slower: 0.5")
    desk, _ = played(held, [Case(f"T{n}", "JPN", 0.0, 900.0) for n in range(3)], until_s=50.0)
    # 10 s, then 15 s for one that is waited for, then 20 s for two.
    assert [steps(desk, f"T{n}.declare_identity")["draft"][0] for n in range(3)] == [10.0, 25.0, 45.0]


def test_times_are_log_normal_about_their_median(tmp_path: Path) -> None:
    held = timed(tmp_path, "decides_s: 20, spread: 0.5, slower: 0")
    cases = [Case(f"T{n}", "JPN", 1_000.0 * n, 1e9) for n in range(400)]
    desk, _ = played(held, cases, until_s=401_000.0)
    took = sorted(steps(desk, case.name + ".declare_identity")["draft"][0] - case.shown_s for case in cases)
    assert took[200] == pytest.approx(20.0, rel=0.1)
    assert took[336] / took[200] == pytest.approx(2.718281828**0.5, rel=0.15)  # 84 % lie below one deviation


def test_nobody_asks_whom_no_link_reaches_and_word_goes_again_when_it_returns(steady: Authority) -> None:
    desk, _ = played(steady, [Case("T1", "JPN", 100.0, 900.0)], cut=(105.0, 205.0))
    # Proposed in Japan while the link is cut: the order waits, and the consent comes after it.
    times = steps(desk, "T1.declare_identity")
    assert times["propose"] == (110.0, "JPN-head")
    assert times["issue"][0] > 205.0


def test_the_same_seed_decides_alike(tmp_path: Path) -> None:
    held = timed(tmp_path, "decides_s: 20")
    cases = [Case(f"T{n}", "JPN", 7.0 * n, 900.0) for n in range(20)]
    first, second = (played(held, cases)[0].orders for _ in range(2))
    assert first == second


def test_a_case_that_arrives_before_anybody_decides_counts_as_late(steady: Authority) -> None:
    desk, staff = played(steady, [Case("T1", "JPN", 100.0, 115.0)])
    (row,) = [row for row in measured(desk, staff) if row.action == "declare_identity"]
    assert (row.orders, row.issued, row.in_time) == (1, 1, 0)
    assert "T1.warn_public" not in desk.orders
