"""Keys of release, areas, phases, notices and few bytes that don't fit together are told."""

from collections.abc import Callable
from pathlib import Path

import pytest

LINKS = "links:\n"
NODE = "{node: FRA, nation: FRA}\n"


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        (
            LINKS,
            "release: {CHX: two.yaml}\nlinks:\n",
            "line 40, key release.CHX: no node serves the nation 'CHX'; did you mean CHE?",
        ),
        (
            LINKS,
            "phases:\n  - {phase: calm, from_s: 5}\n  - {phase: tense, from_s: 5}\nlinks:\n",
            (
                "line 42, key phases[1].from_s: 5 is not later than the phase before; "
                "expected phases in order of time"
            ),
        ),
        (
            LINKS,
            "notices: [{from: CHX, to: [FRA], at_s: 1, text: a}]\nlinks:\n",
            "line 40, key notices[0].from: no node is called 'CHX'; did you mean CHE?",
        ),
        (
            LINKS,
            "notices: [{from: CHE, to: [FRX], at_s: 1, text: a}]\nlinks:\n",
            "line 40, key notices[0].to[0]: no node serves the nation 'FRX'; did you mean FRA?",
        ),
        (
            LINKS,
            "notices: [{from: CHE, to: [FRA], at_s: 1, text: a, area: sea}]\nlinks:\n",
            "line 40, key notices[0].area: no area is called 'sea'; expected none, because there is none",
        ),
        (
            LINKS,
            "notices: [{from: CHE, to: [FRA], at_s: 601, text: a}]\nlinks:\n",
            "line 40, key notices[0].at_s: 601 is after the end of the exercise; expected up to 600 s",
        ),
        (
            NODE,
            NODE + "  - {node: OUT, nation: OUT, outside: true, sensors: [east]}\n",
            (
                "line 40, key nodes[2].sensors: the node 'OUT' is outside the alliance; "
                "expected no sensors, which belong to the alliance"
            ),
        ),
        (
            "share: detections}",
            "share: detections, precision_m: 10}",
            "line 44, key variants[1].precision_m: only tracks are sent in few bytes; expected share: tracks",
        ),
        (
            "share: detections}",
            "share: tracks, least_nats: 1}",
            "line 44, key variants[1].least_nats: there is no precision_m; expected precision_m: 0, or more",
        ),
    ],
)
def test_what_does_not_fit_is_named(
    refusal: Callable[[str, str], str], was: str, becomes: str, says: str
) -> None:
    assert refusal(was, becomes) == says


def test_policies_that_are_not_there(refusal: Callable[[str, str], str], tmp_path: Path) -> None:
    assert refusal(LINKS, "release: {CHE: che.cedar}\nlinks:\n") == (
        "line 40, key release.CHE: the file of policies 'che.cedar' is not there; "
        f"expected a file at a path relative to {tmp_path}"
    )
