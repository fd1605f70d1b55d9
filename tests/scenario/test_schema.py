"""The JSON Schema describes every key with its unit, and agrees with what the records take."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.command.cover_form import coverage_schema
from kizuna.command.read import organisation_schema
from kizuna.errors import InputError
from kizuna.scenario.read import read
from kizuna.scenario.schema import exercise_schema, sensors_schema

SCHEMAS = {
    "exercise": exercise_schema(),
    "sensors": sensors_schema(),
    "organisation": organisation_schema(),
    "coverage": coverage_schema(),
}
UNITS = {"_s": "s", "_m": "m", "_mps": "m/s", "_deg": "deg"}


def keys_of(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Record, key and description of every key."""
    yield from (("", key, node) for key, node in schema["properties"].items())
    for record, part in schema["$defs"].items():
        yield from ((record, key, node) for key, node in part["properties"].items())


def references(node: Any) -> Iterator[str]:
    """Every reference in a schema."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_every_key_has_a_description_and_the_unit_of_its_name(schema: dict[str, Any]) -> None:
    for record, key, node in keys_of(schema):
        assert node["description"], (record, key)
        unit = next((unit for ending, unit in UNITS.items() if key.endswith(ending)), None)
        if unit:
            assert node["unit"] == unit, (record, key)
            assert node["description"].endswith(f"({unit})"), (record, key)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_every_record_refuses_unknown_keys_and_every_reference_leads_somewhere(
    schema: dict[str, Any],
) -> None:
    assert schema["additionalProperties"] is False
    for part in schema["$defs"].values():
        assert part["additionalProperties"] is False
    for reference in references(schema):
        assert reference.removeprefix("#/$defs/") in schema["$defs"]


def test_a_sensor_may_leave_its_kind_to_its_type() -> None:
    sensor = exercise_schema()["$defs"]["Sensor"]
    assert sensor["required"] == ["sensor", "nation"]
    assert sensor["anyOf"] == [{"required": ["kind"]}, {"required": ["type"]}]


def test_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    from kizuna.cli.schema import schema

    schema(sensors=False)
    assert json.loads(capsys.readouterr().out) == exercise_schema()
    schema(sensors=True)
    assert json.loads(capsys.readouterr().out) == sensors_schema()


ODD = st.sampled_from(
    [
        "",
        "~",
        "-1",
        "1e400",
        ".nan",
        "[]",
        "{}",
        "[1, x]",
        "{a: 1}",
        "'",
        "&a *a",
        "!t 3",
        "2018-08-01",
        "é",
        "\t",
        "- ",
    ]
)


@given(line=st.integers(0, 43), cut=st.integers(0, 40), odd=ODD)
def test_whatever_is_changed_is_read_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, exercise_text: str, line: int, cut: int, odd: str
) -> None:
    lines = exercise_text.splitlines()
    lines[line] = lines[line][:cut] + odd
    path = tmp_path_factory.getbasetemp() / "changed.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        read(path)
    except InputError as error:
        sentence = str(error)
        assert sentence.startswith(str(path))
        assert "\n" not in sentence
        assert (
            "Input should" not in sentence
        )  # the library's own words would be a case that nobody thought of
