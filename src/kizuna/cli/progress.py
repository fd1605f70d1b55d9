"""A progress bar that appears on a terminal when work takes over a second."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

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
    if quiet or not sys.stderr.isatty():
        yield _tell_nobody
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("starting", total=1.0)
    # A clock of its own shows the bar, since work may take long before its first report: modules are loaded,
    # kernels compiled.
    clock = Timer(_PATIENCE_S, bar.start)
    clock.daemon = True
    clock.start()
    try:
        yield lambda what, share: bar.update(task, description=what, completed=share)
    finally:
        clock.cancel()
        clock.join()
        if bar.live.is_started:
            bar.stop()


def _tell_nobody(_what: str, _share: float) -> None:
    """Take a report and show nothing."""
