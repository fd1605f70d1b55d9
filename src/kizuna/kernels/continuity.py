"""Continuity: which track carries an object from picture to picture, and when another takes over."""

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, IntN


@njit(cache=True)
def follow(
    target_start: IntN,
    target_object: IntN,
    row_start: IntN,
    row_track: IntN,
    edge_start: IntN,
    edge_target: IntN,
    assigned: IntN,
    objects: int,
    tracks: int,
) -> tuple[IntN, BoolN]:
    """Carrier of each object in each picture, and whether the object changed its carrier there.

    In each picture in turn: (1) an object keeps the track that carried it last while the two are within the
    cutoff and no other object has taken the track since; (2) an object without a carrier takes the track that
    is assigned to it, unless that track was kept by another object. A carrier that differs from the object's
    last one, however long ago, is a switch.

    Source: the mismatches of Bernardin and Stiefelhagen, Evaluating multiple object tracking performance: the
    CLEAR MOT metrics, EURASIP J. Image and Video Processing (2008), section 2.2; the assignment in (2) is the
    caller's.

    Parameters
    ----------
    target_start, target_object
        Picture t owns the targets target_start[t] to target_start[t + 1] - 1; object (M,) of each target.
    row_start, row_track
        Picture t owns the rows row_start[t] to row_start[t + 1] - 1; track (N,) of each row.
    edge_start, edge_target
        Row n owns the edges edge_start[n] to edge_start[n + 1] - 1: the targets (E,) within the cutoff.
    assigned
        (N,) target that the assignment gives to each row, -1 for none.
    objects, tracks
        How many there are; objects and tracks are counted from 0.

    Returns
    -------
    tuple
        carrier (M,) track of each target, -1 for none; switched (M,) whether a switch happened there.
    """
    carrier = np.full(target_object.shape[0], -1, dtype=np.int64)
    switched = np.zeros(target_object.shape[0], dtype=np.bool_)
    last_track = np.full(objects, -1, dtype=np.int64)
    last_object = np.full(tracks, -1, dtype=np.int64)
    row_of_track = np.full(tracks, -1, dtype=np.int64)
    taken = np.zeros(row_track.shape[0], dtype=np.bool_)
    for picture in range(target_start.shape[0] - 1):
        begin, end = row_start[picture], row_start[picture + 1]
        for row in range(begin, end):
            row_of_track[row_track[row]] = row
        for target in range(target_start[picture], target_start[picture + 1]):
            track = last_track[target_object[target]]
            if track < 0 or last_object[track] != target_object[target]:
                continue
            row = row_of_track[track]
            if row < begin:
                continue
            for edge in range(edge_start[row], edge_start[row + 1]):
                if edge_target[edge] == target:
                    carrier[target] = track
                    taken[row] = True
                    break
        for row in range(begin, end):
            target = assigned[row]
            if target < 0 or taken[row] or carrier[target] >= 0:
                continue
            holder = target_object[target]
            switched[target] = last_track[holder] >= 0 and last_track[holder] != row_track[row]
            carrier[target] = row_track[row]
            last_track[holder] = row_track[row]
            last_object[row_track[row]] = holder
    return carrier, switched
