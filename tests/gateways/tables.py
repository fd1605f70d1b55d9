"""Tables of any kind with any values that their columns allow, for round trips through files."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from kizuna.messages import detection, sensor
from kizuna.messages.columns import Column, Labels, Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth

KINDS: tuple[type[Table], ...] = (Detections, Truth, Tracks, Sensors)
MOST_ROWS = 5
LARGEST_EXACT_IN_A_FLOAT = 2**53

# Names with all that could be taken for syntax: separators, quotes, breaks, words for null.
names = st.one_of(
    st.sampled_from(
        ["a,b", 'say "hi"', "line\nbreak", "semi;colon", "null", "NA", "NaN", "0012", " x ", "絆"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
)


def numbers(spec: Column) -> st.SearchStrategy[float]:
    """Numbers within the limits of a column, to the last bit."""
    low = np.nextafter(spec.above, np.inf) if spec.above > -np.inf else spec.low
    bounds = [None if np.isinf(bound) else float(bound) for bound in (low, spec.high)]
    # A sum with 0 turns -0.0 into 0.0, of which no file need keep the sign.
    return st.floats(*bounds, allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)


def column(spec: Column, count: int) -> st.SearchStrategy[Any]:
    """Values for one column."""
    if spec.kind == "label":
        one: st.SearchStrategy[Any] = st.sampled_from(spec.choices) if spec.choices else names
    elif spec.kind == "vector":
        one = st.lists(numbers(spec), min_size=spec.width, max_size=spec.width)
    elif spec.kind == "count":
        most = LARGEST_EXACT_IN_A_FLOAT if spec.nullable else 2**63 - 1
        one = st.integers(max(-most, int(max(spec.low, -most))), most)
    else:
        one = numbers(spec)
    if spec.nullable and spec.kind != "count":
        nothing = {"label": None, "vector": [np.nan] * spec.width}.get(spec.kind, np.nan)
        one = one | st.just(nothing)
    return st.lists(one, min_size=count, max_size=count)


@st.composite
def tables(draw: st.DrawFn, kind: type[Table], least: int = 1) -> Table:
    """A table that passes its check."""
    count = draw(st.integers(least, MOST_ROWS))
    values = {name: draw(column(spec, count)) for name, spec in columns_of(kind).items()}
    if "time" in values:
        values["time"] = sorted(values["time"])
    needed = {Detections: detection.MEASURED, Sensors: sensor.NEEDED}.get(kind, {})
    for row, word in enumerate(values["kind"]):
        for name in needed.get(word, ()):
            if np.isnan(values[name][row]):
                values[name][row] = draw(numbers(columns_of(kind)[name]))
    if kind is Sensors:
        values["sensor"] = [f"{row} {name}" for row, name in enumerate(values["sensor"])]
    return kind.of(**values)


def same(one: Table, other: Table) -> bool:
    """Whether two tables hold the same values to the last bit, names in whatever order."""
    if type(one) is not type(other) or len(one) != len(other):
        return False
    for name in columns_of(type(one)):
        left, right = getattr(one, name), getattr(other, name)
        if isinstance(left, Labels):
            if left.values() != right.values():
                return False
        elif not np.array_equal(left, right, equal_nan=left.dtype.kind == "f"):
            return False
    return True
