"""Nothing leaves a node unless it was said so; what leaves is as coarse and as late as the rules say."""

import numpy as np
import pytest

from kizuna.messages import codec
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.report import Reports
from kizuna.nodes.policy import Policies
from kizuna.nodes.release import NO_GRID, OUTSIDE, Release
from kizuna.nodes.rules import FAILED, NO_RULE, OWN_NATION, Area, Rules

SEEN = Detections.of(
    time=[1.0, 2.0],
    sensor=["west", "west"],
    kind=["bearing", "bearing"],
    azimuth_deg=[10.0, 20.0],
    identity=["ABC1", None],
    object=["canary", None],
)
NATIONS = {"J1": "JPN", "J2": "JPN", "AUS": "AUS", "KES": "KES"}
SEA = Area("sea", (10.0, 20.0), (170.0, -170.0))
TRACKS = 'resource.kind == "tracks"'


def reports(now_s: float = 100.0) -> Reports:
    """Three tracks of J1: at sea and named, at sea, on land."""
    cov = np.zeros((3, 21))
    cov[:, [0, 6, 11, 15, 18, 20]] = 2500.0, 1.0, 1.0, 9.0, 1.0, 1.0
    return Reports.of(
        time=[now_s - 7.0] * 3,
        originator=["J1"] * 3,
        track=[1, 2, 3],
        claim=[1, 2, 3],
        since=[now_s] * 3,
        lat_deg=[15.00001, 16.00002, 40.00003],
        lon_deg=[179.00004, -175.00005, 140.00006],
        alt_m=[9_123.0, 9_123.0, 9_123.0],
        ve_mps=[201.3] * 3,
        vn_mps=[0.0] * 3,
        vu_mps=[0.0] * 3,
        cov=cov,
        status=["confirmed"] * 3,
        identity=["CANARY", None, None],
        kind=["aircraft", "balloon", None],
        sensors=[2, 2, 2],
    )


def by(policies: str, phases: tuple[tuple[float, str], ...] = (), **more: object) -> Release:
    """A release of J1 by these policies."""
    rules = Rules("J1", NATIONS, Policies(policies, "JPN.cedar"), (SEA,), "OPEN", phases)
    return Release(**{"share": "tracks", "rules": rules, **more})  # type: ignore[arg-type]


def permit(condition: str, notes: str = "", name: str = "rule") -> str:
    """One policy that permits."""
    return f'@id("{name}") {notes} permit (principal, action, resource) when {{ {condition} }};'


def tracks_to(peer: str, release: Release) -> list[int]:
    """Which of the three tracks go to a peer."""
    released = release.reports_for(peer, reports(), 100.0)
    return [] if released is None else released.track.tolist()


def test_nothing_is_released_by_default() -> None:
    """Silence is the default."""
    assert Release().detections_for("ABC", SEEN) is None
    assert Release().reports_for("ABC", reports()) is None
    assert by("").reports_for("AUS", reports(), 100.0) is None


def test_detections_are_released_without_their_cause() -> None:
    """The receiver gets what was measured; what caused it, only the simulation knows."""
    released = Release("detections").detections_for("ABC", SEEN)
    assert released is not None
    assert released.azimuth_deg.tolist() == [10.0, 20.0]
    assert released.object.values() == [None, None]
    assert released.object.names == ()


@pytest.mark.parametrize(
    ("condition", "tracks"),
    [
        ('principal == Nation::"AUS"', [1, 2, 3]),
        ('principal == Nation::"KES"', []),
        ('resource.areas.contains("sea")', [1, 2]),
        ('!resource.areas.contains("sea")', [3]),
        ("resource.identified", [1]),
        ('resource.object_kind == "balloon"', [2]),
        ('resource.object_kind == "unknown"', [3]),
        ('resource.marking == "OPEN"', [1, 2, 3]),
        ('resource.originator == "AUS"', []),
        ("resource.age_s >= 7", [1, 2, 3]),
        ("resource.age_s > 7", []),
        ('context.phase == "tense"', [1, 2, 3]),
        ('context.phase == "calm"', []),
    ],
)
def test_a_rule_may_ask_for(condition: str, tracks: list[int]) -> None:
    """Nation, area (here across 180°), identity, kind, marking, age and phase."""
    phases = ((0.0, "calm"), (100.0, "tense"), (101.0, "war"))
    assert tracks_to("AUS", by(permit(f"{TRACKS} && {condition}"), phases)) == tracks


def test_a_nations_own_nodes_get_everything() -> None:
    release = by("")
    assert tracks_to("J2", release) == [1, 2, 3]
    assert release.counts["JPN", "tracks", OWN_NATION, True] == 3


def test_a_rounded_report_says_what_it_is_and_no_more() -> None:
    """Places on a grid, and a covariance that covers the rounding and hides how good the sensor is."""
    release = by(permit(TRACKS, '@round_m("1000") @drop("identity kind")'))
    before, after = reports(), release.reports_for("AUS", reports(), 100.0)
    assert after is not None
    blob = codec.to_ipc(after)
    for column in ("lat_deg", "lon_deg", "alt_m", "ve_mps", "cov"):
        assert not any(value.tobytes() in blob for value in getattr(before, column))
    assert b"CANARY" not in blob
    assert b"balloon" not in blob
    assert np.abs(after.lat_deg - before.lat_deg).max() * 111_320.0 <= 500.0 + 1e-6
    east_m = (after.lon_deg - before.lon_deg) * 111_320.0 * np.cos(np.radians(after.lat_deg))
    assert np.abs(east_m).max() <= 500.0 + 1e-6
    assert set(after.cov[:, [0, 6, 11]].ravel()) == {1000.0**2}
    assert set(after.cov[:, [15, 18, 20]].ravel()) == {10.0**2}
    assert after.sensors.tolist() == [0, 0, 0]


def test_what_is_delayed_leaves_when_it_is_old_enough() -> None:
    """Not a second before; and it is decided on again, by the phase of then."""
    late = permit(f'{TRACKS} && context.phase == "calm"', '@delay_s("20")')
    release = by(late, ((0.0, "calm"), (1000.0, "tense")))
    assert release.reports_for("AUS", reports(100.0), 100.0) is None
    nothing = reports().take(slice(0, 0))
    assert release.reports_for("AUS", nothing, 112.9) is None
    arrived = release.reports_for("AUS", nothing, 113.0)
    assert arrived is not None
    assert arrived.track.tolist() == [1, 2, 3]
    assert release.reports_for("AUS", nothing, 114.0) is None
    assert release.reports_for("AUS", reports(999.0), 999.0) is None
    assert release.reports_for("AUS", nothing, 1030.0) is None


def test_every_decision_is_countable_by_rule() -> None:
    """Also those that no rule made."""
    release = by(permit(f"{TRACKS} && resource.identified", name="civil"), outside=frozenset({"KES"}))
    for _ in range(2):
        tracks_to("AUS", release)
    tracks_to("KES", release)
    assert release.log() == [
        {"to": "AUS", "kind": "tracks", "rule": NO_RULE, "released": False, "records": 4},
        {"to": "AUS", "kind": "tracks", "rule": "civil", "released": True, "records": 2},
        {"to": "KES", "kind": "tracks", "rule": OUTSIDE, "released": False, "records": 3},
    ]


@pytest.mark.parametrize(
    ("policy", "decided"),
    [
        (permit('resource.areas.contains("sea")'), FAILED),
        (permit("resource.identified", '@round_m("1000")'), NO_GRID),
    ],
)
def test_plots_stay_where_a_rule_asks_for_what_they_lack(policy: str, decided: str) -> None:
    """A plot's place isn't known to the rules, so it is neither in an area nor rounded."""
    release = by(policy, share="detections")
    assert release.detections_for("AUS", SEEN, 2.0) is None
    assert release.counts["AUS", "detections", decided, False] > 0


def test_detections_go_by_sensor_and_without_identity() -> None:
    release = by(permit('resource.sensor == "west"', '@drop("identity")'), share="detections")
    released = release.detections_for("AUS", SEEN, 2.0)
    assert released is not None
    assert len(released) == 2
    assert released.identity.names == ()
    assert b"ABC1" not in codec.to_ipc(released)


def test_what_is_released_to_one_is_passed_on_to_nobody_else() -> None:
    """B may not pass on to C what A released to B alone; C refuses it, should B do so."""
    forward = reports().take(np.array([0, 1]))
    stamped = Reports(
        **{
            **{name: getattr(forward, name) for name in forward.__dataclass_fields__},
            "releasable_to": Labels.of(["AUS", "AUS KES"]),
        }
    )
    relay = Release("tracks", Rules("AUS", NATIONS, Policies(permit(TRACKS), "AUS.cedar")))
    passed = relay.reports_for("KES", stamped, 100.0)
    assert passed is not None
    assert passed.track.tolist() == [2]
    third = Release("tracks", Rules("KES", NATIONS))
    assert third.accepted(stamped).track.tolist() == [2]
    assert third.refused == 1
    home = relay.reports_for("J2", stamped, 100.0)
    assert home is not None
    assert len(home) == 2


def test_records_of_one_class_are_decided_once() -> None:
    """Rows that differ only in what no rule asks for are of one class."""
    release = by(permit(f"{TRACKS} && resource.identified"))
    assert release.rules is not None
    for now_s in (100.0, 200.0):
        release.reports_for("AUS", reports(now_s), now_s)
    # Two classes, for AUS; and for KES, to see whether it may have what AUS gets.
    assert len(release.rules._decisions) == 3
