"""Assignments are judged by the truth: useful, doubled, late or for nothing, and why objects were missed."""

from typing import Any

import numpy as np
import pytest

from kizuna.messages.track import Tracks
from kizuna.messages.truth import Truth
from kizuna.review.coordination import OTHER_CAUSES, PICTURE_ERRORS, Coordination, coordination
from kizuna.review.hindsight import Hindsight

TIMES_S = np.arange(0.0, 1_001.0, 5.0)
STEP_DEG = float(np.degrees(250.0 / 6_371_008.8))
"""Of longitude in a second at 250 m/s."""


def moving(north_deg: float, until_s: float = 1_000.0) -> list[tuple[float, float, float]]:
    """Time, latitude and longitude of what goes east to longitude 0, from 2° west."""
    return [(time_s, north_deg, -2.0 + STEP_DEG * time_s) for time_s in TIMES_S if time_s <= until_s]


def told(assignments: list[dict[str, Any]], orders: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """What `decisions.json` would say: three areas on longitude 0, and a defender over each, and one more."""
    at = {"lon_deg": 0.0, "nation": "JPN"}
    defender = {**at, "radius_m": 120e3, "needs_s": 60.0, "capacity": 1, "probability": 0.5}
    return {
        "start_s": 0.0,
        "horizon_s": 1_800.0,
        "lead_s": 60.0,
        "areas": [
            {**at, "name": f"a{n}", "lat_deg": 5.0 * n, "radius_m": 10e3, "value": 10.0 + n, "defenders": 1}
            for n in range(3)
        ],
        "defenders": [
            *({**defender, "name": f"d{n}", "lat_deg": 5.0 * n} for n in range(3)),
            {**defender, "name": "small", "lat_deg": 0.0, "radius_m": 20e3},
        ],
        "cases": [
            {"case": f"USA-{n}", "node": "USA", "track": n, "shown_s": 100.0, "arrives_s": 800.0}
            for n in range(3)
        ],
        "assignments": assignments,
        "orders": orders,
        **more,
    }


def sent(track: int, defender: str, began_s: float | None, ended: str, node: str = "USA") -> dict[str, Any]:
    """One assignment."""
    return {
        "order": f"{node}-{track}.{defender}",
        "defender": defender,
        "area": f"a{min(track, 2)}",
        "node": node,
        "track": track,
        "asked_s": 150.0,
        "begins_s": 500.0,
        "began_s": began_s,
        "ended_s": 600.0,
        "ended": ended,
    }


def issued(each: dict[str, Any], time_s: float = 200.0) -> dict[str, Any]:
    """Its order, issued."""
    return {
        "order": each["order"],
        "action": "assign_defender",
        "about": f"{each['node']}-{each['track']}",
        "steps": [[150.0, "draft", "x"], [time_s, "issue", "y"]],
    }


def judged(
    assignments: list[dict[str, Any]], held: dict[int, list[tuple[float, float, float]]], **more: Any
) -> Coordination:
    """What the review makes of it, where three objects go to the three areas."""
    rows = sorted((time_s, n, lat, lon) for n in range(3) for time_s, lat, lon in moving(5.0 * n))
    truth = Truth.of(
        time=[row[0] for row in rows], object=[f"o{row[1]}" for row in rows],
        lat_deg=[row[2] for row in rows], lon_deg=[row[3] for row in rows], alt_m=[100.0] * len(rows),
        ve_mps=[250.0] * len(rows), vn_mps=[0.0] * len(rows), vu_mps=[0.0] * len(rows),
    )  # fmt: skip
    seen = sorted(
        (time_s, node, n, lat, lon)
        for n, places in held.items()
        for time_s, lat, lon in places
        for node in ("JPN", "USA")
    )
    tracks = Tracks.of(
        time=[row[0] for row in seen], node=[row[1] for row in seen], track=[row[2] for row in seen],
        lat_deg=[row[3] for row in seen], lon_deg=[row[4] for row in seen], alt_m=[100.0] * len(seen),
        ve_mps=[250.0] * len(seen), vn_mps=[0.0] * len(seen), vu_mps=[0.0] * len(seen),
        cov=np.full((len(seen), 21), np.nan), status=["confirmed"] * len(seen),
    )  # fmt: skip
    said = told(assignments, more.pop("orders", [issued(each) for each in assignments]), **more)
    return coordination(Hindsight(said, truth, tracks, ["o0", "o1", "o2"], 3_000.0), said)


ALL = {n: moving(5.0 * n) for n in range(3)}
"""Tracks of all three, each where its object is."""


def test_what_is_covered_in_truth_is_what_counts() -> None:
    made = judged([sent(n, f"d{n}", 600.0, "covered") for n in range(2)], ALL)
    assert (made.threats, made.value, made.covered, made.useful) == (3, 33.0, 2, 2)
    assert made.achieved == pytest.approx(0.5 * (10.0 + 11.0))
    assert made.expected == made.achieved
    assert made.missed == {"not decided": 1}
    assert made.by_picture == 0


def test_a_turn_before_the_object_is_there_or_after_it_arrived_covers_nothing() -> None:
    for began_s in (100.0, 800.0):
        made = judged([sent(0, "d0", began_s, "covered")], ALL)
        assert (made.useful, made.wasted) == (0, {"wrong place": 1})
        assert made.expected > made.achieved == 0.0


def test_a_track_where_nothing_is_costs_an_assignment() -> None:
    made = judged([sent(3, "d2", 600.0, "covered")], {**ALL, 3: moving(8.0)})
    assert (made.wasted, made.by_picture) == ({"false track": 1}, 1)


def test_two_plans_for_one_object_are_doubled_and_two_tracks_of_it_are_the_pictures_fault() -> None:
    apart = [sent(0, "d0", 600.0, "covered"), sent(0, "small", 720.0, "covered", "JPN")]
    made = judged(apart, ALL)
    assert (made.doubled, made.useful) == ({"two plans": 1}, 1)
    twice = judged(
        [sent(0, "d0", 600.0, "covered"), sent(3, "d1", 600.0, "covered")], {**ALL, 3: moving(0.001)}
    )
    assert twice.doubled == {"false track": 1}
    assert twice.by_picture >= 1


def test_each_missed_object_has_its_reason() -> None:
    late = sent(0, "d0", None, "late")
    lost = sent(1, "d1", None, "lost")
    made = judged([late, lost], {0: ALL[0], 1: moving(5.0, 500.0)})
    assert made.missed == {"late order": 1, "lost track": 1, "no track": 1}
    assert (made.late, made.wasted) == (1, {"lost track": 1})
    shown = [{"case": "USA-0", "node": "USA", "track": 0, "shown_s": 760.0, "arrives_s": 800.0}]
    made = judged([], ALL, cases=shown)
    assert made.missed == {"track too late": 1, "no track": 2}
    declared = {
        "order": "x",
        "action": "declare_identity",
        "about": "USA-0",
        "steps": [[300.0, "issue", "y"]],
    }
    assert judged([], ALL, orders=[declared]).missed == {"no place": 1, "not decided": 2}
    declared["steps"] = [[740.0, "issue", "y"]]
    assert judged([], ALL, orders=[declared]).missed == {"late order": 1, "not decided": 2}


def test_every_cause_is_explained_once() -> None:
    assert not PICTURE_ERRORS.keys() & OTHER_CAUSES.keys()
