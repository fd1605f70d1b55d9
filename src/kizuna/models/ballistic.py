"""Bodies that fall through the air and the space above it: numbers of the Earth, its air, and of such bodies.

What describes the bodies is notional, from open literature.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from kizuna.constants import EARTH_GM_M3PS2, EARTH_J2, EARTH_SPIN_RADPS, WGS84_A_M, WGS84_E2
from kizuna.kernels import ballistic as kernel
from kizuna.shapes import Float, FloatN

AIR_SPLIT_M: Final = 9_144.0
"""Height between the two layers of air."""
AIR_LOW: Final = (1.227, 1.093e-4)
AIR_HIGH: Final = (1.754, 1.4910e-4)
"""Density in kg/m³ at height 0 and rate of thinning in 1/m (scale heights of 9.1 and 6.7 km) of each layer.

Source: Farina, Ristic, Benvenuti 2002, "Tracking a ballistic target: comparison of several nonlinear
filters", IEEE T-AES 38(3), section II. Up to 55 km within 15 % of the U.S. Standard Atmosphere 1976.
"""
AIR_TOP_M: Final = 100_000.0
"""Above it the air is too thin to matter: the drag of a body of 100 kg/m² at 3 km/s is below 0.05 m/s²."""


@dataclass(frozen=True)
class Ballistic:
    """How freely falling bodies move, as far as a tracker must know, and what it believes of them at first.

    The seventh number of a state is in free flight ln(Cd A / m), of m²/kg; under thrust the acceleration
    along the velocity, net of drag, in m/s².
    """

    noise_q: float = 1e-4
    """Power of white acceleration noise along each axis, m²/s³: the velocity wanders by 0.1 m/s in 100 s,
    more than by the gravity that J2 leaves out (some 1e-4 m/s²)."""
    rough_q: float = 5e-3
    """Its growth with the square of the drag, s: lift and wind push aside by some 3 % of the drag, for
    seconds at a time (notional)."""
    drift: float = 0.02
    """Variance that ln(Cd A / m) gains while the air slows the body by e: Cd changes with the Mach number by
    some 15 % (notional)."""
    log_drag: float = -math.log(4_000.0)
    """First guess of ln(Cd A / m): 4,000 kg/m² (Farina, Ristic, Benvenuti 2002 have 40,000 N/m²)."""
    sigma_log_drag: float = 0.7
    """Standard deviation of that guess: two in three have 2,000 to 8,000 kg/m² (notional)."""
    boost_noise_q: float = 10.0
    """Power of white acceleration noise under thrust, m²/s³: thrust isn't quite along the velocity."""
    jerk_q: float = 4.0
    """Power of the noise of the acceleration under thrust, (m/s²)²/s: fuel burns, stages end."""
    log_boost: float = math.log(30.0)
    """First guess of the logarithm of the acceleration under thrust, net of drag: 30 m/s² (notional)."""
    sigma_log_boost: float = 0.4
    """Standard deviation of that guess: two in three lie between 20 and 45 m/s² (notional)."""
    log_lift: float = math.log(20.0)
    """The same for the mean of what thrust has left beyond weight, which tells where it began: 20 m/s²."""
    sigma_log_lift: float = 0.5
    """Standard deviation of that guess: two in three lie between 12 and 33 m/s² (notional)."""

    @cached_property
    def parameters(self) -> FloatN:
        """For `kizuna.kernels.ballistic.advance`: (15,)."""
        return np.array([*_EARTH_AND_AIR, _TRACK_SHARE, self.noise_q, self.rough_q, self.drift])

    @cached_property
    def boost_parameters(self) -> FloatN:
        """For `kizuna.kernels.ballistic.advance_boost`: (15,)."""
        return np.array([*_EARTH_AND_AIR, _TRACK_SHARE, self.boost_noise_q, 0.0, self.jerk_q])


_EARTH_AND_AIR: Final = (
    *(EARTH_GM_M3PS2, WGS84_A_M, WGS84_E2 / (1.0 - WGS84_E2), EARTH_J2, EARTH_SPIN_RADPS),
    *(AIR_SPLIT_M, *AIR_LOW, *AIR_HIGH, AIR_TOP_M),
)
_TRACK_SHARE: Final = 0.5
"""Steps in air for tracking: wrong by less than a metre from plot to plot."""
PATH: Final = np.array([*_EARTH_AND_AIR, 0.1, 0.0, 0.0, 0.0])
"""For paths without noise, (15,): wrong by less than a metre over 15 minutes, re-entry included."""
GRAVITY_MPS2: Final = 9.80665
"""Standard gravity (CGPM 1901): thrust of no more than this lifts nothing."""
REST_MPS: Final = 10.0
"""A body under thrust that is no faster was just launched, some 2 m below."""

FASTEST_MPS: Final = 20_000.0
"""No thrust makes a body that comes down again faster than this; back in time, drag does, and far more."""


def unboost(state: Float) -> FloatN:
    """Take bodies back to their launch, where they were at rest, in place.

    Thrust along the velocity is assumed; then gravity alone turns a path that began upright.

    Parameters
    ----------
    state
        (K, 7) at the end of thrust, written; the seventh number is the thrust's acceleration, net of drag, in
        m/s².

    Returns
    -------
    FloatN
        (K,) time until the launch, s, below 0; NaN where thrust is too weak to have lifted the
        body, or it is faster than any thrust can have made it.
    """
    after_s, speed = np.zeros(len(state)), np.full(len(state), np.inf)
    while True:
        before, speed = speed, np.linalg.norm(state[:, 3:6], axis=1)
        after_s[(speed >= before) | (speed > FASTEST_MPS)] = np.nan
        moving = (speed > REST_MPS) & (speed < before) & (speed <= FASTEST_MPS)
        if not moving.any():
            return after_s
        step_s = np.where(moving, -0.1 * speed / state[:, 6], 0.0)
        kernel.move(state, step_s, True, PATH)
        after_s += step_s
        speed[~moving] = np.inf
