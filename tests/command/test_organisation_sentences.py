"""Each bad organisation gives one sentence: line, key, what is there, what was expected."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.command.organisations import authority

from kizuna.errors import InputError

CASES = YAML(typ="safe").load(Path(__file__).with_name("organisation_sentences.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"][:60])
def test_a_flaw_is_told_with_its_place(tmp_path: Path, case: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        authority(tmp_path, (case["was"], case["is"]))
    assert str(caught.value) == f"{tmp_path}/small.yaml: {case['says']}"


POLICIES = [
    (
        '@id("one")\npermit (principal, action, resource);\n\n\n\n//\n@id("two")\npermit (principal action);',
        "line 7: is not Cedar (unexpected token `action`); expected permit or forbid",
    ),
    (
        "permit (principal, action, resource);",
        'line 1: the policy has no name; expected @id("a-name") before it',
    ),
    (
        '@id("odd") forbid (principal, action, resource) when { context.weather };',
        "policy odd: attribute `weather` not found; expected what an order has",
    ),
    ('@id("odd") permit (principal == Pots::"chief", action, resource);', "policy odd: "),
]


@pytest.mark.parametrize(("text", "says"), POLICIES)
def test_a_policy_that_is_none_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        authority(tmp_path, policies=text)
    assert str(caught.value).startswith(f"{tmp_path}/more.cedar: {says}")
    assert "\n" not in str(caught.value)


def test_a_file_of_policies_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"line 34, key policies: the file of policies 'no.cedar' is not there"
    ):
        authority(tmp_path, ("to_s: 200}\n", "to_s: 200}\npolicies: no.cedar\n"))
