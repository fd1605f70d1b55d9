"""What nodes of an exercise may tell one another: their rules of release, and the notices that they say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kizuna.messages.notice import Notices
from kizuna.nodes.policy import Policies
from kizuna.nodes.rules import Area, Rules
from kizuna.scenario.model import Exercise, Variant

FREE: Final[Mapping[str, Rules]] = {}
"""No rules: all is released."""


def rules_of(exercise: Exercise, variant: Variant, folder: Path) -> Mapping[str, Rules]:
    """The rules of each node in a variant; none where all is released.

    Parameters
    ----------
    exercise, variant
        What was asked for.
    folder
        Where its file lies; the files of policies are relative to this.

    Raises
    ------
    InputError
        When policies can't be read or understood.
    """
    if exercise.release is None or not variant.rules:
        return FREE
    policies = {nation: Policies.read(folder / file) for nation, file in exercise.release.items()}
    nations = nations_of(exercise)
    areas = tuple(Area(name, box.lat_deg, box.lon_deg) for name, box in sorted(exercise.areas.items()))
    phases = tuple((exercise.start_s + phase.from_s, phase.phase) for phase in exercise.phases)
    return {
        node.node: Rules(
            node=node.node,
            nations=nations,
            policies=policies.get(node.nation),
            areas=areas,
            marking=node.marking or "",
            phases=phases,
        )
        for node in exercise.nodes
    }


def nations_of(exercise: Exercise) -> dict[str, str]:
    """The nation of each node."""
    return {node.node: node.nation for node in exercise.nodes}


def notices_of(exercise: Exercise) -> Notices:
    """All that nodes say to nations in words, in order of time."""
    said = sorted(exercise.notices, key=lambda notice: notice.at_s)
    boxes = [None if notice.area is None else exercise.areas[notice.area] for notice in said]
    nan = float("nan")
    return Notices.of(
        time=[exercise.start_s + notice.at_s for notice in said],
        originator=[notice.from_ for notice in said],
        notice=list(range(1, len(said) + 1)),
        text=[notice.text for notice in said],
        area=[notice.area for notice in said],
        south_deg=[box.lat_deg[0] if box else nan for box in boxes],
        north_deg=[box.lat_deg[1] if box else nan for box in boxes],
        west_deg=[box.lon_deg[0] if box else nan for box in boxes],
        east_deg=[box.lon_deg[1] if box else nan for box in boxes],
        releasable_to=[" ".join(notice.to) for notice in said],
    )
