"""What the search finds impossible nobody can do when it is played, and somebody can do the rest."""

from itertools import combinations
from pathlib import Path

import pytest
from tests.command.organisations import authority
from tests.house.source import ROOT

from kizuna.command.authority import Authority, Picture
from kizuna.command.check import check, times_of
from kizuna.command.desk import Act, Desk
from kizuna.command.organisation import Situation
from kizuna.command.read import authority_of

LATE_S = 45.0
"""After a proposal, so that what escalates has escalated."""


def reach(held: Authority, node: str, lost: set[str]) -> set[str]:
    """Nodes that a node reaches, found by repetition."""
    found = {node}
    for _ in held.organisation.links:
        for pair in held.organisation.links:
            if "–".join(sorted(pair)) not in lost and pair & found:
                found |= pair
    return found


def played(held: Authority, action: str, nation: str, lost: set[str], start_s: float) -> bool:
    """Whether anybody gets an order of this action issued at a desk, with the help of all whom they reach."""
    organisation = held.organisation
    situation = Situation(
        organisation,
        frozenset(lost & set(organisation.posts)),
        frozenset(pair for pair in organisation.links if "–".join(sorted(pair)) in lost),
        start_s,
    )
    concerned = () if nation == "" else (nation,)
    homes = {place.node for place in organisation.headquarters.values() if place.nation == nation}
    for issuer in organisation.posts:
        near = reach(held, organisation.node_of(issuer), lost)
        if issuer in lost or (nation and not near & homes):
            continue
        there = [
            post for post in organisation.posts if post not in lost and organisation.node_of(post) in near
        ]
        if all(
            any(
                issued(held, each, concerned, there, author, decider, situation)
                for author in there
                for decider in ([issuer] if each == action else there)
            )
            for each in (*organisation.rules[action].after, action)
        ):
            return True
    return False


def issued(
    held: Authority,
    action: str,
    concerned: tuple[str, ...],
    there: list[str],
    author: str,
    issuer: str,
    situation: Situation,
) -> bool:
    """Whether one post gets an order issued that another has drafted, when all who are there consent."""
    rule = held.organisation.rules[action]
    desk = Desk(held)
    start_s, seen = situation.time_s, Picture(5, True)
    desk.take(Act(start_s, author, "draft", "o", action, "", concerned, seen), situation)
    desk.take(Act(start_s, author, "propose", "o"), situation)
    for post in there:
        desk.take(Act(start_s, post, "consent", "o"), situation)
    if "o" in desk.orders:
        desk.orders["o"].picture = seen
    before = rule.after
    if before:  # done at a desk of their own: what counts here is this action
        desk._is_taken = lambda *_: True  # type: ignore[method-assign]
    return desk.take(Act(start_s + LATE_S, issuer, "issue", "o"), situation).state == "issued"


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        (),
        (("  - [JPN, USA]\n", "  - [JPN, USA]\n"), ("at_least: 2", "at_least: 1")),
        (("successors: [second]", "successors: [JPN-head]"),),
        ((", successors: [JPN-aide]", ""), ("headquarters: guam}\nrel", "headquarters: joint}\nrel")),
    ],
    ids=["small", "one consents", "another successor", "no aide"],
)
def test_the_search_agrees_with_play(tmp_path: Path, changes: tuple[tuple[str, str], ...]) -> None:
    held = authority(tmp_path, *changes)
    organisation = held.organisation
    elements = [*organisation.posts, *("–".join(sorted(pair)) for pair in organisation.links)]
    found = {(each.action, each.nation or ""): each for each in check(held, 150.0)}
    impossible = 0
    for lost in [(), *((name,) for name in elements), *combinations(elements, 2)]:
        for (action, nation), finding in found.items():
            # A second loss may even help, when it calls a successor in: then the first alone is what is told.
            if any(set(loss) < set(lost) for loss in finding.impossible_without):
                continue
            can = played(held, action, nation, set(lost), 150.0)
            assert can == (set(lost) not in map(set, finding.impossible_without)), (action, nation, lost)
            impossible += not can
    assert impossible > 10


def test_a_post_that_may_act_alone_is_found(tmp_path: Path) -> None:
    text = '@id("hole") permit (principal == Post::"JPN-head", action == Action::"warn_public", resource);'
    alone = {
        (each.action, each.nation): each.alone
        for each in check(authority(tmp_path, policies=text))
        if each.alone
    }
    assert alone == {
        ("warn_public", nation): (("JPN-head", ()), ("JPN-aide", ("JPN-head",))) for nation in ("JPN", "USA")
    }
    assert all(not each.alone for each in check(authority(tmp_path)))


def test_an_action_that_nobody_could_take_is_found(tmp_path: Path) -> None:
    text = '@id("never") forbid (principal, action == Action::"warn_public", resource);'
    found = {(each.action, each.nation): each for each in check(authority(tmp_path, policies=text))}
    assert found["warn_public", "JPN"].impossible_without == ((),)
    assert found["declare_identity", "JPN"].impossible_without != ((),)


def test_the_search_is_made_anew_when_something_begins_or_ends(tmp_path: Path) -> None:
    assert times_of(authority(tmp_path)) == (0.0, 100.0, 200.0)


def test_the_shipped_structures_have_the_single_points_that_their_page_tells() -> None:
    found = {}
    for name in ("parallel", "joint"):
        held = authority_of(ROOT / "examples" / "organisations" / f"{name}.yaml")
        findings = check(held)
        assert all(() not in each.impossible_without and not each.alone for each in findings)
        found[name] = {(each.action, each.nation): each.single_points for each in findings}
    # Side by side, the ship's two officers must both be there; a joint headquarters decides with one of them.
    assert found["parallel"]["assign_defender", "GBR"] == ("GBR-captain", "GBR-watch")
    assert found["joint"]["assign_defender", "GBR"] == ()
    # But it has drawn on the watches: each nation is left with two who must both be there to warn its public.
    assert found["parallel"]["warn_public", "JPN"] == ()
    assert found["joint"]["warn_public", "JPN"] == ("JPN-deputy", "JPN-director")
