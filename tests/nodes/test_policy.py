"""Rules of release in Cedar: what they grant, what they may ask, and what is said of bad ones."""

from pathlib import Path

import pytest

from kizuna.errors import InputError
from kizuna.nodes.policy import Decision, Grant, Policies, Record

TRACK = Record("tracks", "JPN", "aircraft", identified=True, areas=("sea",))
RULES = """
// Who says who they are, everybody may know of.
@id("civil") @delay_s("60")
permit (principal, action, resource) when { resource.kind == "tracks" && resource.identified };

@id("allies") @round_m("1000") @drop("identity")
permit (principal, action, resource)
when { principal in [Nation::"AUS", Nation::"USA"] && resource.kind == "tracks" };

@id("never; not even so")
forbid (principal == Nation::"USA", action, resource) when { context.phase == "tense" };
"""


def test_what_several_rules_grant_adds_up() -> None:
    """By one rule late and whole, by the other at once and coarse: at once and whole."""
    policies = Policies(RULES, "JPN.cedar")
    assert policies.decide("AUS", TRACK) == Decision(Grant(), ("allies", "civil"))
    assert policies.decide("GBR", TRACK) == Decision(Grant(delay_s=60.0), ("civil",))
    coarse = Grant(1000.0, frozenset({"identity"}))
    assert policies.decide("AUS", TRACK._replace(identified=False)) == Decision(coarse, ("allies",))


def test_nothing_is_released_unless_a_rule_says_so() -> None:
    assert Policies("", "JPN.cedar").decide("AUS", TRACK) == Decision(None, ())
    assert Policies(RULES, "JPN.cedar").decide("GBR", TRACK._replace(identified=False)).grant is None


def test_a_forbid_outdoes_every_permit() -> None:
    decision = Policies(RULES, "JPN.cedar").decide("USA", TRACK, "tense")
    assert decision == Decision(None, ("never; not even so",))


def test_a_rule_that_asks_for_what_a_record_has_not_releases_nothing() -> None:
    """Cedar passes over a forbid that fails; a radar's plot would leave although nobody knows where it is."""
    policies = Policies(
        '@id("all") permit (principal, action, resource);\n'
        '@id("bay") forbid (principal, action, resource) when { resource.areas.contains("bay") };',
        "JPN.cedar",
    )
    plot = Record("detections", "JPN", None, areas=None, sensor="north")
    decision = policies.decide("AUS", plot)
    assert decision.grant is None
    assert "policy bay" in decision.errors[0]
    assert "areas" in decision.errors[0]
    assert policies.decide("AUS", TRACK).grant == Grant()


def test_a_coarse_version_goes_only_to_who_may_have_no_less() -> None:
    """Cells of two grids overlap: together they would tell more than either."""
    assert Grant().covers(Grant(500.0, frozenset({"identity"}), 60.0))
    assert Grant(500.0).covers(Grant(500.0, frozenset({"identity"})))
    assert not Grant(500.0).covers(Grant(1000.0))
    assert not Grant(drop=frozenset({"identity"})).covers(Grant())
    assert not Grant(delay_s=60.0).covers(Grant(delay_s=59.0))


def test_which_rule_applies_by_itself() -> None:
    applying = Policies(RULES, "JPN.cedar").applying("GBR", TRACK, "tense")
    assert applying == {"civil": True, "allies": False, "never; not even so": False}


def test_what_no_rule_asks_for_makes_no_difference() -> None:
    policies = Policies(RULES, "JPN.cedar")
    assert policies.asks("identified")
    assert not policies.asks("age_s")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '@id("a")\npermit (principal, action, resource)\nwhen { resource.kind = "x" };',
            (
                ": the policy that begins here is not Cedar: '=' is not a valid operator in Cedar; "
                "expected permit (…) or forbid (…), and a semicolon"
            ),
        ),
        (
            "permit (principal, action, resource);",
            ': the rule has no name; expected @id("a-name") before it',
        ),
        (
            '@id("a") permit (principal, action, resource) when { resource.colour == "red" };',
            (
                ", rule a: attribute `colour` on entity type `Record` not found; expected "
                "of a record: kind, originator, object_kind, identified, marking, sensor, areas, age_s; "
                "or context.phase"
            ),
        ),
        (
            '@id("a") @rond_m("5") permit (principal, action, resource);',
            (", rule a: the annotation @rond_m is not known; expected @id, @round_m, @drop or @delay_s"),
        ),
        (
            '@id("a") @round_m("-5") permit (principal, action, resource);',
            ", rule a: @round_m is '-5'; expected a whole number in quotes",
        ),
        (
            '@id("a") @drop("place") permit (principal, action, resource);',
            ", rule a: @drop names 'place'; expected one of identity, kind",
        ),
        (
            '@id("a") @round_m("5") forbid (principal, action, resource);',
            ", rule a: a forbid has the annotation @round_m; expected @id alone: it stops all",
        ),
        (
            '@id("first") permit (principal, action, resource);',
            (
                ", rule first: there is a rule of this name already (line 2); "
                "expected an @id of its own for each rule"
            ),
        ),
        (
            '@id("a") permit (principal == ?principal, action, resource);',
            ": the policy has a slot to fill in; expected a policy without slots",
        ),
    ],
)
def test_a_bad_rule_is_told_with_its_line(text: str, sentence: str) -> None:
    """The second of two policies, after a comment with a semicolon; begun in line 3."""
    with pytest.raises(InputError) as told:
        Policies(f'// a; "b\n@id("first") permit (principal, action, resource); // c;\n{text}', "JPN.cedar")
    assert str(told.value) == f"JPN.cedar: line 3{sentence}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.cedar: can't be read .* expected Cedar policies in UTF-8"):
        Policies.read(tmp_path / "no.cedar")
