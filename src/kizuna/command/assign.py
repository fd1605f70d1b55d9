"""Which defender covers which track and when, for the greatest expected protected value, with its gap."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from kizuna.command.cover import Coverage, Threats
from kizuna.shapes import BoolN, Float, FloatN, IntN

_SOONER: Final = 1e-6
"""What waiting a whole horizon costs, as a share of a value: of equal plans the sooner is chosen."""

_TANGENTS: Final = 16
"""Where a track may be covered more than once, so many straight lines stand for the curve, which is exact for
four different probabilities and fewer …"""

_FEW: Final = 6
"""… and so many for more: the plans are within a thousandth as good, and found in half the time."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A defender covers a track from a time on; both by their index, the time in s after now."""

    threat: int
    defender: int
    begins_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Who covers what.

    Parameters
    ----------
    assignments
        In order of time.
    value
        Expected value that they protect.
    bound
        What no plan can exceed.
    """

    assignments: tuple[Assignment, ...]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """How far it may be from the best, as a share of the bound."""
        return max(0.0, self.bound - self.value) / self.bound if self.bound > 0.0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What stands of earlier plans, of T tracks and D defenders.

    Parameters
    ----------
    clock_s
        Now, s after the start: turns begin at whole multiples of the time that a defender needs.
    earliest_s
        How soon each defender could begin with each track, s after now, (T, D); ∞ for never.
    favour
        By which share of its value each assignment counts for more, (T, D).
    most
        How many defenders each track may still get, (T,).
    busy
        Of each place that is taken: index of the defender and for how long, s after now.
    """

    clock_s: float
    earliest_s: Float
    favour: Float
    most: IntN
    busy: tuple[tuple[int, float], ...] = ()

    @classmethod
    def nothing(cls, coverage: Coverage, threats: Threats) -> "Standing":
        """Nothing stands."""
        shape = threats.opens_s.shape
        often = np.array([area.defenders for area in coverage.areas], dtype=np.int64)[threats.area]
        return cls(0.0, np.zeros(shape), np.zeros(shape), often)


@dataclass(frozen=True, slots=True, eq=False)
class _Choices:
    """All that could be assigned, a row each: threat, defender, turn, begin in s and probability, (C,)."""

    threat: IntN
    defender: IntN
    turn: IntN
    begins_s: FloatN
    probability: FloatN


def assign(
    coverage: Coverage,
    threats: Threats,
    allowed: Sequence[str] | None = None,
    limit_s: float = 1.0,
    standing: Standing | None = None,
    nodes: int | None = None,
) -> Plan:
    """The plan of the greatest expected protected value.

    A defender works in turns of the time that it needs, each for as many tracks as it has capacity. A track
    is covered by as many defenders as its area asks for at most; what they protect together is the area's
    value times the probability that not all of them fail. Solved as a mixed-integer program by HiGHS.

    Parameters
    ----------
    coverage
        Defenders, areas and reserves.
    threats
        The tracks, and when who could cover them.
    allowed
        Nations whose defenders take part; all when None.
    limit_s
        After so long the best plan so far is taken, with its gap.
    standing
        What stands of earlier plans; nothing when None.
    nodes
        After so many branches of the search the best plan so far is taken, on every machine the same.
    """
    standing = standing or Standing.nothing(coverage, threats)
    choices = _choices(coverage, threats, allowed, standing)
    count, rows = len(choices.threat), len(threats.track)
    if not count:
        return Plan((), 0.0, 0.0)
    often = standing.most
    several = np.flatnonzero(np.bincount(choices.threat, minlength=rows) * (often > 1) > 1)
    single = ~np.isin(choices.threat, several)
    worth = threats.value[choices.threat]
    gain = np.where(single, worth * choices.probability, 0.0)
    kept = worth * choices.probability * standing.favour[choices.threat, choices.defender]
    gain += kept - worth * _SOONER * choices.begins_s / coverage.horizon_s
    parts = [
        _at_most(choices.threat, often, count),
        _at_most(*_places(coverage, choices), count),
        *_reserves(coverage, choices, standing.busy),
    ]
    curve = _curve(choices, several, count)
    # Columns: the choices, then for each track that may be covered more than once the share protected.
    wide = count + len(several)
    cost = -np.concatenate([gain, threats.value[several]])
    solved = milp(
        cost,
        constraints=[
            *(LinearConstraint(_widened(matrix, wide), -np.inf, most) for matrix, most in parts),
            *([curve] if curve is not None else []),
        ],
        integrality=np.concatenate([np.ones(count), np.zeros(len(several))]),
        bounds=Bounds(0.0, 1.0),
        options={
            "time_limit": limit_s,
            "mip_rel_gap": _SOONER,
            **({} if nodes is None else {"node_limit": nodes}),
        },
    )
    plans = [_greedy(choices, worth * choices.probability + kept, parts)]
    if solved.x is not None:
        plans.append(np.flatnonzero(solved.x[:count] > 0.5))
    made = [_made(choices, rows) for rows in plans]
    values = [expected(coverage, threats, each) for each in made]
    counts = [value + float(kept[rows].sum()) for value, rows in zip(values, plans, strict=True)]
    # Later plans win ties: HiGHS's is the sooner one of equals.
    best = max(range(len(made)), key=lambda place: (counts[place], place))
    whole = float(threats.value.sum())
    bound = whole if solved.mip_dual_bound is None else min(whole, -float(solved.mip_dual_bound))
    # No plan loses more than this by waiting.
    bound += _SOONER * float((threats.value * often).sum())
    return Plan(tuple(made[best]), values[best], max(values[best], bound))


def _made(choices: _Choices, rows: IntN) -> list[Assignment]:
    """The assignments that some choices are, in order of time."""
    made = [
        Assignment(int(choices.threat[row]), int(choices.defender[row]), float(choices.begins_s[row]))
        for row in rows
    ]
    return sorted(made, key=lambda each: (each.begins_s, each.threat, each.defender))


def expected(coverage: Coverage, threats: Threats, assignments: Sequence[Assignment]) -> float:
    """Expected value that assignments protect, those of several defenders to one track taken together."""
    fails = np.ones(len(threats.track))
    for each in assignments:
        held = math.exp(-each.begins_s / coverage.fades_s)
        fails[each.threat] *= 1.0 - held * coverage.defenders[each.defender].probability
    return float((threats.value * (1.0 - fails)).sum())


def _choices(
    coverage: Coverage, threats: Threats, allowed: Sequence[str] | None, standing: Standing
) -> _Choices:
    """Each turn of each defender in which a track is in its footprint from the begin to the end."""
    found: list[tuple[IntN, int, int, float]] = []
    for number, defender in enumerate(coverage.defenders):
        if allowed is not None and defender.nation not in allowed:
            continue
        closes_s = threats.closes_s[:, number]
        opens_s = np.maximum(threats.opens_s[:, number], standing.earliest_s[:, number])
        first_s = -standing.clock_s % defender.needs_s
        last_s = float(closes_s.max(initial=-np.inf)) - defender.needs_s - first_s
        turns = int(last_s // defender.needs_s) + 1 if last_s >= 0.0 else 0
        for turn in range(turns):
            begins_s = first_s + turn * defender.needs_s
            fits = (opens_s <= begins_s) & (begins_s + defender.needs_s <= closes_s)
            found.append((np.flatnonzero(fits), number, turn, begins_s))
    sizes = [len(rows) for rows, *_ in found]
    probability = np.array([defender.probability for defender in coverage.defenders])
    defenders = np.repeat([number for _, number, *_ in found], sizes).astype(np.int64)
    begins = np.repeat([begins_s for *_, begins_s in found], sizes).astype(np.float64)
    return _Choices(
        threat=np.concatenate([rows for rows, *_ in found]) if found else np.empty(0, dtype=np.int64),
        defender=defenders,
        turn=np.repeat([turn for *_, turn, _ in found], sizes).astype(np.int64),
        begins_s=begins,
        probability=(probability[defenders] if len(defenders) else np.empty(0))
        * np.exp(-begins / coverage.fades_s),
    )


def _greedy(choices: _Choices, counts: FloatN, parts: list[tuple[coo_array, FloatN]]) -> IntN:
    """A plan that is there at once: one defender a track, the most valuable choice first."""
    matrices = [matrix.tocsc() for matrix, _ in parts]
    left = [most.copy() for _, most in parts]
    free_yet = np.ones(int(choices.threat.max()) + 1, dtype=np.bool_)
    chosen: list[int] = []
    for row in np.lexsort((choices.begins_s, -counts)):
        touched = [matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]] for matrix in matrices]
        if free_yet[choices.threat[row]] and all(
            (free[group] >= 1.0).all() for free, group in zip(left, touched, strict=True)
        ):
            for free, group in zip(left, touched, strict=True):
                free[group] -= 1.0
            free_yet[choices.threat[row]] = False
            chosen.append(int(row))
    return np.array(chosen, dtype=np.int64)


def _at_most(group: IntN, most: IntN, count: int) -> tuple[coo_array, FloatN]:
    """At most so many choices of each group."""
    matrix = coo_array((np.ones(count), (group, np.arange(count))), shape=(len(most), count))
    return matrix, most.astype(np.float64)


def _places(coverage: Coverage, choices: _Choices) -> tuple[IntN, IntN]:
    """The turn of a defender that each choice takes a place of, and how many places each has."""
    pairs, group = np.unique(np.stack([choices.defender, choices.turn]), axis=1, return_inverse=True)
    capacity = np.array([defender.capacity for defender in coverage.defenders], dtype=np.int64)
    return group.ravel(), capacity[pairs[0]]


def _reserves(
    coverage: Coverage, choices: _Choices, taken: Sequence[tuple[int, float]]
) -> list[tuple[coo_array, FloatN]]:
    """Of each nation's places so many stay free at every time at which a turn begins."""
    made = []
    needs_s = np.array([defender.needs_s for defender in coverage.defenders])
    nations = np.array([defender.nation for defender in coverage.defenders])
    ends_s = choices.begins_s + needs_s[choices.defender]
    for nation, kept in sorted(coverage.reserve.items()):
        own: BoolN = nations[choices.defender] == nation
        capacity = sum(each.capacity for each in coverage.defenders if each.nation == nation)
        times = np.unique(choices.begins_s[own])
        busy = own & (choices.begins_s <= times[:, None]) & (times[:, None] < ends_s)
        ends = np.array([end_s for number, end_s in taken if nations[number] == nation])
        still = (ends[None, :] > times[:, None]).sum(axis=1) if len(ends) else 0
        most = np.maximum(capacity - kept - still, 0.0) * np.ones(len(times))
        if len(times):
            made.append((coo_array(busy.astype(np.float64)), most))
    return made


def _curve(choices: _Choices, several: IntN, count: int) -> LinearConstraint | None:
    """Share u of a value that several defenders protect: u ≤ 1 − e^y, y = Σ log(1 − p), by tangents.

    Lines touch the curve where sums of one and two defenders lie: there the program is exact.
    """
    rows, columns, values, most = [], [], [], []
    line = 0
    for place, threat in enumerate(several):
        own = np.flatnonzero(choices.threat == threat)
        logs = np.log1p(-np.minimum(choices.probability[own], 1.0 - 1e-9))
        kinds = np.unique(np.round(logs, 12))
        sums = np.unique(np.concatenate([[0.0], kinds, np.add.outer(kinds, kinds).ravel()]))
        if len(sums) > _TANGENTS:
            sums = sums[np.linspace(0, len(sums) - 1, _FEW).astype(np.int64)]
        for y in sums:
            # u + e^y Σ x log(1 − p) ≤ 1 − e^y + y e^y
            rows += [np.full(len(own) + 1, line)]
            columns += [np.append(own, count + place)]
            values += [np.append(np.exp(y) * logs, 1.0)]
            most.append(1.0 - np.exp(y) + y * np.exp(y))
            line += 1
    if not line:
        return None
    matrix = coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(line, count + len(several)),
    )
    return LinearConstraint(matrix, -np.inf, np.array(most))


def _widened(matrix: coo_array, wide: int) -> coo_array:
    """The same matrix with columns of zeros on its right."""
    return coo_array((matrix.data, matrix.coords), shape=(matrix.shape[0], wide))
