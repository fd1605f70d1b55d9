"""Each wall between the rooms holds: a copy of the package that breaks it is refused by name."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.source import PACKAGE, ROOT

FLOORS = "1 Floors"
NO_TRUTH = "2 No one who tracks, fuses, carries or decides sees the truth or the scenario"
NO_TRUTH_MESSAGE = "3 Nor the message that carries it"
KERNELS = "4 Kernel files stand alone"
STANDARDS = "5 One standard never knows another"
MOON = "6 The Moon is an island"
RAY = "7 Ray lives in studies"
WIRE = "8 The live wire lives in bus.live"

BROKEN = {
    "up the floors": ("geo/probe.py", "import kizuna.messages", {FLOORS}),
    "across a floor": ("tracking/probe.py", "import kizuna.bus", {FLOORS}),
    "a room that nobody placed": ("attic/probe.py", "import kizuna.errors", {FLOORS}),
    "a tracker that knows the world": ("tracking/probe.py", "import kizuna.scenario", {NO_TRUTH}),
    "a command room that knows the world": (
        "command/probe.py",
        "from kizuna import world",
        {NO_TRUTH},
    ),
    "a server that reads the scenario": (
        "serve/probe.py",
        "import kizuna.scenario",
        {NO_TRUTH},
    ),
    "a node that reads the truth": ("nodes/probe.py", "import kizuna.messages.truth", {NO_TRUTH_MESSAGE}),
    "a command room that reads the truth": (
        "command/probe.py",
        "from kizuna.messages import truth",
        {NO_TRUTH_MESSAGE},
    ),
    "a kernel that leans on another": ("kernels/probe.py", "import kizuna.kernels.probed", {KERNELS}),
    "a standard that knows another": ("gateways/probe.py", "import kizuna.gateways.probed", {STANDARDS}),
    "a lunar library, not built yet, that reads messages": (
        "lunar/probe.py",
        "import kizuna.messages",
        {FLOORS, MOON},
    ),
    "Ray outside studies": ("exercise/probe.py", "import ray", {RAY}),
    "the network outside bus.live": ("bus/probe.py", "import zenoh", {WIRE}),
}

KEPT = {
    "Ray within studies": ("studies/probe.py", "import ray"),
    "the network in bus.live": ("bus/live.py", "import zenoh"),
    "a node that tracks": ("nodes/probe.py", "import kizuna.tracking"),
    "a kernel that names shapes": ("kernels/probe.py", "import kizuna.shapes"),
    "a review that reads the truth": ("review/probe.py", "import kizuna.messages.truth"),
    "a lunar library on the ground": ("lunar/probe.py", "import kizuna.geo"),
}


def hollow_copy(folder: Path) -> Path:
    """A copy of the package whose files are all empty: nothing but the probe can break a wall."""
    package = folder / "kizuna"
    for path in PACKAGE.rglob("*.py"):
        copy = package / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.touch()
    return package


def put(package: Path, name: str, line: str) -> None:
    """Write a file of one line into the package, with its room and the file it imports around it."""
    probe = package / name
    probe.parent.mkdir(exist_ok=True)
    (probe.parent / "__init__.py").touch()
    if "probed" in line:
        probe.with_name("probed.py").touch()
    probe.write_text(f"{line}\n")


def broken_contracts(folder: Path) -> set[str]:
    """Names of the contracts that fail for the package in a folder."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--config", ROOT / "importlinter.ini", "--no-cache"],
        cwd=folder,
        env={"COLUMNS": "200", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    verdicts = re.findall(r"^(\d .+?) (KEPT|BROKEN)(?: \(.*\))?$", done.stdout, re.MULTILINE)
    assert len(verdicts) == 8, done.stdout + done.stderr
    broken = {name for name, verdict in verdicts if verdict == "BROKEN"}
    assert done.returncode == bool(broken)
    return broken


@pytest.mark.parametrize(("name", "line", "contracts"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_wall_is_named(tmp_path: Path, name: str, line: str, contracts: set[str]) -> None:
    """The contract that was written for this mistake catches it, and no other cries."""
    put(hollow_copy(tmp_path), name, line)
    assert broken_contracts(tmp_path) == contracts


@pytest.mark.parametrize(("name", "line"), KEPT.values(), ids=KEPT.keys())
def test_a_wall_has_its_door(tmp_path: Path, name: str, line: str) -> None:
    """What a room is there to import, it may."""
    put(hollow_copy(tmp_path), name, line)
    assert broken_contracts(tmp_path) == set()


def test_the_package_stands_within_its_walls(tmp_path: Path) -> None:
    """An untouched copy of the package breaks nothing."""
    shutil.copytree(PACKAGE, tmp_path / "kizuna", ignore=shutil.ignore_patterns("__pycache__"))
    assert broken_contracts(tmp_path) == set()
