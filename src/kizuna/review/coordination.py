"""Coordination: what the defenders sent have covered in truth, what they missed, and which errors are why."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kizuna.review.hindsight import Hindsight

PICTURE_ERRORS: Final = {
    "false track": "a track where nothing was, or one more track of the same object",
    "harmless": "a track without identity of something that said who it was, or that went elsewhere",
    "wrong place": "the object was not in the defender's footprint when the track was",
    "lost track": "the track ended before somebody was sent, or before the turn began",
    "no track": "no picture that somebody acts on had the object",
    "track too late": "the picture had it when no turn was left, with the time that people need",
}
"""Why an assignment was for nothing, or an object missed, where the picture is why."""

OTHER_CAUSES: Final = {
    "two plans": "others, deciding apart, had sent enough already",
    "late order": "people had not decided when the last turn began, or the order was acknowledged after it",
    "not decided": "the order was never issued",
    "no place": "the plan had better use for every defender that could",
}
"""Why, where the picture is not."""


@dataclass(frozen=True, slots=True)
class Coordination:
    """What came of the assignments of one variant.

    Parameters
    ----------
    threats, value
        Objects that head for an area without saying who they are and that some defender could have covered
        by its true path before the end, and what their areas are worth; without those against which somebody
        is still out then.
    covered, achieved
        How many of them were, and the value that was protected: Σ value · (1 − ∏ (1 − p)).
    expected
        What the pictures made believe that all that was carried out protects.
    missed
        Why objects were missed, and how many.
    orders
        Assignments of which an order was issued.
    useful, late, relieved, under_way
        Of these: those that covered an object; those acknowledged when no turn was left; those taken back for
        a better one; those still under way at the end.
    wasted
        Why the others covered nothing, and how many.
    doubled
        Why assignments were issued while as many as the area asks for were out against the same object, and
        how many. Each is one of those above too.
    """

    threats: int
    value: float
    covered: int
    achieved: float
    expected: float
    missed: Mapping[str, int]
    orders: int
    useful: int
    late: int
    relieved: int
    under_way: int
    wasted: Mapping[str, int]
    doubled: Mapping[str, int]

    @property
    def by_picture(self) -> int:
        """How many assignments were wasted or doubled, and objects missed, because the picture was wrong."""
        causes = (*self.missed.items(), *self.wasted.items(), *self.doubled.items())
        return sum(count for cause, count in causes if cause in PICTURE_ERRORS)

    def to_json(self) -> dict[str, Any]:
        """As `summary.json` has it."""
        names = (
            *("threats", "value", "covered", "achieved", "expected", "orders", "useful", "late"),
            *("relieved", "under_way", "by_picture"),
        )
        groups = {name: dict(getattr(self, name)) for name in ("missed", "wasted", "doubled")}
        return {**{name: getattr(self, name) for name in names}, **groups}


@dataclass(slots=True)
class _Counts:
    """What is counted as assignments are judged."""

    hits: dict[str, list[float]] = field(default_factory=dict)
    """Of each object: the probabilities of those that covered it."""
    wasted: dict[str, int] = field(default_factory=dict)
    causes: dict[str, list[str]] = field(default_factory=dict)
    """Of each object: why assignments against it covered nothing."""
    out: dict[str, list[tuple[float, float, str, int]]] = field(default_factory=dict)
    """Of each object, whatever it was: from when until when somebody was out, on whose picture, and how many
    its area asks for."""
    waiting: set[str] = field(default_factory=set)
    """Objects against which somebody is out at the end."""
    late: int = 0
    relieved: int = 0
    under_way: int = 0
    orders: int = 0

    def waste(self, cause: str, name: str | None) -> None:
        """Count an assignment that covered nothing; `name` is the object that it was meant for, if any."""
        self.wasted[cause] = self.wasted.get(cause, 0) + 1
        if name is not None:
            self.causes.setdefault(name, []).append(cause)


@dataclass(frozen=True, slots=True)
class _Known:
    """What those who decided had before them, by the objects that it was in truth."""

    case: Mapping[str, str | None]
    """The object of each case."""
    identified_s: Mapping[str, float]
    """When the identity of each case was declared."""
    seen_s: Mapping[str, float]
    """When the track of each case was seen last."""
    asked: frozenset[str | None]
    """Objects against which the plan asked for a defender."""

    @classmethod
    def of(cls, told: Mapping[str, Any], hindsight: Hindsight) -> "_Known":
        """What it was, by what was told."""
        cases, orders = told["cases"], told["orders"]
        return cls(
            {
                each["case"]: hindsight.object_at(each["node"], each["track"], each["shown_s"])
                for each in cases
            },
            {
                order["about"]: time_s
                for order in orders
                for time_s, step, _ in order["steps"]
                if order["action"] == "declare_identity" and step == "issue"
            },
            {each["case"]: hindsight.last_seen_s(each["node"], each["track"]) for each in cases},
            frozenset(
                hindsight.object_at(each["node"], each["track"], each["asked_s"])
                for each in told["assignments"]
            ),
        )


def coordination(hindsight: Hindsight, told: Mapping[str, Any]) -> Coordination:
    """What the assignments of a variant have covered, and why they missed what they did."""
    orders = {order["order"]: order for order in told["orders"]}
    counts = _Counts()
    believed: dict[tuple[str, int], list[tuple[float, float]]] = {}
    areas = {area["name"]: area for area in told["areas"]}
    defenders = {each["name"]: each for each in told["defenders"]}
    for each in told["assignments"]:
        _count(each, orders.get(each["order"]), areas, hindsight, counts)
        if each["began_s"] is not None:
            share = (areas[each["area"]]["value"], 1.0 - defenders[each["defender"]]["probability"])
            believed.setdefault((each["node"], each["track"]), []).append(share)
    could = {
        name: last_s
        for name in hindsight.threats
        if (last_s := hindsight.last_turn_s(name)) > -math.inf
        and (name in counts.hits or name not in counts.waiting)
    }
    values = {name: told["areas"][hindsight.threats[name].area]["value"] for name in could}
    known = _Known.of(told, hindsight)
    fails = {name: math.prod(1.0 - p for p in hits) for name, hits in counts.hits.items()}
    missed: dict[str, int] = {}
    for name, last_s in could.items():
        if name not in counts.hits:
            cause = _missed(name, last_s, told, known, counts)
            missed[cause] = missed.get(cause, 0) + 1
    return Coordination(
        threats=len(could),
        value=float(sum(values.values())),
        covered=len(counts.hits),
        achieved=float(sum(values[name] * (1.0 - fail) for name, fail in fails.items() if name in values)),
        expected=float(
            sum(shares[0][0] * (1.0 - math.prod(p for _, p in shares)) for shares in believed.values())
        ),
        missed=missed,
        orders=counts.orders,
        useful=sum(map(len, counts.hits.values())),
        late=counts.late,
        relieved=counts.relieved,
        under_way=counts.under_way,
        wasted=counts.wasted,
        doubled=_doubled(counts),
    )


def _count(
    each: Mapping[str, Any],
    order: Mapping[str, Any] | None,
    areas: Mapping[str, Mapping[str, Any]],
    hindsight: Hindsight,
    counts: _Counts,
) -> None:
    """Judge one assignment."""
    issued = [time_s for time_s, step, _ in order["steps"] if step == "issue"] if order else []
    if not issued:
        return
    counts.orders += 1
    ends_s = math.inf if each["ended_s"] is None else each["ended_s"]
    at_s = each["began_s"] if each["began_s"] is not None else issued[0]
    name = hindsight.object_at(each["node"], each["track"], at_s)
    threat = name if name in hindsight.threats else None
    if name is not None:
        counts.out.setdefault(name, []).append(
            (issued[0], ends_s, each["node"], areas[each["area"]]["defenders"])
        )
    if each["ended"] in ("relieved", "dropped"):
        counts.relieved += 1
    elif each["ended"] == "late":
        counts.late += 1
        if threat is not None:
            counts.causes.setdefault(threat, []).append("late order")
    elif name is None:
        counts.waste("false track", None)
    elif threat is None:
        counts.waste("harmless", None)
    elif each["ended"] == "":
        counts.under_way += 1
        counts.waiting.add(threat)
    elif each["ended"] == "full":
        counts.waste("no place", threat)
    elif each["began_s"] is None:
        counts.waste("lost track" if each["ended"] == "lost" else "wrong place", threat)
    elif hindsight.covers(each["defender"], threat, each["began_s"]):
        probability = hindsight.defenders[each["defender"]]["probability"]
        counts.hits.setdefault(threat, []).append(probability)
    else:
        counts.waste("wrong place", threat)


def _doubled(counts: _Counts) -> dict[str, int]:
    """Why more were out against an object at a time than its area asks for, and how often."""
    made: dict[str, int] = {}
    for out in counts.out.values():
        out.sort()
        for place, (from_s, _, node, asked) in enumerate(out):
            there = [other for _, to_s, other, _ in out[:place] if to_s > from_s]
            if len(there) >= asked:
                # On one picture nothing is planned twice: it had the object twice.
                cause = "false track" if there.count(node) >= asked else "two plans"
                made[cause] = made.get(cause, 0) + 1
    return made


def _missed(name: str, last_s: float, told: Mapping[str, Any], known: _Known, counts: _Counts) -> str:
    """Why an object that could have been covered was not."""
    cases = [case for case in told["cases"] if known.case[case["case"]] == name]
    if not cases:
        return "no track"
    if min(case["shown_s"] for case in cases) + told["lead_s"] > last_s:
        return "track too late"
    if counts.causes.get(name):
        return counts.causes[name][-1]
    if name in known.asked:
        return "not decided"
    waited_s = {case["case"]: known.identified_s.get(case["case"], math.inf) for case in cases}
    if min(waited_s.values()) == math.inf:
        return "not decided"
    if all(known.seen_s[case] <= time_s for case, time_s in waited_s.items()):
        return "lost track"
    return "late order" if min(waited_s.values()) + told["lead_s"] > last_s else "no place"
