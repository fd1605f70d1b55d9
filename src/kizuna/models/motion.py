"""How aircraft move, as far as a tracker must know: noise powers, manoeuvres and first guesses."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kizuna.shapes import FloatNx3


@dataclass(frozen=True)
class Manoeuvring:
    """Straight flight most of the time, turns and changes of climb in between: two models of motion.

    Powers are those of white acceleration noise, m²/s³; √(q τ) is about the change of velocity in a time τ
    (Bar-Shalom, Li, Kirubarajan 2001, "Estimation with Applications to Tracking and Navigation", 6.2.2).
    Straight flight wanders by 1 m/s in 5 s. A turn of acceleration a that lasts through updates τ apart needs
    about a²τ: at 10 m/s² (1 g, or 3°/s at 190 m/s) and 4 s, 400 m²/s³. A change of climb by 7 m/s takes some
    10 s. Turns and changes of climb take half a minute of every five minutes of a civil flight.
    """

    calm_level_q: float = 0.2
    calm_vertical_q: float = 0.1
    hard_level_q: float = 400.0
    hard_vertical_q: float = 5.0
    enter_hz: float = 1.0 / 300.0
    leave_hz: float = 1.0 / 25.0
    sigma_level_mps: float = 200.0
    """Standard deviation of an unknown velocity along each level axis: airliners fly 250 m/s."""
    sigma_vertical_mps: float = 10.0
    """Standard deviation of an unknown climb rate: airliners climb by up to 15 m/s."""

    @property
    def forget_hz(self) -> float:
        """Rate at which an object draws its model anew, 1/s: with two models, the sum of both rates."""
        return self.enter_hz + self.leave_hz

    @cached_property
    def models(self) -> FloatNx3:
        """Level and vertical power in m²/s³ and share of the time of each model, (M, 3); calm first."""
        hard = self.enter_hz / self.forget_hz
        return np.array(
            [
                [self.calm_level_q, self.calm_vertical_q, 1.0 - hard],
                [self.hard_level_q, self.hard_vertical_q, hard],
            ]
        )
