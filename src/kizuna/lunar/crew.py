"""The crew: how fast people walk in suits, what that takes out of suits, and what a day must keep."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kizuna.errors import InputError
from kizuna.forms.keys import PART
from kizuna.lunar.soil import MOON_GRAVITY_MPS2
from kizuna.shapes import Float

OXYGEN_J_PER_KG: Final = 14.1e6
"""Metabolic energy that a kilogram of oxygen frees: 20.2 kJ a litre (West, Respiratory Physiology)."""

CO2_PER_OXYGEN: Final = 0.85 * 44.0 / 32.0
"""Kilograms of carbon dioxide for each of oxygen, at a respiratory quotient of 0.85."""

WATER_J_PER_KG: Final = 2.4e6
"""Heat that a kilogram of water takes with it from a suit's sublimator, from its heat of vaporisation."""


@dataclass(frozen=True, slots=True)
class Suit:
    """A suit for walking; figures without a source are assumptions.

    Parameters
    ----------
    mass_kg
        Wearer and suit.
    longest_s
        From leaving the pressure until being back in it (six hours: Artemis III's plans; two in reserve).
    reserve_s
        Of which this must be left when a walk home ends.
    oxygen_kg, water_kg, co2_kg
        What it can give, evaporate and take up.
    max_slope_deg
        Steepest ground to walk on.
    dark_pace
        Speed in darkness over that in light.
    work_w
        Metabolic power of work outside (Apollo: 100 to 500 kcal/h, on average about 300).
    """

    __pydantic_config__ = PART

    mass_kg: float = 200.0
    longest_s: float = 8.0 * 3600.0
    reserve_s: float = 3600.0
    oxygen_kg: float = 1.0
    water_kg: float = 5.0
    co2_kg: float = 1.2
    max_slope_deg: float = 20.0
    dark_pace: float = 0.7
    work_w: float = 350.0

    def __post_init__(self) -> None:
        """Refuse what nobody could walk in."""
        if not 0.0 < self.dark_pace <= 1.0:
            raise InputError("suit", "dark_pace", f"{self.dark_pace:g}", "above 0 and at most 1")
        if not self.longest_s > self.reserve_s >= 0.0:
            expected = f"from 0 to below {self.longest_s:g} s"
            raise InputError("suit", "reserve_s", f"{self.reserve_s:g} s", expected)

    @property
    def usable_j(self) -> float:
        """Metabolic energy that its oxygen, water and absorber allow, joules: the scarcest of them."""
        return min(
            self.oxygen_kg * OXYGEN_J_PER_KG,
            self.co2_kg / CO2_PER_OXYGEN * OXYGEN_J_PER_KG,
            self.water_kg * WATER_J_PER_KG,
        )


def walking_speed_mps(slope_deg: ArrayLike) -> Float:
    """Speed of a suited walker up (or, below 0, down) slopes (...), m/s.

    Source: Marquez, Human-automation collaboration: decision support for lunar and planetary exploration,
    MIT (2007), from Apollo's walks.
    """
    slope = np.asarray(slope_deg, dtype=np.float64)
    return np.asarray(
        np.select(
            [slope <= -20.0, slope <= -10.0, slope <= 0.0, slope <= 6.0, slope <= 15.0],
            [0.05, 0.095 * slope + 1.95, 0.06 * slope + 1.6, -0.2 * slope + 1.6, -0.039 * slope + 0.634],
            0.05,
        )
    )


def walking_w(mass_kg: float, slope_deg: ArrayLike, speed_mps: ArrayLike) -> Float:
    """Metabolic power of a suited walker of some mass on slopes (...) at speeds (...), watts.

    Source: Santee, Allison, Blanchard and Small, A proposed model for load carriage on sloped terrain,
    Aviation, Space and Environmental Medicine 72 (2001), as used for the Moon by Marquez (2007).
    """
    slope = np.radians(np.asarray(slope_deg, dtype=np.float64))
    speed = np.asarray(speed_mps, dtype=np.float64)
    level = (3.28 * mass_kg + 71.1) * (0.661 * speed * np.cos(slope) + 0.115)
    climb = mass_kg * MOON_GRAVITY_MPS2 * speed * np.sin(slope)
    downhill = 2.4 * climb * 0.3 ** (np.abs(np.degrees(slope)) / 7.65)
    return np.asarray(level + np.where(slope >= 0.0, 3.5 * climb, downhill))


@dataclass(frozen=True, slots=True)
class CrewRules:
    """What a crew's days must keep; all can be set.

    Parameters
    ----------
    people
        Two to four.
    sleep_s
        Each day, in one piece (NASA-STD-3001 asks for eight hours).
    awake_s
        Longest time from one sleep to the next.
    eva_people
        Who goes out together: a pair.
    eva_s
        Longest excursion (six hours: Artemis III's plans).
    prebreathe_s
        Before an excursion (assumption for an atmosphere near that of the suit).
    port_s
        To get into a suit by its port, and out again (assumption).
    evas_in_a_row
        Days with excursions before one without (assumption).
    days
        For how long supplies last (30: announcements of 2024).
    oxygen_kg_day, water_kg_day, co2_kg_day
        What a person takes and gives a day (NASA/TP-2015-218570: 0.82, 2.5 to drink and eat, 1.04).
    """

    __pydantic_config__ = PART

    people: int = 2
    sleep_s: float = 8.0 * 3600.0
    awake_s: float = 18.0 * 3600.0
    eva_people: int = 2
    eva_s: float = 6.0 * 3600.0
    prebreathe_s: float = 1800.0
    port_s: float = 1800.0
    evas_in_a_row: int = 3
    days: float = 30.0
    oxygen_kg_day: float = 0.82
    water_kg_day: float = 2.5
    co2_kg_day: float = 1.04

    def __post_init__(self) -> None:
        """Refuse crews and days that can't be."""
        if not 2 <= self.people <= 4:
            raise InputError("crew", "people", f"{self.people}", "two to four")
        if not 1 <= self.eva_people <= self.people:
            raise InputError("crew", "eva_people", f"{self.eva_people}", f"1 to {self.people}")
        if self.sleep_s + self.awake_s < 86_400.0:
            hours = (self.sleep_s + self.awake_s) / 3600.0
            raise InputError("crew", "awake_s", f"sleep and waking together are {hours:g} h", "24 h or more")

    @property
    def teams(self) -> int:
        """How many teams take turns outside."""
        return self.people // self.eva_people

    def supplies(self, days: float) -> dict[str, float]:
        """Kilograms of oxygen and water that all people take in some days, and of CO2 that they give."""
        each = days * self.people
        return {
            "oxygen": self.oxygen_kg_day * each,
            "water": self.water_kg_day * each,
            "co2": self.co2_kg_day * each,
        }
