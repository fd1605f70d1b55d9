"""Rasters written to files, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rasterio.io import DatasetWriter, MemoryFile

from kizuna.files import replacing


@contextmanager
def raster(path: Path | str, **profile: Any) -> Iterator[DatasetWriter]:
    """Open a raster for writing; its file is there when the block has ended well.

    GDAL makes it in memory: when a disk is full, GDAL says so on standard error and nowhere else, and would
    leave half a file behind.

    Parameters
    ----------
    path
        The file.
    profile
        What rasterio wants to know: driver, height, width, count, dtype and more.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    with MemoryFile() as memory:
        with memory.open(**profile) as out:
            yield out
        with replacing(path) as temporary:
            temporary.write_bytes(memory.getbuffer())
