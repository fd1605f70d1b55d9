"""A node tracks what its own sensors and its peers report, in order of time, and writes its pictures."""

from pathlib import Path

import numpy as np
import pytest

from kizuna.bus.journal import Journal, read_journal
from kizuna.bus.links import Link
from kizuna.bus.simulated import SimulatedBus
from kizuna.geo.frames import ecef_to_aer, geodetic_to_ecef
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import Tracks
from kizuna.nodes.node import Node
from kizuna.nodes.release import Release, Share

SENSORS = Sensors.of(
    sensor=["west", "east"],
    nation=["ABC", "XYZ"],
    kind=["radar", "radar"],
    lat_deg=[35.0, 35.0],
    lon_deg=[139.0, 141.0],
    alt_m=[50.0, 50.0],
    sigma_range_m=[50.0, 50.0],
    sigma_azimuth_deg=[0.05, 0.05],
    sigma_elevation_deg=[0.05, 0.05],
    max_range_m=[300e3, 300e3],
    period_s=[4.0, 4.0],
    pd=[0.9, 0.9],
    clutter_per_scan=[1.0, 1.0],
)
END_S = 60.0
two_hundred_metres = 200.0


def seen_by(sensor: int) -> Detections:
    """One airliner that flies north between both radars at 10 km, without noise; its cause is marked."""
    time = np.arange(1.0 + 2.0 * sensor, END_S, 4.0)
    place = geodetic_to_ecef(35.2 + 0.002 * time, np.full_like(time, 140.0), np.full_like(time, 10e3))
    site = (SENSORS.lat_deg[sensor], SENSORS.lon_deg[sensor], SENSORS.alt_m[sensor])
    azimuth, elevation, distance = ecef_to_aer(place, *site)
    return Detections.of(
        time=time,
        sensor=[SENSORS.sensor.names[sensor]] * len(time),
        kind=["radar"] * len(time),
        range_m=distance,
        azimuth_deg=azimuth,
        elevation_deg=elevation,
        object=["canary"] * len(time),
    )


def play(
    folder: Path,
    share: Share,
    heard: tuple[int, int],
    delay_s: float = 0.5,
    duplication: float = 0.0,
    waits: tuple[float, float] = (3.0, 0.0),
) -> tuple[Tracks, list[Node]]:
    """Two linked nodes; the first hears sensor `heard[0]`, the second `heard[1]`, -1 for none.

    `waits` is for how long they wait for detections, and for how long they turn time back, s.
    """
    links = [
        Link(*ends, delay_s, duplication=duplication, held_back=duplication)
        for ends in (("ABC", "XYZ"), ("XYZ", "ABC"))
    ]
    bus = SimulatedBus(0.0, links, seed=1)
    with Journal(folder) as journal:
        window_s, rewind_s = waits
        nodes = [
            Node(bus.port(name), SENSORS, Release(share), window_s, journal, 1.0, rewind_s=rewind_s)
            for name in ("ABC", "XYZ")
        ]
        own = [seen_by(sensor) if sensor >= 0 else Detections.empty() for sensor in heard]

        def turn(now_s: float) -> None:
            for node, detections in zip(nodes, own, strict=True):
                node.hear(
                    detections.take((detections.time > now_s - 1.0) & (detections.time <= now_s)), now_s
                )
            for node in nodes:
                node.tick(now_s)

        bus.every(1.0, turn, 0.0, END_S)
        bus.run(END_S)
        for node in nodes:
            node.close(END_S)
    tables, _ = read_journal(folder, {"tracks": Tracks})
    tracks = tables["tracks"]
    assert isinstance(tracks, Tracks)
    return tracks, nodes


def test_without_sharing_a_node_knows_only_what_its_own_sensors_see(tmp_path: Path) -> None:
    """The second node hears no sensor and holds nothing."""
    _, (first, second) = play(tmp_path, "nothing", (0, -1))
    assert len(first.picture()) == 1
    assert len(second.picture()) == 0


def test_a_peer_s_detections_make_the_same_picture(tmp_path: Path) -> None:
    """With sharing, both nodes hold the one airliner, at the same place."""
    _, (first, second) = play(tmp_path, "detections", (0, -1))
    assert len(first.picture()) == len(second.picture()) == 1
    np.testing.assert_array_equal(first.picture().lat_deg, second.picture().lat_deg)
    np.testing.assert_array_equal(first.picture().cov, second.picture().cov)


def test_two_radars_seen_over_a_link_make_one_track_near_the_truth(tmp_path: Path) -> None:
    """Interleaved and delayed detections of both radars give one track and no second."""
    tracks, (first, _) = play(tmp_path, "detections", (0, 1))
    assert first.picture().track.tolist() == [1]
    assert first.picture().sensors.tolist() == [2]
    truth = geodetic_to_ecef(35.2 + 0.002 * END_S, 140.0, 10e3)
    place = geodetic_to_ecef(first.picture().lat_deg[0], first.picture().lon_deg[0], first.picture().alt_m[0])
    assert np.linalg.norm(place - truth) < two_hundred_metres
    assert set(tracks.node.values()) == {"ABC", "XYZ"}


def test_a_message_that_comes_twice_counts_once(tmp_path: Path) -> None:
    """Doubled and overtaken messages leave the second node with the first one's picture."""
    _, (first, second) = play(tmp_path, "detections", (0, -1), duplication=0.5)
    np.testing.assert_array_equal(first.picture().cov, second.picture().cov)
    assert second.too_late == 0


@pytest.mark.parametrize("delay_s", [0.1, 5.0])
def test_what_is_delayed_beyond_the_window_is_counted(tmp_path: Path, delay_s: float) -> None:
    """Five seconds of delay are more than three of waiting; a tenth is not."""
    _, (_, second) = play(tmp_path, "detections", (0, -1), delay_s)
    assert (second.too_late > 0) == (delay_s > 3.0)


def test_a_node_that_turns_time_back_waits_for_nothing(tmp_path: Path) -> None:
    """Five seconds of delay: the peer's detections, all late, make the picture that they would in time."""
    _, nodes = play(tmp_path / "late", "detections", (0, 1), 5.0, waits=(0.0, 8.0))
    _, waited = play(tmp_path / "waited", "detections", (0, 1), 5.0, waits=(8.0, 0.0))
    for node, other in zip(nodes, waited, strict=True):
        assert node.too_late == 0
        assert len(node.picture()) == len(other.picture()) == 1
        mine, theirs = (
            geodetic_to_ecef(tracks.lat_deg[0], tracks.lon_deg[0], tracks.alt_m[0])
            for tracks in (node.picture(), other.picture())
        )
        assert np.linalg.norm(mine - theirs) < two_hundred_metres
    # The first hears its own at once; with a window it would know eight seconds less.
    assert nodes[0].picture().cov[0, 0] < waited[0].picture().cov[0, 0]
    _, (_, second) = play(tmp_path / "too_late", "detections", (0, -1), 5.0, waits=(0.0, 3.0))
    assert second.too_late > 0


def test_nothing_that_a_node_writes_knows_the_cause_of_a_detection(tmp_path: Path) -> None:
    """The marked cause is in no byte of the journal."""
    play(tmp_path, "detections", (0, 1))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"canary" not in written
