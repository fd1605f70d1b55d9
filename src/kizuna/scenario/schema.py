"""JSON Schema of the exercise file, from which editors complete keys and errors take what was expected."""

from functools import cache
from typing import Any

from kizuna.scenario.keys import Record
from kizuna.scenario.model import Exercise
from kizuna.scenario.sensor import SensorList

Schema = dict[str, Any]


def exercise_schema() -> Schema:
    """JSON Schema (draft 2020-12) of exercise files; each number's unit stands in its description."""
    return schema_of(Exercise)


def sensors_schema() -> Schema:
    """JSON Schema (draft 2020-12) of the file of sensors that `kizuna track` reads."""
    return schema_of(SensorList)


@cache
def schema_of(record: type[Record]) -> Schema:
    """JSON Schema of one kind of record."""
    made = record.model_json_schema(by_alias=True)
    title = (record.__doc__ or record.__name__).splitlines()[0].rstrip(".")
    cleaned: Schema = _clean(made)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **cleaned}


def _clean(node: Any) -> Any:
    """Without the titles that only repeat the keys, and with units in the descriptions."""
    if isinstance(node, list):
        return [_clean(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {
        key: _clean(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))
    }
    if isinstance(made.get("unit"), str) and isinstance(made.get("description"), str):
        unit = "a number without unit" if made["unit"] == "1" else made["unit"]
        made["description"] = f"{made['description']} ({unit})"
    return made
