"""Reports in few bytes: exact places, or places rounded to a stated error, in columns that compress well.

Each row has a moving part (time, place, velocity, covariance) and says to whom it may go. The rest, what a
track is and how it is called, changes seldom: it is told of those rows alone that `whole` names, and a
receiver remembers it.
"""

import json
import math
import struct
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kizuna.errors import InputError
from kizuna.messages.check import check
from kizuna.messages.columns import Labels
from kizuna.messages.covariances import COARSE, FINE, from_codes, to_codes
from kizuna.messages.report import Reports
from kizuna.messages.track import STATUSES
from kizuna.shapes import BoolN, FloatN

_HEAD: Final = struct.Struct("<4sI")
"""Mark, and the checksum of what follows."""
_SIZES: Final = struct.Struct("<IIId")
"""Rows, bytes of all when unpacked, bytes of the names, and the precision in metres."""
_MARK: Final = b"KZR1"
_METRES_A_DEGREE: Final = 112_000.0
"""A little more than anywhere at any height that flies, so that the stated error holds."""
_SPEED_STEP_MPS: Final = 1.0
_ALWAYS: Final = ("originator", "marking", "releasable_to")
"""Words of every row: whoever passes a row on must know at once to whom it may go."""
_SELDOM: Final = ("identity", "kind")
_MOST_TRACKS: Final = 100_000
"""Tracks of one sender that a receiver remembers."""
_MOST_BYTES: Final = 1 << 26
"""No message unpacks to more: what claims to is no report."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A table in its encoding, as it lies on the wire."""

    data: bytes
    rows: Reports | None = field(default=None, compare=False, repr=False)
    """What it encodes, where that is known: at its sender."""

    def __len__(self) -> int:
        return len(self.data)


class _Rest(NamedTuple):
    """What seldom changes of a track, and the nations to which it was released when it was told."""

    stamp: str | None
    claim: int
    since_s: float
    identity: str | None
    kind: str | None


@dataclass(slots=True)
class Told:
    """What a receiver has been told of each track by one sender."""

    rows: dict[tuple[str, int], _Rest] = field(default_factory=dict)
    unknown: int = 0
    """Rows that came before anything was told of their tracks; they were left out."""

    def learn(self, key: tuple[str, int], what: _Rest) -> None:
        """Remember what is told of a track; the one that was told of longest ago is forgotten for it."""
        self.rows.pop(key, None)
        self.rows[key] = what
        if len(self.rows) > _MOST_TRACKS:
            del self.rows[next(iter(self.rows))]


def pack(reports: Reports, precision_m: float = 0.0, whole: BoolN | None = None) -> bytes:
    """Reports as bytes.

    Parameters
    ----------
    reports
        The reports, in any order; they come out in order of originator and track.
    precision_m
        Greatest error of a place, m, and 0 for none. Velocities are then at most 0.9 m/s off, and times half
        a millisecond. Covariances never claim more than those of the reports; they include the rounding.
    whole
        (N,) the rows of which all is told; all when None.
    """
    order = np.lexsort((reports.track, reports.originator.used().codes))
    reports = reports.take(order)
    whole = np.ones(len(reports), dtype=np.bool_) if whole is None else whole[order]
    rest = reports.take(whole)
    names: dict[str, list[str]] = {}
    columns: list[NDArray[np.generic]] = [
        *_words(reports, _ALWAYS, names),
        np.diff(reports.track, prepend=0).astype("<i8"),
        reports.status.recode({name: code for code, name in enumerate(STATUSES)}).astype("<u1"),
        reports.sensors.clip(0, 255).astype("<u1"),
        *(_exact(reports) if precision_m == 0.0 else _rounded(reports, precision_m)),
        whole.astype("<u1"),
        rest.claim.astype("<i8"),
        rest.since.astype("<f8"),
        *_words(rest, _SELDOM, names),
    ]
    told = json.dumps(names, ensure_ascii=False, separators=(",", ":")).encode()
    body = told + b"".join(_planes(column) for column in columns)
    squeezed: bytes = pa.compress(body, codec="zstd", asbytes=True)
    tail = _SIZES.pack(len(reports), len(body), len(told), precision_m) + squeezed
    return _HEAD.pack(_MARK, crc32(tail)) + tail


def unpack(data: bytes, told: Told, source: str = "message") -> Reports:
    """Reports from bytes; rows of which nothing has been told are left out and counted.

    Parameters
    ----------
    data
        What `pack` has made.
    told
        What the sender has told before; what it tells now is added.
    source
        What to call the bytes in errors.

    Raises
    ------
    InputError
        When the bytes are no reports, or hold a bad value.
    """
    try:
        reports = _unpack(data, told)
    except Exception as error:  # whatever bytes that are meant to do harm make it stumble over
        problem = f"is no packed table of reports ({error})"
        raise InputError(source, "", problem, "what `pack` has made") from error
    check(reports, source)
    return reports


def _unpack(data: bytes, told: Told) -> Reports:
    mark, checksum = _HEAD.unpack_from(data)
    count, length, size, precision_m = _SIZES.unpack_from(data, _HEAD.size)
    if crc32(data[_HEAD.size :]) != checksum:
        raise ValueError("the checksum is wrong")
    if mark != _MARK or length > _MOST_BYTES or count > length:
        raise ValueError("wrong mark or length")
    body = pa.decompress(
        data[_HEAD.size + _SIZES.size :], decompressed_size=length, codec="zstd", asbytes=True
    )
    names = json.loads(body[:size])
    columns = _Columns(body, size)
    always = {word: columns.words(names[word], count) for word in _ALWAYS}
    track = np.cumsum(columns.take("<i8", count).astype(np.int64))
    status = Labels(columns.take("<u1", count).astype(np.int32), STATUSES)
    if status.codes.max(initial=0) >= len(STATUSES):
        raise ValueError("a status without a name")
    sensors = columns.take("<u1", count).astype(np.int64)
    moving = _from_exact(columns, count) if precision_m == 0.0 else _from_rounded(columns, count, precision_m)
    whole = columns.take("<u1", count) != 0
    more = int(np.count_nonzero(whole))
    claim, since = columns.take("<i8", more).astype(np.int64), columns.take("<f8", more).astype(np.float64)
    words = [columns.words(names[word], more).values() for word in _SELDOM]
    stamps = always["releasable_to"].values()
    keys = list(zip(map(str, always["originator"].values()), track.tolist(), strict=True))
    for place, row in enumerate(np.flatnonzero(whole).tolist()):
        rest = _Rest(stamps[row], int(claim[place]), float(since[place]), *(word[place] for word in words))
        told.learn(keys[row], rest)
    # What was told under another stamp may not be for the nations in this one.
    had = [told.rows.get(key) for key in keys]
    known = np.array(
        [rest is not None and rest.stamp == stamp for rest, stamp in zip(had, stamps, strict=True)]
    )
    known = known.astype(np.bool_)
    told.unknown += int(np.count_nonzero(~known))
    kept = [rest for rest, is_known in zip(had, known, strict=True) if rest is not None and is_known]
    made: dict[str, Any] = {"track": track, "status": status, "sensors": sensors, **always, **moving}
    made = {
        name: values.take(known) if isinstance(values, Labels) else values[known]
        for name, values in made.items()
    }
    return Reports(
        claim=np.array([rest.claim for rest in kept], dtype=np.int64),
        since=np.array([rest.since_s for rest in kept], dtype=np.float64),
        identity=Labels.of(rest.identity for rest in kept),
        kind=Labels.of(rest.kind for rest in kept),
        **made,
    )


class _Columns:
    """Reads one column after the other."""

    def __init__(self, body: bytes, place: int) -> None:
        self._body, self._place = body, place

    def take(self, kind: str, count: int) -> NDArray[np.generic]:
        """The next column of this type and length; ValueError when there isn't so much."""
        width = np.dtype(kind).itemsize
        end = self._place + width * count
        planes = np.frombuffer(self._body[self._place : end], dtype=np.uint8).reshape(width, count)
        self._place = end
        return np.ascontiguousarray(planes.T).view(kind).reshape(count)

    def words(self, names: list[str], count: int) -> Labels:
        """The next column of text."""
        codes = self.take("<i2", count).astype(np.int32)
        if count and (codes.min() < -1 or codes.max() >= len(names)):
            raise ValueError("a code without a name")
        return Labels(codes, tuple(map(str, names)))


def _words(
    reports: Reports, words: tuple[str, ...], names: dict[str, list[str]]
) -> list[NDArray[np.generic]]:
    """Columns of text as codes; their names are put down."""
    made = []
    for word in words:
        labels: Labels = getattr(reports, word).used()
        names[word] = list(labels.names)
        made.append(labels.codes.astype("<i2"))
    return made


def _planes(column: NDArray[np.generic]) -> bytes:
    """A column with all first bytes first: high bytes are alike and compress to little."""
    column = np.ascontiguousarray(column)
    return column.view(np.uint8).reshape(len(column), column.dtype.itemsize).T.tobytes()


def _exact(reports: Reports) -> list[NDArray[np.generic]]:
    speeds = (reports.ve_mps, reports.vn_mps, reports.vu_mps)
    return [
        *(column.astype("<f8") for column in (reports.time, reports.lat_deg, reports.lon_deg, reports.alt_m)),
        *(speed.astype("<f4") for speed in speeds),
        *to_codes(reports.cov, FINE),
    ]


def _from_exact(columns: _Columns, count: int) -> dict[str, FloatN]:
    names = ("time", "lat_deg", "lon_deg", "alt_m")
    made = {name: columns.take("<f8", count).astype(np.float64) for name in names}
    made |= {name: columns.take("<f4", count).astype(np.float64) for name in ("ve_mps", "vn_mps", "vu_mps")}
    return made | {"cov": from_codes([columns.take(kind, count) for kind in FINE.kinds], FINE)}


def _step_m(precision_m: float) -> float:
    """Step of the grid whose rounding is off by so much at the most: half a diagonal."""
    return 2.0 * precision_m / math.sqrt(3.0)


def _rounded(reports: Reports, precision_m: float) -> list[NDArray[np.generic]]:
    step_m = _step_m(precision_m)
    base_s = np.floor(reports.time.min(initial=np.inf)) if len(reports) else 0.0
    row = np.rint(reports.lat_deg * _METRES_A_DEGREE / step_m)
    wide_m = _METRES_A_DEGREE * np.maximum(np.cos(np.radians(row * step_m / _METRES_A_DEGREE)), 1e-6)
    cov = reports.cov.copy()
    cov[:, [0, 6, 11]] += step_m**2 / 12.0
    cov[:, [15, 18, 20]] += _SPEED_STEP_MPS**2 / 12.0
    return [
        np.full(1, base_s, dtype="<f8"),
        np.rint(1e3 * (reports.time - base_s)).astype("<u4"),
        row.astype("<i4"),
        np.rint(reports.lon_deg * wide_m / step_m).astype("<i4"),
        np.rint(reports.alt_m / step_m).astype("<i4"),
        *(
            np.rint(speed / _SPEED_STEP_MPS).astype("<i2")
            for speed in (reports.ve_mps, reports.vn_mps, reports.vu_mps)
        ),
        *to_codes(cov, COARSE),
    ]


def _from_rounded(columns: _Columns, count: int, precision_m: float) -> dict[str, FloatN]:
    step_m = _step_m(precision_m)
    base_s = columns.take("<f8", 1).astype(np.float64)
    time = base_s + 1e-3 * columns.take("<u4", count).astype(np.float64)
    lat = columns.take("<i4", count).astype(np.float64) * step_m / _METRES_A_DEGREE
    wide_m = _METRES_A_DEGREE * np.maximum(np.cos(np.radians(lat)), 1e-6)
    lon = columns.take("<i4", count).astype(np.float64) * step_m / wide_m
    alt = columns.take("<i4", count).astype(np.float64) * step_m
    made = {
        "time": time,
        "lat_deg": np.clip(lat, -90.0, 90.0),
        "lon_deg": np.clip(lon, -180.0, 180.0),
        "alt_m": alt,
    }
    for name in ("ve_mps", "vn_mps", "vu_mps"):
        made[name] = columns.take("<i2", count).astype(np.float64) * _SPEED_STEP_MPS
    return made | {"cov": from_codes([columns.take(kind, count) for kind in COARSE.kinds], COARSE)}
