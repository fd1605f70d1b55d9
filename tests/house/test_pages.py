"""Pages of reference say what the code says."""

import re

import pytest
from tests.house.source import PACKAGE, ROOT

from kizuna.messages.columns import Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth


@pytest.mark.parametrize("table", [Truth, Detections, Sensors, Tracks])
def test_the_columns_page_lists_each_column_with_its_unit(table: type[Table]) -> None:
    """Outsiders write their files after this page."""
    page = (ROOT / "docs" / "reference" / "columns.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {table.__name__}\n")[1].split("\n## ")[0]
    written = re.findall(r"^\| (\**)`(\w+)`\** \|([^|]*)\|", section, re.MULTILINE)
    described = [
        ("" if column.nullable else "**", name, column.unit.split(" ")[0] if name == "time" else column.unit)
        for name, column in columns_of(table).items()
    ]
    assert [(bold, name, unit.strip()) for bold, name, unit in written] == described


def test_the_architecture_page_shows_every_room() -> None:
    """The page of the house is the map that a newcomer opens first."""
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    rooms |= {path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
    shown = set(re.findall(r"^\| \d½? \| `(\w+)`", page, re.MULTILINE))
    assert rooms <= shown
