"""Plotly figures as plain records: numbers packed, and written so that they can stand inside a page."""

import base64
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One chart: Plotly's traces and layout, and one sentence for those who can't see it."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any]
    spoken: str


def packed(values: Any, kind: str = "f4") -> dict[str, str]:
    """Numbers as base64 of little-endian `kind`, which Plotly unpacks; two thirds of the size of text."""
    array = np.ascontiguousarray(values, dtype=f"<{kind}")
    return {"dtype": kind, "bdata": base64.b64encode(array.tobytes()).decode("ascii")}


def plain(text: str) -> str:
    """Text that Plotly shows as it stands: its own small markup and its placeholders are disarmed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%&#123;")


def page_json(value: Any) -> str:
    """JSON that can stand in a script element: no bare NaN, and no character that could end the element."""
    text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _finite(value: Any) -> Any:
    """The same value with null for NaN and infinity, and plain Python numbers."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, np.ndarray):
        return _finite(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
