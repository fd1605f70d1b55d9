"""A command line in this process, and the smallest files that its verbs do work with."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli import made

from kizuna.cli.main import main


@dataclass(frozen=True)
class Left:
    """How a command ended."""

    status: int
    out: str
    err: str


Kizuna = Callable[..., Left]


@pytest.fixture
def kizuna(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kizuna:
    """Run one command; give its status and what it printed."""

    def run(*words: object) -> Left:
        monkeypatch.setattr(sys, "argv", ["kizuna", *map(str, words)])
        # As of a program, so that usage doesn't begin with `python -m pytest`.
        monkeypatch.setattr(sys.modules["__main__"], "__package__", None)
        # It reads the command line when it is imported.
        monkeypatch.delitem(sys.modules, "kizuna.cli.moon", raising=False)
        status: int | str | None = 0
        try:
            main()
        except SystemExit as left:
            status = left.code
        printed = capsys.readouterr()
        return Left(int(status or 0), printed.out, printed.err)

    return run


@pytest.fixture
def refused(kizuna: Kizuna) -> Callable[..., str]:
    """Run a command that must end with status 2 and nothing but one sentence; give the sentence."""

    def run(*words: object) -> str:
        left = kizuna(*words)
        assert (left.status, left.out) == (2, ""), left
        assert left.err.startswith("kizuna: ")
        assert left.err.count("\n") == 1
        return left.err.removeprefix("kizuna: ").removesuffix("\n")

    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the commands run, with files for each of them."""
    monkeypatch.chdir(tmp_path)
    made.write_all(tmp_path)
    return tmp_path
