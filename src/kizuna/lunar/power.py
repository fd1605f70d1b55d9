"""Power on board: solar array, battery and regenerative fuel cell, heaters and radiator."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kizuna.errors import InputError
from kizuna.forms.keys import PART
from kizuna.shapes import FloatN

SOLAR_CONSTANT_W_M2: Final = 1361.0
"""Sunlight at one astronomical unit, W/m² (IAU 2015 resolution B3)."""

STEFAN_BOLTZMANN: Final = 5.670374419e-8
"""W/m²K⁴ (CODATA 2018)."""

_SHARES: Final = (
    "array_efficiency",
    "battery_in",
    "battery_out",
    "cell_efficiency",
    "electrolyser_efficiency",
)
_SIZES: Final = ("array_m2", "battery_j", "battery_w", "tank_j", "cell_w", "electrolyser_w", "heater_w")

KWH: Final = 3.6e6
"""Joules in a kilowatt hour."""


@dataclass(frozen=True, slots=True)
class PowerPlant:
    """What makes, keeps and rejects energy; all figures are assumptions unless a source is named.

    Parameters
    ----------
    array_m2, array_efficiency
        Solar cells that follow the Sun about the vertical; they stand upright, as at a pole the Sun does not
        climb.
    battery_j, battery_w, battery_in, battery_out
        What it holds when full, how fast it takes and gives, and the efficiencies of both.
    tank_j, cell_w, cell_efficiency
        The hydrogen and oxygen of a full tank as chemical energy, the fuel cell's power and efficiency.
        1,000 kWh of electricity are about the 1,000 km that the press names for a full tank.
    electrolyser_w, electrolyser_efficiency
        How much power makes hydrogen again, and how well.
    heater_w
        What keeps the rover warm in full darkness; in full sunlight none is needed.
    radiator_m2, radiator_k, emissivity
        The radiator, its temperature (that of a fuel cell's coolant) and how well it shines.
    sink_lit_k, sink_dark_k
        What the radiator sees, in sunlight and in darkness.
    age_years
        Years of service.
    array_loss, battery_loss, cell_loss
        Shares of the array's power, the battery's content and the fuel cell's efficiency that a year takes.
    """

    __pydantic_config__ = PART

    array_m2: float = 40.0
    array_efficiency: float = 0.28
    battery_j: float = 60.0 * KWH
    battery_w: float = 25_000.0
    battery_in: float = 0.97
    battery_out: float = 0.97
    tank_j: float = 1_800.0 * KWH
    cell_w: float = 25_000.0
    cell_efficiency: float = 0.55
    electrolyser_w: float = 12_000.0
    electrolyser_efficiency: float = 0.75
    heater_w: float = 1_500.0
    radiator_m2: float = 30.0
    radiator_k: float = 330.0
    emissivity: float = 0.85
    sink_lit_k: float = 220.0
    sink_dark_k: float = 100.0
    age_years: float = 0.0
    array_loss: float = 0.02
    battery_loss: float = 0.02
    cell_loss: float = 0.01

    def __post_init__(self) -> None:
        """Refuse efficiencies that make energy out of nothing, and sizes below 0."""
        for name in _SHARES:
            if not 0.0 < getattr(self, name) <= 1.0:
                raise InputError("power", name, f"{getattr(self, name):g}", "above 0 and at most 1")
        for name in _SIZES:
            if getattr(self, name) < 0.0:
                raise InputError("power", name, f"{getattr(self, name):g}", "0 or more")

    @property
    def aged(self) -> "PowerPlant":
        """The plant as it is after its years of service, as one without age."""
        years = self.age_years
        return replace(
            self,
            age_years=0.0,
            array_efficiency=self.array_efficiency * (1.0 - self.array_loss) ** years,
            battery_j=self.battery_j * (1.0 - self.battery_loss) ** years,
            cell_efficiency=self.cell_efficiency * (1.0 - self.cell_loss) ** years,
        )

    def array_w(self, sun_fraction: float, facing: float = 1.0) -> float:
        """Power of the array under a share of the Sun, watts; `facing` is its cosine to the Sun."""
        return SOLAR_CONSTANT_W_M2 * self.array_m2 * self.array_efficiency * sun_fraction * max(facing, 0.0)

    def heating_w(self, sun_fraction: float) -> float:
        """Power of the heaters under a share of the Sun, watts."""
        return self.heater_w * (1.0 - sun_fraction)

    def rejected_w(self, sun_fraction: float) -> float:
        """How much heat the radiator can get rid of, watts: εσA(T⁴ - T_sink⁴)."""
        sink = self.sink_dark_k**4 + (self.sink_lit_k**4 - self.sink_dark_k**4) * sun_fraction
        return self.emissivity * STEFAN_BOLTZMANN * self.radiator_m2 * (self.radiator_k**4 - sink)

    def cooled_drive_w(self, hotel_w: float, efficiency: float) -> float:
        """How much the drive may take, watts, so that the radiator gets rid of all heat for ever.

        Counted with all power from the fuel cell (or the battery, where there is none), in sunlight and in
        darkness: the smaller of both. Part of the drive's power, 1 - `efficiency`, is heat as well.
        """
        lost = 1.0 / (self.cell_efficiency if self.tank_j > 0.0 else self.battery_out) - 1.0
        spare = [
            self.rejected_w(sun) - hotel_w - self.heating_w(sun) - lost * (hotel_w + self.heating_w(sun))
            for sun in (0.0, 1.0)
        ]
        return min(spare) / (1.0 - efficiency + lost)

    @property
    def stores(self) -> FloatN:
        """Both stores as `kizuna.kernels.stores.through` wants them, (9,)."""
        names = ("battery_j", "battery_w", "battery_in", "battery_out", "tank_j", "cell_w", "cell_efficiency")
        return np.array(
            [*(getattr(self, name) for name in names), self.electrolyser_w, self.electrolyser_efficiency]
        )

    @property
    def deliverable_j(self) -> float:
        """What a full battery and a full tank can give, joules."""
        return self.battery_j * self.battery_out + self.tank_j * self.cell_efficiency

    @property
    def least_gain(self) -> float:
        """The worst share of surplus power that becomes deliverable energy."""
        ways = []
        if self.battery_j > 0.0:
            ways.append(self.battery_in * self.battery_out)
        if self.tank_j > 0.0:
            ways.append(self.electrolyser_efficiency * self.cell_efficiency)
        return min(ways, default=0.0)

    @property
    def least_intake_w(self) -> float:
        """How much surplus power is surely taken while anything isn't full, watts."""
        ways = []
        if self.battery_j > 0.0:
            ways.append(self.battery_w)
        if self.tank_j > 0.0:
            ways.append(self.electrolyser_w)
        return min(ways, default=0.0)

    @property
    def least_output_w(self) -> float:
        """How much power is surely given while anything is left, watts."""
        ways = []
        if self.battery_j > 0.0:
            ways.append(self.battery_w)
        if self.tank_j > 0.0:
            ways.append(self.cell_w)
        return min(ways, default=0.0)


@dataclass(frozen=True, slots=True)
class Stored:
    """What battery and tank hold.

    Parameters
    ----------
    battery_j, tank_j
        Joules.
    heat_w, missing_w
        Heat that storing and giving made just before, and power that nobody gave, watts.
    """

    battery_j: float
    tank_j: float
    heat_w: float = 0.0
    missing_w: float = 0.0

    def deliverable_j(self, plant: PowerPlant) -> float:
        """What both can give, joules."""
        return self.battery_j * plant.battery_out + self.tank_j * plant.cell_efficiency


def step(plant: PowerPlant, stored: Stored, supply_w: float, load_w: float, seconds: float) -> Stored:
    """What is stored after some seconds of steady supply and load.

    A surplus fills the battery first and then the tank; a need is met by the battery first and then by the
    fuel cell. Power that nobody takes is lost; power that nobody gives is told as `missing_w`.

    Parameters
    ----------
    plant
        As it is now: see `PowerPlant.aged`.
    stored
        Before.
    supply_w, load_w
        What the array gives and what all users take, watts.
    seconds
        How long.
    """
    battery, tank, heat = stored.battery_j, stored.tank_j, 0.0
    rest = supply_w - load_w
    if rest >= 0.0:
        taken = min(rest, plant.battery_w, (plant.battery_j - battery) / (plant.battery_in * seconds))
        battery += taken * plant.battery_in * seconds
        room = (plant.tank_j - tank) / (plant.electrolyser_efficiency * seconds)
        split = min(rest - taken, plant.electrolyser_w, room)
        tank += split * plant.electrolyser_efficiency * seconds
        heat = taken * (1.0 - plant.battery_in) + split * (1.0 - plant.electrolyser_efficiency)
        return Stored(min(battery, plant.battery_j), min(tank, plant.tank_j), heat)
    needed = -rest
    given = min(needed, plant.battery_w, battery * plant.battery_out / seconds)
    battery -= given / plant.battery_out * seconds
    burnt = min(needed - given, plant.cell_w, tank * plant.cell_efficiency / seconds)
    tank -= burnt / plant.cell_efficiency * seconds
    heat = given * (1.0 / plant.battery_out - 1.0) + burnt * (1.0 / plant.cell_efficiency - 1.0)
    missing = needed - given - burnt
    return Stored(max(battery, 0.0), max(tank, 0.0), heat, missing if missing > 1e-6 * needed else 0.0)


def full(plant: PowerPlant, share: float = 1.0) -> Stored:
    """Battery and tank at the same share of what they hold."""
    if not 0.0 <= share <= 1.0:
        raise InputError("power", "", f"stores at {share:g} of what they hold", "from 0 to 1")
    return Stored(float(np.float64(plant.battery_j) * share), plant.tank_j * share)
