"""Who decided, how fast and at what cost: the sentence and the tables of the report's command section."""

import math
from typing import Final

import numpy as np

from kizuna.review.coordination import Coordination
from kizuna.review.report.material import Action, Decisions, ReportMaterial
from kizuna.review.report.measures import number
from kizuna.review.report.tables import Table


def actions_of(material: ReportMaterial) -> list[str]:
    """The actions of which any variant has orders, in order of their first mention."""
    return list(
        dict.fromkeys(
            row.action
            for variant in material.variants
            if variant.decisions
            for row in variant.decisions.actions
        )
    )


def command_answers(material: ReportMaterial) -> list[tuple[str, str]]:
    """How much sooner and surer the last command structure decides than the one before it, and at what cost.

    A question and its answer each; none without two structures that have decided something.
    """
    held = [variant for variant in material.variants if variant.decisions is not None]
    if len(held) < 2:
        return []
    first, second = held[-2:]
    before, after = first.decisions, second.decisions
    if before is None or after is None:
        return []
    pairs = [
        (words(action), one, other)
        for action in actions_of(material)
        if (one := _row(before, action)) and (other := _row(after, action)) and one.took_s and other.took_s
    ]
    if not pairs:
        return []
    sooner = [
        f"{action} after {number(_median(other), 0)} s instead of {number(_median(one), 0)} s"
        for action, one, other in pairs
    ]
    surer = [
        f"{action} in time for {number(_in_time(other), 0)} % of the cases instead of "
        f"{number(_in_time(one), 0)} %"
        for action, one, other in pairs
    ]
    cost = [
        " and ".join(
            f"{number(_each(count, told), 1)} {what}"
            for count, what in ((told.consents, "consents"), (told.messages, "messages"))
        )
        for told in (after, before)
    ]
    spent = f"an issued order took {cost[0]} between nodes instead of {cost[1]}."
    if first.coordination is not None and second.coordination is not None:
        surer.append(_protected(first.coordination, second.coordination))
        orders = f"{second.coordination.orders} assignments issued instead of {first.coordination.orders}"
        spent = f"{orders}; {spent}"
    return [
        (
            "How much sooner?",
            f"Under {second.name} instead of {first.name}, in the median {'; '.join(sooner)}.",
        ),
        ("How much surer?", f"{_upper_first('; '.join(surer))}."),
        ("At what cost?", _upper_first(spent)),
    ]


def _protected(before: Coordination, after: Coordination) -> str:
    """What the assignments protected, and how many were doubled, late and objects missed."""
    counts = (
        ("doubled", sum(after.doubled.values()), sum(before.doubled.values())),
        ("late", after.late, before.late),
    )
    told = ", ".join(f"{new} {what} instead of {old}" for what, new, old in counts)
    return (
        f"protected {number(after.achieved, 0)} of {number(after.value, 0)} in truth instead of "
        f"{number(before.achieved, 0)}, with {told}"
    )


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def decisions_table(material: ReportMaterial) -> Table:
    """How the orders of each action went in each variant."""
    rows = []
    for variant in material.variants:
        for row in variant.decisions.actions if variant.decisions else ():
            late = float(np.quantile(row.took_s, 0.95)) if row.took_s else math.nan
            open_ = ", ".join(
                f"{count} {state}" for state, count in row.states.items() if state not in _TAKEN
            )
            rows.append(
                (
                    variant.name,
                    words(row.action),
                    str(row.orders),
                    str(row.issued),
                    f"{number(_in_time(row), 0)} %",
                    number(_median(row), 0),
                    number(late, 0),
                    open_ or "–",
                )
            )
    headings = (
        "variant",
        "action",
        "orders",
        "issued",
        "in time, of all cases",
        "median s",
        "95 % within s",
        "not issued",
    )
    return Table(headings, tuple(rows), names=2)


def load_table(material: ReportMaterial) -> Table:
    """What each post had to do in each variant."""
    rows = []
    for variant in material.variants:
        for post, (tasks, busy_s, waited_s) in (variant.decisions.load if variant.decisions else {}).items():
            if tasks:
                busy = number(100.0 * busy_s / material.duration_s, 0)
                rows.append((variant.name, post, str(tasks), f"{busy} %", number(waited_s / tasks, 0)))
    headings = ("variant", "post", "tasks", "busy", "a task waited s")
    return Table(headings, tuple(rows), names=2)


def posts_table(material: ReportMaterial) -> Table:
    """How long each post took over the orders of each action: quartiles, not means."""
    rows = []
    for variant in material.variants:
        for each in variant.workloads:
            took = [number(float(value), 0) for value in np.quantile(each.took_s, SHARES)]
            waited = [number(float(value), 0) for value in np.quantile(each.waited_s, (0.5, 0.95))]
            rows.append((variant.name, words(each.action), each.post, str(len(each.took_s)), *took, *waited))
    shares = (f"{100 * share:.0f} % within s" for share in SHARES)
    headings = ("variant", "action", "post", "tasks", *shares, "waited, median s", "waited, 95 % within s")
    return Table(headings, tuple(rows), names=3)


SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of the times that posts take, as told."""

_TAKEN = ("issued", "acknowledged", "executing", "done")


def words(action: str) -> str:
    """The name of an action, in words."""
    return action.replace("_", " ")


def _row(decisions: Decisions, action: str) -> Action | None:
    return next((row for row in decisions.actions if row.action == action), None)


def _median(row: Action) -> float:
    return float(np.median(row.took_s)) if row.took_s else math.nan


def _in_time(row: Action) -> float:
    """Of all cases, also those in which it was too late to begin: otherwise who is slow would gain by it."""
    return 100.0 * row.in_time / row.cases if row.cases else math.nan


def _each(count: int, decisions: Decisions) -> float:
    issued = sum(row.issued for row in decisions.actions)
    return count / issued if issued else math.nan
