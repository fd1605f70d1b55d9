"""`kizuna release explain` says which rule lets a record through, and which stops it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kizuna.cli.release import release
from kizuna.errors import InputError

RULES = """@id("civil")
permit (principal, action, resource) when { resource.kind == "tracks" && resource.identified };
@id("allies") @round_m("1000") @drop("identity") @delay_s("60")
permit (principal == Nation::"AUS", action, resource) when { resource.areas.contains("sea") };
@id("never")
forbid (principal, action, resource) when { context.phase == "tense" };
"""


def explained(folder: Path, *words: str) -> str:
    """What the command prints."""
    (folder / "JPN.cedar").write_text(RULES)
    arguments = ["explain", str(folder / "JPN.cedar"), "--from", "JPN", *words]
    answer = CliRunner().invoke(release, arguments, catch_exceptions=False)
    assert answer.exit_code == 0
    return answer.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--to GBR", "Not released to GBR: no rule permits it."),
        ("--to GBR --identified", "Released to GBR by civil: as it is."),
        (
            "--to AUS --area sea --area coast",
            "Released to AUS by allies: places rounded to 1000 m, without identity, when it is 60 s old.",
        ),
        ("--to AUS --area sea --identified", "Released to AUS by allies and civil: as it is."),
        ("--to AUS --identified --phase tense", "Not released to AUS: stopped by never."),
        ("--to JPN", "Released to JPN: it is its own record, for which no rule is asked."),
    ],
)
def test_the_decision_is_one_sentence(tmp_path: Path, words: str, sentence: str) -> None:
    assert explained(tmp_path, *words.split()).splitlines()[0] == sentence


def test_a_rule_that_fails_is_named(tmp_path: Path) -> None:
    """Plots have no place, so nobody can say that they lie in an area."""
    answer = explained(tmp_path, "--to", "AUS", "--kind", "detections", "--sensor", "north")
    assert answer.startswith("Not released to AUS: a rule failed (")
    assert "allies" in answer.splitlines()[0]


def test_each_rule_is_listed_with_its_line(tmp_path: Path) -> None:
    assert explained(tmp_path, "--to", "GBR", "--identified").splitlines()[1:] == [
        "  line 1    civil: applies",
        "  line 3    allies: does not apply",
        "  line 5    never: does not apply",
    ]


def test_a_kind_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--kind: is 'plots'; expected one of tracks, detections, notices"):
        explained(tmp_path, "--to", "AUS", "--kind", "plots")
