"""What a timeline must join, and what it is: stops, drives and limits; stays and sleeps."""

import math
from dataclasses import dataclass, field

import numpy as np

from kizuna.lunar.drives import Drive
from kizuna.shapes import BoolN, FloatN


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the timeline; S slots.

    Parameters
    ----------
    name
        For readers.
    parked_j
        (S + 1,) what a parked rover gains or loses from the first slot until each, joules.
    value
        What a visit is worth.
    dwell
        Least stay, slots.
    eva
        Length of the excursion with all that belongs to it, slots; 0 for none.
    eva_allowed
        (S,) slots with which it may begin.
    samples_kg
        What is taken along.
    must
        Whether it must be visited.
    """

    name: str
    parked_j: FloatN
    value: float = 0.0
    dwell: int = 0
    eva: int = 0
    eva_allowed: BoolN = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    samples_kg: float = 0.0
    must: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What the timeline must join: the first stop is where it begins, the last where it ends.

    Parameters
    ----------
    stops
        Start, stations, finish.
    drives
        Between stops, by their numbers.
    slot_s
        Length of a slot, seconds.
    slots
        How many there are.
    start_j, capacity_j, reserve_j
        What the stores can give at the start, when full, and must always be able to give, joules.
    sleep, awake
        Length of each sleep and longest time between two, slots.
    awake_before
        How long the crew has been awake at the start, slots.
    evas_within
        Slots within which no more than `evas` excursions may begin.
    evas
        See there.
    evas_before
        When excursions before the start began, slots, below 0.
    cargo_kg
        Samples that fit.
    effort
        How long to look, in the solver's deterministic units.
    """

    stops: list[Stop]
    drives: dict[tuple[int, int], Drive]
    slot_s: float
    slots: int
    start_j: float
    capacity_j: float
    reserve_j: float
    sleep: int
    awake: int
    awake_before: int = 0
    evas_within: int = 1
    evas: int = 1
    evas_before: tuple[int, ...] = ()
    cargo_kg: float = math.inf
    effort: float = 20.0

    def lasts(self, pair: tuple[int, int]) -> int:
        """Slots that a drive takes, whenever it may begin."""
        drive = self.drives[pair]
        return math.ceil(float(drive.lasts_s[drive.allowed].max()) / self.slot_s)


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay at a stop.

    Parameters
    ----------
    stop
        Its number.
    arrive, leave
        Slots.
    eva
        Slot with which the excursion begins; None without.
    """

    stop: int
    arrive: int
    leave: int
    eva: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The stays in their order, and the sleeps.

    Parameters
    ----------
    visits
        Start, stations, finish.
    sleeps
        Slots with which sleep begins.
    value, bound
        What it is worth, and what no timeline under the same assumptions is worth more than.
    """

    visits: list[Visit]
    sleeps: list[int]
    value: float
    bound: float
