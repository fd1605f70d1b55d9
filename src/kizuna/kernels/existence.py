"""How sure it is that a track's object exists: log-odds that rise with hits and fall without.

The score is the logarithm of the odds of existence (Blackman and Popoli 1999, "Design and Analysis of Modern
Tracking Systems", 6.2). A hit adds ln(pd L / β) for the density L of the detection under the track and the
clutter density β. Asynchronous sensors have no common scan in which to count misses, so the cost ln(1 - pd)
of one miss is charged evenly over each sensor's period; a hit gives back what its sensor has charged for that
period.
"""

import math

import numpy as np
from numba import njit

from kizuna.shapes import BoolN, CodeN, Float, FloatN, FloatNx3, FloatNx6, IntN


@njit(cache=True)
def detection_probability(range_m: float, pd: float, max_range_m: float) -> float:
    """The law of `kizuna.models.detection.probability` for one target: `pd` to 3/4 of the range."""
    if range_m > max_range_m:
        return 0.0
    share = range_m / (0.75 * max_range_m)
    return pd if share <= 1.0 else pd ** (share * share * share * share)


@njit(cache=True, nogil=True)
def miss_rates(
    tracks: IntN,
    state: FloatNx6,
    reports_itself: BoolN,
    place_m: FloatNx3,
    alt_m: FloatN,
    placed: BoolN,
    is_position: BoolN,
    max_range_m: FloatN,
    period_s: FloatN,
    pd: FloatN,
    learned: tuple[IntN, Float],
    earth: FloatN,
    bounds_hz: FloatN,
    rate_hz: FloatN,
) -> None:
    """What tracks lose per second while nothing sees them: Σ -ln(1 - pd)/period over the sensors that could.

    A sensor could see a track that is within its largest range and above its horizon on a smooth Earth of 4/3
    radius. Receivers of position reports count for tracks that have reported themselves.

    Parameters
    ----------
    tracks
        (M,) rows of the tracks to rate.
    state, reports_itself
        (T, 6) ECEF m and m/s, (T,): the tracks.
    place_m, alt_m, placed, is_position, max_range_m, period_s, pd
        (S, 3) ECEF m, (S,) m, (S,) whether the place is known, (S,), (S,) m, (S,) s, (S,): the sensors.
    learned
        (S,) row of each sensor in what follows, -1 for none; (L, R) probability of detection in rings of
        range of equal width, in place of `pd`.
    earth
        (3,) semi-major axis in m, flattening, effective radius in m.
    bounds_hz
        (2,) least and largest rate, 1/s.
    rate_hz
        (T,) rates in 1/s; the chosen rows are written.
    """
    for t in tracks:
        x, y, z = state[t, 0], state[t, 1], state[t, 2]
        norm = math.sqrt(x * x + y * y + z * z)
        height = max(norm - earth[0] * (1.0 - earth[1] * (z / norm) ** 2), 0.0)
        horizon = math.sqrt(2.0 * earth[2] * height)
        total = 0.0
        for s in range(len(pd)):
            if is_position[s] and not reports_itself[t]:
                continue
            chance = pd[s]
            if placed[s]:
                d0, d1, d2 = x - place_m[s, 0], y - place_m[s, 1], z - place_m[s, 2]
                square = d0 * d0 + d1 * d1 + d2 * d2
                if square > max_range_m[s] * max_range_m[s]:
                    continue
                distance = math.sqrt(square)
                if distance > horizon + math.sqrt(2.0 * earth[2] * max(alt_m[s], 0.0)):
                    continue
                row = learned[0][s]
                if row >= 0:
                    rings = learned[1].shape[1]
                    chance = learned[1][row, min(int(distance / max_range_m[s] * rings), rings - 1)]
                else:
                    chance = detection_probability(distance, pd[s], max_range_m[s])
            total -= math.log(1.0 - min(chance, 0.98)) / period_s[s]
        rate_hz[t] = min(max(total, bounds_hz[0]), bounds_hz[1])


@njit(cache=True)
def learn(
    sensor: IntN,
    since_s: float,
    period_s: FloatN,
    clutter: FloatN,
    usual: FloatN,
    least_new: FloatN,
    log_seen_in: FloatN,
    unexplained: FloatN,
) -> tuple[FloatN, FloatN, FloatN]:
    """Count the detections that no track explains, each sensor's over about one of its periods.

    Parameters
    ----------
    sensor
        (K,) the sensors of those that came now.
    since_s, period_s
        Time since the last count, and (S,) the sensors' periods; s.
    clutter, usual, least_new
        (S,) false detections in a scan on average, and as many as are usual; new objects in a scan, at least.
    log_seen_in
        (S,) logarithm of detection probability times volume, m³.
    unexplained
        (S,) the last count.

    Returns
    -------
    tuple
        (S,) the count; (S,) logarithm of detection probability over the density of clutter and new objects,
        m³; and (S,) log-odds that what no track explains is an object.
    """
    count, log_surplus, log_odds = np.empty_like(clutter), np.empty_like(clutter), np.empty_like(clutter)
    for s in range(len(clutter)):
        count[s] = unexplained[s] * math.exp(-since_s / period_s[s])
    for s in sensor:
        count[s] += 1.0
    for s in range(len(clutter)):
        new = max(count[s] - usual[s], least_new[s])
        log_surplus[s] = log_seen_in[s] - math.log(clutter[s] + new)
        log_odds[s] = math.log(new / clutter[s])
    return count, log_surplus, log_odds


@njit(cache=True)
def enlist(
    first: int,
    begun_by: IntN,
    sensor: IntN,
    time_s: FloatN,
    identity: IntN,
    channel: IntN,
    log_odds_new: FloatN,
    patience: float,
    score: FloatN,
    score_time_s: FloatN,
    least: FloatN,
    born_s: FloatN,
    last_hit_s: FloatN,
    hits: IntN,
    seen: tuple[CodeN, Float],
    track_identity: IntN,
    confirmed: BoolN,
    number: IntN,
) -> None:
    """Open the books of new tracks.

    Parameters
    ----------
    first, begun_by
        First new row of the tracks; (K,) rows of the detections that began them.
    sensor, time_s, identity, channel
        (N,), (N,) s, (N,) codes or -1, (N,) kind of identity: the detections.
    log_odds_new
        (K,) log-odds that each of these detections, which no track explains, is an object.
    patience
        By how much the score of a new track may fall below that of its birth.
    score, score_time_s, least, born_s, last_hit_s, hits
        (T,), (T,) s, (T,), (T,) s, (T,) s, (T,): the tracks; the new rows are written.
    seen, track_identity, confirmed, number
        (T, K) sensors that saw each, -1 behind them, and (T, K) when they last did, s; (T, 2), (T,), (T,):
        the tracks; the new rows are written.
    """
    for new in range(len(begun_by)):
        t, row = first + new, begun_by[new]
        s = sensor[row]
        score[t] = log_odds_new[new]
        least[t] = score[t] - patience
        score_time_s[t] = born_s[t] = last_hit_s[t] = time_s[row]
        hits[t] = 1
        seen[0][t] = -1
        seen[0][t, 0], seen[1][t, 0] = s, time_s[row]
        track_identity[t] = -1
        track_identity[t, channel[row]] = identity[row]
        confirmed[t] = False
        number[t] = 0


@njit(cache=True, inline="always")
def _see(seen: tuple[CodeN, Float], t: int, s: int, time_s: float) -> None:
    """Write that a sensor saw a track, if need be in place of the sensor that saw it the longest ago."""
    by, when_s = seen
    slot = 0
    for k in range(by.shape[1]):
        if by[t, k] == s or by[t, k] < 0:
            slot = k
            break
        if when_s[t, k] < when_s[t, slot]:
            slot = k
    by[t, slot], when_s[t, slot] = s, time_s


@njit(cache=True, nogil=True)
def recency(
    tracks: IntN, time_s: float, recent_s: float, period_s: FloatN, seen: tuple[CodeN, Float]
) -> tuple[IntN, FloatN]:
    """How many sensors have seen tracks of late, and the quickest of them.

    Parameters
    ----------
    tracks
        (M,) rows of the tracks.
    time_s, recent_s
        Now, and how long ago is of late; s.
    period_s
        (S,) s, the sensors' periods.
    seen
        As in `enlist`.

    Returns
    -------
    tuple
        (M,) number of sensors, and (M,) the shortest of their periods, s; infinity where there is none.
    """
    by, when_s = seen
    count, quickest_s = np.zeros(len(tracks), dtype=np.int64), np.full(len(tracks), np.inf)
    for i, t in enumerate(tracks):
        for k in range(by.shape[1]):
            if by[t, k] < 0:
                break
            if time_s - when_s[t, k] <= recent_s:
                count[i] += 1
                quickest_s[i] = min(quickest_s[i], period_s[by[t, k]])
    return count, quickest_s


@njit(cache=True, nogil=True)
def credit(
    rows: IntN,
    track: IntN,
    gain: FloatN,
    trust: FloatN,
    sensor: IntN,
    time_s: FloatN,
    identity: IntN,
    channel: IntN,
    ceiling: float,
    rate_hz: FloatN,
    score: FloatN,
    score_time_s: FloatN,
    last_hit_s: FloatN,
    hits: IntN,
    seen: tuple[CodeN, Float],
    track_identity: IntN,
) -> None:
    """Credit tracks with their detections, in order.

    Parameters
    ----------
    rows, track
        (M,) rows of the detections, in order of time; (N,) row of the track of each.
    gain
        (N,) what each detection adds to the log-odds of its track's existence.
    trust
        (N,) probability that the detection is of the track's object: the track has been seen if it is a half
        or more.
    sensor, time_s, identity, channel
        (N,), (N,) s, (N,) codes or -1, (N,) kind of identity: the detections.
    ceiling
        Largest score.
    rate_hz
        (T,) loss per second, see `miss_rates`.
    score, score_time_s, last_hit_s, hits, seen, track_identity
        (T,), (T,) s, (T,) s, (T,), as in `enlist`, (T, 2): the tracks; written. The score holds at its own
        time.
    """
    for row in rows:
        t = track[row]
        idle = max(time_s[row] - score_time_s[t], 0.0)
        score[t] = min(score[t] - rate_hz[t] * idle + gain[row], ceiling)
        score_time_s[t] = max(score_time_s[t], time_s[row])
        if trust[row] < 0.5:
            continue
        last_hit_s[t] = max(last_hit_s[t], time_s[row])
        hits[t] += 1
        _see(seen, t, sensor[row], time_s[row])
        if identity[row] >= 0:
            track_identity[t, channel[row]] = identity[row]


@njit(cache=True)
def judge(
    time_s: float,
    confirm_at: float,
    drop_at: float,
    rate_hz: FloatN,
    score: FloatN,
    score_time_s: FloatN,
    least: FloatN,
    confirmed: BoolN,
) -> tuple[IntN, IntN]:
    """Which tracks are confirmed now, and which are to be dropped.

    Parameters
    ----------
    time_s
        Now, s.
    confirm_at, drop_at
        Log-odds at which a new track is confirmed, and below which it is dropped from then on.
    rate_hz, score, score_time_s
        (T,) 1/s, (T,), (T,) s: the tracks.
    least
        (T,) log-odds below which each track is dropped; written.
    confirmed
        (T,) whether a track is confirmed; written.

    Returns
    -------
    tuple
        Rows newly confirmed and rows to drop, each in ascending order.
    """
    fresh = np.empty(len(score), dtype=np.int64)
    drop = np.empty(len(score), dtype=np.int64)
    fresh_count, drop_count = 0, 0
    for t in range(len(score)):
        if not confirmed[t] and score[t] >= confirm_at:
            confirmed[t] = True
            least[t] = drop_at
            fresh[fresh_count] = t
            fresh_count += 1
        if score[t] - rate_hz[t] * max(time_s - score_time_s[t], 0.0) < least[t]:
            drop[drop_count] = t
            drop_count += 1
    return fresh[:fresh_count], drop[:drop_count]
