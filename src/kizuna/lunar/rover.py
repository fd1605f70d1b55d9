"""The rover: how fast it drives on what ground, what that costs, and what it can't climb.

Only what its sources name is public. All else is an assumption, marked so and to be set by who knows better.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.errors import InputError
from kizuna.forms.keys import PART
from kizuna.lunar.soil import MOON_GRAVITY_MPS2, Soil, Wheel, compaction_n, slip_on_slope
from kizuna.shapes import Float, FloatN

_BIG_WHEEL: Final = Wheel(1.2, 0.55)
_LUNAR: Final = Soil()


@dataclass(frozen=True, slots=True)
class Rover:
    """A vehicle on wheels; the defaults make a pressurised one of six metres for two people.

    Parameters
    ----------
    mass_kg
        With crew and cargo (assumption; not public).
    wheels, wheel
        Six wheels (JAXA and Toyota, 2019); their size is an assumption.
    top_speed_mps
        On smooth level ground (assumption: 15 km/h, what NASA asks of the unpressurised terrain vehicle).
    max_slope_deg, max_pitch_deg, max_roll_deg
        Steepest ground, steepest climb or descent and steepest side slope (assumptions).
    drive_w
        Most electric power that the drive takes (assumption).
    efficiency
        From electric power to work at the wheels (assumption).
    hotel_w
        Life support, computers, radio: what is always on (assumption).
    slow_roughness_m
        Roughness over a few cells at which it drives half as fast (assumption).
    soil
        What it drives on.
    slip_curve
        Slopes, degrees, and slips there, 0 to 1, instead of Bekker's and Wong's; between them it is linear.
    """

    __pydantic_config__ = PART

    mass_kg: float = 10_000.0
    wheels: int = 6
    wheel: Wheel = _BIG_WHEEL
    top_speed_mps: float = 15.0 / 3.6
    max_slope_deg: float = 20.0
    max_pitch_deg: float = 18.0
    max_roll_deg: float = 15.0
    drive_w: float = 20_000.0
    efficiency: float = 0.7
    hotel_w: float = 3_000.0
    slow_roughness_m: float = 1.0
    soil: Soil = _LUNAR
    slip_curve: tuple[tuple[float, ...], tuple[float, ...]] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no vehicle."""
        for name in ("mass_kg", "wheels", "top_speed_mps", "drive_w", "efficiency", "slow_roughness_m"):
            value = getattr(self, name)
            if not value > 0.0:
                raise InputError("rover", name, f"{value:g}", "a number above 0")
        if self.efficiency > 1.0:
            raise InputError("rover", "efficiency", f"{self.efficiency:g}", "at most 1")
        if self.slip_curve is not None and not np.all(np.diff(self.slip_curve[0]) > 0.0):
            raise InputError("rover", "slip_curve", "slopes don't grow", "slopes from low to high")

    @property
    def weight_n(self) -> float:
        """Weight on the Moon, newtons."""
        return self.mass_kg * MOON_GRAVITY_MPS2

    def slip(self, pitch_deg: ArrayLike) -> Float:
        """Slip when driving up slopes (...), 0 to 1; NaN where it can't."""
        if self.slip_curve is None:
            return slip_on_slope(self.soil, self.wheel, self.weight_n / self.wheels, pitch_deg)
        slopes, slips = self.slip_curve
        slip = np.interp(np.asarray(pitch_deg, dtype=np.float64), slopes, slips)
        return np.asarray(np.where(np.asarray(pitch_deg) > slopes[-1], np.nan, slip))

    def force_n(self, pitch_deg: ArrayLike) -> Float:
        """Force along the way (...), newtons: climbing and pressing down the soil; below 0 it must brake."""
        pitch = np.radians(np.asarray(pitch_deg, dtype=np.float64))
        pressed = self.weight_n * np.cos(pitch)
        rolling = self.wheels * compaction_n(self.soil, self.wheel, pressed / self.wheels)
        return np.asarray(self.weight_n * np.sin(pitch) + rolling)

    def drive_j_per_m(self, pitch_deg: ArrayLike) -> Float:
        """Electric energy per metre of the way (...), joules; nothing comes back downhill. NaN: it can't."""
        work = np.maximum(self.force_n(pitch_deg), 0.0)
        return np.asarray(work / ((1.0 - np.minimum(self.slip(pitch_deg), 0.99)) * self.efficiency))

    def speed_mps(self, pitch_deg: ArrayLike, roughness_m: ArrayLike = 0.0) -> Float:
        """Speed on a slope (...) of some roughness (...); NaN where it can't.

        The least of the top speed, divided by 1 + roughness/slow roughness, and of what the drive's power
        allows; at the steepest slope, up or down, half of the top speed (assumption).
        """
        pitch = np.asarray(pitch_deg, dtype=np.float64)
        careful = 1.0 - 0.5 * np.minimum(np.abs(pitch) / self.max_slope_deg, 1.0)
        rough = 1.0 + np.asarray(roughness_m, dtype=np.float64) / self.slow_roughness_m
        with np.errstate(divide="ignore"):
            by_power = self.drive_w / self.drive_j_per_m(pitch)
        return np.asarray(np.minimum(self.top_speed_mps * careful / rough, by_power))


@dataclass(frozen=True, slots=True)
class Pace:
    """A rover's behaviour as a table, for loops over many cells: N pitches from low to high, degrees.

    Parameters
    ----------
    pitch_deg
        (N,) evenly spread.
    speed_mps, energy_j_per_m
        (N,) on smooth ground; NaN where it can't drive.
    """

    pitch_deg: FloatN
    speed_mps: FloatN
    energy_j_per_m: FloatN


def pace_of(rover: Rover, step_deg: float = 0.25) -> Pace:
    """The rover's table, up to its steepest pitch on both sides."""
    count = math.ceil(rover.max_pitch_deg / step_deg)
    pitch = np.linspace(-rover.max_pitch_deg, rover.max_pitch_deg, 2 * count + 1)
    return Pace(pitch, rover.speed_mps(pitch), rover.drive_j_per_m(pitch))


LRV: Final = Rover(
    mass_kg=700.0,
    wheels=4,
    wheel=Wheel(0.82, 0.23),
    top_speed_mps=13.0 / 3.6,
    max_slope_deg=25.0,
    max_pitch_deg=25.0,
    max_roll_deg=25.0,
    drive_w=4.0 * 186.0 / 0.6,
    efficiency=0.6,
    hotel_w=100.0,
    slow_roughness_m=0.3,
)
"""The Lunar Roving Vehicle of Apollo 15 to 17: 210 kg empty, 700 kg loaded, wheels of 0.82 × 0.23 m, four
motors of a quarter horsepower, 13 km/h, slopes of at most 25°; efficiency, instruments and roughness are
assumptions."""
