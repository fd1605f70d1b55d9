"""The earliest way through moving light: where the rover is when, and with how much energy."""

from dataclasses import dataclass

import numpy as np

from kizuna.errors import InputError, WorkError
from kizuna.geo.time import format_utc
from kizuna.lunar.leg import Answer, Query, seek
from kizuna.lunar.site import Site
from kizuna.lunar.why import why_none, why_unknown
from kizuna.shapes import FloatN, IntN


@dataclass(frozen=True, slots=True)
class Route:
    """A drive as columns, one row for each cell on the way.

    Parameters
    ----------
    row, column
        (N,) the cells.
    lat_deg, lon_deg
        (N,) their middles.
    arrive_s, leave_s
        (N,) seconds since 1970-01-01 UTC; at the last cell the same.
    energy_j
        (N,) what the stores can give on arrival, joules, as the cautious planner counts it.
    least_s
        How long it would take if there were light, sight and energy always: no plan can be faster.
    at_least_s
        No plan arrives before, seconds since 1970-01-01 UTC: the arrival itself, unless the search ran out of
        room.
    expanded
        How many labels were followed.
    """

    row: IntN
    column: IntN
    lat_deg: FloatN
    lon_deg: FloatN
    arrive_s: FloatN
    leave_s: FloatN
    energy_j: FloatN
    least_s: float
    at_least_s: float
    expanded: int

    @property
    def lasts_s(self) -> float:
        """From start to arrival, seconds."""
        return float(self.arrive_s[-1] - self.arrive_s[0])

    @property
    def waits_s(self) -> float:
        """How much of it the rover stands, seconds."""
        return float((self.leave_s - self.arrive_s).sum())


def plan_route(
    site: Site,
    start: tuple[float, float],
    goal: tuple[float, float],
    depart_s: float,
    deadline_s: float,
    energy_j: float,
    arrive_j: float = 0.0,
) -> Route:
    """The earliest arrival at a goal; waiting is allowed everywhere.

    The stores count as one that gains what the worse of battery and tank gains, so that the plan holds for
    both. Waits end with frames; see `kizuna.kernels.route.search` for when that is the best there is.

    Parameters
    ----------
    site
        Ground and light over time.
    start, goal
        Latitude and longitude, degrees.
    depart_s, deadline_s
        Seconds since 1970-01-01 UTC, within the site's frames.
    energy_j
        What the stores can give at the start, joules.
    arrive_j
        What they must be able to give on arrival; never less than the rules' reserve.

    Raises
    ------
    InputError
        When a place lies outside the map.
    WorkError
        When there is no such route: the sentence says which limit forbids it, and by how much.
    """
    query = Query(
        site.cell(*start, "start"),
        site.cell(*goal, "goal"),
        depart_s - site.start_s,
        min(deadline_s, site.end_s) - site.start_s,
        energy_j,
        max(arrive_j, site.reserve_j),
    )
    if not 0.0 <= query.depart_s < query.deadline_s:
        raise InputError(
            "start",
            format_utc(depart_s),
            "lies outside the time of the site or after the deadline",
            f"a time from {format_utc(site.start_s)} to {format_utc(min(deadline_s, site.end_s))}",
        )
    answer = seek(site, query)
    if not answer.found:
        raise WorkError(why_none(site, query, answer) if answer.whole else why_unknown(site, query, answer))
    return _route(site, query, answer)


def _route(site: Site, query: Query, answer: Answer) -> Route:
    """The way back from the label that arrived."""
    tree, state = answer.tree, answer.state
    chain = [answer.label]
    while tree[chain[-1], 1] >= 0:
        chain.append(int(tree[chain[-1], 1]))
    chain.reverse()
    cells = tree[chain, 0]
    row, column = cells // site.grid.shape[1], cells % site.grid.shape[1]
    lat, lon = site.grid.place(row, column)
    return Route(
        row,
        column,
        lat,
        lon,
        state[chain, 0] + site.start_s,
        np.append(state[chain[1:], 4], state[answer.label, 2]) + site.start_s,
        state[chain, 1].copy(),
        float(answer.to_go_s[query.first]),
        answer.earliest_s + site.start_s,
        answer.expanded,
    )
