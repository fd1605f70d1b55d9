"""Share the detections of a slice between the tracks that may have caused them, instead of deciding.

Joint integrated probabilistic data association: each track is updated with all detections that may be its
own, by their joint probabilities, and its existence with how likely they are together.
`kizuna.kernels.belief` works them out by belief propagation.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kizuna.kernels import belief
from kizuna.models.measurement import ASSUMED_ALIKE
from kizuna.shapes import FloatN, IntN
from kizuna.tracking.associate import Pairs, laid
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.register import Register

LEAST_MERIT: Final = -4.0
"""Pairs of a merit below this, 1 to 55, change nothing that matters."""
_SETTLED: Final = 1e-3
_ROUNDS: Final = 100
_LEAST_PROBABILITY: Final = 1e-3
"""Pairs less probable than this are left out of the update."""
_SURE: Final = 0.9
"""Of several detections' range rates, one is used if it is the right one with this probability."""
_MOST_EXISTING: Final = 1.0 - 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """What a slice tells the tracks."""

    measurements: Measurements
    """One row for each track and sensor that saw it, in order of time."""
    track: IntN
    trust: FloatN
    """Probability that the row is of the track's object."""
    gain: FloatN
    """What the row adds to the track's log-odds of existence."""
    unexplained: IntN
    """Rows of the slice that are probably no track's."""


def share(
    found: Pairs,
    measurements: Measurements,
    tracks: Register,
    sources: Sources,
    log_surplus: FloatN,
    hit_bonus: FloatN,
) -> Shares:
    """Share the detections of a slice between tracks.

    Parameters
    ----------
    found
        Pairs with merits from `LEAST_MERIT` on.
    measurements
        The slice, N rows.
    tracks, sources
        The tracks before the slice, and the sensors.
    log_surplus, hit_bonus
        (N,) as in `kizuna.tracking.associate.pairs`, and (N,) what a hit gives back.
    """
    columns = len(found.seen_track)
    detection = np.repeat(np.arange(len(measurements.time_s)), np.diff(found.start))
    sensor = measurements.sensor[detection]
    pd = sources.pd[sensor]
    exists = np.minimum(1.0 / (1.0 + np.exp(-tracks.score[found.track])), _MOST_EXISTING)
    claimed, free = belief.marginals(
        found.start, found.column, np.exp(found.merit) / (1.0 - exists * pd), columns, _SETTLED, _ROUNDS
    )
    # The misses of a period are charged in advance, so that a hit is to be compared with a miss.
    hit = log_surplus[detection] + hit_bonus[detection] + found.log_density
    gain = np.log1p(belief.sums(found.column, np.exp(hit) * free, columns))
    # If the object exists, what share has each pair? That is what moves the track.
    weight = np.exp(found.merit - np.log(exists)) / (1.0 - pd) * free
    probability = weight / (1.0 + belief.sums(found.column, weight, columns)[found.column])
    taken = np.bincount(detection, weights=claimed, minlength=len(measurements.time_s))
    kept = np.flatnonzero(probability >= _LEAST_PROBABILITY)
    order = kept[np.argsort(found.column[kept], kind="stable")]
    place, place_m, cov_m2 = found.place, found.place_m, found.cov_m2
    if measurements.loose:
        place = np.arange(len(detection))
        place_m, cov_m2 = laid(measurements.take(detection), found.track, sources, tracks, ASSUMED_ALIKE)
    which, likeliest, trust, time_s, place_m, cov_m2 = belief.blend(
        order,
        detection,
        found.column,
        probability,
        measurements.time_s,
        place,
        place_m,
        cov_m2,
        found.seen_track,
        tracks.state,
        tracks.mode,
    )
    rows = np.argsort(time_s, kind="stable")
    likeliest, trust = likeliest[rows], trust[rows]
    said = measurements.take(detection[likeliest])
    blended = replace(
        said,
        time_s=time_s[rows],
        place_m=place_m[rows],
        cov_m2=cov_m2[rows],
        assumed=np.zeros(len(rows), dtype=np.bool_),
        bent=np.zeros(len(rows), dtype=np.bool_),
        line=np.zeros(len(rows), dtype=np.int64),
        rate_mps=np.where(probability[likeliest] >= _SURE * trust, said.rate_mps, np.nan),
    )
    return Shares(
        blended, found.seen_track[which[rows]], trust, gain[which[rows]], np.flatnonzero(taken < 0.5)
    )
