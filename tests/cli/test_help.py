"""`--help` comes at once, from every command, and shows by an example how it is called."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from tests.cli.conftest import Kizuna
from tests.cli.helps import helps, loaded

import kizuna.cli
from kizuna.cli import track
from kizuna.cli.convert import Kind
from kizuna.cli.recognise import KINDS
from kizuna.models import sets
from kizuna.scenario import model
from kizuna.tracking.course import Associator


def test_help_tells_of_each_verb() -> None:
    assert {"kizuna", "kizuna run", "kizuna track", "kizuna score", "kizuna convert"} < set(helps())
    assert {"kizuna schema", "kizuna moon", "kizuna moon light"} < set(helps())


def test_help_loads_nothing_that_takes_long() -> None:
    """A second of waiting for numba and its like would be a second too much."""
    assert {name: modules for name, modules in loaded().items() if modules} == {}


def test_each_help_has_an_example_of_its_own_command() -> None:
    for name, text in helps().items():
        assert re.search(rf"(Example|Start with): {name} \S", text), f"{name}:\n{text}"


def test_each_help_opens_with_a_sentence_and_explains_each_option() -> None:
    for name, text in helps().items():
        sentence = " ".join(text.split("\n\n")[1].split())
        assert re.fullmatch(r"[A-Z].*[.]", sentence), f"{name}: {sentence}"
        options = re.split(
            r"^  (?=--)", text.partition("\nOptions:\n")[2].partition("\n\n")[0], flags=re.MULTILINE
        )
        assert [
            option for option in options[1:] if not re.search(r" [A-Z].*\.", " ".join(option.split()))
        ] == []


def test_who_asks_for_nothing_is_helped(kizuna: Kizuna) -> None:
    for words in ((), ("moon",)):
        left = kizuna(*words)
        assert "Start with: kizuna" in left.out + left.err


def test_the_version_is_told(kizuna: Kizuna) -> None:
    left = kizuna("--version")
    assert left.status == 0
    assert re.fullmatch(r"kizuna \d+\.\d+\.\d+\n", left.out)


def test_every_kind_of_table_can_be_asked_for() -> None:
    """The verb lists them without loading what knows them."""
    assert [kind.value for kind in Kind] == list(KINDS)


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["schema"]])
def test_the_program_that_is_installed_answers(words: list[str]) -> None:
    program = Path(sys.executable).with_name("kizuna")
    done = subprocess.run([program, *words], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout
    assert done.stderr == ""


def test_every_associator_can_be_asked_for() -> None:
    assert get_args(track.Associator) == get_args(Associator)


def test_every_motion_can_be_asked_for() -> None:
    assert get_args(track.Motion) == get_args(model.Motion) == get_args(sets.Name)


def test_the_room_itself_holds_nothing() -> None:
    assert [name for name in vars(kizuna.cli) if name.isupper()] == []
