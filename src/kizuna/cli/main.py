"""The command `kizuna`: its verbs, each from its own file, and how errors leave it."""

import importlib
import importlib.metadata
import sys
from typing import Annotated

import typer

from kizuna.errors import InputError, KizunaError

VERBS = {
    "run": "Run an exercise in all its variants and write the report.",
    "track": "Turn detections into tracks.",
    "score": "Measure tracks against the truth.",
    "moon": "Plan missions on the Moon's surface.",
    "convert": "Convert between file formats.",
    "schema": "Print the JSON Schema of exercise files.",
}
"""The verbs and what they do; each is a function, or a Typer, of its own name in a module of its own name."""


def main() -> None:
    """Run one verb; leave with status 0, 1 (the work failed) or 2 (input or arguments are wrong)."""
    try:
        application(sys.argv[1:])()
    except InputError as error:
        _leave(error, 2)
    except KizunaError as error:
        _leave(error, 1)


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


def _leave(error: KizunaError, status: int) -> None:
    print(f"kizuna: {error}", file=sys.stderr)
    sys.exit(status)
