"""Who follows a page from its first line to its last sees what the page says."""

import re
from pathlib import Path

import pytest
from tests.docs import commands
from tests.docs.keys import (
    COVERAGE_PAGE,
    ORGANISATION_PAGE,
    coverage_tables,
    organisation_tables,
    tables,
    written,
)
from tests.docs.page import DOCS, blocks, compare, follow, prose, said, with_sections

FOLLOWED = [
    "tutorials/first-exercise.md",
    "how-to/track-your-own.md",
    "how-to/convert.md",
    "how-to/track-a-recording.md",
    "how-to/write-an-exercise.md",
    "how-to/add-a-sensor.md",
    "how-to/keep-a-ledger.md",
    "how-to/write-rules.md",
    "how-to/describe-a-command-structure.md",
    "how-to/warn-the-public.md",
]


@pytest.mark.slow
@pytest.mark.parametrize("page", FOLLOWED)
def test_a_page_keeps_its_word(page: str, tmp_path: Path) -> None:
    follow(page, tmp_path)


def test_the_tutorial_s_prose_names_no_number_that_its_commands_do_not_print() -> None:
    page = "tutorials/first-exercise.md"
    shown = " ".join(block.text for block in blocks(page))
    told = re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", prose(page))
    assert told
    assert [each for each in told if each not in shown] == []


def test_every_page_that_writes_files_and_runs_commands_is_followed() -> None:
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    assert {page for page in pages if any(block.does for block in blocks(page))} == set(FOLLOWED)


def test_a_number_that_differs_is_found() -> None:
    compare(["Completeness 0.53"], "│ Completeness  0.535 │", "kizuna")
    with pytest.raises(AssertionError, match=r"prints 0\.61 where the page says 0\.53"):
        compare(["Completeness 0.53"], "Completeness 0.61", "kizuna")
    with pytest.raises(AssertionError, match="does not print"):
        compare(["Ambiguity 1.00"], "Completeness 0.61", "kizuna")


def test_a_section_takes_the_place_of_the_old_one() -> None:
    text = "a: 1\n\nb:\n  - 2\n  - 3\n\nc: 4\n"
    assert with_sections(text, "b:\n  - 5\n") == "a: 1\n\nb:\n  - 5\n\nc: 4\n"
    assert with_sections(text, "d: 6\n") == text + "\nd: 6\n"


def test_commands_stand_with_what_they_print() -> None:
    assert said("$ one\nanswer\n…\n$ two\n") == [("one", ["answer"]), ("two", [])]


def test_the_guide_has_every_key_of_an_exercise() -> None:
    assert written() == tables(), "python -m tests.docs.keys writes the tables anew"


def test_the_reference_has_every_command_and_option() -> None:
    assert commands.written() == commands.reference(), "python -m tests.docs.commands writes them anew"


def test_a_command_s_help_is_taken_apart() -> None:
    said = commands.parsed(
        "Usage: kizuna do [OPTIONS] {IN...}...\n\n  Do it\n  well.\n\n  Example: kizuna do a\n\n"
        "Arguments:\n  IN... <list[Path]>  What.  [required]\n\n"
        "Options:\n  --kind <a|b>\n             Which of\n             them.\n  --help     Show it.\n"
    )
    assert said.usage == "kizuna do [OPTIONS] IN..."
    assert said.paragraphs == ["Do it well.", "Example: kizuna do a"]
    assert said.lists == {
        "Arguments": [("IN...", "What. [required]")],
        "Options": [("--kind a|b", "Which of them."), ("--help", "Show it.")],
    }


def test_the_reference_has_every_key_of_an_organisation() -> None:
    assert written(ORGANISATION_PAGE) == organisation_tables(), "python -m tests.docs.keys writes them anew"


def test_the_reference_has_every_key_of_a_coverage() -> None:
    assert written(COVERAGE_PAGE) == coverage_tables(), "python -m tests.docs.keys writes them anew"
