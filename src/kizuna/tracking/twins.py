"""Find tracks that follow another track's object."""

import numpy as np

from kizuna.kernels import gating
from kizuna.models.motion import Motion
from kizuna.shapes import IntN
from kizuna.tracking.associate import CELL_M, GATE, SAME_SCAN
from kizuna.tracking.cores import ONE, Cores, joined
from kizuna.tracking.filter import Sources
from kizuna.tracking.moving import at
from kizuna.tracking.register import Register

TWIN_GATE = 9.0
"""Largest squared Mahalanobis distance of twins, for place and for velocity: three standard deviations."""

_NEAR = float(np.sqrt(TWIN_GATE / GATE))
"""Share of the reaches of tracks, which are for `GATE`, within which twins are."""


def twins(
    tracks: Register,
    sources: Sources,
    motion: Motion,
    where: gating.Hashed,
    time_s: float,
    apart: IntN,
    cores: Cores = ONE,
) -> IntN:
    """Rows of tracks that follow another track's object, ascending.

    The confirmed one stays, or else the older. Two tracks follow one object when neither place nor velocity
    tells them apart, no identity does, and no sensor has given each its own detection in one scan. `where` is
    the hash of the tracks at this time. The pairs of rows `apart`, (K, 2), the lower one first, are known to
    be two objects.
    """

    def near(part: slice) -> tuple[IntN, IntN]:
        known = sources.period_s, tracks.identity, tracks.seen
        return gating.neighbours(CELL_M, _NEAR, SAME_SCAN, *known, where, part.start, part.stop)

    lower, higher = joined(cores.share(near, tracks.count))
    order = np.lexsort((higher, lower))
    lower, higher = lower[order], higher[order]
    if len(apart):
        unknown = ~np.isin(lower * tracks.count + higher, apart @ [tracks.count, 1])
        lower, higher = lower[unknown], higher[unknown]
    if not len(lower):
        return lower
    rows, index = np.unique(np.concatenate([lower, higher]), return_inverse=True)
    state, cov = at(tracks, motion, rows, time_s)
    # Times of birth are some 10⁹ s.
    rank = np.where(tracks.confirmed[rows], 1e12, 0.0) - tracks.born_s[rows]
    gone = gating.twins(index[: len(lower)], index[len(lower) :], TWIN_GATE, rank, state, cov)
    return rows[gone]
