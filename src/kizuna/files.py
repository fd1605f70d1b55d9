"""Files that are whole or not there: written under a temporary name, then renamed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kizuna.errors import WorkError


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


def cannot_write(path: Path, error: OSError) -> WorkError:
    """The error that tells why a file could not be written, and that the old one is whole.

    Libraries wrap the operating system's reason in words of their own; its number says it shortest.
    """
    why = os.strerror(error.errno) if error.errno else str(error)
    return WorkError(f"{path}: could not be written ({why}); what stood there before is unchanged")
