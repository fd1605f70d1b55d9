"""Lifelines: when each object was detected, tracked, shared, identified and answered, a row for each."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from kizuna.review.hindsight import Hindsight

STAGES: Final = ("detection", "track", "shared_track", "identity", "decision", "acknowledgement")
"""What happens to an object, in the order in which it usually does."""


@dataclass(frozen=True, slots=True)
class Lifeline:
    """What happened to one object; times in s after it appeared, None for never.

    Parameters
    ----------
    object
        Its name.
    appeared_s
        When it appeared, s after the start of the exercise.
    arrives_s
        When it reaches an area; None when it never does.
    detection
        First detection by any sensor.
    track, shared_track
        First confirmed track of it in the picture of one node, and of a second one.
    identity
        First order that declares the identity of a track that it was.
    decision, acknowledgement
        First order issued that sends a defender against it, and acknowledged.
    """

    object: str
    appeared_s: float
    arrives_s: float | None = None
    detection: float | None = None
    track: float | None = None
    shared_track: float | None = None
    identity: float | None = None
    decision: float | None = None
    acknowledgement: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As `timeline.json` has it."""
        return asdict(self)


def lifelines(
    hindsight: Hindsight, told: Mapping[str, Any], detected_s: Mapping[str, float]
) -> tuple[Lifeline, ...]:
    """A lifeline of each object that doesn't say who it is, in the order in which they appeared.

    Parameters
    ----------
    hindsight
        The truth.
    told
        `decisions.json` of the variant.
    detected_s
        When each object was first detected, s since 1970-01-01 UTC; those never detected are absent.
    """
    steps = _steps(hindsight, told)
    made = []
    for name, path in hindsight.paths.items():
        appeared_s = float(path.times_s[0])
        tracked = [*hindsight.first_tracks_s(name), None, None]
        known = steps.get(name, {})
        detection_s = detected_s[name] - told["start_s"] if name in detected_s else None
        made.append(
            Lifeline(
                name,
                appeared_s,
                _after(appeared_s, path.arrives_s if math.isfinite(path.arrives_s) else None),
                _after(appeared_s, detection_s),
                _after(appeared_s, tracked[0]),
                _after(appeared_s, tracked[1]),
                *(_after(appeared_s, known.get(stage)) for stage in STAGES[3:]),
            )
        )
    return tuple(sorted(made, key=lambda each: (each.appeared_s, each.object)))


def _after(appeared_s: float, time_s: float | None) -> float | None:
    """A time, s after an object appeared; what the pictures round to before that counts as at once."""
    return None if time_s is None else round(max(0.0, time_s - appeared_s), 3)


def _steps(hindsight: Hindsight, told: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """When each object was first identified, decided about and acknowledged, s after the start."""
    made: dict[str, dict[str, float]] = {}
    cases = {case["case"]: case for case in told["cases"]}
    sends = {each["order"] for each in told["assignments"]}
    for order in told["orders"]:
        case = cases[order["about"]]
        name = hindsight.object_at(case["node"], case["track"], case["shown_s"])
        if name is None:
            continue
        for time_s, step, _ in order["steps"]:
            stage = ""
            if step == "issue" and order["action"] == "declare_identity":
                stage = "identity"
            elif order["order"] in sends:
                stage = {"issue": "decision", "acknowledge": "acknowledgement"}.get(step, "")
            if stage:
                known = made.setdefault(name, {})
                known[stage] = min(time_s, known.get(stage, np.inf))
    return made
