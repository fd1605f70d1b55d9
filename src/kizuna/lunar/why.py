"""Why there is no route: the limit that forbids it, and by how much, in one sentence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from kizuna.geo.time import format_utc
from kizuna.kernels.arrivals import earliest_way
from kizuna.lunar.leg import Answer, Query, needed_j, seek, to_go_s
from kizuna.lunar.moves import Moves, rover_moves
from kizuna.lunar.power import KWH
from kizuna.lunar.relief import slope_deg
from kizuna.lunar.site import Site

_WIDEST: Final = 3.0
"""Limits are widened up to this factor to learn by how much they are missed."""


def why_none(site: Site, query: Query, refused: Answer) -> str:
    """The sentence for a query that was proved impossible.

    Parameters
    ----------
    site, query
        What was asked where.
    refused
        The proof.
    """
    least_s = float(refused.to_go_s[query.first])
    if np.isinf(least_s):
        return _why_closed(site, query)
    given_s = query.deadline_s - query.depart_s
    if least_s > given_s:
        return (
            f"even without a wait the way takes {least_s / 3600.0:.2f} h, and the deadline "
            f"{format_utc(query.deadline_s + site.start_s)} leaves {given_s / 3600.0:.2f} h: "
            f"{(least_s - given_s) / 3600.0:.2f} h short"
        )
    if np.isinf(refused.earliest_s):
        clock = np.array([query.depart_s, site.frame_s, query.deadline_s, 0.0])
        asked = (refused.to_go_s, clock, query.first, query.last)
        *_, arrive = earliest_way(site.frames, site.moves.seconds, *asked)
        nearest_s = float(refused.to_go_s[np.isfinite(arrive)].min())
        return (
            "light or sight of the Earth never lasts long enough on the way for driving to be allowed: "
            f"what can be reached in time ends {nearest_s / 3600.0:.2f} h of driving before the goal"
        )
    return _why_empty(site, query)


def why_unknown(site: Site, query: Query, ended: Answer) -> str:
    """The sentence for a search that ran out of room: what is known of all routes that there may be.

    Parameters
    ----------
    site, query
        What was asked where.
    ended
        What the search knew when it ended.
    """
    nearest_s = float(ended.to_go_s[ended.tree[:, 0]].min())
    least_j = float(needed_j(site, query.last)[query.first]) + site.reserve_j
    first = format_utc(round(ended.earliest_s + site.start_s))
    return (
        f"{len(ended.tree):,} labels came as near as {nearest_s / 3600.0:.2f} h of driving to the goal, and "
        "none arrived with energy enough; it isn't proved that none could, but no route arrives before "
        f"{first} or begins with less than {least_j / KWH:.1f} kWh"
    )


def _why_closed(site: Site, query: Query) -> str:
    """Which cells can't be entered, where no way leads at any time."""
    grid, rover = site.grid, site.rover
    for what, cell in (("start", query.first), ("goal", query.last)):
        slope = float(slope_deg(grid).flat[cell])
        if slope > rover.max_slope_deg:
            return (
                f"the {what} lies in a slope of {slope:.1f}°, and slopes to {rover.max_slope_deg:g}° can be "
                f"driven: {slope - rover.max_slope_deg:.1f}° too steep"
            )
        if site.closed.flat[cell]:
            return f"the {what} lies on closed ground"
        burden = float(site.burden.flat[cell])
        if burden > 1.0:
            over = f"{burden - 1.0:.0%} more than" if np.isfinite(burden) else "a way that isn't there, not"
            return f"from the {what} the walk home takes {over} what the suits allow"

    def leads(moves: Moves) -> bool:
        return bool(np.isfinite(to_go_s(moves, query.last)[query.first]))

    home = site.burden > 1.0
    if not leads(rover_moves(grid, rover)):

        def wider(factor: float) -> bool:
            limits = ("max_slope_deg", "max_pitch_deg", "max_roll_deg")
            able = {name: getattr(rover, name) * factor for name in limits}
            return leads(rover_moves(grid, replace(rover, **able), home | site.closed))

        more = _least(wider, 1.0, _WIDEST)
        by = f"the gentlest needs limits {more - 1.0:.0%} wider" if more else "nor would thrice the limits do"
        return (
            f"no way is gentle enough for slopes to {rover.max_slope_deg:g}°, pitch to "
            f"{rover.max_pitch_deg:g}° and roll to {rover.max_roll_deg:g}°: {by}"
        )
    if not leads(rover_moves(grid, rover, site.closed)):
        return "every way crosses closed ground"
    more = _least(
        lambda share: leads(rover_moves(grid, rover, (site.burden > share) | site.closed)), 1.0, _WIDEST
    )
    by = f"{more - 1.0:.0%} short" if more else "thrice as much wouldn't do"
    return f"every way crosses ground from which the crew can't walk home on what its suits hold: {by}"


def _why_empty(site: Site, query: Query) -> str:
    """How much energy is missing, at the start or in what the stores hold."""
    capacity_j = site.plant.deliverable_j
    filled = replace(query, energy_j=capacity_j)
    if query.energy_j < capacity_j and seek(site, filled).found:
        enough = _least(
            lambda energy_j: seek(site, replace(query, energy_j=energy_j)).found, query.energy_j, capacity_j
        )
        short_j = (enough or capacity_j) - query.energy_j
        return f"the stores hold too little at the start: {short_j / KWH:.1f} kWh short"
    more = _least(lambda more_j: seek(site, replace(filled, more_j=more_j)).found, 0.0, 8.0 * capacity_j)
    if more:
        return f"the stores are too small for the darkness on the way: {more / KWH:.1f} kWh short"
    return "light, sight of the Earth and energy together leave no way before the deadline"


def _least(enough: Callable[[float], bool], low: float, high: float) -> float | None:
    """The least value that is enough, to a hundredth of it; None when the highest isn't."""
    if not enough(high):
        return None
    while high - low > 0.01 * high:
        middle = (low + high) / 2.0
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
