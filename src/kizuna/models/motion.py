"""How aircraft move, as far as a tracker must know: noise powers, manoeuvres and first guesses."""

from dataclasses import dataclass

import numpy as np

from kizuna.shapes import FloatNx3


@dataclass(frozen=True, slots=True)
class Manoeuvring:
    """Straight flight most of the time, turns and changes of climb in between: two models of motion.

    Powers are those of white acceleration noise, m²/s³. In a turn of acceleration a that lasts through
    updates τ apart, the power that explains it is about a²τ: 10 m/s² (1 g) and 4 s give 400 m²/s³. Straight
    flight shows about 1 m²/s³ (Bar-Shalom, Li, Kirubarajan 2001, 6.2.2: √(q τ) is of the order of the change
    of velocity in τ). Civil flights spend about a tenth of their time turning or changing their climb, for
    about half a minute each.
    """

    calm_level_q: float = 1.0
    calm_vertical_q: float = 0.3
    hard_level_q: float = 150.0
    hard_vertical_q: float = 10.0
    enter_hz: float = 1.0 / 200.0
    leave_hz: float = 1.0 / 20.0
    sigma_level_mps: float = 200.0
    """Standard deviation of an unknown velocity along each level axis: airliners fly 250 m/s."""
    sigma_vertical_mps: float = 15.0
    """Standard deviation of an unknown climb rate."""

    @property
    def forget_hz(self) -> float:
        """Rate at which an object draws its model anew, 1/s: with two models, the sum of both rates."""
        return self.enter_hz + self.leave_hz

    def models(self) -> FloatNx3:
        """Level and vertical power in m²/s³ and share of the time of each model, (M, 3); calm first."""
        hard = self.enter_hz / self.forget_hz
        return np.array(
            [
                [self.calm_level_q, self.calm_vertical_q, 1.0 - hard],
                [self.hard_level_q, self.hard_vertical_q, hard],
            ]
        )
