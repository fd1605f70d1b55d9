"""Traffic that was recorded: positions from a file become paths.

Two kinds of file are known. Truth (columns `ve_mps, vn_mps, vu_mps`, or no velocities at all) is taken as
it stands. State vectors of ADS-B receivers (columns `speed_mps, track_deg, climb_mps`) are evened out
first: such a recorder repeats the last position that it heard, so that a position is up to some seconds
older than its time says, while speed and track are good. Joined up as they stand, these positions would
make airliners pull 2 g and more.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq
from scipy.linalg import solveh_banded

from kizuna.errors import InputError
from kizuna.geo.frames import enu_basis, geodetic_to_ecef
from kizuna.messages import codec
from kizuna.messages.truth import Truth
from kizuna.shapes import BoolN, FloatN, FloatNx3, IntN
from kizuna.world.flights import Flights

FASTEST_MPS: Final = 500.0
"""A jump from one position to the next that would take more than this speed is an error of the recording."""
POSITION_SIGMA_M: Final = 150.0
"""How far a recorded state vector is off along its track: typically some tenths of a second of flight."""
SPEED_SIGMA_MPS: Final = 2.0
"""How far the recorded velocity is off, as an average from one position to the next."""
MOVING_MPS: Final = 20.0
"""A position repeated at this speed or more is an old one."""
_ROUNDS: Final = 8
_STATE_VECTOR: Final = ("speed_mps", "track_deg", "climb_mps")


def read(
    path: Path | str, kind: str | None, nation: str | None, identity: bool, longest_gap_s: float
) -> Flights:
    """Flights of a recording in Parquet.

    Parameters
    ----------
    path
        File with the columns `time, object, lat_deg, lon_deg, alt_m`, sorted by time, and velocities or none.
    kind, nation
        What and whose the objects are.
    identity
        Whether the objects say who they are; they then say their name.
    longest_gap_s
        Positions of one object farther apart in time than this are not joined: it was away.

    Returns
    -------
    Flights
        One object for each name. Impossible jumps, repeated positions of moving objects, second positions
        at the same time, and positions alone in their span are left out, and counted in ``dropped``.

    Raises
    ------
    InputError
        When the file can't be read or a column is wrong.
    """
    truth = codec.read(Truth, path)
    velocity = _velocity(truth, path)
    vectors = np.isnan(truth.ve_mps).all() and not np.isnan(velocity).all()
    position = geodetic_to_ecef(truth.lat_deg, truth.lon_deg, truth.alt_m)
    order = np.lexsort((truth.time, truth.object.codes))
    objects, time = truth.object.codes[order].astype(np.int64), truth.time[order]
    position, velocity = position[order], velocity[order]
    keep = _first_of_each_time(objects, time)
    if vectors:
        keep[keep] = _fresh(objects[keep], position[keep], velocity[keep])
    keep[keep] = _possible(objects[keep], time[keep], position[keep])
    keep[keep] = _accompanied(_joined(objects[keep], time[keep], longest_gap_s))
    objects, time, position, velocity = objects[keep], time[keep], position[keep], velocity[keep]
    joined = _joined(objects, time, longest_gap_s)
    if vectors:
        position = even_out(time, position, velocity, joined)
        velocity = _differences(time, position, joined)
    velocity = np.where(np.isnan(velocity), _differences(time, position, joined), velocity)
    flown, first = np.unique(objects, return_index=True)
    names = tuple(truth.object.names[code] for code in flown)
    return Flights(
        names=names,
        kinds=(kind,) * len(names),
        nations=(nation,) * len(names),
        identities=names if identity else (None,) * len(names),
        first=np.concatenate([first, [len(time)]]).astype(np.int64),
        time_s=time,
        position_m=position,
        velocity_mps=velocity,
        joined=joined,
        dropped=int(len(keep) - np.count_nonzero(keep)),
    )


def even_out(time_s: FloatN, position_m: FloatNx3, velocity_mps: FloatNx3, joined: BoolN) -> FloatNx3:
    """Positions (N, 3) near the recorded ones whose differences agree with the recorded velocities (N, 3).

    Least squares: each position pulls with 1/`POSITION_SIGMA_M`, and each pair of joined neighbours with
    1/(`SPEED_SIGMA_MPS` times the time between) towards the way that their mean velocity covers. Both pull
    less, the farther they are off (the weight 1/√(1 + r²) for r sigmas), so that a few bad ones don't bend
    the path. The normal equations are tridiagonal. Where the velocity is NaN, only positions pull.

    Source: iteratively reweighted least squares with the pseudo-Huber loss; Holland and Welsch, Robust
    regression using iteratively reweighted least-squares (1977).
    """
    step = np.diff(time_s)
    way = 0.5 * (velocity_mps[1:] + velocity_mps[:-1]) * step[:, None]
    known = joined[:-1] & ~np.isnan(way[:, 0])
    way = np.where(known[:, None], way, 0.0)
    sigma = SPEED_SIGMA_MPS * np.where(known, step, 1.0)
    pull, tie = np.ones(len(time_s)), known.astype(np.float64)
    made = position_m
    for _ in range(_ROUNDS):
        place, link = pull / POSITION_SIGMA_M**2, tie / sigma**2
        bands = np.zeros((2, len(time_s)))
        bands[1] = place
        bands[1, 1:] += link
        bands[1, :-1] += link
        bands[0, 1:] = -link
        right = place[:, None] * position_m
        right[1:] += link[:, None] * way
        right[:-1] -= link[:, None] * way
        made = solveh_banded(bands, right)
        pull = _weight(made - position_m, POSITION_SIGMA_M)
        tie = known * _weight(made[1:] - made[:-1] - way, sigma)
    return made


def _weight(off_m: FloatNx3, sigma: FloatN | float) -> FloatN:
    weight: FloatN = 1.0 / np.sqrt(1.0 + np.sum(off_m * off_m, axis=1) / np.square(sigma))
    return weight


def _velocity(truth: Truth, path: Path | str) -> FloatNx3:
    """Velocities in ECEF, (N, 3), from the file's own columns; NaN where it has none."""
    east, north, up = truth.ve_mps, truth.vn_mps, truth.vu_mps
    present = pq.read_schema(path).names
    if np.isnan(east).all() and all(name in present for name in _STATE_VECTOR):
        speed, track, up = _numbers(path)
        east, north = speed * np.sin(np.radians(track)), speed * np.cos(np.radians(track))
    local = np.stack([east, north, np.where(np.isnan(up) & ~np.isnan(east), 0.0, up)], axis=1)
    made: FloatNx3 = np.einsum("nij,ni->nj", enu_basis(truth.lat_deg, truth.lon_deg), local)
    return made


def _numbers(path: Path | str) -> tuple[FloatN, FloatN, FloatN]:
    table = pq.read_table(path, columns=list(_STATE_VECTOR))
    columns = []
    for name in _STATE_VECTOR:
        try:
            values = table.column(name).cast("float64").to_numpy()
        except (ValueError, NotImplementedError) as error:
            raise InputError(
                str(path), f"column {name}", f"holds {table.column(name).type}", "numbers"
            ) from error
        columns.append(np.where(np.isfinite(values), values, np.nan))
    return columns[0], columns[1], columns[2]


def _differences(time_s: FloatN, position_m: FloatNx3, joined: BoolN) -> FloatNx3:
    """Velocities from positions: of the parabola through three neighbours, or of the line to the only one."""
    if len(time_s) < 2:
        return np.zeros_like(position_m)
    step = np.where(joined[:-1], np.diff(time_s), 1.0)[:, None]
    slope = np.diff(position_m, axis=0) / step
    none = np.zeros((1, 3))
    before, after = np.concatenate([none, slope]), np.concatenate([slope, none])
    # The nearer neighbour counts more; one that isn't there counts nothing.
    share_before = np.concatenate([none[:, :1], joined[:-1, None] / step])
    share_after = np.concatenate([joined[:-1, None] / step, none[:, :1]])
    made: FloatNx3 = (before * share_before + after * share_after) / (share_before + share_after)
    return made


def _joined(objects: IntN, time_s: FloatN, longest_gap_s: float) -> BoolN:
    """Whether each position has a next one of the same object, not too late."""
    near: BoolN = (objects[1:] == objects[:-1]) & (np.diff(time_s) <= longest_gap_s)
    return np.concatenate([near, np.zeros(min(len(objects), 1), dtype=np.bool_)])


def _accompanied(joined: BoolN) -> BoolN:
    """Which positions have a neighbour in their span."""
    made: BoolN = joined | np.concatenate([[False], joined[:-1]])
    return made


def _first_of_each_time(objects: IntN, time_s: FloatN) -> BoolN:
    again = (objects[1:] == objects[:-1]) & (np.diff(time_s) <= 0.0)
    return np.concatenate([np.ones(min(len(time_s), 1), dtype=np.bool_), ~again])


def _fresh(objects: IntN, position_m: FloatNx3, velocity_mps: FloatNx3) -> BoolN:
    """Which positions aren't the one before again although the object moves."""
    step = np.diff(position_m, axis=0)
    still = np.sum(step * step, axis=1) < 1.0
    moving = np.sum(velocity_mps[1:] ** 2, axis=1) >= MOVING_MPS**2
    repeated: BoolN = still & moving & (objects[1:] == objects[:-1])
    return np.concatenate([np.ones(min(len(objects), 1), dtype=np.bool_), ~repeated])


def _possible(objects: IntN, time_s: FloatN, position_m: FloatNx3) -> BoolN:
    """Which positions an object can have reached from, and left for, its neighbours.

    A position goes when the jumps on both of its sides are impossible (or that on its one side); where a
    recording shifts and stays, the later position of the jump goes, until the rest fits.
    """
    keep = np.arange(len(time_s))
    while True:
        same = objects[keep][1:] == objects[keep][:-1]
        way = np.linalg.norm(np.diff(position_m[keep], axis=0), axis=1)
        jump = same & (way > FASTEST_MPS * np.diff(time_s[keep]))
        if not jump.any():
            kept = np.zeros(len(time_s), dtype=np.bool_)
            kept[keep] = True
            return kept
        into, out = np.concatenate([[False], jump]), np.concatenate([jump, [False]])
        begins, ends = ~np.concatenate([[False], same]), ~np.concatenate([same, [False]])
        bad = (into | begins) & (out | ends) & (into | out)
        # A jump with a bad position at one end is explained by it; any other costs its later position.
        unexplained = np.concatenate([[False], jump & ~bad[1:] & ~bad[:-1]])
        keep = keep[~(bad | unexplained)]
