"""The tables of keys in the guide to exercise files, made from the JSON Schema; run it to write them anew.

`python -m tests.docs.keys` puts them into the page.
"""

from typing import Any

from tests.docs.page import DOCS

from kizuna.scenario.schema import exercise_schema

PAGE = DOCS / "how-to" / "write-an-exercise.md"
_BEGIN, _END = "<!-- keys -->\n", "<!-- end of keys -->\n"
_SECTIONS = {
    "": "The exercise",
    "Airport": "An entry of `airports`, by name",
    "RecordedTraffic": "An entry of `traffic` with `source: recorded`",
    "FlightsTraffic": "An entry of `traffic` with `source: flights`",
    "IncomingTraffic": "An entry of `traffic` with `source: incoming`",
    "Box": "The area `from` of incoming traffic",
    "Sensor": "An entry of `sensors`",
    "Node": "An entry of `nodes`",
    "Link": "An entry of `links`",
    "Outage": "An entry of `outages`, of a sensor or a link",
    "Partition": "An entry of `partitions`",
    "Variant": "An entry of `variants`",
}
_IN_SENSOR = {"SensorType"}
"""What has the keys of another record and no others."""


def tables() -> str:
    """All tables, each under its heading."""
    schema = exercise_schema()
    records = {"": schema, **schema["$defs"]}
    # A record that has no heading here yet goes by what it says of itself.
    more = {name: record["description"].splitlines()[0].rstrip(".") for name, record in records.items()}
    headings = {
        **_SECTIONS,
        **{name: more[name] for name in records if name not in {*_SECTIONS, *_IN_SENSOR}},
    }
    return "\n".join(_table(heading, records[name]) for name, heading in headings.items())


def written() -> str:
    """The tables that the page holds."""
    return PAGE.read_text(encoding="utf-8").split(_BEGIN)[1].split(_END)[0]


def write() -> None:
    """Put the tables into the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(_BEGIN)
    PAGE.write_text(before + _BEGIN + tables() + _END + rest.split(_END)[1], encoding="utf-8")


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
