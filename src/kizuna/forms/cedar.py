"""Texts of Cedar policies: where each policy begins, and what Cedar says of it, in one line."""

import re
from collections.abc import Iterator
from typing import Final

_STATEMENT: Final = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"|//[^\n]*|[^;"/]|/)*;?')
"""A policy up to its semicolon, past those in text and in comments."""
_BLANK: Final = re.compile(r"(?:\s|//[^\n]*(?:\n|$))*")


def statements(text: str) -> Iterator[tuple[int, str]]:
    """The line in which each policy of a text begins, from 1, and the policy."""
    place = 0
    while True:
        place += len(_BLANK.match(text, place)[0])  # type: ignore[index]
        if place == len(text):
            return
        source = _STATEMENT.match(text, place)[0] or text[place:]  # type: ignore[index]
        yield 1 + text.count("\n", 0, place), source
        place += len(source)


def plain(error: object) -> str:
    """What Cedar says, which may go over lines, in one."""
    return " ".join(str(error).split())
