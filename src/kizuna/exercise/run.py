"""Run an exercise in all its variants, side by side, and leave its folder with tables, summary and report."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.sharedctypes import SynchronizedArray
from pathlib import Path

from kizuna.errors import InputError
from kizuna.exercise import falling, results
from kizuna.exercise.assemble import Played, play
from kizuna.exercise.decisions import command_of, decide
from kizuna.exercise.progress import Report
from kizuna.exercise.rules import rules_of
from kizuna.exercise.stage import asked, set_up
from kizuna.exercise.talking import talked
from kizuna.forms.explain import not_known
from kizuna.messages import codec
from kizuna.messages.detection import Detections
from kizuna.scenario.model import Exercise, Variant
from kizuna.scenario.table import sensors_table

_SHARE_OF_STAGE = 0.1
_SHARE_OF_VARIANTS = 0.8
_SHARE_OF_PLAY = 0.9
_LOOK_EVERY_S = 0.2

_STOP = -1
"""Where, among the shares of work that all processes know, it stands that they shall stop."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One variant, as another process needs it."""

    path: Path
    seed: int
    variant: str
    out: Path
    strangers: dict[str, float]


def run(
    path: Path, out: Path, seed: int | None, names: Sequence[str], command: str, report: Report
) -> results.Summary:
    """Run an exercise and write its folder.

    The folder gets `truth.parquet` and `detections.parquet`, a folder with `tracks.parquet` and the journal
    for each variant, `summary.json` and `report.html`. The same file and seed give the same bytes, whatever
    the number of cores.

    Parameters
    ----------
    path
        The exercise file.
    out
        The folder for the results.
    seed
        Instead of the file's seed, unless None.
    names
        The variants to run; all when empty.
    command
        The command line to print in the report.
    report
        Told how far the work has come.

    Raises
    ------
    InputError
        When the exercise, or a file that it names, is wrong, or a variant is unknown.
    WorkError
        When the folder can't be written.
    """
    exercise = asked(path, seed)
    variants = chosen(path, exercise, names)
    # Rules that can't be read are told before any work is done.
    for variant in variants:
        rules_of(exercise, variant, path.parent)
        command_of(exercise, variant, path.parent)
    report("traffic and sensors", 0.0)
    stage = set_up(exercise, path.parent)
    codec.write(stage.truth, out / "truth.parquet")
    codec.write(stage.detections, out / "detections.parquet")
    report("traffic and sensors", _SHARE_OF_STAGE)
    jobs = [_Job(path, exercise.seed, variant.variant, out, dict(stage.strangers)) for variant in variants]
    outcomes = _side_by_side(jobs, report)
    report("report", _SHARE_OF_STAGE + _SHARE_OF_VARIANTS)
    summary = results.write(stage, variants, outcomes, out, command)
    report("report", 1.0)
    return summary


def chosen(path: Path, exercise: Exercise, names: Sequence[str]) -> list[Variant]:
    """The variants with these names, all when there are none, in the order of the file.

    Raises
    ------
    InputError
        When the exercise has no variant of a name.
    """
    known = [variant.variant for variant in exercise.variants]
    for name in names:
        if name not in known:
            problem, expected = not_known(f"no variant is called {name!r}", name, known)
            raise InputError(str(path), "variants", problem, expected)
    return [variant for variant in exercise.variants if not names or variant.variant in names]


def _side_by_side(jobs: list[_Job], report: Report) -> list[results.Outcome]:
    """Outcome of each job, in their order; each runs in a process of its own."""
    # Processes that are started afresh hold no locks of this one's threads.
    context = multiprocessing.get_context("spawn")
    shares: SynchronizedArray[float] = context.Array("d", len(jobs) + 1)
    with ProcessPoolExecutor(
        min(len(jobs), os.cpu_count() or 1), mp_context=context, initializer=_remember, initargs=(shares,)
    ) as pool:
        with _deaf():
            futures = [pool.submit(_work, number, job) for number, job in enumerate(jobs)]
        waiting: set[Future[results.Outcome]] = set(futures)
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=_LOOK_EVERY_S, return_when="FIRST_EXCEPTION")
                for future in done:
                    future.result()
                share = sum(shares[:_STOP]) / len(jobs)
                report("variants", _SHARE_OF_STAGE + _SHARE_OF_VARIANTS * share)
        except BaseException:
            shares[_STOP] = 1.0
            raise
    return [future.result() for future in futures]


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that don't hear Ctrl-C, which a terminal tells to all: this one tells them to stop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


_shared: "list[SynchronizedArray[float]]" = []
"""In a process of the pool: the share of its work that each job has done, and whether to stop."""


def _remember(shares: "SynchronizedArray[float]") -> None:
    """Keep, in a new process, the numbers that all processes share: a pool hands them over so alone."""
    _shared[:] = [shares]


def _work(number: int, job: _Job) -> results.Outcome:
    """Play and measure one variant, in a process of its own; stop when another failed, or at Ctrl-C.

    It stops between two steps: interrupted within one, compiled code may leave its memory in disorder.
    """

    def tell(share: float) -> None:
        _shared[0][number] = share
        if _shared[0][_STOP]:
            raise KeyboardInterrupt

    tell(0.0)
    exercise = asked(job.path, job.seed)
    variant = next(variant for variant in exercise.variants if variant.variant == job.variant)
    detections = codec.read(Detections, job.out / "detections.parquet")
    folder = job.out / job.variant
    rules = rules_of(exercise, variant, job.path.parent)
    sensors = sensors_table(exercise)
    played: Played = play(
        exercise, variant, sensors, detections, folder, lambda _, share: tell(_SHARE_OF_PLAY * share), rules
    )
    rest = 1.0 - _SHARE_OF_PLAY
    command = command_of(exercise, variant, job.path.parent)
    decided = None if command is None else decide(exercise, variant, command, folder)
    measured = results.measure(
        exercise, variant, played, job.out, lambda share: tell(_SHARE_OF_PLAY + rest * share), job.strangers
    )
    warned = () if command is None else falling.measured(exercise, command.coverage, folder)
    return replace(measured, decided=decided, warned=warned, talks=talked(exercise, folder))
