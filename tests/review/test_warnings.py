"""Lead times, false warnings and warnings in vain, on messages whose answers are worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest

from kizuna.messages.impact import Warnings
from kizuna.messages.truth import Truth
from kizuna.review.warnings import Landings, Protected, landings_of, warned

HOME = Protected("ARD", 20.0, 145.0, 50_000.0)
SIGMA_M = 1_000.0
AREA_KM2 = math.pi * -2.0 * math.log(0.05)
"""Of the 95 % ellipse when both standard deviations are 1 km."""
T0_S = 1.9e9


def messages(*rows: tuple[float, str, float], ends_s: float = 900.0, order: str = "o") -> Warnings:
    """Messages of an order: when, s; what they say; and how many km north of home their middle is."""
    count = len(rows)
    return Warnings.of(
        time=[T0_S + time_s for time_s, _, _ in rows],
        node=["ARD"] * count,
        track=[1] * count,
        lat_deg=[HOME.lat_deg + north_km / 110.7 for _, _, north_km in rows],
        lon_deg=[HOME.lon_deg] * count,
        var_east_m2=[SIGMA_M**2] * count,
        cov_east_north_m2=[0.0] * count,
        var_north_m2=[SIGMA_M**2] * count,
        falls=[T0_S + 600.0] * count,
        sigma_s=[10.0] * count,
        nation=["ARD"] * count,
        order=[order] * count,
        message=list(range(1, count + 1)),
        says=[says for _, says, _ in rows],
        ends=[T0_S + ends_s] * count,
    )


def landings(*places: tuple[float, float]) -> Landings:
    """What comes down: when, s, and how many km north of home."""
    north_km = np.array([north for _, north in places])
    times_s = np.array([T0_S + time_s for time_s, _ in places])
    return Landings(HOME.lat_deg + north_km / 110.7, np.full(len(places), HOME.lon_deg), times_s)


def only(came: Landings, told: Warnings, needed_s: float = 120.0) -> Any:
    """The figures of the one nation that there is."""
    (made,) = warned(came, told, [HOME], needed_s)
    return made


@pytest.mark.parametrize(
    ("rows", "lead_s"),
    [
        ([(300.0, "Alert", 0.0)], 300.0),
        # An update that leaves the place in keeps the time, one that comes back to it begins anew.
        ([(300.0, "Alert", 0.0), (400.0, "Update", 1.0)], 300.0),
        ([(300.0, "Alert", 0.0), (400.0, "Update", 9.0), (500.0, "Update", 0.0)], 100.0),
        ([(300.0, "Alert", 9.0), (400.0, "Update", 0.0)], 200.0),
        # No longer in force, or not yet.
        ([(300.0, "Alert", 0.0), (400.0, "Cancel", 0.0)], None),
        ([(300.0, "Alert", 0.0), (400.0, "Update", 9.0)], None),
        ([(601.0, "Alert", 0.0)], None),
        # Warned anew after a cancellation.
        ([(100.0, "Alert", 0.0), (200.0, "Cancel", 0.0), (550.0, "Alert", 0.0)], 50.0),
    ],
)
def test_a_place_is_warned_while_it_lies_in_what_is_in_force(rows: Any, lead_s: float | None) -> None:
    made = only(landings((600.0, 0.0)), messages(*rows))
    assert made.lead_s == (() if lead_s is None else (pytest.approx(lead_s),))
    assert (made.landings, made.warned) == (1, int(lead_s is not None))
    assert made.in_time == int(lead_s is not None and lead_s >= 120.0)


def test_a_warning_that_has_ended_warns_nobody() -> None:
    assert only(landings((600.0, 0.0)), messages((100.0, "Alert", 0.0), ends_s=599.0)).warned == 0


def test_only_what_comes_down_in_the_nation_s_areas_is_asked_for() -> None:
    made = only(landings((600.0, 0.0), (600.0, 60.0)), messages((300.0, "Alert", 0.0)))
    assert (made.landings, made.warned) == (1, 1)


def test_of_two_orders_the_earlier_one_counts() -> None:
    told = Warnings.join(
        [messages((300.0, "Alert", 0.0), order="a"), messages((400.0, "Alert", 0.0), order="b")]
    )
    assert only(landings((600.0, 0.0)), told).lead_s == (pytest.approx(300.0),)


def test_area_times_time_of_what_nothing_came_down_in_is_in_vain() -> None:
    """Ten minutes beside the place, then five in it; a second order is false."""
    told = Warnings.join(
        [
            messages((0.0, "Alert", 9.0), (600.0, "Update", 0.0), order="a"),
            messages((0.0, "Alert", 30.0), (60.0, "Cancel", 30.0), order="b"),
        ]
    )
    made = only(landings((890.0, 0.0)), told)
    assert made.km2_min == pytest.approx(AREA_KM2 * (10.0 + 5.0 + 1.0))
    assert made.in_vain_km2_min == pytest.approx(AREA_KM2 * (10.0 + 1.0))
    assert (made.alerts, made.updates, made.cancels, made.false) == (2, 1, 1, 1)


def test_where_a_truth_comes_down() -> None:
    """The last row of what falls leads straight on to the ground; what is still up doesn't count."""
    truth = Truth.of(
        time=[T0_S, T0_S, T0_S, T0_S + 5.0, T0_S + 5.0],
        object=["down", "up", "plane", "down", "up"],
        kind=["ballistic", "ballistic", "aircraft", "ballistic", "ballistic"],
        nation=[None] * 5,
        lat_deg=[20.0, 20.0, 20.0, 20.0, 20.0],
        lon_deg=[145.0, 145.0, 145.0, 145.0, 145.0],
        alt_m=[9_000.0, 9_000.0, 9_000.0, 3_000.0, 9_000.0],
        ve_mps=[0.0, 0.0, 0.0, 1_000.0, 0.0],
        vn_mps=[0.0, 0.0, 0.0, 500.0, 0.0],
        vu_mps=[-1_200.0, 10.0, 0.0, -1_500.0, -10.0],
    )
    came = landings_of(truth, T0_S + 60.0)
    assert came.time_s.tolist() == [T0_S + 7.0]
    # 1,000 m north and 2,000 m east of the last row, to a few metres of the Earth's flattening.
    assert (came.lat_deg[0] - 20.0) * 110_700.0 == pytest.approx(1_000.0, abs=10.0)
    assert (came.lon_deg[0] - 145.0) * 104_600.0 == pytest.approx(2_000.0, abs=20.0)
