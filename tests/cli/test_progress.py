"""A bar of progress is for a terminal, for work that takes a while, and for who isn't asked to be quiet."""

import os
import select
import subprocess
import sys

import pytest

WORK = """
import time
import kizuna.cli.progress
kizuna.cli.progress._PATIENCE_S = {patience_s}
with kizuna.cli.progress.progress({quiet}) as report:
    report("the work", 0.25)
    time.sleep(0.5)
"""


def shown(patience_s: float, quiet: bool) -> str:
    """What a terminal shows of half a second of work without any news."""
    terminal, end = os.openpty()
    try:
        code = WORK.format(patience_s=patience_s, quiet=quiet)
        environment = {**os.environ, "TERM": "xterm"}
        subprocess.run([sys.executable, "-c", code], stderr=end, env=environment, check=True)
        ready, _, _ = select.select([terminal], [], [], 0.0)
        return os.read(terminal, 100_000).decode() if ready else ""
    finally:
        os.close(terminal)
        os.close(end)


def test_long_work_shows_a_bar() -> None:
    """Also while nothing is reported, as when modules are loaded or kernels compiled."""
    told = shown(0.1, quiet=False)
    assert "the work" in told
    assert "25%" in told


@pytest.mark.parametrize(("patience_s", "quiet"), [(30.0, False), (0.1, True)])
def test_short_work_and_quiet_work_show_none(patience_s: float, quiet: bool) -> None:
    assert shown(patience_s, quiet) == ""


def test_no_terminal_no_bar() -> None:
    code = WORK.format(patience_s=0.0, quiet=False)
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, check=True)
    assert done.stderr == b""
