"""A progress bar that appears on a terminal when work takes over a second."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from kizuna.exercise.progress import Report

_PATIENCE_S = 1.0


@contextmanager
def progress(quiet: bool) -> Iterator[Report]:
    """Give a function that reports progress; it shows a bar on standard error, or nothing.

    Parameters
    ----------
    quiet
        Show nothing, whatever happens.
    """
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("", total=1.0)
    began_s = time.perf_counter()
    shown = False

    def report(what: str, share: float) -> None:
        nonlocal shown
        if quiet or not sys.stderr.isatty():
            return
        if not shown and time.perf_counter() - began_s > _PATIENCE_S:
            bar.start()
            shown = True
        bar.update(task, description=what, completed=share)

    try:
        yield report
    finally:
        if shown:
            bar.stop()
