"""Who may do what follows from the matrix, the relationships, and who stands in for whom."""

from pathlib import Path

import pytest
from tests.command.organisations import authority

from kizuna.command.authority import Asked, Authority, Picture
from kizuna.command.organisation import Situation

LINK = frozenset({frozenset({"JPN", "USA"})})
SEEN = Picture(confirming=2, inside=True)


@pytest.fixture
def small(tmp_path: Path) -> Authority:
    """The small organisation."""
    return authority(tmp_path)


def issues(held: Authority, by: str, action: str, situation: Situation | None = None, **more: object) -> str:
    """What is said when a post issues an order about Japan."""
    situation = situation or Situation(held.organisation)
    given = {"concerned": ("JPN",), "consenting": 2, "people": 2, "picture": SEEN, **more}
    for role in held.roles(by, action, ("JPN",), situation):
        decision = held.decide(Asked(by=by, role=role, step="issue", action=action, **given), situation)  # type: ignore[arg-type]
        if decision.allowed:
            break
    return ("yes: " if decision.allowed else "no: ") + decision.why


def test_the_matrix_says_who_decides(small: Authority) -> None:
    assert issues(small, "chief", "assign_defender") == "yes: chief may by “assign_defender: chief decides”"
    assert issues(small, "JPN-head", "assign_defender") == (
        "no: JPN-head may not issue assign_defender: “assign_defender: JPN-head consents” and no more"
    )
    assert issues(small, "USA-head", "assign_defender").endswith("no policy gives it any part in it")


def test_a_rule_that_is_not_met_is_named_with_what_it_lacks(small: Authority) -> None:
    lacking = {
        "consent of 2 of JPN, USA, and 1 gave it": ("chief", "declare_identity", {"consenting": 1}),
        "2 posts, and 1 take part": ("chief", "assign_defender", {"people": 1}),
        "inside_zone": ("JPN-head", "warn_public", {"picture": Picture(confirming=2)}),
    }
    for why, (by, action, given) in lacking.items():
        told = issues(small, by, action, **given)
        assert told == f"no: {by} may not issue {action}: “{action}: {by} decides” needs {why}"


def test_command_reaches_as_far_as_the_relationship(small: Authority, tmp_path: Path) -> None:
    assert issues(small, "chief", "assign_defender").startswith("yes")
    limited = authority(tmp_path, ("[assign_defender, declare_identity]", "[declare_identity]"))
    assert issues(limited, "chief", "assign_defender").endswith("needs command of JPN in this")
    over = authority(tmp_path, ("declare_identity]}\nlinks", "declare_identity], to_s: 60}\nlinks"))
    assert issues(over, "chief", "assign_defender", Situation(over.organisation, time_s=59.0)).startswith(
        "yes"
    )
    assert issues(over, "chief", "assign_defender", Situation(over.organisation, time_s=60.0)).startswith(
        "no"
    )


@pytest.mark.parametrize(
    ("kind", "may"), [("OPCOM", True), ("TACOM", True), ("TACON", False), ("support", False)]
)
def test_a_kind_of_relationship_carries_what_it_says(tmp_path: Path, kind: str, may: bool) -> None:
    held = authority(tmp_path, ("{kind: OPCON, of: joint, over: JPN-air, actions: [assign_defender, declare_identity]}", f"{{kind: {kind}, of: joint, over: JPN-air}}"))  # fmt: skip # noqa: E501
    assert issues(held, "chief", "assign_defender").startswith("yes" if may else "no")


def test_nobody_commands_what_a_nation_keeps_for_itself(tmp_path: Path) -> None:
    held = authority(tmp_path, ("chief: propose}", "chief: decide}"))
    assert issues(held, "chief", "warn_public").endswith("needs command of JPN in this")


def test_the_first_successor_who_is_there_stands_in_and_no_other(small: Authority) -> None:
    lost = Situation(small.organisation, frozenset({"chief"}))
    assert issues(small, "second", "assign_defender", lost) == (
        "yes: second, acting for chief, may by “assign_defender: chief decides”"
    )
    assert issues(small, "second", "assign_defender").startswith("no")
    both = Situation(small.organisation, frozenset({"chief", "second"}))
    assert issues(small, "JPN-head", "assign_defender", both).startswith("no")


def test_who_is_cut_off_from_the_nation_concerned_is_succeeded_until_the_link_returns(
    small: Authority,
) -> None:
    cut = Situation(small.organisation, lost_links=LINK)
    # The second is at the same end as the chief, so that nobody can act for Japan.
    assert issues(small, "second", "assign_defender", cut).startswith("no")
    assert cut.is_cut_off("chief", ("JPN",))
    assert not cut.is_cut_off("chief", ("USA",))
    assert not Situation(small.organisation).is_cut_off("chief", ("JPN",))


def test_a_delegation_holds_in_its_time_and_for_its_actions(small: Authority) -> None:
    def at(time_s: float) -> str:
        return issues(small, "second", "warn_public", Situation(small.organisation, time_s=time_s))

    assert at(99.0).startswith("no")
    assert at(100.0) == "yes: second, acting for JPN-head, may by “warn_public: JPN-head decides”"
    assert at(199.0).startswith("yes")
    assert at(200.0).startswith("no")
    # The policy itself says so, whoever asks.
    for time_s, may in ((99.0, False), (150.0, True), (200.0, False)):
        asked = Asked("second", "JPN-head", "issue", "warn_public", ("JPN",), 2, 2, picture=SEEN)
        situation = Situation(small.organisation, time_s=time_s)
        assert small.decide(asked, situation).allowed == may


def test_a_late_order_may_be_decided_by_the_post_it_escalates_to(small: Authority) -> None:
    assert issues(small, "JPN-aide", "warn_public").endswith(
        "“warn_public: JPN-aide decides when it is late” begins 30 s after the proposal"
    )
    assert issues(small, "JPN-aide", "warn_public", escalated=True).startswith("yes: JPN-aide may by")


def test_a_further_policy_forbids_whatever_else_permits(tmp_path: Path) -> None:
    what = 'forbid (principal, action == Action::"warn_public", resource)'
    text = f'@id("calm") {what} when {{ !context.picture.inside }};'
    held = authority(tmp_path, ("when: [inside_zone], ", ""), policies=text)
    assert issues(held, "JPN-head", "warn_public").startswith("yes")
    assert issues(held, "JPN-head", "warn_public", picture=Picture(2, False)) == (
        "no: JPN-head may not: “calm” forbids it"
    )
