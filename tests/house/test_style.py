"""The linter refuses what the house forbids, and only where the house forbids it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.source import ROOT, place, python_files

REFUSED = {
    "a wall clock": ("geo/probe.py", "import time\n\nprint_at = time.time()", "TID251"),
    "a date of today": (
        "review/probe.py",
        "import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)",
        "TID251",
    ),
    "a wait": ("nodes/probe.py", "import time\n\ntime.sleep(1)", "TID251"),
    "the standard library's dice": ("world/probe.py", "import random\n\nX = random.random()", "TID251"),
    "a generator without a seed": (
        "world/probe.py",
        "import numpy as np\n\nG = np.random.default_rng()",
        "TID251",
    ),
    "legacy np.random": ("sensors/probe.py", "import numpy as np\n\nX = np.random.normal()", "NPY002"),
    "a print": ("tracking/probe.py", "print(1)", "T201"),
    "commented-out code": ("tracking/probe.py", "# x = f(1)", "ERA001"),
}
ALLOWED = {
    "the bus asks the machine for the time": ("bus/probe.py", "import time\n\nNOW = time.time()", "TID251"),
    "a command prints": ("cli/probe.py", "print(1)", "T201"),
}


def rules_broken(name: str, code: str) -> set[str]:
    """The rules that the linter sees broken in this code, were it a file of the package."""
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--output-format=json", "--no-cache", "--stdin-filename", f"src/kizuna/{name}", "-"],
        input=code,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return {found["code"] for found in json.loads(done.stdout)}


@pytest.mark.parametrize(("name", "code", "rule"), REFUSED.values(), ids=REFUSED.keys())
def test_the_linter_refuses(name: str, code: str, rule: str) -> None:
    """Each habit that makes runs differ, or files hard to read, is named."""
    assert rule in rules_broken(name, code)


@pytest.mark.parametrize(("name", "code", "rule"), ALLOWED.values(), ids=ALLOWED.keys())
def test_the_linter_allows(name: str, code: str, rule: str) -> None:
    """The rooms whose work it is may."""
    assert rule not in rules_broken(name, code)


def test_only_commands_and_the_bus_take_durations() -> None:
    """A stopwatch is no wall clock, yet a library that holds one is tempted to act on it."""
    homes = {"cli", "bus"}
    wrong = [
        place(path)
        for path in python_files("src")
        if "perf_counter" in path.read_text(encoding="utf-8") and not homes & set(path.parts)
    ]
    assert wrong == []
