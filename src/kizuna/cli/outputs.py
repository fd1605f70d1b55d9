"""Where results go, looked at before the work begins, so that no long run ends with a place it can't use."""

import os
from collections.abc import Iterable
from pathlib import Path

from kizuna.errors import InputError, WorkError


def check_output(option: str, out: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse an output file that is a folder, that is one of the inputs, or that can't be written.

    Parameters
    ----------
    option
        What the user calls the output: an option or an argument.
    out
        The file to write. Missing folders above it will be made.
    inputs
        The files that are read, none of which may be lost.

    Raises
    ------
    InputError
        When `out` is a folder or an input.
    WorkError
        When the folder for it is not a folder, or takes no file.
    """
    if out.is_dir():
        raise InputError(option, "", f"{out} is a folder", "the name of a file")
    for path in inputs:
        if path.exists() and out.exists() and path.samefile(out):
            raise InputError(option, "", f"{out} is also read, and would be lost", "another file")
    check_folder(out, out.parent)


def check_outputs_differ(option: str, out: Path, other_option: str, other: Path) -> None:
    """Refuse two outputs that are one file.

    Raises
    ------
    InputError
        When the second would take the place of the first.
    """
    if out.resolve() == other.resolve():
        raise InputError(option, "", f"{out} is also {other_option}", "another file")


def check_folder(out: Path, folder: Path) -> None:
    """Refuse a folder that can't be made or takes no file.

    Parameters
    ----------
    out
        What goes there, for the sentence.
    folder
        The folder. It may be missing, and so may those above it.

    Raises
    ------
    WorkError
        When the nearest that exists is not a folder, or may not be written.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not there.is_dir():
        raise WorkError(f"{out}: could not be written ({there} is not a folder)")
    if not os.access(there, os.W_OK | os.X_OK):
        raise WorkError(f"{out}: could not be written (no permission to write into {there})")
