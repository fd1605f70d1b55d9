"""The timeline: which stations, in which order, and when to drive, charge, sleep and work outside."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from kizuna.lunar.task import Task, Timeline, Visit
from kizuna.shapes import BoolN, FloatN

_WH: Final = 3600.0
"""The solver counts energy in whole watt hours."""

_STEADY_J: Final = 1.0 * 3.6e6
"""Light that changes what a parked rover holds by less is taken as steady; it is kept free at both ends."""

_PARTS: Final = 1000.0
"""The solver counts values in whole thousandths."""


def find_timeline(task: Task) -> Timeline | None:
    """The most valuable timeline, and among these the one that is over first; None when there is none.

    A CP-SAT model: a circuit of optional stops, drives only with slots that allow them, energy that the light
    at each stop fills and drains, nothing at once, and the days of the crew. Energies are bounds from below:
    a drive counts with the most that it ever takes, and rounding goes against the plan.

    One way of searching mostly finds the greatest value and proves it at once; only where it doesn't, eight
    take turns. The end is then made earlier for as long as half of the effort lasts.
    """
    model = _Model(task)
    model.model.maximize(model.worth)
    found = _solved(model, task.effort / 4.0, 1)
    if found.response_proto.status in (cp_model.FEASIBLE, cp_model.UNKNOWN):
        model.hint(found)
        found = _solved(model, task.effort, 8)
    if not _holds(found):
        return None
    bound = math.floor(found.best_objective_bound + 0.5) / _PARTS
    model.hint(found)
    model.model.add(model.worth == int(found.value(model.worth)))
    model.model.minimize(model.arrive[-1])
    sooner = _solved(model, task.effort / 2.0, 1)
    return model.read(sooner if _holds(sooner) else found, bound)


def _solved(model: "_Model", effort: float, ways: int) -> cp_model.CpSolver:
    """Search in some ways by turns, with the same outcome on any number of cores."""
    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = effort
    solver.parameters.num_workers = ways
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.interleave_search = ways > 1
    solver.solve(model.model)
    return solver


def _holds(solver: cp_model.CpSolver) -> bool:
    """Whether a timeline was found."""
    return solver.response_proto.status in (cp_model.OPTIMAL, cp_model.FEASIBLE)


class _Model:
    """The CP-SAT model of a task and its variables."""

    def __init__(self, task: Task) -> None:
        self.task, self.model = task, cp_model.CpModel()
        count, slots = len(task.stops), task.slots
        model = self.model
        self.here = [model.new_bool_var(f"here{i}") for i in range(count)]
        self.arrive = [model.new_int_var(0, slots, f"arrive{i}") for i in range(count)]
        self.leave = [model.new_int_var(0, slots, f"leave{i}") for i in range(count)]
        full = int((task.capacity_j - _STEADY_J) / _WH)
        self.floor = math.ceil((task.reserve_j + _STEADY_J) / _WH)
        self.come = [model.new_int_var(self.floor, full, f"come{i}") for i in range(count)]
        self.go = [model.new_int_var(self.floor, full, f"go{i}") for i in range(count)]
        self.busy: list[cp_model.IntervalVar] = []
        self.arcs: dict[tuple[int, int], cp_model.IntVar] = {}
        self.evas: dict[int, cp_model.IntVar] = {}
        self._ends()
        self._route()
        for number in range(count):
            self._stay(number)
        self._evas()
        self.sleeps = self._sleep()
        model.add_no_overlap(self.busy)
        self._aim()

    def _ends(self) -> None:
        """It begins at the first stop with what is stored, and ends at the last."""
        model, task = self.model, self.task
        model.add(self.arrive[0] == 0)
        model.add(self.come[0] == int(min(task.start_j, task.capacity_j - _STEADY_J) / _WH))
        model.add(self.leave[-1] == self.arrive[-1])
        for number in (0, len(task.stops) - 1):
            model.add(self.here[number] == 1)
        for number, stop in enumerate(task.stops):
            if stop.must:
                model.add(self.here[number] == 1)

    def _route(self) -> None:
        """A circuit through the stops that are visited; a drive links leaving and arriving, and energies."""
        model, task, last = self.model, self.task, len(self.task.stops) - 1
        literals = [(number, number, self.here[number].negated()) for number in range(1, last)]
        literals.append((last, 0, model.new_constant(1)))
        lasts = [model.new_int_var(0, task.slots, f"lasts{i}") for i in range(last + 1)]
        for (first, to), drive in task.drives.items():
            if first == last or to == 0:
                continue
            arc = model.new_bool_var(f"arc{first}-{to}")
            self.arcs[first, to] = arc
            literals.append((first, to, arc))
            takes = task.lasts((first, to))
            fits = drive.allowed & (np.arange(len(drive.allowed)) + takes <= task.slots)
            model.add_linear_expression_in_domain(self.leave[first], _domain(fits)).only_enforce_if(arc)
            model.add(lasts[first] == takes).only_enforce_if(arc)
            model.add(self.arrive[to] == self.leave[first] + takes).only_enforce_if(arc)
            # Within the slots of a drive the rover may stand at its end in whatever light there is.
            spent = math.ceil((drive.spent_j + _waits_j(task, to)) / _WH)
            model.add(self.come[to] <= self.go[first] - spent).only_enforce_if(arc)
        model.add_circuit(literals)
        for number in range(last):
            end = model.new_int_var(0, task.slots, f"end{number}")
            model.add(end == self.leave[number] + lasts[number])
            self.busy.append(
                model.new_optional_interval_var(
                    self.leave[number], lasts[number], end, self.here[number], f"drive{number}"
                )
            )

    def _stay(self, number: int) -> None:
        """Length of a stay, and what the light there does to the stores meanwhile."""
        model, task, stop = self.model, self.task, self.task.stops[number]
        arrive, leave, here = self.arrive[number], self.leave[number], self.here[number]
        model.add(leave >= arrive + stop.dwell).only_enforce_if(here)
        model.add(leave >= arrive)
        table = np.floor(stop.parked_j / _WH).astype(np.int64)
        before, after = self._parked(number, arrive, table, 1), self._parked(number, leave, table, -1)
        come, go = self.come[number], self.go[number]
        # Joules were rounded down.
        model.add(go <= come + after - before - 1).only_enforce_if(here)
        full = int((task.capacity_j - _STEADY_J) / _WH)
        for at, kind in _turns(stop.parked_j):
            inside = self._within(number, at)
            if kind == "top":  # then it may be full, and what comes after drains it
                model.add(go <= full + after - int(table[at])).only_enforce_if(here, *inside)
            else:
                model.add(come + int(table[at]) - before - 1 >= self.floor).only_enforce_if(here, *inside)

    def _parked(
        self, number: int, when: cp_model.IntVar, table: NDArray[np.int64], side: int
    ) -> cp_model.IntVar:
        """What light brought until a slot, in watt hours, by straight pieces above (1) or below it (-1)."""
        model, pieces = self.model, _pieces(table)
        slack = int(_STEADY_J / _WH)
        out = model.new_int_var(int(table.min()) - slack, int(table.max()) + slack, f"parked{number}{side}")
        literals = []
        for first, last, slope, low, high in pieces:
            inside = model.new_bool_var(f"piece{number}{side}@{first}")
            model.add_linear_constraint(when, first, last).only_enforce_if(inside)
            model.add(out == slope * when + (high if side > 0 else low)).only_enforce_if(inside)
            literals.append(inside)
        model.add_exactly_one(literals)
        return out

    def _within(self, number: int, at: int) -> list[cp_model.IntVar]:
        """Two literals that are true when a slot lies in the stay."""
        model = self.model
        came, stays = (model.new_bool_var(f"{which}{number}@{at}") for which in ("came", "stays"))
        model.add(self.arrive[number] <= at).only_enforce_if(came)
        model.add(self.arrive[number] > at).only_enforce_if(came.negated())
        model.add(self.leave[number] >= at).only_enforce_if(stays)
        model.add(self.leave[number] < at).only_enforce_if(stays.negated())
        return [came, stays]

    def _evas(self) -> None:
        """Excursions within their stays, in light and sight, and not too many in a row."""
        model, task = self.model, self.task
        spans = []
        for number, stop in enumerate(task.stops):
            if stop.eva == 0:
                continue
            begins = model.new_int_var(0, task.slots, f"eva{number}")
            self.evas[number] = begins
            here = self.here[number]
            model.add(begins >= self.arrive[number]).only_enforce_if(here)
            model.add(begins + stop.eva <= self.leave[number]).only_enforce_if(here)
            model.add_linear_expression_in_domain(begins, _domain(stop.eva_allowed)).only_enforce_if(here)
            self.busy.append(
                model.new_optional_fixed_size_interval_var(begins, stop.eva, here, f"outside{number}")
            )
            spans.append(
                model.new_optional_fixed_size_interval_var(begins, task.evas_within, here, f"span{number}")
            )
        for at in task.evas_before:
            left = at + task.evas_within
            if left > 0:
                spans.append(model.new_fixed_size_interval_var(0, left, f"before{at}"))
        if spans:
            model.add_cumulative(spans, [1] * len(spans), task.evas)

    def _sleep(self) -> list[cp_model.IntVar]:
        """Sleeps through the whole time, none too far from the next, nor much nearer than a day."""
        model, task = self.model, self.task
        sleeps: list[cp_model.IntVar] = []
        longest = task.sleep + task.awake
        day = min(round(20 * 3600.0 / task.slot_s), longest)
        horizon = task.slots + longest
        while len(sleeps) * day < task.slots:
            begins = model.new_int_var(0, horizon, f"sleep{len(sleeps)}")
            if sleeps:
                model.add(begins <= sleeps[-1] + longest)
                model.add(begins >= sleeps[-1] + day)
            else:
                model.add(begins <= max(task.awake - task.awake_before, 0))
            self.busy.append(model.new_fixed_size_interval_var(begins, task.sleep, f"asleep{len(sleeps)}"))
            sleeps.append(begins)
        return sleeps

    def _aim(self) -> None:
        """What it is worth, in thousandths; samples must fit."""
        task, model = self.task, self.model
        grams = [round(stop.samples_kg * 1000.0) for stop in task.stops]
        if math.isfinite(task.cargo_kg):
            held = sum(gram * here for gram, here in zip(grams, self.here, strict=True))
            model.add(held <= round(task.cargo_kg * 1000.0))
        worth = [round(stop.value * _PARTS) for stop in task.stops]
        self.worth = sum(each * here for each, here in zip(worth, self.here, strict=True))

    def hint(self, solver: cp_model.CpSolver) -> None:
        """Start the next search from what was found, if anything was."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        if _holds(solver):
            for number in range(len(self.model.proto.variables)):
                variable = self.model.get_int_var_from_proto_index(number)
                self.model.add_hint(variable, solver.value(variable))

    def read(self, solver: cp_model.CpSolver, bound: float) -> Timeline:
        """The timeline out of a solution."""
        following = {first: to for (first, to), arc in self.arcs.items() if solver.value(arc)}
        visits, at = [], 0
        while True:
            eva = int(solver.value(self.evas[at])) if at in self.evas else None
            visits.append(
                Visit(at, int(solver.value(self.arrive[at])), int(solver.value(self.leave[at])), eva)
            )
            if at == len(self.task.stops) - 1:
                break
            at = following[at]
        over = visits[-1].arrive
        sleeps = [int(solver.value(each)) for each in self.sleeps if solver.value(each) < over]
        value = sum(self.task.stops[visit.stop].value for visit in visits)
        return Timeline(visits, sleeps, value, bound)


def _waits_j(task: Task, to: int) -> float:
    """Most that a slot's wait at a stop can take out of the stores, joules."""
    return float(max(0.0, -np.diff(task.stops[to].parked_j).min()))


def _pieces(table: NDArray[np.int64]) -> list[tuple[int, int, int, int, int]]:
    """Straight pieces of a row of numbers: first, last, slope, and intercepts that lie below and above it."""
    slack = int(_STEADY_J / _WH)
    out = []
    first = 0
    while first < len(table):
        best = (first, first, 0, int(table[first]), int(table[first]))
        length = 1
        while first + length < len(table):
            last = first + length
            slope = round(int(table[last] - table[first]) / max(last - first, 1))
            rest = table[first : last + 1] - slope * np.arange(first, last + 1)
            if rest.max() - rest.min() > slack:
                break
            best = (first, last, slope, int(rest.min()), int(rest.max()))
            length += 1
        out.append(best)
        first = best[1] + 1
    return out


def _turns(parked_j: FloatN) -> list[tuple[int, str]]:
    """Where filling turns to draining ("top") and back ("bottom"), smaller turns left out."""
    out: list[tuple[int, str]] = []
    high = low = 0
    rising: bool | None = None
    for at in range(1, len(parked_j)):
        if parked_j[at] > parked_j[high]:
            high = at
        if parked_j[at] < parked_j[low]:
            low = at
        if rising is not False and parked_j[high] - parked_j[at] > _STEADY_J:
            out.append((high, "top"))
            rising, low = False, at
        elif rising is not True and parked_j[at] - parked_j[low] > _STEADY_J:
            out.append((low, "bottom"))
            rising, high = True, at
    return out


def _domain(allowed: BoolN) -> cp_model.Domain:
    """The slots that are allowed, as the solver wants them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], allowed, [False])).astype(int)))
    return cp_model.Domain.from_intervals([[int(a), int(b) - 1] for a, b in edges.reshape(-1, 2)])
