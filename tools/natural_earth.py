"""Turn Natural Earth's country outlines into the two small files that the report's map is drawn from.

The source is the npm package world-atlas 2.0.2, a TopoJSON edition of Natural Earth 4.1 (public domain):

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/natural_earth.py package/countries-10m.json

`lines.parquet` holds each stretch of coast or border once: `border` (false for a coast), and `lon` and `lat`,
in thousandths of a degree, the first number as it is and each following one as the step from the last.
`rings.parquet` holds the outer ring of each piece of land: `lines`, the rows of `lines.parquet` in order,
where -1 - row means that row backwards.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TOLERANCE_DEG = 0.01
"""A point is left out when the line without it stays this near (1.1 km of latitude)."""

STEPS_PER_DEG = 1000
OUT = Path(__file__).resolve().parents[1] / "src/kizuna/review/report/natural_earth"


def main() -> None:
    """Read the TopoJSON, write the two files, and say how large they are."""
    parser = argparse.ArgumentParser(description="Natural Earth for the report's map")
    parser.add_argument("topojson", type=Path, help="countries-10m.json of world-atlas 2.0.2")
    source = json.loads(parser.parse_args().topojson.read_text())
    rings, holes = _rings(source)
    lines = [_simplified(line) for line in _lines(source)]
    OUT.mkdir(parents=True, exist_ok=True)
    _write({"border": _borders(rings + holes, len(lines)), **_columns(lines)}, OUT / "lines.parquet")
    _write({"lines": pa.array(rings, pa.list_(pa.int32()))}, OUT / "rings.parquet")
    for path in sorted(OUT.glob("*.parquet")):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def _lines(source: dict[str, Any]) -> list[np.ndarray]:
    """Longitude and latitude of each arc: TopoJSON stores steps on a grid."""
    scale, origin = np.array(source["transform"]["scale"]), np.array(source["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in source["arcs"]]


def _rings(source: dict[str, Any]) -> tuple[list[list[int]], list[list[int]]]:
    """Outer rings, and holes; a hole is another country, so that land is filled by outer rings alone."""
    rings, holes = [], []
    for shape in source["objects"]["countries"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        for outer, *inner in polygons:
            rings.append(outer)
            holes += inner
    return rings, holes


def _borders(rings: list[list[int]], count: int) -> list[bool]:
    """Which arcs lie between two countries: those that two rings share."""
    used = np.zeros(count, dtype=int)
    for ring in rings:
        for arc in ring:
            used[arc if arc >= 0 else -1 - arc] += 1
    return [bool(times > 1) for times in used]


def _simplified(line: np.ndarray) -> np.ndarray:
    """The line with fewer points (Douglas and Peucker 1973), longitude counted as on the ground."""
    plane = line * [np.cos(np.radians(line[:, 1].mean())), 1.0]
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        between = plane[first + 1 : last]
        if not len(between):
            continue
        distance = _distance(between, plane[first], plane[last])
        if distance.max() > TOLERANCE_DEG:
            middle = first + 1 + int(distance.argmax())
            keep[middle] = True
            open_parts += [(first, middle), (middle, last)]
    return line[keep]


def _distance(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    along = end - start
    length = np.hypot(*along)
    offset = points - start
    if length == 0.0:
        return np.hypot(*offset.T)
    return np.abs(along[0] * offset[:, 1] - along[1] * offset[:, 0]) / length


def _columns(lines: list[np.ndarray]) -> dict[str, pa.Array]:
    made = {}
    for axis, name in enumerate(("lon", "lat")):
        grid = [np.round(line[:, axis] * STEPS_PER_DEG).astype(np.int32) for line in lines]
        made[name] = pa.array([np.diff(line, prepend=0) for line in grid], pa.list_(pa.int32()))
    return made


def _write(columns: dict[str, Any], path: Path) -> None:
    pq.write_table(pa.table(columns), path, compression="zstd", compression_level=19, use_dictionary=False)


if __name__ == "__main__":
    main()
