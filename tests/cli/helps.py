"""What `--help` says of every command there is, found as a reader would: from the list of commands in it."""

import contextlib
import io
import json
import re
import subprocess
import sys
from functools import cache
from typing import Any

from tests.house.source import ROOT

HEAVY = ("numba", "numpy", "pyarrow", "scipy", "rasterio", "plotly", "kizuna.forms")
"""What takes long to load, and has nothing to say on how a command is called."""


@cache
def helps() -> dict[str, str]:
    """The text of `--help`, by command: `kizuna`, `kizuna run`, `kizuna moon light` …"""
    return dict(_answer()["helps"])


@cache
def loaded() -> dict[str, list[str]]:
    """What is loaded of `HEAVY` when a command's `--help` has been told, and all those before it."""
    return dict(_answer()["loaded"])


@cache
def _answer() -> Any:
    """Of a process of its own, in which nothing was loaded for something else."""
    command = [sys.executable, "-c", "from tests.cli.helps import tell; tell()"]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", cwd=ROOT)
    return json.loads(done.stdout)


def _walk(words: list[str], found: dict[str, str], seen: dict[str, list[str]]) -> None:
    """Ask one command, and all that it lists."""
    from kizuna.cli.main import main

    sys.modules.pop("kizuna.cli.moon", None)  # it reads the command line when it is imported
    sys.argv = ["kizuna", *words, "--help"]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main()
    name = " ".join(["kizuna", *words])
    found[name] = out.getvalue()
    seen[name] = [module for module in HEAVY if module in sys.modules]
    listed = out.getvalue().partition("\nCommands:\n")[2].partition("\n\n")[0]
    for verb in re.findall(r"^  (\S+)", listed, re.MULTILINE):
        _walk([*words, verb], found, seen)


def tell() -> None:
    """Print what every command says, and what was loaded by then, as JSON."""
    told: dict[str, str] = {}
    modules: dict[str, list[str]] = {}
    _walk([], told, modules)
    sys.stdout.write(json.dumps({"helps": told, "loaded": modules}))
