"""Registration: the biases of sensors, estimated from flights that several of them have seen."""

from dataclasses import replace
from typing import Final

import numpy as np

from kizuna.kernels import registration
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.shapes import IntN
from kizuna.tracking.arcs import Arcs, arcs_of, gathered, settled
from kizuna.tracking.biases import Biases
from kizuna.tracking.filter import Measurements, Sources
from kizuna.tracking.tracker import Tracker

_ROUNDS: Final = 3
"""Once more with what is known of the biases: then tracks of several sensors are one."""


def estimate(sensors: Sensors, detections: Detections) -> Biases:
    """Biases of radars, from the tracks that they have in common with others and with position reports.

    Tracks what the detections show, over again with the biases found so far. Receivers of position reports
    have no biases. Range and azimuth of a radar alone tell nothing: it needs a neighbour.

    Raises
    ------
    InputError
        As in `Tracker.process`.
    """
    found = Biases.none(Sources.of(sensors).names)
    for _ in range(_ROUNDS):
        tracker = Tracker(sensors, keep_pairs=True)
        # What is left after correction, relative to what was taken off.
        known = replace(found, value=np.where(found.significant, found.value, 0.0))
        tracker.process(known.correct(detections))
        left = _solve(tracker.sources, *tracker.take_pairs())
        found = replace(left, value=known.value + left.value)
    return found


def _solve(sources: Sources, number: IntN, plots: Measurements) -> Biases:
    """Biases from plots that tracks were updated with, and the tracks' numbers."""
    nothing = Biases.none(sources.names)
    if not len(number):
        return nothing
    return _least_squares(sources, arcs_of(sources, number, plots, nothing.value))


def _least_squares(sources: Sources, arcs: Arcs) -> Biases:
    """Biases from arcs that at least two sensors have seen; what is no line is left out in the end."""
    freedom, several = arcs.freedom, arcs.shared
    used, scale = several, 1.0
    value = np.zeros((len(sources.names), 3))
    given = arcs.as_given(sources)
    line, _ = registration.lines(*given, value)
    for _ in range(_ROUNDS):
        information, vector = gathered(sources, arcs, line, np.flatnonzero(used))
        value[:] = np.linalg.solve(information, vector).reshape(-1, 3)
        line, squares = registration.lines(*given, value)
        used = several & arcs.straight(squares)
        scale = max(float(squares[used].sum() / max(freedom[used].sum(), 1.0)), 1.0)
    return settled(sources, information, value, scale)
