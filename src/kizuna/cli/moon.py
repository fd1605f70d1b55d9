"""The verbs of `kizuna moon`, each from its own file."""

import functools
import importlib
import sys
from collections.abc import Callable

import typer

from kizuna.errors import InputError

_VERBS = {
    "light": "Work out where and when there is light: maps, time series and pictures.",
    "route": "Find the earliest way that keeps every limit.",
    "mission": "Plan a mission: stations, drives, charging, sleep and work outside.",
    "check": "Drive a plan again, second by second, and say what is left of each limit.",
    "risk": "Run a plan many times with what isn't known, and say how surely each limit holds.",
}

_EXTRA = {"jplephem", "ortools", "rasterio", "skyfield_data"}
"""Packages of the extra `moon`."""


def _application() -> typer.Typer:
    """The verbs of the Moon, with only that one loaded which is asked for."""
    app = typer.Typer(
        help="Plan missions on the Moon's surface.",
        no_args_is_help=True,
        rich_markup_mode=None,
        epilog="Start with: kizuna moon light --synthetic 4 --out out/light",
    )
    app.callback()(_group)
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    asked = words[1] if len(words) > 1 else None
    for verb, what in _VERBS.items():
        if verb == asked:
            app.command(name=verb)(_load(verb))
        else:
            app.command(name=verb, help=what)(_unloaded)
    return app


def _load(verb: str) -> Callable[..., None]:
    """The function of a verb; a package of the extra that isn't there is told in a sentence when it runs."""
    found: Callable[..., None] = getattr(importlib.import_module(f"kizuna.cli.moon_{verb}"), verb)

    @functools.wraps(found)
    def run(**options: object) -> None:
        try:
            found(**options)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.split(".")[0] not in _EXTRA:
                raise
            raise InputError(
                f"kizuna moon {verb}",
                "",
                f"needs the package {error.name.split('.')[0]}, which isn't installed",
                "the extra `moon`: pip install 'kizuna[moon]'",
            ) from None

    return run


def _group() -> None:
    """Stand above the verbs, so that one verb alone is still a verb."""


def _unloaded() -> None:
    """Stands for a verb that was not asked for."""


moon = _application()
