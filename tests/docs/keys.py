"""The tables of keys of exercise and organisation files, made from the JSON Schemas.

`python -m tests.docs.keys` puts them into the pages.
"""

from pathlib import Path
from typing import Any

from tests.docs.page import DOCS

from kizuna.command.cover_form import coverage_schema
from kizuna.command.read import organisation_schema
from kizuna.scenario.schema import exercise_schema

PAGE = DOCS / "how-to" / "write-an-exercise.md"
ORGANISATION_PAGE = DOCS / "reference" / "command.md"
_BEGIN, _END = "<!-- keys -->\n", "<!-- end of keys -->\n"
_SECTIONS = {
    "": "The exercise",
    "Airport": "An entry of `airports`, by name",
    "RecordedTraffic": "An entry of `traffic` with `source: recorded`",
    "FlightsTraffic": "An entry of `traffic` with `source: flights`",
    "IncomingTraffic": "An entry of `traffic` with `source: incoming`",
    "BallisticTraffic": "An entry of `traffic` with `source: ballistic`",
    "Box": "The area `from` of incoming and ballistic traffic",
    "Sensor": "An entry of `sensors`",
    "Node": "An entry of `nodes`",
    "Link": "An entry of `links`",
    "Outage": "An entry of `outages`, of a sensor or a link",
    "Partition": "An entry of `partitions`",
    "Variant": "An entry of `variants`",
}
_OF_ORGANISATION = {
    "": "The organisation",
    "Headquarters": "An entry of `headquarters`",
    "Unit": "An entry of `units`",
    "Post": "An entry of `posts`",
    "Relationship": "An entry of `relationships`",
    "Rule": "An entry of `actions`, by name",
    "Consent": "The key `consent` of an action",
    "Delegation": "An entry of `delegations`",
}
COVERAGE_PAGE = DOCS / "reference" / "coverage.md"
_OF_COVERAGE = {
    "": "The coverage",
    "ProtectedArea": "An entry of `areas`",
    "NotionalDefender": "An entry of `defenders`",
}
_IN_SENSOR = {"SensorType"}
"""What has the keys of another record and no others."""


def tables() -> str:
    """All tables of exercise files, each under its heading."""
    return _tables(exercise_schema(), _SECTIONS)


def organisation_tables() -> str:
    """All tables of organisation files."""
    return _tables(organisation_schema(), _OF_ORGANISATION)


def coverage_tables() -> str:
    """All tables of coverage files."""
    return _tables(coverage_schema(), _OF_COVERAGE)


def _tables(schema: dict[str, Any], sections: dict[str, str]) -> str:
    records = {"": schema, **schema["$defs"]}
    # A record that has no heading here yet goes by what it says of itself.
    more = {name: record["description"].splitlines()[0].rstrip(".") for name, record in records.items()}
    headings = {
        **sections,
        **{name: more[name] for name in records if name not in {*sections, *_IN_SENSOR}},
    }
    return "\n".join(_table(heading, records[name]) for name, heading in headings.items())


def written(page: Path = PAGE) -> str:
    """The tables that a page holds."""
    return page.read_text(encoding="utf-8").split(_BEGIN)[1].split(_END)[0]


def write() -> None:
    """Put the tables into the pages."""
    for page, made in (
        (PAGE, tables()),
        (ORGANISATION_PAGE, organisation_tables()),
        (COVERAGE_PAGE, coverage_tables()),
    ):
        before, rest = page.read_text(encoding="utf-8").split(_BEGIN)
        page.write_text(before + _BEGIN + made + _END + rest.split(_END)[1], encoding="utf-8")


def _table(heading: str, record: dict[str, Any]) -> str:
    needed = record.get("required", [])
    lines = [f"### {heading}", "", "| Key | Unit | When absent | What it is |", "|---|---|---|---|"]
    for name, spec in record["properties"].items():
        key = f"**`{name}`**" if name in needed else f"`{name}`"
        told = spec["description"]
        unit = spec.get("unit", "")
        # The schema's text ends with the unit, which has a column of its own here.
        told = told.removesuffix(f" ({'a number without unit' if unit == '1' else unit})")
        lines.append(f"| {key} | {unit} | {_default(name in needed, spec)} | {told}{_choices(spec)} |")
    return "\n".join([*lines, ""])


def _default(needed: bool, spec: dict[str, Any]) -> str:
    value = spec.get("default")
    if needed or value in (None, [], {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list | tuple):
        return "`[" + ", ".join(f"{each:g}" for each in value) + "]`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _choices(spec: dict[str, Any]) -> str:
    choices = spec.get("enum", [])
    return ": " + ", ".join(f"`{each}`" for each in choices) if choices else ""


if __name__ == "__main__":
    write()
