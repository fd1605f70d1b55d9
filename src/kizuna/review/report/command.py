"""Who decided, how fast and at what cost: the sentence and the tables of the report's command section."""

import math

import numpy as np

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


def command_sentence(material: ReportMaterial) -> str:
    """What the last command structure gains over the one before it, and what it costs; empty without two."""
    held = [variant for variant in material.variants if variant.decisions is not None]
    if len(held) < 2:
        return ""
    first, second = held[-2:]
    before, after = first.decisions, second.decisions
    if before is None or after is None:
        return ""
    parts = []
    for action in actions_of(material):
        one, other = _row(before, action), _row(after, action)
        if one is None or other is None or not one.took_s or not other.took_s:
            continue
        parts.append(
            f"{words(action)} after {number(_median(other), 0)} s instead of {number(_median(one), 0)} s, "
            f"in time for {number(_in_time(other), 0)} % of the cases instead of "
            f"{number(_in_time(one), 0)} %"
        )
    if not parts:
        return ""
    cost = [
        " and ".join(
            f"{number(_each(count, told), 1)} {what}"
            for count, what in ((told.consents, "consents"), (told.messages, "messages"))
        )
        for told in (after, before)
    ]
    return (
        f"under {second.name} instead of {first.name}, in the median {'; '.join(parts)}. "
        f"An issued order took {cost[0]} between nodes instead of {cost[1]}."
    )


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
