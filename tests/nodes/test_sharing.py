"""Nodes that share tracks count nothing twice and call an object by one number, whatever the network does."""

import numpy as np
import pytest
from scipy.stats import chi2
from tests.nodes.network import NODES, Network, Trackers, mesh, ring

from kizuna.bus.links import Link
from kizuna.bus.outages import Partition, cut_by
from kizuna.messages.notice import Notices
from kizuna.nodes.sharing import by_own_clock, relays_of

OBJECTS = 300
HUB = [Link(*ends, 0.3) for name in "BCDE" for ends in (("A", name), (name, "A"))]
TOPOLOGIES = {"ring": ring(), "mesh": mesh(), "hub": HUB}
same_number_in_steady_state = 0.98


def band(count: int) -> tuple[float, float]:
    """95 % band of the mean of this many squared errors of six-dimensional states: chi-square."""
    low, high = chi2.ppf([0.025, 0.975], 6 * count) / count
    return float(low), float(high)


def means(network: Network, times: int = 5) -> list[float]:
    """Mean NEES over nodes and objects, at times far enough apart; a node's picture is like the others'."""
    found = []
    for _ in range(times):
        found.append(float(np.mean([network.errors(node)[0].mean() for node in range(len(NODES))])))
        network.run(network.now_s + 18.0)
    return found


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_fused_error_is_as_large_as_its_covariance_says(topology):
    """Source: chi-square with 6 degrees for each object; at least four of five means in the 95 % band."""
    network = Network(TOPOLOGIES[topology], Trackers(OBJECTS, seed=5))
    network.run(1100.0)
    low, high = band(OBJECTS)
    found = means(network)
    assert sum(low < mean < high for mean in found) >= 4, found


@pytest.mark.parametrize("topology", ["ring", "mesh"])
def test_naive_fusion_claims_more_than_it_knows(topology):
    """Every tracker's estimate has the object's own unrest in it; counted five times, it seems known well."""
    network = Network(TOPOLOGIES[topology], Trackers(OBJECTS, seed=5), "naive")
    network.run(1100.0)
    assert min(means(network, 2)) > 2.0 * band(OBJECTS)[1]


@pytest.mark.parametrize("rule", ["intersection", "inverse_intersection"])
def test_intersections_never_claim_more_than_they_know(rule):
    network = Network(ring(), Trackers(OBJECTS, seed=5), rule)
    network.run(1100.0)
    assert max(means(network, 3)) < band(OBJECTS)[1]


def test_tracklets_know_more_than_intersections():
    found = {}
    for rule in ("tracklets", "intersection", "inverse_intersection"):
        network = Network(ring(), Trackers(OBJECTS, seed=5), rule)
        network.run(1100.0)
        found[rule] = np.sqrt(network.errors(2)[1].mean())
    assert found["tracklets"] < 0.9 * min(found["intersection"], found["inverse_intersection"])


def test_bad_links_make_the_picture_older_and_not_overconfident():
    """A third of the messages lost, a third doubled, seconds of jitter, some held back for long."""
    links = ring(jitter_s=2.0, loss=0.3, duplication=0.3, held_back=0.1, held_back_s=12.0)
    network = Network(links, Trackers(OBJECTS, seed=5))
    network.run(1100.0)
    assert np.mean(means(network)) < 1.15 * band(OBJECTS)[1]


def same_number(network: Network) -> float:
    """Share of the objects that all nodes hold under the same number, of those that any node holds."""
    held: list[dict[int, int]] = []
    for node in range(len(NODES)):
        tracks = network.picture(node)
        network_errors = network.nodes[node].picture.pedigree()
        # Trackers number by object, so a pedigree tells which object it is.
        held.append({network_errors[number][0].track: number for number in tracks.track.tolist()})
    objects = set().union(*held)
    return sum(len({each.get(thing) for each in held}) == 1 for thing in objects) / len(objects)


def partly(nodes: int = len(NODES), objects: int = 100) -> list[range]:
    """Each node sees two fifths of the objects, half of them together with the next."""
    step = objects // nodes
    return [range(node * step, node * step + 2 * step) for node in range(nodes - 1)] + [range(step)]


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_one_object_has_one_number_everywhere(topology):
    """Also for nodes that see an object only through others."""
    network = Network(TOPOLOGIES[topology], Trackers(100, seed=6, seen=partly()))
    network.run(1030.0)
    assert same_number(network) > same_number_in_steady_state


def test_numbers_survive_a_partition_and_its_healing():
    """While the ring is broken in two, each part goes on; ten seconds after, all agree again."""
    broken = Partition(1005.0, 1065.0, (("A", "B"), ("C", "D", "E")))
    links = [
        Link(link.sender, link.to, link.delay_s, outages=cut_by([broken], link.sender, link.to))
        for link in ring()
    ]
    network = Network(links, Trackers(100, seed=7))
    network.run(1064.0)
    numbers = [set(network.picture(node).track.tolist()) for node in range(len(NODES))]
    assert numbers[0] == numbers[1]
    assert numbers[2] == numbers[4]
    network.run(1075.0)
    assert same_number(network) == 1.0
    after = set(network.picture(0).track.tolist())
    # The older number of the two stays: nothing is numbered anew.
    assert after <= numbers[0] | numbers[2]


def test_a_relay_passes_on_what_its_peer_cannot_hear_itself():
    links = {"A": frozenset("BC"), "B": frozenset("A"), "C": frozenset("A")}
    assert relays_of("A", links) == {"B": frozenset("C"), "C": frozenset("B")}
    assert relays_of("B", links) == {"A": frozenset()}
    reached = {name: frozenset(NODES) - {name} for name in NODES}
    assert set(relays_of("A", reached).values()) == {frozenset()}


def test_a_mesh_passes_nothing_on_and_a_hub_everything_once():
    """Messages of one report: 20 on the mesh; 4 to the hub, and to each of 4 its own and the others'."""
    sent = {}
    for topology in ("mesh", "hub"):
        network = Network(TOPOLOGIES[topology], Trackers(3, seed=1))
        network.run(1004.0)
        sent[topology] = sum(traffic.messages_sent for traffic in network.bus.traffic.values())
    assert sent == {"mesh": 20, "hub": 4 + 4 + 4}


def test_who_is_greeted_is_told_all_before_the_next_report():
    network = Network(mesh(), Trackers(10, seed=5))
    network.run(1021.0)
    node, own = network.nodes[0], network.trackers.tracks(0, network.now_s)
    before = {to: network.bus.traffic["A", to].messages_sent for to in "BC"}
    assert not node.due(network.now_s)
    node.greet("B")
    assert node.greeted
    node.welcome(network.now_s, own)
    after = {to: network.bus.traffic["A", to].messages_sent for to in "BC"}
    assert (after["B"], after["C"]) == (before["B"] + 1, before["C"])
    assert not node.greeted


def test_times_are_read_by_the_own_clock():
    """Those by which a notice wants to be answered too; who wants none stays that way."""
    said = Notices.of(
        time=[100.0, 101.0], originator=["A", "A"], notice=[1, 2], text=["a", "b"], answer_by=[130.0, np.nan]
    )
    heard = by_own_clock(said, 10.0)
    assert heard.time.tolist() == [90.0, 91.0]
    assert heard.answer_by == pytest.approx([120.0, np.nan], nan_ok=True)
    assert by_own_clock(said, 0.0) is said
