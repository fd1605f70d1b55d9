"""All timelines of a small task, tried one after the other: what the solver must equal."""

from itertools import pairwise, permutations

import numpy as np


def best_timeline(task, slack_j=0.0):
    """Value and end of the best timeline without sleep; None when there is none.

    `slack_j` makes the stores smaller at both ends, as the solver's rounding does.
    """
    last = len(task.stops) - 1
    best = None
    for count in range(last):
        for order in permutations(range(1, last), count):
            if any(task.stops[i].must and i not in order for i in range(1, last)):
                continue
            if sum(task.stops[i].samples_kg for i in order) > task.cargo_kg:
                continue
            over = _earliest_end(task, [0, *order, last], slack_j)
            value = sum(task.stops[i].value for i in order)
            if over is not None and (best is None or (value, -over) > (best[0], -best[1])):
                best = (value, over)
    return best


def _earliest_end(task, order, slack_j):
    """First slot in which this order is over; the most energy is kept for each arrival."""
    full, floor = task.capacity_j - slack_j, task.reserve_j + slack_j
    come = {0: min(task.start_j, full)}
    for here, there in pairwise(order):
        stop, drive = task.stops[here], task.drives.get((here, there))
        if drive is None:
            return None
        takes = task.lasts((here, there))
        spent = drive.spent_j + max(0.0, -np.diff(task.stops[there].parked_j).min())
        after = {}
        for arrive, energy in come.items():
            outside = None
            for leave in range(arrive, task.slots + 1):
                if leave > arrive:
                    energy = min(energy + stop.parked_j[leave] - stop.parked_j[leave - 1], full)
                if energy < floor:
                    break
                begins = leave - stop.eva
                if stop.eva and begins >= arrive and stop.eva_allowed[begins]:
                    outside = begins
                ready = leave >= arrive + stop.dwell and (not stop.eva or outside is not None)
                if not ready or leave >= task.slots or not drive.allowed[leave] or leave + takes > task.slots:
                    continue
                if energy - spent >= floor:
                    after[leave + takes] = max(after.get(leave + takes, -np.inf), energy - spent)
        come = after
    return min(come) if come else None
