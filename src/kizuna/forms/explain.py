"""Say in words what a record refused: where in the file, what is there, what was expected."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from kizuna.forms.schema import Schema
from kizuna.forms.yaml import KeyPath

_LISTED = 12
"""A list of what could stand there is cut after so many words."""

_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")

_LONGEST = 60
"""A text of the file is shown up to this length."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong in a file."""

    path: KeyPath
    problem: str
    expected: str = ""


def flaws_of(error: ValidationError, schema: Schema) -> list[Flaw]:
    """What a record refused, in words; consequences of another flaw are left out.

    Parameters
    ----------
    error
        What the record raised.
    schema
        The record's JSON Schema.
    """
    found = error.errors(include_url=False)
    unknown = {item["loc"][:-1] for item in found if item["type"] in _UNKNOWN}
    made = []
    for item in found:
        place = item["loc"]
        if item["type"] == "missing" and place[:-1] in unknown:
            continue  # most likely it is there, misspelt
        if item["type"] == "too_short" and any(
            other["loc"][: len(place)] == place and other is not item for other in found
        ):
            continue  # items that were refused are not counted
        made.append(_flaw(dict(item), schema))
    return made


def not_known(problem: str, word: str, known: Iterable[str]) -> tuple[str, str]:
    """Problem and expectation for a word that is none of the known ones, with the one that may be meant."""
    names = list(known)
    meant = did_you_mean(word, names)
    if meant:
        return f"{problem}; did you mean {meant}?", ""
    return problem, listing(names)


def quoted(text: str) -> str:
    """Text in quotes, cut when it is long."""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest to this one, or nothing when none is near."""
    lowered = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    # The unit of a name is what newcomers leave out.
    close = close or [name for name in lowered if name.startswith(f"{word.lower()}_")]
    return lowered[close[0]] if close else ""


def listing(names: Iterable[str]) -> str:
    """Text such as ``one of radar, bearing, position``."""
    words = list(names)
    if not words:
        return "none, because there is none"
    cut = [*words[:_LISTED], "…"] if len(words) > _LISTED else words
    return words[0] if len(words) == 1 else "one of " + ", ".join(cut)


def _flaw(item: dict[str, Any], schema: Schema) -> Flaw:
    path, node = _walk(schema, item["loc"])
    kind, value = item["type"], item["input"]
    if kind in _UNKNOWN:
        _, parent = _walk(schema, item["loc"][:-1])
        return Flaw(path, *not_known("is not known", str(path[-1]), parent["properties"]))
    if kind == "missing":
        return _missing(item["loc"], schema)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _untold(path, node, value)
    if kind == "invalid_key":
        return Flaw(
            path[:-1], f"{value} is no key", "words as keys, and decimal points that are dots, not commas"
        )
    if item["loc"] and item["loc"][-1] == "[key]":
        return Flaw(path, f"{quoted(str(path[-1]))} is no name", _NAME)
    if kind in ("literal_error", "enum"):
        words = _words(node)
        if isinstance(value, str):
            problem, expected = not_known(f"{quoted(value)} is not known", value, words)
            return Flaw(path, problem, expected)
        return Flaw(path, f"is {_what(value)}", listing(words))
    return Flaw(path, _problem(item), expected_of(node, schema))


def _missing(place: KeyPath, schema: Schema) -> Flaw:
    above, group = _walk(schema, place[:-1])
    name = place[-1]
    if isinstance(name, int):
        return Flaw(above, f"holds {_items(name)}", expected_of(group, schema))
    expected = expected_of(group["properties"][name], schema)
    other = ", or type: the name of a sensor type" if "type" in group["properties"] and name == "kind" else ""
    return Flaw(above, f"the key {name} is missing", f"{name}: {expected}{other}")


def _untold(path: KeyPath, node: Schema, value: Any) -> Flaw:
    """A union whose key that says which of its records is meant, is wrong or missing."""
    name, words = node["discriminator"]["propertyName"], list(node["discriminator"]["mapping"])
    if not isinstance(value, dict):
        return Flaw(path, f"is {_what(value)}", f"keys such as {name}")
    if name not in value:
        meant = difflib.get_close_matches(name, [key for key in value if isinstance(key, str)], n=1)
        if meant:
            return Flaw((*path, meant[0]), f"is not known; did you mean {name}?")
        return Flaw(path, f"the key {name} is missing", f"{name}: {listing(words)}")
    told = value[name]
    if not isinstance(told, str):
        return Flaw((*path, name), f"is {_what(told)}", listing(words))
    problem, expected = not_known(f"{quoted(told)} is not known", told, words)
    return Flaw((*path, name), problem, expected)


def _problem(item: dict[str, Any]) -> str:
    kind, value = item["type"], item["input"]
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return f"{value:.10g} is out of bounds" if isinstance(value, float) else f"{value} is out of bounds"
    if kind == "finite_number":
        return "is not a finite number"
    if kind == "string_pattern_mismatch":
        return f"{quoted(value)} is no name" if value else "is empty text"
    if kind in ("too_short", "too_long"):
        return f"holds {_items(len(value))}" if value else "is empty"
    if kind == "string_too_short":
        return "is empty text"
    if kind == "utc":
        return f"{quoted(value)} is not a time"
    if kind == "int_type" and isinstance(value, float):
        return f"{value} is not a whole number"
    if kind == "order":
        return str(item["msg"])
    return f"is {_what(value)}"


def _what(value: Any) -> str:
    """What kind of thing a value is, in words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, int | float):
        return f"the number {value:.10g}"
    return "a list" if isinstance(value, list | tuple) else "a group of keys"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


_NAME = "a name without spaces, slashes or colons, in quotes when it is a number"


def expected_of(node: Schema, schema: Schema) -> str:
    """What may stand at this place of a JSON Schema, in words."""
    node = _resolved(node, schema)
    if words := _words(node):
        return listing(words)
    kind = node.get("type")
    if kind in ("number", "integer"):
        return _number(node, "a whole number" if kind == "integer" else "a number")
    if kind == "string":
        if node.get("format") == "date-time":
            return "a UTC time such as 2018-08-01T05:00:00Z"
        return _NAME if "pattern" in node else "text"
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        if "prefixItems" in node:
            return f"a list of two numbers: {node['description'].split(',')[0].lower()}"
        return "a list" if node.get("minItems", 0) < 1 else f"a list of at least {node['minItems']}"
    names, possible = list(node.get("required", [])), list(node.get("properties", {}))
    if not possible:
        return "names, each with its keys"
    return "keys " + ", ".join([*names, "…"] if len(possible) > len(names) else names)


def _number(node: Schema, noun: str) -> str:
    unit = f" {node['unit']}" if node.get("unit", "1") != "1" else ""
    low, above, high = node.get("minimum"), node.get("exclusiveMinimum"), node.get("maximum")
    if above is not None:
        return f"{noun} above {above:.10g}" + (f" and up to {high:.10g}" if high is not None else "") + unit
    if low is not None and high is not None:
        return f"{noun} from {low:.10g} to {high:.10g}{unit}"
    return f"{noun} from {low:.10g}{unit}" if low is not None else noun + unit


def _words(node: Schema) -> list[str]:
    return [str(word) for word in node.get("enum", [node["const"]] if "const" in node else [])]


def _walk(schema: Schema, place: tuple[str | int, ...]) -> tuple[KeyPath, Schema]:
    """Path in the file, and node of the schema, at the place that an error names."""
    path: list[str | int] = []
    node = schema
    for part in place:
        node = _resolved(node, schema)
        tagged = node.get("discriminator", {}).get("mapping", {})
        if part in tagged:
            node = {"$ref": tagged[part]}  # names the record within a union; stands nowhere in the file
            continue
        if part == "[key]":
            break
        path.append(part)
        if isinstance(part, int) and "prefixItems" in node:
            items = node["prefixItems"]
            node = {**items[min(part, len(items) - 1)], "unit": node.get("unit", "1")}
        elif isinstance(part, int):
            node = node.get("items", {})
        else:
            # The keys of a group that the file itself names are described by one pattern.
            named: Schema = next(iter(node.get("patternProperties", {}).values()), {})
            node = node.get("properties", {}).get(part, named)
    return tuple(path), _resolved(node, schema)


def _resolved(node: Schema, schema: Schema) -> Schema:
    """The node that a reference, or a choice between something and null, stands for."""
    if "$ref" in node:
        target = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return _resolved({**target, **{key: value for key, value in node.items() if key != "$ref"}}, schema)
    if "anyOf" in node and "properties" not in node:
        some = [choice for choice in node["anyOf"] if choice.get("type") != "null"]
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return _resolved({**some[0], **rest}, schema)
    return node
