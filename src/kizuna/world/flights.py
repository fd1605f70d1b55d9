"""Every object's path through the exercise: knots in time, joined by cubic curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np

from kizuna.shapes import BoolN, Float, FloatN, FloatNx3, IntN

_BLOCK: Final = 8192
"""Rows worked on at a time, so that the numbers stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Flights:
    """Paths of O objects as K knots: a time, an ECEF position and an ECEF velocity each.

    Knots lie in the order of their object, and in rising order of time within one. Between two joined knots
    the path is the cubic that has both positions and both velocities (Hermite). Where a knot isn't joined to
    its next, the object was away, and the knots from one such break to the next are a *span*. Every span has
    two knots or more.
    """

    names: tuple[str, ...]
    """What each object is called, no name twice."""
    kinds: tuple[str | None, ...]
    nations: tuple[str | None, ...]
    identities: tuple[str | None, ...]
    """What each object says of itself to those who ask (ICAO address, Mode 3/A); None: it says nothing."""
    first: IntN
    """The first knot of each object, and at the end the number of all knots: (O + 1,)."""
    time_s: FloatN
    """Times of the knots, seconds since 1970-01-01 UTC: (K,)."""
    position_m: FloatNx3
    velocity_mps: FloatNx3
    joined: BoolN
    """Whether the path goes on from each knot to the next; False at the last knot of an object: (K,)."""
    dropped: int = 0
    """How many positions of a recording were left out because no object can move like that."""

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The objects of all parts, one part after the other."""
        offsets = np.cumsum([0, *(len(part.time_s) for part in parts)])
        firsts = [part.first[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
        return cls(
            names=tuple(name for part in parts for name in part.names),
            kinds=tuple(kind for part in parts for kind in part.kinds),
            nations=tuple(nation for part in parts for nation in part.nations),
            identities=tuple(identity for part in parts for identity in part.identities),
            first=np.concatenate([*firsts, offsets[-1:]]).astype(np.int64),
            time_s=np.concatenate([np.zeros(0), *(part.time_s for part in parts)]),
            position_m=np.concatenate([np.zeros((0, 3)), *(part.position_m for part in parts)]),
            velocity_mps=np.concatenate([np.zeros((0, 3)), *(part.velocity_mps for part in parts)]),
            joined=np.concatenate([np.zeros(0, dtype=np.bool_), *(part.joined for part in parts)]),
            dropped=sum(part.dropped for part in parts),
        )

    def __len__(self) -> int:
        return len(self.names)

    def span(self, objects: IntN) -> tuple[FloatN, FloatN]:
        """First and last time of objects (M,), gaps between them included: (M,), (M,)."""
        return self.time_s[self.first[objects]], self.time_s[self.first[np.asarray(objects) + 1] - 1]

    def spans(self) -> tuple[IntN, FloatN, FloatN]:
        """Every unbroken piece of a path: its object, its first and its last time, each (S,)."""
        begins = self.joined & ~np.concatenate([[False], self.joined[:-1]])
        ends = ~self.joined & np.concatenate([[False], self.joined[:-1]])
        return self._object[begins], self.time_s[begins], self.time_s[ends]

    def state(self, objects: IntN, times_s: FloatN) -> tuple[FloatNx3, FloatNx3]:
        """ECEF position and velocity of objects (M,) at times (M,): (M, 3) metres, (M, 3) metres per second.

        NaN where an object isn't there. Any order will do; sorted by object and time is fastest.
        """
        return self._evaluate(objects, times_s, beyond=False)

    def extended(self, objects: IntN, times_s: FloatN) -> tuple[FloatNx3, FloatNx3]:
        """Like `state`, but where an object isn't there, its nearest span goes on straight."""
        return self._evaluate(objects, times_s, beyond=True)

    @cached_property
    def tells(self) -> BoolN:
        """Which objects tell an identity to those who ask: (O,)."""
        return np.array([identity is not None for identity in self.identities], dtype=np.bool_)

    @cached_property
    def _object(self) -> IntN:
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    @cached_property
    def _origin_s(self) -> float:
        return float(self.time_s.min()) if len(self.time_s) else 0.0

    @cached_property
    def _width_s(self) -> float:
        """Longer than all of the exercise: the stretch of the search line that each object has for itself."""
        return float(np.ptp(self.time_s)) + 2.0 if len(self.time_s) else 1.0

    @cached_property
    def _line(self) -> FloatN:
        """All knots on one line, object after object, so that one search finds any object's knot."""
        return self._object * self._width_s + (self.time_s - self._origin_s)

    @cached_property
    def _cubic(self) -> Float:
        """From each knot on, position = c₀ + c₁ t + c₂ t² + c₃ t³ with t in seconds: (K, 4, 3).

        Source: the cubic Hermite interpolant, de Boor, A Practical Guide to Splines (2001), chapter IV.
        """
        made = np.zeros((len(self.time_s), 4, 3))
        made[:, 0], made[:, 1] = self.position_m, self.velocity_mps
        go = np.flatnonzero(self.joined)
        step = np.diff(self.time_s)[go, None]
        here, there = self.velocity_mps[go], self.velocity_mps[go + 1]
        mean = (self.position_m[go + 1] - self.position_m[go]) / step
        made[go, 2] = (3.0 * mean - 2.0 * here - there) / step
        made[go, 3] = (here + there - 2.0 * mean) / (step * step)
        return made

    def _evaluate(self, objects: IntN, times_s: FloatN, beyond: bool) -> tuple[FloatNx3, FloatNx3]:
        objects, times_s = np.broadcast_arrays(np.asarray(objects), np.asarray(times_s, dtype=np.float64))
        position, velocity = np.empty((len(times_s), 3)), np.empty((len(times_s), 3))
        for begin in range(0, len(times_s), _BLOCK):
            rows = slice(begin, begin + _BLOCK)
            knot, away = self._knot(objects[rows], times_s[rows])
            t = (times_s[rows] - self.time_s[knot])[:, None]
            c = self._cubic[knot]
            if away.any():
                # Beyond the end of a span the curve gives way to its tangent.
                c[away, 2:] = 0.0 if beyond else np.nan
            position[rows] = c[:, 0] + t * (c[:, 1] + t * (c[:, 2] + t * c[:, 3]))
            velocity[rows] = c[:, 1] + t * (2.0 * c[:, 2] + t * (3.0 * c[:, 3]))
        return position, velocity

    def _knot(self, objects: IntN, times_s: FloatN) -> tuple[IntN, BoolN]:
        """The knot whose curve holds at each time, and whether the object isn't there."""
        low, high = self.first[objects], self.first[objects + 1] - 1
        since = np.clip(times_s - self._origin_s, -1.0, self._width_s - 1.0)
        knot = np.searchsorted(self._line, objects * self._width_s + since, side="right") - 1
        knot = np.clip(knot, low, high)
        # The line is long and its numbers are coarse; the knots' own times decide.
        knot -= (times_s < self.time_s[knot]) & (knot > low)
        following = np.minimum(knot + 1, high)
        knot = np.where(times_s >= self.time_s[following], following, knot)
        after = times_s - self.time_s[knot]
        away = ~self.joined[knot] & (after != 0.0) | (after < 0.0)
        # In a gap, the nearer end.
        following = np.minimum(knot + 1, high)
        knot = np.where(away & (self.time_s[following] - times_s < after), following, knot)
        return knot, away
