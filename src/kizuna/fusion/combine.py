"""Make one estimate of several, so that nothing that they have in common counts twice."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from kizuna.kernels import fuse
from kizuna.models.sets import CALM_LEVEL_Q, CALM_VERTICAL_Q
from kizuna.shapes import FloatN, FloatNx6, FloatNx6x6, IntN

Rule = Literal["tracklets", "inverse_intersection", "intersection", "naive"]
"""How estimates are combined: by what each tracker has learnt since it was last heard; by inverse covariance
intersection or covariance intersection of the latest ones; or as if they had nothing in common, which is
wrong and here for comparison."""

RULES: tuple[Rule, ...] = get_args(Rule)


@dataclass(frozen=True, slots=True)
class Motion:
    """How trackers assume that objects move: powers of white acceleration noise, m²/s³."""

    level_q: float
    vertical_q: float

    @classmethod
    def agreed(cls) -> "Motion":
        """That of straight flight; turns are told from how the trackers' covariances grow."""
        return cls(CALM_LEVEL_Q, CALM_VERTICAL_Q)


@dataclass(slots=True, eq=False)
class Estimates:
    """States in ECEF of R rows, each at its own time."""

    state: FloatNx6
    """m and m/s."""
    cov: FloatNx6x6
    time_s: FloatN
    """s since 1970-01-01 UTC."""

    @classmethod
    def empty(cls) -> "Estimates":
        """No rows."""
        return cls(np.empty((0, 6)), np.empty((0, 6, 6)), np.empty(0))

    def __len__(self) -> int:
        return len(self.time_s)

    def take(self, rows: IntN) -> "Estimates":
        """Copies of some rows."""
        return Estimates(self.state[rows], self.cov[rows], self.time_s[rows])

    def put(self, rows: IntN, other: "Estimates") -> None:
        """Overwrite some rows."""
        self.state[rows], self.cov[rows], self.time_s[rows] = other.state, other.cov, other.time_s

    def append(self, other: "Estimates") -> None:
        """Add rows at the end."""
        self.state = np.concatenate([self.state, other.state])
        self.cov = np.concatenate([self.cov, other.cov])
        self.time_s = np.concatenate([self.time_s, other.time_s])

    def at(self, rows: IntN, time_s: float, motion: Motion) -> "Estimates":
        """Some rows, moved to one time."""
        state, cov = fuse.predict_rows(
            rows, time_s, motion.level_q, motion.vertical_q, self.state, self.cov, self.time_s
        )
        return Estimates(state, cov, np.full(len(rows), time_s))


def combine(rule: Rule, start: IntN, members: Estimates) -> Estimates:
    """Combine groups of estimates that stand at the same time.

    `tracklets` needs the past of each tracker (`learn`); from estimates alone, it begins with inverse
    covariance intersection.

    Parameters
    ----------
    rule
        How.
    start
        (G + 1,) where each group begins among the members.
    members
        (K,) rows, group after group.
    """
    if rule == "naive" or rule == "intersection":
        state, cov = fuse.add_informations(
            start, members.state, members.cov, intersect=rule == "intersection"
        )
    else:
        state, cov = fuse.inverse_intersect(start, members.state, members.cov)
    return Estimates(state, cov, members.time_s[start[:-1]])


def learn(
    label: IntN, group: IntN, news: Estimates, heard: Estimates, fused: Estimates, motion: Motion
) -> IntN:
    """Let fused estimates learn what trackers have learnt since they were last heard; both are written.

    Parameters
    ----------
    label, group
        (K,) rows in `heard` and in `fused`.
    news
        (K,) the trackers' new estimates, in order of time, each newer than the one in `heard`.
    heard
        What was last heard of each tracker.
    fused
        The fused estimates.
    motion
        How objects move.

    Returns
    -------
    IntN
        Groups whose estimate can't be carried on, because a tracker has lost more than any turn explains.
    """
    factor = np.empty(len(label))
    fuse.absorb(
        label,
        group,
        news.state,
        news.cov,
        news.time_s,
        motion.level_q,
        motion.vertical_q,
        heard.state,
        heard.cov,
        heard.time_s,
        fused.state,
        fused.cov,
        fused.time_s,
        factor,
    )
    return np.unique(group[np.isnan(factor)])
