"""OSPA and OSPA(2): the mean error per object, of a picture and of pieces of tracks in windows."""

import math
from dataclasses import dataclass

import numpy as np

from kizuna.kernels.assignment import assign
from kizuna.review.counts import Counts
from kizuna.review.pairing import Pairing
from kizuna.shapes import BoolN, FloatN, IntN

WINDOW_S = 60.0
"""Length of a window of OSPA(2), s …"""

WINDOW_PICTURES = 10
"""… but at least as many pictures."""

SAMPLES = 30
"""At most about so many pictures of a window are looked at, evenly spaced."""

WINDOWS = 240
"""At most so many windows, spread evenly, so that in a very long run there is time between them."""


def ospa_of(counts: Counts, cutoff_m: float) -> FloatN:
    """OSPA of order 2 of each picture: (T,) m.

    With m objects, n tracks and π the pairs, total² = [Σ_π min(d, c)² + c² |m - n|] / max(m, n); 0 when both
    are 0. The pairs closer than c are those of GOSPA, because each further pair costs c², as much as an
    object or track alone in the larger set.

    Source: Schuhmacher, Vo and Vo, A consistent metric for performance evaluation of multi-object filters,
    IEEE Trans. Signal Processing 56 (2008) 3447-3457, equation 3.
    """
    most = np.maximum(counts.objects, counts.tracks)
    whole = counts.squared_error_m2 + cutoff_m**2 * (most - counts.paired)
    return np.sqrt(np.divide(whole, most, out=np.zeros(len(most)), where=most > 0))


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """OSPA(2) of one node, window by window (V,)."""

    time_s: FloatN
    """End of each window, s since 1970-01-01 UTC."""
    ospa2_m: FloatN


@dataclass(frozen=True, slots=True, eq=False)
class _Presences:
    """Who is there in which of the chosen pictures, ordered by picture."""

    picture: IntN
    member: IntN

    def between(self, first: int, last: int) -> tuple[IntN, BoolN]:
        """Members of pictures first to last - 1, each once; and which of the pictures hold them."""
        rows = slice(*np.searchsorted(self.picture, [first, last]))
        members, place = np.unique(self.member[rows], return_inverse=True)
        there = np.zeros((len(members), last - first), dtype=np.bool_)
        there[place, self.picture[rows] - first] = True
        return members, there


def ospa2_of(pairing: Pairing, cutoff_m: float, window_s: float = WINDOW_S) -> Windows:
    """OSPA(2) of order 1 in sliding windows.

    The distance between an object f and a track g in a window is the mean, over the pictures in which either
    exists, of min(d, c) where both exist and c where one does:

        D(f, g) = 1/|T_f ∪ T_g| · [ Σ_{T_f ∩ T_g} min(d, c) + c · (|T_f ∪ T_g| - |T_f ∩ T_g|) ]

    and the metric is the OSPA of order 1 and cutoff c between the set of objects and the set of tracks under
    D. A track that breaks or changes its object so costs what it costs over the whole window.

    Windows are (t - w, t], with w the longer of `window_s` and `WINDOW_PICTURES` median steps between
    pictures. They overlap by half or a little more, and together hold every picture; a run shorter than w is
    one window. Of each window at most about `SAMPLES` evenly spaced pictures are looked at, and there are at
    most `WINDOWS` windows, so that long exercises stay quick.

    Source: Beard, Vo and Vo, OSPA(2): Using the OSPA metric to evaluate multi-target tracking performance,
    ICCAIS 2017, and A solution for large-scale multi-object tracking, IEEE Trans. Signal Processing 68 (2020)
    2754-2769, with p = q = 1.

    Parameters
    ----------
    pairing
        Of one node, for the same cutoff.
    cutoff_m
        c, m.
    window_s
        Length of a window, s.
    """
    times = pairing.presence.times
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    # A run shorter than a window is one window.
    length = min(max(window_s, WINDOW_PICTURES * step), float(times[-1] - times[0]) + step)
    stride = max(1, int(np.ceil(length / step / SAMPLES)))
    chosen = np.zeros(len(times), dtype=np.bool_)
    chosen[::stride] = True
    ends = _ends(times, length, step)
    tracks, objects, edges = _chosen(pairing, chosen, cutoff_m)
    # Rounding must not move a picture over the edge of a window.
    slack = 0.001 * step
    firsts = np.searchsorted(times[chosen], ends - length + slack, side="right")
    lasts = np.searchsorted(times[chosen], ends + slack, side="right")
    values = [
        _window(tracks, objects, edges, int(first), int(last), cutoff_m)
        for first, last in zip(firsts, lasts, strict=True)
    ]
    return Windows(ends, np.array(values))


def _ends(times: FloatN, length: float, step: float) -> FloatN:
    """Ends of the windows: the first holds the first picture, the last ends with the last picture."""
    first, last = float(times[0]) + length - step, float(times[-1])
    # A run of one window must not become two by rounding.
    rest = last - first if last - first > 0.001 * step else 0.0
    count = min(WINDOWS, 1 + math.ceil(2.0 * rest / length))
    ends: FloatN = np.linspace(last - rest, last, count)
    return ends


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Track and object closer than the cutoff in one of the chosen pictures, ordered by picture."""

    picture: IntN
    track: IntN
    path: IntN
    gain_m: FloatN
    """d - c, below 0."""


def _chosen(pairing: Pairing, chosen: BoolN, cutoff_m: float) -> tuple[_Presences, _Presences, _Edges]:
    """Tracks, objects and edges of the chosen pictures, which are counted anew from 0."""
    number = np.cumsum(chosen) - 1
    row_picture, entry_picture = pairing.picture(), pairing.presence.picture()
    rows, entries = chosen[row_picture], chosen[entry_picture]
    edge_row = np.repeat(np.arange(len(pairing.track)), np.diff(pairing.edge_start))
    edges = np.flatnonzero(rows[edge_row])
    edge_row = edge_row[edges]
    return (
        _Presences(number[row_picture[rows]], pairing.track[rows]),
        _Presences(number[entry_picture[entries]], pairing.presence.path[entries]),
        _Edges(
            picture=number[row_picture[edge_row]],
            track=pairing.track[edge_row],
            path=pairing.presence.path[pairing.edge_entry[edges]],
            gain_m=np.sqrt(pairing.edge_squared_m2[edges]) - cutoff_m,
        ),
    )


def _window(
    tracks: _Presences, objects: _Presences, edges: _Edges, first: int, last: int, cutoff_m: float
) -> float:
    """OSPA of order 1 between objects and tracks in the chosen pictures first to last - 1, m."""
    track, track_there = tracks.between(first, last)
    path, path_there = objects.between(first, last)
    most = max(len(track), len(path))
    if most == 0:
        return 0.0
    here = slice(*np.searchsorted(edges.picture, [first, last]))
    row = np.searchsorted(track, edges.track[here])
    column = np.searchsorted(path, edges.path[here])
    pairs, place = np.unique(row * len(path) + column, return_inverse=True)
    row, column = pairs // max(len(path), 1), pairs % max(len(path), 1)
    either = (track_there[row] | path_there[column]).sum(axis=1)
    gain = np.bincount(place, weights=edges.gain_m[here], minlength=len(pairs)) / either
    start = np.searchsorted(row, np.arange(len(track) + 1))
    partner = assign(start, column, gain, len(path))
    paired = np.flatnonzero(partner >= 0)
    used = np.searchsorted(pairs, paired * len(path) + partner[paired])
    return float(cutoff_m + gain[used].sum() / most)
