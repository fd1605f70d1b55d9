"""What is made once for all variants of an exercise: the truth, the sensors and what they detect."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.truth import Truth
from kizuna.scenario.model import Exercise
from kizuna.scenario.read import read
from kizuna.scenario.table import sensors_table
from kizuna.sensors.observe import observe
from kizuna.tracking.biases import without
from kizuna.world.traffic import build
from kizuna.world.truth import sample


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """An exercise as read, and what is the same in all its variants."""

    exercise: Exercise
    sensors: Sensors
    truth: Truth
    detections: Detections
    strangers: Mapping[str, float]
    """Objects that don't say who they are, and when each was first detected, s since 1970-01-01 UTC; ∞ for
    never."""


def asked(path: Path | str, seed: int | None) -> Exercise:
    """The exercise in a file, with another seed when one is given.

    Raises
    ------
    InputError
        When the file is not an exercise.
    """
    exercise = read(path)
    return exercise if seed is None else exercise.model_copy(update={"seed": seed})


def set_up(exercise: Exercise, folder: Path | str) -> Stage:
    """Move the traffic and let the sensors look at it.

    Parameters
    ----------
    exercise
        What was asked for.
    folder
        Where its file lies; recorded traffic is looked for from there.

    Raises
    ------
    InputError
        When a recording can't be read.
    """
    flights = build(exercise, folder)
    sensors = sensors_table(exercise)
    outages = {
        sensor.sensor: tuple((exercise.start_s + o.from_s, exercise.start_s + o.to_s) for o in sensor.outages)
        for sensor in exercise.sensors
        if sensor.outages
    }
    detections = observe(flights, sensors, exercise.start_s, exercise.end_s, exercise.seed, outages)
    detections = _biased(exercise, detections)
    moments = np.arange(exercise.start_s, exercise.end_s, exercise.record_every_s)
    truth = sample(flights, np.append(moments, exercise.end_s))
    first_s = _first_s(detections)
    strangers = {
        name: first_s.get(name, np.inf)
        for name, identity in zip(flights.names, flights.identities, strict=True)
        if identity is None
    }
    return Stage(exercise, sensors, truth, detections, strangers)


def _first_s(detections: Detections) -> dict[str, float]:
    """When each object was first detected, s since 1970-01-01 UTC."""
    known = np.flatnonzero(detections.object.codes >= 0)
    first = np.full(len(detections.object.names), np.inf)
    np.minimum.at(first, detections.object.codes[known], detections.time[known])
    return dict(zip(detections.object.names, first.tolist(), strict=True))


def _biased(exercise: Exercise, detections: Detections) -> Detections:
    """The detections as sensors say them that are off for good."""
    off = {
        sensor.sensor: (sensor.bias_range_m, np.radians(sensor.bias_azimuth_deg), sensor.bias_clock_s)
        for sensor in exercise.sensors
    }
    if not any(map(any, off.values())):
        return detections
    biases = np.array([off[name] for name in detections.sensor.names])
    return without(detections, -biases[detections.sensor.codes])


def heard(detections: Detections) -> Detections:
    """The same detections as nodes may see them: without their cause, which only the simulation knows."""
    nothing = Detections.of(time=detections.time, sensor=detections.sensor, kind=detections.kind).object
    return replace(detections, object=nothing)
