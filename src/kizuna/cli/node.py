"""The verb `kizuna node`: one node of an exercise, live on a network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kizuna.errors import InputError
from kizuna.geo.time import format_utc, parse_utc

if TYPE_CHECKING:
    from kizuna.exercise.live import Status

_SAY_EVERY = 10
"""Pictures from one line of status to the next."""


def node(
    file: Annotated[Path, typer.Argument(help="The node's file.", metavar="NODE.yaml")],
    begin: Annotated[
        str | None,
        typer.Option(
            help="When the exercise begins, UTC; the same for all nodes. Now when absent.", metavar="UTC"
        ),
    ] = None,
    speed: Annotated[
        float, typer.Option(help="Seconds of the exercise in a second.", min=0.01, max=100.0)
    ] = 1.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run one node of an exercise live: it hears its sensors, talks with its peers, and holds a picture.

    Ctrl-C ends it; its pictures lie in the folder that its file names.

    Example: kizuna node examples/live/CHE.yaml
    """
    begin_s = None
    if begin is not None:
        try:
            begin_s = parse_utc(begin)
        except ValueError:
            raise InputError(
                "--begin", "", f"{begin!r} is not a time", "UTC such as 2030-01-01T06:00:00Z"
            ) from None
    from kizuna.exercise.live import run_live

    count = 0
    going = True

    def report(status: "Status") -> bool:
        nonlocal count
        count += 1
        if not quiet and count % _SAY_EVERY == 1:
            heard = ", ".join(f"{peer} {number}" for peer, number in sorted(status.heard.items()))
            time = format_utc(round(status.time_s))
            line = f"{time}  {status.tracks} tracks; messages: {heard or 'none yet'}"
            if status.clocks:
                # A peer's clock is ahead by so much, within so much.
                clocks = (
                    f"{peer}: {stands.ahead_s:+.3f} ± {stands.within_s:.3f}"
                    for peer, stands in sorted(status.clocks.items())
                )
                line += f"; clocks (s): {', '.join(clocks)}"
            if status.kept:
                kept = ", ".join(f"{peer}: {rows}" for peer, rows in sorted(status.kept.items()))
                line += f"; kept (rows): {kept}"
            print(line, flush=True)
        return going

    def stop(*_: object) -> None:
        nonlocal going
        going = False

    import signal

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    run_live(file, begin_s, speed, report)
