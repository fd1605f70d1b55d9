"""Battery and tank through many spells of supply and load, by the rules of `kizuna.lunar.power.step`."""

import numpy as np
from numba import njit

from kizuna.shapes import Float, FloatN


@njit(cache=True)
def through(
    supply_w: Float, load_w: Float, seconds: Float, plant: FloatN, battery_j: float, tank_j: float
) -> tuple[Float, Float, Float]:
    """What the stores can give before each spell and after the last, (R, S + 1), joules; and in each spell
    the power that nobody gave and the heat of storing and giving, (R, S), (R, S), watts.

    A surplus fills the battery first and then the tank; a need is met by the battery first and then by the
    fuel cell.

    Parameters
    ----------
    supply_w, load_w
        (R, S) what the array gives and all users take in R runs of S spells, watts.
    seconds
        (R, S) how long each spell lasts, seconds.
    plant
        (9,) battery's content, J, power, W, and efficiencies in and out; tank's content, J; power, W, and
        efficiency of the fuel cell and of the electrolyser.
    battery_j, tank_j
        What both hold at first, joules.
    """
    holds_j, battery_w, into, out, tank_holds_j, cell_w, burns, splits_w, splits = plant
    runs, spells = supply_w.shape
    left, missing, heat = np.empty((runs, spells + 1)), np.zeros((runs, spells)), np.zeros((runs, spells))
    for run in range(runs):
        battery, tank = battery_j, tank_j
        for spell in range(spells):
            left[run, spell] = battery * out + tank * burns
            lasts = seconds[run, spell]
            if lasts <= 0.0:
                continue
            rest = supply_w[run, spell] - load_w[run, spell]
            if rest >= 0.0:
                taken = min(rest, battery_w, (holds_j - battery) / (into * lasts))
                battery = min(battery + taken * into * lasts, holds_j)
                split = min(rest - taken, splits_w, (tank_holds_j - tank) / (splits * lasts))
                tank = min(tank + split * splits * lasts, tank_holds_j)
                heat[run, spell] = taken * (1.0 - into) + split * (1.0 - splits)
                continue
            given = min(-rest, battery_w, battery * out / lasts)
            battery = max(battery - given / out * lasts, 0.0)
            burnt = min(-rest - given, cell_w, tank * burns / lasts)
            tank = max(tank - burnt / burns * lasts, 0.0)
            heat[run, spell] = given * (1.0 / out - 1.0) + burnt * (1.0 / burns - 1.0)
            lacks = -rest - given - burnt
            if lacks > -1e-6 * rest:
                missing[run, spell] = lacks
        left[run, spells] = battery * out + tank * burns
    return left, missing, heat
