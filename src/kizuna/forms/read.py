"""Read a file into a record, and refuse what is wrong in it with one sentence."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from kizuna.errors import InputError
from kizuna.forms.explain import Flaw, flaws_of
from kizuna.forms.keys import Record
from kizuna.forms.schema import schema_of
from kizuna.forms.yaml import KeyPath, Lines, shown

R = TypeVar("R", bound=Record)


def _as_it_is(path: KeyPath) -> KeyPath:
    return path


def validated(
    record: type[R],
    data: dict[str, Any],
    lines: Lines,
    file: str,
    known: Sequence[Flaw] = (),
    written: Callable[[KeyPath], KeyPath] = _as_it_is,
) -> R:
    """The record, unless it refuses the data, or a flaw is known that may be the reason why it does.

    Parameters
    ----------
    record
        What the file should hold.
    data, lines
        Its values, and the line of each: see `kizuna.forms.yaml.load`.
    file
        Its name, for errors.
    known
        Flaws that were found before.
    written
        Where the value of a path is written, when that is elsewhere.

    Raises
    ------
    InputError
        For the first flaw in the file, with its line and key.
    """
    try:
        made = record.model_validate(data)
    except ValidationError as error:
        explained = {flaw.path[:-1] for flaw in known}
        found = [flaw for flaw in flaws_of(error, schema_of(record)) if flaw.path not in explained]
        raise _first([*known, *found], lines, file, written) from error
    refuse(known, lines, file, written)
    return made


def refuse(
    flaws: Iterable[Flaw], lines: Lines, file: str, written: Callable[[KeyPath], KeyPath] = _as_it_is
) -> None:
    """Raise an InputError for that flaw of several, if any, which stands first in the file."""
    found = list(flaws)
    if found:
        raise _first(found, lines, file, written)


def _first(
    flaws: Sequence[Flaw], lines: Lines, file: str, written: Callable[[KeyPath], KeyPath]
) -> InputError:
    """The error for that flaw of several which stands first in the file."""
    placed = [(written(flaw.path), flaw) for flaw in flaws]
    path, flaw = min(placed, key=lambda item: lines[_known(item[0], lines)])
    place = f"line {lines[_known(path, lines)]}, key {shown(path)}" if path else ""
    return InputError(file, place, flaw.problem, flaw.expected)


def _known(path: KeyPath, lines: Lines) -> KeyPath:
    """The path, or the nearest one above it that stands in the file."""
    while path not in lines:
        path = path[:-1]
    return path
