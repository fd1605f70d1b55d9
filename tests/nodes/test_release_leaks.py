"""Nothing that wasn't released is in any byte that leaves a node, whatever rules, marks, links and relays."""

from collections import Counter

import numpy as np
import pytest
from tests.nodes.alliance import NODES, Alliance

from kizuna.messages.report import Reports
from kizuna.nodes.release import NOT_FOR_THIRD, Release

ALLIANCES = 10
"""620 cases in each: a record and a node that isn't its own. benchmarks/canaries.py runs 100,000 cases."""


def played(seed: int) -> Alliance:
    """A random alliance that has talked."""
    alliance = Alliance(seed)
    alliance.run()
    return alliance


@pytest.mark.parametrize("seed", range(ALLIANCES))
def test_no_canary_leaves_that_was_not_released(seed: int) -> None:
    """Places, identities, numbers and ages, by rules that are worked out again without Cedar."""
    assert played(seed).leaks() == []


def test_what_is_released_does_arrive() -> None:
    """Over direct links, every place that may go unrounded and at once is in some message."""
    alliance = played(3)
    arrived = missing = 0
    for link in alliance.links:
        blobs = [sent.blob for sent in alliance.sent if (sent.sender, sent.to) == (link.sender, link.to)]
        for secret in alliance.secrets:
            grant = alliance.grant(secret, alliance.nations[link.to], 1000.0)
            if secret.owner == link.sender and grant is not None and not grant.round_m and not grant.delay_s:
                found = any(secret.place in blob for blob in blobs)
                arrived, missing = arrived + found, missing + (not found)
    assert missing == 0
    assert arrived > 0


@pytest.mark.parametrize("seed", [2, 5])
def test_a_relay_that_launders_would_be_found(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canaries can sing: with relays that pass everything on, what third parties get is found."""

    def everything(self: Release, rules: object, peer: str, reports: Reports) -> Reports:
        return reports

    assert Alliance(seed).links
    monkeypatch.setattr(Release, "_passed_on", everything)
    assert sum(len(played(each).leaks()) for each in range(seed, seed + 4)) > 0


def test_notices_arrive_where_they_are_addressed_and_released() -> None:
    """Also at nodes outside the alliance, which get nothing else."""
    heard = outside = 0
    for seed in range(12):
        alliance = played(seed)
        heard += len(alliance.heard)
        assert len(set(alliance.heard)) == len(alliance.heard)
        outside += sum(node in alliance.outside for node, _ in alliance.heard)
        for link in alliance.links:
            for said in alliance.said:
                grant = alliance.grant(said, alliance.nations[link.to], 1000.0)
                if said.owner == link.sender and grant is not None and not grant.delay_s:
                    assert (link.to, said.text) in alliance.heard
    assert heard > 0
    assert outside > 0


def test_a_node_outside_that_nobody_shut_out_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules may name a node's nation; that it is outside outdoes them."""
    monkeypatch.setattr(Release, "_is_outside", lambda self, peer, table: False)
    assert any("outside" in leak for seed in range(12) for leak in played(seed).leaks())


def test_a_sender_without_rules_of_its_own_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for what a node originates."""

    def everything(self: Release, rules: object, peer: str, table: Reports, now_s: float) -> Reports:
        return table

    monkeypatch.setattr(Release, "_own", everything)
    assert played(1).leaks() != []


def test_the_receiver_refuses_what_was_not_released_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that is broken or bought is stopped at the other end; and it is counted."""

    def everything(self: Release, rules: object, peer: str, reports: Reports) -> Reports:
        return reports

    monkeypatch.setattr(Release, "_passed_on", everything)
    refused = 0
    for seed in range(6):
        alliance = played(seed)
        for name in NODES:
            refused += alliance.nodes[name]._release.refused
            for number, sources in alliance.nodes[name].picture.pedigree().items():
                assert number
                for source in sources:
                    secret = next(
                        each
                        for each in alliance.secrets
                        if (each.owner, each.track) == (source.originator, source.track)
                    )
                    may = [alliance.grant(secret, alliance.nations[name], t) for t in (1000.0, 1012.0)]
                    assert any(grant is not None for grant in may)
    assert refused > 0


def test_every_decision_is_counted() -> None:
    """All that leaves a node is in its log; so is what it didn't pass on."""
    logged: Counter[str] = Counter()
    sent = stopped = 0
    for seed in range(4):
        alliance = played(seed)
        for name, node in alliance.nodes.items():
            for entry in node._release.log():
                logged[str(entry["kind"])] += int(entry["records"]) if entry["released"] else 0
                stopped += entry["rule"] == NOT_FOR_THIRD
            for message in alliance.sent:
                sent += int(np.count_nonzero(message.payload.originator.equal(name))) * (
                    message.sender == name
                )
    assert logged["tracks"] + logged["notices"] == sent > 0
    assert stopped > 0
