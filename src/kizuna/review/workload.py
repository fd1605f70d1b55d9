"""Workload: how long each post took over what it was asked, from `decisions.json` of a variant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kizuna.shapes import FloatN


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """What one post did about the orders of one action.

    Parameters
    ----------
    action, post
        Which.
    took_s, waited_s
        From being asked until done, and until taken up, s: word on its way, and what came before; (N,) each,
        in order of time.
    """

    action: str
    post: str
    took_s: FloatN
    waited_s: FloatN


def workloads(told: Mapping[str, Any]) -> tuple[Workload, ...]:
    """What each post did about the orders of each action, in order of their names.

    Parameters
    ----------
    told
        `decisions.json` of the variant.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for task in told["tasks"]:
        action = task["order"].rpartition(".")[2]
        times = (task["done_s"] - task["asked_s"], task["begun_s"] - task["asked_s"])
        found.setdefault((action, task["post"]), []).append(times)
    return tuple(
        Workload(action, post, *np.array(times).reshape(-1, 2).T)
        for (action, post), times in sorted(found.items())
    )
