"""Decide later: each track is a tree of hypotheses on which detections of late were its own.

Track-oriented multiple hypothesis tracking (Kurien 1990, "Issues in the design of practical multitarget
tracking algorithms", in Bar-Shalom, "Multitarget-Multisensor Tracking"; Blackman 2004, "Multiple hypothesis
tracking for multiple target tracking", IEEE AES Magazine 19(1) 5-18). The leaves of one tree exclude each
other, and so do leaves of different trees that have used the same detection.
"""

import copy
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from kizuna.kernels import contest, forest, packing
from kizuna.shapes import BoolN, FloatN, IntN
from kizuna.tracking.associate import Pairs
from kizuna.tracking.register import Register

_SWEEPS: Final = 20
_OF_THE_TREE: Final = ("number", "serial", "confirmed", "least", "born_s")
"""Columns in which the leaves of a tree don't differ, and which are kept in the register of tracks."""


@dataclass(frozen=True, slots=True)
class Deferral:
    """How long decisions are deferred, and how many hypotheses are kept until then."""

    defer_s: float = 15.0
    """Decisions older than this are taken; with 0, each slice of time is decided at its end."""
    ratio: float = 10.0
    """A leaf is kept while no more than this, of logarithm of likelihood, speaks against it."""
    favour: float = 1.0
    """By how much another hypothesis must be likelier than the best one so far to replace it where tracks
    compete: pictures shouldn't waver between equals."""
    standing: float = 7.0
    """What a confirmed track adds besides: a double that has just begun shouldn't replace it."""
    ceiling: float = 11.5
    """What is decided counts for no more than this when trees compete, as for existence."""
    most_leaves: int = 16
    """Of one tree: the likeliest are kept."""
    most_children: int = 64
    """Of one leaf in a slice of time: beyond, its least likely pairs are left out."""
    most_nodes: int = 2_000
    """Of the search in one cluster of trees: what is best by then is chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """What leaves (L) are hypotheses of; their states are in a register."""

    tree: IntN
    """Row of the tree's track."""
    total: FloatN
    """Sum of the merits of the leaf's pairs; what is decided counts up to a ceiling."""
    start: IntN
    """(L+1,): the leaf's first use."""
    use: IntN
    """(U,): numbers of detections that the leaf has had and that are not decided, ascending."""
    gain: FloatN
    """(U,): the merits of these pairs."""

    def take(self, stay: BoolN, tree: IntN) -> "Leaves":
        """The leaves that stay, (L,), with the rows that their trees have now."""
        length = np.diff(self.start)
        uses = np.repeat(stay, length)
        start = np.concatenate([[0], np.cumsum(length[stay])])
        return Leaves(tree, self.total[stay], start, self.use[uses], self.gain[uses])


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """What a slice of N detections did to the trees."""

    leaf: IntN
    """(K,): a leaf that has had a detection, in order of time."""
    row: IntN
    """(K,): that detection."""
    pair: IntN
    """(K,): the pair of the two."""
    first: int
    """Number of the slice's first detection."""
    loss: FloatN
    """(T,): what each tree is charged for the time that is now decided; hits give it back up to a ceiling."""
    unexplained: IntN
    """Detections that the best hypothesis does without."""


class Forest:
    """The trees, in the order of the rows of the register of tracks.

    Parameters
    ----------
    tracks
        That register, still empty.
    deferral
        As above.
    """

    def __init__(self, tracks: Register, deferral: Deferral) -> None:
        nothing = np.empty(0, dtype=np.int64)
        self.states = tracks.copy()
        """The leaves, one in each row."""
        self._deferral = deferral
        self._leaves = Leaves(nothing, np.empty(0), np.zeros(1, dtype=np.int64), nothing, np.empty(0))
        self._lead = nothing
        """(T,): the leaf of each tree in the best hypothesis."""
        self._idle: BoolN = np.empty(0, dtype=np.bool_)
        """(T,): whether the best hypothesis does without the tree."""
        self._since_s: FloatN = np.empty(0)
        """(T,): until when the tree is charged for the time in which it went unseen."""
        self._last_s = 0.0
        self._next = 0
        self._slices: list[tuple[float, int]] = []
        """Time and first detection of each slice that is not decided."""

    def copy(self) -> Self:
        """The same forest, which grows on alone."""
        made = copy.copy(self)
        made.states = self.states.copy()
        return made

    def grow(self, found: Pairs, glance: IntN, time_s: float, tracks: Register) -> Growth:
        """Let each leaf have its pairs or go without, choose the best hypothesis, and prune.

        Parameters
        ----------
        found
            Pairs of the detections of a slice with leaves.
        glance
            (N,) the glance in which each detection was seen.
        time_s
            Time of the last of them.
        tracks
            The tracks before the slice.
        """
        limits, leaves, first = self._deferral, self._leaves, self._next
        parent, total, start, use, gain, pair = forest.grow(
            leaves.total,
            leaves.start,
            leaves.use,
            leaves.gain,
            found.start,
            found.track,
            found.merit,
            glance,
            first,
            limits.most_children,
        )
        self._next += len(glance)
        slices = [*self._slices, (time_s, first)]
        self._slices = [each for each in slices if each[0] > time_s - limits.defer_s]
        rate_hz = np.where(tracks.live("confirmed"), tracks.live("rate_hz"), 0.0)
        offset = limits.standing * tracks.live("confirmed") - rate_hz * (self._last_s - self._since_s)
        tree, base = leaves.tree[parent], slices[0][1]
        usual = self._lead[tree] == parent
        problem = (start, use - base, self._next - base)
        chosen, reduced, clusters = contest.best(
            tree, len(self._lead), total + offset[tree], usual, limits.favour, *problem
        )
        packing.settle(*clusters, usual, _SWEEPS, limits.most_nodes, reduced, chosen)
        horizon = self._slices[0][1] if self._slices else self._next
        kept, lead, left_start, left, decided = forest.prune(
            tree, reduced, chosen, *problem, horizon - base, limits.ratio, limits.most_leaves
        )
        self._idle = chosen < 0
        # What is confirmed and not needed is the double of another track: it has no leaf any more.
        self._lead = np.where(self._idle & tracks.live("confirmed"), -1, lead)
        self._leaves = Leaves(tree[kept], total[kept], left_start, use[left], gain[left])
        since_s = self._decided_until(slices, time_s, decided + base)
        loss = rate_hz * (since_s - self._since_s)
        self._since_s, self._last_s = since_s, time_s
        if len(kept) != self.states.count or (parent[kept] != np.arange(len(kept))).any():
            self.states = self.states.take(parent[kept])
        _, explained = forest.uses_since(first, chosen[chosen >= 0], start, use)
        unexplained = np.setdiff1d(np.arange(len(glance)), use[explained] - first)
        leaf, which = forest.uses_since(first, kept, start, use)
        row = use[which] - first
        order = np.argsort(row, kind="stable")
        return Growth(leaf[order], row[order], pair[which[order]], first, loss, unexplained)

    def _decided_until(self, slices: list[tuple[float, int]], time_s: float, decided: IntN) -> FloatN:
        """Until when each tree is decided, (T,) s, after the slices so far, whose last one ends at `time_s`.

        That is the horizon, or the last detection (T,) that has been decided to be the tree's; its number is
        too low where there is none.
        """
        times_s, first = np.array([each[0] for each in slices]), np.array([each[1] for each in slices])
        horizon_s = np.maximum(self._since_s, self._slices[0][0] if self._slices else time_s)
        hit_s = times_s[np.maximum(np.searchsorted(first, decided, side="right") - 1, 0)]
        return np.where(decided >= first[0], np.maximum(horizon_s, hit_s), horizon_s)

    def credit(self, growth: Growth, more: FloatN) -> None:
        """Settle accounts when the leaves have been updated.

        Parameters
        ----------
        growth
            What the slice did.
        more
            (K,) what the merits of its pairs were too low: they were those before all of the slice, while a
            leaf's second detection is judged by where the first one has led.
        """
        leaves, ceiling = self._leaves, self._deferral.ceiling
        uses = (leaves.start, leaves.use, leaves.gain)
        forest.credit(growth.leaf, growth.first + growth.row, more, *uses, leaves.total)
        forest.settle(leaves.tree, self._lead, leaves.start, leaves.gain, growth.loss, ceiling, leaves.total)

    def show(self, tracks: Register, confirm_at: float) -> None:
        """Write the leaf of each tree in the best hypothesis into the tree's row of the register of tracks.

        The score of a tree that the best hypothesis does without stays below `confirm_at`.
        """
        rows = np.flatnonzero(self._lead >= 0)
        for name in Register.columns():
            if name not in _OF_THE_TREE:
                getattr(tracks, name)[rows] = getattr(self.states, name)[self._lead[rows]]
        score = tracks.live("score")
        score[self._idle] = np.minimum(score[self._idle], np.nextafter(confirm_at, -np.inf))

    def believed(self, growth: Growth, rows: int) -> IntN:
        """The track of each of a slice's `rows` detections in the best hypothesis, -1 for none."""
        tree = self._leaves.tree[growth.leaf]
        leads = self._lead[tree] == growth.leaf
        track = np.full(rows, -1)
        track[growth.row[leads]] = tree[leads]
        return track

    def ended(self) -> IntN:
        """Trees that have no leaf any more, ascending."""
        return np.flatnonzero(self._lead < 0)

    def plant(self, tracks: Register, rows: IntN, track: IntN) -> None:
        """Begin trees for the tracks that the register has beyond the trees.

        Parameters
        ----------
        tracks
            The register.
        rows, track
            (K,) detections of the last slice that began tracks or joined them, ascending, and (N,) the track
            of each.
        """
        leaves, old = self._leaves, len(self._lead)
        fresh = np.arange(old, tracks.count)
        if not len(fresh):
            return
        self._lead = np.concatenate([self._lead, self.states.count + np.arange(len(fresh))])
        self._idle = np.concatenate([self._idle, np.zeros(len(fresh), dtype=np.bool_)])
        self._since_s = np.concatenate([self._since_s, np.full(len(fresh), self._last_s)])
        self.states.append(tracks, fresh)
        if not self._slices:
            # Decided already.
            rows = rows[:0]
        order = np.argsort(track[rows], kind="stable")
        count = np.bincount(track[rows] - old, minlength=len(fresh))
        self._leaves = Leaves(
            np.concatenate([leaves.tree, fresh]),
            np.concatenate([leaves.total, np.zeros(len(fresh))]),
            np.concatenate([leaves.start, leaves.start[-1] + np.cumsum(count)]),
            np.concatenate([leaves.use, self._next - len(track) + rows[order]]),
            np.concatenate([leaves.gain, np.zeros(len(rows))]),
        )

    def fell(self, gone: IntN) -> None:
        """Take trees out, given in ascending order; the last ones move into the holes, as in the register."""
        if not len(gone):
            return
        keep = len(self._lead) - len(gone)
        becomes = np.arange(len(self._lead))
        becomes[gone] = -1
        becomes[keep:][becomes[keep:] >= 0] = gone[gone < keep]
        stays = np.flatnonzero(becomes >= 0)
        came_from = np.empty(keep, dtype=np.int64)
        came_from[becomes[stays]] = stays
        tree = becomes[self._leaves.tree]
        self._leaves = self._leaves.take(tree >= 0, tree[tree >= 0])
        self.states = self.states.take(np.flatnonzero(tree >= 0))
        self._lead = (np.cumsum(tree >= 0) - 1)[self._lead[came_from]]
        self._idle, self._since_s = self._idle[came_from], self._since_s[came_from]
