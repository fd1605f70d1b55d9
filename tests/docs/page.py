"""Pages taken by the letter: their files are written, their commands run, the answers compared.

A comment before a fenced block says what becomes of it: `<!-- file: NAME -->` writes it to a file,
`<!-- sections: NAME -->` replaces the YAML sections of these names in a file, or adds them. A block of
`console` holds commands after `$ `, and what they print; a line `…` stands for what the page leaves out.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"(?:<!-- (file|sections): (\S+) -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^(\w+):.*\n(?:(?:[ #-].*)?\n)*", re.MULTILINE)
_NUMBER = re.compile(r"[+−-]?\d[\d,]*(?:\.\d+)?")
_LIMIT_S = 300


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page."""

    does: str
    name: str
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page below `docs`, in their order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [Block(does, name, language, body) for does, name, language, body in _BLOCK.findall(text)]


def prose(page: str) -> str:
    """The page without its blocks."""
    return _BLOCK.sub("", (DOCS / page).read_text(encoding="utf-8"))


def with_sections(text: str, more: str) -> str:
    """A YAML file in which the sections of `more` stand for those of the same names, new ones at the end."""
    for found in _SECTION.finditer(more):
        here = re.compile(rf"^{found[1]}:.*\n(?:(?:[ #-].*)?\n)*", re.MULTILINE)
        old = here.search(text)
        text = text.replace(old[0], found[0].rstrip() + "\n\n") if old else f"{text.rstrip()}\n\n{found[0]}"
    return text


def follow(page: str, folder: Path) -> None:
    """Do in a folder what a page says, and hold what comes to what it shows."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for program in ("kizuna", "python"):
        # Not a link: Python finds its packages by the place from which it was called.
        (programs / program).write_text(f'#!/bin/sh\nexec "{Path(sys.executable).parent / program}" "$@"\n')
        (programs / program).chmod(0o755)
    for block in blocks(page):
        path = folder / block.name
        if block.does == "file":
            path.write_text(block.text, encoding="utf-8")
        elif block.does == "sections":
            path.write_text(with_sections(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        elif block.language == "console":
            for command, expected in said(block.text):
                compare(expected, answer(command, folder), command)


def said(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a `console` block, each with the lines that it is to print."""
    made: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            made.append((line[2:], []))
        elif line.strip() not in ("", "…"):
            made[-1][1].append(line.rstrip("… "))
    return made


def answer(command: str, folder: Path) -> str:
    """What a command prints, on both streams; its exit status may be that of a refusal."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=_LIMIT_S,
        check=False,
        env={**os.environ, "COLUMNS": "100", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode in (0, 2), f"{command}: {done.stderr}"
    return done.stdout + done.stderr


def compare(expected: list[str], printed: str, command: str) -> None:
    """Find each line in what was printed, in this order; numbers agree to one in the last digit shown."""
    rest = " ".join(printed.split())
    for line in expected:
        words = " ".join(line.split())
        pattern = r"([+−-]?\d[\d,]*(?:\.\d+)?)".join(re.escape(part) for part in _NUMBER.split(words))
        found = re.search(pattern, rest)
        assert found, f"{command} does not print\n  {line}\nbut\n{printed}"
        for shown, real in zip(_NUMBER.findall(words), found.groups(), strict=True):
            assert abs(number(shown) - number(real)) <= last_digit(shown), (
                f"{command} prints {real} where the page says {shown}:\n  {line}"
            )
        rest = rest[found.end() :]


def number(text: str) -> float:
    """The number that a text shows."""
    return float(text.replace(",", "").replace("−", "-"))


def last_digit(text: str) -> float:
    """What one more or less in the last digit of a text makes; whole numbers are exact up to 20."""
    digits = len(text.partition(".")[2])
    if digits:
        return 1.000_001 * 10.0**-digits
    return 0.0 if abs(number(text)) <= 20.0 else max(1.0, 0.01 * abs(number(text)))
