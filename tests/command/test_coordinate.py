"""Who is sent against what in a run: the best there is, without flapping, and once only on one picture."""

from pathlib import Path

import numpy as np
import pytest
from tests.command.organisations import authority
from tests.command.test_cover import ONE_MILLIONTH, best

from kizuna.command.assign import Assignment, expected
from kizuna.command.authority import Authority
from kizuna.command.coordinate import Coordinator
from kizuna.command.cover import Area, Coverage, Defender, threats
from kizuna.command.desk import Desk
from kizuna.command.organisation import Situation
from kizuna.command.staff import Staff
from kizuna.messages.track import Tracks

AT_ONCE = "decides_s: 0.001, spread: 0, slower: 0"
JOINT = (
    (
        "  declare_identity: {chief: decide,",
        "  declare_identity: {chief: decide, second: propose,",
    ),
    (
        "  assign_defender: {chief: decide, JPN-head: consent}",
        "  assign_defender: {chief: decide, second: propose, JPN-head: consent, USA-head: consent}",
    ),
    (
        "actions: [assign_defender, declare_identity]",
        "actions: [assign_defender, declare_identity, hand_over]",
    ),
    (
        "  pause: {chief: decide}",
        "  hand_over: {chief: decide, second: propose, JPN-head: consent, USA-head: consent}",
    ),
    ("actions:\n", "actions:\n  hand_over: {consent: {}}\n"),
    ("headquarters: tokyo}\nposts:", "headquarters: tokyo}\n  - {unit: USA-air, headquarters: guam}\nposts:"),
    ("relationships:\n", "relationships:\n  - {kind: OPCON, of: joint, over: USA-air}\n"),
)
SIDE_BY_SIDE = (
    ("  assign_defender: {chief: decide, JPN-head: consent}",
     "  assign_defender: {JPN-head: decide, JPN-aide: consent, USA-head: decide}"),
    ("  declare_identity: {chief: decide, JPN-head: consent, USA-head: consent}",
     "  declare_identity: {JPN-head: decide, USA-head: decide}"),
    ("{consent: {of: [JPN, USA], at_least: 2}}", "{}"),
    ("{consent: {}, people: 2, after: [declare_identity], deadline_s: 60}", "{after: [declare_identity]}"),
)  # fmt: skip
TWO = (
    Defender("d1", "JPN", 0.0, 0.0, 200e3, 60.0, 1, 0.6),
    Defender("d2", "USA", 0.0, 0.0, 200e3, 60.0, 1, 0.5),
)
AREA = Area("a", 0.0, 0.0, 20e3, 10.0, nation="JPN")


def deciding(folder: Path, changes: tuple[tuple[str, str], ...]) -> Authority:
    """The small organisation, changed, in which everybody decides at once."""
    posts = ("chief", "second", "JPN-head", "JPN-aide", "USA-head")
    times = [(f"{{post: {post},", f"{{post: {post}, {AT_ONCE},") for post in posts]
    return authority(folder, *times, *changes, ("when: [inside_zone], ", ""))


class Run:
    """Pictures that come one by one, and people who decide at once."""

    def __init__(self, held: Authority, coverage: Coverage) -> None:
        self.desk = Desk(held)
        organisation = held.organisation
        self.staff = Staff(self.desk, lambda now_s: Situation(organisation, time_s=now_s), lambda *_: 0.0, 1)
        self.coordinator = Coordinator(self.staff, coverage)

    def show(self, until_s: float, pictures: dict[float, Tracks]) -> None:
        """Let time pass over some pictures."""
        for time_s, picture in pictures.items():
            self.staff.at(time_s, lambda now_s, shown=picture: self.coordinator.see(now_s, shown))
        self.staff.run(until_s)

    def sent(self) -> list[tuple[int, int, str]]:
        """Tracks, defenders, and why it was over."""
        return [(each.place[1], each.defender, each.ended) for each in self.coordinator.sent]


def picture(
    longitudes_deg: list[float], speed_mps: float = 250.0, nodes: tuple[str, ...] = ("USA",)
) -> Tracks:
    """Tracks on the equator, which go east towards longitude 0, in the pictures of some nodes."""
    count = len(longitudes_deg) * len(nodes)
    return Tracks.of(
        time=[0.0] * count,
        node=[node for node in nodes for _ in longitudes_deg],
        track=[number for _ in nodes for number in range(1, len(longitudes_deg) + 1)],
        lat_deg=[0.0] * count,
        lon_deg=longitudes_deg * len(nodes),
        alt_m=[100.0] * count,
        ve_mps=[speed_mps] * count,
        vn_mps=[0.0] * count,
        vu_mps=[0.0] * count,
        cov=np.full((count, 21), np.nan),
        status=["confirmed"] * count,
    )


def moving(longitudes_deg: list[float], times_s: np.ndarray, **more: tuple[str, ...]) -> dict[float, Tracks]:
    """The same tracks as they go on, picture by picture."""
    step_deg = np.degrees(250.0 / 6_371_008.8)
    return {
        float(time_s): picture([each + step_deg * time_s for each in longitudes_deg], **more)  # type: ignore[arg-type]
        for time_s in times_s
    }


def test_the_first_plan_of_a_run_is_the_best_of_all(tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    held = deciding(tmp_path, JOINT)
    for _ in range(6):
        areas = (AREA, Area("b", 0.0, 1.0, 20e3, float(dice.uniform(2, 20)), nation="JPN"))
        defenders = tuple(
            Defender(
                f"d{n}",
                "JPN",
                0.0,
                float(dice.uniform(-1.5, 1.0)),
                25e3,
                60.0,
                1,
                float(dice.choice([0.3, 0.6, 0.9])),
            )
            for n in range(3)
        )
        coverage = Coverage(
            defenders, areas, reserve={"JPN": int(dice.integers(0, 2))}, lead_s=0.0, favour=0.0
        )
        start_deg = sorted(dice.uniform(-3.0, -1.5, 4).tolist())
        run = Run(held, coverage)
        shown = picture(start_deg)
        # Identities are declared after the second picture; the first plan after it is at a whole turn.
        run.show(61.0, {0.0: shown, 5.0: shown, 60.0: shown})
        made = threats(coverage, shown)
        plan = [
            Assignment(each.place[1] - 1, each.defender, each.begins_s - 60.0)
            for each in run.coordinator.sent
        ]
        assert expected(coverage, made, plan) == pytest.approx(best(coverage, made), rel=ONE_MILLIONTH)


def test_a_defender_takes_its_turn_and_says_so(tmp_path: Path) -> None:
    run = Run(deciding(tmp_path, JOINT), Coverage(TWO[:1], (AREA,)))
    run.show(700.0, moving([-2.5], np.arange(0.0, 700.0, 5.0)))
    ((_, _, ended),) = run.sent()
    (order,) = [order for order in run.desk.orders.values() if order.action == "assign_defender"]
    done = {step: time_s for time_s, step, _ in order.steps}
    assert (ended, order.state) == ("covered", "done")
    # The footprint begins 78 km before it starts, and turns at whole minutes.
    assert done["begin"] == 360.0
    assert done["finish"] == 420.0


def test_one_headquarters_never_doubles_and_two_that_decide_apart_do(tmp_path: Path) -> None:
    coverage = Coverage(TWO, (AREA,))
    run = Run(deciding(tmp_path, SIDE_BY_SIDE), coverage)
    run.show(700.0, moving([-2.5], np.arange(0.0, 700.0, 5.0), nodes=("JPN", "USA")))
    assert sorted(run.sent()) == [(1, 0, "covered"), (1, 1, "covered")]
    joint = Run(deciding(tmp_path, JOINT), coverage)
    joint.show(700.0, moving([-2.5], np.arange(0.0, 700.0, 5.0), nodes=("JPN", "USA")))
    assert joint.sent() == [(1, 0, "covered")]


def test_a_little_better_changes_nothing_and_much_better_hands_over(tmp_path: Path) -> None:
    held = deciding(tmp_path, JOINT)
    for better, ends, actions in (
        (0.62, [(1, 0, "covered")], ["assign_defender"]),
        (0.9, [(1, 0, "relieved"), (1, 1, "covered")], ["assign_defender", "hand_over"]),
    ):
        # The other nation's defender is worse until the track turns out to be faster.
        near = Defender("d2", "USA", 0.0, -0.5, 30e3, 60.0, 1, better)
        run = Run(held, Coverage((TWO[0], near), (AREA,), favour=0.2))
        slow, fast = np.arange(0.0, 40.0, 5.0), np.arange(40.0, 1100.0, 5.0)
        shown = moving([-2.5], slow) | moving([-2.5], fast)
        # At first it seems to pass too fast to be covered in the small footprint.
        shown |= {time_s: picture([-2.5], 1500.0) for time_s in slow.tolist()}
        run.show(1100.0, shown)
        assert run.sent() == ends
        made = [
            order for order in run.desk.orders.values() if order.action in ("assign_defender", "hand_over")
        ]
        assert [order.action for order in made] == actions
        assert made[-1].concerned == (("JPN",) if len(made) == 1 else ("JPN", "USA"))


def test_a_track_that_is_gone_is_covered_by_nobody(tmp_path: Path) -> None:
    run = Run(deciding(tmp_path, JOINT), Coverage(TWO[:1], (AREA,)))
    run.show(700.0, moving([-2.5], np.arange(0.0, 200.0, 5.0)) | moving([], np.arange(200.0, 700.0, 5.0)))
    assert run.sent() == [(1, 0, "lost")]
    assert [order.state for order in run.desk.orders.values() if order.action == "assign_defender"] == [
        "failed"
    ]
