"""What was decided in a variant, as `decisions.json` has it: all that the review needs to know of it."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from kizuna.command.coordinate import Coordinator, Place
from kizuna.command.cover import Coverage
from kizuna.command.staff import Case, Staff


def told_decisions(
    start_s: float,
    coverage: Coverage,
    staff: Staff,
    coordinator: Coordinator,
    more: Iterable[tuple[Place, Case]] = (),
) -> dict[str, Any]:
    """Areas, defenders, cases, orders, assignments and tasks, as JSON; times in s after the start.

    Parameters
    ----------
    start_s
        When the exercise began, s since 1970-01-01 UTC.
    coverage
        The defenders and areas.
    staff
        Who decided.
    coordinator
        Who planned.
    more
        Cases beside those of the coordinator, and the track of each.
    """
    return {
        "start_s": start_s,
        "horizon_s": coverage.horizon_s,
        "lead_s": coverage.lead_s,
        "areas": [asdict(area) for area in coverage.areas],
        "defenders": [asdict(defender) for defender in coverage.defenders],
        "cases": [
            {
                "case": case.name,
                "node": node,
                "track": track,
                "nation": case.nation,
                "warns": case.warns,
                "shown_s": case.shown_s,
                "arrives_s": case.arrives_s,
            }
            for (node, track), case in (*coordinator.cases.items(), *more)
        ],
        "orders": [
            {
                "order": order.name,
                "action": order.action,
                "about": order.about,
                "concerned": order.concerned,
                "state": order.state,
                "shown_s": staff.case_of(order.name).shown_s,
                "arrives_s": staff.case_of(order.name).arrives_s,
                "steps": order.steps,
            }
            for order in staff.orders.values()
        ],
        "assignments": [
            {
                "order": each.order,
                "defender": coverage.defenders[each.defender].name,
                "area": coverage.areas[each.area].name,
                "node": each.place[0],
                "track": each.place[1],
                "asked_s": each.asked_s,
                "begins_s": each.begins_s,
                "began_s": each.began_s,
                "ended_s": each.ended_s,
                "ended": each.ended,
                "instead": each.instead,
            }
            for each in coordinator.sent
        ],
        "tasks": [task._asdict() for task in staff.tasks],
    }
