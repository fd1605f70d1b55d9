"""Elevation models in files: GeoTIFF, PDS and whatever else GDAL reads, onto a polar plane."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from kizuna.errors import InputError
from kizuna.files import not_there
from kizuna.geo.bodies import MOON
from kizuna.geo.stereographic import NORTH, SOUTH, PolarPlane
from kizuna.lunar.grid import Grid
from kizuna.lunar.raster import raster

_RADIUS_TOLERANCE_M = 1.0

_A_RADIUS_M = 1e6
"""Heights above this are distances from the Moon's centre, as some of LOLA's products give them."""

_PLANE_TERMS: Final = {
    "proj": "stere",
    "lon_0": 0.0,
    "x_0": 0.0,
    "y_0": 0.0,
    "k": 1.0,
    "k_0": 1.0,
    "units": "m",
}
"""What PROJ says of the planes that are read as they are; another plane of the Moon is drawn anew."""


def read_elevation(
    path: Path | str,
    *,
    around: tuple[float, float] | None = None,
    size_m: float | None = None,
    step_m: float | None = None,
) -> Grid:
    """Read an elevation model of the Moon, or a part of it.

    Polar stereographic files are read as they are; those in latitude and longitude, or in another projection
    of the Moon, are drawn on the plane of their pole, bilinearly. Heights above 1,737.4 km in metres, or
    distances from the centre; the file's own scale and offset are applied.

    Parameters
    ----------
    path
        A file that GDAL reads: GeoTIFF, PDS label, JPEG 2000 …
    around
        Latitude and longitude of the middle of the part to read, degrees; without it, all.
    size_m
        Side of that part on the plane, metres.
    step_m
        Size of the cells that are wanted, metres; a whole number of the file's own cells is averaged.

    Raises
    ------
    InputError
        When the file can't be read, isn't of the Moon, isn't a map of square cells, or has holes.
    """
    with _opened(Path(path)) as source:
        plane = _plane(source, str(path), around)
        if _is_plane(source.crs, plane):
            return _read(source, plane, str(path), around, size_m, step_m)
        with WarpedVRT(source, crs=CRS.from_proj4(plane.proj4), resampling=Resampling.bilinear) as drawn:
            return _read(drawn, plane, str(path), around, size_m, step_m)


def write_layers(
    path: Path | str,
    grid: Grid,
    layers: dict[str, NDArray[np.generic]],
    scale: float = 1.0,
    tags: dict[str, str] | None = None,
) -> None:
    """Write maps of the same cells as a GeoTIFF, one band each, compressed without loss.

    Parameters
    ----------
    path
        The file, ending with .tif.
    grid
        Whose cells they are.
    layers
        Name of the band, with its unit, to (R, C) of one data type.
    scale
        What a stored number must be multiplied with; kept in the file.
    tags
        Words to keep in the file.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    first = next(iter(layers.values()))
    profile = {
        "driver": "GTiff",
        "height": first.shape[0],
        "width": first.shape[1],
        "count": len(layers),
        "dtype": first.dtype,
        "crs": CRS.from_proj4(grid.plane.proj4),
        "transform": Affine(
            grid.step_m,
            0.0,
            grid.west_m - grid.step_m / 2.0,
            0.0,
            -grid.step_m,
            grid.top_m + grid.step_m / 2.0,
        ),
        "compress": "deflate",
        "zlevel": 1,
        "predictor": 3 if first.dtype.kind == "f" else 2,
        "interleave": "band",
        "bigtiff": "if_safer",
        "num_threads": "all_cpus",
    }
    with raster(path, **profile) as out:
        out.scales = (scale,) * len(layers)
        out.update_tags(**(tags or {}))
        for band, (name, values) in enumerate(layers.items(), start=1):
            out.write(values, band)
            out.set_band_description(band, name)


def write_grid(path: Path | str, grid: Grid) -> None:
    """Write an elevation model as a GeoTIFF, to be read again by `read_elevation`."""
    write_layers(path, grid, {"height above 1737.4 km [m]": grid.height_m})


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    """The file, opened; what GDAL can't open is told in a sentence."""
    if not path.exists():
        raise not_there(path, "an elevation model: GeoTIFF or PDS label")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # told below, in our words
            source = rasterio.open(path)
    except RasterioError:
        raise InputError(str(path), "", "is no raster that GDAL knows", "a GeoTIFF or a PDS label") from None
    try:
        yield source
    except RasterioError as error:
        raise InputError(str(path), "", f"can't be read ({error})", "a whole file") from None
    finally:
        source.close()


def _plane(source: DatasetReader, file: str, around: tuple[float, float] | None) -> PolarPlane:
    """The plane of the file's pole, once it is known to be a file of the Moon."""
    if source.crs is None:
        raise InputError(file, "", "names no coordinate system", "a lunar one, such as IAU_2015:30135")
    terms = source.crs.to_dict()
    radii = [float(terms[key]) for key in ("R", "a", "b") if key in terms]
    if not radii or any(abs(radius - MOON.a_m) > _RADIUS_TOLERANCE_M for radius in radii):
        told = (
            f"of radius {radii[0]:,.0f} m"
            if radii
            else f"with {terms.get('datum', terms.get('ellps', 'its own'))}"
        )
        raise InputError(
            file,
            "coordinate system",
            f"is drawn on another body, {told}",
            "the Moon's sphere of 1,737,400 m, such as IAU_2015:30135 (south polar stereographic)",
        )
    if around is not None:
        return SOUTH if around[0] < 0.0 else NORTH
    if _is_plane(source.crs, NORTH):
        return NORTH
    if _is_plane(source.crs, SOUTH) or not source.crs.is_geographic:
        return SOUTH
    return NORTH if source.bounds.bottom + source.bounds.top > 0.0 else SOUTH


def _is_plane(crs: CRS, plane: PolarPlane) -> bool:
    """Whether the coordinate system is that plane itself."""
    terms = crs.to_dict()
    pole = -90.0 if plane.south else 90.0
    return (
        terms.get("proj") == "stere"
        and float(terms.get("lat_0", 0.0)) == pole
        and float(terms.get("lat_ts", pole)) == pole
        and all(terms.get(key, wanted) == wanted for key, wanted in _PLANE_TERMS.items())
    )


def _read(
    source: DatasetReader,
    plane: PolarPlane,
    file: str,
    around: tuple[float, float] | None,
    size_m: float | None,
    step_m: float | None,
) -> Grid:
    """Heights of the wanted part, from a file that is drawn on the plane."""
    cell = source.transform.a
    if source.transform.b or source.transform.d or cell <= 0 or abs(cell + source.transform.e) > 1e-6 * cell:
        raise InputError(file, "", "has cells that aren't squares with north up", "square cells, not turned")
    factor = max(1, round(step_m / cell)) if step_m else 1
    column, row, width, height = 0, 0, source.width, source.height
    if around is not None and size_m is not None:
        x, y = plane.to_plane(*around)
        width = height = round(size_m / cell)
        column = round((float(x) - source.transform.c) / cell - width / 2.0)
        row = round((source.transform.f - float(y)) / cell - height / 2.0)
        if column < 0 or row < 0 or column + width > source.width or row + height > source.height:
            raise InputError(
                file,
                f"{size_m / 1000.0:g} km around {around[0]:g}, {around[1]:g}",
                "reaches beyond the map",
                "a part that lies on it",
            )
    width, height = width // factor * factor, height // factor * factor
    heights = source.read(
        1,
        window=Window(column, row, width, height),
        out_shape=(height // factor, width // factor),
        resampling=Resampling.average if factor > 1 else Resampling.nearest,
        masked=True,
    )
    values = heights.astype(np.float64).filled(np.nan) * source.scales[0] + source.offsets[0]
    if np.nanmedian(values) > _A_RADIUS_M:
        values -= MOON.a_m
    return Grid(
        values.astype(np.float32),
        source.transform.c + (column + factor / 2.0) * cell,
        source.transform.f - (row + factor / 2.0) * cell,
        cell * factor,
        plane,
        file,
    )
