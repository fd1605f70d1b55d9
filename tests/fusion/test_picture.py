"""A fused picture takes each report once, in any order, and knows whose data each of its tracks holds."""

from dataclasses import replace

import numpy as np
import pytest

from kizuna.fusion.combine import RULES, Motion, Rule
from kizuna.fusion.numbers import own_number
from kizuna.fusion.picture import Picture, Source
from kizuna.fusion.states import shown, states_of
from kizuna.messages import codec
from kizuna.messages.report import Reports
from kizuna.messages.track import Tracks

NODES = ("AUS", "JPN", "USA")
one_millimetre = 1e-3
METRES_A_DEGREE = 111_000.0


def reports(
    originator: str,
    places: dict[int, tuple[float, float]],
    time_s: float = 100.0,
    claims: dict[int, tuple[int, float]] | None = None,
    identity: dict[int, str] | None = None,
    sigma_m: float = 50.0,
) -> Reports:
    """Reports of tracks that stand still at places (north, east) in km from a point at sea."""
    tracks = np.array(list(places))
    block = own_number(np.full(len(tracks), NODES.index(originator)), tracks)
    said = [(claims or {}).get(track, (own, 50.0)) for track, own in zip(places, block.tolist(), strict=True)]
    count = len(tracks)
    diagonal = np.array([0, 6, 11, 15, 18, 20])
    cov = np.zeros((count, 21))
    cov[:, diagonal] = [sigma_m**2] * 3 + [9.0] * 3
    return Reports.of(
        time=[time_s] * count,
        originator=[originator] * count,
        track=tracks,
        claim=[claim for claim, _ in said],
        since=[since for _, since in said],
        lat_deg=[10.0 + 1e3 * north / METRES_A_DEGREE for north, _ in places.values()],
        lon_deg=[150.0 + 1e3 * east / METRES_A_DEGREE for _, east in places.values()],
        alt_m=[9000.0] * count,
        ve_mps=[0.0] * count,
        vn_mps=[0.0] * count,
        vu_mps=[0.0] * count,
        cov=cov,
        status=["confirmed"] * count,
        identity=[(identity or {}).get(track) for track in places],
        sensors=[1] * count,
    )


def filled(*parts: Reports, now_s: float = 100.0, rule: Rule = "tracklets", node: str = "AUS") -> Picture:
    """A picture that has taken these in, one after the other, and settled."""
    picture = Picture(node, NODES, rule)
    for part in parts:
        picture.take(part)
    picture.settle(now_s)
    return picture


def test_states_go_to_ecef_and_back():
    rng = np.random.Generator(np.random.PCG64(3))
    some = reports("AUS", {track: tuple(rng.uniform(-900.0, 900.0, 2)) for track in range(1, 50)})
    root = rng.standard_normal((49, 6, 6))
    full = root @ root.transpose(0, 2, 1)
    object.__setattr__(some, "cov", full[:, *np.triu_indices(6)])
    state, cov = states_of(some)
    place, velocity, packed = shown(state, cov)
    np.testing.assert_allclose(place[:, 0], some.lat_deg, atol=1e-9)
    np.testing.assert_allclose(place[:, 2], some.alt_m, atol=one_millimetre)
    np.testing.assert_allclose(velocity, 0.0, atol=1e-9)
    np.testing.assert_allclose(packed, some.cov, atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(cov), np.linalg.det(full), rtol=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_one_object_of_three_trackers_is_one_track(rule):
    places = {1: (0.0, 0.0), 2: (20.0, 5.0)}
    picture = filled(*(reports(node, places) for node in NODES), rule=rule)
    for now_s in (101.0, 102.0):
        picture.settle(now_s)
    tracks = picture.tracks(102.0)
    assert tracks.originator.values() == ["AUS JPN USA"] * 2
    assert tracks.sensors.tolist() == [3, 3]
    assert len(set(tracks.track.tolist())) == 2


def test_a_report_that_comes_twice_or_too_late_is_not_new():
    picture = Picture("AUS", NODES)
    first, later = reports("JPN", {1: (0.0, 0.0)}), reports("JPN", {1: (0.0, 0.0)}, 105.0)
    assert picture.take(later).tolist() == [True]
    assert picture.take(later).tolist() == [False]
    assert picture.take(first).tolist() == [False]
    assert picture.take(Reports.join([later, reports("USA", {1: (0.0, 0.0)})])).tolist() == [False, True]


@pytest.mark.parametrize("rule", RULES)
def test_repeating_and_shuffling_reports_changes_nothing(rule):
    """What a ring does: everything arrives twice, the second time in another order."""
    parts = [reports(node, {1: (0.0, 0.0)}, 100.0 + step) for step in range(0, 15, 5) for node in NODES]
    once, again = Picture("AUS", NODES, rule), Picture("AUS", NODES, rule)
    for place, part in enumerate(parts):
        once.take(part)
        again.take(part)
        for older in parts[:place][::-1]:
            again.take(older)
        if place % 3 == 2:
            for picture in (once, again):
                picture.settle(float(part.time[0]))
                picture.settle(float(part.time[0]))
    one, other = once.tracks(112.0), again.tracks(112.0)
    assert len(one) == 1
    np.testing.assert_array_equal(one.cov, other.cov)
    np.testing.assert_array_equal(one.track, other.track)


def test_the_pedigree_names_each_source_once_with_its_time():
    picture = filled(
        reports("JPN", {4: (0.0, 0.0)}, 98.0),
        reports("AUS", {1: (0.0, 0.0)}),
        reports("USA", {9: (50.0, 0.0)}),
    )
    assert sorted(picture.pedigree().values(), key=len) == [
        (Source("USA", 9, 100.0),),
        (Source("AUS", 1, 100.0), Source("JPN", 4, 98.0)),
    ]


def test_a_tracker_alone_is_shown_as_it_is():
    alone = reports("JPN", {4: (0.0, 0.0)})
    tracks = filled(alone).tracks(100.0)
    np.testing.assert_allclose(tracks.cov, alone.cov, rtol=1e-6, atol=1e-6)
    assert tracks.track.tolist() == alone.claim.tolist()


def test_a_report_that_came_over_the_wire_is_as_it_was():
    """A message holds only the names that its rows need, so that codes of text differ from table to table."""
    come = codec.from_ipc(Reports, codec.to_ipc(reports("JPN", {1: (0.0, 0.0)})))
    assert come.status.names == ("confirmed",)
    assert filled(come).tracks(100.0).status.values() == ["confirmed"]


def test_what_nobody_reports_any_more_goes():
    picture = filled(reports("JPN", {4: (0.0, 0.0)}), reports("USA", {1: (0.0, 0.0)}, 120.0), now_s=120.0)
    picture.settle(129.0)
    assert len(picture.pedigree()) == 1
    picture.settle(131.0)
    assert [len(sources) for sources in picture.pedigree().values()] == [1]
    picture.settle(151.0)
    assert len(picture) == len(picture.tracks(151.0)) == 0
    picture.take(reports("USA", {2: (0.0, 0.0)}, 160.0))
    picture.settle(160.0)
    assert len(picture.tracks(160.0)) == 1


def test_a_track_that_leaves_its_group_is_a_track_of_its_own_again():
    """Two trackers followed one object; then one of them follows something else."""
    picture = filled(reports("AUS", {1: (0.0, 0.0)}), reports("JPN", {1: (0.0, 0.0)}))
    assert len(picture) == 1
    number = picture.tracks(100.0).track.tolist()
    for step in range(1, 4):
        time_s = 100.0 + 5.0 * step
        picture.take(reports("AUS", {1: (0.0, 0.0)}, time_s))
        picture.take(reports("JPN", {1: (2.0 * step, 0.0)}, time_s))
        picture.settle(time_s)
    tracks = picture.tracks(115.0)
    assert len(tracks) == 2
    assert set(number) < set(tracks.track.tolist())
    assert sorted(tracks.originator.values()) == ["AUS", "JPN"]


def test_the_originator_adopts_the_older_number_and_keeps_it():
    """JPN claims number 77, given before; AUS takes it over for its own track, also when JPN falls silent."""
    mine, theirs = reports("AUS", {1: (0.0, 0.0)}), reports("JPN", {1: (0.0, 0.0)}, claims={1: (77, 20.0)})
    picture = filled(mine, theirs)
    assert picture.tracks(100.0).track.tolist() == [77]
    for time_s in range(105, 160, 5):
        picture.take(picture.own_reports(at(picture, float(time_s))))
        picture.settle(float(time_s))
    assert picture.tracks(155.0).track.tolist() == [77]
    assert [len(sources) for sources in picture.pedigree().values()] == [1]


def at(picture: Picture, time_s: float) -> Tracks:
    """The node's own tracker, which sees the object of the picture where it is, as its track 1."""
    return replace(picture.tracks(time_s), track=np.array([1]))


def test_two_identities_are_two_objects_however_near():
    said = [reports(node, {1: (0.0, 0.0)}, identity={1: node}) for node in ("AUS", "JPN")]
    assert sorted(filled(*said).tracks(100.0).identity.values()) == ["AUS", "JPN"]


def test_a_turn_does_not_part_a_group_nor_leave_it_behind():
    """Both trackers lose certainty and follow; the fused track goes with them."""
    picture = filled(reports("AUS", {1: (0.0, 0.0)}), reports("JPN", {1: (0.0, 0.0)}))
    for step in range(1, 6):
        time_s, north = 100.0 + 5.0 * step, 0.05 * step**2
        for node in ("AUS", "JPN"):
            picture.take(reports(node, {1: (north, 0.0)}, time_s, sigma_m=50.0 + 30.0 * step))
        picture.settle(time_s)
    tracks = picture.tracks(125.0)
    assert len(tracks) == 1
    off_m = (tracks.lat_deg[0] - 10.0) * METRES_A_DEGREE - 1250.0
    assert abs(off_m) < 3.0 * np.sqrt(tracks.cov[0, 6])


def test_the_agreed_motion_is_that_of_straight_flight():
    assert Motion.agreed() == Motion(0.2, 0.1)
