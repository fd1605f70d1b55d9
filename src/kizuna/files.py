"""Files that are whole or not there: written under a temporary name, then renamed."""

import difflib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kizuna.errors import InputError, WorkError

_CLOSE = 0.8
"""Names of files that are at least so alike (`difflib`) may be slips of each other."""


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it onto `path` when the block ends well.

    When the block fails, the temporary file is removed and whatever stood at `path` before stays as it was.

    Parameters
    ----------
    path
        The file to make or to replace. Missing folders above it are made.

    Raises
    ------
    WorkError
        When the file can't be written, for example on a full disk.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise cannot_write(target, error) from error
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; the result should be as readable as any other new file.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path | str, text: str) -> None:
    """Write a whole UTF-8 text file, or leave the old one as it was.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def not_there(path: Path | str, expected: str) -> InputError:
    """The error that a file to read is not there, with the one beside it that may be meant.

    Parameters
    ----------
    path
        The file that was asked for.
    expected
        What kind of file it should be, for when none is meant.
    """
    asked = Path(path)
    beside = [entry.name for entry in asked.parent.glob("*")] if asked.parent.is_dir() else []
    close = difflib.get_close_matches(asked.name, beside, n=1, cutoff=_CLOSE)
    close = close or [name for name in beside if Path(name).stem == asked.name]
    if close:
        return InputError(str(path), "", f"is not there; did you mean {asked.with_name(close[0])}?")
    return InputError(str(path), "", "is not there", expected)


def cannot_write(path: Path, error: OSError) -> WorkError:
    """The error that tells why a file could not be written, and that the old one is whole.

    Libraries wrap the operating system's reason in words of their own; its number says it shortest.
    """
    why = os.strerror(error.errno) if error.errno else str(error)
    return WorkError(f"{path}: could not be written ({why}); what stood there before is unchanged")
