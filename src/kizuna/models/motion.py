"""How objects move, as far as a tracker must know: models of motion, and how a set of them interacts."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.kernels import ballistic, interact, straight, turn
from kizuna.models.ballistic import Ballistic
from kizuna.shapes import Float, FloatN, FloatNx3, IntN

Kind = Literal["straight", "turn", "fall", "boost"]
_ADVANCE = {
    "straight": straight.advance,
    "turn": turn.advance,
    "fall": ballistic.advance,
    "boost": ballistic.advance_boost,
}


@dataclass(frozen=True)
class Model:
    """One way to move: a kernel, its noise, and how much of the time objects move so.

    Powers are those of white acceleration noise, m²/s³; √(q τ) is about the change of velocity in a time τ
    (Bar-Shalom, Li, Kirubarajan 2001, "Estimation with Applications to Tracking and Navigation", 6.2.2).
    """

    kind: Kind
    level_q: float
    vertical_q: float
    """Of models that are not straight, the noise by which plots and tracks are paired within a slice."""
    share: float
    """Of the time."""
    numbers: tuple[float, ...] = ()
    """What its kernel takes as parameters, if that is more than the two powers."""
    prior_mean: float = 0.0
    prior_sigma: float = 0.0
    """Of the seventh number of the state, before anything is known of it; in the model's own unit."""

    @cached_property
    def parameters(self) -> FloatN:
        """As its kernel reads them."""
        return np.array(self.numbers or (self.level_q, self.vertical_q))


def turning(
    level_q: float, vertical_q: float, share: float, rate_dps: float, sigma_dps: float, wander_dps: float
) -> Model:
    """A level turn at an unknown rate, of which a mean and a standard deviation are known beforehand, °/s.

    Positive is to the left; while the object turns, the rate wanders by `wander_dps` in a second.
    """
    rate_q = float(np.radians(wander_dps) ** 2)
    return Model(
        "turn",
        level_q,
        vertical_q,
        share,
        (level_q, vertical_q, rate_q, WGS84_A_M, WGS84_E2),
        float(np.radians(rate_dps)),
        float(np.radians(sigma_dps)),
    )


def level(level_q: float, vertical_q: float, share: float) -> Model:
    """Straight over the ground at a constant rate of climb, along the curved Earth: a turn at no rate."""
    return turning(level_q, vertical_q, share, 0.0, 0.0, 0.0)


def falling(body: Ballistic, share: float) -> Model:
    """Free flight through space and air.

    Within a slice, plots are paired with tracks along straight lines of a second at most: the 5 m of gravity
    are taken for noise there, and only there.
    """
    pull_q = _unmodelled_q(9.81)
    drag = body.log_drag, body.sigma_log_drag
    return Model("fall", pull_q, pull_q, share, tuple(body.parameters.tolist()), *drag)


def boosting(body: Ballistic, share: float) -> Model:
    """Thrust along the velocity; its acceleration is taken for noise as gravity is by `falling`."""
    thrust = math.exp(body.log_boost)
    pull_q, spread = _unmodelled_q(thrust), thrust * body.sigma_log_boost
    return Model("boost", pull_q, pull_q, share, tuple(body.boost_parameters.tolist()), thrust, spread)


def _unmodelled_q(acceleration_mps2: float) -> float:
    """Power of noise, m²/s³, that spreads as far in a second, √(q/3), as an acceleration moves: a/2."""
    return 0.75 * acceleration_mps2**2


@dataclass(frozen=True)
class Motion:
    """A set of models, one of which an object follows at a time, and first guesses.

    An object leaves its model at the rate `forget_hz` (1/s) and draws a new one by their shares, which may be
    the old one.
    """

    chosen: tuple[Model, ...]
    forget_hz: float
    sigma_level_mps: float = 200.0
    """Standard deviation of an unknown velocity along each level axis: airliners fly 250 m/s."""
    sigma_vertical_mps: float = 10.0
    """Standard deviation of an unknown climb rate: airliners climb by up to 15 m/s."""
    longest_slice_s: float = 2.0
    """The tracks at the middle of a slice of time are good enough to pair by: an object that turns at 3 g is
    15 m off at its ends."""

    @cached_property
    def models(self) -> FloatNx3:
        """Level and vertical power in m²/s³ and share of the time of each model, (M, 3)."""
        return np.array([[each.level_q, each.vertical_q, each.share] for each in self.chosen])

    @cached_property
    def prior(self) -> Float:
        """Mean and variance of the seventh number under each model, (M, 2)."""
        return np.array([[each.prior_mean, each.prior_sigma**2] for each in self.chosen])

    @property
    def is_straight(self) -> bool:
        """Whether all fly straight, which `kizuna.kernels.kalman` does in one go."""
        return all(each.kind == "straight" for each in self.chosen)

    @property
    def numbers(self) -> int:
        """How many numbers a state has: seven where a model has one of its own to find out."""
        return 6 if self.is_straight else 7

    def advance(self, rows: IntN, dt_s: FloatN, state: Float, cov: Float, mode: Float) -> None:
        """Let the models interact and move the tracks in `rows` (K,) by a time each (T,), s, in place.

        Parameters
        ----------
        rows, dt_s
            (K,) and (T,) s.
        state, cov, mode
            (T, M, 7), (T, M, 28) packed as in `kizuna.kernels.turn`, (T, M): the tracks; written.
        """
        interact.mix_each(rows, dt_s, self.models[:, 2].copy(), self.forget_hz, self.prior, state, cov, mode)
        for m, model in enumerate(self.chosen):
            _ADVANCE[model.kind](rows, dt_s, m, model.parameters, state, cov)
