"""Many polylines in one pair of columns: thin them, cut them to a box, and join them for drawing.

A set of polylines is `xy`, (N, 2) in any unit, and `part`, (N,): the points of one polyline stand together
and share a number.
"""

import numpy as np

from kizuna.shapes import BoolN, Float, FloatN, IntN

Box = tuple[float, float, float, float]
"""Least and greatest x, least and greatest y."""


def thinned(xy: Float, part: IntN, tolerance: float) -> BoolN:
    """Points to keep so that no left-out point is further than `tolerance` from the line: (N, 2), (N,) ->
    (N,).

    The ends of every polyline stay. In each pass, every second point that can go does; the distances of what
    went before are added up, so that the bound holds over all passes.
    """
    kept = np.arange(len(part))
    slack = np.zeros(len(part))
    """Bound on what was left out between each kept point and the next."""
    while len(kept) > 2:
        here, before, after = xy[kept[1:-1]], xy[kept[:-2]], xy[kept[2:]]
        inner = (part[kept[1:-1]] == part[kept[:-2]]) & (part[kept[1:-1]] == part[kept[2:]])
        bound = _distance(here, before, after) + np.maximum(slack[kept[:-2]], slack[kept[1:-1]])
        loose = inner & (bound <= tolerance)
        going = loose & _every_second(loose)
        if not going.any():
            break
        gone = np.flatnonzero(going)
        slack[kept[gone]] = bound[gone]
        kept = np.delete(kept, gone + 1)
    keep = np.zeros(len(part), dtype=np.bool_)
    keep[kept] = True
    return keep


def within(xy: Float, part: IntN, box: Box) -> tuple[Float, IntN]:
    """The stretches whose segments may touch a box, with parts numbered anew where a line was cut."""
    if len(part) < 2:
        return xy, part
    low, high = np.minimum(xy[:-1], xy[1:]), np.maximum(xy[:-1], xy[1:])
    near = (high[:, 0] >= box[0]) & (low[:, 0] <= box[1]) & (high[:, 1] >= box[2]) & (low[:, 1] <= box[3])
    near &= part[:-1] == part[1:]
    keep = np.append(near, False) | np.insert(near, 0, False)
    # A new part begins with each point that no kept segment leads to.
    begins = np.insert(~near, 0, True)
    return xy[keep], np.cumsum(begins)[keep].astype(np.int64)


def joined(xy: Float, part: IntN) -> Float:
    """One polyline after the other with a row of NaN between two: (N, 2), (N,) -> (N + parts - 1, 2)."""
    return np.insert(xy, np.flatnonzero(np.diff(part)) + 1, np.nan, axis=0)


def clipped(ring: Float, box: Box) -> Float:
    """The part of a ring inside a box, as a ring: (N, 2) -> (M, 2), M = 0 when nothing of it is.

    Source: Sutherland and Hodgman, Reentrant polygon clipping, Comm. ACM 17 (1974). Pieces that the box cuts
    apart stay joined along its edge, which is right for filling.
    """
    for axis, bound, sign in ((0, box[0], 1.0), (0, box[1], -1.0), (1, box[2], 1.0), (1, box[3], -1.0)):
        if not len(ring):
            break
        ring = _half(ring, axis, bound, sign)
    return ring


def signed_area(ring: Float) -> float:
    """Area of a ring, positive when it runs counter-clockwise: (N, 2) -> its unit squared."""
    x, y = ring[:, 0], ring[:, 1]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2.0


def _distance(points: Float, starts: Float, ends: Float) -> FloatN:
    """Distance of each point from the segment that would replace it."""
    along, offset = ends - starts, points - starts
    length2 = np.sum(along * along, axis=1)
    share = np.divide(
        np.sum(offset * along, axis=1), length2, out=np.zeros_like(length2), where=length2 > 0.0
    )
    gap = offset - np.clip(share, 0.0, 1.0)[:, None] * along
    distance: FloatN = np.hypot(gap[:, 0], gap[:, 1])
    return distance


def _every_second(flags: BoolN) -> BoolN:
    """The first, third, fifth ... of each run of true flags."""
    places = np.arange(len(flags))
    run_start = np.maximum.accumulate(np.where(flags, -1, places))
    return np.asarray((places - run_start) % 2 == 1)


def _half(ring: Float, axis: int, bound: float, sign: float) -> Float:
    """The part of a ring on one side of an axis-parallel line."""
    depth = sign * (ring[:, axis] - bound)
    inside = depth >= 0.0
    if inside.all():
        return ring
    if not inside.any():
        return ring[:0]
    following, following_depth = np.roll(ring, -1, axis=0), np.roll(depth, -1)
    crosses = np.flatnonzero(inside != np.roll(inside, -1))
    share = depth[crosses] / (depth[crosses] - following_depth[crosses])
    points = ring[crosses] + share[:, None] * (following[crosses] - ring[crosses])
    points[:, axis] = bound
    rows = np.concatenate([np.flatnonzero(inside), crosses + 0.5])
    return np.concatenate([ring[inside], points])[np.argsort(rows, kind="stable")]
