"""Registration as one goes: biases from the tracks so far, taken off what comes next."""

from typing import Final

import numpy as np

from kizuna.kernels import registration
from kizuna.messages.detection import Detections
from kizuna.shapes import BoolN, FloatNx3, IntN
from kizuna.tracking.arcs import ARC_S, arcs_of, gathered, settled
from kizuna.tracking.biases import PRIOR, Biases, without
from kizuna.tracking.filter import Measurements, Sources

_FORGET_S: Final = 600.0
"""Evidence of this age counts for a third: biases drift with the temperature, hardly within minutes."""
_BEGIN, _END = 4.0, 2.0
"""A bias is corrected from so many standard deviations on until it is down to so many: it is looked at again
and again, so that three would come by chance."""
_ROUNDS: Final = 3


def parts(detections: Detections) -> list[Detections]:
    """The detections of one stretch of `ARC_S` after the other: within none does a correction change."""
    window = np.floor(detections.time / ARC_S)
    return [detections.take(window == each) for each in np.unique(window)]


class Online:
    """Estimates the biases of a tracker's sensors as it goes, and takes off those that are surely there.

    Every `ARC_S`, what the tracks of these seconds tell is added to what is known, as in
    `kizuna.tracking.registration`; what is known is forgotten slowly. Corrections change at full multiples of
    `ARC_S` alone, so that each arc has one correction, and what it tells is told of the whole bias.

    Parameters
    ----------
    sources
        The sensors.
    late_s
        How late detections may come, s.
    """

    def __init__(self, sources: Sources, late_s: float) -> None:
        count = len(sources.names)
        self.biases = Biases.none(sources.names)
        """What is known by now."""
        self.too_late = 0
        """How many detections were left out because their clock was found to be ahead."""
        self._sources = sources
        self._late_s = late_s
        self._row = {name: row for row, name in enumerate(sources.names)}
        self._since = [-1]
        self._taken = [np.zeros((count, 3))]
        self._waiting = Detections.empty()
        self._heard_s = self._given_s = -np.inf
        self._done = -1
        self._pairs: list[tuple[IntN, Measurements]] = []
        self._information = np.zeros((3 * count, 3 * count))
        self._vector = np.zeros(3 * count)
        self._squares = self._freedom = 0.0

    @property
    def correcting(self) -> BoolN:
        """(S, 3) which biases are taken off."""
        return np.asarray(self._taken[-1] != 0.0)

    def correct(self, detections: Detections) -> Detections:
        """Detections without their sensors' biases, those that are known to be next, in order of time.

        Where a clock is ahead, earlier ones may come yet: the others wait for as long as it is ahead.
        """
        if not len(detections):
            return detections
        self._heard_s = max(self._heard_s, float(detections.time.max()))
        if len(self._taken) == 1:
            self._given_s = self._heard_s
            return detections
        waiting = Detections.join([self._waiting, detections]) if len(self._waiting) else detections
        which = np.searchsorted(self._since, np.floor(waiting.time / ARC_S), side="right") - 1
        taken = np.array(self._taken)[which, waiting.sensor.recode(self._row)]
        until_s = self._heard_s - max(float(self._in_force(self._heard_s)[:, 2].max()), 0.0)
        ready = waiting.time - taken[:, 2] <= until_s
        self._waiting = waiting.take(~ready)
        made = without(waiting.take(ready), taken[ready])
        if self._late_s == 0.0:
            fresh = made.time >= self._given_s
            self.too_late += int(np.count_nonzero(~fresh))
            made = made.take(fresh)
            self._given_s = max(self._given_s, until_s)
        return made

    def learn(self, number: IntN, plots: Measurements) -> None:
        """Learn from plots that tracks were updated with, and the tracks' numbers (N,)."""
        if not len(number):
            return
        self._pairs.append((number, plots))
        done = int(np.floor((plots.time_s.max() - self._late_s) / ARC_S))
        if done <= self._done:
            return
        number = np.concatenate([each for each, _ in self._pairs])
        plots = Measurements.join([each for _, each in self._pairs])
        # What was worked off twice, because something came late, counts once.
        one = np.stack([plots.time_s, plots.sensor, plots.place_m[:, 0]])
        rows = np.sort(np.unique(one, axis=1, return_index=True)[1])
        number, plots = number[rows], plots.take(rows)
        window = np.floor(plots.time_s / ARC_S).astype(np.int64)
        for each in np.unique(window[window < done]).tolist():
            rows = np.flatnonzero(window == each)
            self._add(number[rows], plots.take(rows), each)
        rest = np.flatnonzero(window >= done)
        self._pairs, self._done = [(number[rest], plots.take(rest))], done
        self._decide(int(np.floor(plots.time_s.max() / ARC_S)) + 1)

    def _in_force(self, time_s: float) -> FloatNx3:
        """What is taken off at a time, (S, 3)."""
        return self._taken[int(np.searchsorted(self._since, np.floor(time_s / ARC_S), side="right")) - 1]

    def _add(self, number: IntN, plots: Measurements, window: int) -> None:
        """Add what the arcs of one window tell."""
        faded = np.exp(-ARC_S / _FORGET_S)
        self._information, self._vector = faded * self._information, faded * self._vector
        self._squares, self._freedom = faded * self._squares, faded * self._freedom
        sources = self._sources
        taken = self._in_force(window * ARC_S)
        left = np.zeros_like(taken)
        arcs = arcs_of(sources, number, plots, left)
        if not arcs.count:
            return
        given, several = arcs.as_given(sources), arcs.shared
        line, squares = registration.lines(*given, left)
        used = several
        prior = np.diag(np.tile(PRIOR**-2.0, len(taken)))
        for _ in range(_ROUNDS):
            information, vector = gathered(sources, arcs, line, np.flatnonzero(used))
            information = information - prior
            vector = vector + information @ taken.ravel()
            # By this window alone: where a bias has changed, what was known fits no line.
            whole = np.linalg.solve(prior + information, vector).reshape(-1, 3)
            line, squares = registration.lines(*given, whole - taken)
            used = several & arcs.straight(squares)
        self._information, self._vector = self._information + information, self._vector + vector
        self._squares += float(squares[used].sum())
        self._freedom += float(arcs.freedom[used].sum())

    def _decide(self, window: int) -> None:
        """Say what is known by now, and what is taken off from a window on."""
        information = self._information + np.diag(np.tile(PRIOR**-2.0, len(self.biases.sensor)))
        value = np.asarray(np.linalg.solve(information, self._vector), dtype=np.float64).reshape(-1, 3)
        scale = max(self._squares / max(self._freedom, 1.0), 1.0)
        self.biases = settled(self._sources, information, value, scale)
        sure = np.abs(self.biases.value) / self.biases.sigma
        taken = np.where(sure > np.where(self.correcting, _END, _BEGIN), self.biases.value, 0.0)
        if taken.any() or self._taken[-1].any():
            self._since.append(window)
            self._taken.append(taken)

    def sentences(self) -> list[str]:
        """What biases are taken off by now, one sentence for each sensor."""
        return self.biases.sentences(self.correcting)
