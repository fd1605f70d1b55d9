"""YAML text as plain values, and the line on which each of them stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from kizuna.errors import InputError
from kizuna.files import not_there

KeyPath = tuple[str | int, ...]
Lines = dict[KeyPath, int]
"""Line, counted from 1, of each value by the keys and numbers that lead to it; () is the whole file."""


class _Constructor(RoundTripConstructor):
    """Round-trip constructor that leaves times as the text that they are."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_str)


def load(path: Path | str, such_as: str = "sensors") -> tuple[dict[str, Any], Lines]:
    """Keys and values of a YAML file, and their lines.

    Parameters
    ----------
    path
        The file.
    such_as
        A key that it should hold, for the sentence about a file without any.

    Raises
    ------
    InputError
        When the file can't be read, is empty, is not YAML, or holds no keys.
    """
    file = str(path)
    text = _text(path, file)
    yaml = YAML()
    yaml.Constructor = _Constructor
    try:
        data = yaml.load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1
        key = str(error.problem).split('"')[1]
        raise InputError(file, f"line {line}, key {key}", "is there twice", "each key once") from error
    except MarkedYAMLError as error:
        mark, why = _unmarked(error)
        place = f"line {mark.line + 1}" if mark else ""
        expected = "lines such as `key: value`, indented with spaces"
        raise InputError(file, place, f"is not YAML ({why})", expected) from error
    except RecursionError as error:
        raise InputError(file, "", "is nested too deep", "keys and values in YAML") from error
    except YAMLError as error:
        raise InputError(
            file, "", f"is not YAML ({str(error).splitlines()[0]})", "keys and values in YAML"
        ) from error
    if data is None:
        raise InputError(file, "", "is empty", f"keys such as `{such_as}:`")
    if not isinstance(data, CommentedMap):
        found = "a list" if isinstance(data, CommentedSeq) else "one value"
        raise InputError(file, "line 1", f"holds {found}", f"keys such as `{such_as}:`")
    lines: Lines = {(): 1}
    return _plain(data, (), lines), lines


def _unmarked(error: MarkedYAMLError) -> tuple[Any, str]:
    """Where a slip is and what it is, in the words of the parser but for those that newcomers make."""
    if error.problem and "'\\t'" in error.problem:
        return error.problem_mark, "there is a tab"
    if error.problem == "could not find expected ':'":
        # Noticed on a later line; the key itself stands on this one.
        return error.context_mark, "a key without `: ` after it"
    if error.problem == "mapping values are not allowed here":
        return error.problem_mark, "a `:` where none can be; text that holds one needs quotes"
    return error.problem_mark or error.context_mark, error.problem or error.context or "it can't be read"


def _text(path: Path | str, file: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise not_there(path, "a YAML file") from None
    except IsADirectoryError:
        raise InputError(file, "", "is a folder", "a YAML file") from None
    except UnicodeDecodeError:
        raise InputError(file, "", "is not text", "a YAML file in UTF-8") from None
    except OSError as error:
        raise InputError(file, "", f"can't be read ({error.strerror})", "a YAML file") from error


def _plain(value: Any, path: KeyPath, lines: Lines) -> Any:
    """The value without ruamel's types; the lines of all that is in it are noted."""
    if isinstance(value, CommentedMap):
        own = value.lc.data or {}
        made: dict[Any, Any] = {}
        for key, item in value.items():
            # A key that came by a merge (<<) has no line of its own here.
            lines[*path, key] = own[key][0] + 1 if key in own else lines[path]
            made[key] = _plain(item, (*path, key), lines)
        return made
    if isinstance(value, CommentedSeq):
        for number in range(len(value)):
            lines[*path, number] = value.lc.item(number)[0] + 1
        return [_plain(item, (*path, number), lines) for number, item in enumerate(value)]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, TaggedScalar):
        return str(value.value)
    # ruamel's scalars are subclasses that remember how they were written.
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def shown(path: KeyPath) -> str:
    """A path as people write it: ``sensors[2].period_s``."""
    return "".join(_parts(path)).removeprefix(".")


def _parts(path: KeyPath) -> Iterator[str]:
    for part in path:
        yield f"[{part}]" if isinstance(part, int) else f".{part}"
