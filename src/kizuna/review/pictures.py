"""Pictures: the times at which pictures are compared with the truth, and the truth at those times."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kizuna.errors import InputError
from kizuna.geo.frames import enu_basis, geodetic_to_ecef
from kizuna.kernels.nearby import sort_blocks
from kizuna.kernels.sampling import sample_paths
from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.shapes import BoolN, CodeN, Float, FloatN, FloatNx3, IntN

SAME_TIME_S = 1e-3
"""Times closer than this are the same time, s: below any picture period, above the rounding of float64."""

GAP_IN_SPACINGS = 3.0
"""Truth is not bridged over a gap longer than this many median spacings of the object's own samples …"""

GAP_FLOOR_S = 30.0
"""… or this many seconds, whichever is longer: a few lost samples of a recording don't split a flight."""

_CHUNK_ROWS = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The truth as paths in ECEF: one for each unbroken presence of an object.

    An object that leaves and comes back, or whose samples have a gap longer than both limits above, has one
    path for each stay. It isn't compared in between, and a new stay is a new object for every measure.
    """

    names: tuple[str, ...]
    """(P,) object of each path."""
    begin_s: FloatN
    """(P,) when each begins, s since 1970-01-01 UTC."""
    knot_start: IntN
    knot_time: FloatN
    knot_position_m: FloatNx3
    knot_velocity_mps: FloatNx3


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Truth at some picture times, as rows ordered by time; each row is one present object."""

    first: int
    """Number of the first picture in the sample."""
    start: IntN
    """(T + 1,) picture t of the sample owns the rows start[t] to start[t + 1] - 1."""
    path: IntN
    position_m: FloatNx3
    """(M, 3) ECEF; within a picture the rows ascend along `axis`."""
    velocity_mps: FloatNx3
    """(M, 3) ECEF, NaN where unknown."""
    axis: int


def velocity_to_ecef(lat_deg: FloatN, lon_deg: FloatN, ve: FloatN, vn: FloatN, vu: FloatN) -> FloatNx3:
    """East, north, up velocities (N,) at geodetic places to ECEF (N, 3), m/s; NaN stays NaN."""
    enu = np.stack([ve, vn, vu], axis=-1)
    made: Float = np.einsum("nij,ni->nj", enu_basis(lat_deg, lon_deg), enu)
    return made


def paths_of(truth: Truth) -> Paths:
    """Split the truth into unbroken presences, in the order of the objects' codes, then of time."""
    order = np.argsort(truth.object.codes, kind="stable")
    code, time = truth.object.codes[order], truth.time[order]
    step = np.diff(time)
    same = np.diff(code) == 0
    # Two samples of one object at one time: the later row counts.
    kept = np.ones(len(order), dtype=np.bool_)
    kept[:-1] = ~(same & (step <= 0.0))
    order, code, time = order[kept], code[kept], time[kept]
    step = np.diff(time)
    same = np.diff(code) == 0
    limit = _bridged(code, step, same, len(truth.object.names))
    begins = (
        np.flatnonzero(np.concatenate([[True], ~same | (step > limit)])) if len(order) else np.zeros(0, int)
    )
    knot_start = np.append(begins, len(order)).astype(np.int64)
    rows = truth.take(order)
    return Paths(
        names=tuple(truth.object.names[code[row]] for row in begins),
        begin_s=time[begins],
        knot_start=knot_start,
        knot_time=time,
        knot_position_m=geodetic_to_ecef(rows.lat_deg, rows.lon_deg, rows.alt_m),
        knot_velocity_mps=velocity_to_ecef(rows.lat_deg, rows.lon_deg, rows.ve_mps, rows.vn_mps, rows.vu_mps),
    )


def _bridged(code: CodeN, step: FloatN, same: BoolN, objects: int) -> FloatN:
    """Longest step (K - 1,) that is bridged, s: that of the object to which the step belongs."""
    limit = np.full(objects, GAP_FLOOR_S)
    inside = np.flatnonzero(same)
    owner = code[inside]
    bounds = np.searchsorted(owner, np.arange(objects + 1))
    for number in range(objects):
        steps = step[inside[bounds[number] : bounds[number + 1]]]
        if len(steps):
            limit[number] = max(GAP_FLOOR_S, GAP_IN_SPACINGS * float(np.median(steps)))
    longest: FloatN = limit[code[1:]]
    return longest


def samples(paths: Paths, times: FloatN) -> Iterator[Sample]:
    """Truth at the picture times, in batches of pictures small enough for the processor's caches."""
    pictures = max(1, _CHUNK_ROWS // max(1, len(paths.names)))
    for first in range(0, len(times), pictures):
        batch = times[first : first + pictures]
        start, path, position, velocity = sample_paths(
            paths.knot_start,
            paths.knot_time,
            paths.knot_position_m,
            paths.knot_velocity_mps,
            batch,
            SAME_TIME_S,
        )
        axis = int(np.argmax(np.ptp(position, axis=0))) if len(position) else 0
        order = sort_blocks(np.ascontiguousarray(position[:, axis]), start)
        yield Sample(first, start, path[order], position[order], velocity[order], axis)


def picture_times(truth: Truth, tracks: Tracks, truth_file: str, tracks_file: str) -> FloatN:
    """Times at which pictures were taken, as far as the truth reaches: (T,) s, ascending.

    All times in the tracks, of all nodes and statuses. A picture without tracks leaves no row; so where most
    steps between these times are equal and all others are whole multiples of them, the missing times are
    filled in. Times before the truth begins or after it ends are left out: nothing is known there.

    Raises
    ------
    InputError
        When there are no tracks or no truth, when the two have no time in common, or when two nodes never
        take a picture at the same time.
    """
    if not len(truth):
        raise InputError(truth_file, "", "holds no objects", "at least one row of truth")
    if not len(tracks):
        raise InputError(
            tracks_file, "", "holds no tracks", "at least one row, since the tracks set the times"
        )
    _check_one_clock(tracks, tracks_file)
    times = _completed(_distinct(tracks.time))
    begin, end = float(truth.time[0]), float(truth.time[-1])
    inside = times[(times >= begin - SAME_TIME_S) & (times <= end + SAME_TIME_S)]
    if not len(inside):
        raise InputError(
            tracks_file,
            "column time",
            f"reaches from {times[0]:.3f} to {times[-1]:.3f} s, "
            f"but {truth_file} from {begin:.3f} to {end:.3f} s",
            "tracks and truth of the same time",
        )
    return inside


def _distinct(times: FloatN) -> FloatN:
    """Each time once, ascending."""
    found = np.unique(times)
    once: Float = found[np.concatenate([[True], np.diff(found) > SAME_TIME_S])]
    return once


def _completed(times: FloatN) -> FloatN:
    """The times with missing ones filled in where they lie on a regular grid, else as they are."""
    if len(times) < 3:
        return times
    steps = np.diff(times)
    shortest = float(steps.min())
    if float(np.median(steps)) > 1.01 * shortest:
        return times
    span = float(times[-1] - times[0])
    # The mean step over the whole span carries less rounding than the shortest.
    step = span / round(span / shortest)
    place = np.round((times - times[0]) / step)
    if float(np.abs(times - times[0] - place * step).max()) > 0.01 * step:
        return times
    grid: Float = times[0] + step * np.arange(int(place[-1]) + 1)
    grid[place.astype(np.int64)] = times
    return grid


def _check_one_clock(tracks: Tracks, tracks_file: str) -> None:
    """Refuse nodes that take pictures in turn: each would seem blind at the others' times."""
    held = [
        (name, _distinct(tracks.time[tracks.node.equal(name)]))
        for name in tracks.node.names
        if tracks.node.equal(name).any()
    ]
    for place, (name, times) in enumerate(held):
        for other, others in held[:place]:
            apart = times[0] > others[-1] or others[0] > times[-1]
            nearest = np.minimum(np.searchsorted(others, times - SAME_TIME_S), len(others) - 1)
            if not apart and (np.abs(others[nearest] - times) > SAME_TIME_S).all():
                raise InputError(
                    tracks_file,
                    "column time",
                    f"nodes {other} and {name} never take a picture at the same time",
                    "pictures of all nodes at the same times, or one file for each node",
                )


def rows_at(times: FloatN, row_times: FloatN) -> IntN:
    """Number of the picture (T,) to which each row (N,) belongs, -1 where there is none at its time."""
    if not len(times):
        return np.full(len(row_times), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(times, row_times - SAME_TIME_S), len(times) - 1)
    return np.where(np.abs(times[found] - row_times) <= SAME_TIME_S, found, -1)
