"""Links and partitions are read with all their troubles, and what can't be is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kizuna.scenario.read import read

LINK = "both_ways: true}"
PARTITION = "\npartitions:\n  - {from_s: 60, to_s: 120, groups: [[CHE], [FRA]]}"


def test_every_trouble_of_a_link_can_be_asked_for(write: Callable[[str], Path], exercise_text: str) -> None:
    text = exercise_text.replace(
        LINK,
        "jitter_s: 0.1, lateness: heavy, duplication: 0.01, held_back: 0.02, held_back_s: 2, in_order: true, "
        "capacity_bps: 9600, queue_bytes: 4000, outages_per_hour: 2, outage_s: 30, " + LINK + PARTITION,
    )
    exercise = read(write(text))
    there, back = exercise.directed_links()
    assert (there.lateness, there.capacity_bps, there.queue_bytes) == ("heavy", 9600.0, 4000.0)
    assert (back.duplication, back.held_back, back.in_order, back.outages_per_hour) == (0.01, 0.02, True, 2.0)
    assert exercise.partitions[0].groups == (("CHE",), ("FRA",))


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (
            "lateness: slow, " + LINK,
            "line 41, key links[0].lateness: 'slow' is not known; expected one of even, exponential, heavy",
        ),
        (LINK + PARTITION.replace("120", "20"), "20 ends the partition before it begins"),
        (LINK + PARTITION.replace("[FRA]", "[FRX]"), "no node is called 'FRX'; did you mean FRA?"),
        (LINK + PARTITION.replace("[FRA]", "[FRA, CHE]"), "the node 'CHE' is in two parts"),
    ],
)
def test_what_no_network_can_be_is_said(refusal: Callable[[str, str], str], new: str, says: str) -> None:
    assert says in refusal(LINK, new)


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("share: tracks, topology: hub", "no node is in the middle of the topology hub"),
        ("share: tracks, topology: hub, hub: CHX", "no node is called 'CHX'; did you mean CHE?"),
        ("share: tracks, hub: CHE", "only the topology hub has one"),
        ("share: tracks, fuse: naiv", "'naiv' is not known; did you mean naive?"),
    ],
)
def test_what_no_topology_can_be_is_said(refusal: Callable[[str, str], str], new: str, says: str) -> None:
    assert says in refusal("share: detections", new)
