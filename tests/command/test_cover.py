"""Plans are the best there are where all can be tried, and footprints are where the map has them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from kizuna.command.assign import Assignment, Standing, assign, expected
from kizuna.command.cover import Area, Coverage, Defender, Threats, threats
from kizuna.geo.geodesic import course_deg, destination, great_circle_m
from kizuna.messages.track import Tracks

ONE_MILLIONTH = 2e-6
"""Of the value: what the preference for sooner plans may cost."""
PATIENT_S = 60.0
"""What is compared with the best needs the time to get there, on a busy machine too."""


def small(seed: int, defenders: int = 1) -> tuple[Coverage, Threats]:
    """Four tracks, three defenders, few turns: some thousands of plans in all."""
    dice = np.random.default_rng(seed)
    areas = tuple(Area(f"a{n}", 0.0, 0.0, 1.0, float(dice.uniform(1, 10)), defenders) for n in range(2))
    held = tuple(
        Defender(
            f"d{n}",
            "JPN" if n else "USA",
            0.0,
            0.0,
            1.0,
            60.0,
            int(dice.integers(1, 3)),
            float(dice.choice([0.3, 0.6, 0.9])),
        )
        for n in range(3)
    )
    opens_s = dice.uniform(0.0, 80.0, (4, 3))
    closes_s = opens_s + dice.uniform(0.0, 160.0, (4, 3))
    area = dice.integers(0, 2, 4)
    value = np.array([areas[n].value for n in area])
    made = Threats(np.arange(4), value, area, np.full(4, 300.0), opens_s, closes_s)
    return Coverage(held, areas, 600.0, {"JPN": int(dice.integers(0, 2))}), made


def best(coverage: Coverage, made: Threats) -> float:
    """The greatest value of all plans, each tried."""
    choices: list[list[tuple[int, float] | None]] = []
    for threat in range(len(made.track)):
        fits: list[tuple[int, float] | None] = [None]
        for number, defender in enumerate(coverage.defenders):
            begins_s = 0.0
            while begins_s + defender.needs_s <= made.closes_s[threat, number]:
                if begins_s >= made.opens_s[threat, number]:
                    fits.append((number, begins_s))
                begins_s += defender.needs_s
        choices.append(fits)
    often = coverage.areas[0].defenders
    if often == 2:
        choices = [[*fits, *((a, b) for a in fits[1:] for b in fits[1:] if a < b)] for fits in choices]  # type: ignore[misc, operator]
    top = 0.0
    for plan in product(*choices):
        flat = []
        for threat, chosen in enumerate(plan):
            if chosen is None:
                continue
            several = chosen if isinstance(chosen[0], tuple) else (chosen,)
            flat += [Assignment(threat, number, begins_s) for number, begins_s in several]
        if is_possible(coverage, flat):
            top = max(top, expected(coverage, made, flat))
    return top


def is_possible(coverage: Coverage, flat: list[Assignment]) -> bool:
    """Whether no defender is asked for more than it has, and each nation keeps its reserve."""
    for now_s in {each.begins_s for each in flat}:
        busy = [
            each
            for each in flat
            if each.begins_s <= now_s < each.begins_s + coverage.defenders[each.defender].needs_s
        ]
        for number, defender in enumerate(coverage.defenders):
            if sum(each.defender == number for each in busy) > defender.capacity:
                return False
        for nation, kept in coverage.reserve.items():
            own = {number for number, each in enumerate(coverage.defenders) if each.nation == nation}
            places = sum(coverage.defenders[number].capacity for number in own)
            if sum(each.defender in own for each in busy) > places - kept:
                return False
    return True


@pytest.mark.parametrize("seed", range(25))
def test_a_plan_equals_the_best_of_all(seed: int) -> None:
    coverage, made = small(seed)
    plan = assign(coverage, made, limit_s=PATIENT_S)
    top = best(coverage, made)
    assert is_possible(coverage, list(plan.assignments))
    assert plan.value == pytest.approx(top, rel=ONE_MILLIONTH)
    assert plan.bound >= top * (1.0 - 1e-12)
    assert plan.gap < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_plan_equals_the_best_of_all_where_two_may_cover_one(seed: int) -> None:
    coverage, made = small(seed, defenders=2)
    plan = assign(coverage, made, limit_s=PATIENT_S)
    assert is_possible(coverage, list(plan.assignments))
    assert plan.value == pytest.approx(best(coverage, made), rel=1e-5)
    assert plan.bound >= plan.value


def test_together_is_never_worse_than_alone() -> None:
    for seed in range(10):
        coverage, made = small(seed)
        alone = [assign(coverage, made, [nation], PATIENT_S) for nation in ("JPN", "USA")]
        both = [each for plan in alone for each in plan.assignments]
        assert assign(coverage, made, limit_s=PATIENT_S).value >= max(plan.value for plan in alone) - 1e-4
        # Side by side two may cover the same track, and the expected value counts both.
        assert expected(coverage, made, both) <= sum(plan.value for plan in alone) + 1e-9


def test_when_time_is_up_the_gap_is_stated() -> None:
    coverage, made = small(3, defenders=2)
    plan = assign(coverage, made, limit_s=0.0)
    assert is_possible(coverage, list(plan.assignments))
    assert plan.bound >= best(coverage, made) * (1.0 - 1e-9)
    assert plan.value > 0.0
    assert plan.gap == pytest.approx(1.0 - plan.value / plan.bound)


def one_track(
    lat_deg: float, lon_deg: float, east_mps: float, north_mps: float, status: str = "confirmed"
) -> Tracks:
    """A picture of one track."""
    return Tracks.of(
        time=[0.0], node=["JPN"], track=[7], lat_deg=[lat_deg], lon_deg=[lon_deg], alt_m=[100.0],
        ve_mps=[east_mps], vn_mps=[north_mps], vu_mps=[0.0], cov=np.full((1, 21), np.nan), status=[status],
    )  # fmt: skip


@pytest.mark.parametrize("course", [0.0, 30.0, 77.0, 200.0])
def test_a_track_is_in_a_footprint_from_where_its_great_circle_cuts_it(course: float) -> None:
    area = Area("a", 30.0, 140.0, 50_000.0, 5.0)
    start = destination(30.0, 140.0, course, 400_000.0)
    heading = np.radians(float(course_deg(*start, 30.0, 140.0)))
    defender = Defender(
        "d", "JPN", *map(float, destination(30.0, 140.0, course, 150_000.0)), 60_000.0, 30.0, 1, 0.5
    )
    picture = one_track(float(start[0]), float(start[1]), 250.0 * np.sin(heading), 250.0 * np.cos(heading))
    made = threats(Coverage((defender,), (area,)), picture)
    hundred_metres_s = 0.4
    assert made.arrives_s[0] == pytest.approx(350_000.0 / 250.0, abs=hundred_metres_s)
    assert made.opens_s[0, 0] == pytest.approx((250_000.0 - 60_000.0) / 250.0, abs=hundred_metres_s)
    assert made.closes_s[0, 0] == pytest.approx((250_000.0 + 60_000.0) / 250.0, abs=hundred_metres_s)
    assert great_circle_m(*start, 30.0, 140.0) == pytest.approx(400_000.0, abs=1.0)


def test_a_track_that_passes_leaves_or_is_not_sure_threatens_nothing() -> None:
    coverage = Coverage((), (Area("a", 30.0, 140.0, 50_000.0, 5.0),))
    assert len(threats(coverage, one_track(28.0, 140.0, 0.0, 250.0)).track) == 1
    assert len(threats(coverage, one_track(28.0, 140.0, 0.0, -250.0)).track) == 0
    assert len(threats(coverage, one_track(28.0, 140.0, 250.0, 0.0)).track) == 0
    assert len(threats(coverage, one_track(28.0, 140.0, 0.0, 250.0, "tentative")).track) == 0
    assert len(threats(coverage, one_track(20.0, 140.0, 0.0, 250.0)).track) == 0  # beyond the horizon


def test_nothing_to_cover_is_a_plan_too() -> None:
    coverage, made = small(1)
    none = Threats(
        *(
            each[:0]
            for each in (made.track, made.value, made.area, made.arrives_s, made.opens_s, made.closes_s)
        )
    )
    assert assign(coverage, none).assignments == ()
    assert assign(coverage, none).gap == 0.0


def two_tracks() -> tuple[Coverage, Threats]:
    """Two tracks for 200 s in the footprints of two nations' defenders; the second defender is the better."""
    held = tuple(
        Defender(name, nation, 0.0, 0.0, 1.0, 60.0, 1, probability)
        for name, nation, probability in (("d0", "JPN", 0.5), ("d1", "JPN", 0.55))
    )
    number = np.arange(2)
    made = Threats(
        number, np.array([5.0, 4.0]), 0 * number, np.full(2, 300.0), np.zeros((2, 2)), np.full((2, 2), 200.0)
    )
    return Coverage(held, (Area("a", 0.0, 0.0, 1.0, 5.0),), reserve={"JPN": 0}), made


def test_what_stands_of_earlier_plans_is_kept() -> None:
    coverage, made = two_tracks()
    nothing = Standing.nothing(coverage, made)

    def plan(coverage: Coverage = coverage, **changes: object) -> list[tuple[int, float]]:
        """Defenders and when they begin; which track comes first is nearly the same."""
        found = assign(coverage, made, standing=replace(nothing, **changes))  # type: ignore[arg-type]
        return sorted((each.defender, each.begins_s) for each in found.assignments)

    # The better defender has a turn for each track, one after the other.
    assert plan() == [(1, 0.0), (1, 60.0)]
    # Turns begin at whole minutes of the exercise.
    assert plan(clock_s=140.0) == [(1, 40.0), (1, 100.0)]
    # Who is sent already counts for more, but not for all the world.
    assert plan(favour=np.array([[0.2, 0.0], [0.0, 0.0]])) == [(0, 0.0), (1, 0.0)]
    assert plan(favour=np.array([[0.05, 0.0], [0.0, 0.0]])) == [(1, 0.0), (1, 60.0)]
    # Nobody begins before people are ready, and a track that has had enough gets nobody.
    assert plan(earliest_s=np.full((2, 2), 70.0)) == [(0, 120.0), (1, 120.0)]
    assert plan(most=np.array([0, 1])) == [(1, 0.0)]
    # A place that is taken counts against the reserve.
    kept = replace(coverage, reserve={"JPN": 1})
    assert plan(kept) == [(1, 0.0), (1, 60.0)]
    assert plan(kept, busy=((0, 59.0),)) == [(1, 60.0), (1, 120.0)]


def test_what_is_covered_later_counts_for_less_where_tracks_fade() -> None:
    coverage, made = two_tracks()
    made = replace(made, opens_s=np.array([[0.0, 120.0], [0.0, 120.0]]))
    lasting = assign(coverage, made)
    assert {each.defender for each in lasting.assignments if each.threat == 0} == {1}
    fading = assign(replace(coverage, fades_s=600.0), made)
    assert {each.defender for each in fading.assignments if each.threat == 0} == {0}
    assert fading.value == pytest.approx(5.0 * 0.5 + 4.0 * 0.5 * np.exp(-0.1), rel=ONE_MILLIONTH)
