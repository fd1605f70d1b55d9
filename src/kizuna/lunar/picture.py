"""Pictures: maps as PNG files, and pages with charts that need nothing but a browser."""

import html
import json
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from plotly.offline import get_plotlyjs
from rasterio.errors import NotGeoreferencedWarning

from kizuna.files import write_text
from kizuna.lunar.grid import Grid
from kizuna.lunar.raster import raster
from kizuna.lunar.relief import hillshade

_STOPS: Final = np.array(
    [[20, 24, 60], [58, 62, 140], [120, 90, 160], [214, 120, 110], [250, 190, 90], [255, 250, 190]],
    dtype=np.float64,
)
"""Colours from dark to light, red, green and blue."""


def coloured(grid: Grid, values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A map's values (R, C) as colours over its shaded relief: (3, R, C), 0 dark and the largest light."""
    share = np.clip(np.asarray(values, dtype=np.float64) / max(float(values.max()), 1e-12), 0.0, 1.0)
    at = share * (len(_STOPS) - 1)
    before = np.minimum(at.astype(np.int64), len(_STOPS) - 2)
    rest = (at - before)[..., None]
    colour = _STOPS[before] * (1.0 - rest) + _STOPS[before + 1] * rest
    shade = 0.55 + 0.6 * hillshade(grid, 315.0, 35.0).astype(np.float64)
    out: NDArray[np.uint8] = np.clip(np.moveaxis(colour * shade[..., None], -1, 0), 0.0, 255.0).astype(
        np.uint8
    )
    return out


def write_png(path: Path | str, colours: NDArray[np.uint8]) -> None:
    """Write colours (3, R, C) as a PNG file.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    _, rows, columns = colours.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a picture needs no place on a planet
        with raster(path, driver="PNG", count=3, height=rows, width=columns, dtype="uint8") as out:
            out.write(colours)


def write_page(
    path: Path | str, title: str, sentences: list[str], charts: list[tuple[str, list[Any], dict[str, Any]]]
) -> None:
    """Write a page with a title, sentences and Plotly charts; everything it needs is in the file.

    Parameters
    ----------
    path
        The file.
    title, sentences
        What stands on top.
    charts
        Heading, traces and layout of each.

    Raises
    ------
    WorkError
        When the file can't be written.
    """
    parts = [f"<h1>{html.escape(title)}</h1>"]
    parts += [f"<p>{html.escape(sentence)}</p>" for sentence in sentences]
    script = []
    for number, (heading, traces, layout) in enumerate(charts):
        parts.append(f"<h2>{html.escape(heading)}</h2><div id='chart{number}'></div>")
        data = json.dumps([traces, layout], separators=(",", ":")).replace("<", "\\u003c")
        script.append(f"Plotly.newPlot('chart{number}',...{data},{{responsive:true,displaylogo:false}});")
    write_text(
        path,
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style><script>{get_plotlyjs()}</script></head>"
        f"<body>{''.join(parts)}<script>{''.join(script)}</script></body></html>\n",
    )


_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1d2433}"
    "h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}p{max-width:44rem}"
)
