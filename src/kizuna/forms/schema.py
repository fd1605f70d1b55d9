"""JSON Schema of a record, from which editors complete keys and errors take what was expected."""

from functools import cache
from typing import Any

from kizuna.forms.keys import Record

Schema = dict[str, Any]


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
