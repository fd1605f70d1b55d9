"""The reference of commands, made from the program's own `--help`; run it to write the page anew.

`python -m tests.docs.commands` puts every command into the page.
"""

import re
from dataclasses import dataclass

from tests.cli.helps import helps
from tests.docs.page import DOCS

PAGE = DOCS / "reference" / "commands.md"
_BEGIN, _END = "<!-- commands -->\n", "<!-- end of commands -->\n"
_EVERYWHERE = "--help"
_LISTS = ("Arguments", "Options", "Commands")


@dataclass(frozen=True)
class Help:
    """What one command says of itself."""

    usage: str
    paragraphs: list[str]
    lists: dict[str, list[tuple[str, str]]]
    """Arguments, options and commands: how each is written, and what it is."""


def parsed(text: str) -> Help:
    """The text of `--help` in its parts."""
    usage, paragraphs, lists = "", [], {}
    for block in re.split(r"\n\n(?=\S|  )", text.strip("\n")):
        heading = block.partition(":")[0]
        if heading == "Usage":
            # The braces are Typer's way to say that something must be there, as the list below says, too.
            usage = re.sub(r"\{(.+?)\}(\.\.\.)?", r"\1", " ".join(block.partition(":")[2].split()))
        elif heading in _LISTS:
            lists[heading] = _entries(block.partition("\n")[2])
        else:
            paragraphs.append(" ".join(block.split()))
    return Help(usage, paragraphs, lists)


def _entries(block: str) -> list[tuple[str, str]]:
    """Name and text of each entry: two blanks from the left, and after two more, or on the next line."""
    made = []
    for entry in re.split(r"\n(?=  \S)", block):
        name, _, rest = entry.strip().partition("  ") if "  " in entry.strip() else (entry.strip(), "", "")
        if "\n" in name:  # too long for its column
            name, _, rest = entry.strip().partition("\n")
        made.append((_written(name), " ".join(rest.split())))
    return made


def _written(name: str) -> str:
    """An argument without its type, which tells readers nothing; an option with a word for its value."""
    if not name.startswith("-"):
        return re.sub(r" <.*>$", "", name)
    words = {"int range": "N", "int": "N", "float": "NUMBER", "str": "TEXT", "list[str]": "TEXT"}
    return re.sub(r"<(.*)>$", lambda kind: words.get(kind[1], kind[1]), name)


def reference() -> str:
    """All commands, each under its heading."""
    return "\n".join(_section(name, parsed(text)) for name, text in helps().items() if name != "kizuna")


def written() -> str:
    """The commands that the page holds."""
    return PAGE.read_text(encoding="utf-8").split(_BEGIN)[1].split(_END)[0]


def write() -> None:
    """Put the commands into the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(_BEGIN)
    PAGE.write_text(before + _BEGIN + reference() + _END + rest.split(_END)[1], encoding="utf-8")


def _section(name: str, said: Help) -> str:
    """One command: what it does, how it is called, what it takes."""
    lines = [f"{'#' * (name.count(' ') + 1)} {name}", ""]
    examples = []
    for paragraph in said.paragraphs:
        lead, _, call = paragraph.partition(": ")
        if lead in ("Example", "Start with"):
            examples.append(call)
        else:
            lines += [_plain(paragraph), ""]
    lines += ["```", said.usage, *examples, "```", ""]
    rows = [
        f"| `{_cell(what)}` | {_cell(_plain(told))} |"
        for heading in _LISTS[:2]
        for what, told in said.lists.get(heading, [])
        if what != _EVERYWHERE
    ]
    return "\n".join(lines + (["| Takes | |", "|---|---|", *rows, ""] if rows else []))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(text: str) -> str:
    """Text in which Markdown sees no markup: option names become code."""
    return re.sub(r"(?<![\w`-])(--[a-z][\w-]*)", r"`\1`", text)


if __name__ == "__main__":
    write()
