"""What RFC 7946 asks of a FeatureCollection, written from its text and with nothing of Kizuna in it."""

import itertools
from typing import Any

DEPTH = {"Point": 0, "LineString": 1, "MultiLineString": 2}
"""How deep the positions lie in the lists of a geometry's coordinates."""


def faults(document: Any) -> list[str]:
    """Each breach of the standard, in words; empty for a good document."""
    found = []
    if document.get("type") != "FeatureCollection" or not isinstance(document.get("features"), list):
        return ["3.3: no FeatureCollection"]
    if "crs" in document:
        found.append("4: a coordinate reference system is said")
    for number, feature in enumerate(document["features"]):
        if feature.get("type") != "Feature":
            found.append(f"3.2: feature {number} has another type")
        if not {"geometry", "properties"} <= feature.keys():
            found.append(f"3.2: feature {number} lacks a member")
        if feature["geometry"] is not None:
            found += [f"{fault} in feature {number}" for fault in _geometry_faults(feature["geometry"])]
    return found


def _geometry_faults(geometry: dict[str, Any]) -> list[str]:
    lines = [geometry["coordinates"]]
    for _ in range(DEPTH[geometry["type"]] - 1):
        lines = [line for group in lines for line in group]
    found = []
    if DEPTH[geometry["type"]] == 0:
        lines = [lines]
    elif any(len(line) < 2 for line in lines):
        found.append("3.1.4: a line of fewer than two positions")
    for line in lines:
        for place in line:
            if not 2 <= len(place) <= 3:
                found.append("3.1.1: a position without two or three elements")
            if not -180 <= place[0] <= 180 or not -90 <= place[1] <= 90:
                found.append("4: a position that is no longitude, latitude in degrees")
        crossing = any(abs(b[0] - a[0]) > 180 for a, b in itertools.pairwise(line))
        if crossing:
            found.append("3.1.9: a line across the antimeridian")
    return found
