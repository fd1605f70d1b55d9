"""What nodes of an exercise may tell one another: their rules of release, and the notices that they say."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from kizuna.messages.notice import Notices
from kizuna.nodes.policy import Policies
from kizuna.nodes.rules import Area, Rules
from kizuna.scenario.model import Exercise, Node, Notice, Variant
from kizuna.seeds import generator

FREE: Final[Mapping[str, Rules]] = {}
"""No rules: all is released."""

_SPREAD: Final = 0.5
"""Standard deviation of the logarithm of the time until a notice is acknowledged, as of posts."""


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
    """All that nodes say to nations by plan, calls over lines of dialogue included, in order of time."""
    said = [*exercise.notices]
    for line in exercise.dialogue:
        times_s = np.arange(0.0, exercise.duration_s, line.every_s)[1:]
        call = Notice.model_validate(
            {
                "from": line.from_,
                "to": (line.to,),
                "at_s": 0.0,
                "text": "A call to hear whether the line is open.",
                "area": line.area,
                "kind": "check",
                "answer_within_s": line.answer_within_s,
            }
        )
        said += [call.model_copy(update={"at_s": float(at_s)}) for at_s in times_s]
    said.sort(key=lambda notice: notice.at_s)
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
        kind=[notice.kind for notice in said],
        answer_by=[
            exercise.start_s
            + notice.at_s
            + (nan if notice.answer_within_s is None else notice.answer_within_s)
            for notice in said
        ],
    )


def answers_at(exercise: Exercise, node: Node) -> Callable[[float, str, int], float]:
    """When a node's people acknowledge a notice, by when it came, who says it, and its number.

    Times are drawn as those of decisions are: log-normal. While nobody is there, notices wait.
    """

    def answered_s(now_s: float, name: str, number: int) -> float:
        draw = float(generator(exercise.seed, "dialogue", node.node, name, number).standard_normal())
        begins_s = now_s - exercise.start_s
        for gap in sorted(node.unmanned, key=lambda gap: gap.from_s):
            if gap.from_s <= begins_s < gap.to_s:
                begins_s = gap.to_s
        return exercise.start_s + begins_s + node.answers_s * math.exp(_SPREAD * draw)

    return answered_s
