"""Know tracks again after time was turned back: each object keeps the number that it was shown under."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from kizuna.shapes import FloatNx6, FloatNx21, IntN
from kizuna.tracking.course import Course

_FARTHEST = 25.0
"""Squared Mahalanobis distance up to which two tracks may be one object's: late measurements move tracks."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The tracks of the last picture, N rows."""

    time_s: float
    number: IntN
    state: FloatNx6
    cov: FloatNx21


def recognise(shown: Shown, course: Course, time_s: float, highest: int) -> None:
    """Number the confirmed tracks of a course that was gone through anew.

    A track that is nearest to a shown one, while none is nearer to that, has its number. The others get
    numbers above `highest`, the highest that was ever shown.
    """
    tracks = course.tracks
    rows = np.flatnonzero(tracks.live("confirmed"))
    rows = rows[np.argsort(tracks.number[rows], kind="stable")]
    number = np.zeros(len(rows), dtype=np.int64)
    if len(rows) and len(shown.number):
        new, old = _nearest(shown, course, rows, time_s)
        number[new] = shown.number[old]
    unknown = np.flatnonzero(number == 0)
    number[unknown] = highest + 1 + np.arange(len(unknown))
    tracks.number[rows] = number
    course.next_number = highest + 1 + len(unknown)


def _nearest(shown: Shown, course: Course, rows: IntN, time_s: float) -> tuple[IntN, IntN]:
    """Indices into `rows` and into the shown tracks of those that are each other's nearest.

    At the time when they were shown: by now a track goes by better velocities than those that it had then.
    """
    state, cov = course.at(rows, time_s)
    back_s = shown.time_s - time_s
    then = state[:, :3] + back_s * state[:, 3:]
    upper = np.triu_indices(3)
    spread, velocity = np.zeros((len(rows), 3, 3)), np.zeros((len(rows), 3, 3))
    spread[:, upper[0], upper[1]] = spread[:, upper[1], upper[0]] = cov[:, :6]
    velocity[:, upper[0], upper[1]] = velocity[:, upper[1], upper[0]] = cov[:, 15:]
    cross = back_s * cov[:, 6:15].reshape(-1, 3, 3)
    spread += cross + cross.transpose(0, 2, 1) + back_s**2 * velocity
    _, old = KDTree(shown.state[:, :3]).query(then)
    _, again = KDTree(then).query(shown.state[:, :3])
    new = np.flatnonzero(again[old] == np.arange(len(rows)))
    both = np.zeros((len(new), 3, 3))
    both[:, upper[0], upper[1]] = both[:, upper[1], upper[0]] = shown.cov[old[new], :6]
    both += spread[new]
    apart = then[new] - shown.state[old[new], :3]
    distance = np.einsum("ni,ni->n", apart, np.linalg.solve(both, apart[:, :, None])[:, :, 0])
    new = new[distance <= _FARTHEST]
    return new, old[new]
