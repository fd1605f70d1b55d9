"""The command `kizuna`: its verbs, each from its own file, and how errors leave it."""

import errno
import importlib
import importlib.metadata
import os
import sys
from typing import Annotated

import typer

from kizuna.errors import InputError, KizunaError

VERBS = {
    "run": "Run an exercise in all its variants and write the report.",
    "track": "Turn detections into tracks.",
    "warn": "Warn the public of what falls.",
    "score": "Measure tracks against the truth.",
    "command": "Look at a command structure: who may decide, and who still can.",
    "ledger": "Keep ledgers that nobody can rewrite, and verify them.",
    "release": "Look at rules of release.",
    "keys": "Make the keys of a live network.",
    "node": "Run one node of an exercise live on a network.",
    "moon": "Plan missions on the Moon's surface.",
    "convert": "Convert between file formats.",
    "schema": "Print the JSON Schema of exercise files.",
}
"""The verbs and what they do; each is a function, or a Typer, of its own name in a module of its own name."""

_NO_ROOM = {errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT}
"""How standard output fails: nobody reads, or nothing fits, any more. Files have sentences of their own."""

_STOPPED = 130
"""The exit status of whatever Ctrl-C has ended."""


def main() -> None:
    """Run one verb; leave with 0, 1 (the work failed), 2 (input or arguments are wrong) or 130 (Ctrl-C)."""
    try:
        try:
            application(sys.argv[1:])()
        finally:
            # Text that waits in memory fails here, where it can be told, and not when Python shuts down.
            if sys.stdout:
                sys.stdout.flush()
    except InputError as error:
        _leave(f"kizuna: {error}", 2)
    except KizunaError as error:
        _leave(f"kizuna: {error}", 1)
    except KeyboardInterrupt:
        # While a verb is loaded; once it runs, Typer makes an exit of it.
        _leave("kizuna: stopped", _STOPPED)
    except SystemExit as left:
        _leave("kizuna: stopped" if left.code == _STOPPED else "", left.code)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        _forget_output()
        why = f"kizuna: standard output: could not be written ({error.strerror})"
        _leave("" if error.errno == errno.EPIPE else why, 1)


def application(arguments: list[str]) -> typer.Typer:
    """The command line, with only that verb loaded which is asked for, so that `--help` starts at once."""
    app = typer.Typer(
        name="kizuna",
        help="Link several nations' air-surveillance sensors into one picture; measure what the link buys.",
        epilog="Start with: kizuna run examples/exercises/alps.yaml --out out/alps",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    asked = next((word for word in arguments if not word.startswith("-")), None)
    for verb, what in VERBS.items():
        if verb == asked:
            found = getattr(importlib.import_module(f"kizuna.cli.{verb}"), verb)
            if isinstance(found, typer.Typer):
                app.add_typer(found, name=verb)
            else:
                app.command(name=verb)(found)
        else:
            app.command(name=verb, help=what)(_unloaded)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        print(f"kizuna {importlib.metadata.version('kizuna')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    del version


def _unloaded() -> None:
    """Stands for a verb that was not asked for."""


def _leave(sentence: str, status: int | str | None) -> None:
    if sentence:
        print(sentence, file=sys.stderr)
    sys.exit(status)


def _forget_output() -> None:
    """Let nothing try again to write what standard output didn't take."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
