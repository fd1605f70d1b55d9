"""One search of a leg: what is asked, and what the kernel answers with its bounds."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kizuna.kernels.arrivals import earliest_way, latest_way
from kizuna.kernels.fields import least_costs
from kizuna.kernels.route import FOUND, SUN_LEVELS, TOO_MANY, follow, search
from kizuna.lunar.moves import Moves
from kizuna.lunar.site import Site
from kizuna.shapes import BoolN, IntN

ROOM: Final = 1_500_000
"""How many labels a search may make."""

_BESIDE: Final = 3
"""How many cells beside the quickest way are looked at first."""

_SLACK: Final = 0.002
"""Share of the stores that a coarser search overlooks."""

_SECOND: Final = 1.0

_ROUNDED: Final = np.float32(0.9999)
"""Sums of thousands of float32 are right to a ten-thousandth; bounds must not be too large."""

_NOTHING: Final = (np.empty((0, 2), dtype=np.int64), np.empty((0, 5)))


@dataclass(frozen=True, slots=True)
class Query:
    """What a leg asks for.

    Parameters
    ----------
    first, last
        Cells, as row × columns + column.
    depart_s, deadline_s
        Seconds from the site's first frame.
    energy_j, arrive_j
        What the stores can give at the start, and the least on arrival, joules.
    more_j
        How much larger the stores are than the plant's, to learn what is short.
    """

    first: int
    last: int
    depart_s: float
    deadline_s: float
    energy_j: float
    arrive_j: float = 0.0
    more_j: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found.

    Parameters
    ----------
    label
        The label that arrives, or -1.
    whole
        Whether the search was finished. Then the arrival is the earliest there is, or there is none.
    earliest_s
        No plan arrives before, seconds from the site's first frame; inf when none would with endless energy.
    expanded
        How many labels were followed.
    tree, state
        (L, 2), (L, 5) all labels: see `kizuna.kernels.route.search`.
    to_go_s
        (N,) least driving time from each cell to the goal.
    """

    label: int
    whole: bool
    earliest_s: float
    expanded: int
    tree: NDArray[np.int64]
    state: NDArray[np.float64]
    to_go_s: NDArray[np.float32]

    @property
    def found(self) -> bool:
        """Whether there is a way."""
        return self.label >= 0


def seek(site: Site, query: Query) -> Answer:
    """Look for the earliest arrival: by time alone, then with energy beside that way, then everywhere.

    Nearly always the way that is quickest by time alone also has energy enough, or has if the rover waits
    elsewhere on it. Where not, labels of time and energy are followed all over the map, at first without
    those that have hardly more energy than others. Should they become too many, the best that was found is
    the answer, which holds all the same; `earliest_s` says how much better another could be.
    """
    to_go = to_go_s(site.moves, query.last)
    clock = np.array([query.depart_s, site.frame_s, query.deadline_s, 0.0])
    capacity_j = site.plant.deliverable_j + query.more_j
    start_j = min(query.energy_j + query.more_j, capacity_j)
    figures = site.figures(capacity_j)
    asked = (query.first, query.last)
    ends = (start_j, query.arrive_j)
    steps = (site.frames, site.moves.seconds, site.moves.energy_j)
    cells, leaves, arrive = earliest_way(site.frames, site.moves.seconds, to_go, clock, *asked)
    if not len(cells):
        return Answer(-1, True, np.inf, 0, *_NOTHING, to_go)
    earliest_s = float(leaves[-1])
    holds, tree, state = follow(*steps, cells, leaves, clock, figures, *ends)
    if not holds:
        by_then = np.array([clock[0], clock[1], earliest_s, 0.0])
        late = latest_way(site.frames, site.moves.seconds, arrive, by_then, *asked)
        if len(late[0]):
            holds, tree, state = follow(*steps, *late, clock, figures, *ends)
            cells = np.append(cells, late[0])
    if holds:
        return Answer(len(tree) - 1, True, earliest_s, len(tree), tree, state, to_go)
    bounds = (needed_j(site, query.last), _driven_j(site.moves, query.last))
    best = Answer(-1, False, earliest_s, 0, *_NOTHING, to_go)
    beside = np.where(_beside(site, cells), to_go, np.float32(np.inf))
    for reach, slack in ((beside, 0.0), (to_go, _SLACK), (to_go, 0.0)):
        clock[3] = slack * capacity_j
        room = ROOM // 5 if best.found else ROOM
        status, label, expanded, tree, state = search(
            *steps, reach, *bounds, clock, figures, *asked, *ends, room
        )
        if status == FOUND:
            clock[2] = float(state[label, 2])  # what follows need not look beyond
            best = Answer(label, False, earliest_s, expanded, tree, state, to_go)
        everywhere = reach is to_go and slack == 0.0 and status != TOO_MANY
        if everywhere or (best.found and clock[2] <= earliest_s + _SECOND):
            return replace(best, whole=True, earliest_s=clock[2] if best.found else earliest_s)
    return best if best.found else replace(best, expanded=expanded, tree=tree, state=state)


def _beside(site: Site, way: IntN) -> BoolN:
    """Which cells lie on a way or within some cells of it, (N,)."""
    rows, columns = site.grid.shape
    near = np.zeros((rows, columns), dtype=np.bool_)
    for down in range(-_BESIDE, _BESIDE + 1):
        for across in range(-_BESIDE, _BESIDE + 1):
            row, column = way // columns + down, way % columns + across
            near[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)] = True
    return near.reshape(-1)


def _driven_j(moves: Moves, goal: int) -> NDArray[np.float32]:
    """Least energy that the drive takes from each cell to the goal, (N,), joules; a bound."""
    goals = np.array([goal], dtype=np.int64)
    return np.asarray(least_costs(moves.energy_j, moves.seconds, goals)[0].reshape(-1) * _ROUNDED)


def to_go_s(moves: Moves, goal: int) -> NDArray[np.float32]:
    """Least driving time from each cell to the goal, (N,), seconds; a bound, never too much by rounding."""
    goals = np.array([goal], dtype=np.int64)
    return np.asarray(least_costs(moves.seconds, moves.seconds, goals)[0].reshape(-1) * _ROUNDED)


def needed_j(site: Site, goal: int) -> NDArray[np.float32]:
    """Least energy from each cell to the goal or to a cell where the stores fill at some time: (N,).

    From the steps' energies and the best light that a cell ever has; no plan can need less.
    """
    share = site.brightest / np.float32(SUN_LEVELS)
    rest_w = site.plant.array_w(1.0) * share - site.rover.hotel_w - site.plant.heater_w * (1.0 - share)
    fills = np.flatnonzero(rest_w > 0.0)
    deficit = np.maximum(-rest_w, 0.0).astype(np.float32)
    cost = site.moves.energy_j + np.where(np.isfinite(site.moves.seconds), site.moves.seconds, 0.0) * deficit
    needed, _ = least_costs(cost.astype(np.float32), site.moves.seconds, np.append(fills, goal))
    return np.asarray(needed.reshape(-1) * _ROUNDED)
