"""Which kind of table a file holds, told from the names of its columns."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kizuna.errors import InputError
from kizuna.messages.columns import Column, Table, columns_of
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.shapes import FloatN

KINDS: Final[dict[str, type[Table]]] = {
    "detections": Detections,
    "truth": Truth,
    "tracks": Tracks,
    "sensors": Sensors,
}

STATE_VECTOR: Final = {
    "speed_mps": Column("number", "m/s"),
    "track_deg": Column("number", "deg"),
    "climb_mps": Column("number", "m/s"),
}
"""Speed over ground, its direction clockwise from north, and climb: velocities as ADS-B tells them."""

_VELOCITY: Final = ("ve_mps", "vn_mps", "vu_mps")


def recognise(names: Sequence[str], file: str) -> str:
    """The kind of table that has these columns, a key of `KINDS`.

    All columns that a kind can't do without must be there. When that holds for several kinds, it is the one
    that knows most of the columns; when it holds for none, the one that lacks least, so that the reader can
    say what it lacks.

    Raises
    ------
    InputError
        When no kind has at least half of its needed columns here, or two kinds fit equally well.
    """
    fit = {}
    for name, kind in KINDS.items():
        specs = columns_of(kind)
        needed = [column for column, spec in specs.items() if not spec.nullable]
        share = sum(column in names for column in needed) / len(needed)
        fit[name] = (share, sum(column in names for column in specs))
    best = max(fit.values())
    fitting = [name for name, how_well in fit.items() if how_well == best]
    if best[0] < 0.5:
        known = "; ".join(f"{name}: {_needed(kind)}" for name, kind in KINDS.items())
        raise InputError(file, "", f"has the columns {', '.join(names[:12])}", f"those of a table ({known})")
    if len(fitting) > 1:
        raise InputError(file, "", f"may hold {' or '.join(fitting)}", f"--kind {fitting[0]}, for example")
    return fitting[0]


def has_state_vectors(kind: type[Table], names: Sequence[str]) -> bool:
    """Whether a truth has its velocities as speed and direction alone."""
    return (
        kind is Truth
        and not any(name in names for name in _VELOCITY)
        and all(name in names for name in ("speed_mps", "track_deg"))
    )


def with_velocities(data: pa.Table, file: str) -> pa.Table:
    """The same columns with velocities east, north and up from the state vector; null where that is.

    Raises
    ------
    InputError
        When a column of the state vector holds something else than numbers.
    """
    speed, track = _numbers(data, "speed_mps", file), np.radians(_numbers(data, "track_deg", file))
    data = data.append_column("ve_mps", pa.array(speed * np.sin(track), from_pandas=True))
    data = data.append_column("vn_mps", pa.array(speed * np.cos(track), from_pandas=True))
    if "climb_mps" in data.column_names:
        data = data.append_column("vu_mps", pa.array(_numbers(data, "climb_mps", file), from_pandas=True))
    return data


def _needed(kind: type[Table]) -> str:
    return ", ".join(name for name, spec in columns_of(kind).items() if not spec.nullable)


def _numbers(data: pa.Table, name: str, file: str) -> FloatN:
    column = data.column(name)
    try:
        made: FloatN = pc.cast(column, pa.float64()).to_numpy()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(file, f"column {name}", f"holds {column.type}", "numbers") from error
    return made
