"""What isn't known before a mission: how much it may differ, and what it is in one run."""

from dataclasses import dataclass

import numpy as np

from kizuna.errors import InputError
from kizuna.forms.keys import PART
from kizuna.seeds import generator
from kizuna.shapes import Float, FloatN


@dataclass(frozen=True, slots=True)
class Doubt:
    """How much what isn't known may differ: standard deviations; figures without a source are assumptions.

    Parameters
    ----------
    height_m
        Of the map's heights, each cell for itself, metres (Barker et al., Planetary and Space Science 203
        (2021) 105119: 0.30 to 0.50 m for LOLA's maps of 5 m near the south pole).
    energy
        Of the energy of drives (soil, slip), as a share.
    speed
        Of how long drives take where the plan's pace leaves nothing, as a share.
    array, hotel
        Of the array's power and of what is always on, as shares.
    eva
        Of the length of excursions, as a share; nobody stays outside longer than the crew's rules allow.
    walk, work
        Of the time and the exertion of a walk home, and of the exertion of work outside, as shares.
    """

    __pydantic_config__ = PART

    height_m: float = 0.4
    energy: float = 0.15
    speed: float = 0.1
    array: float = 0.03
    hotel: float = 0.05
    eva: float = 0.1
    walk: float = 0.1
    work: float = 0.15

    def __post_init__(self) -> None:
        """Refuse what is no deviation."""
        for name in self.__slots__:
            value = getattr(self, name)
            if not 0.0 <= value <= (100.0 if name == "height_m" else 1.0):
                raise InputError("doubt", name, f"{value:g}", "0 to 1 (heights: to 100 m)")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is so in each of R runs, for I things that are done and N points of the way.

    Parameters
    ----------
    array, hotel, walk, work
        (R,) factors.
    energy, speed, eva
        (R, I) factors.
    sun, earth
        (R, I) errors of the ground that hides Sun and Earth, in standard deviations.
    height_m
        (R, N) errors of the heights of points, metres.
    slope, roll
        (R, N) errors of slopes, in standard deviations.
    """

    array: FloatN
    hotel: FloatN
    walk: FloatN
    work: FloatN
    energy: Float
    speed: Float
    eva: Float
    sun: Float
    earth: Float
    height_m: Float
    slope: Float
    roll: Float


def draw(doubt: Doubt, seed: int, runs: range, things: int, points: int) -> Drawn:
    """What is so in some runs; a run's numbers depend on the seed and its own number alone.

    Shares are drawn as logarithms. Half of the variance of energy and speed belongs to the whole run, half to
    each drive.
    """
    whole, each, at = (np.empty((len(runs), *shape)) for shape in ((6,), (5, things), (3, points)))
    for row, run in enumerate(runs):
        random = generator(seed, "run", run)
        for out in (whole, each, at):
            out[row] = random.standard_normal(out.shape[1:])
    half = np.sqrt(0.5)
    array, hotel, walk, work = (
        np.exp(getattr(doubt, name) * whole[:, number])
        for number, name in enumerate(("array", "hotel", "walk", "work"))
    )
    return Drawn(
        array=array,
        hotel=hotel,
        walk=walk,
        work=work,
        energy=np.exp(doubt.energy * half * (whole[:, 4, None] + each[:, 0])),
        speed=np.exp(doubt.speed * half * (whole[:, 5, None] + each[:, 1])),
        eva=np.exp(doubt.eva * each[:, 2]),
        sun=each[:, 3],
        earth=each[:, 4],
        height_m=doubt.height_m * at[:, 0],
        slope=at[:, 1],
        roll=at[:, 2],
    )
