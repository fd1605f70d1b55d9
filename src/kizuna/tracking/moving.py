"""Move tracks in time by their models of motion, and let them follow their measurements."""

from dataclasses import replace

import numpy as np

from kizuna.kernels import interact, kalman
from kizuna.models.motion import Motion
from kizuna.shapes import Float, FloatN, FloatNx6, FloatNx21, IntN
from kizuna.tracking.cores import ONE, Cores
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.history import States
from kizuna.tracking.register import Register


def ahead(tracks: Register, motion: Motion, time_s: float) -> Register:
    """Tracks as they are expected at a time, from which a straight line leads to where they may be seen.

    Where all models are straight, that line may be long and begin at the tracks themselves. Else it begins
    near the detections: an object that turns at 3 g leaves it by 15 m in a second.
    """
    if motion.is_straight:
        return tracks
    state, cov, mode = tracks.live("state").copy(), tracks.live("cov").copy(), tracks.live("mode").copy()
    motion.advance(np.arange(tracks.count), time_s - tracks.live("time_s"), state, cov, mode)
    return replace(tracks, state=state, cov=cov, mode=mode, time_s=np.full(tracks.count, time_s))


def at(tracks: Register, motion: Motion, rows: IntN, time_s: float) -> tuple[FloatNx6, FloatNx21]:
    """ECEF states (K, 6) in m and m/s, packed covariances (K, 21), of the tracks in these rows at a time."""
    if motion.is_straight:
        return kalman.predict_each(
            rows,
            time_s,
            motion.models,
            motion.forget_hz,
            tracks.state,
            tracks.cov,
            tracks.mode,
            tracks.time_s,
        )
    state, cov, mode = tracks.state[rows], tracks.cov[rows], tracks.mode[rows]
    every = np.arange(len(rows))
    motion.advance(every, time_s - tracks.time_s[rows], state, cov, mode)
    return interact.merge_each(every, state, cov, mode)


def falling(tracks: Register, motion: Motion, rows: IntN, time_s: float) -> tuple[IntN, Float, Float]:
    """Those of some tracks that more likely than not fall freely at a time.

    Their rows (K,), and their states (K, 7) and packed covariances (K, 28) in free flight, as in
    `kizuna.kernels.ballistic`.
    """
    m = next((number for number, model in enumerate(motion.chosen) if model.kind == "fall"), None)
    if m is None:
        return rows[:0], np.empty((0, 7)), np.empty((0, 28))
    state, cov, mode = tracks.state[rows], tracks.cov[rows], tracks.mode[rows]
    motion.advance(np.arange(len(rows)), time_s - tracks.time_s[rows], state, cov, mode)
    falls = mode[:, m] > 0.5
    return rows[falls], state[falls, m], cov[falls, m]


def guess(tracks: Register, motion: Motion, first: int) -> None:
    """Write what the models expect of their own numbers into the new tracks from row `first` on."""
    if not motion.is_straight:
        new = slice(first, tracks.count)
        tracks.state[new, :, 6], tracks.cov[new, :, 27] = motion.prior[:, 0], motion.prior[:, 1]


def follow(
    tracks: Register | States,
    motion: Motion,
    sources: Sources,
    rows: IntN,
    track: IntN,
    trust: FloatN,
    measurements: Measurements,
    cores: Cores = ONE,
) -> FloatN:
    """Predict tracks to their measurements and update them, one measurement after the other.

    Parameters
    ----------
    tracks, motion, sources
        The tracks, how they move, and the sensors.
    rows
        (K,) the measurements to use, in order of time.
    track, trust
        (N,) row of each measurement's track, and the probability that it is of the track's object at all.
    measurements
        N rows.
    cores
        What to do it on, where all models are straight.

    Returns
    -------
    FloatN
        (N,) log-density in 1/m³ of each measurement under its track.
    """
    what = (measurements.place_m, measurements.cov_m2, measurements.rate_mps, measurements.sensor, trust)
    how = (sources.sites.place_m, sources.sigma_rate_mps, motion.sigma_level_mps)
    if motion.is_straight:
        models = motion.models, motion.forget_hz
        followed = tracks.state, tracks.cov, tracks.mode, tracks.time_s

        def update(mine: IntN) -> FloatN:
            # Cores that write to one array side by side wait for each other.
            told = np.zeros(len(track))
            kalman.update_each(mine, track, measurements.time_s, *what, *how, *models, *followed, told)
            return told

        first, *others = cores.share_tracks(update, rows, track, tracks.count)
        return sum(others, first)
    log_likelihood, dt_s = np.zeros(len(track)), np.zeros(tracks.count)
    for each in _rounds(rows, track):
        whose = track[each]
        dt_s[whose] = measurements.time_s[each] - tracks.time_s[whose]
        motion.advance(whose, dt_s, tracks.state, tracks.cov, tracks.mode)
        interact.update_each(each, track, *what, *how, tracks.state, tracks.cov, tracks.mode, log_likelihood)
        tracks.time_s[whose] = measurements.time_s[each]
    return log_likelihood


def _rounds(rows: IntN, track: IntN) -> list[IntN]:
    """The first measurement of each track, the second of each that has one, and so on; in order of time."""
    order = np.argsort(track[rows], kind="stable")
    of = track[rows[order]]
    turn = np.empty(len(rows), dtype=np.int64)
    turn[order] = np.arange(len(rows)) - np.searchsorted(of, of)
    return [rows[turn == k] for k in range(int(turn.max(initial=-1)) + 1)]
