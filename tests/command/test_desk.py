"""Orders live as their states allow; what comes twice or late does no harm; refusals are recorded."""

from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.command.organisations import authority
from tests.docs.states import PICTURE, drawn

from kizuna.command.authority import Authority, Picture
from kizuna.command.desk import Act, Desk, Outcome
from kizuna.command.keys import Keys
from kizuna.command.ledger import Ledger
from kizuna.command.orders import FINAL, STEPS, Step
from kizuna.command.organisation import Situation
from kizuna.command.record import Recorder
from kizuna.command.verify import verify_all

SEEN = Picture(confirming=2, inside=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The small organisation."""
    return authority(tmp_path_factory.mktemp("small"))


def act(time_s: float, post: str, step: Step, order: str = "o", action: str = "declare_identity") -> Act:
    """A step with an order about a track over Japan."""
    return Act(time_s, post, step, order, action if step == "draft" else "", "T12", ("JPN",), SEEN)


WHOLE = [
    act(1, "JPN-head", "draft"),
    act(2, "JPN-head", "propose"),
    act(3, "USA-head", "consent"),
    act(4, "chief", "issue"),
    act(5, "JPN-aide", "acknowledge"),
    act(6, "JPN-aide", "begin"),
    act(7, "JPN-aide", "finish"),
]


def played(held: Authority, acts: list[Act]) -> tuple[Desk, list[Outcome]]:
    """What became of acts in a situation in which nothing is lost."""
    desk = Desk(held)
    return desk, [desk.take(each, Situation(held.organisation, time_s=each.time_s)) for each in acts]


def test_an_order_goes_its_way(small: Authority) -> None:
    desk, outcomes = played(small, WHOLE)
    assert [outcome.state for outcome in outcomes] == [
        "drafted", "proposed", "consented", "issued", "acknowledged", "executing", "done",
    ]  # fmt: skip
    assert desk.orders["o"].decided_by == "chief"


def test_each_step_again_changes_nothing(small: Authority) -> None:
    desk, outcomes = played(small, [each for each in WHOLE for _ in range(2)])
    assert [outcome.became for outcome in outcomes] == ["applied", "repeated"] * len(WHOLE)
    assert desk.orders["o"].state == "done"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([*WHOLE, act(8, "USA-head", "refuse"), act(9, "chief", "cancel")]), max_size=25)
)
def test_replays_and_late_steps_do_no_harm(small: Authority, acts: list[Act]) -> None:
    desk, outcomes = played(small, acts)
    for order in desk.orders.values():
        # Each step was done once, and each led where the table says or stayed for want of others.
        assert len({(step, post) for _, step, post in order.steps}) == len(order.steps)
    states = [outcome.state for outcome in outcomes if outcome.became == "applied"]
    for before, after in pairwise(states):
        assert before == after or (before, after) in {(came, to) for (came, _), to in STEPS.items()} | {
            ("drafted", "consented")
        }
    ended = next((n for n, outcome in enumerate(outcomes) if outcome.state in FINAL), len(outcomes))
    assert all(outcome.became in ("late", "repeated", "refused") for outcome in outcomes[ended + 1 :])


def test_the_same_steps_done_again_from_the_start_end_alike(small: Authority) -> None:
    """Who gets the messages of another desk twice over has the same orders as who gets them once."""
    once, _ = played(small, WHOLE)
    twice, _ = played(small, [*WHOLE, *WHOLE])
    assert once.orders == twice.orders


def test_a_refusal_ends_what_then_can_t_be_met(small: Authority) -> None:
    _, outcomes = played(small, [*WHOLE[:2], act(3, "USA-head", "refuse"), act(4, "chief", "issue")])
    assert [outcome.state for outcome in outcomes[1:3]] == ["proposed", "cancelled"]
    desk, outcomes = played(
        small,
        [
            act(1, "chief", "draft", action="assign_defender"),
            act(2, "chief", "propose"),
            act(3, "JPN-head", "refuse"),
        ],
    )
    assert outcomes[-1].state == "cancelled"
    assert desk.orders["o"].answers == {"chief": True, "JPN-head": False}


def test_nobody_says_yes_after_no(small: Authority) -> None:
    _, outcomes = played(
        small,
        [
            act(1, "chief", "draft"),
            act(2, "chief", "propose"),
            act(3, "JPN-head", "refuse"),
            act(4, "JPN-head", "consent"),
        ],
    )
    assert [outcome.became for outcome in outcomes] == ["applied", "applied", "applied", "late"]


def test_an_action_waits_for_the_one_before_it(small: Authority) -> None:
    acts = [
        act(1, "chief", "draft", "a", "assign_defender"),
        act(2, "chief", "propose", "a"),
        act(3, "JPN-head", "consent", "a"),
        act(4, "chief", "issue", "a"),
    ]
    _, outcomes = played(small, acts)
    assert (outcomes[-1].became, outcomes[-1].why) == (
        "refused",
        "declare_identity about T12 must come first",
    )
    _, outcomes = played(small, [*acts[:3], *WHOLE[:4], acts[3]])
    assert outcomes[-1].state == "issued"


def test_what_nobody_decides_in_time_expires(small: Authority) -> None:
    desk, _ = played(small, [act(1, "chief", "draft", action="assign_defender"), act(20, "chief", "propose")])
    situation = Situation(small.organisation, time_s=100.0)
    assert desk.expire(79.9, situation) == []
    (outcome,) = desk.expire(80.0, situation)
    assert (outcome.act.time_s, outcome.state) == (80.0, "expired")
    assert desk.expire(90.0, situation) == []
    assert desk.take(act(81, "JPN-head", "consent"), situation).became == "late"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (act(1, "KES-head", "draft"), "no post is called 'KES-head'"),
        (act(1, "chief", "draft", action="attack"), "no action is called 'attack'"),
        (Act(1, "chief", "draft", "o", "pause", "", ("KES",)), "no nation is called 'KES'"),
        (act(1, "chief", "propose", "none"), "there is no order 'none'"),
        (
            act(1, "USA-head", "draft", action="warn_public"),
            "USA-head may not draft warn_public: no policy gives it any part in it",
        ),
    ],
)
def test_what_can_t_be_is_refused(small: Authority, wrong: Act, why: str) -> None:
    _, outcomes = played(small, [wrong])
    assert (outcomes[0].became, outcomes[0].why) == ("refused", why)


def test_what_is_refused_is_in_the_ledger_with_its_rule(small: Authority, tmp_path: Path) -> None:
    organisation = small.organisation
    keys = Keys.of_exercise(0, ["JPN", "USA", *organisation.posts])
    paths = [tmp_path / f"{node}.ledger" for node in ("JPN", "USA")]
    with ExitStack() as stack:
        ledgers = {path.stem: stack.enter_context(Ledger(path, path.stem, keys, 1.9e9)) for path in paths}
        desk = Desk(small, Recorder(organisation, ledgers, 1.9e9))
        for each in [*WHOLE[:3], act(3.5, "JPN-head", "issue"), *WHOLE[3:], act(70, "JPN-head", "finish")]:
            desk.take(each, Situation(organisation, time_s=each.time_s))
    japan, america = verify_all(paths)
    refused = next(entry for entry in japan.entries if entry.body.get("became") == "refused")
    assert refused.post == "JPN-head"
    assert refused.body["why"] == (
        "JPN-head may not issue declare_identity: “declare_identity: JPN-head consents” and no more"
    )
    # An entry answers the one before it about the same order, in whichever ledger; and heads were exchanged.
    issued = next(entry for entry in america.entries if entry.body.get("step") == "issue")
    assert issued.saw[0][:2] == ("JPN", refused.number)
    assert [entry.kind for entry in america.entries].count("root") == 1


def test_the_picture_of_the_states_is_drawn_from_the_code() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn(), "python -m tests.docs.states draws it anew"
