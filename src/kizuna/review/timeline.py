"""Timeline: when each object got its first confirmed track, and when it had none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kizuna.messages.columns import Labels
from kizuna.review.pairing import Pairing, Presence
from kizuna.shapes import BoolN, FloatN, IntN


@dataclass(frozen=True, slots=True, eq=False)
class FirstTracks:
    """How long each stay of an object lasted until a node held it; (P,) stays that some picture shows."""

    object: Labels
    """Name of the object; one that comes back has several stays."""
    delay_s: FloatN
    """From the stay's beginning to the first picture with a track assigned to it, s; NaN for never."""

    @classmethod
    def join(cls, parts: Sequence["FirstTracks"]) -> "FirstTracks":
        """Stays seen by several nodes, one node after the other."""
        return cls(
            Labels.join([part.object for part in parts]), np.concatenate([part.delay_s for part in parts])
        )

    def median_s(self) -> float:
        """Median over the stays that were held at all; NaN when none was."""
        return self._quantile(0.5)

    def late_s(self) -> float:
        """95th percentile over the stays that were held at all; NaN when none was."""
        return self._quantile(0.95)

    def never(self) -> int:
        """How many stays were never held."""
        return int(np.count_nonzero(np.isnan(self.delay_s)))

    def _quantile(self, share: float) -> float:
        known = self.delay_s[~np.isnan(self.delay_s)]
        return float(np.quantile(known, share)) if len(known) else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Missed:
    """Moments at which an object was there and a node had no track of it, (M,)."""

    time_s: FloatN
    object: Labels


def held_by(pairing: Pairing) -> BoolN:
    """Which entries of the presence (M,) have a track assigned to them."""
    return pairing.row_of_entry() >= 0


def first_tracks_of(pairing: Pairing) -> FirstTracks:
    """First confirmed track of each stay of each object.

    A stay that began before the first picture counts from the first picture: nobody could have shown it
    before.
    """
    presence = pairing.presence
    shown = np.flatnonzero(np.diff(presence.path_start) > 0)
    times = presence.times[presence.picture()]
    first = np.full(len(presence.names), np.inf)
    held = held_by(pairing)
    np.minimum.at(first, presence.path[held], times[held])
    begin = np.maximum(presence.begin_s, presence.times[0]) if len(presence.times) else presence.begin_s
    delay = np.where(np.isinf(first), np.nan, np.maximum(first - begin, 0.0))
    return FirstTracks(Labels.of([presence.names[path] for path in shown]), delay[shown])


def missed_of(pairing: Pairing) -> Missed:
    """Every picture's objects without a track, in order of time."""
    presence = pairing.presence
    rows = np.flatnonzero(~held_by(pairing))
    return Missed(presence.times[presence.picture()[rows]], named(presence, presence.path[rows]))


def named(presence: Presence, path: IntN) -> Labels:
    """Names of the objects to which these paths belong."""
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(name, len(numbers)) for name in presence.names], dtype=np.int32)
    return Labels(codes[path] if len(codes) else np.zeros(0, dtype=np.int32), tuple(numbers))
