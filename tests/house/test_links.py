"""The pages lead where they say: every relative link in them has something at its end."""

import re
from pathlib import Path

import pytest
from tests.house.source import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
DECISIONS = ROOT / "docs" / "decisions"


def relative_links(page: Path) -> list[str]:
    """Targets of the links and pictures of a page, those on other machines left out."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target for target in targets if not re.match(r"[a-z]+:|#", target)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """A reader who follows a link arrives."""
    targets = relative_links(page)
    assert [target for target in targets if not (page.parent / target.split("#")[0]).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    """Decisions are numbered without a gap, and the index names each."""
    numbered = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert [name[:4] for name in numbered] == [f"{number:04}" for number in range(1, len(numbered) + 1)]
    index = (DECISIONS / "index.md").read_text(encoding="utf-8")
    assert [name for name in numbered if f"({name})" not in index] == []
